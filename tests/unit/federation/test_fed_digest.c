#include "federation/fed_digest.h"

#include "tests/t.h"

T_CASE(fed_digest_is_the_published_one) /* RFC 9530, appendices B and D; RFC 9421, B.2 */
{
    static const struct {
        const char *body, *value;
    } rows[] = {
        {"{\"hello\": \"world\"}\n", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"},
        {"{\"hello\": \"world\"}", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"},
        {"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
    };

    T_REQ("CARD-11");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct hash256 digest = hash256_of(span_text(rows[i].body)), read;
        char text[FED_DIGEST_LEN];

        fed_digest_write(&digest, text);
        T_SPAN(span_of(text, sizeof text), span_text(rows[i].value), rows[i].body);
        T_OK(fed_digest_read(span_text(rows[i].value), &read) && hash256_eq(&digest, &read),
             "and back");
    }
}

T_CASE(fed_digest_takes_one_spelling)
{
#define DIGEST "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
    static const char *const refused[] = {
        "",
        "sha-256=" DIGEST "=",
        "sha-256=:" DIGEST ":",
        "sha-256=:" DIGEST "=",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=:",
        "SHA-256=:" DIGEST "=:",
        "sha-256 =:" DIGEST "=:",
        " sha-256=:" DIGEST "=:",
        "sha-256=:" DIGEST "=: ",
        "sha-256=:" DIGEST "=:;a=1",
        "sha-256=:" DIGEST "=:, sha-256=:" DIGEST "=:",
        "sha-512=:" DIGEST "=:",
        "md5=:" DIGEST "=:",
        "sha-256=:47DEQpj8HBSa:",
        "unixsum=30637",
    };
    struct hash256 unused;

    for (size_t i = 0; i < T_COUNT(refused); i++)
        T_OK(!fed_digest_read(span_text(refused[i]), &unused), refused[i]);
}

/* RFC 2202 (HMAC-SHA-1) and RFC 4231 (HMAC-SHA-256). */
#include "node/db/digest.h"

#include "tests/t.h"

T_CASE(hmac_sha1_gives_the_published_values)
{
    static const struct {
        const char *what, *key, *text, *want;
    } rows[] = {
        {"test case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b617318655057264e28bc0b6fb378c8ef146be00"},
        {"test case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint8_t out[SHA1_BYTES];

        T_EQ(digest_hmac_sha1(t_hex(rows[i].key), t_hex(rows[i].text), out, NULL), ERR_OK,
             rows[i].what);
        T_SPAN(span_of(out, sizeof out), t_hex(rows[i].want), rows[i].what);
    }
}

T_CASE(hmac_sha256_is_the_same_in_pieces)
{
    struct span text = t_hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f");
    struct span want =
        t_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    for (size_t cut = 0; cut <= text.len; cut++) {
        struct hmac *h = NULL;
        uint8_t out[HMAC256_BYTES];

        T_EQ(hmac_create(SPAN("Jefe"), &h, NULL), ERR_OK, "create");
        T_EQ(hmac_put(h, span_cut(text, 0, cut), NULL), ERR_OK, "first piece");
        T_EQ(hmac_put(h, span_from(text, cut), NULL), ERR_OK, "second piece");
        T_EQ(hmac_finish(h, out, NULL), ERR_OK, "end");
        T_SPAN(span_of(out, sizeof out), want, "RFC 4231, test case 2");
        hmac_destroy(&h);
        T_OK(h == NULL, "destroy clears");
    }
}

T_CASE(random_bytes_differ)
{
    uint8_t a[32] = {0}, b[32] = {0};

    digest_random(a, sizeof a);
    digest_random(b, sizeof b);
    T_OK(memcmp(a, b, sizeof a) != 0, "two draws of 32 bytes");
    digest_wipe(a, sizeof a);
    T_SPAN(span_of(a, sizeof a), span_of((uint8_t[32]){0}, 32), "wiped");
}

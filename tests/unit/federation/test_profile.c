#include "federation/profile_priv.h"

#include <stdio.h>

#include "tests/lib/fed_sample.h"
#include "tests/t.h"

/* test-key-ed25519 of RFC 9421, B.1.4. */
#define RFC_SECRET "9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5"
#define RFC_PUBLIC "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb"

T_CASE(profile_makes_the_published_base_and_signature) /* RFC 9421, B.2.6 */
{
    static const char want[] =
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
        "\"@method\": POST\n"
        "\"@path\": /foo\n"
        "\"@authority\": example.com\n"
        "\"content-type\": application/json\n"
        "\"content-length\": 18\n"
        "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" "
        "\"content-type\" "
        "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    static const char signature_text[] =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKR"
        "Cw==";
    char room[1024], params[256];
    struct sfv_out base = {.p = room, .cap = sizeof room};
    struct sfv_out input = {.p = params, .cap = sizeof params};
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    size_t n = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, t_hex(RFC_SECRET).p, 32);

    T_REQ("CARD-11");
    sfv_put(&input, SPAN("(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
                         "\"content-length\");created="));
    sfv_put_number(&input, 1618884473);
    sfv_put(&input, SPAN(";keyid="));
    sfv_put_string(&input, SPAN("test-key-ed25519"));
    base_line(&base, SPAN("\"date\""), SPAN("Tue, 20 Apr 2021 02:07:55 GMT"));
    base_line(&base, SPAN("\"@method\""), SPAN("POST"));
    base_line(&base, SPAN("\"@path\""), SPAN("/foo"));
    base_line(&base, SPAN("\"@authority\""), SPAN("example.com"));
    base_line(&base, SPAN("\"content-type\""), SPAN("application/json"));
    base_line(&base, SPAN("\"content-length\""), SPAN("18"));
    base_end(&base, sfv_written(&input, 0));
    T_SPAN(sfv_written(&base, 0), span_text(want), "base");
    T_OK(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
             EVP_DigestSign(ctx, signature, &n, (const uint8_t *)room, base.len) == 1,
         "signed");
    input.len = 0;
    sfv_put_bytes(&input, span_of(signature, sizeof signature));
    T_SPAN(span_cut(sfv_written(&input, 0), 1, 88), span_text(signature_text), "signature");
    T_EQ(ed25519_check(sfv_written(&base, 0), signature, t_hex(RFC_PUBLIC).p), FED_OK, "holds");
    room[0] = '\''; /* cppcheck-suppress unreadVariable */
    T_EQ(ed25519_check(sfv_written(&base, 0), signature, t_hex(RFC_PUBLIC).p),
         FED_BAD_SIGNATURE, "and not over another base");
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
}

static struct fed_message signed_by_guest(const struct fed_sample *sample,
                                          struct fed_signed *signed_out)
{
    struct fed_message message = fed_sample_message();
    struct fed_stamp stamp = fed_sample_stamp(sample, 1, FED_SAMPLE_NOW_US);

    T_EQ(profile_sign_request(&sample->guest_signer, &message, PROFILE_JSON, &stamp, signed_out,
                              NULL),
         ERR_OK, "signed");
    message.headers = signed_out->headers;
    message.n_headers = signed_out->n_headers;
    return message;
}

T_CASE(profile_reads_what_it_signed)
{
    struct fed_sample sample;
    struct fed_signed headers;
    struct fed_message message;
    struct fed_claim claim;
    uint8_t public_key[32];
    char want[2048], head[FED_HEAD_TEXT_CAP];
    struct fed_head reg;

    T_REQ("CARD-11");
    fed_sample_init(&sample);
    message = signed_by_guest(&sample, &headers);
    T_EQ(profile_read(&message, &claim), FED_OK, "read");
    T_TEXT(claim.kid, "guest-1", "kid");
    T_EQ(claim.created_utc_us, FED_SAMPLE_NOW_US, "created");
    T_EQ(claim.expires_utc_us, FED_SAMPLE_NOW_US + 60 * SECOND_US, "expires");
    T_OK(id_eq(claim.dest, sample.host) && id_eq(claim.op, sample.guest), "ids");
    reg = registry_head(sample.registry);
    T_EQ(claim.reg_seq, 1, "registry");
    T_SPAN(span_of(claim.reg_hash8, 8), span_of(reg.sha256.b, 8), "its hash");
    T_EQ(claim.media, PROFILE_JSON, "media");
    fed_head_text(&reg, head);
    snprintf(want, sizeof want,
             "\"@method\": POST\n"
             "\"@authority\": host.example:8443\n"
             "\"@path\": /fed/v1/ping\n"
             "\"@query\": ?n=1\n"
             "\"content-digest\": sha-256=:k6I5cakU5erL8KjSUVTNownDwccvu5kU1Hxg88toFYg=:\n"
             "\"content-type\": application/json\n"
             "\"ibasho-dest\": 11111111-1111-1111-1111-111111111111\n"
             "\"ibasho-reg\": %s\n"
             "\"ibasho-op\": 22222222-2222-2222-2222-222222222222\n"
             "\"@signature-params\": (\"@method\" \"@authority\" \"@path\" \"@query\" "
             "\"content-digest\" \"content-type\" \"ibasho-dest\" \"ibasho-reg\" \"ibasho-op\")"
             ";created=1795357800;expires=1795357860;nonce=\"AQAAAAAAAAAAAAAAAAAAAA\""
             ";keyid=\"guest-1\";alg=\"ed25519\";tag=\"ibasho-fed-1\"",
             head);
    T_SPAN(span_of(claim.base, claim.base_len), span_text(want), "base");
    fed_sample_public(sample.guest_secret, public_key);
    T_EQ(profile_verify(&claim, public_key), FED_OK, "its key");
    T_EQ(profile_check_digest(&claim, message.body), FED_OK, "its body");
    T_EQ(profile_check_digest(&claim, SPAN("{}")), FED_BAD_DIGEST, "not another");
    fed_sample_public(sample.host_secret, public_key);
    T_EQ(profile_verify(&claim, public_key), FED_BAD_SIGNATURE, "not another key");
    fed_sample_fini(&sample);
}

T_CASE(profile_signs_an_empty_body_and_a_get_too)
{
    struct fed_sample sample;
    struct fed_signed headers;
    struct fed_message message = fed_sample_message();
    struct fed_stamp stamp;
    struct fed_claim claim;

    fed_sample_init(&sample);
    stamp = fed_sample_stamp(&sample, 2, FED_SAMPLE_NOW_US);
    message.method = SPAN("GET");
    message.query = message.body = SPAN_NONE;
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_SIGNED, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.headers = headers.headers;
    message.n_headers = headers.n_headers;
    T_EQ(profile_read(&message, &claim), FED_OK, "read");
    T_EQ(claim.media, PROFILE_SIGNED, "a signed document");
    T_OK(memmem(claim.base, claim.base_len, "\"@query\": ?\n", 12) != NULL,
         "no query has a question mark");
    T_EQ(profile_check_digest(&claim, SPAN_NONE), FED_OK, "of nothing");
    fed_sample_fini(&sample);
}

T_CASE(profile_signs_nothing_it_would_not_read)
{
    static const struct {
        const char *what, *method, *authority, *path, *query;
    } rows[] = {
        {"another method", "PUT", "h:1", "/a", ""},
        {"small letters", "get", "h:1", "/a", ""},
        {"capital host", "GET", "H:1", "/a", ""},
        {"no host", "GET", "", "/a", ""},
        {"no path", "GET", "h:1", "", ""},
        {"relative path", "GET", "h:1", "a", ""},
        {"question mark in the path", "GET", "h:1", "/a?b", ""},
        {"hash in the path", "GET", "h:1", "/a#b", ""},
        {"line feed in the path", "GET", "h:1", "/a\n\"@query\": ?", ""},
        {"blank in the query", "GET", "h:1", "/a", "b c"},
        {"hash in the query", "GET", "h:1", "/a", "b#c"},
        {"not ASCII", "GET", "h:1", "/\xe3\x81\x82", ""},
    };
    struct fed_sample sample;
    struct fed_signed headers;
    struct fed_message message;
    struct fed_stamp stamp;
    struct fed_signer nobody;

    fed_sample_init(&sample);
    stamp = fed_sample_stamp(&sample, 3, FED_SAMPLE_NOW_US);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        message = (struct fed_message){.method = span_text(rows[i].method),
                                       .authority = span_text(rows[i].authority),
                                       .path = span_text(rows[i].path),
                                       .query = span_text(rows[i].query)};
        T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp,
                                  &headers, NULL),
             ERR_INVALID, rows[i].what);
    }
    message = fed_sample_message();
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_PROBLEM, &stamp, &headers,
                              NULL),
         ERR_INVALID, "a request is no problem");
    nobody = sample.guest_signer;
    nobody.kid = "Guest 1";
    T_EQ(profile_sign_request(&nobody, &message, PROFILE_JSON, &stamp, &headers, NULL),
         ERR_INVALID, "not a kid");
    stamp.op = ID_NONE;
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_INVALID, "no act");
    message.body.len = PROFILE_BODY_MOST + 1; /* refused before it is looked at */
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_INVALID, "too large");
    fed_sample_fini(&sample);
}

T_CASE(profile_of_the_default_port_names_none) /* RFC 9421, section 2.2.3 */
{
    T_SPAN(profile_authority(SPAN("a.example:443")), SPAN("a.example"), "443 is left out");
    T_SPAN(profile_authority(SPAN("a.example:8443")), SPAN("a.example:8443"), "others stay");
    T_SPAN(profile_authority(SPAN("a.example")), SPAN("a.example"), "none");
    T_SPAN(profile_authority(SPAN(":443")), SPAN(":443"), "not to nothing");
}

/* Reads the request with one more header, or with one changed. */
static enum fed_code read_with(struct fed_message message, const char *name, const char *value)
{
    struct fed_header headers[PROFILE_HEADERS_MOST + 1];
    struct fed_claim claim;
    bool is_found = false;
    int n = message.n_headers;

    for (int i = 0; i < n; i++) {
        headers[i] = message.headers[i];
        if (span_eq(headers[i].name, span_text(name)) && value != NULL) {
            headers[i].value = span_text(value);
            is_found = true;
        }
    }
    if (!is_found)
        headers[n++] = (struct fed_header){span_text(name), span_text(value)};
    message.headers = headers;
    message.n_headers = n;
    return profile_read(&message, &claim);
}

T_CASE(profile_refuses_lines_that_could_mean_two_things)
{
    static const struct {
        const char *name, *value;
        enum fed_code want;
    } rows[] = {
        {"accept", "*/*", FED_OK},
        {"content-length", "17", FED_OK},
        {"content-length", "16", FED_SIG_PROFILE},
        {"content-length", "017", FED_SIG_PROFILE},
        {"content-length", "+17", FED_SIG_PROFILE},
        {"content-length", "17, 17", FED_SIG_PROFILE},
        {"content-length", "", FED_SIG_PROFILE},
        {"transfer-encoding", "chunked", FED_SIG_PROFILE},
        {"content-encoding", "gzip", FED_MEDIA},
        {"content-type", "text/plain", FED_MEDIA},
        {"content-type", "application/problem+json", FED_MEDIA},
        {"content-type", "application/json; charset=utf-8", FED_MEDIA},
        {"content-type", "", FED_SIG_PROFILE},
        {"Accept", "*/*", FED_SIG_PROFILE},
        {"a b", "c", FED_SIG_PROFILE},
        {"", "c", FED_SIG_PROFILE},
        {"x", "a\r\n b", FED_SIG_PROFILE},
        {"x", "a\nb", FED_SIG_PROFILE},
        {"x", "a\tb", FED_SIG_PROFILE},
        {"x", " a", FED_SIG_PROFILE},
        {"x", "a ", FED_SIG_PROFILE},
        {"x", "\xe3\x81\x82", FED_SIG_PROFILE},
        {"x", "\x7f", FED_SIG_PROFILE},
        {"signature", "", FED_SIG_PROFILE},
        {"signature-input", "fed=()", FED_SIG_PROFILE},
        {"ibasho-op", "00000000-0000-0000-0000-000000000000", FED_SIG_PROFILE},
        {"ibasho-op", "2222222A-2222-2222-2222-222222222222", FED_SIG_PROFILE},
        {"ibasho-reg", "0:0123456789abcdef", FED_SIG_PROFILE},
        {"ibasho-reg", "01:0123456789abcdef", FED_SIG_PROFILE},
        {"ibasho-reg", "1:0123456789ABCDEF", FED_SIG_PROFILE},
        {"ibasho-reg", "1:0123456789abcde", FED_SIG_PROFILE},
        {"ibasho-reg", "1:0123456789abcdef0", FED_SIG_PROFILE},
        {"ibasho-reg", "1-0123456789abcdef", FED_SIG_PROFILE},
    };
    struct fed_sample sample;
    struct fed_signed headers;
    struct fed_message message;

    T_REQ("CARD-11, CARD-6");
    fed_sample_init(&sample);
    message = signed_by_guest(&sample, &headers);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(read_with(message, rows[i].name, rows[i].value), rows[i].want, rows[i].value);
    fed_sample_fini(&sample);
}

T_CASE(profile_refuses_what_is_too_large)
{
    static char big[FED_DOC_TEXT_CAP + 1];
    struct fed_header many[PROFILE_HEADERS_MOST + 1];
    struct fed_sample sample;
    struct fed_signed headers;
    struct fed_message message, whole;
    struct fed_claim claim;

    memset(big, 'a', sizeof big);
    fed_sample_init(&sample);
    whole = message = signed_by_guest(&sample, &headers);
    message.body = span_of(big, PROFILE_BODY_MOST + 1);
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "JSON over its bound");
    message.body = span_of(big, sizeof big);
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "anything over the last bound");
    message = whole;
    message.query = span_of(big, PROFILE_QUERY_MOST + 1);
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "query");
    message.query.len--;
    T_EQ(profile_read(&message, &claim), FED_OK, "a query to the brim");
    message = whole;
    big[0] = '/';
    message.path = span_of(big, PROFILE_PATH_MOST + 1);
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "path");
    message.path.len--;
    message.query = span_of(big + 1, PROFILE_QUERY_MOST);
    message.authority = span_of(big + 1, PROFILE_AUTHORITY_MOST);
    T_EQ(profile_read(&message, &claim), FED_OK, "the longest line there may be has a base");
    message.authority.len++;
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "authority");
    for (int i = 0; i < PROFILE_HEADERS_MOST + 1; i++)
        many[i] = (struct fed_header){SPAN("x"), SPAN("y")};
    memcpy(many, headers.headers, sizeof headers.headers);
    message = whole;
    message.headers = many;
    message.n_headers = PROFILE_HEADERS_MOST;
    T_EQ(profile_read(&message, &claim), FED_OK, "as many headers as there may be");
    message.n_headers++;
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "one more");
    message.n_headers = 12;
    many[11].value = span_of(big, PROFILE_VALUE_MOST + 1);
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "a long value");
    for (int i = 7; i < 12; i++)
        many[i].value = span_of(big, PROFILE_VALUE_MOST); /* cppcheck-suppress unreadVariable */
    T_EQ(profile_read(&message, &claim), FED_TOO_LARGE, "all of them together");
    message.n_headers = 10;
    T_EQ(profile_read(&message, &claim), FED_OK, "fewer of them");
    fed_sample_fini(&sample);
}

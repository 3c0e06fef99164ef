/* Passkeys as browsers hand them over: NI-2.3.4-2b, AI-2.6-オ. What must pass was signed by
 * tests/lib/passkey.py; what must not is the same with one thing spoilt. */
#include "tenants/signin/webauthn.h"

#include "node/base/jx_scalar.h"
#include "tests/t.h"
#include "tests/unit/tenants/signin/webauthn_vectors.h"

#define CHALLENGE_TEXT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define CLIENT(type, challenge, origin, more) \
    "{\"type\":\"" type "\",\"challenge\":\"" challenge "\",\"origin\":\"" origin "\"" more "}"
#define CREATED CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ",\"crossOrigin\":false")
#define SIGNED  CLIENT("webauthn.get", CHALLENGE_TEXT, V_ORIGIN, ",\"crossOrigin\":false")

struct bench {
    struct arena *arena;
    struct webauthn_expect expect;
};

static struct bench bench(void)
{
    struct bench b = {.arena = NULL, .expect = {t_hex(V_CHALLENGE), span_text(V_ORIGIN), V_RP}};

    T_EQ(arena_create(4096, &b.arena, NULL), ERR_OK, "arena");
    return b;
}

static enum err create(const struct bench *b, struct span client, struct span data,
                       struct webauthn_new *out, struct fail *why)
{
    *why = (struct fail){.code = ERR_OK};
    return webauthn_check_new(&b->expect, client, data, b->arena, out, why);
}

struct row {
    const char *name, *new_data, *id, *got, *signature;
    int algorithm;
};

static const struct row rows[] = {
    {"ES256", V_ES256_NEW, V_ES256_ID, V_ES256_GOT, V_ES256_SIGNATURE, -7},
    {"EdDSA", V_EDDSA_NEW, V_EDDSA_ID, V_EDDSA_GOT, V_EDDSA_SIGNATURE, -8},
    {"RS256", V_RS256_NEW, V_RS256_ID, V_RS256_GOT, V_RS256_SIGNATURE, -257},
};

static enum err prove(const struct bench *b, struct span client, struct span data,
                      struct span signature, const struct webauthn_key *key, uint32_t before,
                      uint32_t *count, struct fail *why)
{
    const struct webauthn_proof proof = {client, data, signature};

    *why = (struct fail){.code = ERR_OK};
    return webauthn_check_proof(&b->expect, &proof, key, before, b->arena, count, why);
}

T_CASE(webauthn_takes_what_an_authenticator_made)
{
    struct bench b = bench();
    struct webauthn_new made;
    struct fail why;
    uint32_t count;

    T_REQ("NI-2.3.4-2b");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        count = 0;
        T_EQ(create(&b, SPAN(CREATED), t_hex(rows[i].new_data), &made, &why), ERR_OK,
             rows[i].name);
        T_EQ(made.key.algorithm, rows[i].algorithm, "its algorithm");
        T_SPAN(made.credential, t_hex(rows[i].id), "its id");
        T_EQ(made.sign_count, 7, "how far it has counted");
        T_EQ(prove(&b, SPAN(SIGNED), t_hex(rows[i].got), t_hex(rows[i].signature), &made.key, 7,
                   &count, &why),
             ERR_OK, "and it signs");
        T_EQ(count, 8, "one further");
    }
    arena_destroy(&b.arena);
}

T_CASE(webauthn_client_data_is_of_this_act_and_place)
{
    static const struct {
        const char *what, *json, *rule;
    } clients[] = {
        {"a sign-in's", SIGNED, "type"},
        {"a payment's",
         CLIENT("payment.get", CHALLENGE_TEXT, V_ORIGIN, ",\"crossOrigin\":false"), "type"},
        {"another challenge",
         CLIENT("webauthn.create", "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", V_ORIGIN, ""),
         "challenge"},
        {"a short challenge", CLIENT("webauthn.create", "AAEC", V_ORIGIN, ""), "challenge"},
        {"no base64url", CLIENT("webauthn.create", "*", V_ORIGIN, ""), "challenge"},
        {"padded", CLIENT("webauthn.create", CHALLENGE_TEXT "=", V_ORIGIN, ""), "challenge"},
        {"the public address",
         CLIENT("webauthn.create", CHALLENGE_TEXT, "https://aozora.localhost:8443", ""),
         "origin"},
        {"without TLS",
         CLIENT("webauthn.create", CHALLENGE_TEXT, "http://office.aozora.localhost:8443", ""),
         "origin"},
        {"another port",
         CLIENT("webauthn.create", CHALLENGE_TEXT, "https://office.aozora.localhost", ""),
         "origin"},
        {"longer", CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN ".example", ""),
         "origin"},
        {"with a slash", CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN "/", ""), "origin"},
        {"escaped",
         CLIENT("webauthn.create", CHALLENGE_TEXT, "https:\\/\\/office.aozora.localhost:8443",
                ""),
         "origin"},
        {"in another's page",
         CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ",\"crossOrigin\":true"),
         "cross-origin"},
        {"neither yes nor no",
         CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ",\"crossOrigin\":\"false\""),
         "cross-origin"},
        {"under another's page",
         CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ",\"topOrigin\":\"" V_ORIGIN "\""),
         "cross-origin"},
        {"one member twice",
         CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ",\"origin\":\"" V_ORIGIN "\""),
         "client-data"},
        {"no origin", "{\"type\":\"webauthn.create\",\"challenge\":\"" CHALLENGE_TEXT "\"}",
         "client-data"},
        {"no challenge", "{\"type\":\"webauthn.create\",\"origin\":\"" V_ORIGIN "\"}",
         "client-data"},
        {"hidden deeper", "{\"a\":" CREATED "}", "client-data"},
        {"in a list", "[" CREATED "]", "client-data"},
        {"more behind", CREATED "{}", "client-data"},
        {"empty", "", "client-data"},
    };
    struct bench b = bench();
    struct span data = t_hex(V_ES256_NEW);
    struct webauthn_new made;
    struct fail why;

    T_REQ("AI-2.6-オ");
    for (size_t i = 0; i < T_COUNT(clients); i++) {
        T_EQ(create(&b, span_text(clients[i].json), data, &made, &why), ERR_DENIED,
             clients[i].what);
        T_TEXT(why.field, clients[i].rule, clients[i].what);
    }
    arena_destroy(&b.arena);
}

T_CASE(webauthn_client_data_may_say_more)
{
    static const char *const clients[] = {
        CLIENT("webauthn.create", CHALLENGE_TEXT, V_ORIGIN, ""),
        CLIENT(
            "webauthn.create", CHALLENGE_TEXT, V_ORIGIN,
            ",\"other_keys_can_be_added_here\":\"do not compare {[\\\"]}, with a template\""),
        CLIENT(
            "webauthn.create", CHALLENGE_TEXT, V_ORIGIN,
            ",\"crossOrigin\":false,\"tokenBinding\":{\"status\":\"supported\",\"n\":[1,{}]}"),
        " {\n \"origin\" : \"" V_ORIGIN "\" ,\n \"challenge\" : \"" CHALLENGE_TEXT
        "\" , \"crossOrigin\" : false , \"type\" : \"webauthn.create\" } ",
    };
    struct bench b = bench();
    struct span data = t_hex(V_ES256_NEW);
    struct webauthn_new made;
    struct fail why;

    for (size_t i = 0; i < T_COUNT(clients); i++)
        T_EQ(create(&b, span_text(clients[i]), data, &made, &why), ERR_OK, clients[i]);
    arena_destroy(&b.arena);
}

/* A copy whose bytes a test may spoil. */
static uint8_t *copy(struct bench *b, struct span s, size_t more)
{
    uint8_t *p = arena_alloc(b->arena, s.len + more + 1);

    invariant(p != NULL && s.p != NULL, "memory");
    memcpy(p, s.p, s.len);
    return p;
}

static void refuse_new(struct bench *b, const uint8_t *data, size_t len, const char *rule,
                       const char *what)
{
    struct webauthn_new made;
    struct fail why;

    T_EQ(create(b, SPAN(CREATED), span_of(data, len), &made, &why), ERR_DENIED, what);
    T_TEXT(why.field, rule, what);
}

T_CASE(webauthn_new_key_must_be_whole_verified_and_ours)
{
    struct bench b = bench();
    struct span data = t_hex(V_EDDSA_NEW);
    uint8_t *p = copy(&b, data, 3);

    T_REQ("NI-2.3.4-2b");
    for (size_t len = 0; len < data.len; len++)
        refuse_new(&b, p, len, "authenticator-data", "cut");
    refuse_new(&b, p, data.len + 1, "authenticator-data", "a byte more");
    p[0] ^= 1;
    refuse_new(&b, p, data.len, "rp", "another relying party");
    p[0] ^= 1;
    p[32] = 0x44;
    refuse_new(&b, p, data.len, "user-present", "nobody there");
    p[32] = 0x41;
    refuse_new(&b, p, data.len, "user-verified", "nobody verified");
    p[32] = 0x55;
    refuse_new(&b, p, data.len, "authenticator-data", "synced but not syncable");
    p[32] = 0x05;
    refuse_new(&b, p, data.len, "authenticator-data", "no new credential");
    p[32] = 0xc5;
    refuse_new(&b, p, data.len, "authenticator-data", "extensions that are not there");
    p[data.len] = 0x81;
    p[data.len + 1] = 0x01;
    refuse_new(&b, p, data.len + 2, "authenticator-data", "extensions that are a list");
    p[data.len] = 0xbf;
    p[data.len + 1] = 0xff;
    refuse_new(&b, p, data.len + 2, "authenticator-data", "extensions without a length");
    p[data.len] = 0xb8;
    p[data.len + 1] = 0x00;
    refuse_new(&b, p, data.len + 2, "authenticator-data", "a length that could be shorter");
    p[32] = 0x45;
    p[54] = 15;
    refuse_new(&b, p, data.len, "authenticator-data", "a short credential id");
    p[53] = 4;
    refuse_new(&b, p, data.len, "authenticator-data", "a long credential id");
    arena_destroy(&b.arena);
}

T_CASE(webauthn_takes_no_other_kind_of_key)
{
    static const struct {
        const char *what, *cose;
    } keys[] = {
        {"a point that is not on the curve",
         "a5010203262001"
         "21582000000000000000000000000000000000000000000000000000000000000000"
         "01"
         "22582000000000000000000000000000000000000000000000000000000000000000"
         "01"},
        {"an empty map", "a0"},
        {"a symmetric key", "a301040305205820000102030405060708090a0b0c0d0e0f10111213141516"
                            "1718191a1b1c1d1e1f"},
        {"ES256 without y", "a401020326200121582000000000000000000000000000000000000000000000"
                            "00000000000000000000"},
        {"a text", "a10101"},
    };
    struct bench b = bench();
    struct span head = span_cut(t_hex(V_ES256_NEW), 0, 87);

    for (size_t i = 0; i < T_COUNT(keys); i++) {
        struct span cose = t_hex(keys[i].cose);
        uint8_t *p = copy(&b, head, cose.len);

        p[32] = 0x45;
        memcpy(p + head.len, cose.p, cose.len);
        refuse_new(&b, p, head.len + cose.len, "algorithm", keys[i].what);
    }
    arena_destroy(&b.arena);
}

T_CASE(webauthn_curve_is_checked)
{
    struct bench b = bench();
    struct span data = t_hex(V_ES256_NEW);
    uint8_t *p = copy(&b, data, 0);

    p[120] ^= 1; /* inside x: the point leaves the curve with all but certainty */
    refuse_new(&b, p, data.len, "algorithm", "not on the curve");
    arena_destroy(&b.arena);
}

static void refuse_proof(const struct bench *b, struct span client, struct span data,
                         struct span signature, const struct webauthn_key *key, uint32_t before,
                         const char *rule, const char *what)
{
    struct fail why;
    uint32_t count = 99;

    T_EQ(prove(b, client, data, signature, key, before, &count, &why), ERR_DENIED, what);
    T_TEXT(why.field, rule, what);
    T_EQ(count, 99, "nothing told");
}

T_CASE(webauthn_proof_fits_one_key_and_one_moment)
{
    struct bench b = bench();
    struct span got = t_hex(V_ES256_GOT), signature = t_hex(V_ES256_SIGNATURE);
    struct webauthn_new made, other;
    struct fail why;
    uint8_t *p = copy(&b, got, 1), *s = copy(&b, signature, 1);

    T_REQ("NI-2.3.4-2b");
    T_REQ("AI-2.6-オ");
    T_EQ(create(&b, SPAN(CREATED), t_hex(V_ES256_NEW), &made, &why), ERR_OK, "a key");
    T_EQ(create(&b, SPAN(CREATED), t_hex(V_EDDSA_NEW), &other, &why), ERR_OK, "another");
    refuse_proof(&b, SPAN(CREATED), got, signature, &made.key, 7, "type", "a registration's");
    refuse_proof(&b, SPAN(SIGNED), got, signature, &other.key, 7, "signature", "another's key");
    refuse_proof(&b, SPAN(SIGNED " "), got, signature, &made.key, 7, "signature",
                 "client data that was not signed");
    refuse_proof(&b, SPAN(SIGNED), got, signature, &made.key, 8, "counter", "the same count");
    refuse_proof(&b, SPAN(SIGNED), got, signature, &made.key, 9, "counter", "a count behind");
    for (size_t len = 0; len < got.len; len++)
        refuse_proof(&b, SPAN(SIGNED), span_of(p, len), signature, &made.key, 7,
                     "authenticator-data", "cut data");
    refuse_proof(&b, SPAN(SIGNED), span_of(p, got.len + 1), signature, &made.key, 7,
                 "authenticator-data", "longer data");
    for (size_t len = 0; len < signature.len; len++)
        refuse_proof(&b, SPAN(SIGNED), got, span_of(s, len), &made.key, 7, "signature",
                     "a cut signature");
    refuse_proof(&b, SPAN(SIGNED), got, span_of(s, signature.len + 1), &made.key, 7,
                 "signature", "a longer signature");
    s[20] ^= 1;
    refuse_proof(&b, SPAN(SIGNED), got, span_of(s, signature.len), &made.key, 7, "signature",
                 "a spoilt signature");
    p[36] ^= 2;
    refuse_proof(&b, SPAN(SIGNED), span_of(p, got.len), signature, &made.key, 7, "signature",
                 "a count that was not signed");
    p[32] = 0x01;
    refuse_proof(&b, SPAN(SIGNED), span_of(p, got.len), signature, &made.key, 7,
                 "user-verified", "nobody verified");
    p[32] = 0x45;
    refuse_proof(&b, SPAN(SIGNED), span_of(p, got.len), signature, &made.key, 7,
                 "authenticator-data", "a credential that is not there");
    b.expect.rp_id = "midori.localhost";
    refuse_proof(&b, SPAN(SIGNED), got, signature, &made.key, 7, "rp", "of another town");
    arena_destroy(&b.arena);
}

T_CASE(webauthn_counter_may_stay_at_zero)
{
    struct bench b = bench();
    struct webauthn_new made;
    struct span got = t_hex(V_ES256_ZERO_GOT), signature = t_hex(V_ES256_ZERO_SIGNATURE);
    struct fail why;
    uint32_t count = 99;

    T_EQ(create(&b, SPAN(CREATED), t_hex(V_ES256_NEW), &made, &why), ERR_OK, "a key");
    T_EQ(prove(&b, SPAN(SIGNED), got, signature, &made.key, 0, &count, &why), ERR_OK,
         "an authenticator that does not count");
    T_EQ(count, 0, "says so");
    refuse_proof(&b, SPAN(SIGNED), got, signature, &made.key, 1, "counter",
                 "one that had counted");
    arena_destroy(&b.arena);
}

T_CASE(webauthn_stored_key_that_is_none_is_our_trouble)
{
    static const struct webauthn_key keys[] = {{.algorithm = -7, .len = 3},
                                               {.algorithm = -8, .len = 3},
                                               {.algorithm = -257, .len = 3},
                                               {.algorithm = 5, .len = 64}};
    struct bench b = bench();
    struct fail why;
    uint32_t count;

    for (size_t i = 0; i < T_COUNT(keys); i++)
        T_EQ(prove(&b, SPAN(SIGNED), t_hex(V_ES256_GOT), t_hex(V_ES256_SIGNATURE), &keys[i], 7,
                   &count, &why),
             ERR_INTERNAL, "no verdict");
    arena_destroy(&b.arena);
}

/* covers: tenants/signin/webauthn_data.c tenants/signin/webauthn.c */
/* Input: client data, a NUL, authenticator data: what a browser hands over, both as a
 * registration and as a sign-in (its signature: what follows the 37th byte). What is read
 * accounts for every byte; no other sign-in passes than those of the vectors. */
#include "tenants/signin/webauthn.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/tenants/signin/webauthn_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static size_t bytes_of(const char *hex, uint8_t *out)
{
    size_t n = 0;

    for (; hex[2 * n] != '\0'; n++) {
        const char digits[] = {hex[2 * n], hex[2 * n + 1], '\0'};

        out[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

/* The parts say where they lie: they must be the whole. */
static void check_parts(struct span bytes, bool has_credential)
{
    struct webauthn_data parts;
    enum err rc = webauthn_data_read(bytes, has_credential, &parts, NULL);

    must(rc == ERR_OK || rc == ERR_DENIED);
    if (rc != ERR_OK)
        return;
    must(parts.rp_hash.p == bytes.p && parts.rp_hash.len == 32);
    must(has_credential == (parts.credential.len > 0) && has_credential == (parts.key.len > 0));
    if (has_credential)
        must(parts.key.p == parts.credential.p + parts.credential.len &&
             parts.key.p + parts.key.len <= bytes.p + bytes.len);
    if ((parts.flags & 0x80) == 0)
        must(bytes.len ==
             37 + (has_credential ? 18 + parts.credential.len + parts.key.len : 0));
}

/* The vectors' keys, read once. */
static void read_keys(struct webauthn_key keys[WEBAUTHN_ALGORITHMS_N + 1])
{
    static const char *const made[] = {V_ES256_NEW, V_EDDSA_NEW, V_RS256_NEW};
    static const char client[] =
        "{\"type\":\"webauthn.create\",\"origin\":\"" V_ORIGIN
        "\",\"challenge\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}";
    struct webauthn_expect expect = {.origin = span_text(V_ORIGIN), .rp_id = V_RP};
    struct webauthn_new fresh;
    struct arena *arena = NULL;
    uint8_t bytes[1024], challenge[WEBAUTHN_CHALLENGE_BYTES];

    must(arena_create(4096, &arena, NULL) == ERR_OK);
    expect.challenge = span_of(challenge, bytes_of(V_CHALLENGE, challenge));
    for (int i = 0; i < WEBAUTHN_ALGORITHMS_N; i++) {
        struct span data = span_of(bytes, bytes_of(made[i], bytes));

        must(webauthn_check_new(&expect, span_text(client), data, arena, &fresh, NULL) ==
             ERR_OK);
        keys[i] = fresh.key;
    }
    keys[WEBAUTHN_ALGORITHMS_N] = (struct webauthn_key){.algorithm = 5, .len = 64};
    arena_destroy(&arena);
}

/* What passes is what the vectors' authenticator signed, to the last byte of its data. */
static void check_proofs(const struct webauthn_expect *expect, struct span client,
                         struct span rest, struct arena *arena)
{
    static struct webauthn_key keys[WEBAUTHN_ALGORITHMS_N + 1];
    const struct webauthn_proof proof = {client, span_cut(rest, 0, 37), span_from(rest, 37)};
    uint8_t got[64];
    uint32_t count = 0;

    if (keys[0].len == 0)
        read_keys(keys);
    for (int i = 0; i <= WEBAUTHN_ALGORITHMS_N; i++) {
        enum err rc = webauthn_check_proof(expect, &proof, &keys[i], 7, arena, &count, NULL);

        must(rc != ERR_OK || count == 8);
        must(rc == ERR_OK || rc == ERR_DENIED || i == WEBAUTHN_ALGORITHMS_N);
        if (rc == ERR_OK)
            must(bytes_of(V_ES256_GOT, got) == 37 &&
                 memcmp(got, proof.authenticator_data.p, 37) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    struct webauthn_expect expect = {.origin = span_text(V_ORIGIN), .rp_id = V_RP};
    uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES];
    struct span client, rest;
    struct webauthn_client read;
    struct webauthn_new made;
    struct arena *arena = NULL;
    enum err rc;

    if (nul == NULL || arena_create(4096, &arena, NULL) != ERR_OK)
        return 0;
    client = span_of(data, (size_t)(nul - data));
    rest = span_of(nul + 1, size - client.len - 1);
    expect.challenge = span_of(challenge, bytes_of(V_CHALLENGE, challenge));
    check_parts(rest, true);
    check_parts(rest, false);
    rc = webauthn_client_read(client, arena, &read, NULL);
    must(rc == ERR_OK || rc == ERR_DENIED);
    rc = webauthn_check_new(&expect, client, rest, arena, &made, NULL);
    must(rc == ERR_OK || rc == ERR_DENIED);
    if (rc == ERR_OK)
        must(made.credential.len >= WEBAUTHN_CREDENTIAL_LEAST && made.key.len >= 32);
    check_proofs(&expect, client, rest, arena);
    arena_destroy(&arena);
    return 0;
}

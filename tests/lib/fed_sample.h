/* tests/lib/fed_sample.h - a small federation for unit tests, fuzz targets and figures: keys
 * made of one repeated byte, a registry of two members, a signed request between them. Needs no
 * database. Everything is inline, so that any test program may include it.
 * Threads: reentrant.  Owns: nothing but what fed_sample_init makes. */
#ifndef TESTS_LIB_FED_SAMPLE_H
#define TESTS_LIB_FED_SAMPLE_H

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "federation/profile_gate.h"
#include "federation/registry_doc.h"
#include "node/base/clock.h"

#define FED_SAMPLE_NOW_US (INT64_C(1795357800) * SECOND_US) /* 2026-11-22T14:30:00Z */
#define FED_SAMPLE_HOST   "host.example:8443"               /* we, in most tests */
#define FED_SAMPLE_GUEST  "guest.example:443"               /* the peer */

/* Raw Ed25519 keys whose 32 secret bytes are all `secret`. */
static inline void fed_sample_public(uint8_t secret, uint8_t public_out[FED_PUBLIC_BYTES])
{
    uint8_t raw[32];
    size_t len = FED_PUBLIC_BYTES;
    EVP_PKEY *pkey;

    memset(raw, secret, sizeof raw);
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
    if (pkey == NULL || EVP_PKEY_get_raw_public_key(pkey, public_out, &len) != 1)
        abort();
    EVP_PKEY_free(pkey);
}

/* For struct fed_signer; arg points to the secret byte. */
static inline enum err fed_sample_sign(void *arg, struct span bytes,
                                       uint8_t out[PROFILE_SIGNATURE_BYTES], struct fail *why)
{
    uint8_t raw[32];
    size_t n = PROFILE_SIGNATURE_BYTES;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *pkey;
    bool is_done;

    memset(raw, *(const uint8_t *)arg, sizeof raw);
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
    is_done = ctx != NULL && pkey != NULL &&
              EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestSign(ctx, out, &n, bytes.p, bytes.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return is_done ? ERR_OK : fail_set(why, ERR_INTERNAL, "a sample signature");
}

struct fed_sample {
    struct registry *registry;
    struct nonces *nonces;
    struct fed_gate gate; /* of the host */
    struct id host, guest;
    uint8_t host_secret, guest_secret;
    struct fed_signer host_signer, guest_signer;
};

static inline struct registry_key_doc fed_sample_key(const char *kid, uint8_t public_key[32])
{
    return (struct registry_key_doc){.kid = span_text(kid),
                                     .ed25519 = span_of(public_key, FED_PUBLIC_BYTES),
                                     .not_before_utc_us = FED_SAMPLE_NOW_US - 10 * DAY_US,
                                     .not_after_utc_us = FED_SAMPLE_NOW_US + 300 * DAY_US,
                                     .use = FED_KEY_REQUEST};
}

/* The registry's bytes, in the arena: host (roles host, guest) and guest (role guest). */
static inline struct span fed_sample_registry(const struct fed_sample *sample,
                                              struct arena *arena)
{
    static const char *const root_kids[] = {"root-a", "root-b", "root-c"};
    uint8_t publics[5][FED_PUBLIC_BYTES];
    struct registry_root_doc roots[FED_ROOTS_N];
    struct registry_tier_doc tier = {.population_under = 0, .hide_under = 10};
    struct span host_roles[] = {SPAN("host"), SPAN("guest")}, guest_roles[] = {SPAN("guest")};
    struct registry_key_doc keys[2];
    struct registry_spki_doc spki = {span_of(publics[0], FED_SPKI_BYTES)};
    struct registry_member_doc members[2];
    struct registry_doc doc = {.members = members};
    struct span bytes = SPAN_NONE;

    for (uint8_t i = 0; i < 3; i++)
        fed_sample_public((uint8_t)(0xa0 + i), publics[i]);
    fed_sample_public(sample->host_secret, publics[3]);
    fed_sample_public(sample->guest_secret, publics[4]);
    for (int i = 0; i < FED_ROOTS_N; i++)
        roots[i] = (struct registry_root_doc){
            span_text(root_kids[i]), span_of(publics[i], FED_PUBLIC_BYTES), SPAN("持つ人")};
    keys[0] = fed_sample_key("host-1", publics[3]);
    keys[1] = fed_sample_key("guest-1", publics[4]);
    for (int i = 0; i < 2; i++)
        /* cppcheck-suppress unreadVariable */
        members[i] = (struct registry_member_doc){
            .node = i == 0 ? sample->host : sample->guest,
            .name_ja = i == 0 ? SPAN("あおぞら市") : SPAN("みどり町"),
            .endpoint = i == 0 ? SPAN(FED_SAMPLE_HOST) : SPAN(FED_SAMPLE_GUEST),
            .capacity = 30,
            .roles = {i == 0 ? host_roles : guest_roles, i == 0 ? 2 : 1},
            .spki = {.at = &spki, .n = 1},
            .keys = {.at = &keys[i], .n = 1},
            .contract = {SPAN("c-1"), FED_SAMPLE_NOW_US - 10 * DAY_US,
                         FED_SAMPLE_NOW_US + 200 * DAY_US}};
    doc.head = (struct registry_head_doc){.federation = SPAN("sample"),
                                          .name_ja = SPAN("見本"),
                                          .seq = 1,
                                          .issued_utc_us = FED_SAMPLE_NOW_US - DAY_US,
                                          .expires_utc_us = FED_SAMPLE_NOW_US + DAY_US,
                                          .threshold = FED_ROOTS_NEEDED,
                                          .min_client = 1,
                                          .n_members = 2,
                                          .roots = {.at = roots, .n = FED_ROOTS_N},
                                          .thresholds = {5, 5, {.at = &tier, .n = 1}}};
    if (registry_doc_write(&doc, arena, &bytes, NULL) != ERR_OK)
        abort();
    return bytes;
}

/* Aborts when it cannot: a test's own fault. The sample stays where it is. */
static inline void fed_sample_init(struct fed_sample *sample)
{
    struct arena *arena = NULL;
    struct fail why = {.text = ""};

    memset(sample, 0, sizeof *sample);
    memset(sample->host.b, 0x11, sizeof sample->host.b);
    memset(sample->guest.b, 0x22, sizeof sample->guest.b);
    sample->host_secret = 1;
    sample->guest_secret = 2;
    sample->host_signer = (struct fed_signer){"host-1", fed_sample_sign, &sample->host_secret};
    sample->guest_signer =
        (struct fed_signer){"guest-1", fed_sample_sign, &sample->guest_secret};
    if (arena_create(16384, &arena, NULL) != ERR_OK)
        abort();
    invariant(registry_parse(fed_sample_registry(sample, arena), &sample->registry, &why) ==
                  ERR_OK,
              "%s", why.text);
    arena_destroy(&arena);
    if (nonces_create(&sample->nonces, NULL) != ERR_OK)
        abort();
    sample->gate = (struct fed_gate){.registry = sample->registry,
                                     .self = sample->host,
                                     .authority = SPAN(FED_SAMPLE_HOST),
                                     .nonces = sample->nonces,
                                     .open_utc_us = FED_SAMPLE_NOW_US - HOUR_US};
}

static inline void fed_sample_fini(struct fed_sample *sample)
{
    nonces_destroy(&sample->nonces);
    registry_unref(&sample->registry);
}

/* A request of the guest to the host, not signed yet. */
static inline struct fed_message fed_sample_message(void)
{
    return (struct fed_message){.method = SPAN("POST"),
                                .authority = SPAN(FED_SAMPLE_HOST),
                                .path = SPAN("/fed/v1/ping"),
                                .query = SPAN("n=1"),
                                .body = SPAN("{\"hello\":\"world\"}")};
}

static inline struct fed_stamp fed_sample_stamp(const struct fed_sample *sample, uint32_t n,
                                                int64_t now_utc_us)
{
    struct fed_stamp stamp = {.dest = sample->host,
                              .op = sample->guest,
                              .reg = registry_head(sample->registry),
                              .now_utc_us = now_utc_us};

    memcpy(stamp.nonce, &n, sizeof n);
    return stamp;
}

#endif

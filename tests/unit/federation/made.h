/* tests/unit/federation/made.h - registries made by the real writer and signed by real keys,
 * for tests, figures and seeds: keys come from one byte each, so that every run is the same.
 * Threads: one.  Owns: nothing; results live in the arena that is handed in. */
#ifndef TESTS_UNIT_FEDERATION_MADE_H
#define TESTS_UNIT_FEDERATION_MADE_H

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "federation/registry_next.h"
#include "federation/trust_judge.h"

#define MADE static __attribute__((unused))

#define MADE_NOW INT64_C(1795348800000000) /* 2026-11-22T12:00:00Z */

struct made_key {
    uint8_t seed[32];
    struct fed_public key;
};

MADE struct made_key made_key(const char *kid, int n)
{
    struct made_key made = {.seed = {(uint8_t)n, (uint8_t)(n >> 8), 0x1b}};
    EVP_PKEY *pkey;
    size_t len = FED_PUBLIC_BYTES;

    snprintf(made.key.kid, sizeof made.key.kid, "%s", kid);
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, made.seed, sizeof made.seed);
    invariant(pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, made.key.ed25519, &len) == 1,
              "key %d", n);
    EVP_PKEY_free(pkey);
    return made;
}

MADE enum err made_sign(void *arg, const char *kid, struct span bytes,
                        uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    const struct made_key *made = arg;
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, made->seed, sizeof made->seed);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = FED_SIG_BYTES;

    (void)kid;
    (void)why;
    invariant(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
                  EVP_DigestSign(ctx, signature_out, &len, bytes.p, bytes.len) == 1,
              "%s", made->key.kid);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ERR_OK;
}

/* The signature lines of n keys. */
MADE struct span made_lines(enum fed_doc_type type, struct span bytes,
                            struct made_key *const *keys, int n, struct arena *arena)
{
    const char *text = "";

    for (int i = 0; i < n; i++) {
        const struct fed_doc_signer signer = {keys[i]->key.kid, made_sign, keys[i]};
        struct span line;

        invariant(fed_doc_sign(type, bytes, &signer, arena, &line, NULL) == ERR_OK, "%d", i);
        text = arena_printf(arena, "%s%.*s", text, SPAN_ARG(line));
        invariant(text != NULL, "memory");
    }
    return span_text(text);
}

MADE struct span made_whole(enum fed_doc_type type, struct span bytes,
                            struct made_key *const *keys, int n, struct arena *arena)
{
    struct span whole;

    invariant(fed_doc_join(bytes, made_lines(type, bytes, keys, n, arena), arena, &whole,
                           NULL) == ERR_OK,
              "memory");
    return whole;
}

MADE struct id made_node(int i)
{
    struct id id = {{0x01, 0x93, 0x50, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, (uint8_t)(i >> 8),
                     (uint8_t)i}};

    return id;
}

/* Three roots that every made registry has. */
MADE void made_roots(struct made_key roots[FED_ROOTS_N])
{
    roots[0] = made_key("hinata-root-1", 1);
    roots[1] = made_key("hinata-root-2", 2);
    roots[2] = made_key("hinata-root-3", 3);
}

MADE struct registry_draft made_first(struct arena *arena)
{
    struct made_key roots[FED_ROOTS_N];
    struct registry_first first = {
        .federation = SPAN("hinata"), .name_ja = SPAN("ひなた県の連合"), .coordinator_k = 5};
    struct registry_draft draft;

    made_roots(roots);
    for (int i = 0; i < FED_ROOTS_N; i++) {
        first.roots[i] = roots[i].key;
        first.holders_ja[i] = SPAN("根の鍵を持つ人");
    }
    invariant(registry_draft_first(&first, MADE_NOW, FED_EXPIRES_MOST_US, arena, &draft,
                                   NULL) == ERR_OK,
              "the first registry");
    return draft;
}

/* What member i says of itself when it asks to join. */
MADE struct fed_join made_join(int i, struct arena *arena)
{
    struct made_key roots[FED_ROOTS_N];
    char kid[FED_KID_CAP];
    struct fed_join join = {
        .invitation = {.id = made_node(5000 + i),
                       .federation = SPAN("hinata"),
                       .name_ja = SPAN("ひなた県の連合"),
                       .guest_ja = SPAN("あおぞら市"),
                       .seq = 1,
                       .issued_utc_us = MADE_NOW,
                       .until_utc_us = MADE_NOW + DAY_US},
        .node = made_node(i),
        .code = SPAN("232017"),
        .n_spki = 1,
        .asked_utc_us = MADE_NOW,
    };

    made_roots(roots);
    for (int r = 0; r < FED_ROOTS_N; r++)
        join.invitation.roots[r] = roots[r].key;
    snprintf(kid, sizeof kid, "town%d-1", i);
    join.key = made_key(kid, 100 + i).key;
    join.name_ja = span_text(arena_printf(arena, "あおぞら市第%d学びの場", i));
    join.endpoint = span_text(arena_printf(arena, "town%d.example.jp:8443", i));
    memset(join.spki[0], i & 0xff, FED_SPKI_BYTES);
    return join;
}

MADE struct registry_terms made_terms(void)
{
    return (struct registry_terms){
        .contract = SPAN("c-2026-1"),
        .from_utc_us = MADE_NOW - DAY_US,
        .to_utc_us = MADE_NOW + 90 * DAY_US,
        .tier = 2,
        .capacity = 30,
        .roles = FED_ROLE_BIT(FED_ROLE_HOST) | FED_ROLE_BIT(FED_ROLE_GUEST),
        .key_life_us = 60 * DAY_US,
    };
}

/* Member 0 is the coordinator. */
MADE void made_admit(struct registry_draft *draft, int i)
{
    struct fed_join join = made_join(i, draft->arena);
    struct registry_terms terms = made_terms();
    struct fail why = {.code = ERR_OK};

    if (i == 0)
        terms.roles |= FED_ROLE_BIT(FED_ROLE_COORDINATOR);
    invariant(registry_draft_admit(draft, &join, &terms, &why) == ERR_OK, "member %d: %s", i,
              why.text);
}

MADE struct span made_end(struct registry_draft *draft)
{
    struct span bytes;
    struct fail why = {.code = ERR_OK};

    invariant(registry_draft_end(draft, &bytes, &why) == ERR_OK, "%s", why.text);
    return bytes;
}

/* The first registry with n members. */
MADE struct span made_registry(int n, struct arena *arena)
{
    struct registry_draft draft = made_first(arena);

    for (int i = 0; i < n; i++)
        made_admit(&draft, i);
    return made_end(&draft);
}

/* The next one after bytes, `after_us` later. */
MADE struct registry_draft made_next(struct span bytes, int64_t after_us, struct arena *arena)
{
    struct registry_draft draft;
    struct fail why = {.code = ERR_OK};

    invariant(registry_draft_begin(bytes, MADE_NOW + after_us, FED_EXPIRES_MOST_US, arena,
                                   &draft, &why) == ERR_OK,
              "%s", why.text);
    return draft;
}

/* Signature lines of the first n roots. */
MADE struct span made_signed(struct span bytes, int n, struct arena *arena)
{
    struct made_key roots[FED_ROOTS_N];
    struct made_key *const all[FED_ROOTS_N] = {&roots[0], &roots[1], &roots[2]};

    made_roots(roots);
    return made_lines(FED_DOC_REGISTRY, bytes, all, n, arena);
}

/* text with the first `from` in it replaced; from must be there. */
MADE struct span made_edit(struct span text, const char *from, const char *to,
                           struct arena *arena)
{
    const uint8_t *at = memmem(text.p, text.len, from, strlen(from));
    size_t before, len;
    uint8_t *p;

    invariant(at != NULL, "no \"%s\"", from);
    before = (size_t)(at - text.p);
    len = text.len - strlen(from) + strlen(to);
    p = arena_alloc(arena, len + 1);
    memcpy(p, text.p, before);
    memcpy(p + before, to, strlen(to));
    memcpy(p + before + strlen(to), at + strlen(from), text.len - before - strlen(from));
    return span_of(p, len);
}

#endif

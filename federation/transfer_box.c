#include "federation/transfer_box.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "node/db/gcm.h"

#define LABEL     SPAN("ibasho-transfer/1")
#define AAD_BYTES (3 * 16 + 3 * 8 + HASH256_BYTES)

static uint8_t *put_i64(uint8_t *at, int64_t v)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
    return at + 8;
}

static void aad_of(const struct transfer_bound *b, uint8_t out[AAD_BYTES])
{
    uint8_t *at = out;

    memcpy(at, b->transfer.b, 16);
    memcpy(at + 16, b->home.b, 16);
    memcpy(at + 32, b->receiver.b, 16);
    at = put_i64(at + 48, b->seq);
    at = put_i64(at, b->piece);
    at = put_i64(at, b->n_pieces);
    memcpy(at, b->sha256.b, HASH256_BYTES);
}

enum err transfer_box_seal(const struct transfer_bound *bound,
                           const uint8_t to[HALF_POINT_BYTES], struct span plain,
                           struct arena *arena, uint8_t from_out[HALF_POINT_BYTES],
                           struct span *sealed_out, struct fail *why)
{
    uint8_t secret[HALF_POINT_BYTES], key[32], aad[AAD_BYTES];
    uint8_t *out = arena_alloc(arena, plain.len + TRANSFER_BOX_OVERHEAD);
    enum err rc = out == NULL || plain.len > INT_MAX / 2 ? fail_set(why, ERR_NOMEM, "a piece")
                                                         : half_box_pair(secret, from_out, why);

    if (rc != ERR_OK)
        return rc;
    aad_of(bound, aad);
    rc = half_box_agree(LABEL, bound->transfer, secret, to, from_out, to, key, why);
    OPENSSL_cleanse(secret, sizeof secret);
    if (rc == ERR_OK && RAND_bytes(out, GCM_NONCE_BYTES) != 1)
        rc = fail_set(why, ERR_INTERNAL, "no nonce");
    if (rc == ERR_OK)
        rc = gcm_seal(key, out, span_of(aad, sizeof aad), plain, out + GCM_NONCE_BYTES, why);
    OPENSSL_cleanse(key, sizeof key);
    if (rc == ERR_OK)
        *sealed_out = span_of(out, plain.len + TRANSFER_BOX_OVERHEAD);
    return rc;
}

enum err transfer_box_open(const struct transfer_bound *bound,
                           const uint8_t secret[HALF_POINT_BYTES],
                           const uint8_t to[HALF_POINT_BYTES],
                           const uint8_t from[HALF_POINT_BYTES], struct span sealed,
                           struct arena *arena, struct span *plain_out, struct fail *why)
{
    uint8_t key[32], aad[AAD_BYTES], *out;
    enum err rc;

    if (sealed.len < TRANSFER_BOX_OVERHEAD || sealed.len > INT_MAX / 2)
        return fail_set(why, ERR_PROTO, "a piece of %zu bytes", sealed.len);
    out = arena_alloc(arena, sealed.len);
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "a piece");
    aad_of(bound, aad);
    rc = half_box_agree(LABEL, bound->transfer, secret, from, from, to, key, why);
    if (rc == ERR_INVALID)
        return fail_set(why, ERR_PROTO, "no X25519 key");
    if (rc == ERR_OK)
        rc = gcm_open(key, sealed.p, span_of(aad, sizeof aad),
                      span_from(sealed, GCM_NONCE_BYTES), out, why);
    OPENSSL_cleanse(key, sizeof key);
    if (rc == ERR_OK)
        *plain_out = span_of(out, sealed.len - TRANSFER_BOX_OVERHEAD);
    return rc;
}

#include "federation/transfer_box.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define AAD_BYTES   (3 * 16 + 3 * 8 + HASH256_BYTES)

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

/* False: `other` is a point that gives nothing away but zeros, or none (RFC 7748, section 6.1:
 * OpenSSL refuses the all-zero result). */
static bool agree(const uint8_t secret[HALF_POINT_BYTES], const uint8_t other[HALF_POINT_BYTES],
                  uint8_t shared_out[HALF_POINT_BYTES])
{
    EVP_PKEY *own =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, HALF_POINT_BYTES);
    EVP_PKEY *peer =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, other, HALF_POINT_BYTES);
    EVP_PKEY_CTX *ctx = own == NULL ? NULL : EVP_PKEY_CTX_new(own, NULL);
    size_t len = HALF_POINT_BYTES;
    bool ok = ctx != NULL && peer != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
              EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
              EVP_PKEY_derive(ctx, shared_out, &len) == 1 && len == HALF_POINT_BYTES;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    return ok;
}

static enum err key_of(struct id transfer, const uint8_t secret[HALF_POINT_BYTES],
                       const uint8_t other[HALF_POINT_BYTES],
                       const uint8_t from[HALF_POINT_BYTES], const uint8_t to[HALF_POINT_BYTES],
                       uint8_t key_out[32], struct fail *why)
{
    static const char label[] = "ibasho-transfer/1";
    uint8_t info[sizeof label - 1 + (size_t)2 * HALF_POINT_BYTES], shared[HALF_POINT_BYTES];
    enum err rc;

    memcpy(info, label, sizeof label - 1);
    memcpy(info + sizeof label - 1, from, HALF_POINT_BYTES);
    memcpy(info + sizeof label - 1 + HALF_POINT_BYTES, to, HALF_POINT_BYTES);
    if (!agree(secret, other, shared))
        return fail_set(why, ERR_INVALID, "no X25519 key");
    rc = half_box_derive(shared, transfer, span_of(info, sizeof info), key_out, why);
    OPENSSL_cleanse(shared, sizeof shared);
    return rc;
}

static bool cover(const uint8_t key[32], const uint8_t *aad, struct span plain, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    bool ok = ctx != NULL && RAND_bytes(out, NONCE_BYTES) == 1 &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &n, aad, AAD_BYTES) == 1 &&
              EVP_EncryptUpdate(ctx, out + NONCE_BYTES, &n, plain.p, (int)plain.len) == 1 &&
              EVP_EncryptFinal_ex(ctx, out + NONCE_BYTES + n, &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES,
                                  out + NONCE_BYTES + plain.len) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static bool uncover(const uint8_t key[32], const uint8_t *aad, struct span sealed, uint8_t *out)
{
    size_t len = sealed.len - TRANSFER_BOX_OVERHEAD;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t tag[TAG_BYTES];
    int n = 0;
    bool ok;

    memcpy(tag, sealed.p + NONCE_BYTES + len, sizeof tag);
    ok = ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed.p) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &n, aad, AAD_BYTES) == 1 &&
         EVP_DecryptUpdate(ctx, out, &n, sealed.p + NONCE_BYTES, (int)len) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
         EVP_DecryptFinal_ex(ctx, out + n, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
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
    rc = key_of(bound->transfer, secret, to, from_out, to, key, why);
    OPENSSL_cleanse(secret, sizeof secret);
    if (rc == ERR_OK && !cover(key, aad, plain, out))
        rc = fail_set(why, ERR_INTERNAL, "AES-256-GCM");
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
    rc = key_of(bound->transfer, secret, from, from, to, key, why);
    if (rc == ERR_INVALID)
        return fail_set(why, ERR_PROTO, "no X25519 key");
    if (rc == ERR_OK && !uncover(key, aad, sealed, out))
        rc = fail_set(why, ERR_PROTO, "not sealed to this key, or as something else");
    OPENSSL_cleanse(key, sizeof key);
    if (rc == ERR_OK)
        *plain_out = span_of(out, sealed.len - TRANSFER_BOX_OVERHEAD);
    return rc;
}

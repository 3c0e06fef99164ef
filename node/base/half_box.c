#include "node/base/half_box.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#include "node/base/unconst.h"

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define INFO_CAP    120
#define RELEASE     SPAN("ibasho-escrow-release/1")

/* OpenSSL's parameters carry no const for what they only read. */
static OSSL_PARAM octets(const char *name, const void *p, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, unconst(p), len);
}

enum err half_box_derive(const uint8_t secret[32], struct id salt, struct span info,
                         uint8_t key_out[32], struct fail *why)
{
    char digest[] = "SHA256";
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, secret, 32),
        octets(OSSL_KDF_PARAM_SALT, salt.b, sizeof salt.b),
        octets(OSSL_KDF_PARAM_INFO, info.p, info.len),
        OSSL_PARAM_construct_end(),
    };
    bool ok =
        ctx != NULL && info.len <= INFO_CAP && EVP_KDF_derive(ctx, key_out, 32, params) == 1;

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "HKDF");
}

static bool public_of(const uint8_t secret[HALF_POINT_BYTES], uint8_t out[HALF_POINT_BYTES])
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, HALF_POINT_BYTES);
    size_t len = HALF_POINT_BYTES;
    bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, out, &len) == 1 &&
              len == HALF_POINT_BYTES;

    EVP_PKEY_free(key);
    return ok;
}

enum err half_box_pair(uint8_t secret_out[HALF_POINT_BYTES],
                       uint8_t public_out[HALF_POINT_BYTES], struct fail *why)
{
    if (RAND_priv_bytes(secret_out, HALF_POINT_BYTES) == 1 && public_of(secret_out, public_out))
        return ERR_OK;
    OPENSSL_cleanse(secret_out, HALF_POINT_BYTES);
    return fail_set(why, ERR_INTERNAL, "no pair of keys");
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

enum err
half_box_agree(struct span label, struct id salt, const uint8_t secret[HALF_POINT_BYTES],
               const uint8_t other[HALF_POINT_BYTES], const uint8_t from[HALF_POINT_BYTES],
               const uint8_t to[HALF_POINT_BYTES], uint8_t key_out[32], struct fail *why)
{
    uint8_t info[INFO_CAP], shared[HALF_POINT_BYTES];
    size_t len = label.len + (size_t)2 * HALF_POINT_BYTES;
    enum err rc;

    if (len > sizeof info)
        return fail_set(why, ERR_INTERNAL, "a label of %zu bytes", label.len);
    memcpy(info, label.p, label.len);
    memcpy(info + label.len, from, HALF_POINT_BYTES);
    memcpy(info + label.len + HALF_POINT_BYTES, to, HALF_POINT_BYTES);
    if (!agree(secret, other, shared))
        return fail_set(why, ERR_INVALID, "no X25519 key");
    rc = half_box_derive(shared, salt, span_of(info, len), key_out, why);
    OPENSSL_cleanse(shared, sizeof shared);
    return rc;
}

static bool cover(const uint8_t key[32], struct id node, const uint8_t *box, uint8_t *sealed)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    bool ok = ctx != NULL && RAND_bytes(sealed, NONCE_BYTES) == 1 &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &n, node.b, sizeof node.b) == 1 &&
              EVP_EncryptUpdate(ctx, sealed + NONCE_BYTES, &n, box, HALF_BOX_BYTES) == 1 &&
              EVP_EncryptFinal_ex(ctx, sealed + NONCE_BYTES + n, &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES,
                                  sealed + NONCE_BYTES + HALF_BOX_BYTES) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static bool uncover(const uint8_t key[32], struct id node, const uint8_t *sealed, uint8_t *box)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t tag[TAG_BYTES];
    int n = 0;
    bool ok;

    memcpy(tag, sealed + NONCE_BYTES + HALF_BOX_BYTES, sizeof tag);
    ok = ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &n, node.b, sizeof node.b) == 1 &&
         EVP_DecryptUpdate(ctx, box, &n, sealed + NONCE_BYTES, HALF_BOX_BYTES) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
         EVP_DecryptFinal_ex(ctx, box + n, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

enum err half_box_seal(struct id node, const uint8_t to[HALF_POINT_BYTES],
                       const uint8_t box[HALF_BOX_BYTES], uint8_t from_out[HALF_POINT_BYTES],
                       uint8_t sealed_out[HALF_SEALED_BYTES], struct fail *why)
{
    uint8_t secret[HALF_POINT_BYTES], key[32];
    enum err rc = half_box_pair(secret, from_out, why);

    if (rc == ERR_OK)
        rc = half_box_agree(RELEASE, node, secret, to, from_out, to, key, why);
    OPENSSL_cleanse(secret, sizeof secret);
    if (rc == ERR_OK && !cover(key, node, box, sealed_out))
        rc = fail_set(why, ERR_INTERNAL, "AES-256-GCM");
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

enum err half_box_open(struct id node, const uint8_t secret[HALF_POINT_BYTES],
                       const uint8_t from[HALF_POINT_BYTES],
                       const uint8_t sealed[HALF_SEALED_BYTES], uint8_t box_out[HALF_BOX_BYTES],
                       struct fail *why)
{
    uint8_t to[HALF_POINT_BYTES], key[32];
    enum err rc;

    if (!public_of(secret, to))
        return fail_set(why, ERR_INTERNAL, "no pair of keys");
    rc = half_box_agree(RELEASE, node, secret, from, from, to, key, why);
    if (rc == ERR_OK && !uncover(key, node, sealed, box_out))
        rc = fail_set(why, ERR_PROTO, "not sealed to this key");
    OPENSSL_cleanse(key, sizeof key);
    return rc == ERR_INVALID ? fail_set(why, ERR_PROTO, "not sealed to this key") : rc;
}

#include "ops/keyd/nk.h"
#include "node/base/unconst.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define IKM_BYTES   ((size_t)2 * KEYD_HALF_BYTES)
#define AAD_CAP     128

static void number_into(uint32_t v, uint8_t out[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* OpenSSL's parameters carry no const for what they only read. */
static OSSL_PARAM octets(const char *name, const void *p, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, unconst(p), len);
}

enum err nk_derive(struct id node, uint32_t generation,
                   const uint8_t contractor[KEYD_HALF_BYTES],
                   const uint8_t municipality[KEYD_HALF_BYTES], uint8_t nk_out[NK_BYTES],
                   struct fail *why)
{
    char digest[] = "SHA256";
    uint8_t info[] = "ibasho-nk/1\0\0\0\0";
    uint8_t *ikm = OPENSSL_secure_malloc(IKM_BYTES);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    const size_t info_len = sizeof info - 1; /* the generation takes the place of the NULs */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, ikm, IKM_BYTES),
        octets(OSSL_KDF_PARAM_SALT, node.b, sizeof node.b),
        octets(OSSL_KDF_PARAM_INFO, info, info_len),
        OSSL_PARAM_construct_end(),
    };
    bool ok = false;

    number_into(generation, info + info_len - 4);
    if (ikm != NULL && ctx != NULL) {
        memcpy(ikm, contractor, KEYD_HALF_BYTES);
        memcpy(ikm + KEYD_HALF_BYTES, municipality, KEYD_HALF_BYTES);
        ok = EVP_KDF_derive(ctx, nk_out, NK_BYTES, params) == 1;
    }
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    OPENSSL_secure_clear_free(ikm, IKM_BYTES);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "HKDF");
}

enum err nk_check_value(const uint8_t nk[NK_BYTES], uint32_t generation,
                        uint8_t check_out[NK_CHECK_BYTES], struct fail *why)
{
    uint8_t label[] = "ibasho-keyd-check/1\0\0\0\0";

    number_into(generation, label + sizeof label - 5);
    if (HMAC(EVP_sha256(), nk, NK_BYTES, label, sizeof label - 1, check_out, NULL) == NULL)
        return fail_set(why, ERR_INTERNAL, "HMAC");
    return ERR_OK;
}

enum err nk_sheet_code(struct id node, const uint8_t municipality[KEYD_HALF_BYTES],
                       uint8_t code_out[KEYD_CODE_BYTES], struct fail *why)
{
    static const char label[] = "ibasho-sheet/1";
    uint8_t hash[32];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(ctx, label, sizeof label - 1) == 1 &&
              EVP_DigestUpdate(ctx, node.b, sizeof node.b) == 1 &&
              EVP_DigestUpdate(ctx, municipality, KEYD_HALF_BYTES) == 1 &&
              EVP_DigestFinal_ex(ctx, hash, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    if (!ok)
        return fail_set(why, ERR_INTERNAL, "SHA-256");
    memcpy(code_out, hash, KEYD_CODE_BYTES);
    return ERR_OK;
}

/* Returns the length written. */
static size_t aad_into(uint32_t generation, const struct keyd_key *key, uint8_t out[AAD_CAP])
{
    static const char label[] = "ibasho-wrap/1";
    size_t name_len = strlen(key->name), at = sizeof label - 1;

    memcpy(out, label, at);
    number_into(generation, out + at);
    at += 4;
    memcpy(out + at, key->key.b, sizeof key->key.b);
    at += sizeof key->key.b;
    memcpy(out + at, key->subject.b, sizeof key->subject.b);
    at += sizeof key->subject.b;
    out[at++] = key->kind;
    out[at++] = (uint8_t)name_len;
    memcpy(out + at, key->name, name_len);
    return at + name_len;
}

/* A context for each call: EVP_CIPHER_CTX_free wipes the key schedule, so that outside the
 * locked heap the node key exists for microseconds only. */
enum err nk_wrap(const uint8_t nk[NK_BYTES], uint32_t generation, const struct keyd_key *key,
                 const uint8_t bytes[KEYD_KEY_BYTES], uint8_t blob_out[KEYD_BLOB_BYTES],
                 struct fail *why)
{
    uint8_t aad[AAD_CAP];
    int aad_len = (int)aad_into(generation, key, aad), len;
    uint8_t *nonce = blob_out, *text = nonce + NONCE_BYTES, *tag = text + KEYD_KEY_BYTES;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && RAND_bytes(nonce, NONCE_BYTES) == 1 &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, nk, nonce) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &len, aad, aad_len) == 1 &&
              EVP_EncryptUpdate(ctx, text, &len, bytes, KEYD_KEY_BYTES) == 1 &&
              EVP_EncryptFinal_ex(ctx, text + len, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "AES-256-GCM");
}

enum err nk_unwrap(const uint8_t nk[NK_BYTES], uint32_t generation, const struct keyd_key *key,
                   const uint8_t blob[KEYD_BLOB_BYTES], uint8_t bytes_out[KEYD_KEY_BYTES],
                   struct fail *why)
{
    uint8_t aad[AAD_CAP], tag[TAG_BYTES];
    int aad_len = (int)aad_into(generation, key, aad), len;
    const uint8_t *nonce = blob, *text = nonce + NONCE_BYTES;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ready;
    int opened = 0;

    memcpy(tag, text + KEYD_KEY_BYTES, TAG_BYTES);
    ready = ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, nk, nonce) == 1 &&
            EVP_DecryptUpdate(ctx, NULL, &len, aad, aad_len) == 1 &&
            EVP_DecryptUpdate(ctx, bytes_out, &len, text, KEYD_KEY_BYTES) == 1 &&
            EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1;
    if (ready)
        opened = EVP_DecryptFinal_ex(ctx, bytes_out + len, &len);
    EVP_CIPHER_CTX_free(ctx);
    if (ready && opened == 1)
        return ERR_OK;
    OPENSSL_cleanse(bytes_out, KEYD_KEY_BYTES);
    return ready ? fail_set(why, ERR_PROTO, "the wrapped key is not of this place")
                 : fail_set(why, ERR_INTERNAL, "AES-256-GCM");
}

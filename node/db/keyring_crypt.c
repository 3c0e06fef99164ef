#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "node/db/keyring.h"

static enum err signer_open(struct keyring *keyring, const char *name, EVP_PKEY **pkey_out,
                            struct fail *why)
{
    uint8_t seed[KEY_BYTES];
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_SIGN, ID_NONE, name, &key, why);

    *pkey_out = NULL;
    if (rc == ERR_OK)
        rc = keyring_open_key(keyring, key, seed, why);
    if (rc != ERR_OK)
        return rc;
    *pkey_out = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    OPENSSL_cleanse(seed, sizeof seed);
    return *pkey_out != NULL ? ERR_OK : fail_set(why, ERR_INTERNAL, "Ed25519 key");
}

enum err keyring_sign(struct keyring *keyring, const char *name, struct span bytes,
                      uint8_t signature_out[64], struct fail *why)
{
    EVP_PKEY *pkey = NULL;
    EVP_MD_CTX *ctx = NULL;
    size_t len = 64;
    enum err rc = signer_open(keyring, name, &pkey, why);

    if (rc != ERR_OK)
        return rc;
    ctx = EVP_MD_CTX_new();
    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) != 1 ||
        EVP_DigestSign(ctx, signature_out, &len, bytes.p, bytes.len) != 1)
        rc = fail_set(why, ERR_INTERNAL, "Ed25519 signature");
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return rc;
}

enum err keyring_public_key(struct keyring *keyring, const char *name, uint8_t public_out[32],
                            struct fail *why)
{
    EVP_PKEY *pkey = NULL;
    size_t len = 32;
    enum err rc = signer_open(keyring, name, &pkey, why);

    if (rc != ERR_OK)
        return rc;
    if (EVP_PKEY_get_raw_public_key(pkey, public_out, &len) != 1)
        rc = fail_set(why, ERR_INTERNAL, "Ed25519 public key");
    EVP_PKEY_free(pkey);
    return rc;
}

enum err keyring_blind(struct keyring *keyring, const char *name, struct span text,
                       uint8_t index_out[16], struct fail *why)
{
    static const uint8_t none[1];
    uint8_t bytes[KEY_BYTES], mac[32];
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_MAC, ID_NONE, name, &key, why);

    if (rc == ERR_OK)
        rc = keyring_open_key(keyring, key, bytes, why);
    if (rc != ERR_OK)
        return rc;
    if (HMAC(EVP_sha256(), bytes, KEY_BYTES, text.len == 0 ? none : text.p, text.len, mac,
             NULL) == NULL)
        rc = fail_set(why, ERR_INTERNAL, "HMAC");
    else
        memcpy(index_out, mac, 16);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

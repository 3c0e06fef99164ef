#include "ops/keyd/boot_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define FILE_NAME "boot.key"

/* The file is one of halves with one line. */
enum err boot_key_read(const char *dir, uint8_t seed_out[BOOT_SEED_BYTES], bool *has_out,
                       struct fail *why)
{
    struct store_halves *file = OPENSSL_secure_zalloc(sizeof *file);
    enum err rc;

    *has_out = false;
    if (file == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    rc = store_halves_read(dir, FILE_NAME, file, why);
    if (rc == ERR_OK && file->at[0].generation != 0) {
        memcpy(seed_out, file->at[0].half, BOOT_SEED_BYTES);
        *has_out = true;
    }
    OPENSSL_secure_clear_free(file, sizeof *file);
    return rc;
}

static enum err write_file(const char *dir, const uint8_t *seed, struct fail *why)
{
    struct store_halves *file = OPENSSL_secure_zalloc(sizeof *file);
    enum err rc;

    if (file == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    if (seed != NULL) {
        file->at[0].generation = 1;
        memcpy(file->at[0].half, seed, BOOT_SEED_BYTES);
    }
    rc = store_halves_write(dir, FILE_NAME, file, why);
    OPENSSL_secure_clear_free(file, sizeof *file);
    return rc;
}

enum err boot_key_write(const char *dir, const uint8_t seed[BOOT_SEED_BYTES], struct fail *why)
{
    return write_file(dir, seed, why);
}

enum err boot_key_forget(const char *dir, struct fail *why)
{
    return write_file(dir, NULL, why);
}

/* NULL: could not be had. */
static EVP_PKEY *sign_key(struct id node, const uint8_t seed[BOOT_SEED_BYTES])
{
    uint8_t secret[32];
    EVP_PKEY *key = NULL;

    if (half_box_derive(seed, node, SPAN("ibasho-escrow-sign/1"), secret, NULL) == ERR_OK)
        key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return key;
}

enum err boot_key_public(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                         uint8_t public_out[32], struct fail *why)
{
    EVP_PKEY *key = sign_key(node, seed);
    size_t len = 32;
    bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, public_out, &len) == 1;

    EVP_PKEY_free(key);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "Ed25519");
}

enum err boot_key_sign(struct id node, const uint8_t seed[BOOT_SEED_BYTES], struct span message,
                       uint8_t signature_out[KEYD_SIGNATURE_BYTES], struct fail *why)
{
    EVP_PKEY *key = sign_key(node, seed);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = KEYD_SIGNATURE_BYTES;
    bool ok = key != NULL && ctx != NULL &&
              EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(ctx, signature_out, &len, message.p, message.len) == 1 &&
              len == KEYD_SIGNATURE_BYTES;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "Ed25519");
}

/* What the box is bound to; the node's id is in the key already. */
static const struct keyd_key place = {.name = "municipality.half"};

enum err boot_key_box(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                      const uint8_t half[KEYD_HALF_BYTES], uint8_t box_out[HALF_BOX_BYTES],
                      struct fail *why)
{
    uint8_t key[NK_BYTES];
    enum err rc = half_box_derive(seed, node, SPAN("ibasho-escrow-box/1"), key, why);

    if (rc == ERR_OK)
        rc = nk_wrap(key, 0, &place, half, box_out, why);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

enum err boot_key_unbox(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                        const uint8_t box[HALF_BOX_BYTES], uint8_t half_out[KEYD_HALF_BYTES],
                        struct fail *why)
{
    uint8_t key[NK_BYTES];
    enum err rc = half_box_derive(seed, node, SPAN("ibasho-escrow-box/1"), key, why);

    if (rc == ERR_OK)
        rc = nk_unwrap(key, 0, &place, box, half_out, why);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

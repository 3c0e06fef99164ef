#include "node/db/gcm.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t ctx_key;
static EVP_CIPHER *cipher; /* fetched once, kept for the program's life */
static _Thread_local EVP_CIPHER_CTX *ctx_here;

static void ctx_free(void *ctx)
{
    EVP_CIPHER_CTX_free(ctx);
}

static void start(void)
{
    cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    invariant(cipher != NULL && pthread_key_create(&ctx_key, ctx_free) == 0,
              "OpenSSL has no AES-256-GCM");
}

static EVP_CIPHER_CTX *ctx_of_thread(void)
{
    if (ctx_here != NULL)
        return ctx_here;
    pthread_once(&once, start);
    ctx_here = EVP_CIPHER_CTX_new();
    if (ctx_here != NULL && pthread_setspecific(ctx_key, ctx_here) != 0) {
        EVP_CIPHER_CTX_free(ctx_here);
        ctx_here = NULL;
    }
    return ctx_here;
}

enum err gcm_seal(const uint8_t key[GCM_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                  struct span aad, struct span plain, uint8_t *out, struct fail *why)
{
    EVP_CIPHER_CTX *ctx = ctx_of_thread();
    int len, rest;
    bool ok;

    if (ctx == NULL)
        return fail_set(why, ERR_NOMEM, "AES-256-GCM context");
    if (plain.len > INT_MAX - GCM_TAG_BYTES || aad.len > INT_MAX)
        return fail_set(why, ERR_TOO_LARGE, "%zu bytes in one message", plain.len);
    ok = EVP_EncryptInit_ex2(ctx, cipher, key, nonce, NULL) == 1 &&
         EVP_EncryptUpdate(ctx, NULL, &len, aad.p, (int)aad.len) == 1;
    len = 0;
    if (ok && plain.len > 0)
        ok = EVP_EncryptUpdate(ctx, out, &len, plain.p, (int)plain.len) == 1;
    ok = ok && EVP_EncryptFinal_ex(ctx, out + len, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, GCM_TAG_BYTES, out + plain.len) == 1;
    EVP_CIPHER_CTX_reset(ctx);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "AES-256-GCM");
}

/* key NULL: the one that ctx has. */
static enum err open_with(EVP_CIPHER_CTX *ctx, const uint8_t *key,
                          const uint8_t nonce[GCM_NONCE_BYTES], struct span aad,
                          struct span sealed, uint8_t *out, struct fail *why)
{
    uint8_t tag[GCM_TAG_BYTES];
    size_t plain_len;
    int len, rest, verdict = 0;
    bool ready;

    if (sealed.len < GCM_TAG_BYTES || sealed.len > INT_MAX || aad.len > INT_MAX)
        return fail_set(why, ERR_PROTO, "%zu sealed bytes", sealed.len);
    plain_len = sealed.len - GCM_TAG_BYTES;
    memcpy(tag, sealed.p + plain_len, sizeof tag);
    ready = EVP_DecryptInit_ex2(ctx, key == NULL ? NULL : cipher, key, nonce, NULL) == 1 &&
            EVP_DecryptUpdate(ctx, NULL, &len, aad.p, (int)aad.len) == 1;
    len = 0;
    if (ready && plain_len > 0)
        ready = EVP_DecryptUpdate(ctx, out, &len, sealed.p, (int)plain_len) == 1;
    ready = ready && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof tag, tag) == 1;
    if (ready)
        verdict = EVP_DecryptFinal_ex(ctx, out + len, &rest);
    if (ready && verdict == 1)
        return ERR_OK;
    /* What was not authenticated reaches nobody. */
    OPENSSL_cleanse(out, plain_len);
    return ready ? fail_set(why, ERR_PROTO, "sealed bytes do not open")
                 : fail_set(why, ERR_INTERNAL, "AES-256-GCM");
}

enum err gcm_open(const uint8_t key[GCM_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                  struct span aad, struct span sealed, uint8_t *out, struct fail *why)
{
    EVP_CIPHER_CTX *ctx = ctx_of_thread();
    enum err rc;

    if (ctx == NULL)
        return fail_set(why, ERR_NOMEM, "AES-256-GCM context");
    rc = open_with(ctx, key, nonce, aad, sealed, out, why);
    EVP_CIPHER_CTX_reset(ctx);
    return rc;
}

/* ---- one key for many ---- */

struct gcm_key {
    EVP_CIPHER_CTX *ctx;
};

enum err gcm_key_create(const uint8_t key[GCM_KEY_BYTES], struct gcm_key **key_out,
                        struct fail *why)
{
    struct gcm_key *k = calloc(1, sizeof *k);

    pthread_once(&once, start);
    *key_out = k;
    if (k != NULL)
        k->ctx = EVP_CIPHER_CTX_new();
    if (k != NULL && k->ctx != NULL &&
        EVP_DecryptInit_ex2(k->ctx, cipher, key, NULL, NULL) == 1)
        return ERR_OK;
    gcm_key_destroy(key_out);
    return fail_set(why, ERR_NOMEM, "AES-256-GCM context");
}

void gcm_key_destroy(struct gcm_key **key)
{
    if (*key != NULL)
        EVP_CIPHER_CTX_free((*key)->ctx); /* wipes the schedule */
    free(*key);
    *key = NULL;
}

enum err gcm_key_open(struct gcm_key *key, const uint8_t nonce[GCM_NONCE_BYTES],
                      struct span aad, struct span sealed, uint8_t *out, struct fail *why)
{
    return open_with(key->ctx, NULL, nonce, aad, sealed, out, why);
}

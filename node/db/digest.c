#include "node/db/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <sys/random.h>

struct hmac {
    EVP_MAC *mac;
    EVP_MAC_CTX *ctx;
};

enum err digest_hmac_sha1(struct span key, struct span bytes, uint8_t out[SHA1_BYTES],
                          struct fail *why)
{
    if (HMAC(EVP_sha1(), key.p, (int)key.len, bytes.p, bytes.len, out, NULL) == NULL)
        return fail_set(why, ERR_INTERNAL, "HMAC-SHA-1 over %zu bytes", bytes.len);
    return ERR_OK;
}

void digest_random(void *out, size_t len)
{
    uint8_t *p = out;

    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0)
            continue; /* EINTR is the only error a blocking call with a good buffer has */
        p += n;
        len -= (size_t)n;
    }
}

void digest_wipe(void *p, size_t len)
{
    OPENSSL_cleanse(p, len);
}

enum err hmac_create(struct span key, struct hmac **hmac_out, struct fail *why)
{
    char name[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    struct hmac *h = calloc(1, sizeof *h);

    *hmac_out = NULL;
    if (h == NULL)
        return fail_set(why, ERR_NOMEM, "HMAC");
    h->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (h->mac != NULL)
        h->ctx = EVP_MAC_CTX_new(h->mac);
    if (h->ctx == NULL || EVP_MAC_init(h->ctx, key.p, key.len, params) != 1) {
        hmac_destroy(&h);
        return fail_set(why, ERR_NOMEM, "HMAC-SHA-256 context");
    }
    *hmac_out = h;
    return ERR_OK;
}

enum err hmac_put(struct hmac *h, struct span bytes, struct fail *why)
{
    if (bytes.len > 0 && EVP_MAC_update(h->ctx, bytes.p, bytes.len) != 1)
        return fail_set(why, ERR_INTERNAL, "HMAC over %zu bytes", bytes.len);
    return ERR_OK;
}

enum err hmac_finish(struct hmac *h, uint8_t out[HMAC256_BYTES], struct fail *why)
{
    size_t n = 0;

    if (EVP_MAC_final(h->ctx, out, &n, HMAC256_BYTES) != 1 || n != HMAC256_BYTES)
        return fail_set(why, ERR_INTERNAL, "HMAC end");
    return ERR_OK;
}

void hmac_destroy(struct hmac **hmac)
{
    struct hmac *h = *hmac;

    if (h == NULL)
        return;
    EVP_MAC_CTX_free(h->ctx);
    EVP_MAC_free(h->mac);
    free(h);
    *hmac = NULL;
}

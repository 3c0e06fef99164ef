#include "tenants/certificate/jws_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "node/base/hex.h"
#include "node/db/audit.h"
#include "node/db/digest.h"

#define ED25519_BYTES 32

struct jws_key {
    EVP_PKEY *pkey;
    enum jws_alg alg;
    char kid[JWS_KID_CAP];
    unsigned char *spki; /* OpenSSL's memory */
    size_t spki_len;
    struct hash256 certificate;
};

struct jws_private {
    EVP_PKEY *pkey;
};

const char *jws_alg_name(enum jws_alg alg)
{
    return alg == JWS_EDDSA ? "EdDSA" : "RS256";
}

static enum err alg_of(EVP_PKEY *pkey, enum jws_alg *alg_out, struct fail *why)
{
    int bits = EVP_PKEY_get_bits(pkey);

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        *alg_out = JWS_EDDSA;
        return ERR_OK;
    }
    if (!EVP_PKEY_is_a(pkey, "RSA"))
        return fail_set(why, ERR_INVALID, "a key that is neither Ed25519 nor RSA");
    if (bits < JWS_RSA_LEAST_BITS || bits > JWS_RSA_MOST_BITS)
        return fail_set(why, ERR_INVALID, "an RSA key of %d bits", bits);
    *alg_out = JWS_RS256;
    return ERR_OK;
}

/* Takes pkey. */
static enum err key_take(EVP_PKEY *pkey, struct jws_key **key_out, struct fail *why)
{
    struct jws_key *key = NULL;
    struct hash256 id;
    enum jws_alg alg = JWS_EDDSA;
    int len = 0;
    enum err rc = alg_of(pkey, &alg, why);

    if (rc != ERR_OK)
        goto out;
    rc = fail_set(why, ERR_NOMEM, "a public key");
    key = calloc(1, sizeof *key);
    if (key == NULL)
        goto out;
    len = i2d_PUBKEY(pkey, &key->spki);
    if (len <= 0)
        goto out;
    key->spki_len = (size_t)len;
    key->alg = alg;
    id = hash256_of(span_of(key->spki, key->spki_len));
    *hex_write(id.b, sizeof id.b, key->kid) = '\0';
    key->pkey = pkey;
    pkey = NULL;
    *key_out = key;
    key = NULL;
    rc = ERR_OK;
out:
    free(key);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return rc;
}

enum err jws_key_open_ed25519(const uint8_t public_key[32], struct jws_key **key_out,
                              struct fail *why)
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_BYTES);

    *key_out = NULL;
    if (pkey == NULL)
        return fail_set(why, ERR_NOMEM, "an Ed25519 key");
    return key_take(pkey, key_out, why);
}

/* DER has one form for one key: what would be written otherwise is not taken. */
static bool is_der_of(struct span der, const struct jws_key *key)
{
    return span_eq(der, span_of(key->spki, key->spki_len));
}

enum err jws_key_open_spki(struct span der, struct jws_key **key_out, struct fail *why)
{
    const unsigned char *at = der.p;
    EVP_PKEY *pkey =
        der.len == 0 || der.len > JWS_PEM_CAP ? NULL : d2i_PUBKEY(NULL, &at, (long)der.len);
    enum err rc;

    *key_out = NULL;
    ERR_clear_error();
    if (pkey == NULL)
        return fail_set(why, ERR_PROTO, "not a public key (SubjectPublicKeyInfo)");
    rc = key_take(pkey, key_out, why);
    if (rc == ERR_OK && !is_der_of(der, *key_out)) {
        jws_key_close(key_out);
        return fail_set(why, ERR_PROTO, "a public key written in another form than DER");
    }
    return rc;
}

static X509 *certificate_der(struct span bytes)
{
    const unsigned char *at = bytes.p;
    X509 *x509 = d2i_X509(NULL, &at, (long)bytes.len);

    if (x509 != NULL && at != bytes.p + bytes.len) {
        X509_free(x509);
        x509 = NULL;
    }
    return x509;
}

static X509 *certificate_pem(struct span bytes)
{
    BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.len);
    X509 *x509 = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
    X509 *second = x509 == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);

    if (second != NULL) {
        X509_free(x509);
        x509 = NULL;
    }
    X509_free(second);
    BIO_free(bio);
    return x509;
}

enum err jws_key_open_certificate(struct span bytes, struct jws_key **key_out, struct fail *why)
{
    X509 *x509 = NULL;
    EVP_PKEY *pkey = NULL;
    struct hash256 digest;
    unsigned int len = 0;
    enum err rc;

    *key_out = NULL;
    if (bytes.len == 0 || bytes.len > JWS_PEM_CAP)
        return fail_set(why, ERR_PROTO, "a certificate of %zu bytes", bytes.len);
    x509 = bytes.p[0] == 0x30 ? certificate_der(bytes) : certificate_pem(bytes);
    pkey = x509 == NULL ? NULL : X509_get_pubkey(x509);
    rc = ERR_PROTO;
    if (pkey != NULL && X509_digest(x509, EVP_sha256(), digest.b, &len) == 1)
        rc = ERR_OK;
    X509_free(x509);
    ERR_clear_error();
    if (rc != ERR_OK) {
        EVP_PKEY_free(pkey);
        return fail_set(why, rc, "not one certificate (PEM or DER)");
    }
    rc = key_take(pkey, key_out, why);
    if (rc == ERR_OK)
        (*key_out)->certificate = digest;
    return rc;
}

void jws_key_close(struct jws_key **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey);
    OPENSSL_free((*key)->spki);
    free(*key);
    *key = NULL;
}

enum jws_alg jws_key_alg(const struct jws_key *key)
{
    return key->alg;
}

const char *jws_key_kid(const struct jws_key *key)
{
    return key->kid;
}

struct span jws_key_spki(const struct jws_key *key)
{
    return span_of(key->spki, key->spki_len);
}

const uint8_t *jws_key_certificate_sha256(const struct jws_key *key)
{
    return key->certificate.b;
}

/* Ed25519 hashes by itself; RS256 is PKCS#1 v1.5 with SHA-256, OpenSSL's own default. */
static const EVP_MD *digest_of(enum jws_alg alg)
{
    return alg == JWS_RS256 ? EVP_sha256() : NULL;
}

enum err jws_key_check(const struct jws_key *key, struct span bytes, struct span signature,
                       struct fail *why)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum err rc = ERR_NOMEM;
    int verdict = -1;

    if (ctx == NULL)
        goto out;
    rc = ERR_INTERNAL;
    if (EVP_DigestVerifyInit(ctx, NULL, digest_of(key->alg), NULL, key->pkey) != 1)
        goto out;
    /* RSA says -1 for a signature whose length or padding is wrong, which is no trouble of ours
     * but the signature's: the context is ready, so whatever is not 1 is "did not sign". */
    verdict = EVP_DigestVerify(ctx, signature.p, signature.len, bytes.p, bytes.len);
    rc = verdict == 1 ? ERR_OK : ERR_DENIED;
out:
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return rc == ERR_OK ? rc : fail_set(why, rc, "signature of key %.16s", key->kid);
}

/* ---- to sign ---- */

static enum err log_sign(void *arg, struct span bytes, uint8_t signature_out[JWS_SIGNATURE_CAP],
                         size_t *len_out, struct fail *why)
{
    *len_out = 64;
    return keyring_sign(arg, AUDIT_KEY_NAME, bytes, signature_out, why);
}

enum err jws_signer_of_log(struct keyring *keyring, struct jws_signer *signer_out,
                           struct fail *why)
{
    struct jws_key *key = NULL;
    uint8_t public_key[ED25519_BYTES];
    enum err rc = keyring_public_key(keyring, AUDIT_KEY_NAME, public_key, why);

    if (rc == ERR_OK)
        rc = jws_key_open_ed25519(public_key, &key, why);
    if (rc != ERR_OK)
        return rc;
    *signer_out = (struct jws_signer){.alg = JWS_EDDSA, .arg = keyring, .sign = log_sign};
    memcpy(signer_out->kid, key->kid, sizeof key->kid);
    jws_key_close(&key);
    return ERR_OK;
}

/* Takes pkey. */
static enum err private_take(EVP_PKEY *pkey, struct jws_private **key_out, struct fail *why)
{
    enum jws_alg alg;
    enum err rc = alg_of(pkey, &alg, why);

    if (rc == ERR_OK) {
        *key_out = calloc(1, sizeof **key_out);
        if (*key_out == NULL)
            rc = fail_set(why, ERR_NOMEM, "a private key");
    }
    if (rc == ERR_OK)
        (*key_out)->pkey = pkey;
    else
        EVP_PKEY_free(pkey);
    return rc;
}

enum err jws_private_make(struct jws_private **key_out, struct fail *why)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    *key_out = NULL;
    if (pkey == NULL)
        return fail_set(why, ERR_NOMEM, "a new Ed25519 key");
    return private_take(pkey, key_out, why);
}

struct phrase {
    const char *text;
    bool is_asked;
};

static int phrase_give(char *into, int cap, int is_writing, void *arg)
{
    struct phrase *phrase = arg;
    size_t len = phrase->text == NULL ? 0 : strlen(phrase->text);

    (void)is_writing;
    phrase->is_asked = true;
    if (len == 0 || len > (size_t)cap)
        return -1;
    memcpy(into, phrase->text, len);
    return (int)len;
}

enum err jws_private_open(struct span pem, const char *pass_phrase,
                          struct jws_private **key_out, struct fail *why)
{
    struct phrase phrase = {.text = pass_phrase};
    BIO *bio = NULL;
    EVP_PKEY *pkey = NULL;

    *key_out = NULL;
    if (pem.len == 0 || pem.len > JWS_PEM_CAP)
        return fail_set(why, ERR_PROTO, "a private key of %zu bytes", pem.len);
    bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    if (bio != NULL)
        pkey = PEM_read_bio_PrivateKey(bio, NULL, phrase_give, &phrase);
    BIO_free(bio);
    ERR_clear_error();
    if (pkey == NULL)
        return fail_set(why, phrase.is_asked ? ERR_DENIED : ERR_PROTO, "%s",
                        phrase.is_asked ? "the pass phrase does not open this key"
                                        : "not a private key in PEM");
    return private_take(pkey, key_out, why);
}

enum err jws_private_pem(const struct jws_private *key, struct arena *arena,
                         struct span *pem_out, struct fail *why)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    long len = 0;
    enum err rc = ERR_NOMEM;

    *pem_out = SPAN_NONE;
    if (bio != NULL &&
        PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1) {
        len = BIO_get_mem_data(bio, &text);
        *pem_out = arena_copy(arena, span_of(text, (size_t)len));
        rc = pem_out->p == NULL ? ERR_NOMEM : ERR_OK;
    }
    BIO_free(bio);
    ERR_clear_error();
    return rc == ERR_OK ? rc : fail_set(why, rc, "a private key as text");
}

void jws_private_close(struct jws_private **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey); /* wipes what it held */
    free(*key);
    *key = NULL;
}

enum err jws_private_public(const struct jws_private *key, struct jws_key **key_out,
                            struct fail *why)
{
    *key_out = NULL;
    if (EVP_PKEY_up_ref(key->pkey) != 1)
        return fail_set(why, ERR_INTERNAL, "a key's count");
    return key_take(key->pkey, key_out, why);
}

static enum err private_sign(void *arg, struct span bytes,
                             uint8_t signature_out[JWS_SIGNATURE_CAP], size_t *len_out,
                             struct fail *why)
{
    const struct jws_private *key = arg;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum jws_alg alg;
    enum err rc = alg_of(key->pkey, &alg, why);

    *len_out = JWS_SIGNATURE_CAP;
    if (rc == ERR_OK &&
        (ctx == NULL || EVP_DigestSignInit(ctx, NULL, digest_of(alg), NULL, key->pkey) != 1 ||
         EVP_DigestSign(ctx, signature_out, len_out, bytes.p, bytes.len) != 1))
        rc = fail_set(why, ERR_INTERNAL, "signing failed");
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return rc;
}

enum err jws_signer_of_private(struct jws_private *key, struct jws_signer *signer_out,
                               struct fail *why)
{
    struct jws_key *open = NULL;
    enum err rc = jws_private_public(key, &open, why);

    if (rc != ERR_OK)
        return rc;
    *signer_out = (struct jws_signer){.alg = open->alg, .arg = key, .sign = private_sign};
    memcpy(signer_out->kid, open->kid, sizeof open->kid);
    jws_key_close(&open);
    return ERR_OK;
}

#include "tests/unit/voice/dtls_client.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define EXTENSION 0xfa11

static int extension_add(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
                         size_t *out_len, X509 *x, size_t chain, int *alert, void *arg)
{
    static const unsigned char bytes[8192];

    (void)ssl, (void)type, (void)context, (void)x, (void)chain, (void)alert;
    *out = bytes;
    *out_len = *(const size_t *)arg;
    return 1;
}

static int server_is_any(X509_STORE_CTX *store, void *unused)
{
    (void)store, (void)unused;
    return 1;
}

static unsigned timer_us(SSL *ssl, unsigned before_us)
{
    (void)ssl;
    return before_us == 0 ? 20000 : before_us;
}

static void certificate_make(struct dtls_client *client)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    unsigned len;

    ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    X509_digest(x, EVP_sha256(), client->fingerprint, &len);
    SSL_CTX_use_certificate(client->ctx, x);
    SSL_CTX_use_PrivateKey(client->ctx, key);
    X509_free(x);
    EVP_PKEY_free(key);
}

void dtls_client_init(struct dtls_client *client, const struct dtls_client_wish *wish)
{
    static size_t extra;
    BIO *bio;

    memset(client, 0, sizeof *client);
    client->ctx = SSL_CTX_new(DTLS_client_method());
    client->method = dtls_bio_method();
    SSL_CTX_set_options(client->ctx, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_cert_verify_callback(client->ctx, server_is_any, NULL);
    SSL_CTX_set_verify(client->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_tlsext_use_srtp(
        client->ctx, wish->profiles != NULL ? wish->profiles
                                            : "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80");
    extra = wish->hello_extra;
    if (extra > 0)
        SSL_CTX_add_custom_ext(client->ctx, EXTENSION, SSL_EXT_CLIENT_HELLO, extension_add,
                               NULL, &extra, NULL, NULL);
    if (!wish->has_no_certificate)
        certificate_make(client);
    bio = dtls_bio_new(client->method, &client->wire);
    client->ssl = SSL_new(client->ctx);
    SSL_set_bio(client->ssl, bio, bio);
    SSL_set_mtu(client->ssl, wish->mtu > 0 ? wish->mtu : DTLS_DATAGRAM_MOST);
    SSL_set_connect_state(client->ssl);
    DTLS_set_timer_cb(client->ssl, timer_us);
}

void dtls_client_fini(struct dtls_client *client)
{
    SSL_free(client->ssl);
    SSL_CTX_free(client->ctx);
    BIO_meth_free(client->method);
}

void dtls_client_feed(struct dtls_client *client, struct span datagram)
{
    int rc;

    dtls_wire_tidy(&client->wire);
    client->wire.in = datagram;
    ERR_clear_error();
    rc = SSL_do_handshake(client->ssl);
    if (rc == 1)
        client->is_done = true;
    else if (SSL_get_error(client->ssl, rc) != SSL_ERROR_WANT_READ)
        client->is_failed = true;
    ERR_clear_error();
    client->wire.in = SPAN_NONE;
}

void dtls_client_tick(struct dtls_client *client)
{
    dtls_wire_tidy(&client->wire);
    DTLSv1_handle_timeout(client->ssl);
}

bool dtls_client_keys(const struct dtls_client *client, struct dtls_keys *keys_out)
{
    const SRTP_PROTECTION_PROFILE *chosen = SSL_get_selected_srtp_profile(client->ssl);
    size_t salt_bytes;
    uint8_t block[60];

    memset(keys_out, 0, sizeof *keys_out);
    if (chosen == NULL)
        return false;
    keys_out->profile =
        chosen->id == SRTP_AEAD_AES_128_GCM ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM;
    salt_bytes = keys_out->profile == SRTP_PROFILE_GCM ? 12 : 14;
    if (SSL_export_keying_material(client->ssl, block, 32 + 2 * salt_bytes,
                                   "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) != 1)
        return false;
    memcpy(keys_out->in.key, block, 16);
    memcpy(keys_out->out.key, block + 16, 16);
    memcpy(keys_out->in.salt, block + 32, salt_bytes);
    memcpy(keys_out->out.salt, block + 32 + salt_bytes, salt_bytes);
    return true;
}

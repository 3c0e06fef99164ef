#include "voice/dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "voice/dtls_bio.h"

#define CIPHERS \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" \
    "ECDHE-ECDSA-CHACHA20-POLY1305"
#define GROUPS         "X25519:P-256:P-384"
#define LABEL          "EXTRACTOR-dtls_srtp" /* RFC 5764 section 4.2 */
#define DAY_S          86400L
#define VALID_DAYS     3650L
#define FIRST_US       50000u   /* until the first flight is sent again; doubles */
#define LAST_US        2000000u /* and no slower than this */
#define RESEND_MS      40 /* the last flight: not for each datagram of a client's flight */
#define RESENDS        20
#define TYPE_CHANGE    20 /* of a record: change_cipher_spec */
#define TYPE_HANDSHAKE 22

struct dtls_server {
    SSL_CTX *ctx;
    BIO_METHOD *method;
    uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
};

struct dtls {
    SSL *ssl; /* NULL once it is over */
    enum dtls_state state;
    uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES];
    struct dtls_keys keys;
    int64_t resent_ms;
    int n_resent;
    struct dtls_wire wire;
};

/* ---- certificates ---- */

static bool fingerprint_of(const X509 *certificate, uint8_t print_out[DTLS_FINGERPRINT_BYTES])
{
    unsigned len = 0;

    return X509_digest(certificate, EVP_sha256(), print_out, &len) == 1 &&
           len == DTLS_FINGERPRINT_BYTES;
}

static bool certificate_fill(X509 *certificate, EVP_PKEY *key)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
           X509_set_version(certificate, X509_VERSION_3) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_DAYS * DAY_S) != NULL &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                      (const unsigned char *)"ibasho-voice", -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

/* Who the client is says its certificate's hash and nothing else (RFC 8827 section 6.5). */
static int client_is_known(X509_STORE_CTX *store, void *unused)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct dtls *dtls = SSL_get_app_data(ssl);
    const X509 *certificate = X509_STORE_CTX_get0_cert(store);
    uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];

    (void)unused;
    if (certificate != NULL && fingerprint_of(certificate, fingerprint) &&
        memcmp(fingerprint, dtls->peer_fingerprint, sizeof fingerprint) == 0)
        return 1;
    dtls->state = DTLS_STRANGER;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

/* ---- the server ---- */

static bool ctx_fill(SSL_CTX *ctx, X509 *certificate, EVP_PKEY *key)
{
    char groups[] = GROUPS; /* OpenSSL's macro takes const off */

    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, client_is_known, NULL);
    return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
           SSL_CTX_set1_groups_list(ctx, groups) == 1 &&
           SSL_CTX_use_certificate(ctx, certificate) == 1 &&
           SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
           SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") ==
               0; /* the one that says success so */
}

enum err dtls_server_create(struct dtls_server **server_out, struct fail *why)
{
    struct dtls_server *server = calloc(1, sizeof *server);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool ok = server != NULL && key != NULL && certificate != NULL &&
              certificate_fill(certificate, key) &&
              fingerprint_of(certificate, server->fingerprint);

    if (ok) {
        server->ctx = SSL_CTX_new(DTLS_server_method());
        server->method = dtls_bio_method();
        ok = server->ctx != NULL && server->method != NULL &&
             ctx_fill(server->ctx, certificate, key);
    }
    EVP_PKEY_free(key);
    X509_free(certificate);
    if (!ok)
        dtls_server_destroy(&server);
    *server_out = server;
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "a certificate for DTLS");
}

void dtls_server_destroy(struct dtls_server **server)
{
    if (*server == NULL)
        return;
    SSL_CTX_free((*server)->ctx);
    BIO_meth_free((*server)->method);
    free(*server);
    *server = NULL;
}

const uint8_t *dtls_server_fingerprint(const struct dtls_server *server)
{
    return server->fingerprint;
}

/* ---- one handshake ---- */

static unsigned timer_us(SSL *ssl, unsigned before_us)
{
    (void)ssl;
    if (before_us == 0)
        return FIRST_US;
    return before_us < LAST_US / 2 ? 2 * before_us : LAST_US;
}

enum err dtls_create(struct dtls_server *server,
                     const uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES],
                     struct dtls **dtls_out, struct fail *why)
{
    struct dtls *dtls = calloc(1, sizeof *dtls);
    BIO *bio = dtls == NULL ? NULL : dtls_bio_new(server->method, &dtls->wire);

    *dtls_out = NULL;
    if (bio != NULL)
        dtls->ssl = SSL_new(server->ctx);
    if (bio == NULL || dtls->ssl == NULL) {
        BIO_free(bio);
        free(dtls);
        return fail_set(why, ERR_NOMEM, "a handshake");
    }
    memcpy(dtls->peer_fingerprint, peer_fingerprint, DTLS_FINGERPRINT_BYTES);
    SSL_set_bio(dtls->ssl, bio, bio);
    SSL_set_app_data(dtls->ssl, dtls);
    SSL_set_accept_state(dtls->ssl);
    SSL_set_mtu(dtls->ssl, DTLS_DATAGRAM_MOST);
    DTLS_set_timer_cb(dtls->ssl, timer_us);
    *dtls_out = dtls;
    return ERR_OK;
}

void dtls_destroy(struct dtls **dtls)
{
    if (*dtls == NULL)
        return;
    SSL_free((*dtls)->ssl);
    OPENSSL_cleanse(&(*dtls)->keys, sizeof(*dtls)->keys);
    free(*dtls);
    *dtls = NULL;
}

/* RFC 5764 section 4.2: both keys, then both salts, the client's first. */
static bool keys_export(struct dtls *dtls)
{
    const SRTP_PROTECTION_PROFILE *chosen = SSL_get_selected_srtp_profile(dtls->ssl);
    uint8_t block[2 * (SRTP_KEY_BYTES + SRTP_SALT_CAP)], *p = block;
    struct dtls_keys *keys = &dtls->keys;
    size_t salt_bytes;
    bool ok;

    if (chosen == NULL)
        return false;
    keys->profile = chosen->id == SRTP_AEAD_AES_128_GCM ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM;
    salt_bytes = srtp_salt_bytes(keys->profile);
    ok = SSL_export_keying_material(dtls->ssl, block, 2 * (SRTP_KEY_BYTES + salt_bytes), LABEL,
                                    sizeof LABEL - 1, NULL, 0, 0) == 1;
    memcpy(keys->in.key, p, SRTP_KEY_BYTES);
    memcpy(keys->out.key, p += SRTP_KEY_BYTES, SRTP_KEY_BYTES);
    memcpy(keys->in.salt, p += SRTP_KEY_BYTES, salt_bytes);
    memcpy(keys->out.salt, p + salt_bytes, salt_bytes);
    OPENSSL_cleanse(block, sizeof block);
    return ok;
}

static void finish(struct dtls *dtls, enum dtls_state state)
{
    if (dtls->state == DTLS_GOING_ON)
        dtls->state = state;
    SSL_free(dtls->ssl);
    dtls->ssl = NULL;
}

static void go_on(struct dtls *dtls)
{
    int rc;

    ERR_clear_error();
    rc = SSL_do_handshake(dtls->ssl);
    if (rc == 1)
        finish(dtls, keys_export(dtls) ? DTLS_DONE : DTLS_FAILED);
    else if (SSL_get_error(dtls->ssl, rc) != SSL_ERROR_WANT_READ)
        finish(dtls, DTLS_FAILED);
    ERR_clear_error();
}

/* A client that still speaks of the handshake did not get its end (RFC 6347 section 4.2.4): the
 * same bytes again are new to it, or are dropped by it as had. */
static void resend(struct dtls *dtls, struct span datagram, int64_t now_ms)
{
    bool asks =
        datagram.len > 0 && (datagram.p[0] == TYPE_CHANGE || datagram.p[0] == TYPE_HANDSHAKE);

    if (!asks || dtls->state != DTLS_DONE || dtls->n_resent == RESENDS ||
        (dtls->n_resent > 0 && now_ms - dtls->resent_ms < RESEND_MS))
        return;
    dtls->n_resent++;
    dtls->resent_ms = now_ms;
    dtls_wire_rewind(&dtls->wire);
}

enum dtls_state dtls_feed(struct dtls *dtls, struct span datagram, int64_t now_ms)
{
    if (dtls->ssl == NULL) {
        resend(dtls, datagram, now_ms);
        return dtls->state;
    }
    dtls_wire_tidy(&dtls->wire);
    dtls->wire.in = datagram;
    go_on(dtls);
    dtls->wire.in = SPAN_NONE;
    return dtls->state;
}

enum dtls_state dtls_tick(struct dtls *dtls)
{
    if (dtls->ssl != NULL) {
        dtls_wire_tidy(&dtls->wire);
        ERR_clear_error();
        if (DTLSv1_handle_timeout(dtls->ssl) < 0) /* sent too often */
            finish(dtls, DTLS_FAILED);
        ERR_clear_error();
    }
    return dtls->state;
}

struct span dtls_next(struct dtls *dtls)
{
    return dtls_wire_next(&dtls->wire);
}

void dtls_keys_take(struct dtls *dtls, struct dtls_keys *keys_out)
{
    *keys_out = dtls->keys;
    OPENSSL_cleanse(&dtls->keys, sizeof dtls->keys);
}

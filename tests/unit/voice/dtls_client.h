/* tests/unit/voice/dtls_client.h - a DTLS client as a browser is one, by OpenSSL over memory,
 * with datagrams kept apart so that a test can lose, swap and cut them. */
#ifndef TESTS_UNIT_VOICE_DTLS_CLIENT_H
#define TESTS_UNIT_VOICE_DTLS_CLIENT_H

#include <openssl/ssl.h>

#include "voice/dtls.h"
#include "voice/dtls_bio.h"

struct dtls_client_wish {
    const char *profiles; /* NULL: GCM and CM */
    size_t hello_extra;   /* a hello longer by so much, as with a key share of ML-KEM */
    long mtu;             /* 0: 1,200 */
    bool has_no_certificate;
};

struct dtls_client {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO_METHOD *method;
    struct dtls_wire wire;
    uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
    bool is_done, is_failed;
};

void dtls_client_init(struct dtls_client *client, const struct dtls_client_wish *wish);
void dtls_client_fini(struct dtls_client *client);
/* Takes a datagram (none: begins, or waits on), then dtls_wire_next(&client->wire) gives what
 * it sends. */
void dtls_client_feed(struct dtls_client *client, struct span datagram);
/* Sends its last flight again, if its timer of 50 ms is due. */
void dtls_client_tick(struct dtls_client *client);
/* Its keys, in as seen by the server. */
bool dtls_client_keys(const struct dtls_client *client, struct dtls_keys *keys_out);

#endif

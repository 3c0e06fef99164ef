/* voice/dtls.h - DTLS 1.2 as a server (RFC 6347), for its keys alone (DTLS-SRTP, RFC 5764): one
 * handshake a session, over memory. The certificate is made when the program starts and lives
 * in memory only; each side knows the other by the SHA-256 of its certificate, which the node
 * carried (RFC 8122), and a handshake with any other certificate ends before it has keys. Once
 * there are keys, OpenSSL's state is freed; what stays is the last flight, for a client that
 * did not get it.
 *
 * A client's first message may come in parts and in any order. No cookies: the client's address
 * has been proven by STUN before a byte comes here.
 * Threads: one, for the server and its handshakes.  Owns: the certificate; keys until taken. */
#ifndef VOICE_DTLS_H
#define VOICE_DTLS_H

#include "voice/srtp.h"

enum {
    DTLS_FINGERPRINT_BYTES = 32, /* SHA-256 */
    DTLS_DATAGRAM_MOST = 1200,   /* sent; fits every net without parting */
};

struct dtls_server;

NODISCARD enum err dtls_server_create(struct dtls_server **server_out, struct fail *why);
/* After its handshakes. */
void dtls_server_destroy(struct dtls_server **server);
/* What the certificate is known by; valid as long as the server. */
const uint8_t *dtls_server_fingerprint(const struct dtls_server *server);

enum dtls_state {
    DTLS_GOING_ON,
    DTLS_DONE,     /* the keys can be taken */
    DTLS_STRANGER, /* another certificate than the one announced; the client was told */
    DTLS_FAILED,   /* any other end: an alert, a timeout, no common profile */
};

struct dtls_keys {
    enum srtp_profile profile;
    struct dtls_key {
        uint8_t key[SRTP_KEY_BYTES], salt[SRTP_SALT_CAP];
    } in, out; /* in: the client's */
};

struct dtls;

NODISCARD enum err dtls_create(struct dtls_server *server,
                               const uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES],
                               struct dtls **dtls_out, struct fail *why);
void dtls_destroy(struct dtls **dtls);

/* A datagram of the client. Afterwards, whatever the state, dtls_next gives what to send. */
enum dtls_state dtls_feed(struct dtls *dtls, struct span datagram, int64_t now_ms);
/* Sends again what was not answered in time; to be called every 20 to 50 ms. OpenSSL's timers
 * read its own clock. */
enum dtls_state dtls_tick(struct dtls *dtls);
/* The next datagram to send, valid until the next call; empty: none. */
struct span dtls_next(struct dtls *dtls);

/* Once, at DTLS_DONE. The caller wipes them. */
void dtls_keys_take(struct dtls *dtls, struct dtls_keys *keys_out);

#endif

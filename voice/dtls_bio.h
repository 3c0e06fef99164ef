/* voice/dtls_bio.h - one datagram in, a flight of datagrams out: the BIO under a handshake. A
 * BIO of memory would run the datagrams of a flight together.
 * Threads: one.  Owns: what the structs hold. */
#ifndef VOICE_DTLS_BIO_H
#define VOICE_DTLS_BIO_H

#include <openssl/bio.h>

#include "node/base/span.h"

enum { DTLS_FLIGHT_BYTES = 6144 }; /* ours is about 1,000 */

struct dtls_wire {
    struct span in;                 /* borrowed: what the next read gives, all of it */
    size_t len;                     /* of out */
    size_t next;                    /* what is before it was sent */
    uint8_t out[DTLS_FLIGHT_BYTES]; /* each with two bytes of length before it */
};

/* NULL: out of memory. Freed by BIO_meth_free after the last BIO. */
BIO_METHOD *dtls_bio_method(void);
/* NULL: out of memory. wire outlives it. */
BIO *dtls_bio_new(const BIO_METHOD *method, struct dtls_wire *wire);

/* The next datagram of the flight; empty: no more. Begins again after dtls_wire_rewind. */
struct span dtls_wire_next(struct dtls_wire *wire);
void dtls_wire_rewind(struct dtls_wire *wire);
/* Makes room for the next flight, if this one was sent. */
void dtls_wire_tidy(struct dtls_wire *wire);

#endif

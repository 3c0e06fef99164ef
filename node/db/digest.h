/* node/db/digest.h - HMAC, random bytes and careful memory for the store (OpenSSL, getrandom);
 * plain SHA-256 is node/db/hash256.h.
 * Threads: reentrant; a struct hmac belongs to one thread at a time. */
#ifndef NODE_DB_DIGEST_H
#define NODE_DB_DIGEST_H

#include "node/base/err.h"
#include "node/base/span.h"

#define HMAC256_BYTES 32
#define SHA1_BYTES    20

NODISCARD enum err digest_hmac_sha1(struct span key, struct span bytes, uint8_t out[SHA1_BYTES],
                                    struct fail *why);
/* From the kernel's generator; aborts if there is none, for nothing safe can be done then. */
void digest_random(void *out, size_t len);
/* Overwritten even when the optimiser thinks nobody looks. */
void digest_wipe(void *p, size_t len);

/* HMAC-SHA256 over bytes that come in pieces. */
struct hmac;
NODISCARD enum err hmac_create(struct span key, struct hmac **hmac_out, struct fail *why);
NODISCARD enum err hmac_put(struct hmac *hmac, struct span bytes, struct fail *why);
NODISCARD enum err hmac_finish(struct hmac *hmac, uint8_t out[HMAC256_BYTES], struct fail *why);
void hmac_destroy(struct hmac **hmac);

#endif

/* voice/mac.h - HMAC-SHA1 (RFC 2104) with its key prepared once: each message then costs two
 * copies of a small struct and no allocation, which OpenSSL's EVP_MAC cannot do (it makes and
 * frees a digest context a message). SHA-1 because RFC 3711 and RFC 8489 say so.
 * Threads: reentrant.  Owns: nothing; the struct holds key material: mac_wipe it. */
#ifndef VOICE_MAC_H
#define VOICE_MAC_H

#include <openssl/sha.h>

#include "node/base/span.h"

enum { MAC_BYTES = SHA_DIGEST_LENGTH };

struct mac {
    SHA_CTX inner, outer; /* behind the first block, which the key fills */
};

/* A key over 64 bytes is hashed first, as RFC 2104 says. */
void mac_init(struct mac *mac, struct span key);
void mac_wipe(struct mac *mac);

/* Over a and then b. */
void mac_sum(const struct mac *mac, struct span a, struct span b, uint8_t sum_out[MAC_BYTES]);

#endif

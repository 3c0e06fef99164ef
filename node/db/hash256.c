/* OpenSSL's block functions are used directly: EVP looks an algorithm up and allocates for
 * every digest, so it can fail, and costs three times the hash itself on the 65 bytes of a tree
 * node. OpenSSL 3 marks these functions as old; they use the same assembly (SHA-NI where there
 * is one). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "node/db/hash256.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct hash256_state), "state holds the context");

void hash256_init(struct hash256_state *state)
{
    (void)SHA256_Init((SHA256_CTX *)(void *)state);
}

void hash256_put(struct hash256_state *state, struct span bytes)
{
    (void)SHA256_Update((SHA256_CTX *)(void *)state, bytes.p, bytes.len);
}

struct hash256 hash256_end(struct hash256_state *state)
{
    struct hash256 h;

    (void)SHA256_Final(h.b, (SHA256_CTX *)(void *)state);
    return h;
}

struct hash256 hash256_of(struct span bytes)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, bytes);
    return hash256_end(&state);
}

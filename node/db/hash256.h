/* node/db/hash256.h - SHA-256 that cannot fail and allocates nothing: the audit tree advances
 * after COMMIT, where an error would have nowhere to go.  Threads: reentrant.  Owns: nothing.
 */
#ifndef NODE_DB_HASH256_H
#define NODE_DB_HASH256_H

#include "node/base/span.h"

#define HASH256_BYTES 32

struct hash256 {
    uint8_t b[HASH256_BYTES];
};

/* A hash under way; the storage is the caller's. */
struct hash256_state {
    uint64_t opaque[14];
};

void hash256_init(struct hash256_state *state);
void hash256_put(struct hash256_state *state, struct span bytes);
struct hash256 hash256_end(struct hash256_state *state);
struct hash256 hash256_of(struct span bytes);

static inline bool hash256_eq(const struct hash256 *a, const struct hash256 *b)
{
    return memcmp(a->b, b->b, HASH256_BYTES) == 0;
}
static inline struct span hash256_span(const struct hash256 *h)
{
    return span_of(h->b, HASH256_BYTES);
}

#endif

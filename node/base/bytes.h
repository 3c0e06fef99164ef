/* node/base/bytes.h - fields of a binary format, one after the other; numbers big-endian.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_BASE_BYTES_H
#define NODE_BASE_BYTES_H

#include "node/base/span.h"

/* A reader that remembers having run short, so that each field is one line. */
struct bytes_in {
    struct span rest;
    bool is_short; /* some field was; it and all behind it read as zeros */
};
void bytes_get(struct bytes_in *in, void *into, size_t len);
uint64_t bytes_get_number(struct bytes_in *in, size_t n_bytes); /* 1 to 8 */

/* A writer into the caller's room; over cap is a broken invariant. */
struct bytes_out {
    uint8_t *p;
    size_t len, cap;
};
void bytes_put(struct bytes_out *out, const void *bytes, size_t len);
void bytes_put_number(struct bytes_out *out, uint64_t number, size_t n_bytes); /* 1 to 8 */

#endif

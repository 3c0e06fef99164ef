/* node/db/lockmem.h - memory for keys: locked, left out of core dumps, zeros in a child
 * process. Threads: any.  Owns: nothing; a piece is its creator's. */
#ifndef NODE_DB_LOCKMEM_H
#define NODE_DB_LOCKMEM_H

#include <stddef.h>

#include "node/base/err.h"

/* Zeroed, whole pages. ERR_UNAVAILABLE when the memory cannot be locked. */
NODISCARD enum err lockmem_create(size_t bytes, void **memory_out, struct fail *why);
/* Wipes; bytes as at creation. */
void lockmem_destroy(void **memory, size_t bytes);

#endif

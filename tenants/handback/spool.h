/* tenants/handback/spool.h - what leaves commit to, kept from when the rows of a table go out
 * until the log is written in another order: so that each row is asked for once. A file without
 * a name in the bag's directory; in memory one id for every few rows of it.
 * Threads: one.  Owns: the file. */
#ifndef TENANTS_HANDBACK_SPOOL_H
#define TENANTS_HANDBACK_SPOOL_H

#include "node/base/err.h"
#include "node/base/id.h"

struct spool;

NODISCARD enum err spool_create(const char *dir, struct spool **spool_out, struct fail *why);
void spool_destroy(struct spool **spool);
/* One table after the other, each once; name stays the caller's. Its rows by rising id.
 * ERR_PROTO: an id again, or one that should have come before. */
NODISCARD enum err spool_begin(struct spool *spool, const char *name, struct fail *why);
NODISCARD enum err spool_put(struct spool *spool, struct id row, struct span bytes,
                             struct fail *why);
/* All rows of the table are in it; from here on it is known. */
NODISCARD enum err spool_end(struct spool *spool, struct fail *why);

bool spool_knows(struct spool *spool, struct span name);
/* p NULL: the table has no such row. Borrowed until the next call. */
NODISCARD enum err spool_find(struct spool *spool, struct span name, struct id row,
                              struct span *bytes_out, struct fail *why);

#endif

/* tenants/roster/import.h - a package on its way: received, checked and previewed; approved by
 * a commissioner; done by a job. Nothing of a package is kept but, when it has no error, its
 * bytes and the list of its changes, as files sealed under a key of the import's own; after
 * roster.keep_days, or when somebody was erased since, that key is destroyed.
 * Threads: as each says. */
#ifndef TENANTS_ROSTER_IMPORT_H
#define TENANTS_ROSTER_IMPORT_H

#include "node/base/services.h"
#include "node/db/files.h"
#include "tenants/roster/import_store.h"

#define IMPORT_ZIP_MOST ((size_t)16 << 20)

struct import_pending {
    struct import_row row; /* spans: the arena's */
    struct file_put *zip, *changes;
};
/* Reads, checks, compares; writes the sealed files. Takes a second for a large town: a worker
 * or the job thread. end is the caller's duty afterwards, also after an error. */
NODISCARD enum err import_prepare(const struct services *services, struct db *db,
                                  struct span zip, struct id by, const char *role,
                                  struct arena *arena, struct import_pending *pending_out,
                                  struct fail *why);
/* Inside an operation: rows of the import and its files. */
NODISCARD enum err import_tx_add(struct tx *tx, const struct import_pending *pending,
                                 struct fail *why);
/* rc: what the operation's done was told, or why there was none. */
void import_end(struct import_pending *pending, enum err rc);

struct import_decision {
    struct id id, by;
    const char *role;
    struct span preview; /* what the person saw */
    bool admit_erased;
    bool is_repeated; /* filled: it was decided so before; nothing was done */
};
/* Inside an operation: the decision and its job. ERR_NOT_FOUND; ERR_CONFLICT: another preview,
 * another decision, or the store changed since ("preview" in why->field). */
NODISCARD enum err import_tx_decide(struct tx *tx, struct import_decision *decision,
                                    struct fail *why);

/* The list of changes in clear. ERR_NOT_FOUND: not kept any more. */
NODISCARD enum err import_changes(const struct services *services, struct db *db,
                                  const struct import_row *row, struct arena *arena,
                                  struct span *changes_out, struct fail *why);
/* Destroys what is past its time; a job does so every hour. n_out may be NULL. */
NODISCARD enum err import_sweep(const struct services *services, struct db *db,
                                int64_t now_utc_us, size_t *n_out, struct fail *why);

#endif

/* tenants/leaving/leaving_store_priv.h - what town_key_store, leaving_paper_store and
 * leaving_store share. Threads: as those. */
#ifndef TENANTS_LEAVING_STORE_PRIV_H
#define TENANTS_LEAVING_STORE_PRIV_H

#include "node/db/writer.h"

/* In tx, or, when it is NULL, on db. */
NODISCARD enum err leaving_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                               const struct db_args *args, struct db_rows **rows_out,
                               struct fail *why);
/* Each text copied into the arena, so that it outlives its row. */
NODISCARD enum err leaving_own(struct span *const *texts, size_t n, struct arena *arena,
                               struct fail *why);

#endif

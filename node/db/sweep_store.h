/* node/db/sweep_store.h - the statements of sweep.c and erase.c, which alone include it. */
#ifndef NODE_DB_SWEEP_STORE_H
#define NODE_DB_SWEEP_STORE_H

#include "node/db/sweep.h"

/* Deletes up to at_most rows older than `before`, with their count record and, for audit
 * leaves, the deletion leaf. */
NODISCARD enum err sweep_store_table(struct tx *tx, const struct data_table *table,
                                     int64_t before_utc_us, int64_t now_utc_us, int at_most,
                                     size_t *n_out, struct fail *why);
/* Deletes the person's rows of one table. */
NODISCARD enum err sweep_store_person(struct tx *tx, const struct data_table *table,
                                      struct id person, size_t *n_out, struct fail *why);

#endif

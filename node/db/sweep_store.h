/* node/db/sweep_store.h - the statements of sweep.c and erase.c, which alone include it. */
#ifndef NODE_DB_SWEEP_STORE_H
#define NODE_DB_SWEEP_STORE_H

#include "node/db/sweep.h"

/* Deletes up to at_most rows older than `before`, with their count record and, for audit
 * leaves, the deletion leaf. */
NODISCARD enum err sweep_store_table(struct tx *tx, const struct data_table *table,
                                     int64_t before_utc_us, int64_t now_utc_us, int at_most,
                                     size_t *n_out, struct fail *why);
/* Deletes the rows of n >= 1 persons from one table, in one statement; adds to n_rows, one
 * count a person. */
NODISCARD enum err sweep_store_persons(struct tx *tx, const struct data_table *table,
                                       const struct id *persons, size_t n, size_t *n_rows,
                                       struct fail *why);

#endif

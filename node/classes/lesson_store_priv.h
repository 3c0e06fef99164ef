/* node/classes/lesson_store_priv.h - what lesson_store.c and lesson_act_store.c share.
 * Threads: the writer's. */
#ifndef NODE_CLASSES_LESSON_STORE_PRIV_H
#define NODE_CLASSES_LESSON_STORE_PRIV_H

#include "node/classes/lesson_store.h"

/* The number of the first row's first column, 0 without a row; is_row_enough: of the rows. */
NODISCARD enum err lesson_store_number(struct tx *tx, const struct stmt *stmt,
                                       const struct db_args *args, bool is_row_enough,
                                       int64_t *out, struct fail *why);
/* How many rows it gives for these ids; b ID_NONE: for a alone. */
NODISCARD enum err lesson_store_n_rows(struct tx *tx, const struct stmt *stmt, struct id a,
                                       struct id b, int64_t *n_rows_out, struct fail *why);

#endif

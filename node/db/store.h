/* node/db/store.h - what stores share: a statement over the writer's transaction or a read
 * connection, its rows as an array of structs with texts of their own.
 * Threads: as the tx or db.  Owns: nothing. */
#ifndef NODE_DB_STORE_H
#define NODE_DB_STORE_H

#include "node/db/writer.h"

/* Over whichever of the two there is. */
NODISCARD enum err store_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                             const struct db_args *args, struct db_rows **rows_out,
                             struct fail *why);
/* NULL when there are none: what was sealed of a text that was not given. */
void store_arg_bytes_if(struct db_args *args, struct span bytes);
/* Copies borrowed texts into the arena. */
NODISCARD enum err store_own(struct arena *arena, struct span *const *texts, size_t n,
                             struct fail *why);
#define STORE_OWN(arena, why, ...) \
    store_own((arena), (struct span *const[]){__VA_ARGS__}, \
              sizeof((struct span *const[]){__VA_ARGS__}) / sizeof(struct span *), (why))
/* What becomes of row i of a statement: a struct of `bytes`, with texts of its own. */
struct store_list {
    size_t bytes;
    enum err (*own)(const struct db_rows *rows, int i, struct arena *arena, void *out,
                    struct fail *why);
};
/* All rows of a statement in an array of the arena. */
NODISCARD enum err store_list(struct tx *tx, struct db *db, const struct stmt *stmt,
                              const struct db_args *args, const struct store_list *list,
                              struct arena *arena, void **rows_out, size_t *n_out,
                              struct fail *why);

#endif

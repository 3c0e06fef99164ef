/* node/place/store_common.h - what the stores of this folder share. Threads: as the tx or db.
 */
#ifndef NODE_PLACE_STORE_COMMON_H
#define NODE_PLACE_STORE_COMMON_H

#include "node/db/leaf.h"
#include "node/place/floor_store.h"

/* Over whichever of the two there is. */
NODISCARD enum err store_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                             const struct db_args *args, struct db_rows **rows_out,
                             struct fail *why);
/* The one number a statement without parameters gives. */
NODISCARD enum err store_number(struct tx *tx, const struct stmt *stmt, int64_t *out,
                                struct fail *why);
/* Whether a statement with one id gives a row. */
NODISCARD enum err store_is_there(struct tx *tx, const struct stmt *stmt, struct id id,
                                  bool *is_there_out, struct fail *why);
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

void store_arg_text_if(struct db_args *args, bool is_there, struct span text);
void store_arg_i32_if(struct db_args *args, bool is_there, int64_t value);
void store_arg_time_if(struct db_args *args, bool is_there, int64_t utc_us);
/* Three of them: at, by, role. */
void store_arg_who(struct db_args *args, const struct place_decider *who);
struct place_decider store_who(const struct db_rows *rows, int row, int column);

#define LEAF_WHO(struct_, who, has_by) \
    LEAF_FIELD(struct_, "at", JX_TIME, who.at_utc_us), \
        LEAF_FIELD_IF(struct_, "by", JX_ID, who.by, has_by), \
        LEAF_FIELD(struct_, "role", JX_TEXT, who.role)

#define WHO_COLUMNS_JA \
    {"at", "いつ", false}, {"by", "だれが（アカウントのID。運用者は空）", false}, \
    { \
        "role", "だれが（役割）", false \
    }

#endif

/* node/place/store_common.h - what the stores of this folder share. Threads: as the tx or db.
 */
#ifndef NODE_PLACE_STORE_COMMON_H
#define NODE_PLACE_STORE_COMMON_H

#include "node/db/leaf.h"
#include "node/db/store.h"
#include "node/place/floor_store.h"

/* The one number a statement without parameters gives. */
NODISCARD enum err store_number(struct tx *tx, const struct stmt *stmt, int64_t *out,
                                struct fail *why);
/* Whether a statement with one id gives a row. */
NODISCARD enum err store_is_there(struct tx *tx, const struct stmt *stmt, struct id id,
                                  bool *is_there_out, struct fail *why);
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

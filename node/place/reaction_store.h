/* node/place/reaction_store.h - the rows of table reaction_event, a leaf table: each use of a
 * reaction, its kind and time (AI-2.5-エ). Threads: as the tx or db that is handed in. */
#ifndef NODE_PLACE_REACTION_STORE_H
#define NODE_PLACE_REACTION_STORE_H

#include "node/base/id.h"
#include "node/db/writer.h"
#include "node/place/react_kinds.h"

struct reaction_row {
    struct id id;
    int64_t at_utc_us;
    struct id account, visit;
    struct span floor;
    int copy;
    struct span room;  /* empty: none */
    struct id session; /* place_session that ran; ID_NONE */
    int kind;          /* of REACT_KINDS */
};
/* The row with its leaf; queued (tx_send). */
NODISCARD enum err reaction_store_add(struct tx *tx, const struct reaction_row *row,
                                      struct fail *why);
NODISCARD enum err reaction_store_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                           struct fail *why);

/* The record, oldest first, for what is put out. Fields that are ID_NONE or empty bind nothing.
 */
struct reactions_ask {
    int64_t from_utc_us, until_utc_us; /* from <= at < until */
    struct id account;
    struct span floor;
    int64_t after_utc_us; /* of a page: rows after (at, id); 0: the first page */
    struct id after;
    int n_cap;
};
NODISCARD enum err reaction_store_list(struct db *db, const struct reactions_ask *ask,
                                       struct arena *arena, struct reaction_row **rows_out,
                                       size_t *n_out, struct fail *why);

#endif

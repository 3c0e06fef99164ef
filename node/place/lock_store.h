/* node/place/lock_store.h - the rows of table area_lock: locks of staff on rooms. A leaf table,
 * never changed: the newest of a floor's area holds. Threads: as the tx that is handed in. */
#ifndef NODE_PLACE_LOCK_STORE_H
#define NODE_PLACE_LOCK_STORE_H

#include "node/place/floor_store.h"

struct area_lock_row {
    struct id id;
    int64_t n; /* given by the store */
    struct span floor, area;
    enum floor_lock lock;
    enum floor_lock before; /* of an area that no row speaks of: as its floor says */
    struct place_decider who;
};
/* The row with its leaf; before becomes what the newest row says, if there is one. Already
 * there, by its id: ERR_OK, once. */
NODISCARD enum err lock_store_add(struct tx *tx, struct area_lock_row *row, struct fail *why);
/* The newest of each area. Texts in the arena of tx. */
NODISCARD enum err lock_store_current(struct tx *tx, struct area_lock_row **rows_out,
                                      size_t *n_out, struct fail *why);

#endif

/* node/classes/class_day_store.h - table class_day: the slots of one day that staff changed. A
 * leaf table: the newest decision of a day holds. Threads: as the tx or db.  Owns: nothing. */
#ifndef NODE_CLASSES_CLASS_DAY_STORE_H
#define NODE_CLASSES_CLASS_DAY_STORE_H

#include "node/classes/class_slots.h"
#include "node/place/floor_store.h"

struct class_day_row {
    struct id id;
    int64_t n; /* given by the store */
    int32_t day;
    bool is_own; /* false: back to the template */
    struct class_slots slots;
    struct place_decider who;
};
/* The same id again adds nothing; ERR_CONFLICT: it is somebody else's. *was_there_out: it was
 * there. */
NODISCARD enum err class_day_store_add(struct tx *tx, struct class_day_row *row,
                                       bool *was_there_out, struct fail *why);
/* The newest of each day from..to (both belong to it), by day. Exactly one of tx and db. */
NODISCARD enum err class_day_store_current(struct tx *tx, struct db *db, int32_t from,
                                           int32_t to, struct arena *arena,
                                           struct class_day_row **rows_out, size_t *n_out,
                                           struct fail *why);

#endif

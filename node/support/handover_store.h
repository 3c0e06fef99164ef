/* node/support/handover_store.h - table handover: what one shift of staff leaves to the next.
 * Rows are leaves; they go after their term. The text is sealed under a key of the node's own
 * records, for it may name several people. Threads: as the tx or db.  Owns: nothing; texts live
 * in the arena. */
#ifndef NODE_SUPPORT_HANDOVER_STORE_H
#define NODE_SUPPORT_HANDOVER_STORE_H

#include "node/place/floor_store.h"

#define HANDOVER_TABLE      "handover"
#define HANDOVER_RECORD_KEY "record.handover" /* KEY_RECORD, of no subject */

struct handover_row {
    struct id id;
    struct span day; /* in Japan, "2026-04-01" */
    struct place_decider who;
    struct span text_sealed;
};
/* The same id again adds nothing: *was_there_out is the row that has it, NULL when this one was
 * added. ERR_CONFLICT: it is another's. */
NODISCARD enum err handover_store_add(struct tx *tx, const struct handover_row *row,
                                      const struct handover_row **was_there_out,
                                      struct fail *why);
/* The newest first, before (at, id) of the last one; 0: from the newest. */
NODISCARD enum err handover_store_list(struct db *db, int64_t before_utc_us, struct id before,
                                       int n_cap, struct arena *arena,
                                       struct handover_row **rows_out, size_t *n_out,
                                       struct fail *why);

#endif

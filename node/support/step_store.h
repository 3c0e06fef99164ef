/* node/support/step_store.h - table care_step: that a child reached a step, or went back from
 * it. Rows are leaves, added and never changed; the newest of a child and step holds.
 * Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_SUPPORT_STEP_STORE_H
#define NODE_SUPPORT_STEP_STORE_H

#include "node/place/floor_store.h"

#define STEP_TABLE "care_step"
#define STEPS_N    5 /* 0 to 4 */

struct step_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id child;
    int step;
    struct span on; /* day in Japan, "2026-04-01" */
    struct span kind;
    bool is_back;
    struct place_decider who; /* by ID_NONE: the node, role "" */
    struct span place_sealed; /* under the child's key; len 0: none */
};
/* The same id again adds nothing; ERR_CONFLICT: it is about another child. */
NODISCARD enum err step_store_add(struct tx *tx, struct step_row *row, bool *was_there_out,
                                  struct fail *why);
/* All of one child, the oldest first; of one of the two connections. */
NODISCARD enum err step_store_list(struct tx *tx, struct db *db, struct id child,
                                   struct arena *arena, struct step_row **rows_out,
                                   size_t *n_out, struct fail *why);

/* Of the row of step 0, which a child has once: the same whoever makes it, and when. */
struct id step_entry_id(struct id child);

struct step_entry {
    struct id child;
    int64_t at_utc_us;
};
/* First entries of children who have no row of step 0, trial ones left out; at most n_cap. Of
 * one child: child; else ID_NONE. */
NODISCARD enum err step_store_entered(struct db *db, struct id child, int n_cap,
                                      struct arena *arena, struct step_entry **out,
                                      size_t *n_out, struct fail *why);
/* Children for whom step 1 holds. */
NODISCARD enum err step_store_regular(struct db *db, struct arena *arena, struct id **out,
                                      size_t *n_out, struct fail *why);

#endif

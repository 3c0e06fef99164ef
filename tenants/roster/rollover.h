/* tenants/roster/rollover.h - the roll-over of April (domain guide, section 8): grades go up by
 * one, whoever was in the last grade leaves, classes of the old year are over. The stored grade
 * counts, never one computed from a birthday (留年・就学猶予). Previewed, applied in one
 * transaction, undone to the letter until somebody confirms. Confirming does what has no way
 * back: homeroom duties of classes that are over end, so do the rights of staff at the school
 * they left, and accounts of graduates and leavers are suspended. Once a school year.
 * Whoever is in a class of the new year already (the new roster came first) stays as he is.
 * Threads: as each says. */
#ifndef TENANTS_ROSTER_ROLLOVER_H
#define TENANTS_ROSTER_ROLLOVER_H

#include "node/base/jx.h"
#include "node/base/services.h"
#include "tenants/roster/rollover_store.h"

/* Where a grade leads: "P1" to "P2", "P6" to "J1", "J3" to "H1"; "" when it does not go up. */
const char *rollover_next_grade(struct span grade);
/* The school year that begins or began last at this moment, in Tokyo. */
int rollover_school_year(int64_t utc_us);
/* Whether pupils of a school of this code stay in it after P6 or J3: 義務教育, 中等教育,
 * 特別支援. */
bool rollover_stays_at(struct span school_code, struct span grade_before);

struct rollover_transfer {
    struct id person, school;
};
/* What a person names before: exceptions. */
struct rollover_wishes {
    int school_year;
    const struct id *hold, *leave; /* students who stay in their grade; who move away */
    size_t n_hold, n_leave;
    const struct rollover_transfer *transfers; /* staff */
    size_t n_transfers;
};

struct rollover_pending {
    struct rollover_row row;
    struct rollover_change *changes;
    size_t n;
};
/* Reads and decides; writes nothing. ERR_INVALID: no such person here, or the year is neither
 * this school year nor the next (why->field). ERR_CONFLICT: that year was rolled over. */
NODISCARD enum err rollover_prepare(const struct services *services, struct db *db,
                                    const struct rollover_wishes *wishes, struct id by,
                                    const char *role, struct arena *arena,
                                    struct rollover_pending *pending_out, struct fail *why);
/* How many students of the roster have no grade that a roll-over knows: they would stay as they
 * are, so somebody should look before. */
NODISCARD enum err rollover_n_without_grade(const struct services *services, struct db *db,
                                            struct arena *arena, int64_t *n_out,
                                            struct fail *why);
/* Inside operations. */
NODISCARD enum err rollover_tx_add(struct tx *tx, const struct rollover_pending *pending,
                                   struct fail *why);
struct rollover_decision {
    struct id id, by;
    const char *role;
    struct span preview; /* apply: what the person saw */
    int64_t now_utc_us;
};
/* ERR_CONFLICT: another preview; the roster changed since; another of that year stands. Applied
 * again: nothing more. */
NODISCARD enum err rollover_tx_apply(struct tx *tx, const struct rollover_decision *decision,
                                     struct fail *why);
NODISCARD enum err rollover_tx_undo(struct tx *tx, const struct rollover_decision *decision,
                                    struct fail *why);

/* What confirming ends: gathered before, written in the operation. */
struct rollover_ending {
    struct rollover_decision decision;
    struct account_step *steps;
    size_t n_steps;
    struct rollover_change *rights;
    size_t n_rights;
};
NODISCARD enum err rollover_prepare_confirm(const struct services *services, struct db *db,
                                            const struct rollover_decision *decision,
                                            struct arena *arena,
                                            struct rollover_ending *ending_out,
                                            struct fail *why);
NODISCARD enum err rollover_tx_confirm(const struct services *services, struct tx *tx,
                                       const struct rollover_ending *ending, struct fail *why);

/* Counts as they stand in rollover.counts and go out. */
struct rollover_counts {
    int64_t n[ROLLOVER_KINDS_N];
};
extern const struct jx_shape rollover_counts_shape;

#endif

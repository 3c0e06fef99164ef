/* tenants/hours/hours_store.h - the rows of table hours_decision: what was decided about
 * opening hours, when, by whom, old and new value (AI-2.3-イ). A leaf table, never changed.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_HOURS_HOURS_STORE_H
#define TENANTS_HOURS_HOURS_STORE_H

#include "node/db/writer.h"
#include "tenants/hours/hours_doc.h"

enum hours_kind { HOURS_KIND_PATTERN, HOURS_KIND_YEAR_END, HOURS_KIND_DAY, HOURS_KIND_HOLIDAY };
#define HOURS_KINDS "pattern|year_end|day|holiday"

struct hours_decision {
    struct id id, act;
    int64_t version; /* from 1, over all kinds */
    enum hours_kind kind;
    bool has_day; /* of kinds day and holiday */
    int32_t day;
    struct span value, value_before; /* canonical JSON of hours_doc.h; empty: nothing */
    struct span reason;
    int64_t decided_utc_us;
    struct id decided_by; /* ID_NONE: the operator */
    struct span role;
};

/* The row and its leaf. ERR_CONFLICT: there is this version already. */
NODISCARD enum err hours_store_add(struct tx *tx, const struct hours_decision *row,
                                   struct fail *why);
/* How many rows an act has written. */
NODISCARD enum err hours_store_act(struct tx *tx, struct id act, int64_t *n_out,
                                   struct fail *why);
/* What holds: the newest of each kind and day, by kind and day. Exactly one of tx and db. */
NODISCARD enum err hours_store_current(struct tx *tx, struct db *db, struct arena *arena,
                                       struct hours_decision **out, size_t *n_out,
                                       struct fail *why);
/* Decisions before a version, newest first, at most n_cap. */
NODISCARD enum err hours_store_past(struct db *db, int32_t before, int n_cap,
                                    struct arena *arena, struct hours_decision **out,
                                    size_t *n_out, struct fail *why);
/* Contract, trial and what holds as one plan, texts in the arena. Exactly one of tx and db.
 * ERR_INTERNAL: a stored value is none. */
NODISCARD enum err hours_store_plan(struct tx *tx, struct db *db, struct arena *arena,
                                    struct hours_plan *plan_out, struct fail *why);

/* Until a municipality decides otherwise. */
#define HOURS_YEAR_END_FROM 1229
#define HOURS_YEAR_END_TO   103

#endif

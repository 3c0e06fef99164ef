/* tenants/people/registration_store.h - the rows of table registration: the facts of a child's
 * admission (HI-3.3-1, 2), a leaf table: the latest row of a school year counts. Threads: as
 * the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_REGISTRATION_STORE_H
#define TENANTS_PEOPLE_REGISTRATION_STORE_H

#include "node/db/writer.h"

struct registration_row {
    struct id id, person;
    int64_t school_year;
    struct span target, target_since; /* a code of the table's CHECK; "2026-04-01" */
    struct span route, wish, wish_by, support, admission;
    struct span consent_version, consent_on, consent_by; /* empty: not given */
    struct span note_sealed; /* place {"registration", "note_sealed", id}; empty: none */
    int64_t recorded_utc_us;
    struct id recorded_by; /* ID_NONE: the operator */
    struct span role;
};

/* The row and its leaf. ERR_CONFLICT: the id is taken; ERR_INVALID: a code or date is none. */
NODISCARD enum err registration_store_add(struct tx *tx, const struct registration_row *row,
                                          struct fail *why);
/* The latest of any school year; text in the arena. Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err registration_store_latest(struct tx *tx, struct db *db, struct id person,
                                             struct arena *arena,
                                             struct registration_row *row_out,
                                             struct fail *why);

struct audit_table;
extern const struct audit_table registration_audit_table;

#endif

/* tenants/people/contract_store.h - the rows of table contract: the agreement under which IDs
 * are issued, its dates and how many IDs of each class it allows (AI-4.3-オ, KP-1-千葉-1). A
 * leaf table: a change is a new version. Dates are texts, "2026-04-01", of Japan. Threads: as
 * the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_CONTRACT_STORE_H
#define TENANTS_PEOPLE_CONTRACT_STORE_H

#include "tenants/people/account_store.h"

struct contract_row {
    struct id id, contract; /* of the version; of the agreement */
    int64_t version;        /* from 1 */
    struct span title, contractor;
    struct span begins_on, ends_on;             /* both days belong to it */
    struct span trial_begins_on, trial_ends_on; /* empty: no trial */
    int64_t quota[ID_CLASS_N];
    int64_t decided_utc_us;
    struct id decided_by; /* ID_NONE: the operator */
    struct span role;
};

/* The contract that holds, in its newest version: the one decided last, but until the first day
 * of that the one before it, if that goes on. Text in the arena. Exactly one of tx and db.
 * ERR_NOT_FOUND: there is none yet. */
NODISCARD enum err contract_store_current(struct tx *tx, struct db *db, int64_t now_utc_us,
                                          struct arena *arena, struct contract_row *row_out,
                                          struct fail *why);
/* The one decided last, whether it has begun or not: with it whoever came with the contractor
 * ends (contract_end(), 0106). As above. */
NODISCARD enum err contract_store_newest(struct tx *tx, struct db *db, struct arena *arena,
                                         struct contract_row *row_out, struct fail *why);
/* Each contract that ever held, and the one decided last, in its newest version, by when it was
 * first decided. Text in the arena. Exactly one of tx and db. */
NODISCARD enum err contract_store_held(struct tx *tx, struct db *db, struct arena *arena,
                                       struct contract_row **rows_out, int *n_out,
                                       struct fail *why);
/* The row and its leaf. ERR_CONFLICT: there is this version already. */
NODISCARD enum err contract_store_add(struct tx *tx, const struct contract_row *row,
                                      struct fail *why);
/* How many IDs of each class count: issued, active or suspended. Exactly one of tx and db. */
NODISCARD enum err contract_store_used(struct tx *tx, struct db *db,
                                       int64_t used_out[ID_CLASS_N], struct fail *why);

struct audit_table;
extern const struct audit_table contract_audit_table;

#endif

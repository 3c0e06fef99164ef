/* tenants/rights/right_store.h - the rows of tables right_grant, right_end (leaves: who gave
 * which duty or purpose to whom, who took it back) and right_use (when it was last needed).
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_RIGHTS_RIGHT_STORE_H
#define TENANTS_RIGHTS_RIGHT_STORE_H

#include "node/db/writer.h"

struct right_grant_row {
    struct id id, account;
    struct span right_name;
    struct id school, class; /* ID_NONE: not bound to one */
    struct span grade, purpose;
    int64_t given_utc_us;
    struct id given_by; /* ID_NONE: the operator */
    struct span role;
    int64_t until_utc_us; /* 0: until it is ended */
};

struct right_end_row {
    struct id id, right_grant;
    int64_t at_utc_us;
    struct id ended_by; /* ID_NONE: the operator */
    struct span role;
};

/* The row and its leaf. ERR_CONFLICT: the id is taken; ERR_INVALID: to oneself. */
NODISCARD enum err right_store_grant(struct tx *tx, const struct right_grant_row *row,
                                     struct fail *why);
/* The row and its leaf. ERR_CONFLICT: it has ended already. */
NODISCARD enum err right_store_end(struct tx *tx, const struct right_end_row *row,
                                   struct fail *why);

struct audit_table;
extern const struct audit_table right_grant_audit_table, right_end_audit_table;

#endif

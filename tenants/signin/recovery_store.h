/* tenants/signin/recovery_store.h - the rows of tables recovery_ask and recovery_grant: how an
 * adult's lost second factor is renewed by two persons (NI-2.3.4-2b). Both are audit leaves.
 * Threads: as the tx that is handed in. */
#ifndef TENANTS_SIGNIN_RECOVERY_STORE_H
#define TENANTS_SIGNIN_RECOVERY_STORE_H

#include "node/base/role.h"
#include "node/db/writer.h"

#define RECOVERY_HOURS 72 /* how long an ask waits for the second person */

struct recovery {
    struct id id; /* of the row to be added */
    struct id account;
    int64_t at_utc_us;
    struct id by;
    enum role role;
};
NODISCARD enum err recovery_store_ask(struct tx *tx, const struct recovery *ask,
                                      struct fail *why);
/* Grants the latest open ask that somebody else made. ERR_CONFLICT: there is none. */
NODISCARD enum err recovery_store_grant(struct tx *tx, const struct recovery *grant,
                                        struct fail *why);

struct audit_table;
extern const struct audit_table recovery_ask_audit_table, recovery_grant_audit_table;

#endif

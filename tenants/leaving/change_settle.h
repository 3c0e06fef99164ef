/* tenants/leaving/change_settle.h - what is done at the minute of a change of contractor, as
 * one operation of the writer. Threads: change_settle_run on the writer's.  Owns: nothing. */
#ifndef TENANTS_LEAVING_CHANGE_SETTLE_H
#define TENANTS_LEAVING_CHANGE_SETTLE_H

#include "node/db/keyring.h"
#include "tenants/leaving/change_store.h"

struct change_settle {
    int64_t now_utc_us;
    int64_t generation; /* of the node key, and the sheet that opens it */
    char sheet_code[KEY_CODE_CAP];
    struct arena *arena; /* the caller's; emptied at each run */

    bool is_done;         /* something was due, and is done */
    int64_t waits_utc_us; /* the next minute; INT64_MAX: none */
    struct id *accounts;  /* arena: whose accounts ended */
    size_t n_accounts;
    struct contract_change change; /* is_done: what came into force */
};
NODISCARD enum err change_settle_run(struct tx *tx, void *settle, struct fail *why);
/* How far the newest change is, for change_rule.h. */
struct change_facts change_facts_of(const struct contract_change *change, int64_t now_utc_us);

#endif

/* tenants/ending/taken_store.h - what left the node, and the permission each stands on (AI-8-3,
 * AI-7.2-4): the access record's exports with the grant "export" that was in force then.
 * Grants, their ends and the access record are leaves, so the list says the same at any later
 * day. Threads: as the db. */
#ifndef TENANTS_ENDING_TAKEN_STORE_H
#define TENANTS_ENDING_TAKEN_STORE_H

#include "node/db/writer.h"

struct taken_row {
    struct id id, account, object, person; /* account ID_NONE: the operator */
    int64_t at_utc_us;
    struct span route, role, operator_name, outcome;
    /* The newest grant then in force: of the account; for the operator, of anybody of the
     * contractor. ID_NONE: there was none. */
    struct id grant, given_by, holder;
    int64_t given_utc_us, until_utc_us;
    struct span purpose;
    bool was_leaving; /* the commissioner had begun the contract's end */
};

/* Newest first; before ID_NONE: from the newest. */
NODISCARD enum err taken_store_list(struct db *db, struct id before, int n_cap,
                                    struct arena *arena, struct taken_row **rows_out,
                                    size_t *n_out, struct fail *why);

#endif

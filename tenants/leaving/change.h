/* tenants/leaving/change.h - the minute of a change of contractor (CARD-13): what waits for it,
 * and what is done at it. At the minute, in one transaction: every account that came with the
 * contractor and was not named to stay is closed (its sessions end; sign-in is told why), its
 * rights end, its addresses for notices are removed, the next contract holds. The accounts' own
 * end (account.ends_at) was set to the minute when the change was confirmed, so that nobody is
 * let in after it, whatever else is slow. Then the contractor's key half is replaced, as soon
 * as the keys are open; what else must be done about keys is seen here, too.
 * A minute that passed while the node was down is made up for in change_open, before anybody is
 * served. Threads: any; one thread of its own from change_start on.  Owns: the thread. */
#ifndef TENANTS_LEAVING_CHANGE_H
#define TENANTS_LEAVING_CHANGE_H

#include "node/base/services.h"
#include "node/db/db.h"

struct change_desk;

struct change_conf {
    const struct services *services; /* outlives the desk; writer and keyring are open */
    struct db_conf db;
    const struct stmt_table *stmts;
};

/* Makes up for a minute that has passed. */
NODISCARD enum err change_open(const struct change_conf *conf, struct change_desk **desk_out,
                               struct fail *why);
/* Once everything else is open. Again: nothing. */
NODISCARD enum err change_start(struct change_desk *desk, struct fail *why);
void change_stop(struct change_desk *desk); /* NULL: nothing */
void change_close(struct change_desk **desk);

/* When the minute has come: does what is due, and comes back when it is done. desk NULL:
 * nothing. Not on a loop: it may wait for the writer. */
void change_keep(struct change_desk *desk, int64_t now_utc_us);
/* After a commit: a change waits for that minute; INT64_MAX: none does. desk NULL: nothing. */
void change_waits(struct change_desk *desk, int64_t ends_utc_us);

#endif

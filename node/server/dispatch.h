/* node/server/dispatch.h - from a checked request to its handler and back: session, role,
 * input, handler, access record, answer.
 *
 * Worker threads (http.workers), each with a mailbox and a read connection of its own, and one
 * without for the rows of own.c. The loop thread posts; a full mailbox refuses (503). A call
 * whose body is a file comes twice: without it up to step 3, then with it from the start. What
 * happens to a call, in this order:
 *   1. The node's state: while it is starting only the server's own rows run; the others answer
 *      503. A worker without a database connection answers 503 too, but for those rows.
 *   2. The session, by its cookie; one of a stage the row does not admit is nobody's. Nobody on
 *      a row that is not open to them: 401.
 *   3. The role. A wrong one answers 404 with the very bytes of a missing object, and stands as
 *      "refused" in the access record.
 *      While the node is being left (tenants/leaving): only those who may still come, and of
 *      what changes only the rows that say so; else 403 draining.
 *   4. The body against the row's shape: 400, or 422 with every defect. Nothing was touched, so
 *      nothing is recorded.
 *   5. The disk: while it is nearly full a row that changes or exports answers 507, but for
 *      those that must go on (route.must_go_on). Recorded as any failure of the row.
 *   6. The handler, which answers at once or later, from any thread.
 *   7. A row with an audit class: its access record, also of a failure, is committed before the
 *      answer leaves. If it cannot be written, the answer is 503 and what the handler said is
 *      thrown away.
 * Threads: dispatch_post on the loop thread; state and stats from any. */
#ifndef NODE_SERVER_DISPATCH_H
#define NODE_SERVER_DISPATCH_H

#include "node/base/route.h"
#include "node/db/db.h"
#include "node/server/call.h"

struct dispatch;
struct metrics;

enum node_state {
    NODE_STARTING, /* services are not there yet: the database is away or being migrated */
    NODE_LOCKED, /* all there, but the key agent has no node key: what needs it says ERR_LOCKED
                  */
    NODE_READY,
};
const char *node_state_id(enum node_state state); /* "starting" "locked" "ok" */

struct dispatch_conf {
    /* All of them: read only once the state is no longer NODE_STARTING (setting it publishes
     * them). Until then requests see services_early, which nobody writes any more. */
    const struct services *services, *services_early;
    struct db_conf db;
    const struct stmt_table *stmts;
    struct metrics *metrics;
    int n_workers;
    size_t n_waiting_cap; /* per worker */
};

NODISCARD enum err dispatch_start(const struct dispatch_conf *conf,
                                  struct dispatch **dispatch_out, struct fail *why);
/* After http_drain: nothing is under way any more. */
void dispatch_stop(struct dispatch **dispatch);

NODISCARD enum err dispatch_post(struct dispatch *dispatch, struct call *call,
                                 struct fail *why);

void dispatch_state_set(struct dispatch *dispatch, enum node_state state);
enum node_state dispatch_state(const struct dispatch *dispatch);

const struct db_conf *dispatch_db_conf(const struct dispatch *dispatch);
/* All of them; NULL while the node is starting. Any thread. */
const struct services *dispatch_services(const struct dispatch *dispatch);

struct dispatch_stats {
    int n_workers, n_connected; /* read connections that stand */
    size_t n_waiting;
};
void dispatch_stats_read(const struct dispatch *dispatch, struct dispatch_stats *stats_out);

#endif

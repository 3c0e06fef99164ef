/* node/db/db_pool.h - sessions of the database that many threads share, each of which asks only
 * now and then: a session costs the server 3 to 6 MB, most of it for what all of them ask alike
 * (CARD-15: a node of 60 MB).
 *
 * Who opens a struct db with db_conf.pool has a handle: each db_run and db_stream borrows a
 * session for that one call. The session given back last goes out first, so that those nobody
 * needs are ended by the server. Nobody waits for long behind a slow statement of another: when
 * none is back after a quarter of a second, one more is opened; there are never more than
 * callers at a time. A handle has no transactions, no pipeline and no plain SQL: those are for
 * a session of one's own or db_borrow, and a broken invariant here.
 *
 * Threads: any; its lock is held while a session changes hands, never while one works. */
#ifndef NODE_DB_DB_POOL_H
#define NODE_DB_DB_POOL_H

#include "node/db/db.h"

struct db_pool;

/* conf, its texts and tables outlive the pool; conf->pool is NULL. Opens no session yet. */
NODISCARD enum err db_pool_create(const struct db_conf *conf, const struct stmt_table *tables,
                                  struct db_pool **pool_out, struct fail *why);
/* All handles are closed. Ends the sessions. */
void db_pool_destroy(struct db_pool **pool);

#endif

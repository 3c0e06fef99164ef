/* tests/integration/db_fixture.h - databases in the cluster that tests/lib/with-cluster made.
 * A test that gets none is a test that was started without it: every function aborts then, and
 * when the server refuses. Threads: one at a time. */
#ifndef TESTS_INTEGRATION_DB_FIXTURE_H
#define TESTS_INTEGRATION_DB_FIXTURE_H

#include "node/db/db.h"

/* A new database of the cluster, empty or with every migration of the program; its name is
 * valid until the next 16 are made. Nothing removes it but the end of the cluster. */
const char *db_fixture_database(void);
const char *db_fixture_migrated(void);
/* The same by a name of the caller's, who removes it. */
void db_fixture_copy(const char *name);
/* user: "ibasho" or "ibasho_app". */
struct db_conf db_fixture_conf(const char *user, const char *database);
/* tables NULL: plain SQL only. */
struct db *db_fixture_open(const char *user, const char *database,
                           const struct stmt_table *tables);
/* As the owner, on a connection of its own. */
void db_fixture_exec(const char *database, const char *sql);
/* As the owner: the one integer the query gives. */
int64_t db_fixture_i64(const char *database, const char *sql);
/* The same in the cluster whose sockets lie in socket_dir. */
int64_t db_fixture_i64_at(const char *socket_dir, const char *database, const char *sql);
void db_fixture_exec_at(const char *socket_dir, const char *database, const char *sql);

#endif

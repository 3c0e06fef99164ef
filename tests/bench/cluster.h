/* tests/bench/cluster.h - what the database figures share: the cluster that
 * tests/lib/with-cluster made, a migrated schema is not needed; each figure makes its own
 * unlogged-nothing tables. Threads: main. */
#ifndef TESTS_BENCH_CLUSTER_H
#define TESTS_BENCH_CLUSTER_H

#include "node/db/db.h"

/* Opens the bench cluster as the owner; makes table bench_row (three bytea columns) anew. */
NODISCARD enum err bench_db_open(struct db **db_out, struct fail *why);

extern const struct stmt bench_insert; /* $1 uuid, $2..$4 bytea */
extern const struct stmt_table bench_stmts[];

/* For writers: connection values of the cluster. */
struct db_conf bench_db_conf(const char *user);

#endif

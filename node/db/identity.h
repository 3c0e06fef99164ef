/* node/db/identity.h - is this really our own data? A municipality is one user, one directory,
 * one keystore, one cluster (design section 1); a program that is started with parts of two of
 * them must not serve a single answer. The keystore's own node id is compared by keyring_open.
 * Threads: the caller's.  Owns: nothing. */
#ifndef NODE_DB_IDENTITY_H
#define NODE_DB_IDENTITY_H

#include "node/base/table.h"
#include "node/db/db.h"

#define IDENTITY_STMTS_N  2
#define IDENTITY_TABLES_N 1
extern const struct stmt *const identity_stmts[IDENTITY_STMTS_N];
extern const struct data_table identity_tables[IDENTITY_TABLES_N];

/* The directory and, as far as they are there, cluster/ keys/ keyd/ files/ backups/ in it
 * belong to this process's own user, and nobody else may write in them; no name in it is a link
 * out of it. ERR_DENIED names the path and the rule; ERR_IO when it cannot be looked at. */
NODISCARD enum err identity_check_files(const char *data_dir, struct fail *why);
/* The cluster's row says `node` and `role` ("municipality", "coordinator"); a cluster without a
 * row gets one. ERR_DENIED names both ids. */
NODISCARD enum err identity_check_cluster(struct db *db, struct id node, const char *role,
                                          struct fail *why);

#endif

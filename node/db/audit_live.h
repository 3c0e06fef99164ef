/* node/db/audit_live.h - the audit log as it stands in a database, with the rows its leaves
 * speak of: in one order, in flat memory, to an export file or straight to a verifier. The
 * caller has begun a transaction (REPEATABLE READ READ ONLY), so that all is of one moment.
 * Threads: the connection's. */
#ifndef NODE_DB_AUDIT_LIVE_H
#define NODE_DB_AUDIT_LIVE_H

#include <stdio.h>

#include "node/db/audit_leaf.h"
#include "node/db/audit_table.h"
#include "node/db/audit_verify.h"

/* What is found on the way; each may end the walk with an error. */
struct live_sink {
    enum err (*leaf)(void *arg, const struct audit_leaf *leaf, struct fail *why);
    /* note, root and size as the columns say; right behind the leaf it counts last, or at the
     * end */
    enum err (*checkpoint)(void *arg, uint64_t size, struct span root, struct span frontier,
                           struct span note, struct fail *why);
    enum err (*extra)(void *arg, struct span table, struct id row, struct fail *why);
    void *arg;
};

/* tables: ends with NULL (features_audit_tables). A leaf whose table is in none of them comes
 * without its row. */
NODISCARD enum err live_walk(struct db *db, const struct audit_table *const *tables,
                             const struct live_sink *sink, struct fail *why);

/* Rows that the caller has read already. */
struct live_rows {
    bool (*knows)(void *arg, struct span table); /* all of a table, or none */
    /* p NULL: no such row. Borrowed until the next call. */
    enum err (*find)(void *arg, struct span table, struct id row, struct span *bytes_out,
                     struct fail *why);
    void *arg;
};
/* As live_walk; rows that are known are not asked for again. That they have leaves the caller
 * has to see himself: of such a table no extra is told. */
NODISCARD enum err live_walk_with(struct db *db, const struct audit_table *const *tables,
                                  const struct live_rows *known, const struct live_sink *sink,
                                  struct fail *why);

/* Writes an export (node/db/audit_leaf.h). */
NODISCARD enum err live_export(struct db *db, const struct audit_table *const *tables,
                               struct span origin, FILE *to, struct fail *why);
/* Verifies the database itself, as the transaction's first statements. head_path: NULL or the
 * node's head file (AUDIT_HEAD_SUFFIX): the log must pass through what was committed when it is
 * read, and what comes behind must show as the node's own within tail_wait_ms (2,000 is
 * plenty: it writes the file right after COMMIT). */
NODISCARD enum err live_verify(struct db *db, const struct audit_table *const *tables,
                               const struct verify_conf *conf, const char *head_path,
                               int tail_wait_ms, struct verify_result *result_out,
                               struct fail *why);

#endif

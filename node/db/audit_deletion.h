/* node/db/audit_deletion.h - the row of a lawful deletion: which rule, which table, which
 * leaves. Its canonical bytes are one line of JSON, keys sorted:
 *   {"at":"2026-...Z","id":"...","n_rows":3,"rule":"retention.expired","seqs":"12-13,20",
 *    "table_name":"access_record"}
 * seqs names the leaves whose salts were destroyed, rising; each leaf binds its own table and
 * row id, so nothing more is needed to say what was deleted.  Threads: reentrant. */
#ifndef NODE_DB_AUDIT_DELETION_H
#define NODE_DB_AUDIT_DELETION_H

#include "node/base/arena.h"
#include "node/base/id.h"

#define DELETION_KIND  "log.deletion"
#define DELETION_TABLE "audit_deletion"

struct deletion {
    struct id id;
    int64_t at_us;
    struct span rule, table; /* leaf_is_name */
    uint64_t n_rows;
    struct span seqs;
};

NODISCARD enum err deletion_write(const struct deletion *deletion, struct arena *arena,
                                  struct span *bytes_out, struct fail *why);
/* Exactly what deletion_write writes (at is passed over); ERR_PROTO: anything else. */
NODISCARD enum err deletion_read(struct span bytes, struct deletion *deletion_out,
                                 struct fail *why);

#endif

/* node/db/audit_table.h - how a verifier finds the row a leaf speaks of: one entry for each
 * table whose rows are leaves, registered by the feature in node/features.c
 * (features_audit_tables). Threads: const data. */
#ifndef NODE_DB_AUDIT_TABLE_H
#define NODE_DB_AUDIT_TABLE_H

#include "node/db/db.h"

struct audit_table {
    const char *table;
    /* Rows WHERE id = ANY ($1::uuid[]); column 0 is the id. */
    const struct stmt *rows;
    /* Ids of rows that no leaf speaks of: SELECT id ... WHERE NOT EXISTS (... audit_leaf ...).
     */
    const struct stmt *extra;
    /* The bytes that went into audit_append, from such a row; leaf_is_row holds. */
    enum err (*canonical)(const struct db_rows *rows, int row, struct arena *arena,
                          struct span *bytes_out, struct fail *why);
};

/* Of node/db itself: access_record, access_shown and audit_deletion. */
extern const struct audit_table audit_access_table, audit_shown_table, audit_deletion_table;

#endif

/* node/base/stmt.h - one SQL statement, a row of a feature's *_stmts[] table.
 * Prepared at connect under its name, checked by `make check-sql`. Parameters travel in binary,
 * so each is cast where it stands: $1::uuid, $2::bigint, $3::timestamptz, $4::bytea, $5::text.
 */
#ifndef NODE_BASE_STMT_H
#define NODE_BASE_STMT_H

struct stmt {
    const char *name; /* unique over all features: "settings_find" */
    const char *sql;
};

struct stmt_table {
    const struct stmt *const
        *rows; /* pointers, so that code names a statement by its address */
    int n;
};

#endif

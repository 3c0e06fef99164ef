/* node/db/schema_text.h - which tables and columns a series of migrations leaves behind, told
 * from their text. It reads the style of our own migrations (CREATE, ALTER and DROP TABLE with
 * names written out) so that the build needs no server; `make check-sql` compares the same rows
 * with a real catalog, whatever the style.
 * Threads: reentrant.  Owns: nothing; everything lives in the caller's arena. */
#ifndef NODE_DB_SCHEMA_TEXT_H
#define NODE_DB_SCHEMA_TEXT_H

#include "node/base/arena.h"

struct schema_column {
    struct schema_column *next;
    struct span name, type; /* lower case; type: its first word, "timestamptz" */
    bool is_array;          /* "[]" stands behind it */
};

struct schema_table {
    struct schema_table *next;
    struct span name;
    struct schema_column *columns; /* in the order of their making */
};

struct schema {
    struct schema_table *tables;
};

/* Applies one migration's text to *schema (zeroed before the first). ERR_INVALID, with the line
 * in why: text that ends inside a quote or bracket, a table or column that is there already or
 * not there, a form that does not name its columns (AS, LIKE, INHERITS, PARTITION), a statement
 * that would end the migration's transaction. *schema is then not to be used. */
NODISCARD enum err schema_read(struct schema *schema, struct span sql, struct arena *arena,
                               struct fail *why);
/* NULL when there is none. */
const struct schema_table *schema_find(const struct schema *schema, struct span name);
const struct schema_column *schema_find_column(const struct schema_table *table,
                                               struct span name);

#endif

/* tenants/handback/read_table.h - what a line of data/records/TABLE.ndjson must look like: the
 * columns of this program's rows, in their order, with the types its migrations give them.
 * Threads: const after it was made.  Owns: nothing; everything lives in the caller's arena. */
#ifndef TENANTS_HANDBACK_READ_TABLE_H
#define TENANTS_HANDBACK_READ_TABLE_H

#include "node/base/arena.h"
#include "node/base/table.h"

#define READ_COLUMNS_CAP 40
#define READ_FILE_FIELD  "sha256" /* of a file's plain bytes: last field of its record */

enum read_type {
    READ_TEXT,
    READ_UUID,
    READ_DATE,
    READ_TIME,
    READ_INT,  /* a JSON number */
    READ_INT8, /* digits in a string */
    READ_BOOL,
    READ_JSON,  /* its text, in a string */
    READ_BYTES, /* lower hexadecimal digits */
    READ_SEALED,
    READ_INDEX,   /* true: there is one, to be made again (tenants/handback/index.h) */
    READ_NOTHING, /* HAND_SECRET: not in the bag */
};

struct read_column {
    const char *name;
    enum read_type type;
    bool is_array;
    const struct hand_rule *rule; /* NULL: none */
};

struct read_table {
    const struct data_table *table;
    struct read_column columns[READ_COLUMNS_CAP];
    int n;         /* all columns, in order, those that are left out too */
    int id_at;     /* the uuid a leaf names: column "id", else the first */
    int seal_at;   /* the uuid sealed columns are bound to */
    bool has_file; /* READ_FILE_FIELD ends each line */
};

struct read_tables {
    struct read_table *at; /* those that go into a bag as records, by name */
    size_t n;
};

/* ERR_INTERNAL: rows and migrations of this program do not fit. */
NODISCARD enum err read_tables_create(const struct data_table_list *lists, struct arena *arena,
                                      struct read_tables *tables_out, struct fail *why);
/* NULL: there is none of this name. */
const struct read_table *read_table_find(const struct read_tables *tables, struct span name);
int read_column_find(const struct read_table *table, struct span name); /* -1 */
bool read_table_is_in_bag(const struct data_table *table);

#endif

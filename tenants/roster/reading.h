/* tenants/roster/reading.h - what the files of this folder share while one package is read.
 * Threads: one package, one thread. Owns: nothing; all of it lives in the caller's arena. */
#ifndef TENANTS_ROSTER_READING_H
#define TENANTS_ROSTER_READING_H

#include "node/io/unzip.h"
#include "tenants/roster/roster.h"

/* sourcedId -> row of one table: open addressing over an array twice as long. */
struct roster_index {
    struct {
        struct span key;
        size_t row;
    } * slots;
    size_t n_slots;
};
/* n: how many keys will be added at most. */
NODISCARD enum err roster_index_init(struct roster_index *index, size_t n, struct arena *arena,
                                     struct fail *why);
/* false: the key is there already; *row_out is the row that has it. */
bool roster_index_add(struct roster_index *index, struct span key, size_t row, size_t *row_out);
/* ROSTER_NONE when there is no such key. */
size_t roster_index_find(const struct roster_index *index, struct span key);

enum table_state {
    TABLE_ABSENT,   /* the manifest says absent, and so it is */
    TABLE_UNUSABLE, /* told as a finding: not there, delta, or without a readable head row */
    TABLE_READ,
};

struct roster_table {
    enum table_state state;
    enum roster_file file;
    struct span bytes;
    bool is_in_zip;
    int manifest_line;            /* of its property; 0 when there is none */
    bool has[ROSTER_COLUMNS_CAP]; /* the header has the column */
    size_t n_rows;
    struct roster_row *rows;
    bool *is_damaged; /* [n_rows]: some field could not be read */
    bool has_damage;  /* some row is: what seems to be missing may stand there */
    bool has_lost_id; /* some row's sourcedId could not be read */
    bool is_needed;   /* a file that was sent refers to this one */
    struct roster_index ids;
};

struct reading {
    const struct roster_options *options;
    struct arena *arena;   /* what stays */
    struct arena *scratch; /* emptied row by row */
    struct roster *roster;
    struct roster_table tables[ROSTER_FILES_N];
    size_t findings_cap;
    bool is_out_of_memory;
};

/* Notes a finding in the severity of its rule, or in a given one (ROSTER_IGNORE: not at all).
 * column NULL: none. Never fails: when memory is out, reading->is_out_of_memory says so. */
void roster_find(struct reading *reading, enum roster_rule rule, enum roster_file file,
                 int line, const char *column);
void roster_find_as(struct reading *reading, enum roster_rule rule,
                    enum roster_severity severity, enum roster_file file, int line,
                    const char *column);
/* About a file of the ZIP by the name it has there, or "" for the package. */
void roster_find_zip(struct reading *reading, enum roster_rule rule, const char *name);
void roster_sort_findings(struct roster_findings *findings);

/* read.c: all of it once the ZIP is open; zip NULL: it was too large to look at. */
NODISCARD enum err roster_read_unzipped(const struct unzip *zip,
                                        const struct roster_options *options,
                                        struct arena *arena, struct roster **roster_out,
                                        struct fail *why);
/* manifest.c: reads manifest.csv and says which tables are to be read. */
NODISCARD enum err roster_read_manifest(struct reading *reading, struct fail *why);
/* table.c: the rows of one file, each field checked by itself. */
NODISCARD enum err roster_read_table(struct reading *reading, enum roster_file file,
                                     struct fail *why);
/* field.c: one field that is not empty. */
void roster_check_field(struct reading *reading, enum roster_file file, int line,
                        const struct roster_column *column, struct span *cell);
/* build.c: rows with names, numbers and references in place of texts. */
NODISCARD enum err roster_build(struct reading *reading, struct fail *why);
/* check_places.c, check_people.c: rows against each other. */
void roster_check_places(struct reading *reading);
NODISCARD enum err roster_check_people(struct reading *reading, struct fail *why);

/* The row is whole enough for its fields to be compared with other rows'. */
static inline bool roster_is_whole(const struct reading *reading, enum roster_file file,
                                   size_t row)
{
    return !reading->tables[file].is_damaged[row];
}
/* The organisation is surely none: its kind was sent, and is another one. */
bool roster_is_no_school(const struct roster_org *org);
bool roster_has(const struct reading *reading, enum roster_file file, const char *column);

#endif

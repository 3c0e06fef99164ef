/* tenants/ending/ending_look_store.h - a person in every table of data, by the tables' rows
 * (node/base/table.h): counted, named by others, read out of sealed texts; and the mentions
 * found. Names of tables and columns come from those rows alone.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ENDING_ENDING_LOOK_STORE_H
#define TENANTS_ENDING_ENDING_LOOK_STORE_H

#include "node/base/table.h"
#include "tenants/ending/ending_store.h"

/* The column by which a row of the table is found, and what its seals are bound to. */
const char *ending_row_column(const struct data_table *table);
const char *ending_key_column(const struct data_table *table);
/* Whether it has that column. One has not (fed_op, answers kept for a day): it is not read. */
bool ending_is_readable(const struct data_table *table);
/* NULL: there is no such table, or no such sealed column of it. */
const struct data_table *ending_table_find(const struct data_table_list *tables,
                                           struct span name, struct span column,
                                           const char **column_out);

/* Rows of the table that are about the person. */
NODISCARD enum err ending_look_count(struct db *db, const struct data_table *table,
                                     struct id person, int64_t *n_out, struct fail *why);
/* Rows about others, or nobody, whose column holds the person's id. */
NODISCARD enum err ending_look_named(struct db *db, const struct data_table *table,
                                     struct span column, struct id person, int64_t *n_out,
                                     struct fail *why);

struct ending_text {
    struct id row, key_row;
    struct span sealed; /* borrowed */
};
/* Every value of a sealed column, without holding them all; each may not use db. */
NODISCARD enum err
ending_look_texts(struct db *db, const struct data_table *table, const char *column,
                  enum err (*each)(const struct ending_text *text, void *arg, struct fail *why),
                  void *arg, struct fail *why);
/* The value of one row, in the arena. ERR_NOT_FOUND: the row is gone. */
NODISCARD enum err ending_look_text(struct db *db, const struct data_table *table,
                                    const char *column, struct id row, struct id key_row,
                                    struct arena *arena, struct ending_text *out,
                                    struct fail *why);
/* What the program may do to such a row beside keeping it. */
NODISCARD enum err ending_look_can(struct db *db, const struct data_table *table,
                                   const char *column, enum ending_decision *can_out,
                                   struct fail *why);

/* ---- changing others' records, as it was decided ---- */

/* ERR_NOT_FOUND: it has been changed meanwhile. */
NODISCARD enum err ending_look_mask(struct tx *tx, const struct data_table *table,
                                    const char *column, struct id row, struct span was,
                                    struct span now, struct fail *why);
/* The row of a leaf table goes, with its deletion leaf. ERR_INVALID: another row points to it.
 */
NODISCARD enum err ending_look_delete(struct tx *tx, const struct data_table *table,
                                      struct id row, struct fail *why);

/* ---- mentions ---- */

struct ending_mention {
    struct id id, ending, person;
    int64_t found_utc_us, n_rows;
    struct span table, column;
    struct id row, key_row; /* ID_NONE: a number in n_rows rows */
    bool is_whole;
    enum ending_decision can;
    /* Of a row that is read. */
    bool has_decision; /* one that holds */
    enum ending_decision decision;
    int64_t decided_utc_us;
    struct id decided_by;
};

/* Adds it, or tells the one that is there that it was found again. */
NODISCARD enum err ending_mention_put(struct tx *tx, const struct ending_mention *mention,
                                      struct fail *why);
/* Takes out what was not found at that time. */
NODISCARD enum err ending_mention_prune(struct tx *tx, struct id ending, int64_t found_utc_us,
                                        struct fail *why);
/* Nothing but keeping it is left. */
NODISCARD enum err ending_mention_keep(struct tx *tx, struct id mention, struct fail *why);
/* Texts first (those without a decision first of all), then numbers; from `skip` on. */
NODISCARD enum err ending_mention_list(struct tx *tx, struct db *db, struct id ending, int skip,
                                       int n_cap, struct arena *arena,
                                       struct ending_mention **rows_out, size_t *n_out,
                                       struct fail *why);
NODISCARD enum err ending_mention_find(struct tx *tx, struct id ending, struct id mention,
                                       struct ending_mention *out, struct fail *why);

struct ending_sums {
    int64_t n_kept, n_masked, n_deleted, n_numbers; /* n_numbers: rows */
};
NODISCARD enum err ending_mention_sums(struct db *db, struct id ending, struct ending_sums *out,
                                       struct fail *why);

/* Every display name the person had: profile_version.name_sealed. */
NODISCARD enum err ending_look_names(struct db *db, struct id person,
                                     enum err (*each)(const struct ending_text *text, void *arg,
                                                      struct fail *why),
                                     void *arg, struct fail *why);

#endif

/* reporting/dictionary_store.h - what the running database says of its own tables (pg_catalog),
 * and what was deleted past its term (retention_record), for the data dictionary and the page
 * of terms. Threads: as the db that is handed in; what is read lives in the arena. */
#ifndef REPORTING_DICTIONARY_STORE_H
#define REPORTING_DICTIONARY_STORE_H

#include "node/db/db.h"

struct catalogue_column {
    struct span table, column, type; /* "uuid", "timestamp with time zone" */
    bool is_key;                     /* of the primary key */
    bool is_needed;                  /* NOT NULL */
};
/* Every column of every table of this node, by table and place. */
NODISCARD enum err dictionary_store_columns(struct db *db, struct arena *arena,
                                            struct catalogue_column **out, size_t *n_out,
                                            struct fail *why);

/* By table name: about how many rows stand in it, and what went past its term. */
struct retention_sum {
    struct span table;
    int64_t n_about; /* the server's own estimate */
    int64_t n_gone, n_times;
    int64_t last_utc_us; /* 0: nothing went yet */
};
NODISCARD enum err retention_store_sums(struct db *db, struct arena *arena,
                                        struct retention_sum **out, size_t *n_out,
                                        struct fail *why);

struct retention_row {
    struct id id;
    int64_t at_utc_us, before_utc_us, n_rows;
    struct span table;
};
/* The count records, newest first; before: the last of the page before, or ID_NONE. */
NODISCARD enum err retention_store_list(struct db *db, struct id before, int n_cap,
                                        struct arena *arena, struct retention_row **out,
                                        size_t *n_out, struct fail *why);

#endif

/* tenants/handback/intake_store.h - tables handback_import and handback_piece, and the way in
 * for the rows of a bag (0096_handback).  Threads: the writer's, but for intake_store_last. */
#ifndef TENANTS_HANDBACK_INTAKE_STORE_H
#define TENANTS_HANDBACK_INTAKE_STORE_H

#include "node/base/table.h"
#include "node/db/writer.h"

#define IMPORTED_KIND "handback.imported"

struct intake_row {
    struct id id, node, contract; /* contract: ID_NONE when there was none */
    int64_t at_utc_us;
    struct span bag, origin, log_root, log_key;
    int64_t log_size, first_seq, last_seq, n_records;
};

/* The number the next leaf gets. */
NODISCARD enum err intake_store_next_seq(struct tx *tx, int64_t *seq_out, struct fail *why);
NODISCARD enum err intake_store_add(struct tx *tx, const struct intake_row *row,
                                    struct fail *why);
/* The leaf of the row; the last thing an import does. */
NODISCARD enum err intake_store_leaf(struct tx *tx, const struct intake_row *row,
                                     struct fail *why);
/* ERR_CONFLICT: one of these tables (comma list) is not empty: why names them. */
NODISCARD enum err intake_store_begin(struct tx *tx, struct id import, struct span tables,
                                      struct fail *why);
/* json: an array of objects with these columns (comma list). */
NODISCARD enum err intake_store_put(struct tx *tx, struct id import, const char *table,
                                    struct span columns, struct span json, int64_t n_rows,
                                    struct fail *why);
NODISCARD enum err intake_store_piece(struct tx *tx, struct id import, struct id piece,
                                      struct span path, int32_t n, struct span sealed,
                                      struct fail *why);
/* The newest; texts in the arena. ERR_NOT_FOUND: nothing was ever imported. */
NODISCARD enum err intake_store_last(struct db *db, struct arena *arena,
                                     struct intake_row *row_out, struct fail *why);

/* ERR_NOT_FOUND: there is none of this id. */
NODISCARD enum err intake_store_find(struct db *db, struct id import, struct arena *arena,
                                     struct intake_row *row_out, struct fail *why);

/* For the bag that goes out: (import, path) of every file that came in below a cut, its leaves
 * first; (id, bytes_sealed) of one. */
extern const struct stmt intake_paths, intake_pieces;
/* Every path of one import. */
extern const struct stmt intake_own_paths;

#define HAND_IMPORT_STMTS_N  12
#define HAND_IMPORT_TABLES_N 2
extern const struct stmt *const hand_import_stmts[HAND_IMPORT_STMTS_N];
extern const struct data_table hand_import_tables[HAND_IMPORT_TABLES_N];
struct audit_table;
extern const struct audit_table hand_import_audit_table;

#endif

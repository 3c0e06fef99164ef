/* node/db/audit_store.h - the statements of the audit log; the only file of node/db/audit* that
 * names its tables.  Threads: the connection's. */
#ifndef NODE_DB_AUDIT_STORE_H
#define NODE_DB_AUDIT_STORE_H

#include "node/db/audit.h"
#include "node/db/audit_deletion.h"
#include "node/db/audit_leaf.h"
#include "node/db/audit_proof.h"
#include "node/db/audit_table.h"
#include "node/db/merkle.h"

/* A list of ids as a parameter ($n::uuid[]); the bytes live in the arena. */
NODISCARD enum err store_arg_ids(struct db_args *args, const struct id *ids, size_t n,
                                 struct arena *arena, struct fail *why);

NODISCARD enum err store_add_leaf(struct tx *tx, const struct audit_leaf *leaf,
                                  struct fail *why);
NODISCARD enum err store_add_deletion(struct tx *tx, const struct deletion *deletion,
                                      struct fail *why);
/* Rising seqs of the leaves of these rows whose salts are still there. */
NODISCARD enum err store_find_seqs(struct tx *tx, const char *table, const struct id *rows,
                                   size_t n_rows, uint64_t **seqs_out, size_t *n_out,
                                   struct fail *why);
NODISCARD enum err store_destroy(struct tx *tx, struct id deletion, int64_t *n_out,
                                 struct fail *why);
NODISCARD enum err store_add_checkpoint(struct tx *tx, const struct merkle *tree,
                                        struct span note, struct fail *why);

/* One checkpoint as the database has it; spans borrow from the rows it came with. */
struct stored_checkpoint {
    uint64_t size;
    struct span root, frontier, note;
};
/* The last one; has_out false: there is none. *rows_out is the caller's. */
NODISCARD enum err store_last_checkpoint(struct db *db, struct db_rows **rows_out,
                                         struct stored_checkpoint *last_out, bool *has_out,
                                         struct fail *why);
NODISCARD enum err store_n_checkpoints_from(struct tx *tx, uint64_t size, int64_t *n_out,
                                            struct fail *why);
/* Checkpoints over `after`, rising, at most n_cap. */
NODISCARD enum err store_checkpoints(struct db *db, uint64_t after, int n_cap,
                                     struct db_rows **rows_out, struct fail *why);
struct stored_checkpoint store_checkpoint_at(const struct db_rows *rows, int row);

/* seq and leaf_hash from `first` on, in order, without holding them. */
NODISCARD enum err store_stream_hashes(struct db *db, uint64_t first,
                                       enum err (*each)(const struct db_rows *row, void *arg,
                                                        struct fail *why),
                                       void *arg, struct fail *why);
/* From the first up to end. */
NODISCARD enum err store_stream_hashes_to(struct db *db, uint64_t end,
                                          enum err (*each)(const struct db_rows *row, void *arg,
                                                           struct fail *why),
                                          void *arg, struct fail *why);
/* The same within an operation: from first up to end, at most n_cap. */
NODISCARD enum err store_hashes(struct tx *tx, uint64_t first, uint64_t end, int n_cap,
                                struct db_rows **rows_out, struct fail *why);
/* The greatest seq, -1 when there is none. */
NODISCARD enum err store_max_seq(struct tx *tx, int64_t *seq_out, struct fail *why);
/* Whole leaves from first on, by seq, at most n_cap; bytes are left empty. */
NODISCARD enum err store_leaves(struct db *db, uint64_t first, int n_cap,
                                struct db_rows **rows_out, struct fail *why);
void store_leaf_at(const struct db_rows *rows, int row, struct audit_leaf *leaf_out);
NODISCARD enum err store_count(struct db *db, int64_t *n_leaves_out, int64_t *n_checkpoints_out,
                               struct fail *why);

/* node/db/audit_access.c: the canonical bytes of a row of access_record. */
NODISCARD enum err access_canonical(const struct db_rows *rows, int row, struct arena *arena,
                                    struct span *bytes_out, struct fail *why);
/* audit_shown.c: the persons a list showed, one row and one leaf. */
NODISCARD enum err access_append_shown(struct tx *tx, const struct access_entry *entry,
                                       struct fail *why);
NODISCARD enum err store_add_access(struct tx *tx, const struct access_entry *entry,
                                    struct fail *why);

#endif

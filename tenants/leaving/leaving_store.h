/* tenants/leaving/leaving_store.h - the tables town_key, leaving_paper and leaving_step: added
 * to and read, every row an audit leaf.
 * Threads: those with a struct tx on the writer's, the rest any; one struct db per thread.
 * Texts live in the arena given. */
#ifndef TENANTS_LEAVING_STORE_H
#define TENANTS_LEAVING_STORE_H

#include "node/db/audit_table.h"
#include "node/db/writer.h"
#include "tenants/leaving/leaving_rule.h"

struct town_key_row {
    struct id id;
    int64_t version;
    struct span certificate, sha256; /* PEM; of the DER, hexadecimal */
    int64_t decided_utc_us;
    struct id decided_by;
    struct span role;
};

enum leaving_paper_kind { LEAVING_PAPER_CANARIES, LEAVING_PAPER_ORDER };

struct leaving_paper_row {
    struct id id;
    enum leaving_paper_kind kind;
    struct id node;
    struct span bag; /* of an order */
    int64_t n_named;
    struct span document;
    int64_t at_utc_us;
    struct id given_by;
    struct span role;
};

struct leaving_step_row {
    struct id id, node;
    int64_t n;
    enum leaving_state state;
    int64_t at_utc_us;
    struct span actor, line;
};

/* The certificate in force. ERR_NOT_FOUND: none yet. Exactly one of tx and db. */
NODISCARD enum err town_key_store_current(struct tx *tx, struct db *db, struct arena *arena,
                                          struct town_key_row *row_out, struct fail *why);
/* ERR_CONFLICT: there is this version already. */
NODISCARD enum err town_key_store_add(struct tx *tx, const struct town_key_row *row,
                                      struct fail *why);

/* The newest of its kind of this node, no older than since. ERR_NOT_FOUND. */
NODISCARD enum err leaving_paper_store_last(struct tx *tx, struct db *db,
                                            enum leaving_paper_kind kind, struct id node,
                                            int64_t since_utc_us, struct arena *arena,
                                            struct leaving_paper_row *row_out,
                                            struct fail *why);
/* All commitments, oldest first. */
NODISCARD enum err leaving_paper_store_canaries(struct db *db, struct id node,
                                                struct arena *arena,
                                                struct leaving_paper_row **rows_out,
                                                size_t *n_out, struct fail *why);
NODISCARD enum err leaving_paper_store_add(struct tx *tx, const struct leaving_paper_row *row,
                                           struct fail *why);

/* ERR_CONFLICT: the last step is not n - 1, or its line is not prev: somebody was faster. */
NODISCARD enum err leaving_step_store_add(struct tx *tx, const struct leaving_step_row *row,
                                          struct fail *why);
/* Steps behind n, in order. */
NODISCARD enum err leaving_step_store_after(struct db *db, struct id node, int64_t n,
                                            struct arena *arena,
                                            struct leaving_step_row **rows_out, size_t *n_out,
                                            struct fail *why);
/* Is a bag with this log behind step n, and of our log? ERR_NOT_FOUND: no checkpoint of ours is
 * of that size and root, or the leaf of step n is not under it. */
NODISCARD enum err leaving_step_store_cut(struct db *db, struct id node, int64_t n,
                                          int64_t log_size, struct span root_hex,
                                          struct fail *why);

/* Ends every open session but those of the roles that go on; whom it was, in tx's arena. */
NODISCARD enum err leaving_store_end_sessions(struct tx *tx, int64_t now_utc_us,
                                              struct id **accounts_out, size_t *n_out,
                                              struct fail *why);

#endif

/* federation/trust_store.h - tables fed_registry and fed_step: registries as they were taken,
 * and the decisions about this node's own place. Both are leaf tables, never changed. Threads:
 * as the tx or db that is handed in. */
#ifndef FEDERATION_TRUST_STORE_H
#define FEDERATION_TRUST_STORE_H

#include "federation/trust.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

struct trust_row {
    struct id id;
    int64_t seq;
    struct hash256 sha256;
    struct span bytes, sig_lines;
    bool is_chain;
    struct id heard_from; /* ID_NONE: an operator */
    int64_t taken_utc_us;
};
struct trust_step_row {
    struct id id;
    int64_t at_utc_us;
    struct trust_step step;
};

/* The row and its leaf. ERR_CONFLICT: a registry of this number is in the chain, or the same
 * bytes are here. A row that is no link of the chain and is here already: ERR_OK, *is_new_out
 * false. */
NODISCARD enum err trust_store_add(struct tx *tx, const struct trust_row *row, bool *is_new_out,
                                   struct fail *why);
/* Of the chain; seq 0: the newest. Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err trust_store_find(struct tx *tx, struct db *db, int64_t seq,
                                    struct arena *arena, struct trust_row *out,
                                    struct fail *why);
NODISCARD enum err trust_store_step_add(struct tx *tx, const struct trust_step_row *row,
                                        struct fail *why);
/* All, in their order. Exactly one of tx and db. */
NODISCARD enum err trust_store_steps(struct tx *tx, struct db *db, struct arena *arena,
                                     struct trust_step_row **out, size_t *n_out,
                                     struct fail *why);

#define TRUST_STMTS_N  9
#define TRUST_TABLES_N 2
extern const struct stmt *const trust_stmts[TRUST_STMTS_N];
extern const struct data_table trust_tables[TRUST_TABLES_N];
extern const struct audit_table fed_registry_audit_table, fed_step_audit_table;

#endif

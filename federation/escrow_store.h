/* federation/escrow_store.h - tables escrow_deposit (at the prefecture: whose box it keeps) and
 * escrow_step (at both: what became of it, leaves of the audit log).
 * Threads: as the tx or db that is handed in. */
#ifndef FEDERATION_ESCROW_STORE_H
#define FEDERATION_ESCROW_STORE_H

#include "federation/registry.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

/* Where a step is written: the prefecture's node keeps deposit, release, revoke; the
 * municipality's send (on its way), hold (it is there), refused, open (it came back and opened
 * the node), stop (given up here: no box opens any more) and release (the prefecture says that
 * it gave the box out, and this node knows of no such opening). */
enum escrow_step_kind {
    ESCROW_DEPOSIT,
    ESCROW_RELEASE,
    ESCROW_REVOKE,
    ESCROW_SEND,
    ESCROW_HOLD,
    ESCROW_REFUSED,
    ESCROW_OPEN,
    ESCROW_STOP
};
#define ESCROW_STEP_KINDS "deposit|release|revoke|send|hold|refused|open|stop"

struct escrow_step {
    struct id id;
    int64_t at_utc_us;
    int kind; /* enum escrow_step_kind */
    struct id peer, op;
    int64_t generation;
    int64_t until_utc_us; /* 0: none */
    struct span code;     /* of a refusal, or who revoked; else "" */
};
/* The row and its leaf. */
NODISCARD enum err escrow_step_add(struct tx *tx, const struct escrow_step *step,
                                   struct fail *why);
/* The newest of send, hold, refused and stop; `code` in the arena. ERR_NOT_FOUND. Exactly one
 * of tx and db. */
NODISCARD enum err escrow_step_last(struct tx *tx, struct db *db, struct arena *arena,
                                    struct escrow_step *out, struct fail *why);
/* The newest of all kinds, at most n_cap; texts in the arena. */
NODISCARD enum err escrow_step_list(struct db *db, int n_cap, struct arena *arena,
                                    struct escrow_step **out, size_t *n_out, struct fail *why);
/* How often the half came back here, and when last (0: never). */
NODISCARD enum err escrow_step_opens(struct db *db, int64_t *n_out, int64_t *last_utc_us_out,
                                     struct fail *why);
/* Is the giving out that began with this op on record here, as opened or as told of? */
NODISCARD enum err escrow_step_is_known(struct tx *tx, struct id op, bool *is_out,
                                        struct fail *why);
/* Accounts of the board that can be told something; at most ESCROW_BOARD_MOST. */
#define ESCROW_BOARD_MOST 64
NODISCARD enum err escrow_board(struct tx *tx, struct id accounts_out[ESCROW_BOARD_MOST],
                                size_t *n_out, struct fail *why);
/* Releases to that node since then. */
NODISCARD enum err escrow_step_releases(struct tx *tx, struct id peer, int64_t since_utc_us,
                                        int64_t *n_out, struct fail *why);

struct escrow_deposit {
    struct id node;
    int64_t generation;
    struct span kid, boot_key; /* boot_key: 32 bytes */
    struct span box_sealed;    /* SPAN_NONE once revoked */
    int64_t made_utc_us, until_utc_us, revoked_utc_us;
    struct span revoked_by; /* "" "municipality" "coordinator" */
};
/* In place of what was there. The box is sealed for its row here. ERR_CONFLICT: this boot key
 * is another node's. */
NODISCARD enum err escrow_deposit_put(struct tx *tx, struct keyring *keyring,
                                      const struct escrow_deposit *deposit,
                                      const uint8_t box[HALF_BOX_BYTES], struct fail *why);
/* One of them; texts in the arena. ERR_NOT_FOUND. Exactly one of tx and db. */
NODISCARD enum err escrow_deposit_find(struct tx *tx, struct db *db, struct id node,
                                       struct arena *arena, struct escrow_deposit *out,
                                       struct fail *why);
NODISCARD enum err escrow_deposit_by_kid(struct db *db, struct span kid, struct arena *arena,
                                         struct escrow_deposit *out, struct fail *why);
NODISCARD enum err escrow_deposit_list(struct db *db, struct arena *arena,
                                       struct escrow_deposit **out, size_t *n_out,
                                       struct fail *why);
NODISCARD enum err escrow_deposit_box(struct keyring *keyring,
                                      const struct escrow_deposit *deposit, struct arena *arena,
                                      uint8_t box_out[HALF_BOX_BYTES], struct fail *why);
/* The box goes; done already: ERR_OK. */
NODISCARD enum err escrow_deposit_revoke(struct tx *tx, struct id node, const char *by,
                                         int64_t now_utc_us, struct fail *why);

/* "boot-" and the first 8 bytes of the key's SHA-256: its name as a kid. */
void escrow_kid(const uint8_t boot_key[32], char kid_out[FED_KID_CAP]);

#define ESCROW_STMTS_N  14
#define ESCROW_TABLES_N 2
extern const struct stmt *const escrow_stmts[ESCROW_STMTS_N];
extern const struct data_table escrow_tables[ESCROW_TABLES_N];
extern const struct audit_table escrow_step_audit_table;

#endif

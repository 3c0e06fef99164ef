/* federation/purge_store.h - tables fed_purge_peer (at the town that leaves), fed_purge with
 * fed_purge_part (at a peer) and fed_purge_step (leaves, at both).
 * Threads: as the tx or db that is handed in.  Owns: nothing; bytes live in the arena. */
#ifndef FEDERATION_PURGE_STORE_H
#define FEDERATION_PURGE_STORE_H

#include "federation/purge.h"
#include "node/db/store.h"

/* ---- at the town that leaves ---- */

struct purge_peer {
    struct id node, ask;
    int64_t begun_utc_us;
    struct id op; /* ID_NONE: nothing waits in the outbox */
    int32_t n_asked;
    int64_t next_utc_us;
    struct span last_code;
    struct span receipt; /* len 0: none yet */
    int64_t registry;
    int64_t received_utc_us;
};
#define PURGE_PEERS_MOST 4000
/* Every node in a row of ours that is no member: who was one once. At most PURGE_PEERS_MOST. */
NODISCARD enum err purge_peer_known(struct tx *tx, struct id **nodes_out, size_t *n_out,
                                    struct fail *why);
/* A new one adds a row; one that stands there stays. */
NODISCARD enum err purge_peer_add(struct tx *tx, const struct purge_peer *peer,
                                  struct fail *why);
/* All but node, ask and begun. */
NODISCARD enum err purge_peer_change(struct tx *tx, const struct purge_peer *peer,
                                     struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err purge_peer_find(struct tx *tx, struct id node, struct arena *arena,
                                   struct purge_peer *out, struct fail *why);
/* By node. Exactly one of tx and db. */
NODISCARD enum err purge_peer_list(struct tx *tx, struct db *db, struct arena *arena,
                                   struct purge_peer **out, size_t *n_out, struct fail *why);

/* ---- at a peer ---- */

#define PURGE_BOX "|none|gone"
struct purge_row {
    struct id node;
    struct span contract;
    struct id ask;
    int64_t asked_utc_us, cleared_utc_us; /* cleared 0: not yet */
    struct id step;
    struct span box; /* "", "none", "gone" */
    struct span receipt;
    bool takes_kpi; /* its figures of past months go, too (CARD-14) */
};
NODISCARD enum err purge_row_add(struct tx *tx, const struct purge_row *row, struct fail *why);
/* cleared, step, box and receipt. */
NODISCARD enum err purge_row_change(struct tx *tx, const struct purge_row *row,
                                    struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err purge_row_find(struct tx *tx, struct db *db, struct id node,
                                  struct span contract, struct arena *arena,
                                  struct purge_row *out, struct fail *why);
/* Those without a receipt. */
NODISCARD enum err purge_row_open(struct db *db, struct arena *arena, struct purge_row **out,
                                  size_t *n_out, struct fail *why);

#define PURGE_KEY_PART "key.class" /* class keys, counted beside the tables */
struct purge_part {
    struct span part; /* a table, or PURGE_KEY_PART */
    int64_t n;
};
/* n more of them went. */
NODISCARD enum err purge_part_add(struct tx *tx, const struct purge_row *row, const char *part,
                                  int64_t n, struct fail *why);
/* By part. */
NODISCARD enum err purge_part_list(struct tx *tx, struct db *db, const struct purge_row *row,
                                   struct arena *arena, struct purge_part **out, size_t *n_out,
                                   struct fail *why);

/* ---- at both ---- */

enum purge_step_kind { PURGE_BEGIN, PURGE_RECEIPT, PURGE_REFUSED, PURGE_ASKED, PURGE_CLEARED };
#define PURGE_STEPS "begin|receipt|refused|asked|cleared"
struct purge_step {
    struct id id;
    int64_t at_utc_us;
    enum purge_step_kind kind;
    struct id node;
    int64_t n;
    struct span code;
    struct span sha256; /* of a receipt; else len 0 */
};
/* The row and its leaf. */
NODISCARD enum err purge_step_add(struct tx *tx, const struct purge_step *step,
                                  struct fail *why);
/* The number of the leaf of a step. ERR_NOT_FOUND. */
NODISCARD enum err purge_step_leaf(struct db *db, struct id step, int64_t *index_out,
                                   struct fail *why);

#endif

/* federation/witness_store.h - tables fed_witness_seen (at the witness), fed_witness and
 * fed_cosignature (at the node) and fed_witness_step (leaves, at both).
 * Threads: as the tx or db that is handed in.  Owns: nothing; bytes live in the arena. */
#ifndef FEDERATION_WITNESS_STORE_H
#define FEDERATION_WITNESS_STORE_H

#include "federation/witness.h"
#include "node/db/store.h"

/* ---- at the witness ---- */

struct witness_seen {
    struct id node;
    struct span contract, log_key;
    int64_t size;
    struct span root, note;
    int64_t at_utc_us;
    struct span code; /* empty: the newest one was cosigned */
    int64_t code_size, code_utc_us;
};
/* Exactly one of tx and db. ERR_NOT_FOUND: nothing was seen of that node. */
NODISCARD enum err witness_seen_find(struct tx *tx, struct db *db, struct id node,
                                     struct arena *arena, struct witness_seen *out,
                                     struct fail *why);
/* A good one, over what was there before; code, code_size and code_utc_us are not read. */
NODISCARD enum err witness_seen_put(struct tx *tx, const struct witness_seen *seen,
                                    struct fail *why);
/* node, code, code_size and code_utc_us alone. */
NODISCARD enum err witness_seen_refuse(struct tx *tx, const struct witness_seen *seen,
                                       struct fail *why);
/* By node. */
NODISCARD enum err witness_seen_list(struct db *db, struct arena *arena,
                                     struct witness_seen **out, size_t *n_out,
                                     struct fail *why);

/* ---- at the node ---- */

struct witness_row {
    struct id witness;
    struct span log_key;
    int64_t size, at_utc_us; /* cosigned last; 0 and 0: never */
    struct span code;        /* empty: the last answer was a cosignature */
    int64_t told, tried, code_utc_us;
};
NODISCARD enum err witness_row_put(struct tx *tx, const struct witness_row *row,
                                   struct fail *why);
/* By witness, of this log alone. */
NODISCARD enum err witness_row_list(struct db *db, struct span log_key, struct arena *arena,
                                    struct witness_row **out, size_t *n_out, struct fail *why);

struct witness_cosignature {
    struct id witness;
    int64_t at_utc_us, size;
    struct span note, line, kid, ed25519;
};
NODISCARD enum err witness_cosignature_put(struct tx *tx, const struct witness_cosignature *c,
                                           struct fail *why);

/* ---- at both ---- */

enum witness_step_kind { WITNESS_FIRST, WITNESS_ANEW, WITNESS_REFUSED, WITNESS_TOLD };
#define WITNESS_STEPS "first|anew|refused|told"
struct witness_step {
    struct id id;
    int64_t at_utc_us;
    enum witness_step_kind kind;
    struct id node;
    struct span code;
    int64_t size, seen;
    struct span note;
};
/* The row and its leaf. */
NODISCARD enum err witness_step_add(struct tx *tx, const struct witness_step *step,
                                    struct fail *why);
/* The last step of that kind with that node; ERR_NOT_FOUND. */
NODISCARD enum err witness_step_last(struct tx *tx, struct id node, enum witness_step_kind kind,
                                     struct arena *arena, struct witness_step *out,
                                     struct fail *why);

#endif

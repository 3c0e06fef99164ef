/* node/db/audit_proof.h - what the audit log shows to those who check it from outside: proofs
 * over the leaves in the database, the last checkpoint, and the access record by pages. A proof
 * reads every leaf hash up to its tree's size once, in flat memory (about a million a second).
 * Threads: the connection's. */
#ifndef NODE_DB_AUDIT_PROOF_H
#define NODE_DB_AUDIT_PROOF_H

#include "node/db/db.h"
#include "node/db/merkle.h"

/* ERR_NOT_FOUND: the log has fewer than size (second) leaves, or seq is not below size. */
NODISCARD enum err audit_prove_inclusion(struct db *db, uint64_t seq, uint64_t size,
                                         struct hash256 *leaf_out,
                                         struct merkle_proof *proof_out, struct fail *why);
/* ERR_INVALID: first > second. */
NODISCARD enum err audit_prove_consistency(struct db *db, uint64_t first, uint64_t second,
                                           struct merkle_proof *proof_out, struct fail *why);
/* The last checkpoint's note and size; ERR_NOT_FOUND: there is none yet. The note lives in the
 * arena. */
NODISCARD enum err audit_last_note(struct db *db, struct arena *arena, struct span *note_out,
                                   uint64_t *size_out, struct fail *why);

struct access_filter {
    int64_t from_utc_us, until_utc_us; /* at in [from, until) */
    struct id account, person;         /* ID_NONE: any */
    struct span action;                /* empty: any */
    int64_t before_utc_us;             /* older than this entry (the cursor) */
    struct id before;
    int n_cap;
};

struct access_past {
    struct id id, account, object, person;
    int64_t at_utc_us, n_shown; /* persons a list showed */
    struct span route, role, operator_name, address, action, outcome, purpose;
};

/* Newest first; all in the arena. */
NODISCARD enum err access_list(struct db *db, const struct access_filter *filter,
                               struct arena *arena, struct access_past **out, size_t *n_out,
                               struct fail *why);

#endif

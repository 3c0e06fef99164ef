/* node/db/audit_verify.h - checks an audit log from outside (NI-T3-8): recomputes every
 * commitment, every leaf and the tree, and compares with all checkpoints of the external file
 * and with those the log itself carries. Needs no database, no keyring and no running node:
 * leaves come from an export (verify_export) or from the database (node/db/audit_live.h) in
 * order, one after another, in flat memory.
 *
 * What a finding means and where it can come from stands in audit_verify.c, code by code.
 * Threads: one verifier, one thread. */
#ifndef NODE_DB_AUDIT_VERIFY_H
#define NODE_DB_AUDIT_VERIFY_H

#include "node/db/audit_leaf.h"
#include "node/db/merkle.h"
#include "node/db/note.h"

struct verify_finding {
    const char *code;    /* "row.changed" */
    const char *text_ja; /* what is wrong, one sentence */
    bool has_seq;
    uint64_t seq;
    struct span kind;   /* of the leaf, may be empty */
    const char *detail; /* numbers and ids, may be empty */
};

struct verify_conf {
    const struct note_key *key;
    const char *checkpoints_path; /* the external file; NULL: only what the log carries */
    void (*each)(const struct verify_finding *finding, void *arg);
    void *arg;
};

struct verify_result {
    uint64_t n_leaves, n_opened, n_closed; /* closed: row and salt gone */
    uint64_t n_deletions;                  /* lawful-deletion leaves */
    uint64_t n_external, n_stored;         /* checkpoints of the file; carried by the log */
    uint64_t n_covered;                    /* leaves under the last good external checkpoint */
    bool is_newest_unstored;               /* see verifier_expect_stored */
    uint64_t n_findings;
    struct hash256 root;
};

struct verifier;

/* ERR_NOT_FOUND, ERR_IO: the external file cannot be read: nothing can be said. */
NODISCARD enum err verifier_create(const struct verify_conf *conf,
                                   struct verifier **verifier_out, struct fail *why);
void verifier_destroy(struct verifier **verifier);

/* Errors of these mean that the check cannot go on (ERR_NOMEM, ERR_IO); what is wrong with the
 * log is a finding. */
NODISCARD enum err verifier_leaf(struct verifier *verifier, const struct audit_leaf *leaf,
                                 struct fail *why);
/* A checkpoint the log carries; comes right behind the leaf it counts last. */
NODISCARD enum err verifier_checkpoint(struct verifier *verifier, struct span note,
                                       struct fail *why);
/* The frontier the database keeps beside a checkpoint: it must be the tree's. */
void verifier_frontier(struct verifier *verifier, struct span frontier);
/* A row of a leaf table that no leaf speaks of. */
void verifier_extra(struct verifier *verifier, struct span table, struct id row);
/* Something else the caller saw; code is one of audit_verify.c's. */
void verifier_find(struct verifier *verifier, const char *code, const char *detail);
/* The tree must pass through this head (of the running node, of the head file). At most 4. */
void verifier_expect(struct verifier *verifier, uint64_t n_leaves, const struct hash256 *root);
/* The log must carry all external checkpoints up to this size. Without this call the newest one
 * may be missing there: a node that dies between the two leaves it so until it starts again. */
void verifier_expect_stored(struct verifier *verifier, uint64_t size);
const struct merkle *verifier_tree(const struct verifier *verifier);
/* Says what can only be said at the end. */
NODISCARD enum err verifier_finish(struct verifier *verifier, struct verify_result *result_out,
                                   struct fail *why);

/* The whole of an export file. ERR_NOT_FOUND, ERR_IO, ERR_PROTO (not an export at all): cannot
 * be checked; ERR_OK: checked, see result_out->n_findings. */
NODISCARD enum err verify_export(const char *path, const struct verify_conf *conf,
                                 struct verify_result *result_out, struct fail *why);

#endif

/* node/db/audit_priv.h - what audit.c (leaves and hooks), audit_load.c (the tree at start) and
 * audit_sign.c (checkpoints) share; nobody else includes it. */
#ifndef NODE_DB_AUDIT_PRIV_H
#define NODE_DB_AUDIT_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "node/base/mbox.h"
#include "node/db/audit.h"
#include "node/db/head.h"
#include "node/db/merkle.h"
#include "node/db/note.h"

struct audit {
    char *origin, *checkpoint_path, *head_path; /* owned */
    int checkpoint_every_s;
    struct keyring *keyring;

    /* The writer thread's. */
    bool is_loaded;
    bool is_ours; /* the tree begins with the last signed one: it may be signed */
    /* The rows cannot be this tree (any more), or the tree be what was signed before: rows are
     * kept, but nothing is added to the tree nor signed, and the head file stays as it was. */
    bool is_detached;
    struct merkle tree, pending; /* at the last COMMIT; with the leaves of this transaction */
    struct hash256 root, pending_root; /* of them; the second from committing on */
    uint64_t next_seq, pending_seq;
    struct merkle base; /* the tree at the last external checkpoint, when loaded */
    char base_note[NOTE_CAP];
    size_t base_note_len;
    bool is_uncertain;               /* between committing and the answer */
    uint64_t stored, pending_stored; /* size of the last checkpoint in the database */
    struct head_file *head;
    char boot[HEAD_BOOT_CAP];
    bool is_head_broken; /* said once */

    /* The checkpoint maker's: audit_checkpoint lets one in at a time. */
    atomic_flag is_signing_now;
    struct merkle signed_tree; /* what was signed last */
    char signed_note[NOTE_CAP];
    size_t signed_note_len;
    bool is_begun, is_stored; /* took over base; signed_note is in the database */
    pthread_t thread;
    bool has_thread;
    struct mbox *wake; /* closed: make the last one and end */
    struct writer *writer;

    /* The head any thread may read: a sequence lock, odd while it changes. */
    _Atomic uint64_t head_turn, head_words[5];
    _Atomic bool is_mismatch, is_detached_shown;
    _Atomic uint64_t n_checkpoints, n_checkpointed;
    _Atomic int64_t checkpoint_utc_us;
};

/* Says loudly that database and evidence differ; where is "load", "tail", "stored", ... */
void audit_mismatch(struct audit *audit, const char *where, uint64_t expected, uint64_t got);
/* The writer's thread: the tree, and what it may be next, for the head file. */
void audit_write_head(struct audit *audit, uint64_t next_n, const struct hash256 *next_root);
/* The writer's thread: shows tree and root to audit_head_read. */
void audit_publish(struct audit *audit);

#endif

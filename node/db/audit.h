/* node/db/audit.h - the audit log: salted leaves, Merkle tree, signed checkpoints (NI-T3-8,
 * design section 3).
 *   commitment = SHA-256(salt ‖ row bytes)
 *   leaf       = SHA-256(0x00 ‖ kind ‖ time ‖ table ‖ row id ‖ commitment)
 *   node       = SHA-256(0x01 ‖ left ‖ right)                (RFC 6962, section 2.1)
 * kind and table go in as 1 byte length and their bytes, time as 8 bytes (UTC us, big-endian),
 * the row id as its 16 bytes. Table and row id are part of the leaf so that they stay bound
 * when the salt is gone. The salt (16 random bytes) stands beside the row and leaves with it.
 *
 * What a database superuser can do and who sees it. Checkpoints (node/db/note.h, Ed25519) are
 * made every 60 s when leaves came, and stand in the database and in a file outside the
 * cluster, so that SQL alone can neither change, cut nor roll back the past unseen. Who also
 * writes files as the node's user can roll back both: then the roots in the supervisor's log
 * (event audit.checkpoint, owned by root) and, once nodes are linked, the peers' cosignatures
 * tell. For the leaves after the last checkpoint the head file beside it says what the tree was
 * at the last COMMIT (node/db/head.h). A difference is logged ("audit.mismatch"), counted and
 * shown; the node goes on serving and appending, for what happens during an attack is evidence
 * too. It signs on only while its own tree still begins with the last one it signed.
 *
 * A table whose rows are leaves is append-only: one row, one leaf; a change is a new version
 * with a new id.
 *
 * Threads: the writer's hooks, audit_append* and access_append on the writer's thread; one
 * thread of audit's own makes checkpoints; audit_head_read and audit_stats_read from any. */
#ifndef NODE_DB_AUDIT_H
#define NODE_DB_AUDIT_H

#include "node/base/conf.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/hash256.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

#define AUDIT_HASH_BYTES    HASH256_BYTES
#define AUDIT_SALT_BYTES    16
#define AUDIT_NAME_CAP      64           /* kinds and tables: [a-z0-9._-], at most 63 bytes */
#define AUDIT_ROW_CAP       262144       /* canonical bytes of one row */
#define AUDIT_HEAD_SUFFIX   ".head"      /* of the head file, beside the checkpoint file */
#define AUDIT_PUBLIC_SUFFIX ".key"       /* of the file with the public key, beside it too */
#define AUDIT_KEY_NAME      "audit.sign" /* in the keyring, KEY_SIGN */

struct audit;

struct audit_conf {
    const char *origin;          /* "aozora.ibasho": first line of a checkpoint */
    const char *checkpoint_path; /* append-only file outside the cluster; + ".head" */
    int checkpoint_every_s;
};

/* What the tree is at a moment. */
struct audit_head {
    uint64_t n_leaves;
    uint8_t root[AUDIT_HASH_BYTES];
};

struct audit_stats {
    uint64_t n_leaves, n_checkpointed; /* leaves; those under the last checkpoint */
    uint64_t n_checkpoints;            /* signed since start */
    int64_t checkpoint_utc_us;         /* of the last one signed since start; 0: none */
    bool is_mismatch;                  /* database and checkpoints tell different stories */
    bool is_signing; /* false: the tree does not begin with the last signed one */
};

/* Opens the state; the writer loads the tree when it gets its lock. */
NODISCARD enum err audit_open(const struct audit_conf *conf, struct keyring *keyring,
                              struct audit **audit_out, struct fail *why);
void audit_close(struct audit **audit);
/* Between writer_start and writer_stop: a thread that makes a checkpoint every
 * checkpoint_every_s and, at start and once a day, reads all leaves again and compares them
 * with the last one; audit_stop makes the last checkpoint, then ends it. */
NODISCARD enum err audit_start(struct audit *audit, struct writer *writer, struct fail *why);
void audit_stop(struct audit *audit);

/* Commits to one row: bytes are its canonical form (jx_write_canonical): one line of JSON. row
 * is the row's id and table its table, so that a verifier finds it again; both stand in the
 * leaf's row in clear. The salt is made here and kept in audit_leaf beside the commitment. */
NODISCARD enum err audit_append(struct tx *tx, const char *kind, const char *table,
                                struct id row, struct span bytes, struct fail *why);
/* Lawful deletion: leaves that name the rule and the range; the rows' salts are destroyed. The
 * caller deletes the rows themselves in the same operation; rows of access_record go here and
 * now, and only past their term (else ERR_DENIED). Rows without a leaf, or deleted before, are
 * ERR_NOT_FOUND. */
NODISCARD enum err audit_append_deletion(struct tx *tx, const char *rule, const char *table,
                                         const struct id *rows, size_t n_rows,
                                         struct fail *why);

/* The writer's hooks. load: whenever it has (re)gained connection and lock, outside a
 * transaction. Then for every transaction begin, and either committing (COMMIT goes
 * out next), then committed, or rolled_back. After a COMMIT whose answer
 * was lost, neither: load. */
NODISCARD enum err audit_load(struct audit *audit, struct db *db, struct fail *why);
void audit_tx_begin(struct audit *audit);
void audit_tx_committing(struct audit *audit);
void audit_tx_committed(struct audit *audit);
void audit_tx_rolled_back(struct audit *audit);

/* As audit_checkpoint, on the thread of audit_start: done is told there when it is made. For
 * HTTP handlers, which may not wait. ERR_UNAVAILABLE: no such thread, or it ends; ERR_BUSY. */
NODISCARD enum err audit_checkpoint_post(struct audit *audit,
                                         void (*done)(void *arg, enum err rc,
                                                      const struct fail *why),
                                         void *arg, struct fail *why);

struct audit_head audit_head_read(struct audit *audit);                    /* any thread */
void audit_stats_read(struct audit *audit, struct audit_stats *stats_out); /* any thread */
/* Signs and stores a checkpoint if leaves came since the last; on the caller's thread, through
 * the writer. ERR_CONFLICT: the tree does not begin with the last signed one; nothing was
 * signed. ERR_LOCKED: no key yet. ERR_BUSY: another thread is making one. */
NODISCARD enum err audit_checkpoint(struct audit *audit, struct writer *writer,
                                    struct fail *why);

#define ACCESS_SHOWN_CAP 5000

/* One entry of the access record (table access_record, itself an audit leaf): who, when, from
 * where, which object, which person's data, what kind, purpose. */
struct access_entry {
    struct id id;
    int64_t at_utc_us;
    const char *route;         /* route or command name, "cli.key.rotate" */
    const char *role;          /* role id or "operator" */
    struct id account;         /* ID_NONE for anonymous and operators */
    const char *operator_name; /* "uid:0" on the admin socket */
    struct span address;
    struct id object, person;
    const struct id *shown; /* whose records a list showed: a row and leaf of access_shown */
    size_t n_shown;         /* at most ACCESS_SHOWN_CAP */
    const char *action;     /* "read" "change" "export" "refused" */
    const char *outcome;    /* err_code of the answer */
    struct span purpose;    /* code of the stated purpose, may be empty */
};
/* For an operation that writes the record of its own request: a change that came to ERR_OK, by
 * the request's caller, of req->object and req->person. What differs the operation says. */
struct req;
struct access_entry access_of(const struct req *req);
NODISCARD enum err access_append(struct tx *tx, const struct access_entry *entry,
                                 struct fail *why);

/* Rows for node/features.c. */
#define AUDIT_STMTS_N  20
#define SHOWN_STMTS_N  3
#define SHOWN_TABLES_N 1
#define AUDIT_TABLES_N 4
#define AUDIT_CONF_N   2
extern const struct stmt *const audit_stmts[AUDIT_STMTS_N];
extern const struct data_table audit_tables[AUDIT_TABLES_N];
extern const struct stmt *const shown_stmts[SHOWN_STMTS_N];
extern const struct data_table shown_tables[SHOWN_TABLES_N];
extern const struct conf_row audit_conf_rows[AUDIT_CONF_N];

#endif

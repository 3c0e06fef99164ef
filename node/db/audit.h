/* node/db/audit.h - the audit log: salted leaves, Merkle tree, signed checkpoints (NI-T3-8,
 * design section 3).
 *   commitment = SHA-256(salt ‖ row bytes)
 *   leaf       = SHA-256(0x00 ‖ kind ‖ time ‖ commitment)    time: 8 bytes, UTC us, big-endian
 *   node       = SHA-256(0x01 ‖ left ‖ right)                (RFC 6962, section 2.1)
 * kind goes in as 1 byte length and its bytes. The salt (16 random bytes) stands beside the row
 * and leaves with it. Checkpoints (C2SP tlog-checkpoint form, Ed25519) are made every 60 s when
 * leaves came, and stand both in the database and in a file outside the cluster, so that a
 * database superuser can cut or roll back neither unseen.
 * Threads: audit_append on the writer's thread inside an operation; the rest as said. */
#ifndef NODE_DB_AUDIT_H
#define NODE_DB_AUDIT_H

#include "node/db/keyring.h"
#include "node/db/writer.h"

#define AUDIT_HASH_BYTES 32
#define AUDIT_SALT_BYTES 16

struct audit;

struct audit_conf {
    const char *origin;          /* "aozora.ibasho": first line of a checkpoint */
    const char *checkpoint_path; /* append-only file outside the cluster */
    int checkpoint_every_s;
};

/* What the tree is at a moment. */
struct audit_head {
    uint64_t n_leaves;
    uint8_t root[AUDIT_HASH_BYTES];
};

/* Opens the state; the writer loads the tree when it gets its lock. */
NODISCARD enum err audit_open(const struct audit_conf *conf, struct keyring *keyring,
                              struct audit **audit_out, struct fail *why);
void audit_close(struct audit **audit);

/* Commits to one row: bytes are its canonical form (jx_write_canonical). row is the row's id
 * and table its table, so that a verifier finds it again; both stand in the leaf's row in
 * clear. The salt is made here and kept in audit_leaf beside the commitment. */
NODISCARD enum err audit_append(struct tx *tx, const char *kind, const char *table,
                                struct id row, struct span bytes, struct fail *why);
/* Lawful deletion: a leaf that names the rule and the range; the rows' salts are destroyed. */
NODISCARD enum err audit_append_deletion(struct tx *tx, const char *rule, const char *table,
                                         const struct id *rows, size_t n_rows,
                                         struct fail *why);

/* The writer's hooks: load at lock, keep at COMMIT, drop at ROLLBACK. */
NODISCARD enum err audit_load(struct audit *audit, struct db *db, struct fail *why);
void audit_tx_begin(struct audit *audit);
void audit_tx_committed(struct audit *audit);
void audit_tx_rolled_back(struct audit *audit);

struct audit_head audit_head_read(struct audit *audit); /* any thread */
/* Signs and stores a checkpoint if leaves came since the last; on the caller's thread, through
 * the writer. */
NODISCARD enum err audit_checkpoint(struct audit *audit, struct writer *writer,
                                    struct fail *why);

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
    const char *action;  /* "read" "change" "export" "refused" */
    const char *outcome; /* err_code of the answer */
    struct span purpose; /* code of the stated purpose, may be empty */
};
NODISCARD enum err access_append(struct tx *tx, const struct access_entry *entry,
                                 struct fail *why);

#endif

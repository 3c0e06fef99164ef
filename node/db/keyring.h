/* node/db/keyring.h - the node's keystore and its key agent.
 * Key tree (design section 3): NK = HKDF-SHA256(contractor half ‖ municipality half, node id)
 * lives in ibasho-keyd alone; NK wraps one key per person, class, backup generation and the MAC
 * and signing keys. Wrapped keys stand in the keystore file, outside the cluster and its
 * backups, replaced whole (write, fsync, rename, fsync directory); destroying a key is
 * replacing the file without it, in every named copy. Unwrapped keys are cached in locked
 * memory. Threads: any. */
#ifndef NODE_DB_KEYRING_H
#define NODE_DB_KEYRING_H

#include "node/base/arena.h"
#include "node/base/id.h"

#define KEY_BYTES 32

enum key_kind { KEY_PERSON, KEY_CLASS, KEY_BACKUP, KEY_RECORD, KEY_MAC, KEY_SIGN, KEY_KIND_N };

struct keyring;

struct keyring_conf {
    const char *dir;          /* holds "keystore", "erased" */
    const char *copies;       /* comma list of further keystore copies, may be "" */
    const char *agent_socket; /* of ibasho-keyd */
    struct id node;
};

struct keyring_status {
    bool agent_up, unlocked;
    const char *boot;    /* "sheet" | "token" | "escrow" */
    uint32_t generation; /* of NK */
    size_t n_keys, n_destroyed;
    uint64_t n_wraps, n_unwraps; /* counted by the agent */
};

NODISCARD enum err keyring_open(const struct keyring_conf *conf, struct keyring **keyring_out,
                                struct fail *why);
void keyring_close(struct keyring **keyring);
NODISCARD enum err keyring_status_read(struct keyring *keyring, struct keyring_status *out,
                                       struct fail *why);

/* Makes and stores a key. subject: the person, class or backup; ID_NONE for node-wide keys,
 * told apart by name ("blind.login", "audit.sign"). ERR_CONFLICT when it exists, ERR_LOCKED
 * when the agent has no NK. */
NODISCARD enum err keyring_create_key(struct keyring *keyring, enum key_kind kind,
                                      struct id subject, const char *name, struct id *key_out,
                                      struct fail *why);
/* ERR_NOT_FOUND when there is none or it was destroyed. */
NODISCARD enum err keyring_find_key(struct keyring *keyring, enum key_kind kind,
                                    struct id subject, const char *name, struct id *key_out,
                                    struct fail *why);
/* find, else create. */
NODISCARD enum err keyring_need_key(struct keyring *keyring, enum key_kind kind,
                                    struct id subject, const char *name, struct id *key_out,
                                    struct fail *why);
/* The key's bytes, unwrapped through the agent once and cached. */
NODISCARD enum err keyring_open_key(struct keyring *keyring, struct id key,
                                    uint8_t bytes_out[KEY_BYTES], struct fail *why);
/* Gone from the keystore, all copies and the cache when it returns ERR_OK. A person's id also
 * joins the erased list, which is replayed after a restore. */
NODISCARD enum err keyring_destroy_subject(struct keyring *keyring, enum key_kind kind,
                                           struct id subject, struct fail *why);
/* The erased persons, oldest first; arena-owned. */
NODISCARD enum err keyring_erased(struct keyring *keyring, struct arena *arena,
                                  struct id **persons_out, size_t *n_out, struct fail *why);

/* Ed25519 with the named signing key: 64 bytes; the raw 32-byte public key. */
NODISCARD enum err keyring_sign(struct keyring *keyring, const char *name, struct span bytes,
                                uint8_t signature_out[64], struct fail *why);
NODISCARD enum err keyring_public_key(struct keyring *keyring, const char *name,
                                      uint8_t public_out[32], struct fail *why);
/* Keyed blind index for equality look-ups: HMAC-SHA256 under the MAC key `name`, first 16
 * bytes. */
NODISCARD enum err keyring_blind(struct keyring *keyring, const char *name, struct span text,
                                 uint8_t index_out[16], struct fail *why);

#endif

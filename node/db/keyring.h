/* node/db/keyring.h - the node's keystore and its key agent.
 * Key tree (design section 3): NK = HKDF-SHA256(contractor half ‖ municipality half, node id)
 * lives in ibasho-keyd alone; NK wraps one key per person, class, backup generation and the
 * MAC and signing keys. Wrapped keys stand in the keystore file, outside the cluster and its
 * backups, replaced whole (write, fsync, rename, fsync directory); destroying a key is
 * replacing the file without it, in every named copy. Opened keys are cached in locked memory.
 * The keyring opens without an agent and without a sheet: what is cached or needs no key goes
 * on; the rest says ERR_UNAVAILABLE (no agent) or ERR_LOCKED (no node key): try again later.
 * Threads: any; a lock of its own guards the store, because a key is wanted wherever a row is
 * written or read.  Owns: keys.dir. */
#ifndef NODE_DB_KEYRING_H
#define NODE_DB_KEYRING_H

#include "node/base/arena.h"
#include "node/base/conf.h"
#include "node/base/half_box.h"
#include "node/base/id.h"

#define KEY_BYTES      32
#define KEY_HALF_BYTES 32
#define KEY_CODE_CAP   10 /* "a1b2-c3d4" and a NUL */

#define KEYRING_CONF_N 2
extern const struct conf_row keyring_conf_rows[KEYRING_CONF_N]; /* keys.dir, keys.copies */

enum key_kind { KEY_PERSON, KEY_CLASS, KEY_BACKUP, KEY_RECORD, KEY_MAC, KEY_SIGN, KEY_KIND_N };

struct keyring;

struct keyring_conf {
    const char *dir;          /* holds "keystore", "erased" */
    const char *copies;       /* comma list of further keystore copies, may be "" */
    const char *agent_socket; /* of ibasho-keyd */
    struct id node;
};
/* From the rows of node/base/node_conf.h and the above; the texts are conf's. */
NODISCARD enum err keyring_conf_read(const struct conf *conf, struct keyring_conf *out,
                                     struct fail *why);

struct keyring_status {
    bool agent_up, unlocked;
    bool initialised;    /* there is a sheet */
    bool may_ask;        /* keyring_boot_ask would be answered */
    const char *boot;    /* "sheet" | "token" | "escrow"; "" while the agent is away */
    uint32_t generation; /* of NK, as the keystore says; 0 before initialisation */
    size_t n_keys, n_destroyed;
    uint64_t n_wraps, n_unwraps; /* counted by the agent */
    uint64_t n_refused;          /* wrong halves and swapped blobs */
    /* Check code of the one sheet that opens this node, "" when not known. */
    char sheet_code[KEY_CODE_CAP];
    /* A replacement was cut off and cannot be ended yet (the agent waits): the code of the
     * sheet that does NOT open this node; else "". */
    char stale_code[KEY_CODE_CAP];
};

/* Reads the keystore (a torn one is refused and a copy used), ends a change of halves that was
 * cut off, and destroys again what the erased list names. ERR_PROTO: there is a keystore, but
 * neither it nor a copy can be read: nothing is started on an empty one. */
NODISCARD enum err keyring_open(const struct keyring_conf *conf, struct keyring **keyring_out,
                                struct fail *why);
void keyring_close(struct keyring **keyring);
NODISCARD enum err keyring_status_read(struct keyring *keyring, struct keyring_status *out,
                                       struct fail *why);

/* ---- the two halves ---- */

/* First initialisation: the agent makes the contractor's half, NK generation 1 comes to be and
 * an empty keystore with it. ERR_CONFLICT: there is one already. */
NODISCARD enum err keyring_init(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                                struct fail *why);
/* ERR_DENIED: this half opens nothing; ERR_NOT_FOUND: there is no sheet yet. */
NODISCARD enum err keyring_unlock(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                                  struct fail *why);
/* As unlock, but changes nothing: proves a typed sheet. */
NODISCARD enum err keyring_check_half(struct keyring *keyring,
                                      const uint8_t half[KEY_HALF_BYTES], struct fail *why);
/* The agent forgets every half and node key, the keyring every opened key. */
NODISCARD enum err keyring_lock(struct keyring *keyring, struct fail *why);
/* A new sheet: both halves are new afterwards, so that the old sheet with an old copy of the
 * keystore opens nothing. half NULL: a new contractor half alone (`ibasho key rotate`), the
 * sheet stays. Every key is wrapped again under the next generation; the moment at which the
 * keystore is replaced decides, and after a crash before or after it either keyring_open or the
 * next call here brings the agent into line. ERR_OK whenever the keystore was replaced, also
 * when a copy lags or the disk complained afterwards. */
NODISCARD enum err keyring_rotate(struct keyring *keyring, const uint8_t *half,
                                  struct fail *why);
/* The code printed on the sheet of half: first 8 hex digits of SHA-256("ibasho-sheet/1" ‖ node
 * id ‖ half), in two groups. */
NODISCARD enum err keyring_half_code(struct id node, const uint8_t half[KEY_HALF_BYTES],
                                     char code_out[KEY_CODE_CAP], struct fail *why);

/* ---- the half at the prefecture's node (keyd.boot = escrow) ----
 * The half never leaves the agent but as a box that only the agent's boot key opens
 * (node/base/half_box.h, ops/keyd/boot_key.h). ERR_CONFLICT: the agent boots another way. */

struct keyring_deposit {
    uint32_t generation;
    uint8_t boot_key[32]; /* Ed25519, public */
    uint8_t box[HALF_BOX_BYTES];
};
/* The half of the sheet in force, for the prefecture to keep. ERR_LOCKED. */
NODISCARD enum err keyring_boot_seal(struct keyring *keyring, struct keyring_deposit *out,
                                     struct fail *why);
/* For one request to have it back: an X25519 key of that request, and the boot key.
 * ERR_CONFLICT also: it is open, was closed by hand, or there is no boot key. */
NODISCARD enum err keyring_boot_ask(struct keyring *keyring,
                                    uint8_t point_out[HALF_POINT_BYTES],
                                    uint8_t boot_key_out[32], struct fail *why);
/* ERR_TOO_LARGE: bytes is over what the agent signs. */
NODISCARD enum err keyring_boot_sign(struct keyring *keyring, struct span bytes,
                                     uint8_t signature_out[64], struct fail *why);
/* What came back opens the node. ERR_PROTO: it is not what was asked for; ERR_DENIED: the half
 * in it opens nothing any more. */
NODISCARD enum err keyring_boot_open(struct keyring *keyring,
                                     const uint8_t from[HALF_POINT_BYTES],
                                     const uint8_t sealed[HALF_SEALED_BYTES], struct fail *why);
/* The boot key is gone: no box opens any more, wherever it lies. */
NODISCARD enum err keyring_boot_forget(struct keyring *keyring, struct fail *why);

/* ---- keys ---- */

/* Makes and stores a key. subject: the person, class or backup; ID_NONE for node-wide keys,
 * told apart by name ("blind.login", "audit.sign": [a-z0-9._-], at most 40; NULL or "" with a
 * subject). ERR_CONFLICT when it exists or was destroyed, ERR_LOCKED when the agent has no NK.
 */
NODISCARD enum err keyring_create_key(struct keyring *keyring, enum key_kind kind,
                                      struct id subject, const char *name, struct id *key_out,
                                      struct fail *why);
/* ERR_NOT_FOUND when there is none or it was destroyed. */
NODISCARD enum err keyring_find_key(struct keyring *keyring, enum key_kind kind,
                                    struct id subject, const char *name, struct id *key_out,
                                    struct fail *why);
/* find, else create. ERR_NOT_FOUND when it was destroyed: nobody gets a key a second time. */
NODISCARD enum err keyring_need_key(struct keyring *keyring, enum key_kind kind,
                                    struct id subject, const char *name, struct id *key_out,
                                    struct fail *why);
#define KEYRING_BATCH_MOST 4096
/* As need_key for n subjects, with one replacement of the keystore for all that are new: a
 * thousand persons of a roster cost one fsync, and after a crash all of the new keys are there
 * or none. keys_out: n ids in the order of subjects; a subject that stands twice gets one key.
 * ERR_NOT_FOUND: one of them was destroyed, so none was made. ERR_TOO_LARGE: more than
 * KEYRING_BATCH_MOST; the keyring is held meanwhile. */
NODISCARD enum err keyring_need_keys(struct keyring *keyring, enum key_kind kind,
                                     const struct id *subjects, size_t n, struct id *keys_out,
                                     struct fail *why);
/* Keys that were destroyed elsewhere, before these subjects came here (a bag taken in): records
 * of destroyed keys, which never opened anything, so that nobody makes such a subject a key;
 * persons join the erased list. keys_out: n ids; a subject that is destroyed here already keeps
 * its own. ERR_CONFLICT: one of them has a key here; nothing was done. */
NODISCARD enum err keyring_bury_keys(struct keyring *keyring, enum key_kind kind,
                                     const struct id *subjects, size_t n, struct id *keys_out,
                                     struct fail *why);
/* The key's bytes, unwrapped through the agent once and cached. The caller wipes its copy.
 * ERR_NOT_FOUND: unknown or destroyed. */
NODISCARD enum err keyring_open_key(struct keyring *keyring, struct id key,
                                    uint8_t bytes_out[KEY_BYTES], struct fail *why);
#define KEY_NAME_CAP 41
struct keyring_about {
    enum key_kind kind;
    struct id subject; /* ID_NONE: a node-wide key */
    char name[KEY_NAME_CAP];
    bool is_destroyed;
};
/* Whose key that is, or was. ERR_NOT_FOUND: no such key was ever here. */
NODISCARD enum err keyring_key_about(struct keyring *keyring, struct id key,
                                     struct keyring_about *about_out, struct fail *why);
/* Opens every key there is; for drills. n_closed_out counts those that the agent does not open:
 * a keystore of another node, of an older sheet, or one that was changed. */
NODISCARD enum err keyring_prove(struct keyring *keyring, size_t *n_out, size_t *n_closed_out,
                                 struct fail *why);
/* Every key of this kind and subject is gone from the keystore, all copies and the cache when
 * it returns ERR_OK; after an error (a copy out of reach) ask again. Doing it twice is no
 * error. A person's id also joins the erased list, which is replayed after a restore; it does
 * so even when that person had no key. */
NODISCARD enum err keyring_destroy_subject(struct keyring *keyring, enum key_kind kind,
                                           struct id subject, struct fail *why);
/* What a named copy of the keystore holds of a subject: read from the file anew. */
enum keyring_held { KEYRING_UNREADABLE, KEYRING_ABSENT, KEYRING_LIVE, KEYRING_DESTROYED };
struct keyring_place {
    const char *path;       /* arena */
    enum keyring_held held; /* LIVE: at least one key of it is */
};
/* The keystore and its copies, in the order of keys.copies; arena-owned. */
NODISCARD enum err keyring_places(struct keyring *keyring, enum key_kind kind,
                                  struct id subject, struct arena *arena,
                                  struct keyring_place **places_out, size_t *n_out,
                                  struct fail *why);
/* The erased persons, oldest first; arena-owned. */
NODISCARD enum err keyring_erased(struct keyring *keyring, struct arena *arena,
                                  struct id **persons_out, size_t *n_out, struct fail *why);

/* Rises with every destruction and lock: whoever keeps what a key gave compares. */
uint64_t keyring_epoch(const struct keyring *keyring);
/* Whoever keeps opened text is also told at once, so that it goes from memory: on the thread
 * that locks or destroys, under the keyring's lock (the keyring may not be called). At most 4;
 * to be taken away, by the same arg, before arg goes. */
void keyring_on_forget(struct keyring *keyring, void (*forget)(void *arg), void *arg);
void keyring_off_forget(struct keyring *keyring, const void *arg);

/* Ed25519 with the named signing key, made at first use: 64 bytes; the raw public key. */
NODISCARD enum err keyring_sign(struct keyring *keyring, const char *name, struct span bytes,
                                uint8_t signature_out[64], struct fail *why);
NODISCARD enum err keyring_public_key(struct keyring *keyring, const char *name,
                                      uint8_t public_out[32], struct fail *why);
/* Keyed blind index for equality look-ups: HMAC-SHA256 under the MAC key `name` (made at first
 * use), first 16 bytes. */
NODISCARD enum err keyring_blind(struct keyring *keyring, const char *name, struct span text,
                                 uint8_t index_out[16], struct fail *why);

#endif

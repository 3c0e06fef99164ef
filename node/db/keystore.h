/* node/db/keystore.h - the keystore: every key of the node, wrapped by the key agent, and the
 * format of its file.
 *   "ibasho-keystore/1\n" ‖ node id 16 ‖ NK generation 4 ‖ sequence 8 ‖ n records 4 ‖ records ‖
 *   SHA-256 of all before 32
 *   record = state 1 (1 live, 2 destroyed) ‖ kind 1 ‖ key id 16 ‖ subject 16 ‖ time 8 ‖
 *            name length 1 ‖ name ‖ (live) wrapped key 60
 * Numbers big-endian; time is UTC microseconds, of creation or destruction. The sequence rises
 * by one with every replacement, so that of several copies the youngest is known. A destroyed
 * key leaves its record without the wrapped bytes: nobody makes that person a new key by
 * mistake.
 * Threads: one at a time (the keyring's lock).  Owns: its records. */
#ifndef NODE_DB_KEYSTORE_H
#define NODE_DB_KEYSTORE_H

#include "node/base/keyd_frame.h"
#include "node/db/keyring.h"

#define KEYSTORE_MAX_BYTES  ((size_t)16 << 20)
#define KEYSTORE_MAX_KEYS   100000 /* always fits KEYSTORE_MAX_BYTES */
#define KEYSTORE_KIND_COUNT 6      /* the file knows these; a further kind is a new version */

struct keystore_record {
    struct keyd_key key;
    bool destroyed;
    int64_t at_utc_us;
    uint8_t blob[KEYD_BLOB_BYTES]; /* zeros when destroyed */
};

struct keystore {
    struct id node;
    uint32_t generation;
    uint64_t sequence;
    struct keystore_record *records;
    size_t n, cap;
    uint32_t *by_key, *by_name; /* hash tables of indices into records, + 1 */
    size_t n_slots;
};

void keystore_init(struct keystore *store, struct id node);
void keystore_fini(struct keystore *store); /* wipes */

/* ERR_PROTO: not a keystore, torn, or with records that break a rule. *store_out is initialised
 * by this and the caller's to fini, in any case. */
NODISCARD enum err keystore_parse(struct span bytes, struct keystore *store_out,
                                  struct fail *why);
/* The bytes of the file; the caller wipes and frees them. */
NODISCARD enum err keystore_print(const struct keystore *store, uint8_t **bytes_out,
                                  size_t *len_out, struct fail *why);

/* A deep copy, for changes that may still fail. */
NODISCARD enum err keystore_copy(const struct keystore *from, struct keystore *to_out,
                                 struct fail *why);
/* ERR_CONFLICT: the key id, or (kind, subject, name), is taken, also by a destroyed one.
 * ERR_TOO_LARGE: KEYSTORE_MAX_KEYS. */
NODISCARD enum err keystore_add(struct keystore *store, const struct keystore_record *record,
                                struct fail *why);
/* NULL when there is none; borrowed until the next change. */
struct keystore_record *keystore_find_key(const struct keystore *store, struct id key);
struct keystore_record *keystore_find(const struct keystore *store, enum key_kind kind,
                                      struct id subject, const char *name);
void keystore_record_destroy(struct keystore_record *record, int64_t now_utc_us);

#endif

/* tenants/roster/snapshot.h - all that is stored of the roster at one moment, in clear, to be
 * compared with a package or written out as one. Persons and schools that were entered by hand
 * stand in it with the rows that an export makes of them (source id: made with a key), so that
 * an export that comes back changes nothing. Threads: one. Owns: nothing; all of it lives in
 * the caller's arena, which is full of names: mark it secret. */
#ifndef TENANTS_ROSTER_SNAPSHOT_H
#define TENANTS_ROSTER_SNAPSHOT_H

#include "tenants/roster/roster.h"
#include "tenants/roster/roster_store.h"

#define SNAPSHOT_NONE SIZE_MAX

/* From 16 bytes to the index of a row. */
struct index_map {
    const uint8_t **keys;
    size_t *rows;
    size_t n_slots; /* a power of two */
};
NODISCARD enum err index_map_make(size_t n, struct arena *arena, struct index_map *map_out,
                                  struct fail *why);
/* The first one put in stays; the key is borrowed. */
void index_map_put(struct index_map *map, const uint8_t key[PERSON_INDEX_BYTES], size_t row);
size_t index_map_find(const struct index_map *map, const uint8_t key[PERSON_INDEX_BYTES]);

struct snapshot {
    uint8_t fingerprint[FINGERPRINT_BYTES];
    struct roster_stored *rows[ROSTER_KINDS_N]; /* index: key of the source id, always there */
    size_t n[ROSTER_KINDS_N];
    struct person_row *people; /* [n[KIND_PERSON]], beside rows[KIND_PERSON] */
    struct index_map by_source[ROSTER_KINDS_N], by_master, by_id[ROSTER_KINDS_N];
    uint8_t (*erased)[PERSON_INDEX_BYTES];
    struct index_map by_erased;
    size_t n_erased;
};

extern const enum roster_file roster_kind_file[ROSTER_KINDS_N];

/* ERR_CONFLICT: it is being written to; try again. */
NODISCARD enum err snapshot_load(struct keyring *keyring, struct db *db, struct arena *arena,
                                 struct snapshot *snapshot_out, struct fail *why);
/* The key under which a row of a package is looked up: of things a hash, of people and what is
 * theirs a keyed one. */
NODISCARD enum err snapshot_key(struct keyring *keyring, enum roster_kind kind,
                                struct span source_id, uint8_t out[PERSON_INDEX_BYTES],
                                struct fail *why);

/* A person's name as people write it, unsealed now. */
struct snapshot_name {
    struct span family, given, family_kana, given_kana;
};
NODISCARD enum err snapshot_name(struct keyring *keyring, const struct person_row *person,
                                 struct arena *arena, struct snapshot_name *name_out,
                                 struct fail *why);

#endif

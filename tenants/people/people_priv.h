/* tenants/people/people_priv.h - what the files of the index of names share. */
#ifndef TENANTS_PEOPLE_PEOPLE_PRIV_H
#define TENANTS_PEOPLE_PEOPLE_PRIV_H

#include <stdatomic.h>

#include "tenants/people/people_index.h"

/* By what a person is put in order; not for anybody's eyes. */
struct people_keys {
    struct span family, given;
};

/* Immutable but n_refs once it is built. Everything lives in the arena, which is wiped when the
 * last one lets go. */
struct people {
    atomic_int n_refs;
    struct arena *arena;
    int64_t version; /* of the database, when it was read */
    uint64_t epoch;  /* of the keyring */
    int64_t day;     /* in Tokyo: classes begin and end at midnight */
    struct people_entry *at;
    struct people_keys *keys;
    size_t n;
    uint32_t *by_name, *by_display; /* n places in at, in order */
};

int64_t people_today(void); /* days since 1970, in Tokyo */
/* From the database as it is now. ERR_LOCKED, ERR_UNAVAILABLE as people_ref. */
NODISCARD enum err people_build(struct keyring *keyring, struct db *db,
                                struct people **people_out, struct fail *why);
/* Fills e->looks, of a person with these names, in the arena. */
NODISCARD enum err people_put_looks(struct people_entry *e, const struct span names[4],
                                    struct arena *arena, struct fail *why);

#endif

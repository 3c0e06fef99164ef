/* node/place/look_store.h - what the place asks again and again: did anything change, are those
 * who are connected still whom they were, and who somebody is. Threads: as the db. */
#ifndef NODE_PLACE_LOOK_STORE_H
#define NODE_PLACE_LOOK_STORE_H

#include "node/place/look.h"

/* Of what marks are made of: equal, and the day is the same: no mark is another. */
struct look_version {
    int64_t people, profiles, rights, day;
};
/* Both in one statement. people_out may be NULL. */
NODISCARD enum err look_store_version(struct db *db, struct facts_version *version_out,
                                      struct look_version *people_out, struct fail *why);

/* One of those watched. */
struct look_row {
    struct id account, session, school;
    bool has_account, is_open; /* is_open: the session was not closed and is a full one */
    bool is_active;            /* the account's state */
    bool takes_part, is_trial;
    enum role role;
    int64_t created_utc_us, last_seen_utc_us, expires_utc_us;
    int64_t ends_utc_us; /* of the account; 0: none */
    uint64_t mark;       /* 0: not asked for */
};
/* One statement for all; *rows_out in the order of the ids, n of them. Marks cost most of it.
 */
NODISCARD enum err look_store_watched(struct db *db, const struct id *accounts,
                                      const struct id *sessions, size_t n, bool has_marks,
                                      struct arena *arena, struct look_row **rows_out,
                                      struct fail *why);

/* What a pass is made of beside the profile. */
struct look_person {
    enum role role;
    struct id school;
    struct span grade, login_sealed;
    struct id classes[WORLD_GROUPS_CAP]; /* home class and others, of today */
    int n_classes;
    bool is_trial;
    int64_t last_visit_utc_us; /* before the given instant; 0: none */
    uint64_t mark;
};
/* ERR_NOT_FOUND: no such account, or none that may be signed in. Texts in the arena. */
NODISCARD enum err look_store_person(struct db *db, struct id account, int64_t before_utc_us,
                                     struct arena *arena, struct look_person *person_out,
                                     struct fail *why);

#endif

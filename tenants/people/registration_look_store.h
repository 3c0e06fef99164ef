/* tenants/people/registration_look_store.h - reading over all registrations of a school year:
 * counts for the board (SE-4.1-1, SE-2.2-1, AI-1-1) and who has none yet. Counts go over every
 * registration of the year, also of persons who left or were erased since: their children were
 * there. Threads: as the db that is handed in. */
#ifndef TENANTS_PEOPLE_REGISTRATION_LOOK_STORE_H
#define TENANTS_PEOPLE_REGISTRATION_LOOK_STORE_H

#include "node/db/db.h"

/* One count: field "target" "route" "wish" "wish_by" "support" "admission" "consent" or
 * "all"; "reached": of those with support none, how many have signed in. */
struct registration_count {
    struct span field, code; /* arena */
    int64_t n;
};
NODISCARD enum err registration_look_counts(struct db *db, int64_t school_year,
                                            struct arena *arena,
                                            struct registration_count **counts_out,
                                            size_t *n_out, struct fail *why);

/* A child with an ID and without a registration in that year. */
struct registration_due {
    struct id person;
    int64_t last_year; /* 0: never registered */
};
NODISCARD enum err registration_look_due(struct db *db, int64_t school_year,
                                         struct arena *arena, struct registration_due **due_out,
                                         size_t *n_out, struct fail *why);

#endif

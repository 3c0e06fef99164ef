/* tenants/people/people_look_store.h - everyone's row at once, for the index of names; and
 * table people_version, which the database raises with every change of it. Threads: as the db
 * that is handed in. */
#ifndef TENANTS_PEOPLE_PEOPLE_LOOK_STORE_H
#define TENANTS_PEOPLE_PEOPLE_LOOK_STORE_H

#include "tenants/people/account_store.h"
#include "tenants/rights/rights_look_store.h"

/* Which version of everyone stands in the database now. */
NODISCARD enum err people_look_version(struct db *db, int64_t *version_out, struct fail *why);

enum people_sealed {
    PEOPLE_FAMILY,
    PEOPLE_GIVEN,
    PEOPLE_FAMILY_KANA,
    PEOPLE_GIVEN_KANA,
    PEOPLE_DISPLAY,
    PEOPLE_LOGIN,
    PEOPLE_SEALED_N
};
struct people_row {
    struct rights_place place;
    bool has_account, is_trial;
    enum account_state state;
    int64_t ends_utc_us;
    struct span school_name;             /* borrowed until the call returns */
    struct span sealed[PEOPLE_SEALED_N]; /* borrowed; empty: not there */
};
/* Hands everyone to each, but rows that were merged into another; its error ends it. each may
 * not use db. n_out: told before the first, may be NULL. */
NODISCARD enum err people_look_all(struct db *db, size_t *n_out,
                                   enum err (*each)(const struct people_row *row, void *arg,
                                                    struct fail *why),
                                   void *arg, struct fail *why);
/* Children whose guardian this is, at most n_cap; ids in the arena. */
NODISCARD enum err people_look_children(struct db *db, struct id guardian, int n_cap,
                                        struct arena *arena, struct id **ids_out, size_t *n_out,
                                        struct fail *why);
struct people_signs {
    int64_t n_sessions;          /* open now, and used since */
    int64_t locked_until_utc_us; /* from anywhere; 0: not */
    bool waits_for_slip; /* came with an import: has no password until one is given out */
};
/* Of an account. */
NODISCARD enum err people_look_signs(struct db *db, struct id account, int64_t now_utc_us,
                                     int64_t seen_since_utc_us, struct people_signs *signs_out,
                                     struct fail *why);

#endif

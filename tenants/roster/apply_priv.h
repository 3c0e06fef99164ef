/* tenants/roster/apply_priv.h - what apply.c, apply_people.c and apply_rows.c share; nobody
 * else includes it. */
#ifndef TENANTS_ROSTER_APPLY_PRIV_H
#define TENANTS_ROSTER_APPLY_PRIV_H

#include "tenants/people/account_step_store.h"
#include "tenants/roster/apply.h"

/* One thing to write, sealed and ready. */
struct apply_put {
    enum roster_kind kind;
    bool is_new;           /* person */
    struct roster_put row; /* all kinds but person */
    struct person_row person;
};
struct apply_leave {
    enum roster_kind kind;
    struct id id;
};
struct apply_pair { /* guardian and child; org and parent */
    struct id one, other;
};

struct apply {
    const struct services *services;
    struct db *db;
    const struct import_row *import;
    const struct preview *p;
    const struct apply_progress *progress;
    struct arena *arena;
    int64_t now_utc_us;
    struct id *ids[ROSTER_KINDS_N]; /* of every row of the package; ID_NONE: kept out */
    struct apply_put *puts;
    struct apply_leave *leaves;
    struct apply_pair *parents, *links, *unlinks;
    struct account_step *steps;
    size_t n_puts, n_leaves, n_parents, n_links, n_unlinks, n_steps;
};

/* apply_people.c: rows of persons, links between guardians and children, accounts' moves. */
NODISCARD enum err apply_person(struct apply *a, const struct roster_change *change,
                                struct apply_put *put, struct fail *why);
NODISCARD enum err apply_links(struct apply *a, struct fail *why);
NODISCARD enum err apply_accounts(struct apply *a, struct fail *why);
/* apply_rows.c: the row of anything else. */
NODISCARD enum err apply_row(struct apply *a, const struct roster_change *change,
                             struct apply_put *put, struct fail *why);

#endif

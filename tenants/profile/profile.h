/* tenants/profile/profile.h - how a person is seen by others: display name, figure, one-line
 * note, ways to be talked to (AI-2.2-エ). Whoever has never chosen has a profile all the same:
 * the name that came with the ID and a figure picked by the account's id.
 *
 * Two places, one truth: the display name in force is account.display_name_sealed, which
 * signing in, lists and slips read; a version repeats it, and both are written in one
 * transaction. Everything else is the newest version's.
 * Threads: any; one struct db per thread. */
#ifndef TENANTS_PROFILE_PROFILE_H
#define TENANTS_PROFILE_PROFILE_H

#include "node/base/services.h"
#include "node/db/keyring.h"
#include "tenants/profile/profile_store.h"

/* How others than staff may begin; staff may always be talked to and talk. */
#define PROFILE_WAY_OPEN     1 /* in the open, where everybody there hears */
#define PROFILE_WAY_PRIVATE  2 /* may be asked for a talk of two */
#define PROFILE_WAY_WAVE     4 /* may be waved at */
#define PROFILE_WAYS_INITIAL (PROFILE_WAY_OPEN | PROFILE_WAY_WAVE)

struct profile {
    struct id account;
    enum role role;
    struct span display_name, note; /* in clear, of the arena; the note may be empty */
    struct avatar avatar;           /* avatar_kind_id, avatar_colour_id; never neutral */
    int64_t ways;                   /* PROFILE_WAY_ bits */
    int64_t n;                      /* of the version; 0: never chosen */
};

/* For whoever may see the account at all: asks no rights. ERR_NOT_FOUND: no such account, or
 * its person was erased. ERR_LOCKED, ERR_UNAVAILABLE: names cannot be opened now. */
NODISCARD enum err profile_of(const struct services *services, struct db *db, struct id account,
                              struct arena *arena, struct profile *profile_out,
                              struct fail *why);
/* One change, by the person or by staff. Lives from before profile_seal until the operation is
 * done. The rules of names and notes are asked before (profile_rules.h). */
struct profile_change {
    struct id id; /* client-made: the same again adds nothing */
    struct id account, author;
    enum role author_role;
    int64_t now_utc_us;
    struct span name, note;
    struct span reason;      /* by staff: not empty */
    struct span name_before; /* by staff: the name that is taken away with it; empty: none */
    struct avatar avatar;
    int64_t ways;
    bool keeps_name;        /* name is what it is already */
    int64_t n_expected;     /* version it was made from, 0: none; -1: any */
    int64_t n_most;         /* own changes within a day; 0: any number */
    struct profile_row row; /* filled by profile_seal and profile_tx */
    struct profile_account_name account_name;
    bool was_there; /* filled: it had been made before */
};
/* On a worker: the keyring may wait for its agent. */
NODISCARD enum err profile_seal(struct keyring *keyring, struct profile_change *change,
                                struct arena *arena, struct fail *why);
/* Inside an operation's run: row, leaf, the account's name. ERR_CONFLICT: "/version" another
 * change came before, "/name" somebody has that name, "/id" stands for another's change;
 * ERR_RATE: over n_most; ERR_NOT_FOUND. */
NODISCARD enum err profile_tx(struct tx *tx, struct profile_change *change, struct fail *why);

/* A chosen name is unique by its people_fold. */
#endif

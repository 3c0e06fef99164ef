/* tenants/profile/profile_store.h - the rows of table profile_version, a leaf table, never
 * changed: the newest of an account holds. The display name in force is the account's column,
 * which profile_store_add keeps in step. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PROFILE_PROFILE_STORE_H
#define TENANTS_PROFILE_PROFILE_STORE_H

#include "node/base/role.h"
#include "node/db/writer.h"
#include "tenants/profile/avatar.h"

#define PROFILE_INDEX_BYTES 16

struct profile_row {
    struct id id, account;
    int64_t n; /* over all accounts, rising in the order of commits; the newest holds */
    int64_t at_utc_us;
    struct id author; /* the account itself, or who of the staff changed it */
    struct span author_role;
    struct span name_sealed, note_sealed; /* place {"profile_version", COLUMN, id} */
    struct avatar avatar;
    int64_t ways;              /* PROFILE_WAY_ bits */
    struct span reason_sealed; /* empty when it is one's own change */
    /* The name that staff took away with it; empty: none. Not to be chosen again. */
    struct span name_before_sealed;
};

struct profile_state {
    enum role role;
    struct span display_name_sealed; /* of table account; empty: none yet */
    bool has_row;
    struct profile_row row; /* the newest */
};

/* What holds for an account. Exactly one of tx and db. ERR_NOT_FOUND: no such account. */
NODISCARD enum err profile_store_find(struct tx *tx, struct db *db, struct id account,
                                      struct arena *arena, struct profile_state *state_out,
                                      struct fail *why);
/* Whose version that id is, and its n; ID_NONE: nobody's. */
NODISCARD enum err profile_store_owner(struct tx *tx, struct id id, struct id *account_out,
                                       int64_t *n_out, struct fail *why);
/* How often somebody changed his own since then. */
NODISCARD enum err profile_store_count(struct tx *tx, struct db *db, struct id account,
                                       int64_t since_utc_us, int64_t *n_out, struct fail *why);
/* Another account, not closed, has chosen that name. */
NODISCARD enum err profile_store_is_taken(struct tx *tx, struct id account,
                                          const uint8_t index[PROFILE_INDEX_BYTES],
                                          bool *is_taken_out, struct fail *why);

/* The row with its leaf; n is given here. name NULL: the account keeps its name; else the
 * account's column and index become it. ERR_CONFLICT: the id or the name is taken;
 * ERR_NOT_FOUND: no account that may sign in. */
struct profile_account_name {
    struct span sealed; /* place {"account", "display_name_sealed", account} */
    uint8_t index[PROFILE_INDEX_BYTES];
};
NODISCARD enum err profile_store_add(struct tx *tx, struct profile_row *row,
                                     const struct profile_account_name *name, struct fail *why);

/* Versions before n (0: from the newest), newest first, at most n_cap. */
NODISCARD enum err profile_store_past(struct db *db, struct id account, int64_t before,
                                      int n_cap, struct arena *arena, struct profile_row **out,
                                      size_t *n_out, struct fail *why);
/* Names that staff took away from an account, the newest first, at most n_cap; sealed at place
 * {"profile_version", "name_before_sealed", id}. */
struct profile_gone {
    struct id id;
    struct span name_sealed;
};
NODISCARD enum err profile_store_gone(struct db *db, struct id account, int n_cap,
                                      struct arena *arena, struct profile_gone **out,
                                      size_t *n_out, struct fail *why);
/* How many children wear each kind, chosen or not. */
NODISCARD enum err profile_store_worn(struct db *db, uint32_t counts_out[AVATAR_KINDS_N],
                                      struct fail *why);

#endif

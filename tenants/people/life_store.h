/* tenants/people/life_store.h - what the life of an account needs of tables account, person and
 * account_step beside account_store.h: reading where it stands, issuing, counting. Threads: as
 * the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_LIFE_STORE_H
#define TENANTS_PEOPLE_LIFE_STORE_H

#include "tenants/people/account_store.h"
#include "tenants/people/person_store.h"

/* A person and, when there is one, the account. */
struct life_row {
    struct id person, school; /* school: of the person */
    enum person_kind kind;
    struct id merged_into;
    bool has_account;
    enum role role;
    enum account_state state;
    enum id_class id_class;
    bool is_trial;
    bool has_factor;   /* a second factor, or needs none */
    bool was_active;   /* ever */
    bool was_approved; /* by a commissioner, or made by the operator */
    int64_t ends_utc_us;
};
/* Exactly one of tx and db. ERR_NOT_FOUND: no such person. */
NODISCARD enum err life_store_find(struct tx *tx, struct db *db, struct id person,
                                   struct life_row *row_out, struct fail *why);

/* What an account gets when it is issued. */
struct life_issued {
    struct id account;
    uint8_t login_index[ACCOUNT_INDEX_BYTES];
    struct span login_sealed, display_name_sealed, password_hash_sealed, first_password_sealed;
    bool must_change;
    int64_t first_until_utc_us;
    int64_t ends_utc_us; /* 0: none */
};
NODISCARD enum err life_store_issue(struct tx *tx, const struct life_issued *issued,
                                    struct fail *why);
/* The sheet's password is kept no longer. */
NODISCARD enum err life_store_first_password_drop(struct tx *tx, struct id account,
                                                  struct fail *why);
NODISCARD enum err life_store_is_login_taken(struct tx *tx,
                                             const uint8_t index[ACCOUNT_INDEX_BYTES],
                                             bool *is_taken_out, struct fail *why);
/* Accounts of that role that are issued, active or suspended. */
NODISCARD enum err life_store_n_role(struct tx *tx, enum role role, int64_t *n_out,
                                     struct fail *why);
/* Commissioners who came in: active now, or suspended. From two on, rules of two hold. */
NODISCARD enum err life_store_n_board(struct tx *tx, int64_t *n_out, struct fail *why);
/* Who took the account's last step to that state, as what; ID_NONE and ROLE_ANONYMOUS: nobody,
 * or the operator. */
NODISCARD enum err life_store_step_by(struct tx *tx, struct id account,
                                      enum account_state state, struct id *actor_out,
                                      enum role *role_out, struct fail *why);
/* IDs that actor asked for since then. */
NODISCARD enum err life_store_n_asked(struct tx *tx, struct id actor, int64_t since_utc_us,
                                      int64_t *n_out, struct fail *why);
/* Active accounts of that role other than this one. */
NODISCARD enum err life_store_n_active_others(struct tx *tx, enum role role, struct id account,
                                              int64_t *n_out, struct fail *why);
/* The contract ends on another day: accounts of these roles that ended with it do so now, and
 * none ends later. */
NODISCARD enum err life_store_ends_move(struct tx *tx, unsigned roles, int64_t old_utc_us,
                                        int64_t new_utc_us, struct fail *why);
/* The contract is taken up long after it ran out: accounts of these roles that had no end of
 * their own ended with it and stay so. */
NODISCARD enum err life_store_ends_keep(struct tx *tx, unsigned roles, int64_t end_utc_us,
                                        struct fail *why);
/* The trial ends on another day: trial IDs that ended with it do so now. */
NODISCARD enum err life_store_trials_move(struct tx *tx, int64_t old_utc_us, int64_t new_utc_us,
                                          struct fail *why);
/* Everything that ties one person to others becomes another's: enrolments and roles of the
 * roster, links of guardians and children. A link that is there already stays, open if either
 * was. */
NODISCARD enum err life_store_ties_move(struct tx *tx, struct id from, struct id into,
                                        struct fail *why);

#endif

/* tenants/people/account_step_store.h - the rows of table account_step: each move in an
 * account's life with who, as what, when and why (AI-4.3-オ, カ), an audit leaf. The move
 * itself is made by the database's account_move(), which takes nothing but the id of a step of
 * the same transaction.
 *   requested -> approved -> issued -> active <-> suspended;  each of them -> closed
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_ACCOUNT_STEP_STORE_H
#define TENANTS_PEOPLE_ACCOUNT_STEP_STORE_H

#include "tenants/people/account_store.h"

struct account_step {
    struct id id; /* of the row; ID_NONE: made here */
    struct id account;
    enum account_state before, after;
    int64_t at_utc_us;
    struct id actor;           /* ID_NONE: the operator or the node itself */
    const char *actor_role;    /* a role id, or "operator" */
    const char *operator_name; /* "uid:0"; NULL for people */
    struct id contract;        /* at APPROVED -> ISSUED: under which contract; else ID_NONE */
    struct span reason_sealed; /* place {"account_step", "reason_sealed", id}, under the key of
                                  the person the account is of; empty: none */
};

/* The step, its leaf and the move. A step to SUSPENDED or CLOSED ends every session of the
 * account in the same transaction. ERR_CONFLICT: the account is not in the state before, or
 * there is no such move; nothing of the operation may then be kept. */
NODISCARD enum err account_step_append(struct tx *tx, const struct account_step *step,
                                       struct fail *why);
/* The first step of a new account, which stands at REQUESTED already: the row, its leaf, with
 * state_before "none"; before and after are not looked at. */
NODISCARD enum err account_step_begin(struct tx *tx, const struct account_step *step,
                                      struct fail *why);
/* ISSUED -> ACTIVE by the person's own first full sign-in; nothing when it is active already.
 */
NODISCARD enum err account_step_activate(struct tx *tx, struct id account, enum role role,
                                         int64_t now_utc_us, struct fail *why);

struct account_step_past {
    struct id id, account;
    struct span state_before, state, actor_role, operator_name; /* arena */
    int64_t at_utc_us;
    struct id actor, contract;
    struct span reason_sealed; /* arena */
};
/* Oldest first. */
NODISCARD enum err account_step_list(struct db *db, struct id account, struct arena *arena,
                                     struct account_step_past **past_out, size_t *n_out,
                                     struct fail *why);

struct audit_table;
extern const struct audit_table account_step_audit_table;

#endif

/* tenants/leaving/change_store.h - the tables of a change of contractor in place (CARD-13):
 * contract_change (what was planned) and contract_change_step (what became of it, each once),
 * both leaves; contract_change_account (whose account ends, whose stays).
 * Threads: as the tx or db that is handed in.  Owns: nothing; texts live in the arena. */
#ifndef TENANTS_LEAVING_CHANGE_STORE_H
#define TENANTS_LEAVING_CHANGE_STORE_H

#include "node/db/writer.h"
#include "tenants/leaving/change_rule.h"
#include "tenants/people/account_store.h"

#define CHANGE_CODE_CAP 10 /* of a sheet: "a1b2-c3d4" and a NUL, as KEY_CODE_CAP */

struct change_row {
    struct id id;
    int64_t n; /* from 1; change_store_add counts */
    int64_t at_utc_us;
    struct id by; /* the first person */
    struct span role;
    int64_t ends_utc_us;            /* the minute */
    struct id contract;             /* the one before */
    int64_t version;                /* of it */
    struct span title, contractor;  /* of the next one, as all below */
    struct span begins_on, ends_on; /* "2026-04-01" */
    int64_t quota[ID_CLASS_N];
};

struct change_step {
    struct id id, change;
    enum change_kind kind;
    int64_t at_utc_us;
    struct id by; /* ID_NONE: the node */
    struct span role;
    int64_t generation; /* of the node key then */
    struct span sheet_code;
    int64_t n_accounts; /* in_force: that ended */
};

/* A change with all that became of it. */
struct contract_change {
    struct change_row row;
    bool has[CHANGE_KIND_N];
    struct change_step steps[CHANGE_KIND_N];
};
/* The newest. Exactly one of tx and db. ERR_NOT_FOUND: none was ever planned. */
NODISCARD enum err change_store_last(struct tx *tx, struct db *db, struct arena *arena,
                                     struct contract_change *out, struct fail *why);
/* The row and its leaf; fills n. ERR_CONFLICT: the id is taken. */
NODISCARD enum err change_store_add(struct tx *tx, struct change_row *row, struct fail *why);
/* The row and its leaf. ERR_CONFLICT: this change has such a step. */
NODISCARD enum err change_store_step(struct tx *tx, const struct change_step *step,
                                     struct fail *why);

/* ---- whose account ---- */

struct change_account {
    struct id account;
    enum role role;
    enum account_state state;
    bool is_named, stays; /* in the change asked for */
};
/* Everybody who came with the contractor and is not closed, and whoever the change names
 * (ID_NONE: none). */
NODISCARD enum err change_store_accounts(struct tx *tx, struct db *db, struct id change,
                                         struct arena *arena, struct change_account **out,
                                         size_t *n_out, struct fail *why);
NODISCARD enum err change_store_name(struct tx *tx, struct id change, struct id account,
                                     bool stays, struct fail *why);
/* The accounts named to end do so at the minute, whatever else happens. */
NODISCARD enum err change_store_ends_set(struct tx *tx, struct id change, int64_t ends_utc_us,
                                         struct fail *why);
/* A change that is cancelled: back to what stood before; who came since ends with the contract
 * (until_utc_us). */
NODISCARD enum err change_store_ends_undo(struct tx *tx, struct id change, int64_t ends_utc_us,
                                          int64_t until_utc_us, struct fail *why);
/* The account is closed by this change. */
NODISCARD enum err change_store_ended(struct tx *tx, struct id change, struct id account,
                                      int64_t ends_utc_us, struct fail *why);
/* Open right_grant rows, and addresses that are not removed, of the account. */
NODISCARD enum err change_store_grants(struct tx *tx, struct id account, int64_t at_utc_us,
                                       struct arena *arena, struct id **out, size_t *n_out,
                                       struct fail *why);
NODISCARD enum err change_store_receivers(struct tx *tx, struct id account, struct arena *arena,
                                          struct id **out, size_t *n_out, struct fail *why);

/* ---- passwords the contractor handed out ---- */

/* Of accounts that go on: by then and not renewed since. */
struct change_handed {
    int64_t n_dropped; /* first and one-time passwords that open nothing any more */
    int64_t n_sheets;  /* in use, and the contractor before may know them */
};
/* First and one-time passwords that a contractor handed out or printed by then, and nobody has
 * made his own yet: they end. Whose they are. */
NODISCARD enum err change_store_handed_drop(struct tx *tx, int64_t at_utc_us,
                                            struct arena *arena, struct id **out, size_t *n_out,
                                            struct fail *why);
NODISCARD enum err change_store_handed(struct db *db, int64_t at_utc_us,
                                       struct change_handed *out, struct fail *why);

/* Whose way in the contractor's side renewed in the 7 days before that, the newest first. */
struct change_reset {
    struct id account;
    int64_t at_utc_us;
};
NODISCARD enum err change_store_resets(struct db *db, int64_t until_utc_us, struct arena *arena,
                                       struct change_reset **out, size_t *n_out,
                                       struct fail *why);

/* ---- what somebody else must take over ---- */

struct change_place {
    struct span kind; /* "contractor" "supporter" "duty_sos" ... "lesson" */
    int64_t n_ends, n_left;
};
NODISCARD enum err change_store_places(struct db *db, const struct id *leaving, size_t n,
                                       int64_t from_utc_us, struct arena *arena,
                                       struct change_place **out, size_t *n_out,
                                       struct fail *why);

#endif

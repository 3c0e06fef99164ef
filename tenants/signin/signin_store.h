/* tenants/signin/signin_store.h - what signing in reads and changes of table account, and the
 * tables account_place and account_device. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_SIGNIN_SIGNIN_STORE_H
#define TENANTS_SIGNIN_SIGNIN_STORE_H

#include "node/base/clock.h"
#include "tenants/people/account_store.h"
#include "tenants/signin/device.h"

#define PLACE_INDEX_BYTES 16
#define PLACE_KNOWN_DAYS  30 /* a place counts as the account's own for so long */
#define DEVICE_KNOWN_DAYS 90

/* A child's second step. */
enum step_kind { STEP_NONE, STEP_PIN, STEP_PICTURE, STEP_N };
const char *step_kind_id(enum step_kind kind); /* "none", "pin", "picture" */

/* An account as signing in sees it, from one place. Sealed columns live in the
 * arena. */
struct signin_row {
    struct id id, school;
    enum role role;
    enum account_state state;
    struct span login_sealed, display_name_sealed, password_hash_sealed;
    struct span totp_secret_sealed, totp_pending_sealed, step_hash_sealed; /* empty: none */
    int64_t totp_last_step;
    int64_t totp_pending_until_utc_us, ends_utc_us, first_until_utc_us; /* 0: none */
    int64_t changed_utc_us; /* the person's own password; 0: still the first */
    bool has_passkey, must_change;
    enum step_kind step;
    int64_t locked_until_utc_us; /* for places it is not known from; 0: not locked */
    bool is_known_place;
    int64_t place_locked_until_utc_us; /* for this known place */
    bool has_left;           /* ended by a change of contractor (tenants/leaving/change.h) */
    bool ends_with_contract; /* ends_utc_us is the contract's, not the account's alone */
    bool takes_part; /* its school cooperates, or it has none (school.cooperating_only) */
};

/* place: PLACE_INDEX_BYTES. ERR_NOT_FOUND: nobody has this login, or it is not
 * issued yet. */
NODISCARD enum err signin_store_by_login(struct db *db, const uint8_t *index,
                                         const uint8_t *place, int64_t now_utc_us,
                                         struct arena *arena, struct signin_row *row_out,
                                         struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err signin_store_by_id(struct tx *tx, struct db *db, struct id account,
                                      const uint8_t *place, int64_t now_utc_us,
                                      struct arena *arena, struct signin_row *row_out,
                                      struct fail *why);

struct signin_failure {
    struct id account;
    const uint8_t *place;
    bool is_known_place;
    int n_cap;
    int64_t now_utc_us, locked_until_utc_us;
};
/* One failed try more; the n_cap-th locks until then, and counting starts
 * afresh: this place alone when the account signs in from there, else all
 * places it does not. What is locked counts nothing, so that nobody can keep it
 * locked for ever. */
NODISCARD enum err signin_store_failed(struct tx *tx, const struct signin_failure *failure,
                                       struct fail *why);

struct signin_success {
    const struct signin_row *row; /* as it was checked */
    const uint8_t *place;
    const char *facts;
    int64_t now_utc_us;
    int64_t step;        /* of the one-time code; -1 none */
    bool passes_lock;    /* the lock of strangers does not concern it */
    bool burns_one_time; /* the first or one-time password ends with this */
    bool settles_first;  /* it stays, as the person's password */
    bool is_proof;       /* no session comes of it: neither place nor device is noted */
};
/* The row is still what was checked, and tries, code and one-time password are
 * used up; place and device are known from now on. ERR_DENIED: it is not
 * (password, state or lock changed, the code or the one-time password was used
 * meanwhile). */
NODISCARD enum err signin_store_signed_in(struct tx *tx, const struct signin_success *success,
                                          struct fail *why);
/* The same question alone, changing nothing. */
NODISCARD enum err signin_store_still(struct tx *tx, const struct signin_row *row,
                                      struct fail *why);

/* What a session is told beside who it is. */
struct signin_notice {
    int64_t n_other_devices; /* full sessions beside this one */
    int64_t new_at_utc_us;   /* another kind of device came new, within the last
                                week; 0: none */
    char new_facts[DEVICE_FACTS_CAP];
};
struct signin_seen {
    struct id account, session;
    const char *facts;
    int64_t idle_us; /* what is unused for longer has ended */
    int64_t now_utc_us;
};
NODISCARD enum err signin_store_notice(struct tx *tx, const struct signin_seen *seen,
                                       struct signin_notice *out, struct fail *why);
/* The same and who it is, for whoever is in already: of the row are set id, role, state,
 * display_name_sealed, whether there is a TOTP secret (not the secret), has_passkey,
 * must_change, changed_utc_us and step. ERR_NOT_FOUND. */
NODISCARD enum err signin_store_view(struct db *db, const struct signin_seen *seen,
                                     struct arena *arena, struct signin_row *row_out,
                                     struct signin_notice *notice_out, struct fail *why);

/* ---- what a person sets ---- */

/* The person's own from now on: nothing is forced or first any more. */
NODISCARD enum err signin_store_password(struct tx *tx, struct id account, struct span sealed,
                                         int64_t now_utc_us, struct fail *why);
NODISCARD enum err signin_store_totp_begin(struct tx *tx, struct id account, struct span sealed,
                                           int64_t until_utc_us, struct fail *why);
/* ERR_DENIED: what is confirmed is not what was begun last. */
NODISCARD enum err signin_store_totp_confirm(struct tx *tx, struct id account,
                                             struct span pending, struct span sealed,
                                             int64_t step, struct fail *why);
/* sealed empty with STEP_NONE. */
NODISCARD enum err signin_store_step(struct tx *tx, struct id account, enum step_kind kind,
                                     struct span sealed, struct fail *why);

/* ---- what staff set ---- */

/* A password for one use until then; told is what a slip can be printed from.
 */
NODISCARD enum err signin_store_one_time(struct tx *tx, struct id account, struct span hash,
                                         struct span told, int64_t until_utc_us,
                                         struct fail *why);
/* TOTP and passkeys of the account open nothing any more. Not while it is
 * active. */
NODISCARD enum err signin_store_no_factors(struct tx *tx, struct id account, struct fail *why);
/* Every lock of the account is gone. */
NODISCARD enum err signin_store_unlock(struct tx *tx, struct id account, struct fail *why);
/* When the last lock that holds now ends, over all places; 0: none. */
NODISCARD enum err signin_store_locked_until(struct db *db, struct id account,
                                             int64_t now_utc_us, int64_t *until_out,
                                             struct fail *why);

#endif

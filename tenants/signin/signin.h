/* tenants/signin/signin.h - signing in with login name and password, apart from HTTP. The way
 * of one attempt:
 *   caller's thread   count the try, look the login and the place up, choose the lane
 *   hashing thread    check the password and, when it came along, the one-time code
 *   writer's thread   count the failure or open the session, with the access record
 *   pace's thread     tell a refusal at its moment (pace.h); what opened is told at once
 * A login that does not exist goes the whole way but costs no hash, and every refusal but that
 * of a code (which only the right password earns) looks the same from outside, in time too.
 *
 * Who may try how often, per login name as it was typed (so that nothing tells whether it
 * exists): login.tries_per_minute from one place, and as many from all places together that the
 * account never signed in from within 30 days. Wrong tries from a place where it did lock that
 * place alone; those of strangers lock strangers alone. So a stranger's guessing cannot lock a
 * child out of its school or home.
 * Threads: start on any that owns db; done on the hashing, the writer's or pace's thread. */
#ifndef TENANTS_SIGNIN_SIGNIN_H
#define TENANTS_SIGNIN_SIGNIN_H

#include "tenants/signin/login_name.h"
#include "tenants/signin/place.h"
#include "tenants/signin/session_open.h"

enum signin_verdict {
    SIGNIN_OK,
    SIGNIN_WRONG,      /* unknown, wrong, suspended, closed, ended or locked: the same answer */
    SIGNIN_CODE_WRONG, /* the password is right; the code is wrong, was used or is missing */
};

/* Lives from start until done was told, with all it points to. */
struct signin {
    struct accounts *accounts;
    struct arena *arena;
    struct span login, password, code;
    bool has_code;
    bool is_proof; /* who is it, proven by password and code: no session is opened */
    struct signin_from from;
    struct id old_session; /* ends when the new one begins; ID_NONE */
    void (*done)(struct signin *signin);
    void *arg;

    enum err rc; /* ERR_OK: there is a verdict */
    struct fail why;
    enum signin_verdict verdict;
    struct session_opening opening; /* SIGNIN_OK */

    struct signin_row row;
    uint8_t place[PLACE_INDEX_BYTES];
    char login_folded[LOGIN_NAME_CAP], place_text[PLACE_CAP];
    bool is_known, is_right;
    int64_t refuse_at_mono_us;
    int64_t step;        /* of the one-time code; -1 none */
    const char *outcome; /* what the access record says */
};

/* ERR_RATE: too many tries; ERR_BUSY: too many wait; ERR_LOCKED, others: the attempt could not
 * be made. done is told only after ERR_OK. */
NODISCARD enum err signin_start(struct signin *signin, struct db *db, struct fail *why);

/* One try more of an account that is signed in half or wholly (codes, PINs, old passwords),
 * from a place. ERR_RATE as above. */
NODISCARD enum err signin_count_try(struct accounts *accounts, struct id account,
                                    struct span address, struct fail *why);
/* A wrong one, in the operation that records it. */
NODISCARD enum err signin_count_failure(struct tx *tx, struct accounts *accounts,
                                        const struct signin_row *row, const uint8_t *place,
                                        int64_t now_utc_us, struct fail *why);
/* Opens a sealed column of the account. */
NODISCARD enum err signin_open_column(struct accounts *accounts, const struct signin_row *row,
                                      const char *column, struct span sealed,
                                      struct arena *arena, struct span *plain_out,
                                      struct fail *why);
/* On a hashing thread: is it what the sealed hash was made of? ERR_DENIED: it is not. */
NODISCARD enum err signin_check_hash(struct accounts *accounts, const struct signin_row *row,
                                     const char *column, struct span sealed, struct span typed,
                                     struct arena *arena, struct fail *why);
/* On a hashing thread: the hash of a password or step, sealed for that column. */
NODISCARD enum err signin_seal_hash(struct accounts *accounts, struct id account,
                                    const char *column, struct span typed, struct arena *arena,
                                    struct span *sealed_out, struct fail *why);

#endif

/* tenants/signin/session_open.h - how a session comes to be, whoever proves who is there
 * (password, code, passkey): which stage it has, its two cookies, what it is told.
 *
 *   password right, second factor there ------> second_factor, 5 minutes, 5 wrong answers
 *   nothing more to prove, something to set --> enrol: a password, an adult's second factor
 *   nothing more to prove, nothing to set ----> full
 *
 * Every step opens a new session with new cookies and ends the one before it: what somebody
 * planted or copied before is dead (no fixation). Nobody has a name before it is full.
 * Threads: session_opening_init, session_answer and the pure ones from any; *_tx on the
 * writer's.  Owns: nothing; all of it lives in the request's arena. */
#ifndef TENANTS_SIGNIN_SESSION_OPEN_H
#define TENANTS_SIGNIN_SESSION_OPEN_H

#include "tenants/people/account_priv.h"
#include "tenants/signin/session.h"
#include "tenants/signin/session_store.h"
#include "tenants/signin/signin_store.h"

#define SECOND_FACTOR_MINUTES 5
#define SECOND_FACTOR_TRIES   5
#define ENROL_MINUTES         60

/* By which door somebody comes, as the request says. */
struct signin_from {
    struct span address, user_agent;
    enum listener listener;
    int64_t now_utc_us;
};
struct signin_from signin_from_req(const struct req *req);

/* The keyed hash of the place of that address. */
NODISCARD enum err signin_place(struct accounts *accounts, struct span address,
                                uint8_t place_out[PLACE_INDEX_BYTES], struct fail *why);

/* ---- what is to be proven and to be set ---- */

#define FACTOR_TOTP    1u
#define FACTOR_PASSKEY 2u
#define FACTOR_PIN     4u
#define FACTOR_PICTURE 8u
/* The second steps this account has and the settings ask for; any one of them will do. */
unsigned session_factors(const struct accounts *accounts, const struct signin_row *row);

#define MUST_PASSWORD 1u
#define MUST_FACTOR   2u
/* What must be set before the session can be a full one. Adults: an own password and a second
 * factor; everybody whose password was given out by staff again: an own password; students at
 * their first sign-in only by login.student_changes_first_password. */
unsigned session_must(const struct accounts *accounts, const struct signin_row *row);
/* is_proven: the second step is done, or a passkey was both steps at once. */
enum session_stage session_stage_next(const struct accounts *accounts,
                                      const struct signin_row *row, bool is_proven);
/* NULL: may be signed in from that place now; else why not, for the access record: the account
 * is not issued or active, has ended, its school does not take part, its first password is too
 * old, it is locked, or (SESSION_CONTRACT_ENDED) it ended with its contractor, which whoever
 * brings the right password is told. */
#define SESSION_CONTRACT_ENDED "contract-ended"
extern const char session_contract_ended_ja[];
const char *session_refusal(const struct accounts *accounts, const struct signin_row *row,
                            int64_t now_utc_us);

/* ---- opening ---- */

struct session_opening {
    struct accounts *accounts;
    const struct signin_row *row; /* as it was checked */
    struct signin_from from;
    enum session_stage stage;
    struct id old_session; /* ends; ID_NONE */
    const char *old_ended_why;
    bool is_step;             /* the old one must still be open: what rises is that session */
    int64_t totp_step;        /* used up; -1 none */
    bool passes_lock;         /* a session that was proven goes on */
    struct span display_name; /* told with a full session */

    struct session_row session;
    uint8_t place[PLACE_INDEX_BYTES];
    char facts[DEVICE_FACTS_CAP];
    char token[SESSION_TOKEN_CHARS + 1];
    char device[DEVICE_COOKIE_CHARS + 1];
    struct hash256 token_hash;
    struct signin_notice notice;
};

/* Ids, tokens and terms, once stage is set. ERR_LOCKED and others of the keyring. */
NODISCARD enum err session_opening_init(struct session_opening *opening, struct fail *why);
/* The session, the end of the old one and, unless the second step is still open, what a
 * sign-in leaves behind (tries, place, kind of device, first use of an issued account with its
 * step). ERR_DENIED: the row is no longer what was checked; nothing was changed. */
NODISCARD enum err session_open_tx(struct tx *tx, struct session_opening *opening,
                                   struct fail *why);
/* After COMMIT: both cookies and the Session document. */
void session_answer(struct req *req, const struct session_opening *opening);

/* ---- after something was set ---- */

/* In the same transaction, for a session of stage enrol: when nothing is left to set,
 * opening->stage is STAGE_FULL and the full session is open in its place; else STAGE_ENROL and
 * the session stays. opening needs accounts, from, old_session and display_name; row is read
 * again here. */
NODISCARD enum err session_rise_tx(struct tx *tx, struct session_opening *opening,
                                   struct id account, struct fail *why);
/* The Session document; with new cookies when the session has risen. */
void session_answer_risen(struct req *req, const struct session_opening *opening);

/* ---- answers ---- */

extern const struct jx_shape session_shape;
/* The Session document of the request's own session, as GET /api/v1/session says it. */
void session_answer_now(struct req *req);
/* Both cookies of this listener go. */
void session_wipe_cookies(struct req *req);

#endif

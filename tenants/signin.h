/* tenants/signin.h - signing in, apart from HTTP. The way of one attempt:
 *   caller's thread   count the try (account and address), look the login up
 *   hashing thread    open the sealed columns, check password and one-time code
 *   writer's thread   count the failure or open the session, with the access record; then done
 * A login that does not exist goes the whole way on a decoy, and every refusal but "a code is
 * needed" (which only the right password earns) looks the same from outside.
 * Threads: start on any that owns db; done is told on the hashing or the writer's thread. */
#ifndef TENANTS_SIGNIN_H
#define TENANTS_SIGNIN_H

#include "tenants/account_priv.h"
#include "tenants/session.h"

enum signin_verdict {
    SIGNIN_OK,
    SIGNIN_WRONG,       /* unknown, wrong, suspended, closed or locked: the same answer */
    SIGNIN_CODE_NEEDED, /* the password is right; the one-time code is missing */
    SIGNIN_CODE_WRONG,  /* the password is right; the code is wrong or was used */
};

/* Lives from start until done was told, with all it points to. */
struct signin {
    struct accounts *accounts;
    struct arena *arena;
    struct span login, password, code;
    bool has_code;
    struct span address;
    struct id old_session; /* ends when the new one begins; ID_NONE */
    int64_t now_utc_us;
    void (*done)(struct signin *signin);
    void *arg;

    enum err rc; /* ERR_OK: there is a verdict */
    struct fail why;
    enum signin_verdict verdict;
    char token[SESSION_TOKEN_CHARS + 1]; /* SIGNIN_OK */
    struct span display_name;            /* SIGNIN_OK */
    struct session_row session;          /* SIGNIN_OK */

    struct account_row row;
    struct hash256 token_hash;
    int64_t step; /* of the one-time code; -1 none */
    bool is_known;
    const char *outcome; /* what the access record says */
};

/* ERR_RATE: too many tries from this address; ERR_BUSY: too many wait; ERR_LOCKED, others: the
 * attempt could not be made. done is told only after ERR_OK. */
NODISCARD enum err signin_start(struct signin *signin, struct db *db, struct fail *why);

#endif

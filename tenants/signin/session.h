/* tenants/signin/session.h - who is asking: a session is a 256-bit random token in a cookie,
 * kept here as its SHA-256 only. It ends by log-out, after the idle minutes of the caller's
 * kind of role or after the absolute hours (settings), and at once when its account is
 * suspended or closed. Threads: any; one struct db per thread. */
#ifndef TENANTS_SIGNIN_SESSION_H
#define TENANTS_SIGNIN_SESSION_H

#include "node/base/route.h"
#include "node/db/hash256.h"
#include "tenants/people/account.h"

#define SESSION_TOKEN_CHARS 64 /* 32 random bytes in hexadecimal: the cookie's value */

/* "__Host-ibasho", or "ibasho_session" for the demo's plain http. */
const char *session_cookie_name(bool is_https);
/* "__Host-ibasho-device", or "ibasho_device": what binds a session to its browser. */
const char *session_device_cookie_name(bool is_https);

/* What dispatch knows of who comes; the spans are the request's. */
struct session_ask {
    struct span cookie;     /* the session cookie's value, never none */
    struct span device;     /* the device cookie's; none when it did not come */
    struct span user_agent; /* as req->user_agent */
    enum listener listener;
    int64_t now_utc_us;
};

/* Called by dispatch for every request with a session cookie: one prepared SELECT. Notes
 * through the writer, without waiting and at most once a minute, that the session was used.
 * ERR_NOT_FOUND: no such session or it has ended; *caller_out is then left alone. Anything
 * else: it could not be told (the request must not go on as anonymous). */
NODISCARD enum err session_find(struct accounts *accounts, struct db *db,
                                const struct session_ask *ask, struct caller *caller_out,
                                struct fail *why);

/* A new token; what is kept of it is its hash. */
struct hash256 session_token_make(char token_out[SESSION_TOKEN_CHARS + 1]);
/* So long may a session of role be unused. */
int64_t session_idle_us(const struct settings *settings, enum role role);
/* The moment a session opened now ends at the latest. */
int64_t session_expiry(const struct accounts *accounts, int64_t now_utc_us);

#endif

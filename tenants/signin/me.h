/* tenants/signin/me.h - what a person changes of the own way in (password, codes, passkeys,
 * second step):
 * the common way of such a request.
 *   HTTP worker      the account's row; a try is counted when a password is to be proven
 *   hashing thread   the password, then what is to be hashed
 *   writer's thread  a wrong one is counted like at signing in; else the change, the end of
 *                    other sessions, the access record
 * Threads: me_start on the worker that owns req->db.  Owns: nothing; struct me lives in the
 * request's arena. */
#ifndef TENANTS_SIGNIN_ME_H
#define TENANTS_SIGNIN_ME_H

#include "tenants/signin/signin.h"

struct me {
    struct req *req;
    struct span password; /* to be proven; of field `password_field` */
    bool has_password;
    const char *password_field;
    /* On the hashing thread, once the password is proven; NULL: nothing to hash. ERR_INVALID
     * and others answer the request. */
    enum err (*hash)(struct me *me, struct fail *why);
    /* On the writer's thread, repeatable. ERR_DENIED: the account has changed meanwhile. */
    enum err (*write)(struct tx *tx, struct me *me, struct fail *why);
    void (*tell)(struct me *me); /* after COMMIT, on the writer's thread */
    /* Answers what write refused, on the writer's thread; NULL: ERR_DENIED as a conflict, the
     * rest as it is. */
    void (*refuse)(struct me *me, enum err rc, const struct fail *why);
    struct id object; /* of the access record; ID_NONE: the account */
    const void *arg;

    struct accounts *accounts;
    struct signin_row row;
    uint8_t place[PLACE_INDEX_BYTES];
    struct session_opening opening; /* for session_rise_tx */
    struct span sealed;             /* what hash made */
    bool is_wrong;
};

/* Reads the row only, for checks before me_start. */
NODISCARD enum err me_read(struct me *me, struct fail *why);
/* After me_read. */
NODISCARD enum err me_start(struct me *me, struct fail *why);
/* After COMMIT of session_store_end_others: what those sessions hold open closes, and their
 * tickets are worth nothing, before the answer leaves. */
void me_others_drop(const struct req *req);
/* Answers a failure, with Retry-After where it helps. */
void me_fail(struct req *req, const struct fail *why);

/* The person's id, key and column for seal(). */
NODISCARD enum err me_seal(struct me *me, const char *column, struct span plain,
                           struct span *sealed_out, struct fail *why);

#endif

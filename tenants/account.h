/* tenants/account.h - the people who may sign in. Login name, display name, password hash and
 * TOTP secret are sealed under the person's own key; the login is found by a keyed blind index.
 * Threads: any; one struct db per thread. */
#ifndef TENANTS_ACCOUNT_H
#define TENANTS_ACCOUNT_H

#include "node/base/role.h"
#include "node/db/keyring.h"
#include "node/db/settings.h"
#include "node/db/writer.h"

struct accounts; /* services.accounts: the hashing queue, the throttle and what they need */

struct accounts_conf {
    struct keyring *keyring; /* unlocked */
    struct writer *writer;
    struct settings *settings;
    int n_hash_threads;    /* 1 or 2: a password costs 19 MiB and about 35 ms */
    size_t n_hash_waiting; /* logins beyond are refused with ERR_BUSY */
};

/* ERR_LOCKED when the key agent holds no node key yet. */
NODISCARD enum err accounts_open(const struct accounts_conf *conf,
                                 struct accounts **accounts_out, struct fail *why);
/* Answers what is queued, then stops. The writer still runs. */
void accounts_close(struct accounts **accounts);

struct account_new {
    struct id id; /* client-made */
    enum role role;
    struct span login, display_name; /* login as typed: login_name_fold has the rule */
    struct span password;
    struct span totp_secret; /* TOTP_SECRET_BYTES for every role but student; else empty */
    struct id school;        /* ID_NONE when not of a school */
};

/* Makes the person's key and the row; waits for hashing and commit: for the command line's
 * route, the demo and tests, never from an HTTP worker. ERR_CONFLICT: the id or login is taken.
 * ERR_INVALID: why->field names the field. */
NODISCARD enum err account_create(struct accounts *accounts, const struct account_new *account,
                                  struct fail *why);

#endif

/* tenants/people/account.h - the people who may sign in. Login name, display name, password
 * hash and TOTP secret are sealed under the person's own key; the login is found by a keyed
 * blind index. Threads: any; one struct db per thread. */
#ifndef TENANTS_PEOPLE_ACCOUNT_H
#define TENANTS_PEOPLE_ACCOUNT_H

#include "node/base/conf.h"
#include "node/base/role.h"
#include "node/db/audit.h"
#include "node/db/keyring.h"
#include "node/db/settings.h"
#include "node/db/writer.h"

struct accounts; /* services.accounts: the hashing queue, the throttle and what they need */

struct accounts_conf {
    struct keyring *keyring;
    struct writer *writer;
    struct settings *settings;
    struct space *space;
    struct leaving *leaving; /* may be NULL */
    int n_hash_threads;      /* 1 or 2: a password costs 19 MiB and about 35 ms */
    size_t n_hash_waiting;   /* sign-ins beyond are refused with ERR_BUSY */
};
/* The two numbers from tenants_conf_rows. */
void accounts_conf_read(const struct conf *conf, struct accounts_conf *out);

/* Needs no key yet: while the node is locked signing in says ERR_LOCKED. */
NODISCARD enum err accounts_open(const struct accounts_conf *conf,
                                 struct accounts **accounts_out, struct fail *why);
/* After the server has drained: no sign-in is under way any more. */
void accounts_close(struct accounts **accounts);

/* The accounts' own parts: who may know what (tenants/rights/rights.h), everyone by name
 * (tenants/people/people_index.h). */
struct rights;
struct people_index;
struct rights *accounts_rights(struct accounts *accounts);
struct people_index *accounts_people(struct accounts *accounts);
/* run(arg) on a hashing thread, behind all sign-ins that wait: for drawing a document, which
 * takes as long as a password and waits for nobody. ERR_BUSY. */
NODISCARD enum err accounts_draw(struct accounts *accounts, void (*run)(void *arg), void *arg,
                                 struct fail *why);

struct account_new {
    struct id id; /* client-made */
    enum role role;
    struct span login, display_name; /* login as typed: login_name_fold has the rule */
    struct span password;
    struct span totp_secret; /* TOTP_SECRET_BYTES for every role but student; else empty */
    struct id school;        /* ID_NONE when not of a school */
    /* Only as the node's first commissioner (AI-4.3-カ): everybody else is requested and
     * approved on the screens. */
    bool is_first_only;
};
#define ACCOUNT_NOT_FIRST "not-first-commissioner" /* why->field of that refusal */

/* Makes the person's key and the row, with the access record `access` says; waits for hashing
 * and commit: for the operator's route (on the hashing queue), the demo and tests, never from
 * an HTTP worker. ERR_CONFLICT: the id or login is taken; ERR_INVALID: a rule is broken;
 * why->field names the field. ERR_NOSPACE. */
NODISCARD enum err account_create(struct accounts *accounts, const struct account_new *account,
                                  const struct access_entry *access, struct fail *why);
/* Opened for the person's own eyes. ERR_NOT_FOUND. */
NODISCARD enum err account_display_name(struct accounts *accounts, struct db *db,
                                        struct id account, struct arena *arena,
                                        struct span *name_out, struct fail *why);

#endif

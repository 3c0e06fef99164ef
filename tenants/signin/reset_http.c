/* /api/v1/people/{id}/reset, unlock, recovery: how staff let somebody in again (NI-T3-1,
 * NI-2.3.4-2b). Whoever may is decided by tenants/rights/rights.h (SHOWS_WORK): commissioner
 * anybody, contractor anybody but those who oversee him, school staff their students by duty;
 * nobody himself. An adult's second factor takes two: one asks, another one grants. */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "node/io/live.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/life.h"
#include "tenants/rights/rights.h"
#include "tenants/signin/passkey_store.h"
#include "tenants/signin/recovery_store.h"
#include "tenants/signin/signin.h"
#include "tenants/tenants.h"

#define ADMINS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

struct one_time_output {
    struct span one_time;
    int64_t until;
};
static const struct jx_field one_time_fields[] = {
    {.name = "one_time",
     .type = JX_TEXT,
     .offset = offsetof(struct one_time_output, one_time),
     .title_ja = "一度だけのパスワード"},
    {.name = "until",
     .type = JX_TIME,
     .offset = offsetof(struct one_time_output, until),
     .title_ja = "使える期限"},
};
static const struct jx_shape one_time_shape =
    JX_SHAPE("OneTimePassword", struct one_time_output, one_time_fields);

struct renewal {
    struct req *req;
    struct accounts *accounts;
    struct signin_row row;
    char made[PASSWORD_MADE_CAP];
    struct span hash_sealed, told_sealed;
    int64_t until_utc_us;
    bool is_recovery; /* the second factor goes, too */
    bool has_output;
    enum err (*write)(struct tx *tx, struct renewal *r, struct fail *why);
};

/* -- the writer's thread -- */

static enum err record(struct tx *tx, const struct renewal *r, struct fail *why)
{
    struct access_entry entry = access_of(r->req);

    entry.object = entry.person = r->row.id;
    return access_append(tx, &entry, why);
}

/* Every session ends, every lock goes: what is sure from here on is the new password. */
static enum err give_one_time(struct tx *tx, struct renewal *r, struct fail *why)
{
    int64_t now_utc_us = r->req->now_utc_us;
    enum err rc = signin_store_one_time(tx, r->row.id, r->hash_sealed, r->told_sealed,
                                        r->until_utc_us, why);

    if (rc == ERR_OK)
        rc = signin_store_unlock(tx, r->row.id, why);
    return rc == ERR_OK ? session_store_end_others(tx, r->row.id, ID_NONE, "password-reset",
                                                   now_utc_us, why)
                        : rc;
}

static enum err move(struct tx *tx, const struct renewal *r, enum account_state before,
                     enum account_state after, struct fail *why)
{
    const struct account_step step = {
        .account = r->row.id,
        .before = before,
        .after = after,
        .at_utc_us = r->req->now_utc_us,
        .actor = r->req->caller.account,
        .actor_role = role_id(r->req->caller.role),
    };

    return account_step_append(tx, &step, why);
}

/* An adult without a second factor is never active: it goes back to issued, by way of
 * suspended, and comes up again like a new one. */
static enum err grant_run(struct tx *tx, struct renewal *r, struct fail *why)
{
    const struct recovery grant = {.id = id_new(),
                                   .account = r->row.id,
                                   .at_utc_us = r->req->now_utc_us,
                                   .by = r->req->caller.account,
                                   .role = r->req->caller.role};
    bool was_active = r->row.state == ACCOUNT_ACTIVE;
    enum err rc = recovery_store_grant(tx, &grant, why);

    if (rc == ERR_OK && was_active)
        rc = move(tx, r, ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED, why);
    if (rc == ERR_OK)
        rc = passkey_store_end_all(tx, r->row.id, r->req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = signin_store_no_factors(tx, r->row.id, why);
    if (rc == ERR_OK && was_active)
        rc = move(tx, r, ACCOUNT_SUSPENDED, ACCOUNT_ISSUED, why);
    return rc == ERR_OK ? give_one_time(tx, r, why) : rc;
}

static enum err ask_run(struct tx *tx, struct renewal *r, struct fail *why)
{
    const struct recovery ask = {.id = id_new(),
                                 .account = r->row.id,
                                 .at_utc_us = r->req->now_utc_us,
                                 .by = r->req->caller.account,
                                 .role = r->req->caller.role};

    return recovery_store_ask(tx, &ask, why);
}

static enum err unlock_run(struct tx *tx, struct renewal *r, struct fail *why)
{
    return signin_store_unlock(tx, r->row.id, why);
}

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct renewal *r = arg;
    enum err rc = r->write(tx, r, why);

    return rc == ERR_OK ? record(tx, r, why) : rc;
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct renewal *r = arg;
    struct req *req = r->req;
    const struct one_time_output out = {span_text(r->made), r->until_utc_us};

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    if (r->has_output) { /* every session has ended */
        live_drop_account(req->services->live, r->row.id, ID_NONE);
        reply_header(req, "Cache-Control", "no-store");
        reply_json(req, 200, &out);
    } else {
        reply_none(req);
    }
}

static enum err post(struct renewal *r, struct fail *why)
{
    const struct writer_op op = {write_run, write_done, r};

    return writer_post(r->accounts->writer, &op, why);
}

/* -- the hashing thread -- */

static void hash_run(void *arg)
{
    struct renewal *r = arg;
    const struct seal_place place = {"account", "first_password_sealed", r->row.id};
    struct fail why = {.code = ERR_OK};
    struct id key;
    enum err rc = signin_seal_hash(r->accounts, r->row.id, "password_hash_sealed",
                                   span_text(r->made), r->req->arena, &r->hash_sealed, &why);

    if (rc == ERR_OK)
        rc = keyring_find_key(r->accounts->keyring, KEY_PERSON, r->row.id, NULL, &key, &why);
    if (rc == ERR_OK)
        rc = seal(r->accounts->keyring, key, &place, span_text(r->made), r->req->arena,
                  &r->told_sealed, &why);
    if (rc == ERR_OK)
        rc = post(r, &why);
    if (rc != ERR_OK)
        reply_fail(r->req, &why);
}

/* -- the caller's thread -- */

/* The one-time password will be all it takes: there is no second factor, or it goes as well. */
static bool is_bare(const struct renewal *r)
{
    return r->is_recovery || r->row.state == ACCOUNT_ISSUED;
}

/* Somebody the caller may work for, with an account that may be signed in. */
static enum err find(struct renewal *r, unsigned need, struct fail *why)
{
    static const uint8_t nowhere[PLACE_INDEX_BYTES];
    struct req *req = r->req;
    struct rights_found found;
    enum err rc = rights_of_path(req, need, &found, why);

    r->accounts = req->services->accounts;
    if (rc == ERR_OK && id_eq(req->person, req->caller.account))
        rc = fail_set(why, ERR_DENIED, "never one's own");
    if (rc == ERR_OK)
        rc = signin_store_by_id(NULL, req->db, req->person, nowhere, req->now_utc_us,
                                req->arena, &r->row, why);
    if (rc == ERR_OK && r->row.state != ACCOUNT_ACTIVE && r->row.state != ACCOUNT_ISSUED)
        rc = fail_set(why, ERR_CONFLICT, "the account is not to be signed in");
    if (rc == ERR_OK && r->has_output && is_bare(r) &&
        !life_may_hand_out(req->caller.role, r->row.role))
        rc = fail_set(why, ERR_DENIED, "a way in that is not for this caller");
    if (rc == ERR_OK && r->is_recovery && r->row.role == ROLE_STUDENT)
        rc = fail_set(why, ERR_CONFLICT, "a student has no second factor to renew");
    return rc;
}

static void renew(struct req *req, const struct renewal *what, unsigned need)
{
    struct renewal *r = req_alloc(req, sizeof *r);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (r == NULL)
        return;
    *r = *what;
    r->req = req;
    r->until_utc_us = req->now_utc_us +
                      settings_int(req->services->settings, &setting_one_time_hours) * HOUR_US;
    rc = find(r, need, &why);
    if (rc == ERR_OK && r->has_output) {
        arena_mark_secret(req->arena);
        password_make(r->made);
        rc = hasher_post(r->accounts->hasher, hash_run, r, &why);
    } else if (rc == ERR_OK) {
        rc = post(r, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void people_reset(struct req *req)
{
    renew(req, &(struct renewal){.write = give_one_time, .has_output = true}, SHOWS_WORK);
}

static void people_unlock(struct req *req)
{
    renew(req, &(struct renewal){.write = unlock_run}, SHOWS_WORK);
}

/* Asking takes sight of the account; granting takes the right to work for it, so that of two
 * contractors none can take over who oversees them. */
static void people_recovery_ask(struct req *req)
{
    renew(req, &(struct renewal){.write = ask_run, .is_recovery = true}, SHOWS_ACCOUNT);
}

static void people_recovery_approve(struct req *req)
{
    renew(req, &(struct renewal){.write = grant_run, .is_recovery = true, .has_output = true},
          SHOWS_WORK);
}

const struct route reset_routes[RESET_ROUTES_N] = {
    {
        .name = "people.reset",
        .path = "/api/v1/people/{id}/reset",
        .method = HTTP_POST,
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .roles = ADMINS | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .output = &one_time_shape,
        .summary_ja = "一度だけのパスワードを出し直す",
        .handle = people_reset,
    },
    {
        .name = "people.unlock",
        .path = "/api/v1/people/{id}/unlock",
        .method = HTTP_POST,
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .roles = ADMINS | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .summary_ja = "まちがいが続いて止まったログインを、また使えるようにする",
        .handle = people_unlock,
    },
    {
        .name = "people.recovery_ask",
        .path = "/api/v1/people/{id}/recovery",
        .method = HTTP_POST,
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .roles = ADMINS,
        .summary_ja = "大人の二つめの確認の出し直しを求める（一人め）",
        .handle = people_recovery_ask,
    },
    {
        .name = "people.recovery_approve",
        .path = "/api/v1/people/{id}/recovery/approve",
        .method = HTTP_POST,
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .roles = ADMINS,
        .output = &one_time_shape,
        .summary_ja = "大人の二つめの確認の出し直しを認める（別の二人め）",
        .handle = people_recovery_approve,
    },
};

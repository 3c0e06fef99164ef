#include <stddef.h>
#include <string.h>

#include "node/io/live.h"
#include "tenants/leaving/leaving.h"
#include "tenants/signin/signin.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"

#define WRONG_JA \
    "ログインIDかパスワードがちがうか、いまは使えません。もう一度たしかめてください。何度もで" \
    "き" \
    "ないときは、先生や係の人に知らせてください。"
#define WRONG_CODE_JA "数字がちがうか、もう使われています。次の数字が出てから入れてください。"

/* -- POST /api/v1/session -- */

struct open_input {
    struct span login, password, code;
    bool has_code;
};

static const struct jx_field open_fields[] = {
    {.name = "login",
     .type = JX_TEXT,
     .least = 1,
     .most = 100,
     .offset = offsetof(struct open_input, login),
     .title_ja = "ログインID"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = 1,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct open_input, password),
     .title_ja = "パスワード"},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct open_input, code),
     .has_offset = offsetof(struct open_input, has_code),
     .title_ja = "認証アプリの数字"},
};
static const struct jx_shape open_shape =
    JX_SHAPE("SessionOpen", struct open_input, open_fields);

static void signin_told(struct signin *s)
{
    struct req *req = s->arg;

    if (s->rc != ERR_OK) {
        reply_fail(req, &s->why);
        return;
    }
    req->access_recorded = 1;
    switch (s->verdict) {
    case SIGNIN_OK:
        session_answer(req, &s->opening);
        return;
    case SIGNIN_WRONG:
        if (leaving_is_on(req->services->leaving)) { /* whoever it is: the same bytes */
            reply_problem(req, 403, "draining", leaving_sentence_ja);
            return;
        }
        if (strcmp(s->outcome, SESSION_CONTRACT_ENDED) == 0) { /* the password was right */
            reply_problem(req, 403, SESSION_CONTRACT_ENDED, session_contract_ended_ja);
            return;
        }
        reply_problem(req, 401, "wrong-sign-in", WRONG_JA);
        return;
    case SIGNIN_CODE_WRONG:
        reply_problem(req, 401, "wrong-code", WRONG_CODE_JA);
        return;
    }
}

static void session_open(struct req *req)
{
    const struct open_input *in = req->input;
    struct signin *s = req_alloc(req, sizeof *s);
    struct fail why = {.code = ERR_OK};

    if (s == NULL)
        return;
    *s = (struct signin){
        .accounts = req->services->accounts,
        .arena = req->arena,
        .login = in->login,
        .password = in->password,
        .code = in->code,
        .has_code = in->has_code,
        .from = signin_from_req(req),
        .old_session = req->caller.session,
        .done = signin_told,
        .arg = req,
    };
    if (signin_start(s, req->db, &why) == ERR_OK)
        return;
    if (why.code == ERR_RATE)
        reply_header(req, "Retry-After", "60");
    reply_fail(req, &why);
}

/* -- POST /api/v1/session/second-factor -- */

struct second_input {
    struct span code, step;
    bool has_code, has_step;
};

static const struct jx_field second_fields[] = {
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct second_input, code),
     .has_offset = offsetof(struct second_input, has_code),
     .title_ja = "認証アプリの数字"},
    {.name = "step",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct second_input, step),
     .has_offset = offsetof(struct second_input, has_step),
     .title_ja = "数字か、絵の順番"},
};
static const struct jx_shape second_shape =
    JX_SHAPE("SessionSecondFactor", struct second_input, second_fields);

struct second {
    struct req *req;
    struct accounts *accounts;
    struct signin_row row;
    uint8_t place[PLACE_INDEX_BYTES];
    struct session_opening opening;
    const char *outcome;
    bool is_right, is_granted, has_ended;
};

static enum err record_second(struct tx *tx, const struct second *s, struct fail *why)
{
    const struct req *req = s->req;
    struct access_entry entry = access_of(req);

    entry.id = entry.object = s->opening.session.id;
    entry.person = req->caller.account;
    if (!s->is_granted) {
        entry.action = "refused";
        entry.outcome = s->outcome;
    }
    return access_append(tx, &entry, why);
}

/* May run twice. */
static enum err second_write(struct tx *tx, void *arg, struct fail *why)
{
    struct second *s = arg;
    int64_t now_utc_us = s->req->now_utc_us;
    enum err rc = s->is_right ? session_open_tx(tx, &s->opening, why) : ERR_DENIED;

    s->is_granted = rc == ERR_OK;
    s->has_ended = false;
    if (rc == ERR_DENIED) {
        rc = session_store_wrong(tx, s->req->caller.session, SECOND_FACTOR_TRIES, now_utc_us,
                                 &s->has_ended, why);
        if (rc == ERR_OK)
            rc = signin_count_failure(tx, s->accounts, &s->row, s->place, now_utc_us, why);
    }
    return rc == ERR_OK ? record_second(tx, s, why) : rc;
}

static void second_told(void *arg, enum err rc, const struct fail *why)
{
    struct second *s = arg;
    struct req *req = s->req;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    if (s->is_granted) {
        session_answer(req, &s->opening);
        return;
    }
    if (s->has_ended) {
        session_wipe_cookies(req);
        reply_problem(req, 401, "sign-in-needed",
                      "まちがいが続きました。もう一度、はじめからログインしてください。");
    } else {
        reply_problem(req, 401, "wrong-code", WRONG_CODE_JA);
    }
}

static enum err second_post(struct second *s, struct fail *why)
{
    const struct writer_op op = {second_write, second_told, s};
    struct session_opening *o = &s->opening;
    enum err rc = ERR_OK;

    *o = (struct session_opening){
        .accounts = s->accounts,
        .row = &s->row,
        .from = signin_from_req(s->req),
        .stage = session_stage_next(s->accounts, &s->row, true),
        .old_session = s->req->caller.session,
        .old_ended_why = "step-up",
        .is_step = true,
        .totp_step = o->totp_step,
        .display_name = o->display_name,
        .session = {.id = id_new()},
    };
    if (s->is_right)
        rc = session_opening_init(o, why);
    return rc == ERR_OK ? writer_post(s->accounts->writer, &op, why) : rc;
}

/* On a hashing thread. */
static void step_run(void *arg)
{
    struct second *s = arg;
    const struct second_input *in = s->req->input;
    struct fail why = {.code = ERR_OK};
    enum err rc = signin_check_hash(s->accounts, &s->row, "step_hash_sealed",
                                    s->row.step_hash_sealed, in->step, s->req->arena, &why);

    s->is_right = rc == ERR_OK;
    if (rc == ERR_OK || rc == ERR_DENIED)
        rc = second_post(s, &why);
    if (rc != ERR_OK)
        reply_fail(s->req, &why);
}

static enum err check_code(struct second *s, struct fail *why)
{
    const struct second_input *in = s->req->input;
    struct span secret;
    enum err rc = signin_open_column(s->accounts, &s->row, "totp_secret_sealed",
                                     s->row.totp_secret_sealed, s->req->arena, &secret, why);

    if (rc == ERR_OK)
        rc = totp_check(secret, in->code, s->req->now_utc_us, s->row.totp_last_step,
                        &s->opening.totp_step, why);
    s->is_right = rc == ERR_OK;
    return rc == ERR_OK || rc == ERR_DENIED ? second_post(s, why) : rc;
}

static enum err second_begin(struct second *s, struct fail *why)
{
    struct req *req = s->req;
    const struct second_input *in = req->input;
    unsigned factors;
    enum err rc;

    if (in->has_code == in->has_step)
        return fail_field(why, ERR_INVALID, "code", "exactly one of code and step");
    rc = signin_count_try(s->accounts, req->caller.account, req->address, why);
    if (rc == ERR_OK)
        rc = signin_place(s->accounts, req->address, s->place, why);
    if (rc == ERR_OK)
        rc = signin_store_by_id(NULL, req->db, req->caller.account, s->place, req->now_utc_us,
                                req->arena, &s->row, why);
    if (rc == ERR_OK)
        rc = signin_open_column(s->accounts, &s->row, "display_name_sealed",
                                s->row.display_name_sealed, req->arena,
                                &s->opening.display_name, why);
    if (rc != ERR_OK)
        return rc;
    s->opening.totp_step = -1;
    factors = session_factors(s->accounts, &s->row);
    s->outcome = session_refusal(s->accounts, &s->row, req->now_utc_us);
    if (s->outcome != NULL)
        return second_post(s, why);
    s->outcome = "wrong-code";
    if (in->has_code && (factors & FACTOR_TOTP))
        return check_code(s, why);
    if (in->has_step && (factors & (FACTOR_PIN | FACTOR_PICTURE)))
        return hasher_post_lane(s->accounts->hasher, HASH_SECOND, step_run, s, why);
    return second_post(s, why); /* a step this account does not have */
}

static void session_second_factor(struct req *req)
{
    struct second *s = arena_alloc(req->arena, sizeof *s);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (s == NULL) {
        rc = fail_set(&why, ERR_NOMEM, "second step");
    } else {
        s->req = req;
        s->accounts = req->services->accounts;
        rc = second_begin(s, &why);
    }
    if (rc == ERR_OK)
        return;
    if (why.code == ERR_RATE)
        reply_header(req, "Retry-After", "60");
    reply_fail(req, &why);
}

/* -- GET /api/v1/session -- */

static void session_show(struct req *req)
{
    session_answer_now(req);
}

/* -- DELETE /api/v1/session -- */

static enum err close_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct req *req = arg;
    struct access_entry entry = access_of(req);
    enum err rc = session_store_end(tx, req->caller.session, "log-out", req->now_utc_us, why);

    entry.object = req->caller.session;
    entry.person = req->caller.account;
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void close_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    live_drop_session(req->services->live, req->caller.session);
    session_wipe_cookies(req);
    /* The next child at a shared tablet finds nothing of this one. */
    reply_header(req, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
    reply_none(req);
}

static void session_close(struct req *req)
{
    const struct writer_op op = {close_run, close_done, req};
    struct fail why = {.code = ERR_OK};

    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route session_routes[SESSION_ROUTES_N] = {
    {
        .name = "session.open",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_EVERYONE,
        .stages = STAGES_ALL,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &open_shape,
        .output = &session_shape,
        .summary_ja = "ログインする（大人は認証アプリの数字も）",
        .handle = session_open,
    },
    {
        .name = "session.second_factor",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/session/second-factor",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .stages = STAGE_BIT(STAGE_SECOND_FACTOR),
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &second_shape,
        .output = &session_shape,
        .summary_ja = "二つめの確認をする（認証アプリの数字、児童生徒の数字か絵）",
        .handle = session_second_factor,
    },
    {
        .name = "session.show",
        .method = HTTP_GET,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .stages = STAGES_ALL,
        .object = OBJECT_OWN,
        .audit = AUDIT_NONE,
        .output = &session_shape,
        .summary_ja = "だれとしてログインしているか",
        .handle = session_show,
    },
    {
        .name = "session.close",
        .while_leaving = true,
        .method = HTTP_DELETE,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .stages = STAGES_ALL,
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "ログアウトする",
        .handle = session_close,
    },
};

#include "tenants/handback/first_slip.h"

#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/life.h"
#include "tenants/signin/passkey_store.h"
#include "tenants/signin/signin.h"
#include "tenants/tenants.h"

#define REASON_JA "データの引き継ぎのあと、最初の教育委員会担当者がログインできるようにするため"

/* No row: nothing was ever imported. */
static const struct stmt board_now = {
    "handback_board_now",
    "SELECT EXISTS (SELECT FROM account_step s JOIN account a ON a.id = s.account"
    " WHERE a.role = 'commissioner' AND s.state = 'active' AND s.at >= i.at),"
    " EXISTS (SELECT FROM account a WHERE a.role = 'commissioner' AND a.id <> $1::uuid"
    " AND a.first_password_sealed IS NOT NULL AND a.first_until > $2::timestamptz)"
    " FROM (SELECT at FROM handback_import ORDER BY at DESC LIMIT 1) AS i"};
const struct stmt *const first_slip_stmts[FIRST_SLIP_STMTS_N] = {&board_now};

struct ask {
    struct span login;
};
static const struct jx_field ask_fields[] = {
    {.name = "login",
     .type = JX_TEXT,
     .least = LOGIN_NAME_LEAST,
     .most = LOGIN_NAME_MOST,
     .offset = offsetof(struct ask, login),
     .title_ja = "ログインID"},
};
static const struct jx_shape ask_shape = JX_SHAPE("HandbackFirstSlip", struct ask, ask_fields);

struct slip_output {
    struct id id;
    struct span login, one_time;
    int64_t until;
};
static const struct jx_field slip_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct slip_output, id),
     .title_ja = "人のID"},
    {.name = "login",
     .type = JX_TEXT,
     .offset = offsetof(struct slip_output, login),
     .title_ja = "ログインID"},
    {.name = "one_time",
     .type = JX_TEXT,
     .offset = offsetof(struct slip_output, one_time),
     .title_ja = "一度だけのパスワード"},
    {.name = "until",
     .type = JX_TIME,
     .offset = offsetof(struct slip_output, until),
     .title_ja = "使える期限"},
};
static const struct jx_shape slip_shape =
    JX_SHAPE("HandbackFirstSlipMade", struct slip_output, slip_fields);

struct first_slip {
    struct req *req;
    struct accounts *accounts;
    struct signin_row row;
    char login[LOGIN_NAME_CAP], made[PASSWORD_MADE_CAP];
    struct span hash_sealed, told_sealed, reason_sealed;
    struct id step;
    int64_t until_utc_us;
    struct life_refusal refusal;
};

/* ---- the writer's thread ---- */

static enum err check_board(struct tx *tx, struct first_slip *s, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, s->row.id);
    db_arg_time(&args, s->req->now_utc_us);
    rc = tx_run(tx, &board_now, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = life_say_no(&s->refusal, "not-imported",
                         "この拠点は、ほかの拠点のデータを引き継いでいません。", why);
    else if (rc == ERR_OK && db_bool(rows, 0, 0))
        rc = life_say_no(&s->refusal, "board-is-in",
                         "引き継ぎのあと、教育委員会の担当者がもうログインしています。ほかの人"
                         "の再発行は、画面で担当者が行います（二つめの確認は二人で）。",
                         why);
    else if (rc == ERR_OK && db_bool(rows, 0, 1))
        rc = life_say_no(&s->refusal, "other-slip-open",
                         "別の担当者に出したはじめのパスワードが、まだ使えます。運用者が出せる"
                         "のは、一度に一人だけです。",
                         why);
    db_rows_free(&rows);
    return rc;
}

static enum err move(struct tx *tx, const struct first_slip *s, struct id id,
                     enum account_state before, enum account_state after, struct fail *why)
{
    const struct access_entry access = access_of(s->req);
    const struct account_step step = {
        .id = id,
        .account = s->row.id,
        .before = before,
        .after = after,
        .at_utc_us = s->req->now_utc_us,
        .actor_role = "operator",
        .operator_name = access.operator_name,
        .reason_sealed = id_is_none(id) ? SPAN_NONE : s->reason_sealed,
    };

    return account_step_append(tx, &step, why);
}

/* An adult without a second factor is never active: back to issued, by way of suspended. */
static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct first_slip *s = arg;
    struct access_entry entry = access_of(s->req);
    bool was_active = s->row.state == ACCOUNT_ACTIVE;
    enum err rc;

    s->refusal = (struct life_refusal){NULL, NULL};
    entry.object = entry.person = s->row.id;
    rc = check_board(tx, s, why);
    if (rc == ERR_OK && was_active)
        rc = move(tx, s, s->step, ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED, why);
    if (rc == ERR_OK)
        rc = passkey_store_end_all(tx, s->row.id, s->req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = signin_store_no_factors(tx, s->row.id, why);
    if (rc == ERR_OK && was_active)
        rc = move(tx, s, ID_NONE, ACCOUNT_SUSPENDED, ACCOUNT_ISSUED, why);
    if (rc == ERR_OK)
        rc = signin_store_one_time(tx, s->row.id, s->hash_sealed, s->told_sealed,
                                   s->until_utc_us, why);
    if (rc == ERR_OK)
        rc = signin_store_unlock(tx, s->row.id, why);
    if (rc == ERR_OK)
        rc = session_store_end_others(tx, s->row.id, ID_NONE, "password-reset",
                                      s->req->now_utc_us, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct first_slip *s = arg;
    const struct slip_output out = {s->row.id, span_text(s->login), span_text(s->made),
                                    s->until_utc_us};

    if (rc != ERR_OK) {
        life_refuse(s->req, &s->refusal, why);
        return;
    }
    s->req->access_recorded = 1;
    reply_header(s->req, "Cache-Control", "no-store");
    reply_json(s->req, 200, &out);
}

/* ---- the hashing thread ---- */

static void hash_run(void *arg)
{
    struct first_slip *s = arg;
    const struct seal_place place = {"account", "first_password_sealed", s->row.id};
    const struct writer_op op = {write_run, write_done, s};
    struct fail why = {.code = ERR_OK};
    struct id key;
    enum err rc = signin_seal_hash(s->accounts, s->row.id, "password_hash_sealed",
                                   span_text(s->made), s->req->arena, &s->hash_sealed, &why);

    if (rc == ERR_OK)
        rc = keyring_find_key(s->accounts->keyring, KEY_PERSON, s->row.id, NULL, &key, &why);
    if (rc == ERR_OK)
        rc = seal(s->accounts->keyring, key, &place, span_text(s->made), s->req->arena,
                  &s->told_sealed, &why);
    if (rc == ERR_OK)
        rc = life_reason_seal(s->req, s->row.id, s->step, SPAN(REASON_JA), &s->reason_sealed,
                              &why);
    if (rc == ERR_OK)
        rc = writer_post(s->accounts->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(s->req, &why);
}

/* ---- the worker ---- */

static enum err find(struct first_slip *s, struct fail *why)
{
    static const uint8_t nowhere[PLACE_INDEX_BYTES];
    const struct ask *ask = s->req->input;
    uint8_t index[ACCOUNT_INDEX_BYTES];
    enum err rc = login_name_fold(ask->login, s->login, why);

    if (rc == ERR_OK)
        rc = account_index(s->accounts, s->login, index, why);
    if (rc == ERR_OK)
        rc = signin_store_by_login(s->req->db, index, nowhere, s->req->now_utc_us,
                                   s->req->arena, &s->row, why);
    if (rc == ERR_OK && (s->row.role != ROLE_COMMISSIONER ||
                         (s->row.state != ACCOUNT_ACTIVE && s->row.state != ACCOUNT_ISSUED)))
        rc = life_say_no(&s->refusal, "not-a-commissioner",
                         "使っている教育委員会担当者のログインIDではありません。", why);
    return rc;
}

static void first_slip_make(struct req *req)
{
    struct first_slip *s = req_alloc(req, sizeof *s);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (s == NULL)
        return;
    *s = (struct first_slip){
        .req = req,
        .accounts = req->services->accounts,
        .step = id_new(),
        .until_utc_us =
            req->now_utc_us +
            settings_int(req->services->settings, &setting_one_time_hours) * HOUR_US,
    };
    arena_mark_secret(req->arena);
    rc = find(s, &why);
    if (rc == ERR_OK) {
        password_make(s->made);
        rc = hasher_post(s->accounts->hasher, hash_run, s, &why);
    }
    if (rc != ERR_OK)
        life_refuse(req, &s->refusal, &why);
}

const struct route first_slip_routes[FIRST_SLIP_ROUTES_N] = {
    {.name = "handback.first_slip",
     .method = HTTP_POST,
     .path = "/api/v1/admin/handback/first-slip",
     .listeners = LISTENER_ADMIN,
     .roles = ROLE_BIT(ROLE_ANONYMOUS),
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &ask_shape,
     .output = &slip_shape,
     .summary_ja = "引き継ぎのあと、最初の教育委員会担当者のはじめのパスワードを出す（運用者）",
     .handle = first_slip_make},
};

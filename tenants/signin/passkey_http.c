/* One's own passkeys: made, listed, taken away (NI-2.3.4-2b). A new one is for a session that
 * has just proven a second factor and proves the password once more, or that still owes a
 * second factor (stage enrol). */
#include <stddef.h>

#include "node/db/seal.h"
#include "tenants/signin/me.h"
#include "tenants/signin/passkey.h"
#include "tenants/signin/passkey_refuse.h"
#include "tenants/signin/session_open.h"
#include "tenants/tenants.h"

#define RECENT_US \
    (INT64_C(10) * 60 * 1000000) /* a second factor proven this long ago will do */

/* -- is it recent -- */

static enum err read_owner(const struct req *req, struct passkey_owner *owner_out,
                           struct fail *why)
{
    return passkey_store_owner(req->db, req->caller.account, req->caller.session, req->arena,
                               owner_out, why);
}

/* True: answered. A session that somebody left open must not get a key of its
 * finder's. */
static bool is_too_old(struct req *req, const struct passkey_owner *owner)
{
    if (req->caller.stage != STAGE_FULL || owner->session_utc_us + RECENT_US >= req->now_utc_us)
        return false;
    reply_problem(req, 403, "sign-in-again",
                  "ログインしてから時間がたっています。もう一度ログインしてから、"
                  "つづけてください"
                  "。");
    return true;
}

static bool is_no_place(struct req *req, const struct fail *why)
{
    if (why->code != ERR_DENIED || strcmp(why->field, "place") != 0)
        return false;
    reply_problem(req, 409, "no-passkeys-here",
                  "このアドレスではパスキーを使えません。認証アプリを使ってください。");
    return true;
}

/* -- POST /api/v1/me/passkeys/options -- */

struct param {
    struct span type;
    int64_t alg;
};
static const struct jx_field param_fields[] = {
    {.name = "type",
     .type = JX_TEXT,
     .offset = offsetof(struct param, type),
     .title_ja = "種類"},
    {.name = "alg",
     .type = JX_INT,
     .offset = offsetof(struct param, alg),
     .title_ja = "署名の方式"},
};
static const struct jx_shape param_shape = JX_SHAPE("PasskeyParam", struct param, param_fields);

struct options {
    struct span challenge, rp_id, rp_name, user_id, user_name, user_display;
    struct jx_texts exclude;
    struct jx_list params;
};
#define OPTION(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct options, name_), \
        .title_ja = (title) \
    }
static const struct jx_field options_fields[] = {
    OPTION(JX_TEXT, challenge, "問い（base64url）"),
    OPTION(JX_TEXT, rp_id, "パスキーが属する名前"),
    OPTION(JX_TEXT, rp_name, "自治体の名前"),
    OPTION(JX_BYTES, user_id, "認証器に渡す、本人の番号"),
    OPTION(JX_TEXT, user_name, "ログインID"),
    OPTION(JX_TEXT, user_display, "表示名"),
    OPTION(JX_TEXTS, exclude, "もう登録してあるパスキーの番号（base64url）"),
    {.name = "params",
     .type = JX_LIST,
     .shape = &param_shape,
     .offset = offsetof(struct options, params),
     .title_ja = "使える署名の方式"},
};
static const struct jx_shape options_shape =
    JX_SHAPE("PasskeyNewOptions", struct options, options_fields);

static enum err open_owner(struct accounts *a, struct id account, const char *column,
                           struct span sealed, struct arena *arena, struct span *plain_out,
                           struct fail *why)
{
    const struct seal_place place = {"account", column, account};

    return unseal(a->keyring, &place, sealed, arena, plain_out, why);
}

static enum err fill_options(const struct req *req, const struct passkey_owner *owner,
                             struct options *out, struct fail *why)
{
    struct accounts *a = req->services->accounts;
    struct id account = req->caller.account;
    struct passkey_place *place = arena_alloc(req->arena, sizeof *place);
    struct param *params = arena_alloc(req->arena, WEBAUTHN_ALGORITHMS_N * sizeof *params);
    uint8_t *handle = arena_alloc(req->arena, PASSKEY_HANDLE_BYTES);
    enum err rc;

    if (place == NULL || params == NULL || handle == NULL)
        return fail_set(why, ERR_NOMEM, "passkey options");
    rc = passkey_ask(req, PASSKEY_REGISTER, place, &out->challenge, why);
    if (rc == ERR_OK)
        rc = passkey_handle(a, account, handle, why);
    if (rc == ERR_OK)
        rc = open_owner(a, account, "login_sealed", owner->login_sealed, req->arena,
                        &out->user_name, why);
    if (rc == ERR_OK)
        rc = open_owner(a, account, "display_name_sealed", owner->display_name_sealed,
                        req->arena, &out->user_display, why);
    if (rc == ERR_OK)
        rc = passkey_credentials(a, req->db, account, req->arena, &out->exclude, why);
    if (rc != ERR_OK)
        return rc;
    for (int i = 0; i < WEBAUTHN_ALGORITHMS_N; i++)
        params[i] = (struct param){SPAN("public-key"), webauthn_algorithms[i]};
    out->params = (struct jx_list){params, WEBAUTHN_ALGORITHMS_N};
    out->rp_id = span_text(place->rp_id);
    out->rp_name = span_text(conf_text(req->services->conf, "node.title_ja"));
    out->user_id = span_of(handle, PASSKEY_HANDLE_BYTES);
    return ERR_OK;
}

static void passkey_options(struct req *req)
{
    struct passkey_owner owner;
    struct options options = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = read_owner(req, &owner, &why);

    if (rc == ERR_OK && is_too_old(req, &owner))
        return;
    if (rc == ERR_OK)
        rc = fill_options(req, &owner, &options, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &options);
    else if (!is_no_place(req, &why))
        reply_fail(req, &why);
}

/* -- POST /api/v1/me/passkeys -- */

struct add_input {
    struct span id, client_data, authenticator_data, label, password;
    bool has_password;
};
static const struct jx_field add_fields[] = {
    {.name = "id",
     .type = JX_BYTES,
     .least = WEBAUTHN_CREDENTIAL_LEAST,
     .most = WEBAUTHN_CREDENTIAL_MOST,
     .offset = offsetof(struct add_input, id),
     .title_ja = "認証器がつけた番号"},
    {.name = "client_data",
     .type = JX_BYTES,
     .least = 1,
     .most = WEBAUTHN_CLIENT_DATA_MOST,
     .offset = offsetof(struct add_input, client_data),
     .title_ja = "ブラウザーの言葉（clientDataJSON）"},
    {.name = "authenticator_data",
     .type = JX_BYTES,
     .least = 1,
     .most = WEBAUTHN_DATA_MOST,
     .offset = offsetof(struct add_input, authenticator_data),
     .title_ja = "認証器の言葉（authenticatorData）"},
    {.name = "label",
     .type = JX_TEXT,
     .least = 1,
     .most = PASSKEY_LABEL_MOST,
     .offset = offsetof(struct add_input, label),
     .title_ja = "パスキーの名前"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct add_input, password),
     .has_offset = offsetof(struct add_input, has_password),
     .title_ja = "パスワード"},
};
static const struct jx_shape add_shape = JX_SHAPE("PasskeyNew", struct add_input, add_fields);

struct adding {
    struct me me;
    struct passkey_expected expected;
    struct passkey_row row;
};

static struct access_entry entry_of(const struct req *req, struct id passkey)
{
    struct access_entry entry = access_of(req);

    entry.object = passkey;
    entry.person = req->caller.account;
    return entry;
}

static enum err add_write(struct tx *tx, struct me *me, struct fail *why)
{
    const struct adding *adding = me->arg;
    const struct req *req = me->req;
    enum err rc = passkey_store_add(tx, &adding->row, why);

    if (rc == ERR_OK)
        rc = session_store_end_others(tx, req->caller.account, req->caller.session,
                                      "passkey-added", req->now_utc_us, why);
    return rc == ERR_OK ? session_rise_tx(tx, &me->opening, req->caller.account, why) : rc;
}

static void add_tell(struct me *me)
{
    me_others_drop(me->req);
    session_answer_risen(me->req, &me->opening);
}

static void add_refuse(struct me *me, enum err rc, const struct fail *why)
{
    struct req *req = me->req;
    struct fail changed;

    if (rc == ERR_TOO_LARGE)
        reply_problem(req, 409, "too-many-passkeys",
                      "パスキーは10個まで登録できます。使わないものを外してください。");
    else if (rc == ERR_CONFLICT)
        reply_problem(req, 409, "passkey-known", "このパスキーはもう登録してあります。");
    else if (rc == ERR_DENIED && why->field[0] == '\0') { /* a moment ago, by somebody else */
        fail_field(&changed, ERR_DENIED, "account-changed", "the account changed meanwhile");
        passkey_refuse(req, &passkey_not_taken, req->caller.account, &changed);
    } else
        passkey_refuse(req, &passkey_not_taken, req->caller.account, why);
}

static enum err check_new(struct adding *adding, struct fail *why)
{
    struct req *req = adding->me.req;
    const struct add_input *in = req->input;
    struct webauthn_new made = {.sign_count = 0};
    enum err rc =
        passkey_expect(req, PASSKEY_REGISTER, in->client_data, &adding->expected, why);

    if (rc == ERR_OK)
        rc = webauthn_check_new(&adding->expected.expect, in->client_data,
                                in->authenticator_data, req->arena, &made, why);
    if (rc == ERR_OK && !span_eq(made.credential, in->id))
        rc = fail_field(why, ERR_DENIED, "id", "another credential than the one named");
    return rc == ERR_OK ? passkey_make_row(req->services->accounts, req->caller.account, &made,
                                           in->label, &adding->expected, req->now_utc_us,
                                           req->arena, &adding->row, why)
                        : rc;
}

static void passkey_add(struct req *req)
{
    const struct add_input *in = req->input;
    struct adding *adding = req_alloc(req, sizeof *adding);
    struct passkey_owner owner;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (adding == NULL)
        return;
    arena_mark_secret(req->arena);
    *adding = (struct adding){.me = {.req = req,
                                     .password = in->password,
                                     .has_password = req->caller.stage == STAGE_FULL,
                                     .password_field = "password",
                                     .write = add_write,
                                     .tell = add_tell,
                                     .refuse = add_refuse,
                                     .arg = adding}};
    req->person = req->caller.account;
    rc = read_owner(req, &owner, &why);
    if (rc == ERR_OK && is_too_old(req, &owner))
        return;
    if (rc == ERR_OK && adding->me.has_password && !in->has_password)
        rc = fail_field(&why, ERR_INVALID, "password", "needed");
    if (rc == ERR_OK)
        rc = me_read(&adding->me, &why);
    if (rc == ERR_OK)
        rc = check_new(adding, &why);
    adding->me.object = adding->row.id;
    if (rc == ERR_OK)
        rc = me_start(&adding->me, &why);
    if (rc == ERR_RATE)
        me_fail(req, &why);
    else if (rc != ERR_OK && !is_no_place(req, &why))
        passkey_refuse(req, &passkey_not_taken, req->caller.account, &why);
}

/* -- GET /api/v1/me/passkeys -- */

struct item {
    struct id id;
    struct span label;
    int64_t created_at, used_at;
    bool has_used;
};
static const struct jx_field item_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct item, id), .title_ja = "番号"},
    {.name = "label",
     .type = JX_TEXT,
     .offset = offsetof(struct item, label),
     .title_ja = "名前"},
    {.name = "created_at",
     .type = JX_TIME,
     .offset = offsetof(struct item, created_at),
     .title_ja = "登録した時刻"},
    {.name = "used_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct item, used_at),
     .has_offset = offsetof(struct item, has_used),
     .title_ja = "最後に使った時刻"},
};
static const struct jx_shape item_shape = JX_SHAPE("Passkey", struct item, item_fields);

struct items {
    struct jx_list items;
};
static const struct jx_field items_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .offset = offsetof(struct items, items),
     .title_ja = "パスキー"},
};
static const struct jx_shape items_shape = JX_SHAPE("Passkeys", struct items, items_fields);

static enum err fill_items(const struct req *req, struct items *out, struct fail *why)
{
    struct passkey_row *rows = NULL;
    struct item *items = NULL;
    size_t n = 0;
    enum err rc = passkey_store_list(req->db, req->caller.account, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu passkeys", n);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        items[i] = (struct item){.id = rows[i].id,
                                 .created_at = rows[i].created_utc_us,
                                 .used_at = rows[i].used_utc_us,
                                 .has_used = rows[i].used_utc_us != 0};
        rc = passkey_open_column(req->services->accounts, rows[i].id, "label_sealed",
                                 rows[i].label_sealed, req->arena, &items[i].label, why);
    }
    out->items = (struct jx_list){items, n};
    return rc;
}

static void passkey_list(struct req *req)
{
    struct items items = {{NULL, 0}};
    struct fail why = {.code = ERR_OK};

    if (fill_items(req, &items, &why) == ERR_OK)
        reply_json(req, 200, &items);
    else
        reply_fail(req, &why);
}

/* -- DELETE /api/v1/me/passkeys/{id} -- */

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct req *req = arg;
    const struct access_entry entry = entry_of(req, req->object);
    enum err rc = passkey_store_end(tx, req->caller.account, req->object, req->now_utc_us, why);

    if (rc == ERR_OK) /* one of them may have been opened with it */
        rc = session_store_end_others(tx, req->caller.account, req->caller.session,
                                      "passkey-removed", req->now_utc_us, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void end_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc == ERR_CONFLICT)
        reply_problem(req, 409, "last-factor",
                      "二つめの確認がなくなるため外せません。さきに、ほかのパスキー"
                      "か認証アプリを登"
                      "録してください。");
    else if (rc != ERR_OK)
        reply_fail(req, why);
    else {
        me_others_drop(req);
        req->access_recorded = 1;
        reply_none(req);
    }
}

static void passkey_end(struct req *req)
{
    const struct writer_op op = {end_run, end_done, req};
    struct passkey_owner owner;
    struct fail why = {.code = ERR_OK};
    enum err rc = read_owner(req, &owner, &why);

    req->person = req->caller.account;
    if (rc == ERR_OK && is_too_old(req, &owner))
        return;
    if (rc == ERR_OK && id_parse(req_param(req, "id"), &req->object, &why) != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "no id");
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route passkey_routes[PASSKEY_ROUTES_N] = {
    {
        .name = "me.passkey_options",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/me/passkeys/options",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_ADULT,
        .stages = STAGE_BIT(STAGE_FULL) | STAGE_BIT(STAGE_ENROL),
        .object = OBJECT_OWN,
        .audit = AUDIT_NONE,
        .output = &options_shape,
        .summary_ja = "パスキーを登録するための問いをもらう",
        .handle = passkey_options,
    },
    {
        .name = "me.passkey_add",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/me/passkeys",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_ADULT,
        .stages = STAGE_BIT(STAGE_FULL) | STAGE_BIT(STAGE_ENROL),
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &add_shape,
        .output = &session_shape,
        .summary_ja = "パスキーを登録する",
        .handle = passkey_add,
    },
    {
        .name = "me.passkeys",
        .method = HTTP_GET,
        .path = "/api/v1/me/passkeys",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_ADULT,
        .object = OBJECT_OWN,
        .audit = AUDIT_NONE,
        .output = &items_shape,
        .summary_ja = "自分のパスキーを見る",
        .handle = passkey_list,
    },
    {
        .name = "me.passkey_end",
        .while_leaving = true,
        .method = HTTP_DELETE,
        .path = "/api/v1/me/passkeys/{id}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_ADULT,
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "自分のパスキーを外す",
        .handle = passkey_end,
    },
};

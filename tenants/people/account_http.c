#include <stddef.h>

#include "node/db/digest.h"
#include "node/db/erase.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/person_store.h"
#include "tenants/signin/login_name.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"

struct create_input {
    struct id id, school;
    int role;
    struct span login, display_name, password;
    bool has_password, has_school;
};

static const struct jx_field create_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct create_input, id),
     .title_ja = "人のID"},
    {.name = "role",
     .type = JX_ENUM,
     .choices = ROLE_CHOICES,
     .offset = offsetof(struct create_input, role),
     .title_ja = "役割"},
    {.name = "login",
     .type = JX_TEXT,
     .least = LOGIN_NAME_LEAST,
     .most = LOGIN_NAME_MOST,
     .offset = offsetof(struct create_input, login),
     .title_ja = "ログインID"},
    {.name = "display_name",
     .type = JX_TEXT,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct create_input, display_name),
     .title_ja = "表示名"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = PASSWORD_LEAST,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct create_input, password),
     .has_offset = offsetof(struct create_input, has_password),
     .title_ja = "パスワード（ないときは作る）"},
    {.name = "school",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct create_input, school),
     .has_offset = offsetof(struct create_input, has_school),
     .title_ja = "学校のID"},
};
static const struct jx_shape create_shape =
    JX_SHAPE("AccountCreate", struct create_input, create_fields);

/* Told once: nothing but this answer ever holds the password or the secret in clear. */
struct create_output {
    struct id id;
    struct span login, password, totp_secret, totp_uri;
    bool has_password, has_totp;
};

static const struct jx_field output_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct create_output, id),
     .title_ja = "人のID"},
    {.name = "login",
     .type = JX_TEXT,
     .offset = offsetof(struct create_output, login),
     .title_ja = "ログインID"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct create_output, password),
     .has_offset = offsetof(struct create_output, has_password),
     .title_ja = "作ったパスワード"},
    {.name = "totp_secret",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct create_output, totp_secret),
     .has_offset = offsetof(struct create_output, has_totp),
     .title_ja = "認証アプリに入れる文字"},
    {.name = "totp_uri",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct create_output, totp_uri),
     .has_offset = offsetof(struct create_output, has_totp),
     .title_ja = "認証アプリに読ませるアドレス"},
};
static const struct jx_shape output_shape =
    JX_SHAPE("AccountCreated", struct create_output, output_fields);

struct creation {
    struct req *req;
    enum role role;
    char made[PASSWORD_MADE_CAP];
    char login[LOGIN_NAME_CAP];
    uint8_t secret[TOTP_SECRET_BYTES];
};

static void answer(struct creation *c)
{
    struct req *req = c->req;
    const struct create_input *in = req->input;
    struct create_output output = {
        .id = in->id,
        .login = span_text(c->login),
        .password = span_text(c->made),
        .has_password = !in->has_password,
        .has_totp = c->role != ROLE_STUDENT,
    };
    char base32[TOTP_BASE32_CAP];

    totp_base32(c->secret, base32);
    output.totp_secret = span_text(base32);
    output.totp_uri = span_text(
        totp_uri(req->arena, span_text(conf_text(req->services->conf, "node.title_ja")),
                 output.login, c->secret));
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 201, &output);
    digest_wipe(base32, sizeof base32);
}

/* On the hashing thread, which may wait. */
static void create_run(void *arg)
{
    struct creation *c = arg;
    struct req *req = c->req;
    const struct create_input *in = req->input;
    const struct account_new account = {
        .id = in->id,
        .role = c->role,
        .login = in->login,
        .display_name = in->display_name,
        .password = in->has_password ? in->password : span_text(c->made),
        .totp_secret =
            c->role == ROLE_STUDENT ? SPAN_NONE : span_of(c->secret, sizeof c->secret),
        .school = in->has_school ? in->school : ID_NONE,
        .is_first_only = !conf_bool(req->services->conf, "accounts.operator_makes"),
    };
    const struct access_entry access = access_of(req);
    struct fail why = {.code = ERR_OK};
    enum err rc = login_name_fold(in->login, c->login, &why);

    if (rc == ERR_OK)
        rc = account_create(req->services->accounts, &account, &access, &why);
    if (rc == ERR_OK) {
        req->access_recorded = 1;
        answer(c);
    } else if (strcmp(why.field, ACCOUNT_NOT_FIRST) == 0) {
        reply_problem(
            req, 409, ACCOUNT_NOT_FIRST,
            "運用者が作れるのは、最初の教育委員会担当者だけです。ほかの人は、画面で申請し、"
            "教育委員会の担当者が承認してください。");
    } else {
        reply_fail(req, &why);
    }
}

static void accounts_create(struct req *req)
{
    const struct create_input *in = req->input;
    struct creation *c = req_alloc(req, sizeof *c);
    struct fail why = {.code = ERR_OK};

    if (c == NULL)
        return;
    c->req = req;
    c->role = (enum role)(in->role + 1);
    password_make(c->made);
    digest_random(c->secret, sizeof c->secret);
    req->object = req->person = in->id;
    if (hasher_post(req->services->accounts->hasher, create_run, c, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- DELETE /api/v1/admin/accounts/{id}: a person is forgotten ---- */

/* On the hashing thread: the keystore's copies and the writer are waited for. */
static void erase_run(void *arg)
{
    struct req *req = arg;
    const struct services *services = req->services;
    struct fail why = {.code = ERR_OK};

    if (erase_person(services->keyring, services->writer, services->tables, req->person, NULL,
                     &why) == ERR_OK)
        reply_none(req);
    else
        reply_fail(req, &why);
}

/* Somebody must be there: a mistyped id would stand in the list of the erased for ever. */
static void accounts_erase(struct req *req)
{
    struct fail why = {.code = ERR_OK};
    struct id person;
    struct person_row known;
    enum err rc = id_parse(req_param(req, "id"), &person, NULL);

    if (rc != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "not an id");
    else
        rc = person_store_find(NULL, req->db, person, req->arena, &known, &why);
    if (rc == ERR_OK) {
        req->object = req->person = person;
        rc = hasher_post(req->services->accounts->hasher, erase_run, req, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route account_routes[ACCOUNT_ROUTES_N] = {
    {
        .name = "accounts.create",
        .method = HTTP_POST,
        .path = "/api/v1/admin/accounts",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &create_shape,
        .output = &output_shape,
        .summary_ja = "アカウントを作る（運用者）",
        .handle = accounts_create,
    },
    {
        .name = "accounts.erase",
        .method = HTTP_DELETE,
        .path = "/api/v1/admin/accounts/{id}",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "人の情報を鍵ごと消す（運用者）",
        .handle = accounts_erase,
    },
};

#include <stddef.h>

#include "node/base/problem.h"
#include "tenants/signin.h"
#include "tenants/tenants.h"

/* -- what goes in and out -- */

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

struct session_output {
    struct span display_name, role;
};

static const struct jx_field session_fields[] = {
    {.name = "display_name",
     .type = JX_TEXT,
     .offset = offsetof(struct session_output, display_name),
     .title_ja = "表示名"},
    {.name = "role",
     .type = JX_TEXT,
     .offset = offsetof(struct session_output, role),
     .title_ja = "役割"},
};
static const struct jx_shape session_shape =
    JX_SHAPE("Session", struct session_output, session_fields);

/* No Max-Age: it goes with the browser. SameSite=Strict and the __Host- prefix keep every other
 * site and host name away from it. */
static void set_cookie(struct req *req, const char *value, const char *age)
{
    const char *cookie = arena_printf(
        req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
        session_cookie_name(req->is_https), value, req->is_https ? "; Secure" : "", age);

    if (cookie != NULL)
        reply_header(req, "Set-Cookie", cookie);
}

/* -- POST /api/v1/session -- */

static void refuse(struct req *req, const char *code, const char *title)
{
    const char *type = arena_printf(req->arena, "urn:ibasho:error:%s", code);
    const struct problem problem = {
        .type = span_text(type),
        .title = span_text(title),
        .status = 401,
        .code = span_text(code),
    };
    struct fail why;
    struct span body;

    req->reply.code = code;
    if (type != NULL && jx_write(&problem_shape, &problem, req->arena, &body, &why) == ERR_OK)
        reply_bytes(req, 401, PROBLEM_MEDIA_TYPE, body);
    else
        reply_bytes(req, err_http_status(ERR_NOMEM), PROBLEM_MEDIA_TYPE, problem_no_memory());
}

static void answer_verdict(struct req *req, const struct signin *s)
{
    const struct session_output output = {s->display_name, span_text(role_id(s->session.role))};

    switch (s->verdict) {
    case SIGNIN_OK:
        set_cookie(req, s->token, "");
        reply_json(req, 200, &output);
        return;
    case SIGNIN_WRONG:
        refuse(req, "wrong-sign-in",
               "ログインIDかパスワードがちがうか、いまは使えません。もう一度たしかめてくださ"
               "い。何度もできないときは、先生や係の人に知らせてください。");
        return;
    case SIGNIN_CODE_NEEDED:
        refuse(req, "code-needed", "認証アプリに出ている6けたの数字を入れてください。");
        return;
    case SIGNIN_CODE_WRONG:
        refuse(req, "wrong-code",
               "数字がちがうか、もう使われています。次の数字が出てから入れてください。");
        return;
    }
}

static void signin_told(struct signin *s)
{
    struct req *req = s->arg;

    if (s->rc != ERR_OK) {
        reply_fail(req, &s->why);
        return;
    }
    req->access_recorded = 1;
    answer_verdict(req, s);
}

static void session_open(struct req *req)
{
    const struct open_input *in = req->input;
    struct signin *s = arena_alloc(req->arena, sizeof *s);
    struct fail why = {.code = ERR_OK};

    if (s == NULL) {
        fail_set(&why, ERR_NOMEM, "sign-in");
        reply_fail(req, &why);
        return;
    }
    *s = (struct signin){
        .accounts = req->services->accounts,
        .arena = req->arena,
        .login = in->login,
        .password = in->password,
        .code = in->code,
        .has_code = in->has_code,
        .address = req->address,
        .old_session = req->caller.session,
        .now_utc_us = req->now_utc_us,
        .done = signin_told,
        .arg = req,
    };
    if (signin_start(s, req->db, &why) == ERR_OK)
        return;
    if (why.code == ERR_RATE)
        reply_header(req, "Retry-After", "60");
    reply_fail(req, &why);
}

/* -- GET /api/v1/session -- */

static void session_show(struct req *req)
{
    struct session_output output = {.role = span_text(role_id(req->caller.role))};
    struct fail why = {.code = ERR_OK};

    if (account_display_name(req->services->accounts, req->db, req->caller.account, req->arena,
                             &output.display_name, &why) == ERR_OK)
        reply_json(req, 200, &output);
    else
        reply_fail(req, &why);
}

/* -- DELETE /api/v1/session -- */

static enum err close_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct req *req = arg;
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .route = req->route->name,
        .role = role_id(req->caller.role),
        .account = req->caller.account,
        .address = req->address,
        .object = req->caller.session,
        .person = req->caller.account,
        .action = "change",
        .outcome = err_code(ERR_OK),
    };
    enum err rc = session_store_close(tx, req->caller.session, req->now_utc_us, why);

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
    set_cookie(req, "", "; Max-Age=0");
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
        .method = HTTP_POST,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_EVERYONE,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &open_shape,
        .output = &session_shape,
        .summary_ja = "ログインする（大人は認証アプリの数字も）",
        .handle = session_open,
    },
    {
        .name = "session.show",
        .method = HTTP_GET,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .object = OBJECT_OWN,
        .audit = AUDIT_NONE,
        .output = &session_shape,
        .summary_ja = "だれとしてログインしているか",
        .handle = session_show,
    },
    {
        .name = "session.close",
        .method = HTTP_DELETE,
        .path = "/api/v1/session",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "ログアウトする",
        .handle = session_close,
    },
};

/* /api/v1/me/totp: an adult's codes of an authenticator app. There is no way to switch them off
 * (NI-2.3.4-2b): a new secret takes the old one's place once a code of it was shown. */
#include <stddef.h>

#include "node/base/conf.h"
#include "node/db/digest.h"
#include "node/io/qr_svg.h"
#include "tenants/signin/me.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"

#define PENDING_US (INT64_C(15) * 60 * 1000000)
#define OWN_STAGES (STAGE_BIT(STAGE_FULL) | STAGE_BIT(STAGE_ENROL))

/* -- POST /api/v1/me/totp -- */

struct begin_input {
    struct span password;
    bool has_password;
};
static const struct jx_field begin_fields[] = {
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct begin_input, password),
     .has_offset = offsetof(struct begin_input, has_password),
     .title_ja = "パスワード"},
};
static const struct jx_shape begin_shape =
    JX_SHAPE("TotpBegin", struct begin_input, begin_fields);

struct begin_output {
    struct span secret, uri, qr_svg;
};
static const struct jx_field output_fields[] = {
    {.name = "secret",
     .type = JX_TEXT,
     .offset = offsetof(struct begin_output, secret),
     .title_ja = "認証アプリに入れる文字"},
    {.name = "uri",
     .type = JX_TEXT,
     .offset = offsetof(struct begin_output, uri),
     .title_ja = "認証アプリに読ませるアドレス"},
    {.name = "qr_svg",
     .type = JX_TEXT,
     .offset = offsetof(struct begin_output, qr_svg),
     .title_ja = "認証アプリに読ませる二次元コード（SVG）"},
};
static const struct jx_shape output_shape =
    JX_SHAPE("TotpBegun", struct begin_output, output_fields);

struct begin {
    struct me me;
    struct begin_output out;
};

static enum err begin_write(struct tx *tx, struct me *me, struct fail *why)
{
    return signin_store_totp_begin(tx, me->row.id, me->sealed, me->req->now_utc_us + PENDING_US,
                                   why);
}

static void begin_tell(struct me *me)
{
    const struct begin *b = me->arg;

    reply_header(me->req, "Cache-Control", "no-store");
    reply_json(me->req, 200, &b->out);
}

static enum err begin_make(struct begin *b, struct fail *why)
{
    struct req *req = b->me.req;
    uint8_t secret[TOTP_SECRET_BYTES];
    char *text = arena_alloc(req->arena, TOTP_BASE32_CAP);
    struct span login, issuer = span_text(conf_text(req->services->conf, "node.title_ja"));
    const char *uri = NULL;
    enum err rc = signin_open_column(b->me.accounts, &b->me.row, "login_sealed",
                                     b->me.row.login_sealed, req->arena, &login, why);

    if (rc != ERR_OK)
        return rc;
    digest_random(secret, sizeof secret);
    rc = me_seal(&b->me, "totp_pending_sealed", span_of(secret, sizeof secret), &b->me.sealed,
                 why);
    if (rc == ERR_OK)
        uri = totp_uri(req->arena, issuer, login, secret);
    if (rc == ERR_OK && (text == NULL || uri == NULL))
        rc = fail_set(why, ERR_NOMEM, "secret");
    if (rc == ERR_OK) {
        totp_base32(secret, text);
        b->out.secret = span_text(text);
        b->out.uri = span_text(uri);
        rc = qr_svg(uri, req->arena, &b->out.qr_svg, why);
    }
    digest_wipe(secret, sizeof secret);
    return rc;
}

/* In a full session the password proves that its person sits there. While enrolling it is for
 * those who have no second factor: who has one has just proven it, and keeps it. */
static enum err begin_check(const struct begin *b, struct fail *why)
{
    const struct req *req = b->me.req;
    const struct begin_input *in = req->input;

    if (req->caller.stage == STAGE_FULL && !in->has_password)
        return fail_field(why, ERR_INVALID, "password", "needed");
    if (req->caller.stage == STAGE_ENROL &&
        (session_must(b->me.accounts, &b->me.row) & MUST_FACTOR) == 0)
        return fail_set(why, ERR_CONFLICT, "there is a second factor");
    return ERR_OK;
}

static void me_totp_begin(struct req *req)
{
    const struct begin_input *in = req->input;
    struct begin *b = req_alloc(req, sizeof *b);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (b == NULL)
        return;
    arena_mark_secret(req->arena);
    b->me = (struct me){
        .req = req,
        .password = in->password,
        .has_password = req->caller.stage == STAGE_FULL,
        .password_field = "password",
        .write = begin_write,
        .tell = begin_tell,
        .arg = b,
    };
    rc = me_read(&b->me, &why);
    if (rc == ERR_OK)
        rc = begin_check(b, &why);
    if (rc == ERR_OK)
        rc = begin_make(b, &why);
    if (rc == ERR_OK)
        rc = me_start(&b->me, &why);
    if (rc != ERR_OK)
        me_fail(req, &why);
}

/* -- PUT /api/v1/me/totp -- */

struct confirm_input {
    struct span code;
};
static const struct jx_field confirm_fields[] = {
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct confirm_input, code),
     .title_ja = "認証アプリの数字"},
};
static const struct jx_shape confirm_shape =
    JX_SHAPE("TotpConfirm", struct confirm_input, confirm_fields);

struct confirm {
    struct me me;
    int64_t step;
};

static enum err confirm_write(struct tx *tx, struct me *me, struct fail *why)
{
    const struct confirm *c = me->arg;
    struct req *req = me->req;
    enum err rc = signin_store_totp_confirm(tx, me->row.id, me->row.totp_pending_sealed,
                                            me->sealed, c->step, why);

    if (rc == ERR_OK)
        rc = session_store_end_others(tx, me->row.id, req->caller.session, "factor-changed",
                                      req->now_utc_us, why);
    return rc == ERR_OK ? session_rise_tx(tx, &me->opening, me->row.id, why) : rc;
}

static void confirm_tell(struct me *me)
{
    me_others_drop(me->req);
    session_answer_risen(me->req, &me->opening);
}

static enum err confirm_check(struct confirm *c, struct fail *why)
{
    struct me *me = &c->me;
    struct req *req = me->req;
    const struct confirm_input *in = req->input;
    struct span secret;
    enum err rc = signin_count_try(me->accounts, me->row.id, req->address, why);

    if (rc == ERR_OK && (me->row.totp_pending_sealed.len == 0 ||
                         req->now_utc_us >= me->row.totp_pending_until_utc_us))
        rc = fail_set(why, ERR_CONFLICT, "nothing was begun, or too long ago");
    if (rc == ERR_OK)
        rc = signin_open_column(me->accounts, &me->row, "totp_pending_sealed",
                                me->row.totp_pending_sealed, req->arena, &secret, why);
    if (rc != ERR_OK)
        return rc;
    rc = totp_check(secret, in->code, req->now_utc_us, -1, &c->step, why);
    if (rc == ERR_DENIED)
        return fail_field(why, ERR_INVALID, "code", "no such code");
    return rc == ERR_OK ? me_seal(me, "totp_secret_sealed", secret, &me->sealed, why) : rc;
}

static void me_totp_confirm(struct req *req)
{
    struct confirm *c = req_alloc(req, sizeof *c);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (c == NULL)
        return;
    c->me = (struct me){.req = req, .write = confirm_write, .tell = confirm_tell, .arg = c};
    rc = me_read(&c->me, &why);
    if (rc == ERR_OK)
        rc = confirm_check(c, &why);
    if (rc == ERR_OK)
        rc = me_start(&c->me, &why);
    if (rc != ERR_OK)
        me_fail(req, &why);
}

#define OWN \
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE, .object = OBJECT_OWN, \
    .roles = ROLES_ADULT, .stages = OWN_STAGES, .audit = AUDIT_CHANGE, .must_go_on = true

const struct route me_totp_routes[ME_TOTP_ROUTES_N] = {
    {
        .name = "me.totp_begin",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/me/totp",
        OWN,
        .input = &begin_shape,
        .output = &output_shape,
        .summary_ja = "認証アプリの登録をはじめる",
        .handle = me_totp_begin,
    },
    {
        .name = "me.totp_confirm",
        .while_leaving = true,
        .method = HTTP_PUT,
        .path = "/api/v1/me/totp",
        OWN,
        .input = &confirm_shape,
        .output = &session_shape,
        .summary_ja = "認証アプリの登録を、出てきた数字でたしかめる",
        .handle = me_totp_confirm,
    },
};

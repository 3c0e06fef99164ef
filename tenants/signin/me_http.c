/* /api/v1/me: one's own sessions, password and second step (NI-T3-1, AI-2.6-オ). */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/io/live.h"
#include "tenants/signin/me.h"
#include "tenants/signin/password_rules.h"
#include "tenants/tenants.h"

#define OWN_STAGES (STAGE_BIT(STAGE_FULL) | STAGE_BIT(STAGE_ENROL))

/* -- GET /api/v1/me/sessions -- */

struct session_item {
    struct id id;
    int64_t began_at, seen_at;
    struct span device;
    bool is_this;
};
static const struct jx_field item_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct session_item, id),
     .title_ja = "ログイン一回のID"},
    {.name = "began_at",
     .type = JX_TIME,
     .offset = offsetof(struct session_item, began_at),
     .title_ja = "ログインした時刻"},
    {.name = "seen_at",
     .type = JX_TIME,
     .offset = offsetof(struct session_item, seen_at),
     .title_ja = "最後に使った時刻"},
    {.name = "device",
     .type = JX_TEXT,
     .offset = offsetof(struct session_item, device),
     .title_ja = "端末の種類"},
    {.name = "is_this",
     .type = JX_BOOL,
     .offset = offsetof(struct session_item, is_this),
     .title_ja = "いま使っている端末か"},
};
static const struct jx_shape item_shape =
    JX_SHAPE("OwnSession", struct session_item, item_fields);

struct sessions_output {
    struct jx_list items;
};
static const struct jx_field sessions_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .offset = offsetof(struct sessions_output, items),
     .title_ja = "ログイン中の端末"},
};
static const struct jx_shape sessions_shape =
    JX_SHAPE("OwnSessions", struct sessions_output, sessions_fields);

static enum err read_sessions(struct req *req, struct sessions_output *out, struct fail *why)
{
    int64_t since_utc_us =
        req->now_utc_us - session_idle_us(req->services->settings, req->caller.role);
    struct session_row *rows = NULL;
    struct session_item *items;
    size_t n = 0;
    enum err rc = session_store_list(req->db, req->caller.account, req->now_utc_us, req->arena,
                                     &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu sessions", n);
    out->items = (struct jx_list){items, 0};
    for (size_t i = 0; i < n; i++)
        if (rows[i].last_seen_utc_us > since_utc_us)
            items[out->items.n++] = (struct session_item){
                .id = rows[i].id,
                .began_at = rows[i].created_utc_us,
                .seen_at = rows[i].last_seen_utc_us,
                .device = span_text(rows[i].facts),
                .is_this = id_eq(rows[i].id, req->caller.session),
            };
    return ERR_OK;
}

static void me_sessions(struct req *req)
{
    struct sessions_output out = {0};
    struct fail why = {.code = ERR_OK};

    if (read_sessions(req, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* -- DELETE /api/v1/me/sessions/{id} -- */

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct req *req = arg;
    struct access_entry entry = access_of(req);
    enum err rc =
        session_store_end_own(tx, req->caller.account, req->object, req->now_utc_us, why);

    entry.person = req->caller.account;
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void end_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    live_drop_session(req->services->live, req->object);
    req->access_recorded = 1;
    reply_none(req);
}

static void me_session_end(struct req *req)
{
    const struct writer_op op = {end_run, end_done, req};
    struct fail why = {.code = ERR_OK};
    enum err rc = id_parse(req_param(req, "id"), &req->object, NULL);

    if (rc != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "not an id");
    else
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* -- PUT /api/v1/me/password -- */

struct password_input {
    struct span old, new;
    bool has_old;
};
static const struct jx_field password_fields[] = {
    {.name = "old",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct password_input, old),
     .has_offset = offsetof(struct password_input, has_old),
     .title_ja = "いまのパスワード"},
    {.name = "new",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = PASSWORD_LEAST,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct password_input, new),
     .title_ja = "新しいパスワード"},
};
static const struct jx_shape password_shape =
    JX_SHAPE("PasswordChange", struct password_input, password_fields);

static enum err password_make_hash(struct me *me, struct fail *why)
{
    const struct password_input *in = me->req->input;
    enum err rc = ERR_DENIED;

    /* The one that was handed out is known to who handed it out. */
    if (!me->has_password)
        rc = signin_check_hash(me->accounts, &me->row, "password_hash_sealed",
                               me->row.password_hash_sealed, in->new, me->req->arena, why);
    if (rc == ERR_OK)
        return fail_field(why, ERR_INVALID, "new", "the same as before");
    if (rc != ERR_DENIED)
        return rc;
    return signin_seal_hash(me->accounts, me->row.id, "password_hash_sealed", in->new,
                            me->req->arena, &me->sealed, why);
}

static enum err password_write(struct tx *tx, struct me *me, struct fail *why)
{
    struct req *req = me->req;
    enum err rc = signin_store_password(tx, me->row.id, me->sealed, req->now_utc_us, why);

    if (rc == ERR_OK)
        rc = session_store_end_others(tx, me->row.id, req->caller.session, "password-changed",
                                      req->now_utc_us, why);
    return rc == ERR_OK ? session_rise_tx(tx, &me->opening, me->row.id, why) : rc;
}

static void tell_session(struct me *me)
{
    me_others_drop(me->req);
    session_answer_risen(me->req, &me->opening);
}

/* True: fit to be hashed. False: answered. */
static bool check_password(struct me *me, struct fail *why)
{
    struct req *req = me->req;
    const struct password_input *in = req->input;
    const struct setting *least = req->caller.role == ROLE_STUDENT
                                      ? &setting_password_least_student
                                      : &setting_password_least_adult;
    struct jx_defects defects = {0};
    struct span login;
    enum err rc = signin_open_column(me->accounts, &me->row, "login_sealed",
                                     me->row.login_sealed, req->arena, &login, why);

    if (rc == ERR_OK)
        rc = password_rules_check(in->new, login,
                                  (int)settings_int(req->services->settings, least), "/new",
                                  req->arena, &defects, why);
    if (rc == ERR_OK && me->has_password && !in->has_old)
        rc = jx_defect_add(&defects, req->arena, "/old", "required",
                           "いまのパスワードを入れてください。");
    if (rc == ERR_OK && me->has_password && in->has_old && span_eq(in->old, in->new))
        rc = jx_defect_add(&defects, req->arena, "/new", "same",
                           "いまとちがうパスワードにしてください。");
    if (rc != ERR_OK)
        me_fail(req, why);
    else if (defects.n > 0)
        reply_defects(req, &defects);
    return rc == ERR_OK && defects.n == 0;
}

static void me_password(struct req *req)
{
    const struct password_input *in = req->input;
    struct me *me = req_alloc(req, sizeof *me);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (me == NULL)
        return;
    *me = (struct me){
        .req = req,
        .password = in->old,
        .has_password = req->caller.stage == STAGE_FULL,
        .password_field = "old",
        .hash = password_make_hash,
        .write = password_write,
        .tell = tell_session,
    };
    rc = me_read(me, &why);
    if (rc == ERR_OK && !check_password(me, &why))
        return;
    if (rc == ERR_OK)
        rc = me_start(me, &why);
    if (rc != ERR_OK)
        me_fail(req, &why);
}

/* -- PUT and DELETE /api/v1/me/step -- */

struct step_input {
    int kind;
    struct span step, password;
};
static const struct jx_field step_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = "pin|picture",
     .offset = offsetof(struct step_input, kind),
     .title_ja = "二つめの確認の種類"},
    {.name = "step",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct step_input, step),
     .title_ja = "数字か、絵の順番"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = 1,
     .most = PASSWORD_MOST,
     .offset = offsetof(struct step_input, password),
     .title_ja = "パスワード"},
};
static const struct jx_shape step_shape = JX_SHAPE("StepSet", struct step_input, step_fields);

static enum step_kind kind_of(const struct step_input *in)
{
    return in->kind == 0 ? STEP_PIN : STEP_PICTURE;
}

static enum err step_hash(struct me *me, struct fail *why)
{
    const struct step_input *in = me->req->input;

    return signin_seal_hash(me->accounts, me->row.id, "step_hash_sealed", in->step,
                            me->req->arena, &me->sealed, why);
}

static enum err step_write(struct tx *tx, struct me *me, struct fail *why)
{
    const struct step_input *in = me->req->input;

    return signin_store_step(tx, me->row.id, kind_of(in), me->sealed, why);
}

static enum err step_drop_write(struct tx *tx, struct me *me, struct fail *why)
{
    return signin_store_step(tx, me->row.id, STEP_NONE, SPAN_NONE, why);
}

static void tell_none(struct me *me)
{
    reply_none(me->req);
}

/* By the setting, a child may have this kind; a way that is switched off is not there. */
static enum err check_step(const struct req *req, struct fail *why)
{
    const struct step_input *in = req->input;
    struct span asked = settings_text(req->services->settings, &setting_child_second_step);
    struct span kind = span_text(step_kind_id(kind_of(in)));

    if (!span_eq(asked, kind) && !span_eq(asked, SPAN("choose")))
        return fail_set(why, ERR_NOT_FOUND, "no such second step here");
    if (kind_of(in) == STEP_PIN ? !step_is_pin(in->step) : !step_is_picture(in->step))
        return fail_field(why, ERR_INVALID, "step", "not such a step");
    return ERR_OK;
}

static void step_change(struct req *req, const struct me *what)
{
    struct me *me = req_alloc(req, sizeof *me);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (me == NULL)
        return;
    if (what->has_password)
        rc = check_step(req, &why);
    if (rc == ERR_OK) {
        *me = *what;
        rc = me_read(me, &why);
    }
    if (rc == ERR_OK)
        rc = me_start(me, &why);
    if (rc != ERR_OK)
        me_fail(req, &why);
}

static void me_step_set(struct req *req)
{
    const struct step_input *in = req->input;
    const struct me me = {
        .req = req,
        .password = in->password,
        .has_password = true,
        .password_field = "password",
        .hash = step_hash,
        .write = step_write,
        .tell = tell_none,
    };

    step_change(req, &me);
}

static void me_step_drop(struct req *req)
{
    const struct me me = {.req = req, .write = step_drop_write, .tell = tell_none};

    step_change(req, &me);
}

#define OWN .listeners = LISTENER_PUBLIC | LISTENER_OFFICE, .object = OBJECT_OWN

const struct route me_routes[ME_ROUTES_N] = {
    {
        .name = "me.sessions",
        .method = HTTP_GET,
        .path = "/api/v1/me/sessions",
        OWN,
        .roles = ROLES_SIGNED_IN,
        .audit = AUDIT_NONE,
        .output = &sessions_shape,
        .summary_ja = "自分がログインしている端末を見る",
        .handle = me_sessions,
    },
    {
        .name = "me.session_end",
        .while_leaving = true,
        .method = HTTP_DELETE,
        .path = "/api/v1/me/sessions/{id}",
        OWN,
        .roles = ROLES_SIGNED_IN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "ほかの端末のログインを終わらせる",
        .handle = me_session_end,
    },
    {
        .name = "me.password",
        .while_leaving = true,
        .method = HTTP_PUT,
        .path = "/api/v1/me/password",
        OWN,
        .roles = ROLES_SIGNED_IN,
        .stages = OWN_STAGES,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &password_shape,
        .output = &session_shape,
        .summary_ja = "自分のパスワードを変える（ほかの端末のログインは終わる）",
        .handle = me_password,
    },
    {
        .name = "me.step_set",
        .method = HTTP_PUT,
        .path = "/api/v1/me/step",
        OWN,
        .roles = ROLE_BIT(ROLE_STUDENT),
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &step_shape,
        .summary_ja = "自分の二つめの確認（数字か絵）を決める",
        .handle = me_step_set,
    },
    {
        .name = "me.step_drop",
        .method = HTTP_DELETE,
        .path = "/api/v1/me/step",
        OWN,
        .roles = ROLE_BIT(ROLE_STUDENT),
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "自分の二つめの確認をやめる",
        .handle = me_step_drop,
    },
};

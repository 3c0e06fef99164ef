/* The half at the prefecture's node, for people: the commissioner (and the operator) sees,
 * makes and ends the deposit; the coordinator's operator sees what is kept and ends it. */
#include <stddef.h>

#include "federation/escrow_priv.h"
#include "federation/outbox.h"

static struct federation *need_federation(struct req *req)
{
    if (req->services->federation == NULL)
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
    return req->services->federation;
}

/* ---- GET /api/v1/keys/escrow ---- */

struct state_output {
    bool is_chosen, is_locked, has_at, has_until, has_coordinator;
    struct span state, asked;
    int64_t at_utc_us, until_utc_us, generation;
    struct id coordinator;
};
#define STATE_FIELD(type_, name_, member, title) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct state_output, member), \
        .title_ja = (title) \
    }
#define STATE_FIELD_IF(type_, name_, member, has, title) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct state_output, member), \
        .has_offset = offsetof(struct state_output, has), .title_ja = (title) \
    }
static const struct jx_field state_fields[] = {
    STATE_FIELD(JX_BOOL, "chosen", is_chosen, "再起動のとき預け先から返してもらうか"),
    STATE_FIELD(JX_BOOL, "locked", is_locked, "鍵が閉じているか"),
    STATE_FIELD(JX_TEXT, "state", state,
                "預けたようす（none・send・hold・refused・stop のどれか）"),
    STATE_FIELD(JX_TEXT, "asked", asked, "起動してから、返してと頼んだときの返事（符号）"),
    STATE_FIELD(JX_INT, "generation", generation, "預けた鍵の世代"),
    STATE_FIELD_IF(JX_TIME, "at", at_utc_us, has_at, "その日時"),
    STATE_FIELD_IF(JX_TIME, "until", until_utc_us, has_until, "預ける期限"),
    STATE_FIELD_IF(JX_ID, "coordinator", coordinator, has_coordinator, "預け先のノードのID"),
};
static const struct jx_shape state_shape =
    JX_SHAPE("EscrowState", struct state_output, state_fields);

static const char *state_text(const struct escrow_state *s)
{
    static const char *const texts[] = {
        [ESCROW_SEND] = "send",
        [ESCROW_HOLD] = "hold",
        [ESCROW_REFUSED] = "refused",
        [ESCROW_STOP] = "stop",
    };

    return s->has_last ? texts[s->last_kind] : "none";
}

static void state_show(struct req *req)
{
    struct federation *f = need_federation(req);
    struct escrow_state s;
    struct state_output out;
    struct fail why;

    if (f == NULL)
        return;
    if (escrow_state_read(f, req->db, req->arena, &s, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out = (struct state_output){
        .is_chosen = s.is_chosen,
        .is_locked = s.is_locked,
        .state = span_text(state_text(&s)),
        .asked = span_text(s.asked_code),
        .generation = s.generation,
        .at_utc_us = s.at_utc_us,
        .until_utc_us = s.until_utc_us,
        .coordinator = s.coordinator,
        .has_at = s.has_last,
        .has_until = s.until_utc_us != 0,
        .has_coordinator = s.has_last,
    };
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

/* ---- GET /api/v1/keys/escrow/steps ---- */

#define STEPS_MOST 100

struct step_output {
    struct id id, peer;
    int64_t at_utc_us, until_utc_us, generation;
    bool has_until;
    int kind;
    struct span code, text;
};
static const struct jx_field step_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct step_output, id),
     .title_ja = "記録のID"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct step_output, at_utc_us),
     .title_ja = "日時"},
    {.name = "kind",
     .type = JX_ENUM,
     .choices = ESCROW_STEP_KINDS,
     .offset = offsetof(struct step_output, kind),
     .title_ja = "何があったか"},
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct step_output, peer),
     .title_ja = "相手のノードのID"},
    {.name = "generation",
     .type = JX_INT,
     .offset = offsetof(struct step_output, generation),
     .title_ja = "鍵の世代"},
    {.name = "until",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct step_output, until_utc_us),
     .has_offset = offsetof(struct step_output, has_until),
     .title_ja = "預ける期限"},
    {.name = "code",
     .type = JX_TEXT,
     .offset = offsetof(struct step_output, code),
     .title_ja = "断られた理由、または取り消した側（符号）"},
    {.name = "text",
     .type = JX_TEXT,
     .offset = offsetof(struct step_output, text),
     .title_ja = "断られた理由の意味"},
};
static const struct jx_shape step_shape =
    JX_SHAPE("EscrowStep", struct step_output, step_fields);

struct steps_output {
    struct jx_list items;
    int64_t n_opens, last_open_utc_us;
    bool has_last_open;
};
static const struct jx_field steps_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &step_shape,
     .offset = offsetof(struct steps_output, items),
     .title_ja = "あったこと（新しい順）"},
    {.name = "n_opens",
     .type = JX_INT,
     .offset = offsetof(struct steps_output, n_opens),
     .title_ja = "返ってきて開いた回数"},
    {.name = "last_open_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct steps_output, last_open_utc_us),
     .has_offset = offsetof(struct steps_output, has_last_open),
     .title_ja = "最後に返ってきた日時"},
};
static const struct jx_shape steps_shape =
    JX_SHAPE("EscrowSteps", struct steps_output, steps_fields);

static struct step_output step_of(const struct escrow_step *step)
{
    enum fed_code code;
    bool is_code = step->code.len > 0 && fed_code_find(step->code, &code);

    return (struct step_output){
        .id = step->id,
        .peer = step->peer,
        .at_utc_us = step->at_utc_us,
        .until_utc_us = step->until_utc_us,
        .has_until = step->until_utc_us != 0,
        .generation = step->generation,
        .kind = step->kind,
        .code = step->code,
        .text = is_code ? span_text(fed_code_title_ja(code)) : SPAN(""),
    };
}

static void steps_show(struct req *req)
{
    struct escrow_step *steps = NULL;
    struct step_output *items;
    struct steps_output out = {0};
    struct fail why;
    size_t n = 0;
    enum err rc = escrow_step_list(req->db, STEPS_MOST, req->arena, &steps, &n, &why);

    if (rc == ERR_OK)
        rc = escrow_step_opens(req->db, &out.n_opens, &out.last_open_utc_us, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = step_of(&steps[i]);
    out.items = (struct jx_list){items, n};
    out.has_last_open = out.last_open_utc_us != 0;
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/keys/escrow/deposit, /revocation ---- */

static void send_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    outbox_wake(req->services->federation);
    reply_none(req);
}

struct act {
    struct req *req;
    struct escrow_sending sending;
};

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *act = arg;

    return escrow_send_run(tx, &act->sending, why);
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    const struct act *act = arg;

    send_done(act->req, rc, why);
}

static void post_act(struct act *act)
{
    const struct writer_op op = {act_run, act_done, act};
    struct fail why;

    if (writer_post(act->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(act->req, &why);
}

static void deposit_make(struct req *req)
{
    struct federation *f = need_federation(req);
    struct act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);
    struct fail why;
    enum err rc;

    if (act == NULL)
        return;
    act->req = req;
    rc = escrow_prepare(f, req->now_utc_us, &act->sending, &why);
    if (rc == ERR_OK)
        post_act(act);
    else if (rc == ERR_NOT_FOUND)
        reply_problem(
            req, 409, "no-coordinator",
            "預け先がありません。登録簿にとりまとめのノードがあり、この自治体が契約期間"
            "の中であることを確かめてください。");
    else if (rc == ERR_CONFLICT)
        reply_problem(req, 409, "not-chosen",
                      "この機械は、鍵の半分を預ける設定ではありません（keyd.boot = escrow）。");
    else
        reply_fail(req, &why);
}

/* The boot key goes first: from that moment no box opens any more, whether the prefecture hears
 * of it or not. */
static void deposit_end(struct req *req)
{
    struct federation *f = need_federation(req);
    struct act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);
    struct escrow_state s;
    struct fail why;
    enum err rc;

    if (act == NULL)
        return;
    rc = keyring_boot_forget(req->services->keyring, &why);
    if (rc == ERR_OK || rc == ERR_CONFLICT)
        rc = escrow_state_read(f, req->db, req->arena, &s, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!s.has_last || s.last_kind == ESCROW_STOP) {
        reply_none(req);
        return;
    }
    if (s.is_locked) {
        reply_problem(req, 409, "locked",
                      "起動鍵は消しました。預けた半分では、もう開きません。鍵の紙で開けたあと、"
                      "もう一度取り消すと、預け先からも消えます。");
        return;
    }
    act->req = req;
    act->sending = (struct escrow_sending){
        .federation = f,
        .is_stop = true,
        .coordinator = s.coordinator,
        .op = id_new(),
        .generation = s.generation,
        .now_utc_us = req->now_utc_us,
    };
    post_act(act);
}

/* ---- the coordinator: GET /api/v1/admin/federation/escrow, POST .../{id}/revocation ---- */

struct kept {
    struct id node;
    int64_t generation, made_utc_us, until_utc_us, revoked_utc_us;
    bool has_revoked;
    struct span revoked_by;
};
static const struct jx_field kept_fields[] = {
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct kept, node),
     .title_ja = "預けたノードのID"},
    {.name = "generation",
     .type = JX_INT,
     .offset = offsetof(struct kept, generation),
     .title_ja = "鍵の世代"},
    {.name = "made_at",
     .type = JX_TIME,
     .offset = offsetof(struct kept, made_utc_us),
     .title_ja = "預かった日時"},
    {.name = "until",
     .type = JX_TIME,
     .offset = offsetof(struct kept, until_utc_us),
     .title_ja = "預かる期限"},
    {.name = "revoked_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct kept, revoked_utc_us),
     .has_offset = offsetof(struct kept, has_revoked),
     .title_ja = "取り消した日時"},
    {.name = "revoked_by",
     .type = JX_TEXT,
     .offset = offsetof(struct kept, revoked_by),
     .title_ja = "取り消した側"},
};
static const struct jx_shape kept_shape = JX_SHAPE("EscrowKept", struct kept, kept_fields);

struct kept_list {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &kept_shape,
     .offset = offsetof(struct kept_list, items),
     .title_ja = "預かっているもの"},
};
static const struct jx_shape list_shape =
    JX_SHAPE("EscrowKeptList", struct kept_list, list_fields);

static void kept_show(struct req *req)
{
    struct escrow_deposit *all = NULL;
    struct kept *items;
    struct kept_list out = {0};
    struct fail why;
    size_t n = 0;

    if (escrow_deposit_list(req->db, req->arena, &all, &n, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct kept){
            .node = all[i].node,
            .generation = all[i].generation,
            .made_utc_us = all[i].made_utc_us,
            .until_utc_us = all[i].until_utc_us,
            .revoked_utc_us = all[i].revoked_utc_us,
            .has_revoked = all[i].revoked_utc_us != 0,
            .revoked_by = all[i].revoked_by,
        };
    out.items = (struct jx_list){.at = items, .n = n};
    reply_json(req, 200, &out);
}

/* The municipality is told, as long as it is there to be told. */
static enum err tell_ended(struct tx *tx, struct federation *f, const struct escrow_step *step,
                           struct fail *why)
{
    const struct escrow_revoke_body body = {step->generation};
    struct registry *registry = trust_now(f->trust);
    bool is_there = registry != NULL && registry_member(registry, step->peer) != NULL;
    struct span bytes;
    enum err rc;

    registry_unref(&registry);
    if (!is_there)
        return ERR_OK;
    rc = jx_write(&escrow_revoke_shape, &body, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? outbox_put(tx, f, step->peer, escrow_kind_ended, step->op, bytes,
                                     step->at_utc_us, why)
                        : rc;
}

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    struct req *req = arg;
    struct escrow_deposit deposit;
    struct escrow_step step = {
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .kind = ESCROW_REVOKE,
        .peer = req->object,
        .op = id_new(),
        .code = SPAN("coordinator"),
    };
    enum err rc = escrow_deposit_find(tx, NULL, req->object, tx_arena(tx), &deposit, why);

    if (rc != ERR_OK || deposit.revoked_utc_us != 0)
        return rc;
    step.generation = deposit.generation;
    rc = escrow_deposit_revoke(tx, req->object, "coordinator", req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = escrow_step_add(tx, &step, why);
    return rc == ERR_OK ? tell_ended(tx, req->services->federation, &step, why) : rc;
}

static void kept_end(struct req *req)
{
    const struct writer_op op = {end_run, send_done, req};
    struct fail why;

    if (need_federation(req) == NULL)
        return;
    if (id_parse(req_param(req, "id"), &req->object, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

#define COMMISSIONER ROLE_BIT(ROLE_COMMISSIONER)
#define OPERATOR     .listeners = LISTENER_ADMIN, .roles = ROLE_BIT(ROLE_ANONYMOUS)

const struct route escrow_routes[ESCROW_ROUTES_N] = {
    {
        .name = "keys.escrow",
        .method = HTTP_GET,
        .path = "/api/v1/keys/escrow",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR),
        .audit = AUDIT_NONE,
        .output = &state_shape,
        .summary_ja = "預けた鍵の半分のようすを見る",
        .handle = state_show,
    },
    {
        .name = "keys.escrow_steps",
        .method = HTTP_GET,
        .path = "/api/v1/keys/escrow/steps",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR),
        .audit = AUDIT_NONE,
        .output = &steps_shape,
        .summary_ja = "預けた鍵の半分に、これまであったことを見る",
        .handle = steps_show,
    },
    {
        .name = "keys.escrow_deposit",
        .method = HTTP_POST,
        .path = "/api/v1/keys/escrow/deposit",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "鍵の半分を、とりまとめのノードに預ける",
        .handle = deposit_make,
    },
    {
        .name = "keys.escrow_revoke",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/keys/escrow/revocation",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "預けた鍵の半分を取り消す（それからは鍵の紙で開ける）",
        .handle = deposit_end,
    },
    {
        .name = "federation.escrow",
        .method = HTTP_GET,
        .path = "/api/v1/admin/federation/escrow",
        OPERATOR,
        .audit = AUDIT_NONE,
        .output = &list_shape,
        .summary_ja = "預かっている鍵の半分の一覧（とりまとめの運用者）",
        .handle = kept_show,
    },
    {
        .name = "federation.escrow_end",
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/escrow/{id}/revocation",
        OPERATOR,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "預かっている鍵の半分を消す（とりまとめの運用者）",
        .handle = kept_end,
    },
};

/* What the commissioner does about a month's figures: give, correct, withdraw (CARD-5). */
#include "federation/kpi_http.h"
#include "federation/outbox.h"
#include "reporting/kpi/kpi_month.h"

struct act {
    struct req *req;
    struct kpi_sending sending;
};
struct done_out {
    int64_t revision;
    struct span sha256;
};
static const struct jx_field done_fields[] = {
    PLACE_FIELD(JX_INT, done_out, revision, "何回目か"),
    PLACE_FIELD(JX_TEXT, done_out, sha256, "送った内容のSHA-256"),
};
static const struct jx_shape done_shape =
    JX_SHAPE("KpiReleaseDone", struct done_out, done_fields);

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *act = arg;
    struct access_entry access = access_of(act->req);
    enum err rc;

    act->sending.refusal = NULL;
    rc = kpi_send_run(tx, &act->sending, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct act *act = arg;
    struct req *req = act->req;
    struct done_out out = {act->sending.sent.revision,
                           kpi_hex(req->arena, &act->sending.sent.sum)};

    if (rc != ERR_OK) {
        kpi_reply_refusal(req, rc == ERR_CONFLICT ? act->sending.refusal : NULL, why);
        return;
    }
    req->access_recorded = 1;
    outbox_wake(act->sending.federation);
    reply_json(req, 200, &out);
}

/* The same act again, when it was the last one: as it was answered. */
static bool is_again(struct act *act, const struct kpi_order *order)
{
    struct kpi_sent last;

    if (kpi_sent_last(NULL, act->req->db, order->month_utc_us, act->req->arena, &last, NULL) !=
            ERR_OK ||
        !id_eq(last.id, order->id))
        return false;
    act->sending.sent = last;
    act->sending.federation = act->req->services->federation;
    return true;
}

static void do_act(struct req *req, struct kpi_order *order)
{
    struct federation *f = kpi_federation(req);
    struct act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);
    const struct writer_op op = {act_run, act_done, act};
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (act == NULL)
        return;
    *act = (struct act){.req = req};
    order->by = req->caller.account;
    order->now_utc_us = req->now_utc_us;
    req->object = order->id;
    if (!is_again(act, order))
        rc = kpi_send_prepare(req->db, f, order, req->arena, &act->sending, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        kpi_reply_refusal(req, rc == ERR_CONFLICT ? act->sending.refusal : NULL, &why);
}

struct send_input {
    struct id id;
    struct span month;
};
static const struct jx_field send_fields[] = {
    PLACE_FIELD(JX_ID, send_input, id, "操作のID"),
    PLACE_FIELD(JX_TEXT, send_input, month, "どの月か"),
};
static const struct jx_shape send_shape =
    JX_SHAPE("KpiReleaseSend", struct send_input, send_fields);

static void send_release(struct req *req)
{
    const struct send_input *in = req->input;
    struct kpi_order order = {.id = in->id, .kind = KPI_SEND, .reason = SPAN("")};
    struct fail why = {.code = ERR_OK};

    if (kpi_month_parse(in->month, &order.month_utc_us)) {
        do_act(req, &order);
        return;
    }
    fail_field(&why, ERR_INVALID, "/month", "no month");
    reply_fail(req, &why);
}

#define REASON(struct_) \
    { \
        .name = "reason", .type = JX_TEXT, .least = 1, .most = 200, \
        .offset = offsetof(struct struct_, reason), .title_ja = "理由" \
    }
struct correct_input {
    struct id id;
    struct jx_texts kpis;
    struct span reason;
};
static const struct jx_field correct_fields[] = {
    PLACE_FIELD(JX_ID, correct_input, id, "操作のID"),
    {.name = "kpis",
     .type = JX_TEXTS,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct correct_input, kpis),
     .title_ja = "取り消す指標"},
    REASON(correct_input),
};
static const struct jx_shape correct_shape =
    JX_SHAPE("KpiReleaseCorrect", struct correct_input, correct_fields);

static void correct_release(struct req *req)
{
    const struct correct_input *in = req->input;
    struct kpi_order order = {
        .id = in->id, .kind = KPI_CORRECT, .taken = in->kpis, .reason = in->reason};
    struct fail why = {.code = ERR_OK};

    if (!kpi_month_of_path(req, &order.month_utc_us))
        return;
    if (in->kpis.n > 0) {
        do_act(req, &order);
        return;
    }
    fail_field(&why, ERR_INVALID, "/kpis", "none");
    reply_fail(req, &why);
}

struct withdraw_input {
    struct id id;
    struct span reason;
};
static const struct jx_field withdraw_fields[] = {
    PLACE_FIELD(JX_ID, withdraw_input, id, "操作のID"),
    REASON(withdraw_input),
};
static const struct jx_shape withdraw_shape =
    JX_SHAPE("KpiReleaseWithdraw", struct withdraw_input, withdraw_fields);

static void withdraw_release(struct req *req)
{
    const struct withdraw_input *in = req->input;
    struct kpi_order order = {.id = in->id, .kind = KPI_WITHDRAW, .reason = in->reason};

    if (kpi_month_of_path(req, &order.month_utc_us))
        do_act(req, &order);
}

#define ACT \
    .listeners = PLACE_LISTENERS, .roles = PLACE_DECIDERS, .object = OBJECT_ANY_HERE, \
    .audit = AUDIT_CHANGE, .output = &done_shape

const struct route kpi_act_routes[KPI_ACT_ROUTES_N] = {
    {.name = "kpi.release_send",
     .method = HTTP_POST,
     .path = "/api/v1/kpi/releases",
     ACT,
     .input = &send_shape,
     .summary_ja = "月の指標を都道府県へ渡す",
     .handle = send_release},
    {.name = "kpi.release_correct",
     .method = HTTP_POST,
     .path = "/api/v1/kpi/releases/{month}/correct",
     ACT,
     .input = &correct_shape,
     .summary_ja = "渡した指標の一部を取り消す",
     .handle = correct_release},
    {.name = "kpi.release_withdraw",
     .method = HTTP_POST,
     .path = "/api/v1/kpi/releases/{month}/withdraw",
     ACT,
     .input = &withdraw_shape,
     .summary_ja = "渡した月の指標を取り下げる",
     .handle = withdraw_release},
};

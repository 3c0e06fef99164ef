/* Who receives the weekly and who the monthly report, and how: the commissioner alone decides
 * (AI-4.6-1, AI-4.6-3); where mail goes is decided apart (tenants/notify), by a commissioner,
 * too. */
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "reporting/report_http.h"
#include "reporting/weekly_rows.h"

/* ---- GET /api/v1/report-receivers ---- */

struct receiver_output {
    struct id account;
    struct span name, role;
    int way;
    bool is_on, is_usable;
    int64_t at;
};
#define OUT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct receiver_output, name_), \
        .title_ja = (title) \
    }
static const struct jx_field receiver_fields[] = {
    OUT(JX_ID, account, "だれが受けるか"),
    OUT(JX_TEXT, name, "その人の表示名"),
    OUT(JX_TEXT, role, "役割"),
    {.name = "way",
     .type = JX_ENUM,
     .choices = WEEKLY_WAYS,
     .offset = offsetof(struct receiver_output, way),
     .title_ja = "画面で見るか、暗号化したファイルのメールも送るか"},
    OUT(JX_BOOL, is_on, "報告を受ける人か（いいえ：外された）"),
    OUT(JX_BOOL, is_usable, "その人のIDを使えるか"),
    OUT(JX_TIME, at, "決めた時"),
};
static const struct jx_shape receiver_shape =
    JX_SHAPE("ReportReceiver", struct receiver_output, receiver_fields);

struct list_output {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {{.name = "items",
                                               .type = JX_LIST,
                                               .shape = &receiver_shape,
                                               .offset = offsetof(struct list_output, items),
                                               .title_ja = "報告を受ける人"}};
static const struct jx_shape list_shape =
    JX_SHAPE("ReportReceivers", struct list_output, list_fields);

/* Without a kind: the weekly one. */
static enum err read_kind(struct req *req, enum report_kind *out, struct fail *why)
{
    struct span text = req_query(req, "report");
    int kind = text.len == 0 ? REPORT_WEEKLY : jx_choice_find(REPORT_KINDS, text);

    if (kind < 0)
        return fail_field(why, ERR_INVALID, "report", "no kind of report");
    *out = (enum report_kind)kind;
    return ERR_OK;
}

static void list_receivers(struct req *req)
{
    enum report_kind kind = REPORT_WEEKLY;
    struct weekly_receiver *rows = NULL;
    struct receiver_output *items;
    struct people *people;
    struct list_output out;
    struct id *accounts;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (read_kind(req, &kind, &why) != ERR_OK ||
        weekly_receiver_list(req->db, kind, req->arena, &rows, &n, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    accounts = req_alloc(req, (n + 1) * sizeof *accounts);
    items = accounts == NULL ? NULL : req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        accounts[i] = rows[i].account;
    people = report_names_ref(req, accounts, n);
    if (people == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct receiver_output){
            .account = rows[i].account,
            .name = report_name_of(people, rows[i].account, req),
            .role =
                rows[i].role == ROLE_ANONYMOUS ? SPAN("") : span_text(role_id(rows[i].role)),
            .way = (int)rows[i].way,
            .is_on = rows[i].is_on,
            .is_usable = rows[i].is_usable,
            .at = rows[i].at_utc_us,
        };
    people_unref(&people);
    out.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/report-receivers ---- */

struct decide_input {
    struct id id, account;
    int way, report;
    bool is_on, has_report;
};
static const struct jx_field decide_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct decide_input, id),
     .title_ja = "決定のID"},
    {.name = "account",
     .type = JX_ID,
     .offset = offsetof(struct decide_input, account),
     .title_ja = "だれが受けるか"},
    {.name = "way",
     .type = JX_ENUM,
     .choices = WEEKLY_WAYS,
     .offset = offsetof(struct decide_input, way),
     .title_ja = "画面で見るか、暗号化したファイルのメールも送るか"},
    {.name = "is_on",
     .type = JX_BOOL,
     .offset = offsetof(struct decide_input, is_on),
     .title_ja = "報告を受ける人にするか"},
    {.name = "report",
     .type = JX_ENUM,
     .choices = REPORT_KINDS,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct decide_input, report),
     .has_offset = offsetof(struct decide_input, has_report),
     .title_ja = "週の報告か、月の報告か（なければ週）"},
};
static const struct jx_shape decide_shape =
    JX_SHAPE("ReportReceiverDecision", struct decide_input, decide_fields);

struct deciding {
    struct req *req;
    struct weekly_receiver decision;
};

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct deciding *d = arg;
    struct access_entry access = access_of(d->req);
    enum err rc = weekly_receiver_decide(tx, &d->decision, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void decide_done(void *arg, enum err rc, const struct fail *why)
{
    const struct deciding *d = arg;

    if (rc == ERR_OK) {
        d->req->access_recorded = 1;
        reply_none(d->req);
    } else if (rc == ERR_TOO_LARGE) {
        reply_problem(d->req, 409, "too-many-receivers",
                      "報告を受ける人の数が上限です。使っていない人を外してください。");
    } else if (rc == ERR_INVALID) {
        reply_problem(d->req, 422, "not-a-reader",
                      d->decision.report == REPORT_MONTHLY
                          ? "この人は報告を受ける人にできません。IDを使える教育委員会・受託者の"
                            "職員から選んでください。"
                          : "この人は報告を受ける人にできません。IDを使える教育委員会・受託者・"
                            "学校の職員から選んでください。");
    } else {
        reply_fail(d->req, why);
    }
}

static void decide_receiver(struct req *req)
{
    const struct decide_input *in = req->input;
    struct deciding *d = req_alloc(req, sizeof *d);
    struct writer_op op = {decide_run, decide_done, d};
    struct fail why = {.code = ERR_OK};

    if (d == NULL)
        return;
    *d = (struct deciding){
        .req = req,
        .decision = {.id = in->id,
                     .account = in->account,
                     .report = in->has_report ? (enum report_kind)in->report : REPORT_WEEKLY,
                     .way = (enum weekly_way)in->way,
                     .is_on = in->is_on,
                     .by = req->caller.account,
                     .by_role = req->caller.role,
                     .at_utc_us = req->now_utc_us},
    };
    req->object = in->account;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route weekly_receiver_routes[WEEKLY_RECEIVER_ROUTES_N] = {
    {
        .name = "weekly.receivers",
        .method = HTTP_GET,
        .path = "/api/v1/report-receivers",
        .listeners = REPORT_LISTENERS,
        .roles = REPORT_DESK,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &list_shape,
        .summary_ja = "週や月の報告を受ける人を見る",
        .handle = list_receivers,
    },
    {
        .name = "weekly.receiver",
        .method = HTTP_POST,
        .path = "/api/v1/report-receivers",
        .listeners = REPORT_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &decide_shape,
        .summary_ja = "週や月の報告を受ける人を決める、外す",
        .handle = decide_receiver,
    },
};

/* The monthly report in the system: the list with what became of each, the report itself for
 * its receivers (PDF, workbook), the password of a mailed file once, and giving one now
 * (KP-3-調達-3b, AI-4.6-1, AI-4.6-3). To anybody else a report that is there looks as one that
 * is not. */
#include <stddef.h>
#include <stdio.h>

#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/monthly_paper.h"
#include "reporting/monthly_rows.h"
#include "reporting/report_http.h"
#include "tenants/people/account.h"

#define PAGE 20

/* ---- GET /api/v1/monthly-reports ---- */

struct report_output {
    struct id id;
    struct span month;
    int64_t made_at;
    bool is_mine, has_password;
    struct jx_list deliveries;
};
#define REPORT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct report_output, name_), \
        .title_ja = (title) \
    }
static const struct jx_field report_fields[] = {
    REPORT(JX_ID, id, "報告のID"),
    REPORT(JX_TEXT, month, "どの月か"),
    REPORT(JX_TIME, made_at, "作った時"),
    REPORT(JX_BOOL, is_mine, "自分が受けた報告か（開けるか）"),
    REPORT(JX_BOOL, has_password, "メールのファイルのパスワードをまだ見られるか"),
    {.name = "deliveries",
     .type = JX_LIST,
     .shape = &report_delivery_shape,
     .offset = offsetof(struct report_output, deliveries),
     .title_ja = "だれに渡り、開かれたか"},
};
static const struct jx_shape report_shape =
    JX_SHAPE("MonthlyReport", struct report_output, report_fields);

struct page_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &report_shape,
     .offset = offsetof(struct page_output, items),
     .title_ja = "月の報告（新しい順）"},
    {.name = "next",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, next),
     .has_offset = offsetof(struct page_output, has_next),
     .title_ja = "続きを見るときの before の値"},
};
static const struct jx_shape page_shape =
    JX_SHAPE("MonthlyReports", struct page_output, page_fields);

struct listing {
    struct req *req;
    struct monthly_report *reports;
    struct weekly_delivery *given;
    size_t n, n_given;
};

static struct span month_text(int64_t month_utc_us, struct arena *arena)
{
    char text[KPI_MONTH_CAP];

    kpi_month_text(month_utc_us, text);
    return arena_copy(arena, span_text(text));
}

static enum err read_listing(struct listing *l, struct fail *why)
{
    struct req *req = l->req;
    struct span before_text = req_query(req, "before");
    int64_t before = 0;
    struct id *ids;
    enum err rc;

    if (before_text.len > 0 && !kpi_month_parse(before_text, &before))
        return fail_field(why, ERR_INVALID, "before", "not a month");
    rc = monthly_store_list(req->db, before, PAGE + 1, req->arena, &l->reports, &l->n, why);
    if (rc != ERR_OK)
        return rc;
    ids = arena_alloc(req->arena, (l->n + 1) * sizeof *ids);
    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "reports");
    for (size_t i = 0; i < l->n; i++)
        ids[i] = l->reports[i].id;
    return weekly_delivery_list(req->db, ids, l->n, req->arena, &l->given, &l->n_given, why);
}

static void reply_listing(struct listing *l, const struct people *people)
{
    struct req *req = l->req;
    const struct report_showing showing = {req, people, l->given, l->n_given};
    struct page_output page = {.has_next = l->n > PAGE};
    size_t n = l->n > PAGE ? PAGE : l->n;
    struct report_output *items = req_alloc(req, (n + 1) * sizeof *items);
    struct report_shown shown;

    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!report_show(&showing, l->reports[i].id, &shown)) {
            struct fail why;

            fail_set(&why, ERR_NOMEM, "reports");
            reply_fail(req, &why);
            return;
        }
        items[i] = (struct report_output){
            .id = l->reports[i].id,
            .month = month_text(l->reports[i].month_utc_us, req->arena),
            .made_at = l->reports[i].made_utc_us,
            .is_mine = shown.is_mine,
            .has_password = shown.has_password,
            .deliveries = shown.deliveries,
        };
    }
    if (page.has_next)
        page.next = items[n - 1].month;
    page.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &page);
}

static void list_reports(struct req *req)
{
    struct listing l = {.req = req};
    struct people *people;
    struct fail why = {.code = ERR_OK};

    if (read_listing(&l, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    people = report_people_ref(req, l.given, l.n_given);
    if (people == NULL)
        return;
    reply_listing(&l, people);
    people_unref(&people);
}

/* ---- GET /api/v1/monthly-reports/{report}/pdf and .../xlsx ---- */

struct opening {
    struct req *req;
    bool is_pdf;
    struct monthly_report report;
    struct weekly_delivery delivery;
    struct monthly_paper paper;
};

/* On a hashing thread. */
static void draw_run(void *arg)
{
    struct opening *o = arg;
    struct req *req = o->req;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};
    enum err rc = o->is_pdf ? monthly_paper_pdf(&o->paper, req->arena, &bytes, &why)
                            : monthly_paper_xlsx(&o->paper, req->arena, &bytes, &why);
    const char *name = monthly_paper_name(&o->report, req->arena);
    char *head = name == NULL ? NULL
                              : arena_printf(req->arena, "attachment; filename=\"%s.%s\"", name,
                                             o->is_pdf ? "pdf" : "xlsx");

    if (rc == ERR_OK && head == NULL)
        rc = fail_set(&why, ERR_NOMEM, "a name");
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_header(req, "Content-Disposition", head);
    reply_bytes(req, 200,
                o->is_pdf ? "application/pdf"
                          : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                bytes);
}

static enum err open_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct opening *o = arg;

    return report_opened(tx, o->req, &o->delivery, o->is_pdf ? WEEKLY_PDF : WEEKLY_XLSX, why);
}

static void open_done(void *arg, enum err rc, const struct fail *why)
{
    struct opening *o = arg;
    struct fail own = *why;

    if (rc == ERR_OK)
        rc = accounts_draw(o->req->services->accounts, draw_run, o, &own);
    if (rc != ERR_OK)
        reply_fail(o->req, &own);
}

/* With texts of its own, in an arena that goes with the row it is part of. */
struct found {
    struct arena *arena;
    struct monthly_report report;
};

static enum err find_monthly(struct db *db, struct id report, void *out, struct fail *why)
{
    struct found *found = out;

    return monthly_store_find(db, report, found->arena, &found->report, why);
}
static const struct report_source monthly_source = {find_monthly};

static void open_report(struct req *req, bool is_pdf)
{
    struct opening *o = req_alloc(req, sizeof *o);
    struct found found = {.arena = req->arena};
    struct writer_op op = {open_run, open_done, o};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (o == NULL)
        return;
    *o = (struct opening){.req = req, .is_pdf = is_pdf};
    rc = report_find_mine(req, &monthly_source, &found, &o->delivery, &why);
    o->report = found.report;
    if (rc == ERR_OK)
        rc = monthly_paper_make(req->db, &o->report, req->arena, &o->paper, &why);
    if (rc == ERR_PROTO) {
        report_reply_altered(req);
        return;
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void open_pdf(struct req *req)
{
    open_report(req, true);
}

static void open_xlsx(struct req *req)
{
    open_report(req, false);
}

/* ---- POST /api/v1/monthly-reports/{report}/password ---- */

static void show_password(struct req *req)
{
    struct found *found = req_alloc(req, sizeof *found);

    if (found == NULL)
        return;
    *found = (struct found){.arena = req->arena};
    report_show_password(req, &monthly_source, found);
}

/* ---- POST /api/v1/monthly-reports ---- */

struct make_input {
    struct id id;
    struct span month;
};
static const struct jx_field make_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct make_input, id),
     .title_ja = "依頼のID"},
    {.name = "month",
     .type = JX_TEXT,
     .least = 7,
     .most = 7,
     .offset = offsetof(struct make_input, month),
     .title_ja = "どの月か"},
};
static const struct jx_shape make_shape =
    JX_SHAPE("MonthlyReportMake", struct make_input, make_fields);

struct make_output {
    struct span month;
};
static const struct jx_field made_fields[] = {{.name = "month",
                                               .type = JX_TEXT,
                                               .offset = offsetof(struct make_output, month),
                                               .title_ja = "作る月"}};
static const struct jx_shape made_shape =
    JX_SHAPE("MonthlyReportAsked", struct make_output, made_fields);

struct asking {
    struct req *req;
    struct id id;
    int64_t month_utc_us;
};

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct asking *a = arg;
    struct access_entry access = access_of(a->req);
    char at[CLOCK_TEXT_CAP], by[ID_TEXT_CAP], key[ID_TEXT_CAP], payload[128];
    struct job_post post = {.kind = "monthly.make"};
    enum err rc;

    clock_utc_text(a->month_utc_us, at);
    id_text(a->req->caller.account, by);
    id_text(a->id, key);
    snprintf(payload, sizeof payload, "{\"month\":\"%s\",\"by\":\"%s\"}", at, by);
    post.key = span_text(key);
    post.payload = span_text(payload);
    rc = jobs_tx_post(tx, &post, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void ask_done(void *arg, enum err rc, const struct fail *why)
{
    const struct asking *a = arg;
    const struct make_output out = {month_text(a->month_utc_us, a->req->arena)};

    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    jobs_wake(a->req->services->jobs);
    reply_json(a->req, 202, &out);
}

/* A month that was counted; its report, if it is there, is given to receivers who do not have
 * it. */
static void make_report(struct req *req)
{
    const struct make_input *in = req->input;
    struct asking *a = req_alloc(req, sizeof *a);
    struct writer_op op = {ask_run, ask_done, a};
    struct kpi_month month;
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_NOT_FOUND;

    if (a == NULL)
        return;
    *a = (struct asking){req, in->id, 0};
    if (kpi_month_parse(in->month, &a->month_utc_us))
        rc = kpi_store_find(req->db, a->month_utc_us, &month, &why);
    if (rc == ERR_NOT_FOUND) {
        reply_problem(
            req, 422, "month-not-counted",
            "この月の指標はまだ数えていません。指標を数えた月を「2026-10」の形で選んで"
            "ください。");
        return;
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route monthly_routes[MONTHLY_ROUTES_N] = {
    {
        .name = "monthly.list",
        .method = HTTP_GET,
        .path = "/api/v1/monthly-reports",
        .listeners = REPORT_LISTENERS,
        .roles = MONTHLY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &page_shape,
        .summary_ja = "月の報告の一覧と、だれに渡り開かれたかを見る",
        .handle = list_reports,
    },
    {
        .name = "monthly.make",
        .method = HTTP_POST,
        .path = "/api/v1/monthly-reports",
        .listeners = REPORT_LISTENERS,
        .roles = MONTHLY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &make_shape,
        .output = &made_shape,
        .summary_ja = "数えた月の報告を、いま作って渡す",
        .handle = make_report,
    },
    {
        .name = "monthly.pdf",
        .method = HTTP_GET,
        .path = "/api/v1/monthly-reports/{report}/pdf",
        .listeners = REPORT_LISTENERS,
        .roles = MONTHLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_EXPORT,
        .summary_ja = "自分が受けた月の報告を開く（PDF）",
        .handle = open_pdf,
    },
    {
        .name = "monthly.xlsx",
        .method = HTTP_GET,
        .path = "/api/v1/monthly-reports/{report}/xlsx",
        .listeners = REPORT_LISTENERS,
        .roles = MONTHLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_EXPORT,
        .summary_ja = "自分が受けた月の報告を開く（Excel）",
        .handle = open_xlsx,
    },
    {
        .name = "monthly.password",
        .method = HTTP_POST,
        .path = "/api/v1/monthly-reports/{report}/password",
        .listeners = REPORT_LISTENERS,
        .roles = MONTHLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .output = &report_password_shape,
        .summary_ja = "メールで受けた月の報告のパスワードを、一度だけ見る",
        .handle = show_password,
    },
};

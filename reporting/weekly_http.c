/* The weekly report in the system: the list with what became of each, the report itself for its
 * receivers, the password of a mailed file once, and making one now (AI-4.6-ア-1, AI-4.6-1,
 * AI-4.6-3). To anybody else a report that is there looks as one that is not. */
#include "reporting/report_http.h"

#include <stddef.h>
#include <stdio.h>

#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "reporting/weekly_paper.h"
#include "reporting/weekly_rows.h"
#include "reporting/weekly_week.h"
#include "tenants/people/account.h"
#include "tenants/people/day.h"
#include "tenants/watch/watch.h"

#define PAGE       20
#define WEEKS_BACK 60 /* further back nobody asks for a first report */

/* ---- GET /api/v1/weekly-reports ---- */

struct report_output {
    struct id id;
    struct span week;
    int64_t made_at, n_pupils;
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
    REPORT(JX_TEXT, week, "どの週か（月曜日の日付）"),
    REPORT(JX_TIME, made_at, "作った時"),
    REPORT(JX_INT, n_pupils, "のせた児童生徒の人数"),
    REPORT(JX_BOOL, is_mine, "自分が受けた報告か（開けるか）"),
    REPORT(JX_BOOL, has_password, "メールのファイルのパスワードをまだ見られるか"),
    {.name = "deliveries",
     .type = JX_LIST,
     .shape = &report_delivery_shape,
     .offset = offsetof(struct report_output, deliveries),
     .title_ja = "だれに渡り、開かれたか"},
};
static const struct jx_shape report_shape =
    JX_SHAPE("WeeklyReport", struct report_output, report_fields);

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
     .title_ja = "週の報告（新しい順）"},
    {.name = "next",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, next),
     .has_offset = offsetof(struct page_output, has_next),
     .title_ja = "続きを見るときの before の値"},
};
static const struct jx_shape page_shape =
    JX_SHAPE("WeeklyReports", struct page_output, page_fields);

struct listing {
    struct req *req;
    bool is_desk;
    struct weekly_report *reports;
    struct weekly_delivery *given;
    size_t n, n_given;
};

static struct span week_text(int64_t week_utc_us, struct arena *arena)
{
    char day[DAY_TEXT_CAP];

    day_text(week_utc_us, day);
    return arena_copy(arena, span_text(day));
}

static enum err read_listing(struct listing *l, struct fail *why)
{
    struct req *req = l->req;
    struct span before_text = req_query(req, "before");
    int64_t before = 0;
    struct id *ids;
    enum err rc;

    if (before_text.len > 0 && !day_begin(before_text, &before))
        return fail_field(why, ERR_INVALID, "before", "not a day");
    rc = weekly_store_list(req->db, before, l->is_desk ? ID_NONE : req->caller.account,
                           PAGE + 1, req->arena, &l->reports, &l->n, why);
    if (rc != ERR_OK)
        return rc;
    ids = arena_alloc(req->arena, (l->n + 1) * sizeof *ids);
    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "reports");
    for (size_t i = 0; i < l->n; i++)
        ids[i] = l->reports[i].id;
    return weekly_delivery_list(req->db, ids, l->n, req->arena, &l->given, &l->n_given, why);
}

static bool fill_report(const struct listing *l, const struct weekly_report *report,
                        const struct people *people, struct report_output *out)
{
    struct req *req = l->req;
    struct report_shown shown;
    bool is_good = report_show(&(struct report_showing){req, people, l->given, l->n_given},
                               report->id, &shown);

    *out = (struct report_output){
        .id = report->id,
        .week = week_text(report->week_utc_us, req->arena),
        .made_at = report->made_utc_us,
        .n_pupils = l->is_desk ? report->n_pupils : 0,
        .is_mine = shown.is_mine,
        .has_password = shown.has_password,
        .deliveries = shown.deliveries,
    };
    return is_good;
}

static void reply_listing(struct listing *l, const struct people *people)
{
    struct req *req = l->req;
    struct page_output page = {.has_next = l->n > PAGE};
    size_t n = l->n > PAGE ? PAGE : l->n;
    struct report_output *items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    bool is_good = items != NULL;

    for (size_t i = 0; is_good && i < n; i++)
        is_good = fill_report(l, &l->reports[i], people, &items[i]);
    if (!is_good) {
        struct fail why;

        fail_set(&why, ERR_NOMEM, "reports");
        reply_fail(req, &why);
        return;
    }
    if (page.has_next)
        page.next = items[n - 1].week;
    page.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &page);
}

static void list_reports(struct req *req)
{
    struct listing l = {.req = req, .is_desk = report_is_desk(req)};
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

/* ---- GET /api/v1/weekly-reports/{report}/pdf and .../csv ---- */

struct opening {
    struct req *req;
    bool is_pdf;
    struct weekly_report report;
    struct weekly_delivery delivery;
    struct weekly_paper paper;
};

/* On a hashing thread. */
static void draw_run(void *arg)
{
    struct opening *o = arg;
    struct req *req = o->req;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};
    enum err rc = o->is_pdf ? weekly_paper_pdf(&o->paper, req->arena, &bytes, &why)
                            : weekly_paper_csv(&o->paper, req->arena, &bytes, &why);
    const char *name = weekly_paper_name(&o->report, req->arena);
    char *head = name == NULL ? NULL
                              : arena_printf(req->arena, "attachment; filename=\"%s.%s\"", name,
                                             o->is_pdf ? "pdf" : "csv");

    if (rc == ERR_OK && head == NULL)
        rc = fail_set(&why, ERR_NOMEM, "a name");
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_header(req, "Content-Disposition", head);
    reply_bytes(req, 200, o->is_pdf ? "application/pdf" : "text/csv; charset=utf-8", bytes);
}

static enum err open_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct opening *o = arg;

    return report_opened(tx, o->req, &o->delivery, o->is_pdf ? WEEKLY_PDF : WEEKLY_CSV, why);
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

static enum err find_weekly(struct db *db, struct id report, void *out, struct fail *why)
{
    return weekly_store_find(db, report, out, why);
}
static const struct report_source weekly_source = {find_weekly};

static void open_report(struct req *req, bool is_pdf)
{
    struct opening *o = req_alloc(req, sizeof *o);
    struct writer_op op = {open_run, open_done, o};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (o == NULL)
        return;
    *o = (struct opening){.req = req, .is_pdf = is_pdf};
    rc = report_find_mine(req, &weekly_source, &o->report, &o->delivery, &why);
    if (rc == ERR_OK)
        rc = weekly_paper_make(req->services, req->db, &req->caller, &o->report,
                               req->now_utc_us, req->arena, &o->paper, &why);
    if (rc == ERR_PROTO) {
        report_reply_altered(req);
        return;
    }
    if (rc == ERR_OK && !watch_spend(req, WATCH_NAMES, o->paper.accounts, o->paper.n))
        return;
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void open_pdf(struct req *req)
{
    open_report(req, true);
}

static void open_csv(struct req *req)
{
    open_report(req, false);
}

/* ---- POST /api/v1/weekly-reports/{report}/password ---- */

static void show_password(struct req *req)
{
    struct weekly_report *report = req_alloc(req, sizeof *report);

    if (report != NULL)
        report_show_password(req, &weekly_source, report);
}

/* ---- POST /api/v1/weekly-reports ---- */

struct make_input {
    struct id id;
    struct span week;
};
static const struct jx_field make_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct make_input, id),
     .title_ja = "依頼のID"},
    {.name = "week",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct make_input, week),
     .title_ja = "どの週か（その週の一日）"},
};
static const struct jx_shape make_shape =
    JX_SHAPE("WeeklyReportMake", struct make_input, make_fields);

struct make_output {
    struct span week;
};
static const struct jx_field made_fields[] = {{.name = "week",
                                               .type = JX_TEXT,
                                               .offset = offsetof(struct make_output, week),
                                               .title_ja = "作る週（月曜日の日付）"}};
static const struct jx_shape made_shape =
    JX_SHAPE("WeeklyReportAsked", struct make_output, made_fields);

struct asking {
    struct req *req;
    struct id id;
    int64_t week_utc_us;
};

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct asking *a = arg;
    struct access_entry access = access_of(a->req);
    char at[CLOCK_TEXT_CAP], by[ID_TEXT_CAP], key[ID_TEXT_CAP], payload[128];
    struct job_post post = {.kind = "weekly.make"};
    enum err rc;

    clock_utc_text(a->week_utc_us, at);
    id_text(a->req->caller.account, by);
    id_text(a->id, key);
    snprintf(payload, sizeof payload, "{\"week\":\"%s\",\"by\":\"%s\"}", at, by);
    post.key = span_text(key);
    post.payload = span_text(payload);
    rc = jobs_tx_post(tx, &post, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void ask_done(void *arg, enum err rc, const struct fail *why)
{
    const struct asking *a = arg;
    const struct make_output out = {week_text(a->week_utc_us, a->req->arena)};

    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    jobs_wake(a->req->services->jobs);
    reply_json(a->req, 202, &out);
}

/* A week that is over; what is there already is given to receivers who do not have it. */
static void make_report(struct req *req)
{
    const struct make_input *in = req->input;
    struct asking *a = req_alloc(req, sizeof *a);
    struct writer_op op = {ask_run, ask_done, a};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    int64_t day = 0;
    bool is_good;

    if (a == NULL)
        return;
    is_good = day_begin(in->week, &day);
    *a = (struct asking){req, in->id, weekly_monday(day)};
    is_good = is_good && a->week_utc_us + WEEKLY_US <= req->now_utc_us &&
              a->week_utc_us > req->now_utc_us - WEEKS_BACK * WEEKLY_US;
    if (!is_good) {
        if (jx_defect_add(
                &defects, req->arena, "/week", "range",
                "もう終わった、%d週前までの週の日付を「2026-11-16」の形で入れてください。",
                WEEKS_BACK) == ERR_OK)
            reply_defects(req, &defects);
        else
            reply_problem(req, 422, "week", "週の日付が正しくありません。");
        return;
    }
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route weekly_routes[WEEKLY_ROUTES_N] = {
    {
        .name = "weekly.list",
        .method = HTTP_GET,
        .path = "/api/v1/weekly-reports",
        .listeners = REPORT_LISTENERS,
        .roles = WEEKLY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &page_shape,
        .summary_ja = "週の報告の一覧と、だれに渡り開かれたかを見る",
        .handle = list_reports,
    },
    {
        .name = "weekly.make",
        .method = HTTP_POST,
        .path = "/api/v1/weekly-reports",
        .listeners = REPORT_LISTENERS,
        .roles = REPORT_DESK,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &make_shape,
        .output = &made_shape,
        .summary_ja = "終わった週の報告を、いま作る",
        .handle = make_report,
    },
    {
        .name = "weekly.pdf",
        .method = HTTP_GET,
        .path = "/api/v1/weekly-reports/{report}/pdf",
        .listeners = REPORT_LISTENERS,
        .roles = WEEKLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_EXPORT,
        .summary_ja = "自分が受けた週の報告を開く（PDF）",
        .handle = open_pdf,
    },
    {
        .name = "weekly.csv",
        .method = HTTP_GET,
        .path = "/api/v1/weekly-reports/{report}/csv",
        .listeners = REPORT_LISTENERS,
        .roles = WEEKLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_EXPORT,
        .summary_ja = "自分が受けた週の報告を開く（CSV）",
        .handle = open_csv,
    },
    {
        .name = "weekly.password",
        .method = HTTP_POST,
        .path = "/api/v1/weekly-reports/{report}/password",
        .listeners = REPORT_LISTENERS,
        .roles = WEEKLY_READERS,
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .output = &report_password_shape,
        .summary_ja = "メールで受けた週の報告のパスワードを、一度だけ見る",
        .handle = show_password,
    },
};

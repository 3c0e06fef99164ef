/* Opening hours over HTTP, read: now and the next opening, a month, the plan, what was decided
 * by whom (AI-2.3-イ). Everybody who is signed in may know when the place is open. */
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "tenants/hours/hours_json.h"
#include "tenants/hours/hours_rows.h"
#include "tenants/hours/hours_store.h"
#include "tenants/settings_http.h"

#define PAGE 50

/* -- GET /api/v1/hours -- */

static void hours_show(struct req *req)
{
    struct hours_plan plan;
    struct hours_view view;
    struct fail why = {.code = ERR_OK};
    enum err rc = hours_store_plan(NULL, req->db, req->arena, &plan, &why);

    if (rc == ERR_OK)
        rc = hours_view_fill(&plan, req->services->settings, req->now_utc_us, req->arena, &view,
                             &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

/* -- GET /api/v1/hours/month?month=2026-06 -- */

static void hours_month(struct req *req)
{
    struct span month = req_query(req, "month");
    char today[DAY_TEXT_CAP];
    struct hours_plan plan;
    struct hours_month_view view;
    struct fail why = {.code = ERR_OK};
    int32_t first = 0;
    int n_days = 0;
    enum err rc = ERR_OK;

    day_text(req->now_utc_us, today);
    if (month.p == NULL)
        month = span_of(today, 7);
    if (!calendar_month(month, &first, &n_days))
        rc = fail_field(&why, ERR_INVALID, "month", "no month");
    if (rc == ERR_OK)
        rc = hours_store_plan(NULL, req->db, req->arena, &plan, &why);
    if (rc == ERR_OK)
        rc = hours_month_fill(&plan, req->services->settings, month, first, n_days, req->arena,
                              &view, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

/* -- GET /api/v1/hours/plan -- */

struct plan_day {
    struct span day, title;
    struct jx_list slots;
    bool is_closure, has_title;
};
static const struct jx_field plan_day_fields[] = {
    {.name = "day",
     .type = JX_TEXT,
     .offset = offsetof(struct plan_day, day),
     .title_ja = "日"},
    {.name = "slots",
     .type = JX_LIST,
     .shape = &hours_slot_shape,
     .offset = offsetof(struct plan_day, slots),
     .title_ja = "開く時間"},
    {.name = "is_closure",
     .type = JX_BOOL,
     .offset = offsetof(struct plan_day, is_closure),
     .title_ja = "臨時休室か"},
    {.name = "title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct plan_day, title),
     .has_offset = offsetof(struct plan_day, has_title),
     .title_ja = "名前"},
};
static const struct jx_shape plan_day_shape =
    JX_SHAPE("HoursPlanDay", struct plan_day, plan_day_fields);

struct plan_holiday {
    struct span day, name;
    bool is_holiday, has_name;
};
static const struct jx_field plan_holiday_fields[] = {
    {.name = "day",
     .type = JX_TEXT,
     .offset = offsetof(struct plan_holiday, day),
     .title_ja = "日"},
    {.name = "is_holiday",
     .type = JX_BOOL,
     .offset = offsetof(struct plan_holiday, is_holiday),
     .title_ja = "休みにするか"},
    {.name = "name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct plan_holiday, name),
     .has_offset = offsetof(struct plan_holiday, has_name),
     .title_ja = "休みの名前"},
};
static const struct jx_shape plan_holiday_shape =
    JX_SHAPE("HoursPlanHoliday", struct plan_holiday, plan_holiday_fields);

struct plan_view {
    int64_t version;
    struct hours_week_doc week;
    struct hours_year_end_doc year_end;
    struct jx_list days, holidays;
};
static const struct jx_field plan_fields[] = {
    {.name = "version",
     .type = JX_INT,
     .offset = offsetof(struct plan_view, version),
     .title_ja = "最後の決定の番号"},
    {.name = "week",
     .type = JX_OBJECT,
     .shape = &hours_week_shape,
     .offset = offsetof(struct plan_view, week),
     .title_ja = "一週間の形"},
    {.name = "year_end",
     .type = JX_OBJECT,
     .shape = &hours_year_end_shape,
     .offset = offsetof(struct plan_view, year_end),
     .title_ja = "年末年始の休み"},
    {.name = "days",
     .type = JX_LIST,
     .shape = &plan_day_shape,
     .offset = offsetof(struct plan_view, days),
     .title_ja = "一日だけの決まり"},
    {.name = "holidays",
     .type = JX_LIST,
     .shape = &plan_holiday_shape,
     .offset = offsetof(struct plan_view, holidays),
     .title_ja = "加えた休み、外した祝日"},
};
static const struct jx_shape plan_shape = JX_SHAPE("HoursPlan", struct plan_view, plan_fields);

static struct span day_span(int32_t day, struct arena *arena)
{
    char text[DAY_TEXT_CAP];

    calendar_text(day, text);
    return arena_copy(arena, span_text(text));
}

static enum err fill_days(const struct hours_plan *plan, struct arena *arena,
                          struct jx_list *out, struct fail *why)
{
    struct plan_day *days = arena_alloc(arena, (plan->n_own + 1) * sizeof *days);
    enum err rc = days == NULL ? fail_set(why, ERR_NOMEM, "days") : ERR_OK;

    for (size_t i = 0; i < plan->n_own && rc == ERR_OK; i++) {
        const struct hours_own_day *own = &plan->own[i];

        days[i] = (struct plan_day){.day = day_span(own->day, arena),
                                    .title = own->title,
                                    .has_title = own->title.len > 0,
                                    .is_closure = own->is_closure};
        rc = hours_doc_write_slots(&own->slots, arena, &days[i].slots, why);
    }
    *out = (struct jx_list){days, rc == ERR_OK ? plan->n_own : 0};
    return rc;
}

static enum err fill_holidays(const struct hours_plan *plan, struct arena *arena,
                              struct jx_list *out, struct fail *why)
{
    struct plan_holiday *days = arena_alloc(arena, (plan->n_holidays + 1) * sizeof *days);

    if (days == NULL)
        return fail_set(why, ERR_NOMEM, "holidays");
    for (size_t i = 0; i < plan->n_holidays; i++)
        days[i] = (struct plan_holiday){.day = day_span(plan->holidays[i].day, arena),
                                        .name = plan->holidays[i].name,
                                        .has_name = plan->holidays[i].name.len > 0,
                                        .is_holiday = plan->holidays[i].is_holiday};
    *out = (struct jx_list){days, plan->n_holidays};
    return ERR_OK;
}

static enum err fill_plan(const struct hours_plan *plan, struct arena *arena,
                          struct plan_view *out, struct fail *why)
{
    enum err rc;

    *out = (struct plan_view){.version = plan->version};
    if (plan->has_year_end) {
        out->year_end.from = span_text(hours_doc_month_day(plan->year_end_from, arena));
        out->year_end.to = span_text(hours_doc_month_day(plan->year_end_to, arena));
        out->year_end.has_from = out->year_end.has_to = true;
        if (out->year_end.from.p == NULL || out->year_end.to.p == NULL)
            return fail_set(why, ERR_NOMEM, "year end");
    }
    rc = hours_doc_write_week(plan->week, arena, &out->week, why);
    if (rc == ERR_OK)
        rc = fill_days(plan, arena, &out->days, why);
    return rc == ERR_OK ? fill_holidays(plan, arena, &out->holidays, why) : rc;
}

static void hours_plan_show(struct req *req)
{
    struct hours_plan plan;
    struct plan_view view;
    struct fail why = {.code = ERR_OK};
    enum err rc = hours_store_plan(NULL, req->db, req->arena, &plan, &why);

    if (rc == ERR_OK)
        rc = fill_plan(&plan, req->arena, &view, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

/* -- GET /api/v1/hours/history?before=VERSION -- */

struct past {
    struct hours_decision row;
    struct span day;
    int kind;
    bool has_value, had_value, has_reason, has_account;
};
#define PAST(type_, name_, member, title) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct past, member), \
        .title_ja = (title) \
    }
#define PAST_OPTIONAL(type_, name_, member, has_, title) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct past, member), .has_offset = offsetof(struct past, has_), \
        .title_ja = (title) \
    }
static const struct jx_field past_fields[] = {
    PAST(JX_INT, "version", row.version, "番号"),
    PAST(JX_ID, "act", row.act, "一度の操作のID"),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = HOURS_KINDS,
     .offset = offsetof(struct past, kind),
     .title_ja = "何について"},
    PAST_OPTIONAL(JX_TEXT, "day", day, row.has_day, "その日"),
    PAST_OPTIONAL(JX_TEXT, "value", row.value, has_value, "決めた内容（ないときは取り消し）"),
    PAST_OPTIONAL(JX_TEXT, "value_before", row.value_before, had_value, "それまでの内容"),
    PAST_OPTIONAL(JX_TEXT, "reason", row.reason, has_reason, "理由"),
    PAST(JX_TIME, "decided", row.decided_utc_us, "決めた時刻"),
    PAST(JX_TEXT, "role", row.role, "決めた人の役割"),
    PAST_OPTIONAL(JX_ID, "account", row.decided_by, has_account, "決めた人のアカウント"),
};
static const struct jx_shape past_shape = JX_SHAPE("HoursPast", struct past, past_fields);

struct history {
    struct jx_list items;
    bool has_more;
};
static const struct jx_field history_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &past_shape,
     .offset = offsetof(struct history, items),
     .title_ja = "決定（新しい順）"},
    {.name = "has_more",
     .type = JX_BOOL,
     .offset = offsetof(struct history, has_more),
     .title_ja = "もっと古いものがあるか"},
};
static const struct jx_shape history_shape =
    JX_SHAPE("HoursHistory", struct history, history_fields);

static enum err fill_history(const struct req *req, int32_t before, struct history *out,
                             struct fail *why)
{
    struct hours_decision *rows = NULL;
    struct past *items;
    size_t n = 0;
    enum err rc = hours_store_past(req->db, before, PAGE + 1, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "history");
    out->has_more = n > PAGE;
    out->items = (struct jx_list){items, n > PAGE ? PAGE : n};
    for (size_t i = 0; i < out->items.n; i++)
        items[i] = (struct past){.row = rows[i],
                                 .kind = (int)rows[i].kind,
                                 .day = rows[i].has_day ? day_span(rows[i].day, req->arena)
                                                        : SPAN_NONE,
                                 .has_value = rows[i].value.len > 0,
                                 .had_value = rows[i].value_before.len > 0,
                                 .has_reason = rows[i].reason.len > 0,
                                 .has_account = !id_is_none(rows[i].decided_by)};
    return ERR_OK;
}

static void hours_history(struct req *req)
{
    struct span text = req_query(req, "before");
    struct history history = {.has_more = false};
    struct fail why = {.code = ERR_OK};
    int64_t before = INT32_MAX;
    enum err rc = ERR_OK;

    if (text.p != NULL && (!jx_i64_parse(text, &before) || before < 1 || before > INT32_MAX))
        rc = fail_field(&why, ERR_INVALID, "before", "not a version");
    if (rc == ERR_OK)
        rc = fill_history(req, (int32_t)before, &history, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &history);
    else
        reply_fail(req, &why);
}

const struct route hours_routes[HOURS_ROUTES_N] = {
    {
        .name = "hours.show",
        .method = HTTP_GET,
        .path = "/api/v1/hours",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &hours_shape,
        .summary_ja = "いま開いているか、次にいつ開くかを見る",
        .handle = hours_show,
    },
    {
        .name = "hours.month",
        .method = HTTP_GET,
        .path = "/api/v1/hours/month",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &hours_month_shape,
        .summary_ja = "一か月の開く日と時間を見る",
        .handle = hours_month,
    },
    {
        .name = "hours.plan",
        .method = HTTP_GET,
        .path = "/api/v1/hours/plan",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_SIGNED_IN,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &plan_shape,
        .summary_ja = "開設時間の決まりを見る",
        .handle = hours_plan_show,
    },
    {
        .name = "hours.history",
        .method = HTTP_GET,
        .path = "/api/v1/hours/history",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &history_shape,
        .summary_ja = "開設時間をだれがいつどう変えたかを見る",
        .handle = hours_history,
    },
};

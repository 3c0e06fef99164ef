#include "tenants/hours/hours_json.h"

#include <stddef.h>

#include "tenants/hours/hours_rows.h"

#define DATE(type_, name_, choices_, title) \
    { \
        .name = #name_, .type = (type_), .choices = (choices_), \
        .offset = offsetof(struct hours_date_view, name_), .title_ja = (title) \
    }
static const struct jx_field date_fields[] = {
    DATE(JX_TEXT, day, NULL, "日"),
    DATE(JX_ENUM, weekday, "monday|tuesday|wednesday|thursday|friday|saturday|sunday", "曜日"),
    DATE(JX_ENUM, type, HOURS_DAY_TYPES, "日の種類（開かない・長く開く・短く開く）"),
    DATE(JX_ENUM, rule, HOURS_RULES, "何で決まったか"),
    DATE(JX_ENUM, phase, HOURS_PHASES, "期間（なし・試験利用・契約）"),
    {.name = "slots",
     .type = JX_LIST,
     .shape = &hours_slot_shape,
     .offset = offsetof(struct hours_date_view, slots),
     .title_ja = "開く時間"},
    {.name = "title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct hours_date_view, title),
     .has_offset = offsetof(struct hours_date_view, has_title),
     .title_ja = "その日の名前"},
};
static const struct jx_shape date_shape =
    JX_SHAPE("HoursDate", struct hours_date_view, date_fields);

#define NOW(type_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct hours_view, name_), \
        .has_offset = offsetof(struct hours_view, has_), .title_ja = (title) \
    }
static const struct jx_field view_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = HOURS_STATES,
     .offset = offsetof(struct hours_view, state),
     .title_ja = "いまの状態"},
    NOW(JX_TIME, opened_at, is_open, "いつ開いたか"),
    NOW(JX_TIME, closes_at, is_open, "いつ閉まるか"),
    NOW(JX_INT, minutes_left, is_open, "あと何分か"),
    NOW(JX_TIME, next_at, has_next, "次に開く時刻"),
    NOW(JX_TEXT, next_title, has_next_title, "次に開く日の名前"),
    {.name = "warn_first",
     .type = JX_INT,
     .offset = offsetof(struct hours_view, warn_first),
     .title_ja = "閉まる何分前に知らせるか（はじめ）"},
    {.name = "warn_last",
     .type = JX_INT,
     .offset = offsetof(struct hours_view, warn_last),
     .title_ja = "閉まる何分前に知らせるか（最後）"},
    {.name = "version",
     .type = JX_INT,
     .offset = offsetof(struct hours_view, version),
     .title_ja = "最後の決定の番号"},
    {.name = "today",
     .type = JX_OBJECT,
     .shape = &date_shape,
     .offset = offsetof(struct hours_view, today),
     .title_ja = "今日"},
    {.name = "week",
     .type = JX_LIST,
     .shape = &date_shape,
     .offset = offsetof(struct hours_view, week),
     .title_ja = "今週（月曜日から）"},
};
const struct jx_shape hours_shape = JX_SHAPE("Hours", struct hours_view, view_fields);

static const struct jx_field month_fields[] = {
    {.name = "month",
     .type = JX_TEXT,
     .offset = offsetof(struct hours_month_view, month),
     .title_ja = "月"},
    {.name = "n_open",
     .type = JX_INT,
     .offset = offsetof(struct hours_month_view, n_open),
     .title_ja = "開く日の数"},
    {.name = "n_open_weekdays",
     .type = JX_INT,
     .offset = offsetof(struct hours_month_view, n_open_weekdays),
     .title_ja = "そのうち平日の数"},
    {.name = "days",
     .type = JX_LIST,
     .shape = &date_shape,
     .offset = offsetof(struct hours_month_view, days),
     .title_ja = "月の毎日"},
};
const struct jx_shape hours_month_shape =
    JX_SHAPE("HoursMonth", struct hours_month_view, month_fields);

struct hours_demand hours_demand_of(const struct settings *settings)
{
    return (struct hours_demand){(int)settings_int(settings, &setting_hours_long_minutes),
                                 (int)settings_int(settings, &setting_hours_long_days)};
}

static enum err fill_date(const struct hours_date *date, int long_minutes, struct arena *arena,
                          struct hours_date_view *out, struct fail *why)
{
    char day[DAY_TEXT_CAP];

    calendar_text(date->day, day);
    *out = (struct hours_date_view){
        .day = arena_copy(arena, span_text(day)),
        .title = date->title,
        .has_title = date->title.len > 0,
        .weekday = calendar_weekday(date->day),
        .type = (int)hours_day_type(&date->slots, long_minutes),
        .rule = (int)date->rule,
        .phase = (int)date->phase,
    };
    if (out->day.p == NULL)
        return fail_set(why, ERR_NOMEM, "a day");
    return hours_doc_write_slots(&date->slots, arena, &out->slots, why);
}

static enum err fill_days(const struct hours_plan *plan, int32_t first, int n_days,
                          int long_minutes, struct arena *arena, struct jx_list *out,
                          struct fail *why)
{
    struct hours_date_view *days =
        arena_alloc(arena, (size_t)n_days * sizeof(struct hours_date_view));
    enum err rc = days == NULL ? fail_set(why, ERR_NOMEM, "%d days", n_days) : ERR_OK;

    for (int i = 0; i < n_days && rc == ERR_OK; i++) {
        struct hours_date date;

        hours_date_of(plan, first + i, &date);
        rc = fill_date(&date, long_minutes, arena, &days[i], why);
    }
    *out = (struct jx_list){days, rc == ERR_OK ? (size_t)n_days : 0};
    return rc;
}

enum err hours_view_fill(const struct hours_plan *plan, const struct settings *settings,
                         int64_t utc_us, struct arena *arena, struct hours_view *out,
                         struct fail *why)
{
    const struct hours_demand demand = hours_demand_of(settings);
    int64_t warn_first = settings_int(settings, &setting_hours_warn_first);
    int32_t today = calendar_day_at(utc_us);
    struct hours_state state;
    enum err rc;

    hours_state_at(plan, utc_us, (int)warn_first, &state);
    *out = (struct hours_view){
        .state = (int)state.kind,
        .is_open = state.closes_utc_us != 0,
        .opened_at = state.opened_utc_us,
        .closes_at = state.closes_utc_us,
        .minutes_left = state.minutes_left,
        .has_next = state.has_next,
        .next_at = state.next_utc_us,
        .next_title = state.next_title,
        .has_next_title = state.next_title.len > 0,
        .warn_first = warn_first,
        .warn_last = settings_int(settings, &setting_hours_warn_last),
        .version = plan->version,
    };
    rc = fill_date(&state.today, demand.long_minutes, arena, &out->today, why);
    if (rc == ERR_OK)
        rc = fill_days(plan, today - calendar_weekday(today), 7, demand.long_minutes, arena,
                       &out->week, why);
    return rc;
}

enum err hours_month_fill(const struct hours_plan *plan, const struct settings *settings,
                          struct span month, int32_t first, int n_days, struct arena *arena,
                          struct hours_month_view *out, struct fail *why)
{
    int32_t open[31];
    int n = hours_open_days(plan, first, n_days, open);

    *out = (struct hours_month_view){.month = month, .n_open = n};
    for (int i = 0; i < n; i++)
        out->n_open_weekdays += calendar_weekday(open[i]) < 5;
    return fill_days(plan, first, n_days, hours_demand_of(settings).long_minutes, arena,
                     &out->days, why);
}

/* Opening hours over HTTP, changed: a commissioner's own act, in force at once, for today too
 * (AI-2.3-イ). Weekly pattern, turn of the year, a day of its own or a session, a closure in
 * one act [臨時休室], holidays added and taken out. */
#include <stddef.h>

#include "tenants/hours/hours_change.h"
#include "tenants/hours/hours_json.h"
#include "tenants/hours/hours_rows.h"

#define AHEAD_MOST_DAYS 800 /* a mistyped year is no plan */

/* What every act may bring. */
struct common {
    struct id id;
    int64_t expected_version;
    struct span reason;
    bool has_expected, has_reason;
};
#define COMMON_FIELDS(in_) \
    {.name = "id", .type = JX_ID, .offset = offsetof(in_, common.id), .title_ja = "操作のID"}, \
        {.name = "expected_version", \
         .type = JX_INT, \
         .flags = JX_OPTIONAL, \
         .least = 0, \
         .most = INT32_MAX, \
         .offset = offsetof(in_, common.expected_version), \
         .has_offset = offsetof(in_, common.has_expected), \
         .title_ja = "見ていた決定の番号"}, \
    { \
        .name = "reason", .type = JX_TEXT, .flags = JX_OPTIONAL, .least = 1, \
        .most = HOURS_TEXT_MOST, .offset = offsetof(in_, common.reason), \
        .has_offset = offsetof(in_, common.has_reason), .title_ja = "理由" \
    }

/* NULL: no memory, and answered so. */
static struct hours_change *change_of(struct req *req, const struct common *in,
                                      enum hours_kind kind)
{
    struct hours_change *c = arena_alloc(req->arena, sizeof *c);
    struct fail why;

    if (c == NULL) {
        fail_set(&why, ERR_NOMEM, "a change");
        reply_fail(req, &why);
        return NULL;
    }
    c->req = req;
    c->act = in->id;
    c->kind = kind;
    c->n_entries = 1;
    c->reason = in->has_reason ? in->reason : SPAN_NONE;
    c->has_expected = in->has_expected;
    c->expected_version = in->expected_version;
    return c;
}

/* Goes on, or says what was wrong. */
static void end(struct hours_change *c, enum err rc, const struct jx_defects *defects,
                const struct fail *why)
{
    struct fail no_memory;

    if (rc == ERR_NOMEM) {
        fail_set(&no_memory, ERR_NOMEM, "hours");
        reply_fail(c->req, &no_memory);
    } else if (rc != ERR_OK) {
        reply_fail(c->req, why);
    } else if (defects->n > 0) {
        reply_defects(c->req, defects);
    } else {
        hours_change_post(c);
    }
}

/* A day from today on, not further than AHEAD_MOST_DAYS. */
static enum err read_day(const struct req *req, struct span text, const char *pointer,
                         const char *title_ja, int32_t *day_out, struct jx_defects *defects)
{
    int32_t today = calendar_day_at(req->now_utc_us);

    *day_out = today;
    if (!calendar_read(text, day_out))
        return jx_defect_add(defects, req->arena, pointer, "format",
                             "「%s」は 2026-06-01 のように、ある日を入れてください。",
                             title_ja);
    if (*day_out < today)
        return jx_defect_add(defects, req->arena, pointer, "past",
                             "「%s」は今日より前です。すぎた日は変えられません。", title_ja);
    if (*day_out > today + AHEAD_MOST_DAYS)
        return jx_defect_add(defects, req->arena, pointer, "ahead",
                             "「%s」が先すぎます。%d日先までの日を入れてください。", title_ja,
                             AHEAD_MOST_DAYS);
    return ERR_OK;
}

/* -- PUT /api/v1/hours/pattern -- */

struct pattern_input {
    struct common common;
    struct hours_week_doc week;
};
static const struct jx_field pattern_fields[] = {
    COMMON_FIELDS(struct pattern_input),
    {.name = "week",
     .type = JX_OBJECT,
     .shape = &hours_week_shape,
     .offset = offsetof(struct pattern_input, week),
     .title_ja = "一週間の形"},
};
static const struct jx_shape pattern_shape =
    JX_SHAPE("HoursPatternChange", struct pattern_input, pattern_fields);

static void pattern_change(struct req *req)
{
    const struct pattern_input *in = req->input;
    struct hours_change *c = change_of(req, &in->common, HOURS_KIND_PATTERN);
    struct hours_slots week[7];
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (c == NULL)
        return;
    rc = hours_doc_read_week(&in->week, "/week", req->arena, week, &defects);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&hours_week_shape, &in->week, req->arena, &c->entries[0].value,
                                &why);
    end(c, rc, &defects, &why);
}

/* -- PUT /api/v1/hours/year-end -- */

struct year_end_input {
    struct common common;
    struct hours_year_end_doc doc;
};
static const struct jx_field year_end_fields[] = {
    COMMON_FIELDS(struct year_end_input),
    {.name = "from",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct year_end_input, doc.from),
     .has_offset = offsetof(struct year_end_input, doc.has_from),
     .title_ja = "年末年始の最初の日"},
    {.name = "to",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct year_end_input, doc.to),
     .has_offset = offsetof(struct year_end_input, doc.has_to),
     .title_ja = "年末年始の最後の日"},
};
static const struct jx_shape year_end_shape =
    JX_SHAPE("HoursYearEndChange", struct year_end_input, year_end_fields);

static void year_end_change(struct req *req)
{
    const struct year_end_input *in = req->input;
    struct hours_change *c = change_of(req, &in->common, HOURS_KIND_YEAR_END);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    int from, to;
    bool has;
    enum err rc;

    if (c == NULL)
        return;
    rc = hours_doc_read_year_end(&in->doc, req->arena, &has, &from, &to, &defects);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&hours_year_end_shape, &in->doc, req->arena,
                                &c->entries[0].value, &why);
    end(c, rc, &defects, &why);
}

/* -- PUT /api/v1/hours/days -- */

struct day_input {
    struct common common;
    struct span day, title;
    struct jx_list slots;
    bool has_slots, has_title;
};
static const struct jx_field day_fields[] = {
    COMMON_FIELDS(struct day_input),
    {.name = "day",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct day_input, day),
     .title_ja = "日"},
    {.name = "slots",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &hours_slot_shape,
     .most = HOURS_SLOTS_MOST,
     .offset = offsetof(struct day_input, slots),
     .has_offset = offsetof(struct day_input, has_slots),
     .title_ja = "開く時間"},
    {.name = "title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = HOURS_TEXT_MOST,
     .offset = offsetof(struct day_input, title),
     .has_offset = offsetof(struct day_input, has_title),
     .title_ja = "名前"},
};
static const struct jx_shape day_shape =
    JX_SHAPE("HoursDayChange", struct day_input, day_fields);

static enum err fill_day(struct hours_change *c, const struct day_input *in,
                         struct jx_defects *defects, struct fail *why)
{
    struct req *req = c->req;
    struct hours_change_entry *entry = &c->entries[0];
    struct hours_slots slots;
    enum err rc = read_day(req, in->day, "/day", "日", &entry->day, defects);

    entry->has_day = true;
    if (rc == ERR_OK && in->has_title && !in->has_slots)
        rc = jx_defect_add(
            defects, req->arena, "/title", "alone",
            "「名前」は、「開く時間」といっしょに入れてください。取り消すときは両方なしです。");
    if (rc != ERR_OK || !in->has_slots)
        return rc;
    rc = hours_doc_read_slots(&in->slots, "/slots", "開く時間", req->arena, &slots, defects);
    return rc == ERR_OK ? hours_change_day_value(&slots, slots.n == 0,
                                                 in->has_title ? in->title : SPAN_NONE,
                                                 req->arena, &entry->value, why)
                        : rc;
}

static void day_change(struct req *req)
{
    const struct day_input *in = req->input;
    struct hours_change *c = change_of(req, &in->common, HOURS_KIND_DAY);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (c != NULL)
        end(c, fill_day(c, in, &defects, &why), &defects, &why);
}

/* -- PUT /api/v1/hours/holidays -- */

struct holiday_input {
    struct common common;
    struct span day;
    struct hours_holiday_doc doc;
    bool has_holiday;
};
static const struct jx_field holiday_fields[] = {
    COMMON_FIELDS(struct holiday_input),
    {.name = "day",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct holiday_input, day),
     .title_ja = "日"},
    {.name = "is_holiday",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct holiday_input, doc.is_holiday),
     .has_offset = offsetof(struct holiday_input, has_holiday),
     .title_ja = "休みにするか（ないときは国の祝日のとおり）"},
    {.name = "name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = HOURS_TEXT_MOST,
     .offset = offsetof(struct holiday_input, doc.name),
     .has_offset = offsetof(struct holiday_input, doc.has_name),
     .title_ja = "休みの名前"},
};
static const struct jx_shape holiday_shape =
    JX_SHAPE("HoursHolidayChange", struct holiday_input, holiday_fields);

static enum err fill_holiday(struct hours_change *c, const struct holiday_input *in,
                             struct jx_defects *defects, struct fail *why)
{
    struct req *req = c->req;
    bool adds = in->has_holiday && in->doc.is_holiday;
    enum err rc = read_day(req, in->day, "/day", "日", &c->entries[0].day, defects);

    c->entries[0].has_day = true;
    if (rc == ERR_OK && adds != in->doc.has_name)
        rc = jx_defect_add(
            defects, req->arena, "/name", adds ? "required" : "alone",
            "「休みの名前」は、休みにする日に入れ、ほかのときは入れないでください。");
    if (rc != ERR_OK || !in->has_holiday)
        return rc;
    return jx_write_canonical(&hours_holiday_shape, &in->doc, req->arena, &c->entries[0].value,
                              why);
}

static void holiday_change(struct req *req)
{
    const struct holiday_input *in = req->input;
    struct hours_change *c = change_of(req, &in->common, HOURS_KIND_HOLIDAY);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (c != NULL)
        end(c, fill_holiday(c, in, &defects, &why), &defects, &why);
}

/* -- POST /api/v1/hours/closure -- */

struct closure_input {
    struct common common;
    struct span from, to, at, message;
    bool has_to, has_at;
};
static const struct jx_field closure_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct closure_input, common.id),
     .title_ja = "操作のID"},
    {.name = "from",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct closure_input, from),
     .title_ja = "休む最初の日"},
    {.name = "to",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct closure_input, to),
     .has_offset = offsetof(struct closure_input, has_to),
     .title_ja = "休む最後の日"},
    {.name = "at",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct closure_input, at),
     .has_offset = offsetof(struct closure_input, has_at),
     .title_ja = "最初の日に閉める時刻"},
    {.name = "message",
     .type = JX_TEXT,
     .least = 1,
     .most = HOURS_TEXT_MOST,
     .offset = offsetof(struct closure_input, message),
     .title_ja = "お知らせの言葉"},
};
static const struct jx_shape closure_shape =
    JX_SHAPE("HoursClosure", struct closure_input, closure_fields);

/* From when on the first day is closed: as said, today from this minute on, else all day. */
static enum err read_close_minute(struct hours_change *c, const struct closure_input *in,
                                  struct jx_defects *defects)
{
    struct req *req = c->req;
    int32_t today = calendar_day_at(req->now_utc_us), day = c->entries[0].day;
    int now = (int)((req->now_utc_us - calendar_utc(today, 0)) / MINUTE_US);

    c->is_cut = true;
    c->close_minute = day == today ? now : 0;
    if (!in->has_at)
        return ERR_OK;
    if (!calendar_time_read(in->at, &c->close_minute))
        return jx_defect_add(defects, req->arena, "/at", "format",
                             "「最初の日に閉める時刻」は、10:00 のように入れてください。");
    if (day == today && c->close_minute < now)
        return jx_defect_add(defects, req->arena, "/at", "past",
                             "「最初の日に閉める時刻」は、いまより後にしてください。");
    return ERR_OK;
}

static enum err fill_closure(struct hours_change *c, const struct closure_input *in,
                             struct jx_defects *defects, struct fail *why)
{
    static const struct hours_slots none = {.n = 0};
    struct req *req = c->req;
    struct span value;
    int32_t first, last;
    enum err rc = read_day(req, in->from, "/from", "休む最初の日", &first, defects);

    last = first;
    if (rc == ERR_OK && in->has_to)
        rc = read_day(req, in->to, "/to", "休む最後の日", &last, defects);
    if (rc == ERR_OK && defects->n == 0 &&
        (last < first || last >= first + HOURS_CLOSE_DAYS_MOST))
        rc = jx_defect_add(defects, req->arena, "/to", "range",
                           "「休む最後の日」は、最初の日から数えて%d日までの間にしてください。",
                           HOURS_CLOSE_DAYS_MOST);
    if (rc != ERR_OK || defects->n > 0)
        return rc;
    c->message = c->reason = in->message;
    rc = hours_change_day_value(&none, true, in->message, req->arena, &value, why);
    c->n_entries = (int)(last - first) + 1;
    for (int i = 0; i < c->n_entries; i++)
        c->entries[i] = (struct hours_change_entry){true, first + i, value};
    return rc == ERR_OK ? read_close_minute(c, in, defects) : rc;
}

static void closure_make(struct req *req)
{
    const struct closure_input *in = req->input;
    struct hours_change *c = change_of(req, &in->common, HOURS_KIND_DAY);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (c != NULL)
        end(c, fill_closure(c, in, &defects, &why), &defects, &why);
}

const struct route hours_change_routes[HOURS_CHANGE_ROUTES_N] = {
    {
        .name = "hours.pattern",
        .method = HTTP_PUT,
        .path = "/api/v1/hours/pattern",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &pattern_shape,
        .output = &hours_shape,
        .summary_ja = "一週間の開設時間を決める",
        .handle = pattern_change,
    },
    {
        .name = "hours.year_end",
        .method = HTTP_PUT,
        .path = "/api/v1/hours/year-end",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &year_end_shape,
        .output = &hours_shape,
        .summary_ja = "年末年始の休みを決める",
        .handle = year_end_change,
    },
    {
        .name = "hours.day",
        .method = HTTP_PUT,
        .path = "/api/v1/hours/days",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &day_shape,
        .output = &hours_shape,
        .summary_ja = "一日だけの開設時間や催しを決める",
        .handle = day_change,
    },
    {
        .name = "hours.holiday",
        .method = HTTP_PUT,
        .path = "/api/v1/hours/holidays",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &holiday_shape,
        .output = &hours_shape,
        .summary_ja = "祝日を加える、外す",
        .handle = holiday_change,
    },
    {
        .name = "hours.close",
        .method = HTTP_POST,
        .path = "/api/v1/hours/closure",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &closure_shape,
        .output = &hours_shape,
        .summary_ja = "臨時に休みにする",
        .handle = closure_make,
    },
};

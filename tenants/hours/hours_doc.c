#include "tenants/hours/hours_doc.h"

#include <stddef.h>
#include <stdio.h>

const char *const hours_weekday_ids[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};
const char *const hours_weekdays_ja[7] = {"月曜日", "火曜日", "水曜日", "木曜日",
                                          "金曜日", "土曜日", "日曜日"};

static const struct jx_field slot_fields[] = {
    {.name = "from",
     .type = JX_TEXT,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct hours_slot_doc, from),
     .title_ja = "開く時刻"},
    {.name = "to",
     .type = JX_TEXT,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct hours_slot_doc, to),
     .title_ja = "閉まる時刻"},
};
const struct jx_shape hours_slot_shape =
    JX_SHAPE("HoursSlot", struct hours_slot_doc, slot_fields);

#define WEEKDAY(i, name_, title) \
    { \
        .name = (name_), .type = JX_LIST, .shape = &hours_slot_shape, \
        .most = HOURS_SLOTS_MOST, .offset = offsetof(struct hours_week_doc, days[i]), \
        .title_ja = (title) \
    }
static const struct jx_field week_fields[] = {
    WEEKDAY(0, "monday", "月曜日"),    WEEKDAY(1, "tuesday", "火曜日"),
    WEEKDAY(2, "wednesday", "水曜日"), WEEKDAY(3, "thursday", "木曜日"),
    WEEKDAY(4, "friday", "金曜日"),    WEEKDAY(5, "saturday", "土曜日"),
    WEEKDAY(6, "sunday", "日曜日"),
};
const struct jx_shape hours_week_shape =
    JX_SHAPE("HoursWeek", struct hours_week_doc, week_fields);

static const struct jx_field year_end_fields[] = {
    {.name = "from",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct hours_year_end_doc, from),
     .has_offset = offsetof(struct hours_year_end_doc, has_from),
     .title_ja = "年末年始の最初の日"},
    {.name = "to",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct hours_year_end_doc, to),
     .has_offset = offsetof(struct hours_year_end_doc, has_to),
     .title_ja = "年末年始の最後の日"},
};
const struct jx_shape hours_year_end_shape =
    JX_SHAPE("HoursYearEnd", struct hours_year_end_doc, year_end_fields);

static const struct jx_field day_fields[] = {
    {.name = "slots",
     .type = JX_LIST,
     .shape = &hours_slot_shape,
     .most = HOURS_SLOTS_MOST,
     .offset = offsetof(struct hours_day_doc, slots),
     .title_ja = "開く時間"},
    {.name = "is_closure",
     .type = JX_BOOL,
     .offset = offsetof(struct hours_day_doc, is_closure),
     .title_ja = "臨時休室か"},
    {.name = "title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = HOURS_TEXT_MOST,
     .offset = offsetof(struct hours_day_doc, title),
     .has_offset = offsetof(struct hours_day_doc, has_title),
     .title_ja = "名前"},
};
const struct jx_shape hours_day_shape = JX_SHAPE("HoursDay", struct hours_day_doc, day_fields);

static const struct jx_field holiday_fields[] = {
    {.name = "is_holiday",
     .type = JX_BOOL,
     .offset = offsetof(struct hours_holiday_doc, is_holiday),
     .title_ja = "休みにするか"},
    {.name = "name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = HOURS_TEXT_MOST,
     .offset = offsetof(struct hours_holiday_doc, name),
     .has_offset = offsetof(struct hours_holiday_doc, has_name),
     .title_ja = "休みの名前"},
};
const struct jx_shape hours_holiday_shape =
    JX_SHAPE("HoursHoliday", struct hours_holiday_doc, holiday_fields);

/* -- reading -- */

static enum err bad_time(struct jx_defects *defects, struct arena *arena, const char *pointer,
                         size_t i, const char *end, const char *title_ja)
{
    const char *at = arena_printf(arena, "%s/%zu/%s", pointer, i, end);

    return at == NULL ? ERR_NOMEM
                      : jx_defect_add(defects, arena, at, "format",
                                      "「%s」の%zu番目の時刻は、10:00 のように入れてください。",
                                      title_ja, i + 1);
}

static enum err bad_order(struct jx_defects *defects, struct arena *arena, const char *pointer,
                          int i, const char *title_ja)
{
    const char *at = arena_printf(arena, "%s/%d", pointer, i);

    return at == NULL ? ERR_NOMEM
                      : jx_defect_add(defects, arena, at, "order",
                                      "「%s」の%d番目の時間は、閉まる時刻を開く時刻より後に、"
                                      "前の時間とは間をあけて、早い順に入れてください。",
                                      title_ja, i + 1);
}

enum err hours_doc_read_slots(const struct jx_list *docs, const char *pointer,
                              const char *title_ja, struct arena *arena,
                              struct hours_slots *out, struct jx_defects *defects)
{
    const struct hours_slot_doc *docs_at = docs->at;
    size_t n_before = defects->n;
    enum err rc = ERR_OK;
    int bad;

    *out = (struct hours_slots){.n = 0};
    for (size_t i = 0; i < docs->n && i < HOURS_SLOTS_MOST && rc == ERR_OK; i++) {
        struct hours_slot *slot = &out->at[out->n++];

        if (!calendar_time_read(docs_at[i].from, &slot->from))
            rc = bad_time(defects, arena, pointer, i, "from", title_ja);
        if (rc == ERR_OK && !calendar_end_read(docs_at[i].to, &slot->to))
            rc = bad_time(defects, arena, pointer, i, "to", title_ja);
    }
    if (rc == ERR_OK && defects->n == n_before && !hours_slots_are_right(out, &bad))
        rc = bad_order(defects, arena, pointer, bad, title_ja);
    return rc;
}

enum err hours_doc_read_week(const struct hours_week_doc *doc, const char *pointer,
                             struct arena *arena, struct hours_slots week_out[7],
                             struct jx_defects *defects)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < 7 && rc == ERR_OK; i++) {
        const char *at = arena_printf(arena, "%s/%s", pointer, hours_weekday_ids[i]);

        if (at == NULL)
            return ERR_NOMEM;
        rc = hours_doc_read_slots(&doc->days[i], at, hours_weekdays_ja[i], arena, &week_out[i],
                                  defects);
    }
    return rc;
}

/* "12-29" of the month wanted to 1229; 0: it is none. */
static int month_day_of(struct span text, const char *month)
{
    char day[DAY_TEXT_CAP];
    int32_t number;

    if (text.len != 5 || memcmp(text.p, month, 2) != 0)
        return 0;
    snprintf(day, sizeof day, "2001-%.*s", SPAN_ARG(text));
    if (!calendar_read(span_text(day), &number))
        return 0;
    return ((text.p[0] - '0') * 10 + (text.p[1] - '0')) * 100 + (text.p[3] - '0') * 10 +
           (text.p[4] - '0');
}

enum err hours_doc_read_year_end(const struct hours_year_end_doc *doc, struct arena *arena,
                                 bool *has_out, int *from_out, int *to_out,
                                 struct jx_defects *defects)
{
    enum err rc = ERR_OK;

    *has_out = doc->has_from && doc->has_to;
    *from_out = *to_out = 0;
    if (doc->has_from != doc->has_to)
        return jx_defect_add(
            defects, arena, doc->has_from ? "/to" : "/from", "required",
            "年末年始の最初の日と最後の日は、両方入れるか、両方なしにしてください。");
    if (!*has_out)
        return ERR_OK;
    *from_out = month_day_of(doc->from, "12");
    *to_out = month_day_of(doc->to, "01");
    if (*from_out == 0)
        rc =
            jx_defect_add(defects, arena, "/from", "format",
                          "「年末年始の最初の日」は、12-29 のように12月の日を入れてください。");
    if (rc == ERR_OK && *to_out == 0)
        rc = jx_defect_add(defects, arena, "/to", "format",
                           "「年末年始の最後の日」は、01-03 のように1月の日を入れてください。");
    return rc;
}

/* -- writing -- */

static struct span time_text(int minute, struct arena *arena)
{
    char text[TIME_TEXT_CAP];

    calendar_time_text(minute, text);
    return arena_copy(arena, span_text(text));
}

enum err hours_doc_write_slots(const struct hours_slots *slots, struct arena *arena,
                               struct jx_list *out, struct fail *why)
{
    struct hours_slot_doc *docs =
        arena_alloc(arena, ((size_t)slots->n + 1) * sizeof(struct hours_slot_doc));

    if (docs == NULL)
        return fail_set(why, ERR_NOMEM, "slots");
    for (int i = 0; i < slots->n; i++) {
        docs[i].from = time_text(slots->at[i].from, arena);
        docs[i].to = time_text(slots->at[i].to, arena);
        if (docs[i].from.p == NULL || docs[i].to.p == NULL)
            return fail_set(why, ERR_NOMEM, "slots");
    }
    *out = (struct jx_list){docs, (size_t)slots->n};
    return ERR_OK;
}

enum err hours_doc_write_week(const struct hours_slots week[7], struct arena *arena,
                              struct hours_week_doc *out, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < 7 && rc == ERR_OK; i++)
        rc = hours_doc_write_slots(&week[i], arena, &out->days[i], why);
    return rc;
}

const char *hours_doc_month_day(int month_day, struct arena *arena)
{
    return arena_printf(arena, "%02d-%02d", month_day / 100, month_day % 100);
}

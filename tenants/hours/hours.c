#include "tenants/hours/hours.h"

#include <stdlib.h>

#include "tenants/hours/holiday.h"

#define WEEKDAYS    5
#define DAY_MINUTES 1440

static int own_by_day(const void *key, const void *at)
{
    int32_t day = *(const int32_t *)key, other = ((const struct hours_own_day *)at)->day;

    return (day > other) - (day < other);
}

static int holiday_by_day(const void *key, const void *at)
{
    int32_t day = *(const int32_t *)key, other = ((const struct hours_holiday *)at)->day;

    return (day > other) - (day < other);
}

static const struct hours_own_day *find_own(const struct hours_plan *plan, int32_t day)
{
    return plan->n_own == 0
               ? NULL
               : bsearch(&day, plan->own, plan->n_own, sizeof plan->own[0], own_by_day);
}

/* True: closed by a holiday, whose name is then in *name_out. */
static bool is_holiday(const struct hours_plan *plan, int32_t day, struct span *name_out)
{
    const struct hours_holiday *decided =
        plan->n_holidays == 0 ? NULL
                              : bsearch(&day, plan->holidays, plan->n_holidays,
                                        sizeof plan->holidays[0], holiday_by_day);
    const char *national = holiday_national(day);

    if (decided != NULL && !decided->is_holiday)
        return false;
    if (decided == NULL && national == NULL)
        return false;
    *name_out = decided != NULL && decided->name.len > 0 ? decided->name : span_text(national);
    return true;
}

static bool is_year_end(const struct hours_plan *plan, int32_t day)
{
    int year, month, mday, at;

    if (!plan->has_year_end)
        return false;
    calendar_civil(day, &year, &month, &mday);
    at = month * 100 + mday;
    /* The range goes over the turn of the year. */
    return at >= plan->year_end_from || at <= plan->year_end_to;
}

static bool is_within(const struct hours_period *period, int32_t day)
{
    return period->is_there && day >= period->first && day <= period->last;
}

static enum hours_phase phase_of(const struct hours_plan *plan, int32_t day)
{
    if (is_within(&plan->contract, day))
        return HOURS_PHASE_CONTRACT;
    return is_within(&plan->trial, day) ? HOURS_PHASE_TRIAL : HOURS_PHASE_NONE;
}

void hours_date_of(const struct hours_plan *plan, int32_t day, struct hours_date *out)
{
    const struct hours_own_day *own = find_own(plan, day);

    *out = (struct hours_date){.day = day, .phase = phase_of(plan, day)};
    if (out->phase == HOURS_PHASE_NONE) {
        out->rule = HOURS_BY_PERIOD;
    } else if (own != NULL) {
        out->rule = own->is_closure ? HOURS_BY_CLOSURE : HOURS_BY_DAY;
        out->slots = own->slots;
        out->title = own->title;
    } else if (is_holiday(plan, day, &out->title)) {
        out->rule = HOURS_BY_HOLIDAY;
    } else if (is_year_end(plan, day)) {
        out->rule = HOURS_BY_YEAR_END;
    } else {
        out->rule = HOURS_BY_PATTERN;
        out->slots = plan->week[calendar_weekday(day)];
    }
}

int hours_minutes(const struct hours_slots *slots)
{
    int n = 0;

    for (int i = 0; i < slots->n; i++)
        n += slots->at[i].to - slots->at[i].from;
    return n;
}

enum hours_day_type hours_day_type(const struct hours_slots *slots, int long_minutes)
{
    if (slots->n == 0)
        return HOURS_DAY_CLOSED;
    return hours_minutes(slots) >= long_minutes ? HOURS_DAY_LONG : HOURS_DAY_SHORT;
}

struct hours_slots hours_cut(const struct hours_slots *slots, int minute)
{
    struct hours_slots left = {.n = 0};

    for (int i = 0; i < slots->n && slots->at[i].from < minute; i++) {
        left.at[left.n] = slots->at[i];
        if (left.at[left.n].to > minute)
            left.at[left.n].to = minute;
        left.n++;
    }
    return left;
}

bool hours_slots_are_right(const struct hours_slots *slots, int *bad_out)
{
    int last = -1;

    for (int i = 0; i < slots->n; i++) {
        const struct hours_slot *s = &slots->at[i];

        /* Two that touch are one: the warning of a close that is none would frighten. */
        if (s->from <= last || s->to <= s->from || s->to > DAY_MINUTES) {
            *bad_out = i;
            return false;
        }
        last = s->to;
    }
    return true;
}

/* The close of a slot that begins on a day: over midnights, as far as they join. False: it is
 * not within HOURS_JOIN_DAYS. */
static bool close_of(const struct hours_plan *plan, int32_t day, struct hours_slot slot,
                     int64_t *closes_out)
{
    for (int i = 0; i < HOURS_JOIN_DAYS; i++) {
        struct hours_date next;

        *closes_out = calendar_utc(day + i, slot.to);
        if (slot.to < DAY_MINUTES)
            return true;
        hours_date_of(plan, day + i + 1, &next);
        if (next.slots.n == 0 || next.slots.at[0].from > 0)
            return true;
        slot = next.slots.at[0];
    }
    return false;
}

/* The begin of a slot: of the one it joins when that ends at its midnight. */
static int64_t begin_of(const struct hours_plan *plan, int32_t day, struct hours_slot slot)
{
    struct hours_date before;
    const struct hours_slot *last;

    if (slot.from > 0)
        return calendar_utc(day, slot.from);
    hours_date_of(plan, day - 1, &before);
    last = before.slots.n == 0 ? NULL : &before.slots.at[before.slots.n - 1];
    return last != NULL && last->to == DAY_MINUTES ? calendar_utc(day - 1, last->from)
                                                   : calendar_utc(day, 0);
}

/* The first slot that begins at utc_us or later. */
static void find_next(const struct hours_plan *plan, int64_t utc_us, struct hours_state *out)
{
    const struct hours_period *const periods[] = {&plan->trial, &plan->contract};
    int32_t first = calendar_day_at(utc_us);

    /* Nothing opens before a period does: from a later one the search begins there. */
    if (phase_of(plan, first) == HOURS_PHASE_NONE) {
        int32_t begin = INT32_MAX;

        for (int i = 0; i < 2; i++)
            if (periods[i]->is_there && periods[i]->first > first && periods[i]->first < begin)
                begin = periods[i]->first;
        if (begin == INT32_MAX)
            return;
        first = begin;
    }
    for (int32_t day = first; day < first + HOURS_SEARCH_DAYS; day++) {
        struct hours_date date;

        hours_date_of(plan, day, &date);
        for (int i = 0; i < date.slots.n; i++) {
            int64_t from = calendar_utc(day, date.slots.at[i].from);

            if (from >= utc_us) {
                out->has_next = true;
                out->next_utc_us = from;
                out->next_title = date.title;
                return;
            }
        }
    }
}

void hours_state_at(const struct hours_plan *plan, int64_t utc_us, int warn_minutes,
                    struct hours_state *out)
{
    int32_t day = calendar_day_at(utc_us);
    int64_t search = utc_us + 1; /* from where on the next opening is looked for */
    bool ends = true;

    *out = (struct hours_state){.kind = HOURS_CLOSED};
    hours_date_of(plan, day, &out->today);
    if (out->today.phase == HOURS_PHASE_NONE)
        out->kind = HOURS_OUTSIDE;
    for (int i = 0; i < out->today.slots.n; i++) {
        int64_t from = calendar_utc(day, out->today.slots.at[i].from);
        int64_t to = calendar_utc(day, out->today.slots.at[i].to);

        if (utc_us < from || utc_us >= to)
            continue;
        ends = close_of(plan, day, out->today.slots.at[i], &to);
        search = to;
        out->opened_utc_us = from;
        out->closes_utc_us = to;
        out->minutes_left = (int)((to - utc_us + MINUTE_US - 1) / MINUTE_US);
        out->kind = to - utc_us <= warn_minutes * MINUTE_US ? HOURS_CLOSING : HOURS_OPEN;
    }
    if (ends)
        find_next(plan, search, out);
}

static int by_due(const void *a, const void *b)
{
    const struct hours_notice *x = a, *y = b;

    return (x->due_utc_us > y->due_utc_us) - (x->due_utc_us < y->due_utc_us);
}

/* The notices of one slot that fall due within; none of one that goes on over midnight. */
static int add_notices(const struct hours_plan *plan, int32_t day, struct hours_slot slot,
                       int64_t after_utc_us, int64_t until_utc_us, const int *warn_minutes,
                       int n_warn, struct hours_notice out[HOURS_NOTICES_MOST], int n)
{
    int64_t closes = calendar_utc(day, slot.to), end;

    if (!close_of(plan, day, slot, &end) || end != closes)
        return n;
    for (int i = -1; i < n_warn && n < HOURS_NOTICES_MOST; i++) {
        int minutes = i < 0 ? 0 : warn_minutes[i];
        int64_t due = closes - minutes * MINUTE_US;

        /* An opening shorter than the warning is announced by itself. */
        if (due > after_utc_us && due <= until_utc_us && due >= begin_of(plan, day, slot) &&
            (i < 0 || minutes > 0))
            out[n++] = (struct hours_notice){due, closes, minutes};
    }
    return n;
}

int hours_notices(const struct hours_plan *plan, int64_t after_utc_us, int64_t until_utc_us,
                  const int *warn_minutes, int n_warn,
                  struct hours_notice out[HOURS_NOTICES_MOST])
{
    int32_t first = calendar_day_at(after_utc_us), last;
    int n = 0;

    if (until_utc_us > after_utc_us + DAY_US)
        until_utc_us = after_utc_us + DAY_US;
    last = calendar_day_at(until_utc_us);
    /* A day more: the warning of a close soon after midnight falls due before. */
    for (int32_t day = first; day <= last + 1; day++) {
        struct hours_date date;

        hours_date_of(plan, day, &date);
        for (int i = 0; i < date.slots.n; i++)
            n = add_notices(plan, day, date.slots.at[i], after_utc_us, until_utc_us,
                            warn_minutes, n_warn, out, n);
    }
    qsort(out, (size_t)n, sizeof out[0], by_due);
    return n;
}

int hours_open_days(const struct hours_plan *plan, int32_t first, int n_days, int32_t *days_out)
{
    int n = 0;

    for (int i = 0; i < n_days; i++) {
        struct hours_date date;

        hours_date_of(plan, first + i, &date);
        if (date.slots.n > 0)
            days_out[n++] = date.day;
    }
    return n;
}

static bool opens_all_weekdays(const struct hours_slots week[7])
{
    for (int i = 0; i < WEEKDAYS; i++)
        if (week[i].n == 0)
            return false;
    return true;
}

bool hours_pattern_is_short(const struct hours_slots week[7], struct hours_demand demand)
{
    int n = 0;

    for (int i = 0; i < WEEKDAYS; i++)
        n += hours_day_type(&week[i], demand.long_minutes) == HOURS_DAY_LONG;
    return opens_all_weekdays(week) && n < demand.long_days;
}

int hours_week_long_days(const struct hours_plan *plan, int32_t day, int long_minutes)
{
    int32_t monday = day - calendar_weekday(day);
    int n = 0;

    for (int i = 0; i < WEEKDAYS; i++) {
        struct hours_date date;

        hours_date_of(plan, monday + i, &date);
        n += hours_day_type(&date.slots, long_minutes) == HOURS_DAY_LONG;
    }
    return n;
}

bool hours_week_is_short(const struct hours_plan *plan, int32_t day, struct hours_demand demand)
{
    int32_t monday = day - calendar_weekday(day);
    struct span name;

    if (!opens_all_weekdays(plan->week))
        return false;
    for (int32_t d = monday; d < monday + WEEKDAYS; d++)
        if (phase_of(plan, d) == HOURS_PHASE_NONE || is_holiday(plan, d, &name) ||
            is_year_end(plan, d))
            return false;
    return hours_week_long_days(plan, day, demand.long_minutes) < demand.long_days;
}

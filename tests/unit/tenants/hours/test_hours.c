#include <stdio.h>

#include "tenants/hours/hours.h"
#include "tests/t.h"

#define LONG \
    { \
        1, \
        { \
            { \
                600, 900 \
            } \
        } \
    } /* 10:00-15:00 */
#define SHORT \
    { \
        1, \
        { \
            { \
                600, 720 \
            } \
        } \
    } /* 10:00-12:00 */
#define SHUT \
    { \
        0, \
        { \
            { \
                0, 0 \
            } \
        } \
    }

static const struct hours_demand demand = {300, 3};

static int32_t day(const char *text)
{
    int32_t d = INT32_MIN;

    T_OK(calendar_read(span_text(text), &d), text);
    return d;
}

static int64_t at(const char *text, int hour, int minute)
{
    return calendar_utc(day(text), hour * 60 + minute);
}

/* The register's contract: Aichi, 令和8年度. */
static struct hours_plan register_plan(void)
{
    return (struct hours_plan){
        .version = 1,
        .week = {LONG, SHORT, LONG, SHORT, LONG, SHUT, SHUT},
        .has_year_end = true,
        .year_end_from = 1229,
        .year_end_to = 103,
        .contract = {true, day("2026-06-01"), day("2027-03-31")},
        .trial = {true, day("2026-05-07"), day("2026-05-29")},
    };
}

static struct hours_date date_of(const struct hours_plan *plan, const char *text)
{
    struct hours_date date;

    hours_date_of(plan, day(text), &date);
    return date;
}

static struct hours_state state_at(const struct hours_plan *plan, int64_t utc_us)
{
    struct hours_state state;

    hours_state_at(plan, utc_us, 10, &state);
    return state;
}

T_CASE(hours_register_202_open_weekdays)
{
    static const int by_month[] = {22, 22, 20, 19, 21, 19, 20, 19, 18, 22};
    struct hours_plan plan = register_plan();
    int32_t first = day("2026-06-01"), days[366];
    int total = hours_open_days(&plan, first, day("2027-03-31") - first + 1, days);

    T_REQ("AI-4.3-ウ-ア-1 AI-4.3-ウ-イ-1");
    T_EQ(total, 202, "the whole period");
    for (int i = 0; i < total; i++)
        if (calendar_weekday(days[i]) > 4)
            T_OK(false, "a weekend");
    for (int i = 0; i < 10; i++) {
        char month[16];
        int n_days = 0;

        snprintf(month, sizeof month, "%04d-%02d", i < 7 ? 2026 : 2027, (i + 5) % 12 + 1);
        T_OK(calendar_month(span_text(month), &first, &n_days), month);
        T_EQ(hours_open_days(&plan, first, n_days, days), by_month[i], month);
    }
}

T_CASE(hours_register_trial_begins_after_golden_week)
{
    struct hours_plan plan = register_plan();
    int32_t days[40];
    struct hours_state state;

    T_REQ("AI-4.3-ウ-ア-2");
    T_EQ(hours_open_days(&plan, day("2026-05-01"), 31, days), 17, "days of the trial");
    T_EQ(days[0], day("2026-05-07"), "its first");
    T_EQ(date_of(&plan, "2026-05-07").phase, HOURS_PHASE_TRIAL, "marked as trial");
    /* However early it is said to begin in that week, 05-06 is a substitute holiday. */
    plan.trial.first = day("2026-05-02");
    T_EQ(hours_open_days(&plan, day("2026-05-02"), 28, days), 17, "as many");
    state = state_at(&plan, at("2026-05-02", 9, 0));
    T_EQ(state.next_utc_us, at("2026-05-07", 10, 0), "the earliest day");
    T_EQ(date_of(&plan, "2026-05-06").rule, HOURS_BY_HOLIDAY, "why not before");
    T_EQ(date_of(&plan, "2026-05-30").rule, HOURS_BY_PERIOD, "between trial and contract");
    plan.trial.last = day("2026-06-30");
    T_EQ(date_of(&plan, "2026-06-30").phase, HOURS_PHASE_CONTRACT, "a day of both");
}

T_CASE(hours_first_rule_that_applies)
{
    static const struct hours_own_day own[] = {
        {20605, SHORT, false, {(const uint8_t *)"s", 1}}, /* 2026-06-01 */
        {20606, SHUT, true, {(const uint8_t *)"c", 1}},
        {20654, LONG, false, {NULL, 0}},  /* 2026-07-20, 海の日 */
        {20816, SHORT, false, {NULL, 0}}, /* 2026-12-29 */
    };
    static const struct hours_holiday holidays[] = {
        {20612, true, {(const uint8_t *)"town", 4}}, /* 2026-06-08 */
        {20676, false, {NULL, 0}},                   /* 2026-08-11, 山の日 */
        {20819, false, {NULL, 0}},                   /* 2027-01-01 */
    };
    static const struct {
        const char *what, *day;
        enum hours_rule rule;
        int minutes;
    } rows[] = {
        {"an own day wins over the pattern", "2026-06-01", HOURS_BY_DAY, 120},
        {"a closure", "2026-06-02", HOURS_BY_CLOSURE, 0},
        {"an own day wins over a holiday", "2026-07-20", HOURS_BY_DAY, 300},
        {"and over the turn of the year", "2026-12-29", HOURS_BY_DAY, 120},
        {"a holiday of the town", "2026-06-08", HOURS_BY_HOLIDAY, 0},
        {"a national holiday", "2026-09-22", HOURS_BY_HOLIDAY, 0},
        {"taken out, the pattern holds", "2026-08-11", HOURS_BY_PATTERN, 120},
        {"taken out, the turn of the year holds", "2027-01-01", HOURS_BY_YEAR_END, 0},
        {"the first day of the turn is an own one", "2026-12-30", HOURS_BY_YEAR_END, 0},
        {"the day before it", "2026-12-28", HOURS_BY_PATTERN, 300},
        {"its last", "2027-01-03", HOURS_BY_YEAR_END, 0},
        {"the day after", "2027-01-04", HOURS_BY_PATTERN, 300},
        {"a Saturday", "2026-06-06", HOURS_BY_PATTERN, 0},
        {"before the periods", "2026-05-06", HOURS_BY_PERIOD, 0},
        {"after them", "2027-04-01", HOURS_BY_PERIOD, 0},
    };
    struct hours_plan plan = register_plan();

    T_REQ("AI-4.3-ウ-イ-1");
    plan.own = own;
    plan.n_own = T_COUNT(own);
    plan.holidays = holidays;
    plan.n_holidays = T_COUNT(holidays);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct hours_date date = date_of(&plan, rows[i].day);

        T_EQ(date.rule, rows[i].rule, rows[i].what);
        T_EQ(hours_minutes(&date.slots), rows[i].minutes, rows[i].what);
    }
    T_SPAN(date_of(&plan, "2026-06-08").title, SPAN("town"), "the name of its holiday");
    T_SPAN(date_of(&plan, "2026-06-02").title, SPAN("c"), "what the closure says");
    plan.contract.is_there = plan.trial.is_there = false;
    T_EQ(date_of(&plan, "2026-06-01").rule, HOURS_BY_PERIOD, "no own day without a period");
    plan = register_plan();
    plan.has_year_end = false;
    T_EQ(date_of(&plan, "2026-12-30").rule, HOURS_BY_PATTERN, "no turn of the year");
}

T_CASE(hours_state_at_every_edge_of_a_day)
{
    static const struct {
        const char *what, *day;
        int hour, minute;
        enum hours_state_kind kind;
        int left;
        const char *next;
    } rows[] = {
        {"before opening", "2026-06-01", 9, 59, HOURS_CLOSED, 0, "2026-06-01"},
        {"at opening", "2026-06-01", 10, 0, HOURS_OPEN, 300, "2026-06-02"},
        {"eleven minutes left", "2026-06-01", 14, 49, HOURS_OPEN, 11, "2026-06-02"},
        {"ten minutes left", "2026-06-01", 14, 50, HOURS_CLOSING, 10, "2026-06-02"},
        {"the last minute", "2026-06-01", 14, 59, HOURS_CLOSING, 1, "2026-06-02"},
        {"at the close", "2026-06-01", 15, 0, HOURS_CLOSED, 0, "2026-06-02"},
        {"a Friday night", "2026-06-05", 20, 0, HOURS_CLOSED, 0, "2026-06-08"},
        {"on a holiday", "2026-09-21", 11, 0, HOURS_CLOSED, 0, "2026-09-24"},
        {"before silver week", "2026-09-18", 16, 0, HOURS_CLOSED, 0, "2026-09-24"},
        {"the turn of the year", "2026-12-28", 16, 0, HOURS_CLOSED, 0, "2027-01-04"},
        {"between trial and contract", "2026-05-30", 11, 0, HOURS_OUTSIDE, 0, "2026-06-01"},
        {"a year before", "2025-03-01", 11, 0, HOURS_OUTSIDE, 0, "2026-05-07"},
        {"the last day's evening", "2027-03-31", 16, 0, HOURS_CLOSED, 0, NULL},
        {"after it", "2027-04-01", 11, 0, HOURS_OUTSIDE, 0, NULL},
    };
    struct hours_plan plan = register_plan();
    struct hours_state state;

    T_REQ("AI-4.3-ウ-イ-1 AI-4.3-ウ-イ-2");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        state = state_at(&plan, at(rows[i].day, rows[i].hour, rows[i].minute));
        T_EQ(state.kind, rows[i].kind, rows[i].what);
        T_EQ(state.minutes_left, rows[i].left, rows[i].what);
        T_EQ(state.has_next, rows[i].next != NULL, rows[i].what);
        if (rows[i].next != NULL)
            T_EQ(state.next_utc_us, at(rows[i].next, 10, 0), rows[i].what);
    }
    state = state_at(&plan, at("2026-06-01", 14, 59) + MINUTE_US - 1);
    T_EQ(state.minutes_left, 1, "the last microsecond is rounded up");
    T_EQ(state.opened_utc_us, at("2026-06-01", 10, 0), "opened");
    T_EQ(state.closes_utc_us, at("2026-06-01", 15, 0), "closes");
}

T_CASE(hours_without_decisions_nothing_opens)
{
    struct hours_plan none = {0}, closed = register_plan();
    struct hours_state state = state_at(&none, at("2026-06-01", 11, 0));

    T_EQ(state.kind, HOURS_OUTSIDE, "no period");
    T_OK(!state.has_next, "nor a next opening");
    for (int i = 0; i < 7; i++)
        closed.week[i].n = 0;
    state = state_at(&closed, at("2026-06-01", 11, 0));
    T_OK(state.kind == HOURS_CLOSED && !state.has_next, "no pattern: the search ends");
}

T_CASE(hours_next_opening_is_searched_so_far)
{
    struct hours_own_day far = {0, SHORT, false, {NULL, 0}};
    struct hours_plan plan = {
        .contract = {true, day("2026-04-01"), day("2029-03-31")}, .own = &far, .n_own = 1};
    int64_t now = at("2026-06-01", 11, 0);

    far.day = day("2026-06-01") + HOURS_SEARCH_DAYS - 1;
    T_OK(state_at(&plan, now).has_next, "on the last day of the search");
    far.day++;
    T_OK(!state_at(&plan, now).has_next, "a day later");
}

T_CASE(hours_tuesday_and_thursday_afternoons)
{
    struct hours_plan plan = register_plan();

    T_REQ("KP-1-千葉-2");
    for (int i = 0; i < 7; i++)
        plan.week[i].n = 0;
    plan.week[1] = plan.week[3] = (struct hours_slots){1, {{900, 1020}}};
    T_EQ(state_at(&plan, at("2026-06-02", 15, 0)).kind, HOURS_OPEN, "Tuesday at three");
    T_EQ(state_at(&plan, at("2026-06-02", 16, 50)).kind, HOURS_CLOSING, "ten to five");
    T_EQ(state_at(&plan, at("2026-06-02", 17, 0)).next_utc_us, at("2026-06-04", 15, 0),
         "then Thursday");
    T_EQ(state_at(&plan, at("2026-06-04", 17, 0)).next_utc_us, at("2026-06-09", 15, 0),
         "then Tuesday");
    T_OK(!hours_pattern_is_short(plan.week, demand), "nobody asks for five-hour days");
    T_OK(!hours_week_is_short(&plan, day("2026-06-02"), demand), "in no week");
}

T_CASE(hours_several_slots_a_day)
{
    struct hours_plan plan = register_plan();
    struct hours_state state;

    T_REQ("KP-1-千葉-2");
    plan.week[0] = (struct hours_slots){2, {{600, 720}, {780, 960}}};
    state = state_at(&plan, at("2026-06-01", 11, 0));
    T_EQ(state.closes_utc_us, at("2026-06-01", 12, 0), "the first slot's close");
    T_EQ(state.next_utc_us, at("2026-06-01", 13, 0), "the second is next");
    state = state_at(&plan, at("2026-06-01", 12, 30));
    T_OK(state.kind == HOURS_CLOSED && state.next_utc_us == at("2026-06-01", 13, 0), "noon");
    T_EQ(state_at(&plan, at("2026-06-01", 13, 0)).kind, HOURS_OPEN, "the second slot");
    T_EQ(hours_day_type(&plan.week[0], 300), HOURS_DAY_LONG, "five hours in all");
}

/* The hot room: no pattern at all, dated sessions several times a month, also on Saturdays. */
T_CASE(hours_sessions_are_dated_events)
{
    struct hours_own_day sessions[] = {
        {day("2026-06-06"), {1, {{840, 960}}}, false, SPAN("ほっとルーム")},
        {day("2026-06-20"), {2, {{600, 660}, {840, 960}}}, false, SPAN("夏の会")},
        {day("2026-07-20"), {1, {{840, 960}}}, false, SPAN("海の日の会")},
    };
    struct hours_plan plan = {.contract = {true, day("2026-04-01"), day("2027-03-31")},
                              .own = sessions,
                              .n_own = T_COUNT(sessions)};
    struct hours_state state = state_at(&plan, at("2026-06-06", 15, 0));
    int32_t days[31];

    T_REQ("SE-4.1-イ-2");
    T_EQ(state.kind, HOURS_OPEN, "a Saturday");
    T_SPAN(state.today.title, SPAN("ほっとルーム"), "its title");
    T_EQ(state.next_utc_us, at("2026-06-20", 10, 0), "the next session");
    T_SPAN(state.next_title, SPAN("夏の会"), "and its title");
    T_EQ(hours_open_days(&plan, day("2026-06-01"), 30, days), 2, "in June");
    T_EQ(days[1], day("2026-06-20"), "the second");
    T_EQ(state_at(&plan, at("2026-07-20", 14, 0)).kind, HOURS_OPEN, "on a holiday");
}

T_CASE(hours_types_of_days)
{
    static const struct hours_slots five = LONG, two = SHORT, none = SHUT;

    T_REQ("AI-4.3-ウ-イ-2");
    T_EQ(hours_day_type(&five, 300), HOURS_DAY_LONG, "10:00-15:00");
    T_EQ(hours_day_type(&two, 300), HOURS_DAY_SHORT, "10:00-12:00");
    T_EQ(hours_day_type(&none, 300), HOURS_DAY_CLOSED, "closed");
    T_EQ(hours_day_type(&two, 120), HOURS_DAY_LONG, "another municipality's measure");
}

T_CASE(hours_full_week_with_fewer_than_three_long_days)
{
    struct hours_plan plan = register_plan();
    struct hours_own_day own = {day("2026-06-10"), SHUT, true, {NULL, 0}};

    T_REQ("AI-4.3-ウ-イ-2");
    T_OK(!hours_pattern_is_short(plan.week, demand), "three of five");
    T_OK(!hours_week_is_short(&plan, day("2026-06-10"), demand), "a week of it");
    plan.own = &own;
    plan.n_own = 1;
    T_OK(hours_week_is_short(&plan, day("2026-06-08"), demand), "a closure leaves two: Monday");
    T_OK(hours_week_is_short(&plan, day("2026-06-14"), demand), "asked by its Sunday");
    T_OK(!hours_week_is_short(&plan, day("2026-06-15"), demand), "the week after");
    T_EQ(hours_week_long_days(&plan, day("2026-06-10"), 300), 2, "two long days");
    plan.n_own = 0;
    plan.week[4] = plan.week[1];
    T_OK(hours_pattern_is_short(plan.week, demand), "two of five");
    T_OK(hours_week_is_short(&plan, day("2026-06-10"), demand), "each week of it");
    T_OK(!hours_pattern_is_short(plan.week, (struct hours_demand){300, 2}), "as settings say");
    T_OK(!hours_pattern_is_short(plan.week, (struct hours_demand){300, 0}), "nothing asked");
    T_OK(!hours_week_is_short(&plan, day("2026-09-24"), demand), "a week with a holiday");
    T_OK(!hours_week_is_short(&plan, day("2026-12-28"), demand), "the turn of the year");
    T_OK(!hours_week_is_short(&plan, day("2027-03-31"), demand), "across the end");
    plan.week[2].n = 0;
    T_OK(!hours_pattern_is_short(plan.week, demand), "four weekdays are no full week");
    T_OK(!hours_week_is_short(&plan, day("2026-06-10"), demand), "nor in the calendar");
}

T_CASE(hours_that_meet_at_midnight_are_one_opening)
{
    static const int warn[] = {10, 3};
    static const struct hours_slots evening = {1, {{1200, 1440}}}, night = {1, {{0, 5}}};
    struct hours_plan plan = register_plan();
    struct hours_notice due[HOURS_NOTICES_MOST];
    struct hours_state state;

    T_REQ("KP-1-千葉-2");
    plan.week[0] = evening; /* Monday 2026-06-01 */
    plan.week[1] = night;
    state = state_at(&plan, at("2026-06-01", 23, 58));
    T_EQ(state.kind, HOURS_CLOSING, "seven minutes are left, not two");
    T_EQ(state.closes_utc_us, at("2026-06-02", 0, 5), "it closes after midnight");
    T_EQ(state.minutes_left, 7, "so many minutes on");
    T_EQ(state.next_utc_us, at("2026-06-03", 10, 0), "and opens on Wednesday");
    T_EQ(state_at(&plan, at("2026-06-02", 0, 2)).kind, HOURS_CLOSING, "after midnight");
    T_EQ(hours_notices(&plan, at("2026-06-01", 20, 30), at("2026-06-02", 0, 0), warn, 2, due),
         1, "no close at midnight");
    T_EQ(due[0].due_utc_us, at("2026-06-01", 23, 55), "warned ten minutes before the real one");
    T_EQ(hours_notices(&plan, at("2026-06-02", 0, 0), at("2026-06-02", 9, 0), warn, 2, due), 2,
         "the rest after midnight");
    plan.week[1] = plan.week[5];
    state = state_at(&plan, at("2026-06-01", 23, 58));
    T_EQ(state.closes_utc_us, at("2026-06-02", 0, 0), "nothing joins: midnight closes");
    T_EQ(hours_notices(&plan, at("2026-06-01", 20, 30), at("2026-06-02", 0, 0), warn, 2, due),
         3, "with its warnings");
}

T_CASE(hours_of_a_place_that_never_closes)
{
    static const int warn[] = {10, 3};
    struct hours_plan plan = register_plan();
    struct hours_notice due[HOURS_NOTICES_MOST];
    struct hours_state state;

    T_REQ("KP-1-千葉-2");
    for (int i = 0; i < 7; i++)
        plan.week[i] = (struct hours_slots){1, {{0, 1440}}};
    state = state_at(&plan, at("2026-06-03", 23, 59));
    T_EQ(state.kind, HOURS_OPEN, "just before midnight");
    T_OK(state.closes_utc_us > at("2026-06-03", 23, 59) + DAY_US, "no close in sight");
    T_OK(!state.has_next, "nor a next opening");
    T_EQ(hours_notices(&plan, at("2026-06-03", 12, 0), at("2026-06-04", 12, 0), warn, 2, due),
         0, "nobody is warned");
    state = state_at(&plan, at("2026-07-17", 12, 0));
    T_EQ(state.closes_utc_us, at("2026-07-20", 0, 0), "a holiday closes it");
    T_EQ(state.next_utc_us, at("2026-07-21", 0, 0), "for a day");
    state = state_at(&plan, at("2027-03-31", 23, 55));
    T_EQ(state.kind, HOURS_CLOSING, "so does the contract's end");
    T_OK(!state.has_next, "for good");
}

T_CASE(hours_notices_fall_due_before_and_at_the_close)
{
    static const int warn[] = {10, 3};
    struct hours_plan plan = register_plan();
    struct hours_notice due[HOURS_NOTICES_MOST];
    int64_t close = at("2026-06-01", 15, 0);

    T_REQ("AI-4.3-ウ-イ-2");
    T_EQ(hours_notices(&plan, at("2026-06-01", 9, 0), at("2026-06-01", 23, 0), warn, 2, due), 3,
         "two warnings and the close");
    T_OK(due[0].minutes == 10 && due[0].due_utc_us == close - 10 * MINUTE_US, "the first");
    T_OK(due[1].minutes == 3 && due[1].due_utc_us == close - 3 * MINUTE_US, "the second");
    T_OK(due[2].minutes == 0 && due[2].due_utc_us == close, "the close");
    T_EQ(due[0].closes_utc_us, close, "of which close");
    T_EQ(hours_notices(&plan, close - 10 * MINUTE_US, close - 3 * MINUTE_US, warn, 2, due), 1,
         "after is left out, until is in");
    T_EQ(due[0].minutes, 3, "so each is given once");
    T_EQ(hours_notices(&plan, close, close, warn, 2, due), 0, "no time, no notice");
    T_EQ(hours_notices(&plan, close - DAY_US * 3, close, warn, 2, due), 0,
         "of three days the first alone: a Friday night to Saturday");
    T_EQ(hours_notices(&plan, at("2026-06-01", 14, 0), at("2026-06-02", 14, 0), warn, 2, due),
         6, "over midnight");
    T_OK(due[5].due_utc_us == at("2026-06-02", 12, 0), "by time");
    plan.week[0] = (struct hours_slots){1, {{600, 605}}};
    T_EQ(hours_notices(&plan, at("2026-06-01", 9, 0), at("2026-06-01", 23, 0), warn, 2, due), 2,
         "five minutes of opening are not warned of ten before");
    T_EQ(hours_notices(&plan, at("2026-06-06", 0, 0), at("2026-06-06", 23, 0), warn, 2, due), 0,
         "a closed day");
}

T_CASE(hours_cut_at_a_minute)
{
    static const struct hours_slots two = {2, {{600, 720}, {780, 960}}};
    static const struct {
        const char *what;
        int minute, n, last_to;
    } rows[] = {
        {"before opening", 600, 0, 0},  {"within the first", 660, 1, 660},
        {"at its end", 720, 1, 720},    {"between", 750, 1, 720},
        {"at the second", 780, 1, 720}, {"within the second", 781, 2, 781},
        {"after all", 1000, 2, 960},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct hours_slots left = hours_cut(&two, rows[i].minute);

        T_EQ(left.n, rows[i].n, rows[i].what);
        if (left.n > 0)
            T_EQ(left.at[left.n - 1].to, rows[i].last_to, rows[i].what);
    }
}

T_CASE(hours_slots_lie_apart_in_order)
{
    static const struct {
        const char *what;
        struct hours_slots slots;
        int bad; /* -1: right */
    } rows[] = {
        {"none", SHUT, -1},
        {"one", LONG, -1},
        {"from midnight", {1, {{0, 60}}}, -1},
        {"to the last minute", {1, {{60, 1439}}}, -1},
        {"to midnight", {1, {{60, 1440}}}, -1},
        {"past midnight", {1, {{60, 1441}}}, 0},
        {"no time", {1, {{600, 600}}}, 0},
        {"backwards", {1, {{900, 600}}}, 0},
        {"touching", {2, {{600, 720}, {720, 900}}}, 1},
        {"overlapping", {2, {{600, 720}, {700, 900}}}, 1},
        {"out of order", {2, {{780, 900}, {600, 720}}}, 1},
        {"apart", {2, {{600, 720}, {721, 900}}}, -1},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int bad = -1;

        T_EQ(hours_slots_are_right(&rows[i].slots, &bad), rows[i].bad < 0, rows[i].what);
        T_EQ(bad, rows[i].bad, rows[i].what);
    }
}

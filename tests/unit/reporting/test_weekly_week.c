/* Weeks of Tokyo: midnight, the turn of a year, and when a report is due. Dates checked with
 * cal(1). */
#include "reporting/weekly_week.h"

#include "node/base/jx_scalar.h"
#include "tests/t.h"

static int64_t at(const char *text)
{
    int64_t us = 0;

    T_OK(jx_time_parse(span_text(text), &us), text);
    return us;
}

T_CASE(weekly_monday_is_midnight_in_tokyo)
{
    static const struct {
        const char *what, *instant, *monday;
    } rows[] = {
        {"a Sunday", "2026-11-22T15:37:03+09:00", "2026-11-16T00:00:00+09:00"},
        {"its last moment", "2026-11-22T23:59:59.999999+09:00", "2026-11-16T00:00:00+09:00"},
        {"midnight begins the next", "2026-11-23T00:00:00+09:00", "2026-11-23T00:00:00+09:00"},
        {"still Sunday in London", "2026-11-22T15:00:00Z", "2026-11-23T00:00:00+09:00"},
        {"over the turn of the year", "2027-01-01T09:00:00+09:00", "2026-12-28T00:00:00+09:00"},
        {"leap day", "2028-02-29T00:00:00+09:00", "2028-02-28T00:00:00+09:00"},
        {"when Europe turns its clocks", "2026-10-25T10:00:00+09:00",
         "2026-10-19T00:00:00+09:00"},
        {"the Monday the count begins at", "1969-12-29T00:00:00+09:00",
         "1969-12-29T00:00:00+09:00"},
        {"before it", "1969-12-28T23:59:59+09:00", "1969-12-22T00:00:00+09:00"},
        {"exactly a week before", "1969-12-22T00:00:00+09:00", "1969-12-22T00:00:00+09:00"},
    };

    T_REQ("AI-4.6-ア-1");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(weekly_monday(at(rows[i].instant)), at(rows[i].monday), rows[i].what);
}

T_CASE(weekly_due_waits_for_the_hour_of_the_day)
{
    static const struct {
        const char *what, *now;
        int weekday, hour;
        const char *week;
    } rows[] = {
        {"Monday before six", "2026-11-23T05:59:59+09:00", 0, 6, "2026-11-09T00:00:00+09:00"},
        {"Monday at six", "2026-11-23T06:00:00+09:00", 0, 6, "2026-11-16T00:00:00+09:00"},
        {"Sunday after", "2026-11-29T23:59:59+09:00", 0, 6, "2026-11-16T00:00:00+09:00"},
        {"Wednesday at nine", "2026-11-25T09:00:00+09:00", 2, 9, "2026-11-16T00:00:00+09:00"},
        {"Wednesday before nine", "2026-11-25T08:59:59+09:00", 2, 9,
         "2026-11-09T00:00:00+09:00"},
        {"Sunday at 23", "2026-11-29T23:00:00+09:00", 6, 23, "2026-11-16T00:00:00+09:00"},
        {"midnight itself", "2026-11-23T00:00:00+09:00", 0, 0, "2026-11-16T00:00:00+09:00"},
        {"New Year", "2027-01-04T06:00:00+09:00", 0, 6, "2026-12-28T00:00:00+09:00"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(weekly_due(at(rows[i].now), rows[i].weekday, rows[i].hour), at(rows[i].week),
             rows[i].what);
}

T_CASE(weekly_days_and_shares_add_up)
{
    const int64_t week = at("2026-12-28T00:00:00+09:00"), hour = 3600 * SECOND_US;
    int64_t sum = 0;

    T_EQ(weekly_day(week, week), 0, "Monday begins");
    T_EQ(weekly_day(week, week - 1), -1, "before");
    T_EQ(weekly_day(week, at("2027-01-01T00:00:00+09:00")), 4, "New Year's day is a Friday");
    T_EQ(weekly_day(week, week + WEEKLY_US - 1), 6, "the last moment");
    T_EQ(weekly_day(week, week + WEEKLY_US), -1, "behind");
    T_EQ(weekly_share_us(week, 3, week + 95 * hour, week + 98 * hour), hour, "till midnight");
    T_EQ(weekly_share_us(week, 4, week + 95 * hour, week + 98 * hour), 2 * hour,
         "from midnight");
    T_EQ(weekly_share_us(week, 5, week + 95 * hour, week + 98 * hour), 0, "not there");
    for (int d = 0; d < WEEKLY_DAYS; d++)
        sum += weekly_share_us(week, d, week - hour, week + WEEKLY_US + hour);
    T_EQ(sum, WEEKLY_US, "cut to the week at both ends");
}

#include "tenants/hours/calendar.h"
#include "tenants/hours/holiday.h"
#include "tests/t.h"

static int32_t day(const char *text)
{
    int32_t d = INT32_MIN;

    T_OK(calendar_read(span_text(text), &d), text);
    return d;
}

T_CASE(calendar_counts_days_of_japan)
{
    static const struct {
        const char *what, *day;
        int32_t number;
        int weekday;
    } rows[] = {
        {"day 0, a Thursday", "1970-01-01", 0, 3},     {"before it", "1969-12-31", -1, 2},
        {"a Monday before it", "1969-12-22", -10, 0},  {"leap day", "2024-02-29", 19782, 3},
        {"first opening day", "2026-06-01", 20605, 0}, {"a Sunday", "2026-05-31", 20604, 6},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char text[DAY_TEXT_CAP];

        T_EQ(day(rows[i].day), rows[i].number, rows[i].what);
        T_EQ(calendar_weekday(rows[i].number), rows[i].weekday, rows[i].what);
        calendar_text(rows[i].number, text);
        T_TEXT(text, rows[i].day, rows[i].what);
    }
}

T_CASE(calendar_instant_belongs_to_the_day_in_japan)
{
    int32_t d = day("2026-06-01");
    int64_t midnight = calendar_utc(d, 0);

    T_EQ(midnight, INT64_C(1780239600000000), "2026-05-31T15:00:00Z");
    T_EQ(calendar_day_at(midnight), d, "the day begins");
    T_EQ(calendar_day_at(midnight - 1), d - 1, "a microsecond before");
    T_EQ(calendar_day_at(calendar_utc(d, 1440) - 1), d, "its last microsecond");
    T_EQ(calendar_utc(d, 1440), calendar_utc(d + 1, 0), "minute 1440 is the next midnight");
    T_EQ(calendar_day_at(calendar_utc(-1, 0)), -1, "before day 0");
    T_EQ(calendar_day_at(calendar_utc(0, 0) - 1), -1, "just before day 0");
}

T_CASE(calendar_reads_only_days_and_times_there_are)
{
    static const char *const no_days[] = {"2026-02-29", "2026-6-01", "2026-06-31",
                                          "1950-12-31", "",          "2026-06-01 "};
    static const char *const no_times[] = {"24:00", "9:00", "10:60", "1a:00",
                                           "10-00", "",     "10:000"};
    int32_t d = 7;
    int minute = 7, year, month, mday;
    char text[TIME_TEXT_CAP];

    for (size_t i = 0; i < T_COUNT(no_days); i++)
        T_OK(!calendar_read(span_text(no_days[i]), &d) && d == 7, no_days[i]);
    for (size_t i = 0; i < T_COUNT(no_times); i++)
        T_OK(!calendar_time_read(span_text(no_times[i]), &minute) && minute == 7, no_times[i]);
    T_OK(calendar_time_read(SPAN("23:59"), &minute) && minute == 1439, "the last minute");
    T_OK(calendar_time_read(SPAN("00:00"), &minute) && minute == 0, "midnight");
    T_OK(calendar_end_read(SPAN("24:00"), &minute) && minute == 1440, "the midnight after");
    T_OK(calendar_end_read(SPAN("23:59"), &minute) && minute == 1439, "the same otherwise");
    T_OK(!calendar_end_read(SPAN("24:01"), &minute) && minute == 1439, "nothing later");
    calendar_time_text(1440, text);
    T_SPAN(span_text(text), SPAN("24:00"), "and back");
    calendar_time_text(615, text);
    T_TEXT(text, "10:15", "back to text");
    calendar_civil(day("2026-12-29"), &year, &month, &mday);
    T_OK(year == 2026 && month == 12 && mday == 29, "year, month, day");
}

T_CASE(calendar_months_have_their_days)
{
    int32_t first = 0;
    int n = 0;

    T_OK(calendar_month(SPAN("2026-02"), &first, &n) && n == 28, "February");
    T_OK(calendar_month(SPAN("2024-02"), &first, &n) && n == 29, "of a leap year");
    T_OK(calendar_month(SPAN("2026-06"), &first, &n) && n == 30 && first == day("2026-06-01"),
         "June");
    T_OK(!calendar_month(SPAN("2026-13"), &first, &n), "no month");
    T_OK(!calendar_month(SPAN("2026-6"), &first, &n), "another form");
    T_OK(!calendar_month(SPAN("2026-0x"), &first, &n), "letters");
}

/* 令和8年度, as the Cabinet Office lists them. */
T_CASE(holiday_table_has_the_days_of_a_school_year)
{
    static const char *const rows[] = {"2026-04-29", "2026-05-03", "2026-05-04", "2026-05-05",
                                       "2026-05-06", "2026-07-20", "2026-08-11", "2026-09-21",
                                       "2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03",
                                       "2026-11-23", "2027-01-01", "2027-01-11", "2027-02-11",
                                       "2027-02-23", "2027-03-21", "2027-03-22"};
    size_t n = 0;

    T_REQ("AI-4.3-ウ-イ-1");
    for (int32_t d = day("2026-04-01"); d <= day("2027-03-31"); d++)
        n += holiday_national(d) != NULL;
    T_EQ(n, T_COUNT(rows), "no day more");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_OK(holiday_national(day(rows[i])) != NULL, rows[i]);
    T_TEXT(holiday_national(day("2026-11-03")), "文化の日", "by its name");
    T_OK(holiday_national(day("2026-05-07")) == NULL, "an ordinary day");
    T_EQ(holidays_national_n, 1329, "1970 to 2050");
    for (size_t i = 1; i < holidays_national_n; i++)
        if (holidays_national[i - 1].day >= holidays_national[i].day)
            T_OK(false, "by day, each once");
}

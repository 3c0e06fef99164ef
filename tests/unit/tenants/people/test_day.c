/* Days of Japan: what a roster, a contract and a registration call a day. */
#include "tenants/people/day.h"

#include "tests/t.h"

#define S INT64_C(1000000)

T_CASE(day_begins_and_ends_in_tokyo)
{
    static const struct {
        const char *what;
        int64_t utc_us;
        int school_year;
        const char *day;
    } rows[] = {
        {"the last second of March", INT64_C(1774969199) * S, 2025, "2026-03-31"},
        {"the first of April", INT64_C(1774969200) * S, 2026, "2026-04-01"},
        {"New Year", INT64_C(1798729200) * S, 2026, "2027-01-01"},
        {"a leap day", INT64_C(1709132400) * S, 2023, "2024-02-29"},
    };
    char text[DAY_TEXT_CAP];
    int64_t begin_us = 0, end_us = 0;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        day_text(rows[i].utc_us, text);
        T_TEXT(text, rows[i].day, rows[i].what);
        T_EQ(day_school_year(rows[i].utc_us), rows[i].school_year, rows[i].what);
        T_OK(day_begin(span_text(text), &begin_us) && day_end(span_text(text), &end_us),
             rows[i].what);
        T_OK(begin_us <= rows[i].utc_us && rows[i].utc_us < end_us, "lies in its own day");
        T_EQ(end_us - begin_us, DAY_US, "of 24 hours");
    }
}

T_CASE(day_is_one_that_exists)
{
    static const char *const good[] = {"2026-04-01", "2024-02-29", "2000-02-29",
                                       "1999-12-31", "2026-01-31", "2199-11-30"};
    static const char *const bad[] = {
        "",           "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-01",
        "2026-01-00", "2026-1-01",  "2026/04/01", "1899-12-31", "9999-01-01", "20260401",
        "2026-04-0x", "+026-04-01", " 026-04-01", "2026-04-1 ", "2026-04-011"};
    int64_t at;

    for (size_t i = 0; i < T_COUNT(good); i++)
        T_OK(day_begin(span_text(good[i]), &at), good[i]);
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_OK(!day_begin(span_text(bad[i]), &at) && !day_end(span_text(bad[i]), &at), bad[i]);
}

/* School years, days, and the rules of admission that need no table: SE-4.1-1, HI-3.3-1. */
#include "tenants/registration.h"

#include "tests/t.h"

T_CASE(registration_school_year_begins_in_april_in_tokyo)
{
    static const struct {
        const char *what;
        int64_t utc_us, year;
        const char *today;
    } rows[] = {
        {"the last evening of March", INT64_C(1774969199) * 1000000, 2025, "2026-03-31"},
        {"midnight in Tokyo", INT64_C(1774969200) * 1000000, 2026, "2026-04-01"},
        {"New Year", INT64_C(1798729200) * 1000000, 2026, "2027-01-01"},
        {"a leap day", INT64_C(1709132400) * 1000000, 2023, "2024-02-29"},
    };
    char text[11];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(registration_school_year(rows[i].utc_us), rows[i].year, rows[i].what);
        T_SPAN(registration_today(rows[i].utc_us, text), span_text(rows[i].today),
               rows[i].what);
    }
}

T_CASE(registration_takes_days_that_exist)
{
    static const char *const good[] = {"2026-04-01", "2024-02-29", "2000-02-29",
                                       "1999-12-31", "2026-01-31", "2199-11-30"};
    static const char *const bad[] = {
        "",           "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-01",
        "2026-01-00", "2026-1-01",  "2026/04/01", "1899-12-31", "2200-01-01", "20260401",
        "2026-04-0x", "+026-04-01", " 026-04-01", "2026-04-1 ", "2026-04-011"};

    for (size_t i = 0; i < T_COUNT(good); i++)
        T_OK(registration_is_date(span_text(good[i])), good[i]);
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_OK(!registration_is_date(span_text(bad[i])), bad[i]);
}

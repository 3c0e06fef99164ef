/* Months of Tokyo: midnight, leap years, the turn of a year. Dates checked with cal(1). */
#include "reporting/kpi/kpi_month.h"

#include "node/base/jx_scalar.h"
#include "tests/t.h"

static int64_t at(const char *text)
{
    int64_t us = 0;

    T_OK(jx_time_parse(span_text(text), &us), text);
    return us;
}

T_CASE(kpi_month_begins_at_midnight_in_tokyo)
{
    static const struct {
        const char *instant, *begin, *next, *before, *text;
    } rows[] = {
        {"2026-05-31T23:59:59.999999+09:00", "2026-05-01T00:00:00+09:00",
         "2026-06-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00", "2026-05"},
        {"2026-05-31T15:00:00Z", "2026-06-01T00:00:00+09:00", "2026-07-01T00:00:00+09:00",
         "2026-05-01T00:00:00+09:00", "2026-06"},
        {"2028-02-29T12:00:00+09:00", "2028-02-01T00:00:00+09:00", "2028-03-01T00:00:00+09:00",
         "2028-01-01T00:00:00+09:00", "2028-02"},
        {"2027-01-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00", "2027-02-01T00:00:00+09:00",
         "2026-12-01T00:00:00+09:00", "2027-01"},
        {"2026-12-15T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00",
         "2026-11-01T00:00:00+09:00", "2026-12"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char text[KPI_MONTH_CAP];
        int64_t begin = kpi_month_begin(at(rows[i].instant)), parsed = 0;

        T_EQ(begin, at(rows[i].begin), rows[i].instant);
        T_EQ(kpi_month_next(begin), at(rows[i].next), rows[i].instant);
        T_EQ(kpi_month_before(begin), at(rows[i].before), rows[i].instant);
        kpi_month_text(begin, text);
        T_TEXT(text, rows[i].text, rows[i].instant);
        T_OK(kpi_month_parse(span_text(text), &parsed), text);
        T_EQ(parsed, begin, text);
    }
}

T_CASE(kpi_month_is_a_month_or_nothing)
{
    static const char *const wrong[] = {"",        "2026",    "2026-5",     "2026-13",
                                        "2026-00", "2026/05", "2026-05-01", "abcd-ef"};
    int64_t kept = 7;

    for (size_t i = 0; i < T_COUNT(wrong); i++)
        T_OK(!kpi_month_parse(span_text(wrong[i]), &kept), wrong[i]);
    T_EQ(kept, 7, "left alone");
}

#include "reporting/kpi/kpi_month.h"

#include <stdio.h>

#include "tenants/people/day.h"

/* The first of the month of that day. */
static int64_t first_of(const char *day)
{
    char first[DAY_TEXT_CAP + 1];
    int64_t utc_us = 0;
    int n = snprintf(first, sizeof first, "%.7s-01", day);

    return n == DAY_TEXT_CAP - 1 && day_begin(span_text(first), &utc_us) ? utc_us : 0;
}

int64_t kpi_month_begin(int64_t utc_us)
{
    char day[DAY_TEXT_CAP];

    day_text(utc_us, day);
    return first_of(day);
}

int64_t kpi_month_next(int64_t begin_utc_us)
{
    return kpi_month_begin(begin_utc_us + 31 * DAY_US); /* no month is longer */
}

int64_t kpi_month_before(int64_t begin_utc_us)
{
    return kpi_month_begin(begin_utc_us - 1);
}

#define MONTHS_KEPT 10

int64_t kpi_month_oldest(int64_t now_utc_us)
{
    int64_t month = kpi_month_begin(now_utc_us);

    for (int i = 0; i < MONTHS_KEPT; i++)
        month = kpi_month_before(month);
    return month;
}

void kpi_month_text(int64_t begin_utc_us, char text_out[KPI_MONTH_CAP])
{
    char day[DAY_TEXT_CAP];

    day_text(begin_utc_us, day);
    snprintf(text_out, KPI_MONTH_CAP, "%.7s", day);
}

bool kpi_month_parse(struct span text, int64_t *utc_us_out)
{
    char day[DAY_TEXT_CAP + 1];

    if (text.len != KPI_MONTH_CAP - 1)
        return false;
    snprintf(day, sizeof day, "%.*s-01", SPAN_ARG(text));
    return day_begin(span_text(day), utc_us_out);
}

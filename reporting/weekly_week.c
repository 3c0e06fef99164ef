#include "reporting/weekly_week.h"

#define TOKYO_US (9 * HOUR_US)
/* 1969-12-29, in Tokyo, was a Monday. */
#define A_MONDAY_US (-3 * DAY_US - TOKYO_US)

int64_t weekly_monday(int64_t utc_us)
{
    int64_t since = utc_us - A_MONDAY_US;
    int64_t weeks = since >= 0 ? since / WEEKLY_US : -((-since + WEEKLY_US - 1) / WEEKLY_US);

    return A_MONDAY_US + weeks * WEEKLY_US;
}

int64_t weekly_due(int64_t now_utc_us, int weekday, int hour)
{
    return weekly_monday(now_utc_us - WEEKLY_US - weekday * DAY_US - hour * HOUR_US);
}

int weekly_day(int64_t week_utc_us, int64_t utc_us)
{
    return utc_us < week_utc_us || utc_us >= week_utc_us + WEEKLY_US
               ? -1
               : (int)((utc_us - week_utc_us) / DAY_US);
}

int64_t weekly_share_us(int64_t week_utc_us, int day, int64_t begin_utc_us, int64_t end_utc_us)
{
    int64_t from = week_utc_us + day * DAY_US, until = from + DAY_US;

    if (begin_utc_us > from)
        from = begin_utc_us;
    if (end_utc_us < until)
        until = end_utc_us;
    return until > from ? until - from : 0;
}

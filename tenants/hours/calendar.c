#include "tenants/hours/calendar.h"

#include <stdio.h>

#define JAPAN_US (INT64_C(9) * 3600 * 1000000)

int32_t calendar_day_at(int64_t utc_us)
{
    int64_t here = utc_us + JAPAN_US;

    return (int32_t)(here / DAY_US - (here % DAY_US < 0));
}

int64_t calendar_utc(int32_t day, int minute)
{
    return day * DAY_US + minute * MINUTE_US - JAPAN_US;
}

bool calendar_read(struct span text, int32_t *day_out)
{
    int64_t begin;

    if (!day_begin(text, &begin))
        return false;
    *day_out = calendar_day_at(begin);
    return true;
}

void calendar_text(int32_t day, char text_out[DAY_TEXT_CAP])
{
    day_text(calendar_utc(day, 0), text_out);
}

int calendar_weekday(int32_t day)
{
    int shifted = (day + 3) % 7; /* day 0 was a Thursday */

    return shifted < 0 ? shifted + 7 : shifted;
}

static int digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

void calendar_civil(int32_t day, int *year_out, int *month_out, int *mday_out)
{
    char text[DAY_TEXT_CAP];

    calendar_text(day, text);
    *year_out = digits(text, 4);
    *month_out = digits(text + 5, 2);
    *mday_out = digits(text + 8, 2);
}

bool calendar_month(struct span text, int32_t *first_out, int *n_days_out)
{
    char day[DAY_TEXT_CAP + 1];
    int32_t first = 0, last;

    if (text.len != 7)
        return false;
    snprintf(day, sizeof day, "%.*s-01", SPAN_ARG(text));
    if (!calendar_read(span_text(day), &first))
        return false;
    for (int n = 31; n >= 28; n--) {
        snprintf(day, sizeof day, "%.*s-%02d", SPAN_ARG(text), n);
        if (calendar_read(span_text(day), &last)) {
            *first_out = first;
            *n_days_out = n;
            return true;
        }
    }
    return false;
}

bool calendar_time_read(struct span text, int *minute_out)
{
    const uint8_t *p = text.p;

    if (text.len != 5 || p[2] != ':' || p[0] < '0' || p[0] > '2' || p[1] < '0' || p[1] > '9' ||
        p[3] < '0' || p[3] > '5' || p[4] < '0' || p[4] > '9' || (p[0] == '2' && p[1] > '3'))
        return false;
    *minute_out = ((p[0] - '0') * 10 + (p[1] - '0')) * 60 + (p[3] - '0') * 10 + (p[4] - '0');
    return true;
}

bool calendar_end_read(struct span text, int *minute_out)
{
    if (!span_eq(text, SPAN("24:00")))
        return calendar_time_read(text, minute_out);
    *minute_out = 24 * 60;
    return true;
}

void calendar_time_text(int minute, char text_out[TIME_TEXT_CAP])
{
    unsigned hour = (unsigned)minute / 60 % 25, rest = (unsigned)minute % 60;

    snprintf(text_out, TIME_TEXT_CAP, "%02u:%02u", hour, rest);
}

#include "tenants/people/day.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"

bool day_begin(struct span text, int64_t *utc_us_out)
{
    char whole[32];
    int64_t at;
    int n;

    if (text.len != DAY_TEXT_CAP - 1 || memcmp(text.p, "1951", 4) < 0 ||
        memcmp(text.p, "9998", 4) > 0)
        return false;
    n = snprintf(whole, sizeof whole, "%.*sT00:00:00+09:00", SPAN_ARG(text));
    if (n < 0 || !jx_time_parse(span_of(whole, (size_t)n), &at))
        return false;
    *utc_us_out = at;
    return true;
}

bool day_end(struct span text, int64_t *utc_us_out)
{
    int64_t begin;

    if (!day_begin(text, &begin))
        return false;
    *utc_us_out = begin + DAY_US;
    return true;
}

void day_text(int64_t utc_us, char text_out[DAY_TEXT_CAP])
{
    char whole[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, whole);
    memcpy(text_out, whole, DAY_TEXT_CAP - 1);
    text_out[DAY_TEXT_CAP - 1] = '\0';
}

int day_school_year(int64_t utc_us)
{
    char day[DAY_TEXT_CAP];
    int year = 0;

    day_text(utc_us, day);
    for (int i = 0; i < 4; i++)
        year = year * 10 + (day[i] - '0');
    return memcmp(day + 5, "04", 2) < 0 ? year - 1 : year;
}

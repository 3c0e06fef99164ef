#include "node/base/era.h"

#include <stdio.h>
#include <time.h>

static const struct {
    int year, month, day;
    const char *name;
} eras[] = {
    {2019, 5, 1, "令和"},  {1989, 1, 8, "平成"}, {1926, 12, 25, "昭和"},
    {1912, 7, 30, "大正"}, {1873, 1, 1, "明治"},
};
#define MEIJI_FIRST_YEAR 1868

static bool is_from(const struct tm *tm, int year, int month, int day)
{
    int y = tm->tm_year + 1900, m = tm->tm_mon + 1;

    if (y != year)
        return y > year;
    return m != month ? m > month : tm->tm_mday >= day;
}

void era_date_text(int64_t utc_us, bool with_weekday, char text_out[ERA_TEXT_CAP])
{
    static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
    int64_t tokyo_us = utc_us + INT64_C(9) * 3600 * 1000000;
    time_t s = (time_t)(tokyo_us / 1000000 - (tokyo_us % 1000000 < 0));
    struct tm tm;
    char year[40], weekday[16] = "";

    gmtime_r(&s, &tm);
    snprintf(year, sizeof year, "%d", tm.tm_year + 1900);
    for (size_t i = 0; i < sizeof eras / sizeof *eras; i++) {
        int first = i + 1 == sizeof eras / sizeof *eras ? MEIJI_FIRST_YEAR : eras[i].year;
        int n = tm.tm_year + 1900 - first + 1;

        if (!is_from(&tm, eras[i].year, eras[i].month, eras[i].day))
            continue;
        if (n == 1)
            snprintf(year, sizeof year, "%s元", eras[i].name);
        else
            snprintf(year, sizeof year, "%s%d", eras[i].name, n);
        break;
    }
    if (with_weekday)
        snprintf(weekday, sizeof weekday, "（%s）", weekdays[tm.tm_wday]);
    snprintf(text_out, ERA_TEXT_CAP, "%s年%d月%d日%s", year, tm.tm_mon + 1, tm.tm_mday,
             weekday);
}

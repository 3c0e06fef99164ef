#include "node/base/era.h"

#include "tests/t.h"

/* Domain guide, section 8: measured days on both sides of each change. */
T_CASE(era_of_known_days)
{
    static const struct {
        const char *what;
        int64_t utc_s;
        bool weekday;
        const char *want;
    } rows[] = {
        {"first day of Reiwa, just after midnight in Tokyo", 1556636400, false,
         "令和元年5月1日"},
        {"last second of Heisei", 1556636399, false, "平成31年4月30日"},
        {"first day of Heisei", 600188400, false, "平成元年1月8日"},
        {"last day of Showa", 600188399, false, "昭和64年1月7日"},
        {"today's weekday", 1795302000, true, "令和8年11月22日（日）"},
        {"the epoch", 0, true, "昭和45年1月1日（木）"},
        {"first day of Showa", -1357635600, false, "昭和元年12月25日"},
        {"last day of Taisho", -1357635601, false, "大正15年12月24日"},
        {"first day of the Gregorian calendar", -3061011600, false, "明治6年1月1日"},
        {"the day before it, western", -3061011601, false, "1872年12月31日"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char text[ERA_TEXT_CAP];

        era_date_text(rows[i].utc_s * 1000000, rows[i].weekday, text);
        T_TEXT(text, rows[i].want, rows[i].what);
    }
}

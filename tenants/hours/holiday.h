/* tenants/hours/holiday.h - Japan's national holidays (国民の祝日に関する法律, substitute days
 * and days between two holidays included), a table made at build from the npm package
 * @holiday-jp/holiday_jp. Equinoxes of far years are predictions and laws change: a
 * municipality adds and takes out days (hours.h). Threads: const data. */
#ifndef TENANTS_HOURS_HOLIDAY_H
#define TENANTS_HOURS_HOLIDAY_H

#include <stddef.h>
#include <stdint.h>

struct holiday {
    int32_t day; /* calendar.h */
    const char *name_ja;
};
/* By day; 1970 to 2050. */
extern const struct holiday holidays_national[];
extern const size_t holidays_national_n;

/* NULL: it is none. */
const char *holiday_national(int32_t day);

#endif

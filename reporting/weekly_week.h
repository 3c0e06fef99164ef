/* reporting/weekly_week.h - the week of a weekly report: Monday 00:00 to Monday 00:00 in Tokyo,
 * which has had one offset since 1951. Instants are UTC microseconds. Threads: pure. */
#ifndef REPORTING_WEEKLY_WEEK_H
#define REPORTING_WEEKLY_WEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/clock.h"

#define WEEKLY_DAYS 7
#define WEEKLY_US   (WEEKLY_DAYS * DAY_US)

/* The instant at which the week of that instant began. */
int64_t weekly_monday(int64_t utc_us);
/* The newest week (its Monday) whose report is due: it is over, and since its end the hour of
 * that weekday (0 Monday .. 6 Sunday) has come. */
int64_t weekly_due(int64_t now_utc_us, int weekday, int hour);
/* Which day of the week, 0 Monday .. 6 Sunday; -1: not in it. */
int weekly_day(int64_t week_utc_us, int64_t utc_us);
/* How much of begin..end lies in that day of the week. */
int64_t weekly_share_us(int64_t week_utc_us, int day, int64_t begin_utc_us, int64_t end_utc_us);

#endif

/* tenants/hours/calendar.h - days of Japan as numbers, so that they can be counted: day 0 is
 * 1970-01-01. Japan has had one offset since 1951; no table of the system is asked. Threads:
 * reentrant. */
#ifndef TENANTS_HOURS_CALENDAR_H
#define TENANTS_HOURS_CALENDAR_H

#include "tenants/people/day.h"

#define MINUTE_US (INT64_C(60) * 1000000)

/* The day in Japan of an instant, and the instant of a minute (0 to 1440) of a day. */
int32_t calendar_day_at(int64_t utc_us);
int64_t calendar_utc(int32_t day, int minute);
/* As day_begin (tenants/people/day.h); false leaves *day_out alone. */
bool calendar_read(struct span text, int32_t *day_out);
void calendar_text(int32_t day, char text_out[DAY_TEXT_CAP]);
int calendar_weekday(int32_t day); /* 0 Monday .. 6 Sunday */
/* Month 1 to 12, day of the month 1 to 31. */
void calendar_civil(int32_t day, int *year_out, int *month_out, int *mday_out);
/* The first day of a month ("2026-06") and how many it has; false: no month of 1951 to 9998. */
bool calendar_month(struct span text, int32_t *first_out, int *n_days_out);
/* "10:00" to minutes since midnight and back; 00:00 to 23:59, as an end also 24:00. False: it
 * is none. */
bool calendar_time_read(struct span text, int *minute_out);
bool calendar_end_read(struct span text, int *minute_out);
#define TIME_TEXT_CAP 6
void calendar_time_text(int minute, char text_out[TIME_TEXT_CAP]);

#endif

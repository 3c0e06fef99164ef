/* node/base/era.h - Japanese era dates for documents: 令和8年11月22日, first year 元年
 * (domain guide, section 8). Table-driven, so that a new era is one row.  Threads: any. */
#ifndef NODE_BASE_ERA_H
#define NODE_BASE_ERA_H

#include <stdbool.h>
#include <stdint.h>

#define ERA_TEXT_CAP 128

/* The day in Asia/Tokyo; with the weekday in brackets when asked: 令和8年11月22日（日）.
 * Days before 明治6年 (1873, when Japan took the Gregorian calendar) are written in western
 * years. */
void era_date_text(int64_t utc_us, bool with_weekday, char text_out[ERA_TEXT_CAP]);

#endif

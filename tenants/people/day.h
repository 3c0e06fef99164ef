/* tenants/people/day.h - days of Japan as texts, "2026-04-01", and the instants they begin and
 * end. Japan has had one offset since 1951. Threads: any. */
#ifndef TENANTS_PEOPLE_DAY_H
#define TENANTS_PEOPLE_DAY_H

#include "node/base/clock.h"
#include "node/base/err.h"
#include "node/base/span.h"

#define DAY_TEXT_CAP 11

/* Exactly YYYY-MM-DD of a day there is, 1951 to 9998; to the instant it begins in Japan. False:
 * it is none, and *utc_us_out is left alone. */
bool day_begin(struct span text, int64_t *utc_us_out);
/* The instant it is over. */
bool day_end(struct span text, int64_t *utc_us_out);
/* The day in Japan of an instant. */
void day_text(int64_t utc_us, char text_out[DAY_TEXT_CAP]);
/* The school year (from April) of an instant. */
int day_school_year(int64_t utc_us);

#endif

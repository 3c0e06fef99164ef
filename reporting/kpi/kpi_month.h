/* reporting/kpi/kpi_month.h - the month of a figure: from the first 00:00 of a month to that of
 * the next, in Tokyo, which has had one offset since 1951. Instants are UTC microseconds.
 * Threads: pure. */
#ifndef REPORTING_KPI_MONTH_H
#define REPORTING_KPI_MONTH_H

#include <stdbool.h>

#include "node/base/clock.h"
#include "node/base/span.h"

#define KPI_MONTH_CAP 8 /* "2026-11" */

/* When the month of that instant began. */
int64_t kpi_month_begin(int64_t utc_us);
/* When the one after the month that begins then begins; the one before. */
int64_t kpi_month_next(int64_t begin_utc_us);
int64_t kpi_month_before(int64_t begin_utc_us);
/* The first month whose records are all kept at that instant: visits and lessons of older ones
 * may be past their term, which is a year at least (log.visit_days). */
int64_t kpi_month_oldest(int64_t now_utc_us);
void kpi_month_text(int64_t begin_utc_us, char text_out[KPI_MONTH_CAP]);
/* "2026-11" to its begin; false: it is no month, *utc_us_out is left alone. */
bool kpi_month_parse(struct span text, int64_t *utc_us_out);

#endif

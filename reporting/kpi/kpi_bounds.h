/* reporting/kpi/kpi_bounds.h - the interval auditor: what somebody who knows the definitions
 * can work out of each hidden number from the cells that are shown (CARD-5). The numbers of
 * hidden cells are never read.  Threads: pure. */
#ifndef REPORTING_KPI_BOUNDS_H
#define REPORTING_KPI_BOUNDS_H

#include "reporting/kpi/kpi_mask.h"

#define KPI_NO_BOUND INT64_MAX

/* Least and greatest value that fits everything shown; high KPI_NO_BOUND: as large as one
 * likes. rest: den - num of a share. The num of a median (days) has no bound when hidden. */
struct kpi_bound {
    int64_t num_low, num_high, den_low, den_high, rest_low, rest_high;
};

/* out: n of them, in the order of the cells. ERR_INVALID: the shown numbers contradict each
 * other, or the cells are not those of kpi_mask; why->field names a cell where it can. */
NODISCARD enum err kpi_bounds(const struct kpi_cell *cells, const enum kpi_shown *shown,
                              size_t n, int version, const struct kpi_rule *rule,
                              struct kpi_bound *out, struct fail *why);

#endif

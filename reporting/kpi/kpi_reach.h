/* reporting/kpi/kpi_reach.h - how far the hidden numbers reach, by all equations together: what
 * kpi_system_narrow, which goes by one equation at a time, cannot tell. Months in a row may be
 * taken for the same children (kpi_carries).  Threads: one at a time. */
#ifndef REPORTING_KPI_REACH_H
#define REPORTING_KPI_REACH_H

#include "reporting/kpi/kpi_system.h"

#define KPI_REACH_MONTHS 3

struct kpi_reach_month {
    const struct kpi_system *s; /* narrowed */
    const enum kpi_shown *shown;
    struct kpi_bound *bounds; /* of kpi_system_bound; those of the hidden cells are set */
};
/* Makes the bounds exact, or, not whole, as exact as kpi_range_is_wide needs them. months: one
 * after the other. ERR_INVALID: nothing fits what is shown. */
NODISCARD enum err kpi_reach(const struct kpi_reach_month *months, int n_months, bool is_whole,
                             struct fail *why);

#endif

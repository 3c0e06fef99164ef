/* reporting/kpi/kpi_reach.h - how far the hidden numbers of a month reach, by all equations
 * together: what kpi_system_narrow, which goes by one equation at a time, cannot tell.
 * Threads: one at a time. */
#ifndef REPORTING_KPI_REACH_H
#define REPORTING_KPI_REACH_H

#include "reporting/kpi/kpi_system.h"

/* bounds: of kpi_system_bound after narrowing; those of the hidden cells are made exact; or,
 * not whole, as exact as kpi_range_is_wide needs them. ERR_INVALID: nothing fits what is shown.
 */
NODISCARD enum err kpi_reach(const struct kpi_system *s, const enum kpi_shown *shown,
                             bool is_whole, struct kpi_bound *bounds, struct fail *why);

#endif

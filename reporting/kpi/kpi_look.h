/* reporting/kpi/kpi_look.h - looking at a release as somebody who knows the definitions: the
 * first hidden cell that more can be worked out of than the rule allows. For kpi_mask.
 * Threads: pure. */
#ifndef REPORTING_KPI_LOOK_H
#define REPORTING_KPI_LOOK_H

#include "reporting/kpi/kpi_system.h"

#define KPI_CELLS_MOST (KPI_DEFS_N * KPI_PARTS_N)

/* def -1: there is none. */
struct kpi_found {
    struct kpi_bound bounds[KPI_CELLS_MOST];
    int def;
    enum kpi_part part;
};

/* By one equation at a time, which is cheap, then by all of them together. Leaves in s what the
 * single equations say. ERR_INVALID: nothing fits what is shown. */
NODISCARD enum err kpi_look(struct kpi_system *s, const struct kpi_cell *cells,
                            const enum kpi_shown *shown, struct kpi_found *out,
                            struct fail *why);

/* Numbers of this month that the release beside it sends, too: s knows them from then on
 * (kpi_carries; the children on the rolls may have changed, so they are taken for true only as
 * long as they fit). is_before: beside is the month before, else the one after. */
NODISCARD enum err kpi_look_know(struct kpi_system *s, const struct kpi_cell *cells,
                                 const enum kpi_shown *shown,
                                 const struct kpi_neighbour *beside, bool is_before,
                                 struct fail *why);

#endif

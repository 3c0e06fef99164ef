/* reporting/kpi/kpi_look.h - looking at a release, and at those of the months beside it, as
 * somebody who knows the definitions: is there a hidden cell that more can be worked out of
 * than the rule allows? For kpi_mask.  Threads: one at a time. */
#ifndef REPORTING_KPI_LOOK_H
#define REPORTING_KPI_LOOK_H

#include "reporting/kpi/kpi_reach.h"

#define KPI_CELLS_MOST (KPI_DEFS_N * KPI_PARTS_N)

enum kpi_when { KPI_BEFORE, KPI_NOW, KPI_NEXT };

struct kpi_view {
    struct kpi_system s;
    const struct kpi_cell *cells;
    const enum kpi_shown *shown; /* read anew by each look */
    struct kpi_bound bounds[KPI_CELLS_MOST];
};
struct kpi_look {
    struct kpi_view views[KPI_REACH_MONTHS]; /* by kpi_when */
    bool is_there[KPI_REACH_MONTHS];
    /* What the last look found; def -1: nothing. */
    enum kpi_when when;
    int def;
    enum kpi_part part;
};

/* The caller owns it. ERR_INVALID: the cells or the rule are none. */
NODISCARD enum err kpi_look_create(const struct kpi_neighbour *now, const struct kpi_near *near,
                                   struct kpi_look **out, struct fail *why);
void kpi_look_destroy(struct kpi_look **look);
/* The first such cell, of this month or of one beside it: by one equation at a time, which is
 * cheap, then by all of them together. ERR_INVALID: nothing fits what is shown. */
NODISCARD enum err kpi_look(struct kpi_look *look, struct fail *why);

#endif

/* reporting/kpi/kpi_make.h - one month counted and kept (KP-0-1): all figures of the set from
 * one moment of the database, once.  Threads: one (the job thread).  Owns: nothing. */
#ifndef REPORTING_KPI_MAKE_H
#define REPORTING_KPI_MAKE_H

#include "node/base/job.h"
#include "reporting/kpi/kpi_store.h"

/* All cells of a month, in the order of the definitions; in the arena. */
NODISCARD enum err kpi_make_cells(struct db *db, const struct kpi_term *term,
                                  struct arena *arena, struct kpi_cell **cells_out,
                                  size_t *n_out, struct fail *why);
/* Does nothing when the month that begins then is there in this version. */
NODISCARD enum err kpi_make_month(struct job_call *call, int64_t month_utc_us,
                                  struct fail *why);

#endif

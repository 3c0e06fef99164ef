/* reporting/weekly_make.h - makes the report of a week once, and gives it to those who are to
 * have it. Threads: the job thread's.  Owns: nothing. */
#ifndef REPORTING_WEEKLY_MAKE_H
#define REPORTING_WEEKLY_MAKE_H

#include "node/base/job.h"

struct weekly_order {
    int64_t week_utc_us; /* its Monday; over by now */
    struct id by;        /* ID_NONE: the node itself */
    bool is_all; /* to everybody who is a receiver now; else to those who were when it was
                    made: whoever is added later has no past reports by that */
};
/* Harmless to repeat: what is there stays, who has it gets nothing twice (report_give.h). */
NODISCARD enum err weekly_make(const struct job_call *call, const struct weekly_order *order,
                               struct fail *why);

#endif

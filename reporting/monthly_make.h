/* reporting/monthly_make.h - makes the report of a counted month once, and gives it to those
 * who are to have it. Threads: the job thread's.  Owns: nothing. */
#ifndef REPORTING_MONTHLY_MAKE_H
#define REPORTING_MONTHLY_MAKE_H

#include "node/base/job.h"

struct monthly_order {
    int64_t month_utc_us;
    struct id by; /* ID_NONE: the node itself */
    bool is_all;  /* to everybody who is a receiver now; else to those who were when it was
                     made */
};
/* Harmless to repeat: what is there stays, who has it gets nothing twice (report_give.h).
 * ERR_NOT_FOUND: the month was not counted. */
NODISCARD enum err monthly_make(const struct job_call *call, const struct monthly_order *order,
                                struct fail *why);

#endif

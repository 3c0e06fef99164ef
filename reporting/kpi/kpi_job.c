/* When a month is counted: three days after its end, so that calls and steps of its last days
 * are noted; every hour somebody looks, so that a month that ended while the node was down is
 * made up for. */
#include "node/base/clock.h"
#include "reporting/kpi/kpi_make.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"

#define SETTLE_US (3 * DAY_US)
/* Visits and lessons of older months may be past their term, which is a year at least
 * (log.visit_days): what is gone would be counted as nothing, for good. */
#define MONTHS_BACK 10

static enum err run_due(struct job_call *call, struct fail *why)
{
    /* The month before that of three days ago is over since three days at least. */
    const int64_t last = kpi_month_before(kpi_month_begin(clock_utc_us() - SETTLE_US));
    int64_t since = 0, month = last;
    enum err rc = kpi_store_since(call->db, &since, why);

    since = kpi_month_begin(since);
    for (int i = 1; i < MONTHS_BACK && month > since; i++)
        month = kpi_month_before(month);
    for (; rc == ERR_OK && month >= since && month <= last; month = kpi_month_next(month))
        rc = kpi_make_month(call, month, why);
    return rc;
}

const struct job_kind kpi_jobs[KPI_JOBS_N] = {
    {.name = "kpi.due",
     .run = run_due,
     .n_tries_cap = 12,
     .lease_s = 1800,
     .period_s = 3600,
     .offset_s = 1200,
     .at_start = true},
};

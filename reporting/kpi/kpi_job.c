/* When a month is counted: three days after its end, so that calls and steps of its last days
 * are noted; every hour somebody looks, so that a month that ended while the node was down is
 * made up for. */
#include "node/base/clock.h"
#include "reporting/kpi/kpi_make.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"

#define SETTLE_US (3 * DAY_US)

static enum err run_due(struct job_call *call, struct fail *why)
{
    /* The month before that of three days ago is over since three days at least. */
    const int64_t settled = clock_utc_us() - SETTLE_US;
    const int64_t last = kpi_month_before(kpi_month_begin(settled));
    const int64_t oldest = kpi_month_oldest(settled);
    int64_t since = 0, month;
    enum err rc = kpi_store_since(call->db, &since, why);

    /* What is past its term would be counted as nothing, for good. */
    month = kpi_month_begin(since) > oldest ? kpi_month_begin(since) : oldest;
    for (; rc == ERR_OK && month <= last; month = kpi_month_next(month))
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

/* When the monthly report is made: once its month is counted (reporting/kpi/kpi_job.c), or when
 * somebody of the desk asks. */
#include <stddef.h>

#include "node/base/jx.h"
#include "reporting/kpi/kpi_store.h"
#include "reporting/monthly_make.h"
#include "reporting/monthly_rows.h"
#include "reporting/report_give.h"

/* Of months that were counted long ago nobody is sent a report by itself. */
#define MONTHS_BACK  3
#define MONTHS_ASKED (4 * MONTHS_BACK) /* a month may be there in several versions */

static enum err run_due(struct job_call *call, struct fail *why)
{
    struct kpi_month *months = NULL;
    size_t n = 0, n_made = 0;
    enum err rc = kpi_store_months(call->db, MONTHS_ASKED, call->arena, &months, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n && n_made < MONTHS_BACK; i++) {
        const struct monthly_order order = {.month_utc_us = months[i].month_utc_us};

        if (i > 0 && months[i].month_utc_us == months[i - 1].month_utc_us)
            continue;
        rc = monthly_make(call, &order, why);
        n_made++;
    }
    return rc == ERR_OK ? report_give_clear(call, why) : rc;
}

/* ---- on request ---- */

struct payload {
    int64_t month;
    struct id by;
};
static const struct jx_field payload_fields[] = {
    {.name = "month", .type = JX_TIME, .offset = offsetof(struct payload, month)},
    {.name = "by", .type = JX_ID, .offset = offsetof(struct payload, by)},
};
static const struct jx_shape payload_shape =
    JX_SHAPE("MonthlyPayload", struct payload, payload_fields);

static enum err run_asked(struct job_call *call, struct fail *why)
{
    struct payload payload;
    enum err rc = jx_read(call->payload, &payload_shape, call->arena, &payload, NULL, why);
    const struct monthly_order order = {payload.month, payload.by, true};

    if (rc == ERR_OK)
        rc = monthly_make(call, &order, why);
    return rc == ERR_OK ? report_give_clear(call, why) : rc;
}

const struct job_kind monthly_jobs[MONTHLY_JOBS_N] = {
    {.name = "monthly.due",
     .run = run_due,
     .n_tries_cap = 12,
     .lease_s = 1800,
     .period_s = 3600,
     .offset_s = 1500,
     .at_start = true},
    {.name = "monthly.make", .run = run_asked, .n_tries_cap = 12, .lease_s = 1800},
};

/* Every five minutes, and when it starts, the node says that it is there. */
#include "node/base/clock.h"
#include "reporting/monthly_rows.h"
#include "reporting/up_store.h"

static enum err beat_run(struct tx *tx, void *arg, struct fail *why)
{
    const int64_t *now_utc_us = arg;

    return up_store_beat(tx, *now_utc_us, why);
}

static enum err run_beat(struct job_call *call, struct fail *why)
{
    int64_t now_utc_us = clock_utc_us();

    return writer_wait(call->services->writer, beat_run, &now_utc_us, why);
}

const struct job_kind up_jobs[UP_JOBS_N] = {
    {.name = "up.beat",
     .run = run_beat,
     .n_tries_cap = 3,
     .lease_s = 120,
     .period_s = 300,
     .at_start = true},
};

/* When the weekly report is made: every hour somebody looks whether a week is due, so that a
 * Monday on which the node was down is made up for within the hour it comes back, and each week
 * once. */
#include "node/base/clock.h"
#include "node/base/jx.h"
#include "node/db/settings.h"
#include "reporting/report_give.h"
#include "reporting/weekly_make.h"
#include "reporting/weekly_rows.h"
#include "reporting/weekly_store.h"
#include "reporting/weekly_week.h"

#include <stddef.h>

/* The sign-in records of an older week are gone (term of table session). */
#define WEEKS_BACK 4

const struct setting setting_weekly_day = {
    .name = "weekly.day",
    .type = SETTING_ENUM,
    .choices = "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    .unit = "",
    .initial = "monday",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-4.6-ア-1",
    .title_ja = "週の報告を作る曜日",
    .title_en = "Day on which the weekly report is made",
    .help_ja = "前の週（月曜日から日曜日）の報告を、この曜日に作って渡します。",
};
const struct setting setting_weekly_hour = {
    .name = "weekly.hour",
    .type = SETTING_INT,
    .least = 0,
    .most = 23,
    .unit = "時",
    .initial = "6",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-4.6-ア-1",
    .title_ja = "週の報告を作る時刻",
    .title_en = "Hour at which the weekly report is made",
    .help_ja = "この時刻から1時間のうちに作ります。",
};
const struct setting *const weekly_settings[WEEKLY_SETTINGS_N] = {&setting_weekly_day,
                                                                  &setting_weekly_hour};

static enum err run_due(struct job_call *call, struct fail *why)
{
    const struct settings *settings = call->services->settings;
    int64_t since = 0, last, week;
    enum err rc = weekly_store_since(call->db, &since, why);

    last = weekly_due(clock_utc_us(), (int)settings_int(settings, &setting_weekly_day),
                      (int)settings_int(settings, &setting_weekly_hour));
    week = weekly_monday(since);
    if (week < last - WEEKS_BACK * WEEKLY_US)
        week = last - WEEKS_BACK * WEEKLY_US;
    for (; rc == ERR_OK && week <= last; week += WEEKLY_US)
        rc = weekly_make(call, &(struct weekly_order){.week_utc_us = week}, why);
    return rc == ERR_OK ? report_give_clear(call, why) : rc;
}

/* ---- on request ---- */

struct payload {
    int64_t week;
    struct id by;
};
static const struct jx_field payload_fields[] = {
    {.name = "week", .type = JX_TIME, .offset = offsetof(struct payload, week)},
    {.name = "by", .type = JX_ID, .offset = offsetof(struct payload, by)},
};
static const struct jx_shape payload_shape =
    JX_SHAPE("WeeklyPayload", struct payload, payload_fields);

static enum err run_asked(struct job_call *call, struct fail *why)
{
    struct payload payload;
    enum err rc = jx_read(call->payload, &payload_shape, call->arena, &payload, NULL, why);
    const struct weekly_order order = {payload.week, payload.by, true};

    if (rc == ERR_OK)
        rc = weekly_make(call, &order, why);
    return rc == ERR_OK ? report_give_clear(call, why) : rc;
}

const struct job_kind weekly_jobs[WEEKLY_JOBS_N] = {
    {.name = "weekly.due",
     .run = run_due,
     .n_tries_cap = 12,
     .lease_s = 1800,
     .period_s = 3600,
     .at_start = true},
    {.name = "weekly.make", .run = run_asked, .n_tries_cap = 12, .lease_s = 1800},
};

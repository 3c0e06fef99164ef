/* What other towns wrote in a shared lesson may be read for a while, for the sake of incidents;
 * then the lesson's key is destroyed, so that no backup tells it either, and the texts go. The
 * rows with their macs stay, as the logs do. */
#include "federation/mirrors_priv.h"
#include "node/base/log.h"
#include "node/db/jobs.h"
#include "node/db/settings.h"

const struct setting setting_context_days = {
    .name = "federation.context_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 30,
    .unit = "日",
    .initial = "30",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "CARD-9",
    .title_ja = "連続講座で届いた、ほかの自治体の人のことばを残す日数",
    .title_en = "Days words of other towns are kept after a shared lesson",
    .help_ja =
        "自治体をまたぐトラブルを調べるためだけに、鍵をかけて残します。この日数がすぎると"
        "鍵ごと消え、だれにも読めなくなります。30日より長くはできません。",
};
const struct setting *const fed_mirror_settings[FED_MIRROR_SETTINGS_N] = {
    &setting_context_days};

struct closing {
    struct id lesson;
    int64_t now_utc_us;
};

static enum err close_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct closing *c = arg;

    return mirror_context_close(tx, c->lesson, c->now_utc_us, why);
}

/* The key first: what is left of a run that was cut off opens nothing. */
static enum err close_one(struct job_call *call, struct id lesson, int64_t now_utc_us,
                          struct fail *why)
{
    struct closing closing = {lesson, now_utc_us};
    enum err rc = keyring_destroy_subject(call->services->keyring, KEY_CLASS, lesson, why);

    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, close_run, &closing, why);
    if (rc == ERR_OK)
        log_info("mirror.closed", L_ID("lesson", lesson));
    return rc;
}

static enum err sweep(struct job_call *call, struct fail *why)
{
    int64_t now = clock_utc_us();
    int64_t days = settings_int(call->services->settings, &setting_context_days);
    struct id *lessons = NULL;
    size_t n = 0;
    enum err rc =
        mirror_context_due(call->db, now - days * DAY_US, call->arena, &lessons, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = close_one(call, lessons[i], now, why);
    return rc;
}

const struct job_kind fed_mirror_jobs[FED_MIRROR_JOBS_N] = {
    {.name = "federation.context",
     .run = sweep,
     .n_tries_cap = 20,
     .lease_s = 600,
     .period_s = 3600,
     .offset_s = 1500,
     .at_start = true},
};

/* Months that the node gives by itself, when the municipality decided so (kpi.release): what
 * was counted in the last days, once. An older month that a person did not give stays here. */
#include "federation/kpi_priv.h"
#include "federation/outbox.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/settings.h"

#define COUNTED_US (7 * DAY_US)

const struct setting setting_kpi_release = {
    .name = "kpi.release",
    .type = SETTING_ENUM,
    .choices = KPI_RELEASE_MODES,
    .unit = "",
    .initial = "person",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "CARD-5",
    .title_ja = "月の指標を都道府県へ渡すとき",
    .title_en = "When the figures of a month are given to the prefecture",
    .help_ja =
        "担当者が渡すときは、内容を見てから渡します。自動で渡すときは、月の指標を数えたあとに"
        "渡します。どちらでも、小さい数はかくします。",
};
const struct setting *const kpi_release_settings[KPI_RELEASE_SETTINGS_N] = {
    &setting_kpi_release};

static enum err send_run(struct tx *tx, void *arg, struct fail *why)
{
    return kpi_send_run(tx, arg, why);
}

/* *is_out: it went. What may not go is no trouble of the job's: the page says why. */
static enum err give(struct job_call *call, const struct kpi_month *month, bool *is_out,
                     struct fail *why)
{
    const struct kpi_order order = {.id = id_new(),
                                    .month_utc_us = month->month_utc_us,
                                    .kind = KPI_SEND,
                                    .reason = SPAN(""),
                                    .now_utc_us = clock_utc_us()};
    struct kpi_sending sending;
    enum err rc = kpi_send_prepare(call->db, call->services->federation, &order, call->arena,
                                   &sending, why);

    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, send_run, &sending, why);
    *is_out = rc == ERR_OK;
    if (rc == ERR_CONFLICT && sending.refusal != NULL) {
        log_info("kpi.not-given", L_ID("month", month->id), L_TEXT("code", sending.refusal));
        return ERR_OK;
    }
    return rc;
}

static enum err run_due(struct job_call *call, struct fail *why)
{
    int64_t since = clock_utc_us() - COUNTED_US;
    struct kpi_month *months = NULL;
    struct kpi_sent sent;
    bool is_given = false;
    size_t n = 0;
    enum err rc;

    if (call->services->federation == NULL ||
        settings_int(call->services->settings, &setting_kpi_release) == 0)
        return ERR_OK;
    rc = kpi_store_months(call->db, KPI_MONTHS_SHOWN, call->arena, &months, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        if (months[i].made_utc_us < since)
            continue;
        rc = kpi_sent_last(NULL, call->db, months[i].month_utc_us, call->arena, &sent, why);
        if (rc == ERR_NOT_FOUND)
            rc = give(call, &months[i], &is_given, why);
        if (is_given)
            outbox_wake(call->services->federation);
    }
    return rc;
}

const struct job_kind kpi_release_jobs[KPI_RELEASE_JOBS_N] = {
    {.name = "federation.kpi",
     .run = run_due,
     .n_tries_cap = 12,
     .lease_s = 900,
     .period_s = 3600,
     .offset_s = 1800,
     .at_start = true},
};

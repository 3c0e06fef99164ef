#include "node/db/sweep.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/role.h"
#include "node/db/erase.h"
#include "node/db/sweep_store.h"

#define CHUNK_ROWS 500 /* a transaction: the writer's other posters wait a few ms */

const struct setting setting_access_record_days = {
    .name = "audit.access_record_days",
    .type = SETTING_INT,
    .least = 1827, /* five years: no role can delete before (0010_audit) */
    .most = 10958,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-T3-8",
    .title_ja = "アクセス記録を残す日数",
    .title_en = "Days the access record is kept",
    .help_ja = "だれがいつ何を見たかの記録です。5年（1827日）より短くはできません。",
};
const struct setting *const sweep_settings[SWEEP_SETTINGS_N] = {&setting_access_record_days};

int64_t sweep_term_days(const struct data_table *table, const struct settings *settings)
{
    return table->retention_setting != NULL ? settings_int(settings, table->retention_setting)
                                            : table->retention_days;
}

struct chunk {
    const struct data_table *table;
    int64_t before_utc_us, now_utc_us;
    size_t n;
};

static enum err chunk_run(struct tx *tx, void *arg, struct fail *why)
{
    struct chunk *c = arg;

    return sweep_store_table(tx, c->table, c->before_utc_us, c->now_utc_us, CHUNK_ROWS, &c->n,
                             why);
}

static enum err sweep_table(struct writer *writer, const struct data_table *table, int64_t days,
                            int64_t now_utc_us, size_t *n_total, struct fail *why)
{
    struct chunk chunk = {table, now_utc_us - days * DAY_US, now_utc_us, 0};
    size_t n_before = *n_total;
    enum err rc;

    do {
        rc = writer_wait(writer, chunk_run, &chunk, why);
        if (rc == ERR_OK)
            *n_total += chunk.n;
    } while (rc == ERR_OK && chunk.n == CHUNK_ROWS);
    if (*n_total > n_before)
        log_info("retention.swept", L_TEXT("table", table->name),
                 L_INT("rows", *n_total - n_before), L_INT("term_days", days));
    return rc;
}

enum err sweep_past_term(struct writer *writer, const struct data_table_list *tables,
                         const struct settings *settings, int64_t now_utc_us, size_t *n_out,
                         struct fail *why)
{
    size_t n = 0;
    enum err rc = ERR_OK;

    for (; tables->n > 0 && rc == ERR_OK; tables++) {
        for (int i = 0; i < tables->n && rc == ERR_OK; i++) {
            const struct data_table *table = &tables->rows[i];
            int64_t days = sweep_term_days(table, settings);

            if (days > 0 && table->retention_column != NULL)
                rc = sweep_table(writer, table, days, now_utc_us, &n, why);
        }
    }
    if (n_out != NULL)
        *n_out = n;
    return rc;
}

static enum err run_sweep(struct job_call *call, struct fail *why)
{
    const struct services *s = call->services;

    return sweep_past_term(s->writer, s->tables, s->settings, clock_utc_us(), NULL, why);
}

static enum err run_erased_again(struct job_call *call, struct fail *why)
{
    const struct services *s = call->services;

    return erase_again(s->keyring, s->writer, s->tables, NULL, why);
}

const struct job_kind sweep_jobs[SWEEP_JOBS_N] = {
    {.name = "retention.sweep",
     .run = run_sweep,
     .n_tries_cap = 12,
     .lease_s = 3600,
     .period_s = 86400,
     .offset_s = 3 * 3600},
    {.name = "erased.again",
     .run = run_erased_again,
     .n_tries_cap = 12,
     .lease_s = 600,
     .at_start = true},
};

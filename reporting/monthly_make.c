#include "reporting/monthly_make.h"

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/monthly_facts_store.h"
#include "reporting/monthly_paper.h"
#include "reporting/report_give.h"
#include "tenants/people/contract_store.h"

struct making {
    const struct job_call *call;
    const struct monthly_order *order;
    struct monthly_report report;
    struct span text;
};

/* ---- the report ---- */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct making *m = arg;

    return monthly_store_add(tx, &m->report, m->text, why);
}

static enum err take_contract(struct making *m, struct fail *why)
{
    struct contract_row contract;
    enum err rc = contract_store_current(NULL, m->call->db, clock_utc_us(), m->call->arena,
                                         &contract, why);

    m->report.town = span_text(conf_text(m->call->services->conf, "node.title_ja"));
    m->report.title = m->report.contractor = SPAN("");
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK) {
        m->report.title = contract.title;
        m->report.contractor = contract.contractor;
    }
    return rc;
}

/* A line for each month that the report draws, the newest first, each by its newest
 * definitions. */
static enum err take_months(struct making *m, struct monthly_line *lines, size_t *n_out,
                            struct fail *why)
{
    struct kpi_month *kept = NULL;
    struct arena *arena = m->call->arena;
    const int64_t newest = m->report.month_utc_us;
    int64_t oldest = newest, first = 0, taken = 0;
    size_t n = 0;
    enum err rc = kpi_store_months(m->call->db, MONTHLY_KEPT_MOST, arena, &kept, &n, why);

    *n_out = 0;
    for (int i = 1; i < MONTHLY_MONTHS_SHOWN; i++)
        oldest = kpi_month_before(oldest);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        char text[KPI_MONTH_CAP];

        if (kept[i].month_utc_us > newest || kept[i].month_utc_us < oldest ||
            (*n_out > 0 && kept[i].month_utc_us == taken))
            continue;
        taken = kept[i].month_utc_us;
        first = *n_out == 0 ? taken : first;
        kpi_month_text(taken, text);
        lines[*n_out] = (struct monthly_line){MONTHLY_KPI, arena_copy(arena, span_text(text)),
                                              kept[i].version, 0};
        if (lines[(*n_out)++].name.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a month");
    }
    if (rc == ERR_OK && (*n_out == 0 || first != newest))
        rc = fail_set(why, ERR_NOT_FOUND, "the month was not counted");
    return rc;
}

static enum err make_report(struct making *m, struct fail *why)
{
    const struct job_call *call = m->call;
    struct monthly_line lines[MONTHLY_MONTHS_SHOWN + MONTHLY_FACTS_N];
    size_t n = 0;
    enum err rc;

    m->report = (struct monthly_report){.id = id_new(),
                                        .made_by = m->order->by,
                                        .month_utc_us = m->order->month_utc_us,
                                        .made_utc_us = clock_utc_us()};
    rc = take_months(m, lines, &n, why);
    if (rc == ERR_OK)
        rc = monthly_facts_gather(call->db, m->report.month_utc_us,
                                  kpi_month_next(m->report.month_utc_us), m->report.made_utc_us,
                                  lines + n, why);
    n += MONTHLY_FACTS_N;
    if (rc == ERR_OK)
        rc = take_contract(m, why);
    if (rc == ERR_OK)
        rc = monthly_store_text(lines, n, call->arena, &m->text, &m->report.sum, why);
    m->report.n_lines = (int64_t)n;
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, add_run, m, why);
    if (rc == ERR_OK)
        log_info("monthly.made", L_ID("report", m->report.id), L_INT("lines", n));
    return rc;
}

/* ---- giving it ---- */

static enum err monthly_files(const struct report_give *give, const struct caller *reader,
                              struct zip_entry files_out[REPORT_FILES_N], struct fail *why)
{
    const struct making *m = give->arg;
    struct arena *arena = m->call->arena;
    const char *name = monthly_paper_name(&m->report, arena);
    struct monthly_paper paper;
    enum err rc = monthly_paper_make(m->call->db, &m->report, arena, &paper, why);

    (void)reader; /* it names nobody */
    if (rc == ERR_OK)
        rc = monthly_paper_pdf(&paper, arena, &files_out[0].bytes, why);
    if (rc == ERR_OK)
        rc = monthly_paper_xlsx(&paper, arena, &files_out[1].bytes, why);
    if (rc != ERR_OK)
        return rc;
    files_out[0].name = arena_printf(arena, "%s.pdf", name);
    files_out[1].name = arena_printf(arena, "%s.xlsx", name);
    return files_out[0].name == NULL || files_out[1].name == NULL
               ? fail_set(why, ERR_NOMEM, "names")
               : ERR_OK;
}

enum err monthly_make(const struct job_call *call, const struct monthly_order *order,
                      struct fail *why)
{
    struct making m = {.call = call, .order = order};
    struct report_give give = {.call = call,
                               .kind = REPORT_MONTHLY,
                               .page = "monthly",
                               .files = monthly_files,
                               .arg = &m};
    enum err rc =
        monthly_store_of_month(call->db, order->month_utc_us, call->arena, &m.report, why);

    if (rc == ERR_NOT_FOUND)
        rc = make_report(&m, why);
    if (rc == ERR_CONFLICT) /* made at the same time */
        rc = monthly_store_of_month(call->db, order->month_utc_us, call->arena, &m.report, why);
    give.report = m.report.id;
    give.until_utc_us = order->is_all ? clock_utc_us() : m.report.made_utc_us;
    return rc == ERR_OK ? report_give_all(&give, why) : rc;
}

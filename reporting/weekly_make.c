#include "reporting/weekly_make.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/lesson_rows.h"
#include "node/db/settings.h"
#include "reporting/report_give.h"
#include "reporting/weekly_paper.h"
#include "reporting/weekly_rows.h"

struct making {
    const struct job_call *call;
    const struct weekly_order *order;
    struct weekly_report report;
    struct span text;
};

/* ---- the report ---- */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct making *m = arg;

    return weekly_store_add(tx, &m->report, m->text, why);
}

static enum err make_report(struct making *m, struct fail *why)
{
    const struct job_call *call = m->call;
    struct weekly_facts facts = {NULL, 0, 0};
    struct weekly_given given;
    enum err rc;

    m->report = (struct weekly_report){.id = id_new(),
                                       .made_by = m->order->by,
                                       .week_utc_us = m->order->week_utc_us,
                                       .made_utc_us = clock_utc_us()};
    rc = weekly_store_gather(call->db, m->report.week_utc_us, m->report.made_utc_us,
                             call->arena, &given, why);
    given.attended_minutes =
        settings_int(call->services->settings, &setting_class_attended_min);
    if (rc == ERR_OK)
        rc = weekly_facts_make(&given, call->arena, &facts, why);
    if (rc == ERR_OK)
        rc =
            weekly_facts_text(facts.lines, facts.n, call->arena, &m->text, &m->report.sum, why);
    m->report.n_lines = (int64_t)facts.n;
    m->report.n_pupils = (int64_t)facts.n_pupils;
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, add_run, m, why);
    if (rc == ERR_OK)
        log_info("weekly.made", L_ID("report", m->report.id), L_INT("pupils", facts.n_pupils),
                 L_INT("lines", facts.n));
    return rc;
}

/* ---- giving it ---- */

static enum err weekly_files(const struct report_give *give, const struct caller *reader,
                             struct zip_entry files_out[REPORT_FILES_N], struct fail *why)
{
    const struct making *m = give->arg;
    const struct job_call *call = m->call;
    const char *name = weekly_paper_name(&m->report, call->arena);
    struct weekly_paper paper;
    enum err rc = weekly_paper_make(call->services, call->db, reader, &m->report,
                                    clock_utc_us(), call->arena, &paper, why);

    if (rc == ERR_OK)
        rc = weekly_paper_pdf(&paper, call->arena, &files_out[0].bytes, why);
    if (rc == ERR_OK)
        rc = weekly_paper_csv(&paper, call->arena, &files_out[1].bytes, why);
    if (rc != ERR_OK)
        return rc;
    files_out[0].name = arena_printf(call->arena, "%s.pdf", name);
    files_out[1].name = arena_printf(call->arena, "%s.csv", name);
    return files_out[0].name == NULL || files_out[1].name == NULL
               ? fail_set(why, ERR_NOMEM, "names")
               : ERR_OK;
}

static enum err give_all(const struct making *m, struct fail *why)
{
    const struct report_give give = {.call = m->call,
                                     .kind = REPORT_WEEKLY,
                                     .report = m->report.id,
                                     .until_utc_us = m->order->is_all ? clock_utc_us()
                                                                      : m->report.made_utc_us,
                                     .page = "weekly",
                                     .files = weekly_files,
                                     .arg = m};

    return report_give_all(&give, why);
}

enum err weekly_make(const struct job_call *call, const struct weekly_order *order,
                     struct fail *why)
{
    struct making m = {.call = call, .order = order};
    enum err rc = weekly_store_of_week(call->db, order->week_utc_us, &m.report, why);

    if (rc == ERR_NOT_FOUND)
        rc = make_report(&m, why);
    if (rc == ERR_CONFLICT) /* made at the same time */
        rc = weekly_store_of_week(call->db, order->week_utc_us, &m.report, why);
    return rc == ERR_OK ? give_all(&m, why) : rc;
}

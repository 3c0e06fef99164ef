#include "reporting/kpi/kpi_make.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/lesson_rows.h"
#include "node/db/settings.h"
#include "reporting/kpi/kpi_month.h"

static enum err count_all(struct db *db, const struct kpi_term *term, struct kpi_cell *cells,
                          size_t *n_out, struct fail *why)
{
    enum err rc = ERR_OK;

    *n_out = 0;
    for (int i = 0; i < KPI_DEFS_N && rc == ERR_OK; i++)
        if (kpi_def_is_of(&kpi_defs[i], KPI_VERSION)) {
            rc = kpi_store_count(db, &kpi_defs[i], term, &cells[*n_out], why);
            *n_out += KPI_PARTS_N;
        }
    return rc;
}

/* All figures are of one moment. */
static enum err count_here(struct db *session, const struct kpi_term *term,
                           struct kpi_cell *cells, size_t *n_out, struct fail *why)
{
    struct fail ended;
    enum err rc = db_exec(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);

    if (rc != ERR_OK)
        return rc;
    rc = count_all(session, term, cells, n_out, why);
    /* Read only: there is nothing to lose by it. */
    if (db_exec(session, "ROLLBACK", &ended) != ERR_OK && rc == ERR_OK) {
        *why = ended;
        rc = ended.code;
    }
    return rc;
}

enum err kpi_make_cells(struct db *db, const struct kpi_term *term, struct arena *arena,
                        struct kpi_cell **cells_out, size_t *n_out, struct fail *why)
{
    const size_t most = (size_t)KPI_DEFS_N * KPI_PARTS_N;
    struct db *session = NULL;
    enum err rc;

    *cells_out = arena_alloc(arena, most * sizeof **cells_out);
    if (*cells_out == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    rc = db_borrow(db, &session, why);
    if (rc == ERR_OK)
        rc = count_here(session, term, *cells_out, n_out, why);
    db_give_back(db, &session);
    return rc;
}

struct making {
    struct kpi_month month;
    struct span text;
};

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct making *m = arg;

    return kpi_store_add(tx, &m->month, m->text, why);
}

enum err kpi_make_month(struct job_call *call, int64_t month_utc_us, struct fail *why)
{
    const struct kpi_term term = {
        month_utc_us, kpi_month_next(month_utc_us),
        settings_int(call->services->settings, &setting_class_attended_min)};
    struct making m = {.month = {.id = id_new(),
                                 .month_utc_us = month_utc_us,
                                 .version = KPI_VERSION,
                                 .made_utc_us = clock_utc_us()}};
    struct kpi_cell *cells;
    bool is_there = false;
    size_t n = 0;
    enum err rc = kpi_store_has(call->db, month_utc_us, KPI_VERSION, &is_there, why);

    if (rc != ERR_OK || is_there)
        return rc;
    rc = kpi_make_cells(call->db, &term, call->arena, &cells, &n, why);
    if (rc == ERR_OK)
        rc = kpi_store_text(cells, n, call->arena, &m.text, &m.month.sum, why);
    m.month.n_cells = (int64_t)n;
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, add_run, &m, why);
    if (rc == ERR_OK)
        log_info("kpi.counted", L_ID("month", m.month.id), L_INT("cells", n));
    return rc;
}

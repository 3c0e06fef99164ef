/* Once a day, and at the start of the node: first entries become step 0, regular contact step
 * 1, four weeks without any the going back from it (KP-2-4-0, KP-2-4-1, KP-2-4-5). To run it
 * again is harmless: what stands is looked up first, and nothing else writes these rows. */
#include "node/base/clock.h"
#include "node/base/job.h"
#include "node/db/settings.h"
#include "node/db/writer.h"
#include "node/support/console_rows.h"
#include "node/support/contact_store.h"
#include "node/support/step.h"
#include "tenants/people/day.h"

#define ENTRIES_MOST 20000
#define WRITE_MOST   200 /* rows of one transaction */

struct noting {
    struct step_row *rows;
    size_t n;
};

static enum err note_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct noting *noting = arg;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < noting->n && rc == ERR_OK; i++)
        rc = step_store_add(tx, &noting->rows[i], &(bool){false}, why);
    return rc;
}

static enum err note_all(struct job_call *call, struct step_row *rows, size_t n,
                         struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t at = 0; at < n && rc == ERR_OK; at += WRITE_MOST) {
        struct noting noting = {rows + at, n - at < WRITE_MOST ? n - at : WRITE_MOST};

        rc = writer_wait(call->services->writer, note_run, &noting, why);
    }
    return rc;
}

static struct step_row row_of(struct id child, int step, struct span on, bool is_back)
{
    return (struct step_row){.id = id_new(),
                             .child = child,
                             .step = step,
                             .on = on,
                             .kind = SPAN("auto"),
                             .is_back = is_back,
                             .who = {.at_utc_us = clock_utc_us(), .role = SPAN("")}};
}

static enum err note_entries(struct job_call *call, struct fail *why)
{
    struct step_entry *entries = NULL;
    struct step_row *rows;
    size_t n = 0;
    enum err rc =
        step_store_entered(call->db, ID_NONE, ENTRIES_MOST, call->arena, &entries, &n, why);

    if (rc != ERR_OK)
        return rc;
    rows = arena_alloc(call->arena, (n + 1) * sizeof *rows);
    if (rows == NULL)
        return fail_set(why, ERR_NOMEM, "entries");
    for (size_t i = 0; i < n; i++) {
        char day[DAY_TEXT_CAP];

        day_text(entries[i].at_utc_us, day);
        rows[i] = row_of(entries[i].child, 0,
                         span_text(arena_text(call->arena, span_text(day))), false);
        rows[i].id = step_entry_id(entries[i].child);
    }
    return note_all(call, rows, n, why);
}

static bool is_among(const struct id *ids, size_t n, struct id id)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(ids[i], id))
            return true;
    return false;
}

static enum err note_regular(struct job_call *call, struct fail *why)
{
    int64_t needed = settings_int(call->services->settings, &setting_care_regular_weeks);
    struct contact_weeks *weeks = NULL;
    struct id *holding = NULL;
    struct step_row *rows;
    char day[DAY_TEXT_CAP];
    struct span on;
    size_t n_weeks = 0, n_holding = 0, n = 0;
    enum err rc;

    day_text(clock_utc_us(), day);
    on = span_text(day);
    rc = contact_store_weeks(call->db, on, ID_NONE, call->arena, &weeks, &n_weeks, why);
    if (rc == ERR_OK)
        rc = step_store_regular(call->db, call->arena, &holding, &n_holding, why);
    if (rc != ERR_OK)
        return rc;
    rows = arena_alloc(call->arena, (n_weeks + n_holding + 1) * sizeof *rows);
    if (rows == NULL)
        return fail_set(why, ERR_NOMEM, "steps");
    for (size_t i = 0; i < n_weeks; i++)
        if (step_regular(is_among(holding, n_holding, weeks[i].child), weeks[i].n_weeks,
                         needed) == STEP_REACHED)
            rows[n++] = row_of(weeks[i].child, 1, on, false);
    for (size_t i = 0; i < n_holding; i++) {
        bool has_any = false;

        for (size_t k = 0; k < n_weeks && !has_any; k++)
            has_any = id_eq(weeks[k].child, holding[i]);
        if (step_regular(true, has_any ? 1 : 0, needed) == STEP_OVER)
            rows[n++] = row_of(holding[i], 1, on, true);
    }
    return note_all(call, rows, n, why);
}

static enum err run(struct job_call *call, struct fail *why)
{
    enum err rc = note_entries(call, why);

    return rc == ERR_OK ? note_regular(call, why) : rc;
}

const struct job_kind step_jobs[STEP_JOBS_N] = {
    {.name = "care.steps",
     .run = run,
     .n_tries_cap = 12,
     .lease_s = 600,
     .period_s = 86400,
     .offset_s = 3 * 3600 + 1800,
     .at_start = true},
};

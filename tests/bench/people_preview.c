/* people.roster_preview: 1,140 people and 3,040 enrolments, from the ZIP's bytes to a preview
 * against a store that holds all of them already, one pupil renamed (the way of every day but
 * the first), keys opened through the agent; wall clock, median of five.
 * people.roster_apply: the same package into an empty store: keys, sealing, one transaction. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/import.h"
#include "tenants/roster/preview.h"
#include "tests/bench/bench.h"
#include "tests/integration/roster_fixture.h"
#include "tests/integration/store_fixture.h"

#define N_STUDENTS 1000
#define N_PEOPLE   1140
#define N_ROUNDS   5

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_add(tx, arg, why);
}

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_decide(tx, arg, why);
}

/* Times the job alone. */
static enum err bring(struct store_fixture *f, struct span zip, double *us_out,
                      struct fail *why)
{
    struct import_pending pending = {0};
    struct import_decision decision;
    struct job_call call = {
        .services = &f->services, .db = f->db, .arena = f->arena, .n_try = 1};
    char id[ID_TEXT_CAP];
    int64_t begun_us;
    enum err rc =
        import_prepare(&f->services, f->db, zip, ID_NONE, "operator", f->arena, &pending, why);

    if (rc == ERR_OK)
        rc = writer_wait(f->services.writer, add_run, &pending, why);
    import_end(&pending, rc);
    decision = (struct import_decision){
        .id = pending.row.id, .role = "commissioner", .preview = pending.row.preview};
    if (rc == ERR_OK)
        rc = writer_wait(f->services.writer, decide_run, &decision, why);
    id_text(pending.row.id, id);
    call.payload = span_text(arena_printf(f->arena, "{\"import\":\"%s\"}", id));
    begun_us = clock_mono_us();
    if (rc == ERR_OK)
        rc = roster_jobs[0].run(&call, why);
    *us_out = (double)(clock_mono_us() - begun_us);
    return rc;
}

static enum err preview_once(struct store_fixture *f, struct span zip, double *us_out,
                             struct fail *why)
{
    struct arena *arena = NULL;
    struct preview p;
    int64_t begun_us = clock_mono_us();
    enum err rc = arena_create((size_t)1 << 20, &arena, why);

    if (rc == ERR_OK)
        rc = preview_make(f->services.keyring, f->services.settings, f->db, zip, false, arena,
                          &p, why);
    *us_out = (double)(clock_mono_us() - begun_us);
    if (rc == ERR_OK && (p.roster->is_refused || p.roster->n_users != N_PEOPLE ||
                         p.diff.counts[KIND_PERSON][WHAT_CHANGED] != 1 || p.diff.n != 1))
        rc =
            fail_set(why, ERR_INTERNAL, "%zu people, %zu changes", p.roster->n_users, p.diff.n);
    arena_destroy(&arena);
    return rc;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

BENCH(people_preview, "people.roster_preview", "ms a package", 2000, true)
{
    const struct roster_spec town = {.n_students = N_STUDENTS, .year = 2026};
    struct roster_spec renamed = town;
    struct store_fixture f;
    struct span zip;
    double us[N_ROUNDS] = {0}, apply_us;
    enum err rc;

    renamed.renamed = 500;
    store_fixture_start(&f, NULL);
    rc = bring(&f, roster_fixture_zip(&town, f.arena), &apply_us, why);
    zip = roster_fixture_zip(&renamed, f.arena);
    for (int i = 0; rc == ERR_OK && i < N_ROUNDS; i++)
        rc = preview_once(&f, zip, &us[i], why);
    qsort(us, N_ROUNDS, sizeof us[0], by_size);
    *value_out = us[N_ROUNDS / 2] / 1000;
    store_fixture_stop(&f);
    return rc;
}

BENCH(people_apply, "people.roster_apply", "ms a package", 5000, true)
{
    const struct roster_spec town = {.n_students = N_STUDENTS, .year = 2026};
    struct store_fixture f;
    double us = 0;
    enum err rc;

    store_fixture_start(&f, NULL);
    rc = bring(&f, roster_fixture_zip(&town, f.arena), &us, why);
    *value_out = us / 1000;
    store_fixture_stop(&f);
    return rc;
}

/* data/records and excel: the rows of every table. */
#include <stdio.h>

#include "tenants/handback/as_of.h"
#include "tenants/handback/bag.h"
#include "tenants/handback/record.h"
#include "tenants/handback/sheet.h"
#include "tenants/handback/spool.h"

#define ROWS_A_LOOK 256

struct stream {
    struct bag *bag;
    const struct plan *plan;
    struct record record;
    struct out *json;
    struct sheet sheet;
    struct row_set rows;
    struct as_of_pick pick;
};

/* What the row's leaf commits to, for the log. */
static enum err keep_row(struct stream *s, const struct db_rows *rows, int row,
                         struct fail *why)
{
    struct span bytes;
    enum err rc = s->plan->leaves->canonical(rows, row, s->record.arena, &bytes, why);

    return rc == ERR_OK ? spool_put(s->bag->spool, db_id(rows, row, 0), bytes, why) : rc;
}

static bool keeps_rows(const struct stream *s)
{
    return s->bag->spool != NULL && s->plan->leaves != NULL;
}

static enum err put_row(const struct db_rows *rows, int row, void *arg, struct fail *why)
{
    struct stream *s = arg;
    struct out *sheet = NULL;
    enum err rc = s->rows.n % ROWS_A_LOOK == 0 ? bag_go_on(s->bag, why) : ERR_OK;

    if (rc == ERR_OK && !as_of_takes(&s->pick))
        return ERR_OK;
    if (rc == ERR_OK)
        rc = sheet_next(&s->sheet, &s->record, NULL, &sheet, why);
    if (rc == ERR_OK)
        rc = record_put(&s->record, rows, row, SPAN_NONE, SPAN_NONE, s->json, sheet, why);
    if (rc == ERR_OK && keeps_rows(s))
        rc = keep_row(s, rows, row, why);
    row_set_add(&s->rows, s->plan->id < 0 ? ID_NONE : db_id(rows, row, s->plan->id));
    if (rc == ERR_OK && s->rows.n % 20000 == 0)
        bag_tell(s->bag, s->plan->table->name, s->rows.n, 0);
    return rc;
}

static enum err stream_rows(struct stream *s, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    if (s->plan->table->is_audit_leaf && s->bag->as_of == NULL)
        db_arg_i64(&args, (int64_t)s->bag->journal.cut.n_leaves);
    else if (s->plan->table->is_audit_leaf)
        as_of_args(s->bag->as_of, &args);
    rc = as_of_pick(s->bag, s->plan, &s->pick, why);
    if (rc == ERR_OK)
        rc = sheet_begin(&s->sheet, s->bag, s->plan->table->name, &s->record, NULL, why);
    if (rc == ERR_OK && keeps_rows(s))
        rc = spool_begin(s->bag->spool, s->plan->table->name, why);
    if (rc == ERR_OK)
        rc = plan_stream(s->bag->db, s->plan, &args, put_row, s, why);
    if (rc == ERR_OK && keeps_rows(s))
        rc = spool_end(s->bag->spool, why);
    return rc == ERR_OK ? sheet_end(&s->sheet, why) : rc;
}

static enum err write_table(struct bag *bag, const struct plan *plan, struct fail *why)
{
    struct stream s = {.bag = bag, .plan = plan};
    char path[OUT_PATH_CAP];
    struct out_sum sum;
    enum err rc = record_open(plan, bag->conf->keyring, &s.record, why);

    snprintf(path, sizeof path, "data/records/%s.ndjson", plan->table->name);
    if (rc == ERR_OK)
        rc = out_create(bag->dir, path, false, &s.json, why);
    if (rc == ERR_OK)
        rc = stream_rows(&s, why);
    if (rc == ERR_OK)
        rc = out_finish(s.json, path, &sum, why);
    if (rc == ERR_OK) /* last, so that a table whose line stands has its sheets, too */
        rc = journal_put_file(&bag->journal, path, &sum, &s.rows, why);
    bag->n_sealed += s.record.n_sealed;
    bag->n_closed += s.record.n_closed;
    as_of_pick_free(&s.pick);
    sheet_destroy(&s.sheet);
    out_destroy(&s.json);
    record_close(&s.record);
    return rc;
}

enum err bag_records(struct bag *bag, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < bag->n_plans; i++) {
        const struct plan *plan = &bag->plans[i];
        char path[OUT_PATH_CAP];

        snprintf(path, sizeof path, "data/records/%s.ndjson", plan->table->name);
        bag_tell(bag, plan->table->name, i, bag->n_plans);
        if (plan->table->hand_back == HAND_BACK_FILES)
            continue;
        if (journal_find(&bag->journal, path) == NULL) /* else of before it was cut off */
            rc = write_table(bag, plan, why);
    }
    return rc;
}

/* ---- against the log ---- */

/* The row that nobody put on record, if that is it. */
static enum err find_extra(struct bag *bag, const struct plan *plan, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    if (plan->leaves == NULL)
        return ERR_OK;
    rc = db_run(bag->db, plan->leaves->extra, &none, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        char text[ID_TEXT_CAP];

        id_text(db_id(rows, 0, 0), text);
        rc = fail_set(why, ERR_PROTO, "row %s of %s has no leaf", text, plan->table->name);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err check_table(struct bag *bag, const struct plan *plan, struct fail *why)
{
    const struct journal_leaves *l = journal_find_leaves(&bag->journal, plan->table->name);
    const struct row_set none = {.n = 0}, *want = l == NULL ? &none : &l->rows, *rows;
    char path[OUT_PATH_CAP];
    enum err rc;

    snprintf(path, sizeof path, "data/records/%s.ndjson", plan->table->name);
    rows = &journal_find(&bag->journal, path)->rows;
    if (want->n == rows->n && memcmp(want->sum, rows->sum, sizeof rows->sum) == 0)
        return ERR_OK;
    rc = find_extra(bag, plan, why);
    if (rc != ERR_OK)
        return rc;
    return fail_set(why, bag->journal.is_resumed ? ERR_CONFLICT : ERR_PROTO,
                    "table %s: %lld rows, but %lld leaves that are open: not the same",
                    plan->table->name, (long long)rows->n, (long long)want->n);
}

enum err bag_check_leaves(struct bag *bag, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < bag->n_plans; i++)
        if (bag->plans[i].table->is_audit_leaf &&
            bag->plans[i].table->hand_back != HAND_BACK_FILES)
            rc = check_table(bag, &bag->plans[i], why);
    return rc;
}

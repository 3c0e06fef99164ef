/* Contract, trial and what holds as one plan (hours_store.h). */
#include "node/base/clock.h"
#include "tenants/hours/hours_store.h"

#include "tenants/people/contract_store.h"

struct building {
    struct arena *arena;
    struct hours_plan *plan;
    struct hours_own_day *own;
    struct hours_holiday *holidays;
    struct jx_defects defects; /* of stored values: must stay empty */
};

static enum err read_pattern(struct building *b, struct span value, struct fail *why)
{
    struct hours_week_doc doc;
    enum err rc = jx_read(value, &hours_week_shape, b->arena, &doc, NULL, why);

    return rc == ERR_OK ? hours_doc_read_week(&doc, "", b->arena, b->plan->week, &b->defects)
                        : rc;
}

static enum err read_year_end(struct building *b, struct span value, struct fail *why)
{
    struct hours_year_end_doc doc;
    enum err rc = jx_read(value, &hours_year_end_shape, b->arena, &doc, NULL, why);

    return rc == ERR_OK ? hours_doc_read_year_end(&doc, b->arena, &b->plan->has_year_end,
                                                  &b->plan->year_end_from,
                                                  &b->plan->year_end_to, &b->defects)
                        : rc;
}

static enum err read_day(struct building *b, const struct hours_decision *row, struct fail *why)
{
    struct hours_day_doc doc;
    struct hours_own_day *own = &b->own[b->plan->n_own];
    enum err rc = jx_read(row->value, &hours_day_shape, b->arena, &doc, NULL, why);

    if (rc != ERR_OK)
        return rc;
    *own = (struct hours_own_day){
        .day = row->day, .is_closure = doc.is_closure, .title = doc.title};
    b->plan->n_own++;
    return hours_doc_read_slots(&doc.slots, "", "", b->arena, &own->slots, &b->defects);
}

static enum err read_holiday(struct building *b, const struct hours_decision *row,
                             struct fail *why)
{
    struct hours_holiday_doc doc;
    enum err rc = jx_read(row->value, &hours_holiday_shape, b->arena, &doc, NULL, why);

    if (rc == ERR_OK)
        b->holidays[b->plan->n_holidays++] =
            (struct hours_holiday){row->day, doc.is_holiday, doc.name};
    return rc;
}

static enum err read_row(struct building *b, const struct hours_decision *row, struct fail *why)
{
    if (row->version > b->plan->version)
        b->plan->version = (int32_t)row->version;
    if (row->value.len == 0)
        return ERR_OK;
    switch (row->kind) {
    case HOURS_KIND_PATTERN:
        return read_pattern(b, row->value, why);
    case HOURS_KIND_YEAR_END:
        return read_year_end(b, row->value, why);
    case HOURS_KIND_DAY:
        return read_day(b, row, why);
    case HOURS_KIND_HOLIDAY:
        return read_holiday(b, row, why);
    }
    return fail_set(why, ERR_INTERNAL, "kind %d", (int)row->kind);
}

static void read_period(struct span first, struct span last, struct hours_period *out)
{
    out->is_there = calendar_read(first, &out->first) && calendar_read(last, &out->last);
}

static enum err read_contract(struct tx *tx, struct db *db, struct building *b,
                              struct fail *why)
{
    struct contract_row contract, next;
    enum err rc = contract_store_current(tx, db, clock_utc_us(), b->arena, &contract, why);

    if (rc == ERR_NOT_FOUND)
        return ERR_OK; /* outside any period */
    if (rc == ERR_OK)  /* decided ahead it follows without a gap (contract_http.c) */
        rc = contract_store_newest(tx, db, b->arena, &next, why);
    if (rc != ERR_OK)
        return rc;
    read_period(contract.begins_on, next.ends_on, &b->plan->contract);
    read_period(contract.trial_begins_on, contract.trial_ends_on, &b->plan->trial);
    return ERR_OK;
}

enum err hours_store_plan(struct tx *tx, struct db *db, struct arena *arena,
                          struct hours_plan *plan_out, struct fail *why)
{
    struct hours_plan plan = {.has_year_end = true,
                              .year_end_from = HOURS_YEAR_END_FROM,
                              .year_end_to = HOURS_YEAR_END_TO};
    struct building b = {.arena = arena, .plan = &plan};
    struct hours_decision *rows = NULL;
    size_t n = 0;
    enum err rc = hours_store_current(tx, db, arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    b.own = arena_alloc(arena, (n + 1) * sizeof *b.own);
    b.holidays = arena_alloc(arena, (n + 1) * sizeof *b.holidays);
    if (b.own == NULL || b.holidays == NULL)
        return fail_set(why, ERR_NOMEM, "%zu decisions", n);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = read_row(&b, &rows[i], why);
    if (rc == ERR_OK && b.defects.n > 0)
        rc = fail_set(why, ERR_INTERNAL, "a stored value breaks rule %s", b.defects.at[0].rule);
    if (rc == ERR_OK)
        rc = read_contract(tx, db, &b, why);
    if (rc == ERR_OK) {
        plan.own = b.own;
        plan.holidays = b.holidays;
        *plan_out = plan;
    }
    return rc == ERR_INVALID || rc == ERR_PROTO
               ? fail_set(why, ERR_INTERNAL, "a stored value is none of its kind")
               : rc;
}

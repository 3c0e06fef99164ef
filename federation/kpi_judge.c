/* What the prefecture takes of a release, and what it refuses: the body comes from another
 * node. */
#include "federation/kpi_release.h"

#include "reporting/kpi/kpi_mask.h"
#include "reporting/kpi/kpi_month.h"

bool kpi_release_month(const struct kpi_body *body, int64_t *utc_us_out)
{
    return kpi_month_parse(body->month, utc_us_out);
}

/* The head: month, version, rule, and its place among what came before. */
static enum fed_code judge_head(const struct kpi_body *body, const struct kpi_judge *judge,
                                struct fed_kpi_row *row)
{
    const struct fed_kpi_row *before = judge->before;

    if (!kpi_month_parse(body->month, &row->month_utc_us) ||
        kpi_month_next(row->month_utc_us) > judge->now_utc_us ||
        kpi_month_next(row->month_utc_us) <= judge->contract_from_utc_us)
        return FED_KPI_MONTH;
    if (body->version < 1 || body->version > KPI_VERSION)
        return FED_KPI_UNKNOWN;
    if (body->k != judge->k || body->registry_seq < 1 ||
        body->registry_seq > judge->registry_seq)
        return FED_KPI_RULE;
    if (body->revision < 1 || body->revision > INT32_MAX ||
        (body->revision == 1) != (body->kind == KPI_SEND))
        return FED_KPI_REVISION;
    /* A gap is what a node closes that could not reach us: only the newest counts. */
    if (before != NULL && (body->revision <= before->revision || before->kind == KPI_WITHDRAW ||
                           body->version != before->version))
        return FED_KPI_REVISION;
    row->version = body->version;
    row->revision = body->revision;
    row->kind = (enum kpi_release_kind)body->kind;
    row->k = body->k;
    row->registry_seq = body->registry_seq;
    return FED_OK;
}

/* Every cell of the list, in its order, none of them filled. */
static size_t lay_out(int version, struct fed_kpi_cell *cells)
{
    size_t n = 0;

    for (int i = 0; i < KPI_DEFS_N; i++) {
        if (!kpi_def_is_of(&kpi_defs[i], version) || !kpi_defs[i].is_released)
            continue;
        for (int part = 0; part < KPI_PARTS_N; part++)
            cells[n++] = (struct fed_kpi_cell){.kpi = span_text(kpi_defs[i].id),
                                               .part = (enum kpi_part)part};
    }
    return n;
}

static enum fed_code fill(const struct kpi_body_cell *from, const struct kpi_def *def,
                          struct fed_kpi_cell *to)
{
    if (from->has_num != from->has_den)
        return FED_KPI_CELLS;
    to->is_shown = from->has_num;
    to->num = from->has_num ? from->num : 0;
    to->den = from->has_num ? from->den : 0;
    if (to->num < 0 || to->den < 0 || (def->form == KPI_SHARE && to->num > to->den))
        return FED_KPI_COUNT;
    return FED_OK;
}

static enum fed_code place(const struct kpi_body *body, struct fed_kpi_row *row, bool *is_set)
{
    const struct kpi_body_cell *from = body->cells.at;

    for (size_t i = 0; i < body->cells.n; i++) {
        const struct kpi_def *def = kpi_def_find(from[i].kpi, (int)body->version);
        enum fed_code code;
        size_t at = 0;

        if (def == NULL || !def->is_released)
            return FED_KPI_UNKNOWN;
        while (!span_eq(row->cells[at].kpi, from[i].kpi) ||
               (int)row->cells[at].part != from[i].part)
            at++;
        if (is_set[at])
            return FED_KPI_CELLS;
        is_set[at] = true;
        code = fill(&from[i], def, &row->cells[at]);
        if (code != FED_OK)
            return code;
    }
    return body->cells.n == row->n_cells ? FED_OK : FED_KPI_CELLS;
}

/* Both hold every cell of one version, in one order. */
static bool shows_no_more(const struct fed_kpi_row *row, const struct fed_kpi_row *before)
{
    if (row->n_cells != before->n_cells)
        return false;
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct fed_kpi_cell *is = &row->cells[i], *was = &before->cells[i];

        if (is->is_shown && (!was->is_shown || is->num != was->num || is->den != was->den))
            return false;
    }
    return true;
}

/* NULL out->cells: there is nothing beside. */
static enum err beside(const struct fed_kpi_row *row, struct arena *arena,
                       struct kpi_neighbour *out, struct fail *why)
{
    size_t n = row == NULL ? 0 : row->n_cells;
    struct kpi_cell *cells = arena_alloc(arena, (n + 1) * sizeof *cells);
    enum kpi_shown *shown = arena_alloc(arena, (n + 1) * sizeof *shown);

    *out = (struct kpi_neighbour){.cells = NULL};
    if (cells == NULL || shown == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++) {
        const struct fed_kpi_cell *cell = &row->cells[i];

        cells[i] = (struct kpi_cell){cell->kpi, cell->part, cell->num, cell->den};
        shown[i] = cell->is_shown ? KPI_SHOWN : KPI_COMPLEMENT;
    }
    if (n > 0)
        *out = (struct kpi_neighbour){cells, shown, n, (int)row->version,
                                      kpi_rule_coordinator((int)row->k, row->month_utc_us)};
    return ERR_OK;
}

static enum err audit(const struct fed_kpi_row *row, const struct kpi_judge *judge,
                      struct arena *arena, enum fed_code *code_out, struct fail *why)
{
    struct kpi_neighbour now, before, after;
    struct kpi_near near;
    enum err rc = beside(row, arena, &now, why);

    if (rc == ERR_OK)
        rc = beside(judge->month_before, arena, &before, why);
    if (rc == ERR_OK)
        rc = beside(judge->month_after, arena, &after, why);
    if (rc != ERR_OK)
        return rc;
    near = (struct kpi_near){before.cells == NULL ? NULL : &before,
                             after.cells == NULL ? NULL : &after};
    rc = kpi_mask_audit_near(now.cells, now.shown, now.n, now.version, &now.rule, &near, why);
    if (rc != ERR_CONFLICT && rc != ERR_INVALID)
        return rc;
    *code_out = rc == ERR_CONFLICT ? FED_KPI_HIDDEN : FED_KPI_COUNT;
    return ERR_OK;
}

enum err kpi_release_judge(const struct kpi_body *body, const struct kpi_judge *judge,
                           struct arena *arena, struct fed_kpi_row *row_out,
                           enum fed_code *code_out, struct fail *why)
{
    bool is_set[KPI_RELEASE_CELLS] = {false};

    *row_out = (struct fed_kpi_row){.n_cells = 0};
    *code_out = judge_head(body, judge, row_out);
    if (*code_out != FED_OK)
        return ERR_OK;
    if (row_out->kind == KPI_WITHDRAW) {
        *code_out = body->cells.n == 0 ? FED_OK : FED_KPI_CELLS;
        return ERR_OK;
    }
    row_out->cells = arena_alloc(arena, KPI_RELEASE_CELLS * sizeof *row_out->cells);
    if (row_out->cells == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    row_out->n_cells = lay_out((int)row_out->version, row_out->cells);
    *code_out = place(body, row_out, is_set);
    if (*code_out == FED_OK && judge->before != NULL && !shows_no_more(row_out, judge->before))
        *code_out = FED_KPI_REVISION;
    return *code_out == FED_OK ? audit(row_out, judge, arena, code_out, why) : ERR_OK;
}

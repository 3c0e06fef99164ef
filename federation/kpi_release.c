#include "federation/kpi_release.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "reporting/kpi/kpi_mask.h"
#include "reporting/kpi/kpi_month.h"

/* ---- the body ---- */

#define FIELD(struct_, type_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_) \
    }
#define NUMBER(name_, has_) \
    { \
        .name = #name_, .type = JX_INT, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct kpi_body_cell, name_), \
        .has_offset = offsetof(struct kpi_body_cell, has_) \
    }
static const struct jx_field cell_fields[] = {
    FIELD(kpi_body_cell, JX_TEXT, kpi),
    {.name = "part",
     .type = JX_ENUM,
     .choices = KPI_PARTS,
     .offset = offsetof(struct kpi_body_cell, part)},
    NUMBER(num, has_num),
    NUMBER(den, has_den),
};
static const struct jx_shape cell_shape =
    JX_SHAPE("KpiBodyCell", struct kpi_body_cell, cell_fields);
static const struct jx_field body_fields[] = {
    FIELD(kpi_body, JX_TEXT, month),
    FIELD(kpi_body, JX_INT, version),
    FIELD(kpi_body, JX_INT, revision),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = KPI_RELEASE_KINDS,
     .offset = offsetof(struct kpi_body, kind)},
    FIELD(kpi_body, JX_INT, k),
    FIELD(kpi_body, JX_INT, registry_seq),
    {.name = "cells",
     .type = JX_LIST,
     .most = 2 * KPI_RELEASE_CELLS,
     .shape = &cell_shape,
     .offset = offsetof(struct kpi_body, cells)},
};
const struct jx_shape kpi_body_shape = JX_SHAPE("KpiRelease", struct kpi_body, body_fields);

enum err kpi_release_write(const struct kpi_sent *sent, const struct kpi_sent_cell *cells,
                           size_t n, struct arena *arena, struct span *body_out,
                           struct hash256 *sum_out, struct fail *why)
{
    struct kpi_body_cell *out = arena_alloc(arena, (n + 1) * sizeof *out);
    char month[KPI_MONTH_CAP];
    struct kpi_body body = {
        .version = sent->version,
        .revision = sent->revision,
        .kind = (int)sent->kind,
        .k = sent->k,
        .registry_seq = sent->registry_seq,
        .cells = {out, n},
    };
    enum err rc;

    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    kpi_month_text(sent->month_utc_us, month);
    body.month = span_text(month);
    for (size_t i = 0; i < n; i++) {
        bool is_shown = cells[i].shown == KPI_SENT_SHOWN;

        out[i] = (struct kpi_body_cell){cells[i].kpi, (int)cells[i].part, is_shown,
                                        is_shown,     cells[i].num,       cells[i].den};
    }
    rc = jx_write_canonical(&kpi_body_shape, &body, arena, body_out, why);
    if (rc == ERR_OK)
        *sum_out = hash256_of(*body_out);
    return rc;
}

/* ---- at the node: what is shown ---- */

static bool is_taken(const struct jx_texts *taken, struct span kpi)
{
    for (size_t i = 0; i < taken->n; i++)
        if (span_eq(taken->at[i], kpi))
            return true;
    return false;
}

static enum err check_taken(const struct kpi_release_from *from, struct fail *why)
{
    for (size_t i = 0; i < from->taken.n; i++) {
        const struct kpi_def *def = kpi_def_find(from->taken.at[i], from->version);

        if (def == NULL || !def->is_released)
            return fail_field(why, ERR_INVALID, "/kpis", "no figure that is given");
    }
    return ERR_OK;
}

/* What the revision before says of that cell; NULL: there is none. */
static const struct kpi_sent_cell *before_of(const struct kpi_release_from *from,
                                             const struct kpi_cell *cell)
{
    for (size_t i = 0; i < from->n_before; i++)
        if (from->before[i].part == cell->part && span_eq(from->before[i].kpi, cell->kpi))
            return &from->before[i];
    return NULL;
}

/* What must stay hidden, or is to be from now on. */
static enum kpi_shown preset(const struct kpi_release_from *from, const struct kpi_cell *cell)
{
    const struct kpi_sent_cell *before = before_of(from, cell);

    if (from->n_before > 0 && (before == NULL || before->shown != KPI_SENT_SHOWN))
        return KPI_COMPLEMENT;
    return is_taken(&from->taken, cell->kpi) ? KPI_COMPLEMENT : KPI_SHOWN;
}

/* The number, or why there is none: the first reason stays. */
static struct kpi_sent_cell settle(const struct kpi_release_from *from,
                                   const struct kpi_cell *cell, enum kpi_shown shown)
{
    const struct kpi_sent_cell *before = before_of(from, cell);
    struct kpi_sent_cell out = {cell->kpi, cell->part, (enum kpi_sent_shown)shown, 0, 0};

    if (shown == KPI_SHOWN) {
        out.num = cell->num;
        out.den = cell->den;
    } else if (before != NULL && before->shown != KPI_SENT_SHOWN) {
        out.shown = before->shown;
    } else if (is_taken(&from->taken, cell->kpi)) {
        out.shown = KPI_SENT_TAKEN;
    }
    return out;
}

enum err kpi_release_beside(const struct kpi_sent *sent, const struct kpi_sent_cell *cells,
                            size_t n, struct arena *arena, struct kpi_neighbour *out,
                            struct fail *why)
{
    struct kpi_cell *all = arena_alloc(arena, (n + 1) * sizeof *all);
    enum kpi_shown *shown = arena_alloc(arena, (n + 1) * sizeof *shown);

    if (all == NULL || shown == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct kpi_cell){cells[i].kpi, cells[i].part, cells[i].num, cells[i].den};
        shown[i] = cells[i].shown == KPI_SENT_SHOWN ? KPI_SHOWN : KPI_COMPLEMENT;
    }
    *out = (struct kpi_neighbour){all, shown, n, (int)sent->version,
                                  kpi_rule_coordinator((int)sent->k, sent->month_utc_us)};
    return ERR_OK;
}

enum err kpi_release_cells(const struct kpi_release_from *from, struct arena *arena,
                           struct kpi_sent_cell **out, size_t *n_out, struct fail *why)
{
    const struct kpi_rule rule = kpi_rule_coordinator(from->k, from->month_utc_us);
    struct kpi_cell *cells = arena_alloc(arena, (from->n + 1) * sizeof *cells);
    enum kpi_shown *shown = arena_alloc(arena, (from->n + 1) * sizeof *shown);
    size_t n;
    enum err rc;

    *out = arena_alloc(arena, (from->n + 1) * sizeof **out);
    if (cells == NULL || shown == NULL || *out == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    rc = check_taken(from, why);
    if (rc != ERR_OK)
        return rc;
    n = kpi_mask_released(from->cells, from->n, from->version, cells);
    for (size_t i = 0; i < n; i++)
        shown[i] = preset(from, &cells[i]);
    rc = kpi_mask_near(cells, n, from->version, &rule, &from->near, shown, why);
    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        (*out)[i] = settle(from, &cells[i], shown[i]);
    *n_out = n;
    return kpi_mask_audit_near(cells, shown, n, from->version, &rule, &from->near, why);
}

/* ---- at the coordinator ---- */

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

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

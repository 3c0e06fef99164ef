#include "reporting/kpi/kpi_reach.h"

#include <math.h>

#include "reporting/kpi/kpi_simplex.h"

#define NONE (-1)

struct reaching {
    const struct kpi_system *s;
    struct simplex *simplex;
    int column[KPI_UNKNOWNS]; /* what is not settled: how much it is above its low; NONE */
    int n_columns;
    bool is_whole;
};

static bool is_settled(const struct kpi_system *s, int unknown)
{
    return s->range[unknown].low == s->range[unknown].high;
}

static void add_row(struct reaching *r, const struct kpi_row *row)
{
    int columns[KPI_TERMS_MOST], times[KPI_TERMS_MOST], n = 0;
    double right = 0;

    for (int i = 0; i < row->n; i++) {
        const int u = row->unknown[i];

        right -= (double)row->times[i] * (double)r->s->range[u].low;
        if (r->column[u] == NONE)
            continue;
        columns[n] = r->column[u];
        times[n++] = row->times[i];
    }
    if (n > 0)
        simplex_add_row(r->simplex, columns, times, n, row->is_at_most, right);
}

static enum err start(struct reaching *r, struct fail *why)
{
    const struct kpi_system *s = r->s;
    int n_sent = 0;
    enum err rc;

    for (int u = 0; u < KPI_UNKNOWNS; u++) {
        r->column[u] = NONE;
        if (s->is_there[u] && !is_settled(s, u)) {
            r->column[u] = r->n_columns++;
            n_sent += s->is_sent[u];
        }
    }
    if (r->n_columns == 0)
        return ERR_OK;
    rc = simplex_create(r->n_columns, s->n_rows + n_sent, &r->simplex, why);
    if (rc != ERR_OK)
        return rc;
    for (int i = 0; i < s->n_rows; i++)
        add_row(r, &s->rows[i]);
    for (int u = 0; u < KPI_UNKNOWNS; u++) /* what was rounded */
        if (r->column[u] != NONE && s->is_sent[u])
            simplex_add_row(r->simplex, &r->column[u], &(int){1}, 1, true,
                            (double)(s->range[u].high - s->range[u].low));
    return simplex_start(r->simplex, why);
}

/* A number of a cell: plus, or plus - minus, a rest. */
struct number {
    int plus, minus;
    int64_t *low, *high;
};

static double least_of(const struct reaching *r, int unknown)
{
    return unknown == NONE ? 0 : (double)r->s->range[unknown].low;
}

static int column_of(const struct reaching *r, int unknown)
{
    return unknown == NONE ? NONE : r->column[unknown];
}

/* The greatest of up - down, or enough of it. */
static enum err raise(const struct reaching *r, int up, int down, double enough,
                      double *value_out, struct fail *why)
{
    const double base = least_of(r, up) - least_of(r, down);
    enum err rc = simplex_raise(r->simplex, column_of(r, up), column_of(r, down), enough - base,
                                value_out, why);

    *value_out += base;
    return rc;
}

static enum err reach_number(const struct reaching *r, const struct number *n, struct fail *why)
{
    const double small_most = (double)r->s->rule->hide_under - 1;
    double value = 0;
    enum err rc;

    if (column_of(r, n->plus) == NONE && column_of(r, n->minus) == NONE)
        return ERR_OK;
    rc = raise(r, n->plus, n->minus, r->is_whole ? (double)INFINITY : small_most, &value, why);
    if (rc == ERR_OK)
        *n->high = isinf(value) ? KPI_NO_BOUND : (int64_t)floor(value + SIMPLEX_NEAR);
    if (rc == ERR_OK)
        rc = raise(r, n->minus, n->plus, r->is_whole ? (double)INFINITY : -1, &value, why);
    if (rc == ERR_OK && !isinf(value))
        *n->low = (int64_t)ceil(-value - SIMPLEX_NEAR);
    return rc;
}

static enum err reach_cell(const struct reaching *r, int def, enum kpi_part part,
                           struct kpi_bound *b, struct fail *why)
{
    const int num = kpi_system_unknown(kpi_shapes[def].num, part);
    const int den = kpi_system_unknown(kpi_shapes[def].den, part);
    enum err rc = ERR_OK;

    if (num != KPI_UNKNOWN_NONE)
        rc = reach_number(r, &(struct number){num, NONE, &b->num_low, &b->num_high}, why);
    if (rc == ERR_OK)
        rc = reach_number(r, &(struct number){den, NONE, &b->den_low, &b->den_high}, why);
    if (rc == ERR_OK && kpi_defs[def].form == KPI_SHARE)
        rc = reach_number(r, &(struct number){den, num, &b->rest_low, &b->rest_high}, why);
    return rc;
}

enum err kpi_reach(const struct kpi_system *s, const enum kpi_shown *shown, bool is_whole,
                   struct kpi_bound *bounds, struct fail *why)
{
    struct reaching r = {.s = s, .is_whole = is_whole};
    enum err rc = start(&r, why);

    for (int d = 0; d < KPI_DEFS_N && r.simplex != NULL; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const size_t i = s->cell[d][p];

            if (rc == ERR_OK && i != SIZE_MAX && shown[i] != KPI_SHOWN)
                rc = reach_cell(&r, d, p, &bounds[i], why);
        }
    simplex_destroy(&r.simplex);
    return rc;
}

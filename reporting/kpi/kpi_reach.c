#include "reporting/kpi/kpi_reach.h"

#include <math.h>
#include <stdlib.h>

#include "reporting/kpi/kpi_simplex.h"

#define NONE     (-1)
#define ALL_MOST (KPI_REACH_MONTHS * KPI_UNKNOWNS)

/* What is not settled falls into islands: no equation goes from one to another, so each has a
 * tableau of its own. */
struct reaching {
    const struct kpi_reach_month *months;
    int n_months;
    bool is_whole;
    int root[ALL_MOST];   /* of the island, by way of others; NONE: settled */
    int column[ALL_MOST]; /* in the tableau of its island: how much it is above its low */
    int n_columns[ALL_MOST], n_rows[ALL_MOST]; /* by root */
    struct simplex *simplex[ALL_MOST];         /* by root */
};

static const struct kpi_range *range_of(const struct reaching *r, int x)
{
    return &r->months[x / KPI_UNKNOWNS].s->range[x % KPI_UNKNOWNS];
}

static int root_of(struct reaching *r, int x)
{
    while (r->root[x] != x) {
        r->root[x] = r->root[r->root[x]];
        x = r->root[x];
    }
    return x;
}

/* ---- the equations, one after the other ---- */

typedef void each_row(struct reaching *r, const struct kpi_row *row, int month);

/* A row that is between two months says so by unknowns of the second past KPI_UNKNOWNS. */
static int unknown_of(const struct kpi_row *row, int i, int month)
{
    return month * KPI_UNKNOWNS + row->unknown[i];
}

static void for_each_row(struct reaching *r, each_row *do_row)
{
    for (int m = 0; m < r->n_months; m++) {
        for (int i = 0; i < r->months[m].s->n_rows; i++)
            do_row(r, &r->months[m].s->rows[i], m);
        for (size_t c = 0; c < kpi_carries_n && m + 1 < r->n_months; c++)
            for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++)
                do_row(
                    r,
                    &(struct kpi_row){
                        .unknown = {kpi_system_unknown(kpi_carries[c].before, p),
                                    KPI_UNKNOWNS + kpi_system_unknown(kpi_carries[c].now, p)},
                        .times = {1, -1},
                        .n = 2},
                    m);
    }
}

static void join(struct reaching *r, const struct kpi_row *row, int month)
{
    int first = NONE;

    for (int i = 0; i < row->n; i++) {
        const int x = unknown_of(row, i, month);

        if (r->root[x] == NONE)
            continue;
        if (first == NONE)
            first = root_of(r, x);
        else
            r->root[root_of(r, x)] = first;
    }
}

static void count_row(struct reaching *r, const struct kpi_row *row, int month)
{
    for (int i = 0; i < row->n; i++) {
        const int x = unknown_of(row, i, month);

        if (r->root[x] != NONE) {
            r->n_rows[root_of(r, x)]++;
            return;
        }
    }
}

static void add_row(struct reaching *r, const struct kpi_row *row, int month)
{
    int columns[KPI_TERMS_MOST], times[KPI_TERMS_MOST], n = 0, root = NONE;
    double right = 0;

    for (int i = 0; i < row->n; i++) {
        const int x = unknown_of(row, i, month);

        right -= (double)row->times[i] * (double)range_of(r, x)->low;
        if (r->root[x] == NONE)
            continue;
        root = root_of(r, x);
        columns[n] = r->column[x];
        times[n++] = row->times[i];
    }
    if (n > 0)
        simplex_add_row(r->simplex[root], columns, times, n, row->is_at_most, right);
}

/* What was rounded: sent, and yet not settled. */
static bool has_top(const struct reaching *r, int x)
{
    return r->months[x / KPI_UNKNOWNS].s->is_sent[x % KPI_UNKNOWNS] && r->root[x] != NONE;
}

/* Of settled unknowns alone a row may not hold: two months that are not the same children. */
static bool is_broken(const struct reaching *r, const struct kpi_row *row, int month)
{
    int64_t sum = 0;

    for (int i = 0; i < row->n; i++) {
        const int x = unknown_of(row, i, month);

        if (r->root[x] != NONE)
            return false;
        sum += row->times[i] * range_of(r, x)->low;
    }
    return row->is_at_most ? sum > 0 : sum != 0;
}

static bool links_are_broken(struct reaching *r)
{
    for (int m = 0; m + 1 < r->n_months; m++)
        for (size_t c = 0; c < kpi_carries_n; c++)
            for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
                const struct kpi_row row = {
                    .unknown = {kpi_system_unknown(kpi_carries[c].before, p),
                                KPI_UNKNOWNS + kpi_system_unknown(kpi_carries[c].now, p)},
                    .times = {1, -1},
                    .n = 2};

                if (is_broken(r, &row, m))
                    return true;
            }
    return false;
}

static void set_columns(struct reaching *r, int n)
{
    for (int x = 0; x < n; x++) {
        const struct kpi_range *range = range_of(r, x);

        r->root[x] = r->months[x / KPI_UNKNOWNS].s->is_there[x % KPI_UNKNOWNS] &&
                             range->low != range->high
                         ? x
                         : NONE;
    }
    for_each_row(r, join);
    for (int x = 0; x < n; x++)
        if (r->root[x] != NONE) {
            const int root = root_of(r, x);

            r->column[x] = r->n_columns[root]++;
            r->n_rows[root] += has_top(r, x);
        }
    for_each_row(r, count_row);
}

static enum err start(struct reaching *r, struct fail *why)
{
    const int n = r->n_months * KPI_UNKNOWNS;
    enum err rc = ERR_OK;

    set_columns(r, n);
    if (links_are_broken(r))
        return fail_set(why, ERR_INVALID, "the months are not of the same children");
    for (int x = 0; x < n && rc == ERR_OK; x++)
        if (r->root[x] == x)
            rc = simplex_create(r->n_columns[x], r->n_rows[x], &r->simplex[x], why);
    if (rc != ERR_OK)
        return rc;
    for_each_row(r, add_row);
    for (int x = 0; x < n; x++)
        if (has_top(r, x))
            simplex_add_row(r->simplex[root_of(r, x)], &r->column[x], &(int){1}, 1, true,
                            (double)(range_of(r, x)->high - range_of(r, x)->low));
    for (int x = 0; x < n && rc == ERR_OK; x++)
        if (r->root[x] == x)
            rc = simplex_start(r->simplex[x], why);
    return rc;
}

/* ---- the questions ---- */

/* A number of a cell: plus, or plus - minus, a rest; NONE: there is none of it. */
struct number {
    int plus, minus;
    int64_t *low, *high;
};

static bool is_settled(const struct reaching *r, int x)
{
    return x == NONE || r->root[x] == NONE;
}

/* The greatest of up - down, or enough of it. A num and its den are of one island, since the
 * one is not more than the other. */
static enum err raise(struct reaching *r, int up, int down, double enough, double *value_out,
                      struct fail *why)
{
    const double base = (up == NONE ? 0 : (double)range_of(r, up)->low) -
                        (down == NONE ? 0 : (double)range_of(r, down)->low);
    const int island = root_of(r, is_settled(r, up) ? down : up);
    enum err rc = simplex_raise(r->simplex[island], is_settled(r, up) ? NONE : r->column[up],
                                is_settled(r, down) ? NONE : r->column[down], enough - base,
                                value_out, why);

    *value_out += base;
    return rc;
}

static enum err reach_number(struct reaching *r, int month, const struct number *n,
                             struct fail *why)
{
    const double small_most = (double)r->months[month].s->rule->hide_under - 1;
    const int plus = n->plus == NONE ? NONE : month * KPI_UNKNOWNS + n->plus;
    const int minus = n->minus == NONE ? NONE : month * KPI_UNKNOWNS + n->minus;
    double value = 0;
    enum err rc;

    if (is_settled(r, plus) && is_settled(r, minus))
        return ERR_OK;
    rc = raise(r, plus, minus, r->is_whole ? (double)INFINITY : small_most, &value, why);
    if (rc == ERR_OK)
        *n->high = isinf(value) ? KPI_NO_BOUND : (int64_t)floor(value + SIMPLEX_NEAR);
    if (rc == ERR_OK)
        rc = raise(r, minus, plus, r->is_whole ? (double)INFINITY : -1, &value, why);
    if (rc == ERR_OK && !isinf(value))
        *n->low = (int64_t)ceil(-value - SIMPLEX_NEAR);
    return rc;
}

static enum err reach_cell(struct reaching *r, int month, int def, enum kpi_part part,
                           struct kpi_bound *b, struct fail *why)
{
    const int num = kpi_system_unknown(kpi_shapes[def].num, part);
    const int den = kpi_system_unknown(kpi_shapes[def].den, part);
    enum err rc = ERR_OK;

    if (num != KPI_UNKNOWN_NONE)
        rc =
            reach_number(r, month, &(struct number){num, NONE, &b->num_low, &b->num_high}, why);
    if (rc == ERR_OK)
        rc =
            reach_number(r, month, &(struct number){den, NONE, &b->den_low, &b->den_high}, why);
    if (rc == ERR_OK && kpi_defs[def].form == KPI_SHARE)
        rc = reach_number(r, month, &(struct number){den, num, &b->rest_low, &b->rest_high},
                          why);
    return rc;
}

static enum err reach_month(struct reaching *r, int month, struct fail *why)
{
    const struct kpi_reach_month *m = &r->months[month];
    enum err rc = ERR_OK;

    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const size_t i = m->s->cell[d][p];

            if (rc == ERR_OK && i != SIZE_MAX && m->shown[i] != KPI_SHOWN)
                rc = reach_cell(r, month, d, p, &m->bounds[i], why);
        }
    return rc;
}

enum err kpi_reach(const struct kpi_reach_month *months, int n_months, bool is_whole,
                   struct fail *why)
{
    struct reaching *r = calloc(1, sizeof *r);
    enum err rc;

    if (r == NULL)
        return fail_set(why, ERR_NOMEM, "%d months", n_months);
    *r = (struct reaching){.months = months, .n_months = n_months, .is_whole = is_whole};
    rc = start(r, why);
    for (int m = 0; m < n_months && rc == ERR_OK; m++)
        rc = reach_month(r, m, why);
    for (int x = 0; x < ALL_MOST; x++)
        simplex_destroy(&r->simplex[x]);
    free(r);
    return rc;
}

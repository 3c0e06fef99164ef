#include "reporting/kpi/kpi_look.h"

#include <stdlib.h>

static enum err open_view(struct kpi_look *look, enum kpi_when when,
                          const struct kpi_neighbour *of, struct fail *why)
{
    struct kpi_view *view = &look->views[when];

    look->is_there[when] = of != NULL;
    if (of == NULL)
        return ERR_OK;
    view->cells = of->cells;
    view->shown = of->shown;
    return kpi_system_init(&view->s, of->cells, of->n, of->version, &of->rule, why);
}

enum err kpi_look_create(const struct kpi_neighbour *now, const struct kpi_near *near,
                         struct kpi_look **out, struct fail *why)
{
    struct kpi_look *look = calloc(1, sizeof *look);
    enum err rc;

    *out = NULL;
    if (look == NULL)
        return fail_set(why, ERR_NOMEM, "look");
    rc = open_view(look, KPI_NOW, now, why);
    if (rc == ERR_OK)
        rc = open_view(look, KPI_BEFORE, near->before, why);
    if (rc == ERR_OK)
        rc = open_view(look, KPI_NEXT, near->after, why);
    if (rc == ERR_OK)
        *out = look;
    else
        kpi_look_destroy(&look);
    return rc;
}

void kpi_look_destroy(struct kpi_look **look)
{
    free(*look);
    *look = NULL;
}

/* ---- one month ---- */

static bool find_in(struct kpi_look *look, enum kpi_when when)
{
    const struct kpi_view *v = &look->views[when];

    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const size_t i = v->s.cell[d][p];
            const struct kpi_bound *b = &v->bounds[i == SIZE_MAX ? 0 : i];

            if (i != SIZE_MAX && v->shown[i] != KPI_SHOWN &&
                (!kpi_range_is_wide(b->num_low, b->num_high, v->s.rule) ||
                 !kpi_range_is_wide(b->den_low, b->den_high, v->s.rule) ||
                 !kpi_range_is_wide(b->rest_low, b->rest_high, v->s.rule))) {
                look->when = when;
                look->def = d;
                look->part = p;
                return true;
            }
        }
    return false;
}

static bool find(struct kpi_look *look)
{
    look->def = -1;
    return find_in(look, KPI_NOW) ||
           (look->is_there[KPI_BEFORE] && find_in(look, KPI_BEFORE)) ||
           (look->is_there[KPI_NEXT] && find_in(look, KPI_NEXT));
}

static enum err read_view(struct kpi_view *v, struct fail *why)
{
    enum err rc = kpi_system_read(&v->s, v->cells, v->shown, why);

    if (rc == ERR_OK)
        rc = kpi_system_narrow(&v->s, why);
    if (rc == ERR_OK)
        kpi_system_bound(&v->s, v->bounds);
    return rc;
}

static void forget(struct kpi_view *v)
{
    for (int u = 0; u < KPI_UNKNOWNS; u++)
        v->s.known[u] = (struct kpi_range){0, KPI_NO_BOUND};
}

/* ---- months in a row ---- */

/* What both count is within what both say of it. False: they cannot be the same children. */
static bool share_ranges(struct kpi_view *first, struct kpi_view *second)
{
    for (size_t c = 0; c < kpi_carries_n; c++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const int a = kpi_system_unknown(kpi_carries[c].before, p);
            const int b = kpi_system_unknown(kpi_carries[c].now, p);
            const struct kpi_range x = first->s.range[a], y = second->s.range[b];
            const struct kpi_range both = {x.low > y.low ? x.low : y.low,
                                           x.high < y.high ? x.high : y.high};

            if (both.low > both.high)
                return false;
            first->s.known[a] = second->s.known[b] = both;
        }
    return read_view(first, NULL) == ERR_OK && read_view(second, NULL) == ERR_OK;
}

/* Both as far as they fit together; else each by itself again. */
static enum err join_views(struct kpi_look *look, enum kpi_when first, bool *is_joined_out,
                           struct fail *why)
{
    struct kpi_view *a = &look->views[first], *b = &look->views[first + 1];
    enum err rc;

    *is_joined_out = look->is_there[first] && look->is_there[first + 1] && share_ranges(a, b);
    if (*is_joined_out || !look->is_there[first] || !look->is_there[first + 1])
        return ERR_OK;
    forget(a);
    forget(b);
    rc = read_view(a, why);
    return rc == ERR_OK ? read_view(b, why) : rc;
}

static enum err reach_from(struct kpi_look *look, enum kpi_when first, int n, struct fail *why)
{
    struct kpi_reach_month months[KPI_REACH_MONTHS];

    for (int i = 0; i < n; i++) {
        struct kpi_view *v = &look->views[(int)first + i];

        months[i] = (struct kpi_reach_month){&v->s, v->shown, v->bounds};
    }
    return kpi_reach(months, n, false, why);
}

/* Each month as its own cells say. */
static enum err read_all(struct kpi_look *look, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < KPI_REACH_MONTHS && rc == ERR_OK; i++)
        if (look->is_there[i]) {
            forget(&look->views[i]);
            rc = read_view(&look->views[i], why);
        }
    return rc;
}

/* This month joined to those beside it that are wanted. ERR_INVALID: they cannot be joined,
 * since the children are not the same. */
static enum err look_joined(struct kpi_look *look, bool with_before, bool with_next,
                            struct fail *why)
{
    bool has_before = false, has_next = false;
    enum err rc = read_all(look, why);

    if (rc == ERR_OK && with_before)
        rc = join_views(look, KPI_BEFORE, &has_before, why);
    if (rc == ERR_OK && with_next)
        rc = join_views(look, KPI_NOW, &has_next, why);
    if (rc != ERR_OK || find(look))
        return rc;
    rc = reach_from(look, has_before ? KPI_BEFORE : KPI_NOW, 1 + has_before + has_next, why);
    if (rc == ERR_OK)
        find(look);
    return rc;
}

/* By itself and joined: less knowledge may leave a part of 1 .. hide_under - 1 open where more
 * leaves nothing of it. */
enum err kpi_look(struct kpi_look *look, struct fail *why)
{
    const bool has_before = look->is_there[KPI_BEFORE], has_next = look->is_there[KPI_NEXT];
    enum err rc = read_all(look, why);

    look->def = -1;
    if (rc != ERR_OK || find_in(look, KPI_NOW))
        return rc;
    rc = reach_from(look, KPI_NOW, 1, why);
    if (rc != ERR_OK || find_in(look, KPI_NOW) || (!has_before && !has_next))
        return rc;
    rc = look_joined(look, has_before, has_next, why);
    if (rc == ERR_INVALID && has_before && has_next) {
        rc = look_joined(look, true, false, why);
        if (rc == ERR_INVALID || (rc == ERR_OK && look->def < 0))
            rc = look_joined(look, false, true, why);
    }
    if (rc != ERR_INVALID)
        return rc;
    look->def = -1; /* nothing joins them */
    return ERR_OK;
}

#include "federation/kpi_prefecture.h"

#include <string.h>

#include "reporting/kpi/kpi_month.h"

static int order_of(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.p, b.p, len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int prefecture_node_order(const void *a, const void *b)
{
    const struct prefecture_node *x = a, *y = b;
    int order = (x->tier < 0) - (y->tier < 0);

    if (order == 0)
        order = order_of(x->code, y->code);
    if (order == 0)
        order = order_of(x->name, y->name);
    return order != 0 ? order : memcmp(x->node.b, y->node.b, sizeof x->node.b);
}

int64_t prefecture_due(int64_t now_utc_us)
{
    return kpi_month_before(kpi_month_begin(now_utc_us - PREFECTURE_LATE_US));
}

enum prefecture_standing prefecture_standing_of(const struct fed_member *member,
                                                int64_t said_month_utc_us, int64_t now_utc_us)
{
    int64_t due = prefecture_due(now_utc_us);

    if (member == NULL || member->contract_to_utc_us <= now_utc_us)
        return PREFECTURE_ENDED;
    if (said_month_utc_us >= due)
        return PREFECTURE_GOOD;
    /* A month in which it was not yet there is not missed. */
    if (member->contract_from_utc_us >= kpi_month_next(due))
        return said_month_utc_us == 0 ? PREFECTURE_NEW : PREFECTURE_GOOD;
    return PREFECTURE_LATE;
}

enum prefecture_at prefecture_cell_of(const struct prefecture_given *given,
                                      const struct kpi_def *def,
                                      const struct prefecture_cell **cell_out)
{
    *cell_out = NULL;
    if (given == NULL)
        return PREFECTURE_ABSENT;
    if (given->is_withdrawn)
        return PREFECTURE_WITHDRAWN;
    if (!kpi_def_is_of(def, (int)given->version))
        return PREFECTURE_ABSENT;
    for (size_t i = 0; i < given->n; i++) {
        if (!span_eq(given->cells[i].kpi, span_text(def->id)))
            continue;
        if (!given->cells[i].is_shown)
            return PREFECTURE_HIDDEN;
        *cell_out = &given->cells[i];
        return PREFECTURE_SHOWN;
    }
    return PREFECTURE_ABSENT;
}

static void add(struct prefecture_sum *sum, const struct prefecture_cell *cell)
{
    sum->n_nodes++;
    sum->den += cell->den;
    if (sum->def->form != KPI_MEDIAN) {
        sum->num += cell->num;
        return;
    }
    if (cell->den == 0) /* of nobody there is no median */
        return;
    sum->low = sum->has_range && sum->low < cell->num ? sum->low : cell->num;
    sum->high = sum->has_range && sum->high > cell->num ? sum->high : cell->num;
    sum->has_range = true;
}

void prefecture_add_up(const struct kpi_def *def, const struct prefecture_node *nodes,
                       const struct prefecture_given *const *given, size_t n, char *covers,
                       struct prefecture_sum *sum_out)
{
    *sum_out = (struct prefecture_sum){.def = def, .covers = covers};
    for (size_t i = 0; i < n; i++) {
        const struct prefecture_cell *cell = NULL;
        bool is_in =
            nodes[i].is_chosen && prefecture_cell_of(given[i], def, &cell) == PREFECTURE_SHOWN;

        covers[i] = is_in ? '1' : '0';
        if (is_in)
            add(sum_out, cell);
    }
    covers[n] = '\0';
}

int64_t prefecture_version(const struct prefecture_node *nodes,
                           const struct prefecture_given *const *given, size_t n)
{
    int64_t version = 0;

    for (size_t i = 0; i < n; i++)
        if (nodes[i].is_chosen && given[i] != NULL && given[i]->version > version)
            version = given[i]->version;
    return version;
}

bool prefecture_is_given(const struct kpi_def *def, const struct prefecture_node *nodes,
                         const struct prefecture_given *const *given, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct prefecture_cell *cell = NULL;
        enum prefecture_at at =
            nodes[i].is_chosen ? prefecture_cell_of(given[i], def, &cell) : PREFECTURE_ABSENT;

        if (at == PREFECTURE_SHOWN || at == PREFECTURE_HIDDEN)
            return true;
    }
    return false;
}

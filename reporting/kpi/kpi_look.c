#include "reporting/kpi/kpi_look.h"

#include "reporting/kpi/kpi_reach.h"

static bool find_known(const struct kpi_system *s, const enum kpi_shown *shown,
                       struct kpi_found *out)
{
    for (out->def = 0; out->def < KPI_DEFS_N; out->def++)
        for (out->part = KPI_ALL; out->part < KPI_PARTS_N; out->part++) {
            const size_t i = s->cell[out->def][out->part];
            const struct kpi_bound *b = &out->bounds[i == SIZE_MAX ? 0 : i];

            if (i != SIZE_MAX && shown[i] != KPI_SHOWN &&
                (!kpi_range_is_wide(b->num_low, b->num_high, s->rule) ||
                 !kpi_range_is_wide(b->den_low, b->den_high, s->rule) ||
                 !kpi_range_is_wide(b->rest_low, b->rest_high, s->rule)))
                return true;
        }
    out->def = -1;
    return false;
}

enum err kpi_look(struct kpi_system *s, const struct kpi_cell *cells,
                  const enum kpi_shown *shown, struct kpi_found *out, struct fail *why)
{
    enum err rc = kpi_system_read(s, cells, shown, why);

    out->def = -1;
    if (rc == ERR_OK)
        rc = kpi_system_narrow(s, why);
    if (rc != ERR_OK)
        return rc;
    kpi_system_bound(s, out->bounds);
    if (find_known(s, shown, out))
        return ERR_OK;
    rc = kpi_reach(s, shown, false, out->bounds, why);
    if (rc == ERR_OK)
        find_known(s, shown, out);
    return rc;
}

enum err kpi_look_know(struct kpi_system *s, const struct kpi_cell *cells,
                       const enum kpi_shown *shown, const struct kpi_neighbour *beside,
                       bool is_before, struct fail *why)
{
    struct kpi_system other;
    enum err rc =
        kpi_system_init(&other, beside->cells, beside->n, beside->version, &beside->rule, why);

    if (rc == ERR_OK)
        rc = kpi_system_read(&other, beside->cells, beside->shown, why);
    if (rc == ERR_OK)
        rc = kpi_system_narrow(&other, why);
    for (size_t c = 0; c < kpi_carries_n && rc == ERR_OK; c++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const int theirs =
                kpi_system_unknown(is_before ? kpi_carries[c].before : kpi_carries[c].now, p);
            const int ours =
                kpi_system_unknown(is_before ? kpi_carries[c].now : kpi_carries[c].before, p);
            struct kpi_range *known = &s->known[ours];

            if (other.range[theirs].low != other.range[theirs].high)
                continue;
            *known = other.range[theirs];
            if (kpi_system_read(s, cells, shown, why) != ERR_OK ||
                kpi_system_narrow(s, why) != ERR_OK)
                *known = (struct kpi_range){0, KPI_NO_BOUND};
        }
    return rc;
}

#include "reporting/kpi/kpi_reach.h"

static void bound_cell(const struct kpi_system *s, int def, enum kpi_part part,
                       struct kpi_bound *out)
{
    const int num = kpi_system_unknown(kpi_shapes[def].num, part);
    const struct kpi_range none = {0, KPI_NO_BOUND};
    const struct kpi_range n = num == KPI_UNKNOWN_NONE ? none : s->range[num];
    const struct kpi_range d = s->range[kpi_system_unknown(kpi_shapes[def].den, part)];

    *out = (struct kpi_bound){n.low, n.high, d.low, d.high, 0, KPI_NO_BOUND};
    if (kpi_defs[def].form != KPI_SHARE)
        return;
    if (n.high != KPI_NO_BOUND && d.low > n.high)
        out->rest_low = d.low - n.high;
    if (d.high != KPI_NO_BOUND)
        out->rest_high = d.high - n.low;
}

void kpi_system_bound(const struct kpi_system *s, struct kpi_bound *out)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N && kpi_system_has(d, s->version); p++)
            bound_cell(s, d, p, &out[s->cell[d][p]]);
}

enum err kpi_bounds(const struct kpi_cell *cells, const enum kpi_shown *shown, size_t n,
                    int version, const struct kpi_rule *rule, struct kpi_bound *out,
                    struct fail *why)
{
    struct kpi_system s;
    enum err rc = kpi_system_init(&s, cells, n, version, rule, why);

    if (rc == ERR_OK)
        rc = kpi_system_read(&s, cells, shown, why);
    if (rc == ERR_OK)
        rc = kpi_system_narrow(&s, why);
    if (rc == ERR_OK) {
        kpi_system_bound(&s, out);
        rc = kpi_reach(&(struct kpi_reach_month){&s, shown, out}, 1, true, why);
    }
    return rc;
}

/* kpi.audit: a prefecture of 54 towns over twelve months, each release looked through by the
 * interval auditor beside that of the month before, as before it is sent and when it came in.
 * By CPU time; what is shown was settled before. Towns are of 3 to 800 children, a third under
 * 30, as many cells hidden as shown. kpi.mask: settling what is shown, beside it. */
#include "reporting/kpi/kpi_mask.h"
#include "tests/bench/bench.h"
#include "tests/unit/reporting/kpi_town.h"

#define N_TOWNS  54
#define N_MONTHS 12

static struct {
    struct kpi_cell cells[KPI_TOWN_CELLS];
    enum kpi_shown shown[KPI_TOWN_CELLS];
    struct kpi_neighbour as;
} releases[N_TOWNS][N_MONTHS];
static double mask_s, audit_s;

static const struct kpi_neighbour *before(int town, int month)
{
    return month == 0 ? NULL : &releases[town][month - 1].as;
}

static enum err mask_one(int town, int month, struct fail *why)
{
    static const int days[N_MONTHS] = {30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31};
    const int n_children = 3 + town * town * 800 / (N_TOWNS * N_TOWNS);
    const struct kpi_rule rule = {.hide_under = 5, .round_to = 1, .n_days = days[month]};
    struct kpi_neighbour *as = &releases[town][month].as;
    const struct kpi_near near = {.before = before(town, month)};

    *as = (struct kpi_neighbour){.cells = releases[town][month].cells,
                                 .shown = releases[town][month].shown,
                                 .n = kpi_town_make((uint64_t)(town * N_MONTHS + month),
                                                    n_children, days[month],
                                                    releases[town][month].cells),
                                 .version = KPI_VERSION,
                                 .rule = rule};
    return kpi_mask_near(as->cells, as->n, KPI_VERSION, &rule, &near,
                         releases[town][month].shown, why);
}

static enum err audit_one(int town, int month, struct fail *why)
{
    const struct kpi_neighbour *as = &releases[town][month].as;
    const struct kpi_near near = {.before = before(town, month)};

    return kpi_mask_audit_near(as->cells, as->shown, as->n, KPI_VERSION, &as->rule, &near, why);
}

static enum err all(enum err (*one)(int town, int month, struct fail *why), double *s_out,
                    struct fail *why)
{
    const double began = bench_thread_cpu_us();
    enum err rc = ERR_OK;

    for (int town = 0; town < N_TOWNS && rc == ERR_OK; town++)
        for (int month = 0; month < N_MONTHS && rc == ERR_OK; month++)
            rc = one(town, month, why);
    *s_out = (bench_thread_cpu_us() - began) / 1e6;
    return rc;
}

static enum err measure(struct fail *why)
{
    enum err rc = ERR_OK;

    if (audit_s > 0)
        return ERR_OK;
    rc = all(mask_one, &mask_s, why);
    return rc == ERR_OK ? all(audit_one, &audit_s, why) : rc;
}

BENCH(kpi_audit, "kpi.audit", "s", 10, true)
{
    enum err rc = measure(why);

    *value_out = audit_s;
    return rc;
}

BENCH(kpi_mask_all, "kpi.mask", "s", 60, true)
{
    enum err rc = measure(why);

    *value_out = mask_s;
    return rc;
}

/* tests/unit/reporting/kpi_town.h - a town made up child by child out of a seed, counted into
 * the released cells of a month: for tests and figures. What is counted of a child hangs
 * together as the definitions say, so the cells do. */
#ifndef TESTS_UNIT_REPORTING_KPI_TOWN_H
#define TESTS_UNIT_REPORTING_KPI_TOWN_H

#include "reporting/kpi/kpi_mask.h"
#include "reporting/kpi/kpi_relation.h"

#define KPI_TOWN_CELLS (KPI_DEFS_N * KPI_PARTS_N)

static inline unsigned kpi_town_dice(uint64_t *seed, unsigned n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % n;
}

static inline void kpi_town_child(uint64_t *seed, int n_days, int64_t *q)
{
    const int since = (int)kpi_town_dice(seed, 10) < 7 ? (int)kpi_town_dice(seed, 20)
                                                       : (int)kpi_town_dice(seed, 130);
    const int step = (int)kpi_town_dice(seed, 6) - 1;
    const bool has_met = since < n_days;
    const bool is_first = has_met && kpi_town_dice(seed, 12) == 0;
    /* Whoever was last met before this month was so in the one before it, if at all. */
    const bool was_met =
        has_met ? !is_first && kpi_town_dice(seed, 5) > 0 : since < n_days + 28;
    const bool is_sought = (is_first || since >= 90) && kpi_town_dice(seed, 2) == 0;
    const bool came = kpi_town_dice(seed, 4) > 0, went_back = kpi_town_dice(seed, 15) == 0;

    q[KPI_Q_ROLLS]++;
    q[since < 7 ? KPI_Q_TIED_7 : KPI_Q_ISOLATED_7]++;
    q[since < 30 ? KPI_Q_TIED_30 : KPI_Q_ISOLATED_30]++;
    q[since < 90 ? KPI_Q_TIED_90 : KPI_Q_ISOLATED_90]++;
    q[KPI_Q_MET] += has_met;
    q[KPI_Q_FIRST] += is_first;
    q[KPI_Q_FIRST_ALONE] += is_first && kpi_town_dice(seed, 2) == 0;
    q[KPI_Q_SOUGHT] += is_sought;
    q[KPI_Q_OUTREACH] += is_sought ? 1 + kpi_town_dice(seed, 4) : 0;
    q[KPI_Q_MET_BEFORE] += was_met;
    q[KPI_Q_MET_AGAIN] += was_met && has_met;
    q[KPI_Q_REGULAR] += since < 28 && kpi_town_dice(seed, 2) == 0;
    q[KPI_Q_CAME] += came;
    q[KPI_Q_STAYED] += came && kpi_town_dice(seed, 8) > 0;
    q[KPI_Q_VISITS] += came ? 1 + kpi_town_dice(seed, 20) : 0;
    q[KPI_Q_CLASS] += kpi_town_dice(seed, 3) == 0;
    q[step < 0 ? KPI_Q_AT_NONE : KPI_Q_AT_0 + step]++;
    for (int i = 0; i <= step; i++)
        q[KPI_Q_REACHED_0 + i]++;
    q[KPI_Q_RISEN] += step >= 0 && kpi_town_dice(seed, 6) == 0;
    q[KPI_Q_WENT_BACK] += went_back;
    q[KPI_Q_BACK] += went_back ? 1 + kpi_town_dice(seed, 2) : 0;
}

/* Returns how many cells. Most children are of the first two stages of school. */
static inline size_t kpi_town_make(uint64_t seed, int n_children, int n_days,
                                   struct kpi_cell cells[KPI_TOWN_CELLS])
{
    int64_t q[KPI_PARTS_N][KPI_Q_N] = {{0}};
    size_t n = 0;

    for (int i = 0; i < n_children; i++) {
        const unsigned of = kpi_town_dice(&seed, 20);

        kpi_town_child(&seed, n_days,
                       q[of < 8    ? KPI_ELEMENTARY
                         : of < 19 ? KPI_JUNIOR
                                   : KPI_OTHER]);
    }
    for (int p = KPI_ELEMENTARY; p < KPI_PARTS_N; p++)
        for (int i = 0; i < KPI_Q_N; i++)
            q[KPI_ALL][i] += q[p][i];
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N && kpi_defs[d].is_released; p++) {
            const int64_t den = q[p][kpi_shapes[d].den];
            const bool is_median = kpi_defs[d].form == KPI_MEDIAN;

            cells[n++] =
                (struct kpi_cell){span_text(kpi_defs[d].id), p,
                                  is_median && den > 0 ? (int64_t)kpi_town_dice(&seed, 60)
                                                       : q[p][kpi_shapes[d].num],
                                  den};
        }
    return n;
}

#endif

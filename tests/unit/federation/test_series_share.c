/* federation/series_share.h: whole yen by weight, none lost, none made. */
#include "federation/series_share.h"
#include "tests/t.h"

T_CASE(series_share_loses_and_makes_no_yen)
{
    static const struct {
        const char *what;
        int64_t sum, weights[4], want[4];
    } rows[] = {
        {"even", 120000, {8, 4, 4, 8}, {40000, 20000, 20000, 40000}},
        {"thirds: the first of equal remainders", 100, {1, 1, 1, 0}, {34, 33, 33, 0}},
        {"the largest remainder first", 10, {1, 4, 2, 0}, {1, 6, 3, 0}},
        {"two left over", 11, {3, 3, 3, 0}, {4, 4, 3, 0}},
        {"nobody came", 5000, {0, 0, 0, 0}, {0, 0, 0, 0}},
        {"nothing to share", 0, {5, 1, 0, 2}, {0, 0, 0, 0}},
        {"one bears all", 999, {0, 7, 0, 0}, {0, 999, 0, 0}},
    };

    T_REQ("CARD-8");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t got[4];

        series_share_split(rows[i].sum, rows[i].weights, 4, got);
        for (size_t k = 0; k < 4; k++)
            T_EQ(got[k], rows[i].want[k], rows[i].what);
    }
}

T_CASE(series_share_of_any_weights_is_the_sum)
{
    uint64_t state = 7;

    T_REQ("CARD-8");
    for (int round = 0; round < 2000; round++) {
        int64_t weights[17], got[17], all = 0, total = 0;

        for (size_t i = 0; i < 17; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            weights[i] = (int64_t)((state >> 33) % 60001);
            total += weights[i];
        }
        series_share_split(SERIES_COST_MOST - round, weights, 17, got);
        for (size_t i = 0; i < 17; i++) {
            int64_t exact = (SERIES_COST_MOST - round) * weights[i] / total;

            all += got[i];
            if (got[i] != exact && got[i] != exact + 1)
                T_EQ(got[i], exact, "within a yen of the exact part");
        }
        if (all != SERIES_COST_MOST - round)
            T_EQ(all, SERIES_COST_MOST - round, "the sum");
    }
}

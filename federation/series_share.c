#include "federation/series_share.h"

static int64_t total_of(const int64_t *weights, size_t n)
{
    int64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += weights[i];
    return total;
}

/* Has i a larger claim to one more than k? */
static int is_before(int64_t sum, int64_t total, const int64_t *weights, size_t i, size_t k)
{
    int64_t of_i = sum * weights[i] % total, of_k = sum * weights[k] % total;

    return of_i > of_k || (of_i == of_k && i < k);
}

void series_share_split(int64_t sum, const int64_t *weights, size_t n, int64_t *parts_out)
{
    int64_t total = total_of(weights, n), left = sum;

    for (size_t i = 0; i < n; i++) {
        parts_out[i] = total == 0 ? 0 : sum * weights[i] / total;
        left -= parts_out[i];
    }
    for (size_t i = 0; i < n && total > 0; i++) {
        int64_t n_before = 0;

        for (size_t k = 0; k < n; k++)
            n_before += k != i && is_before(sum, total, weights, k, i);
        parts_out[i] += n_before < left;
    }
}

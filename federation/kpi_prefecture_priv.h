/* federation/kpi_prefecture_priv.h - what the page and the file of a prefecture's figures
 * share: what was asked for, and all of it read. Threads: HTTP workers.  Owns: nothing; all of
 * it lives in the request's arena. */
#ifndef FEDERATION_KPI_PREFECTURE_PRIV_H
#define FEDERATION_KPI_PREFECTURE_PRIV_H

#include "federation/kpi_prefecture_store.h"
#include "node/base/route.h"

struct prefecture_month {
    int64_t month_utc_us, version; /* version 0: nothing came of it */
    /* given[i]: of node i, or NULL. */
    const struct prefecture_given **given;
    struct prefecture_sum *sums; /* of the definitions that were given, in their order */
    size_t n_sums, n_given;      /* chosen nodes whose figures stand */
    const char *has, *is_back;   /* a letter a node, as prefecture_sum.covers */
};
struct prefecture_view {
    int64_t from_utc_us, to_utc_us; /* months, as they began */
    enum kpi_part part;
    int tier;       /* -1: every size */
    struct id node; /* ID_NONE: every node */

    struct fed_thresholds thresholds;
    struct prefecture_node *nodes;
    size_t n_nodes;
    struct prefecture_month *months; /* the newest first; every month from..to */
    size_t n_months;
    int64_t *there; /* months there is anything of, the newest first */
    size_t n_there;
    struct prefecture_left *left;
    size_t n_left;
};

/* False: it was answered (no coordinator, a month or a stage that is none, ...). */
bool prefecture_read(struct req *req, struct prefecture_view *out);

#endif

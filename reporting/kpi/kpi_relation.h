/* reporting/kpi/kpi_relation.h - what each definition's numbers are numbers of, and how those
 * hang together, as data: the children on the rolls stand under many shares, isolation and
 * connection make the whole, the steps make the whole. Whoever knows the definitions knows all
 * of this, so whoever hides a number has to reckon with it (CARD-5). A new definition states
 * here what it counts; it cannot be released before (tests/unit/reporting/test_kpi_mask.c).
 * Threads: const data. */
#ifndef REPORTING_KPI_RELATION_H
#define REPORTING_KPI_RELATION_H

#include "reporting/kpi/kpi_def.h"

/* One thing that is counted, of one part in one month. "Of the children on the rolls" goes
 * without saying. */
enum kpi_quantity {
    KPI_Q_NONE, /* no sum: days of a median */
    KPI_Q_ROLLS,
    KPI_Q_ISOLATED_7,
    KPI_Q_ISOLATED_30,
    KPI_Q_ISOLATED_90,
    KPI_Q_TIED_7, /* in touch in the last 7 days */
    KPI_Q_TIED_30,
    KPI_Q_TIED_90,
    KPI_Q_MET,   /* in touch in the month itself */
    KPI_Q_FIRST, /* for the first time ever */
    KPI_Q_FIRST_ALONE,
    KPI_Q_OUTREACH, /* calls and letters; of so many: */
    KPI_Q_SOUGHT,
    KPI_Q_MET_BEFORE, /* in touch in the month before */
    KPI_Q_MET_AGAIN,  /* in both */
    KPI_Q_REGULAR,
    KPI_Q_CAME,
    KPI_Q_STAYED,
    KPI_Q_VISITS,
    KPI_Q_CLASS,
    KPI_Q_AT_NONE,
    KPI_Q_AT_0,
    KPI_Q_AT_1,
    KPI_Q_AT_2,
    KPI_Q_AT_3,
    KPI_Q_AT_4,
    KPI_Q_REACHED_0, /* behind the median days to that step */
    KPI_Q_REACHED_1,
    KPI_Q_REACHED_2,
    KPI_Q_REACHED_3,
    KPI_Q_REACHED_4,
    KPI_Q_RISEN,
    KPI_Q_BACK, /* times; of so many: */
    KPI_Q_WENT_BACK,
    KPI_Q_PRESENT_DAYS, /* of so many: */
    KPI_Q_PRESENT,
    KPI_Q_N
};

struct kpi_shape {
    const char *kpi;
    enum kpi_quantity num, den;
};
/* In the order of kpi_defs, one for each. */
extern const struct kpi_shape kpi_shapes[KPI_DEFS_N];

/* The terms add up to nought, or to nought at most, in each part by itself; in months of so
 * many days only. Of an equation the whole stands last, so that it is hidden last. */
#define KPI_TERMS_MOST 11
struct kpi_relation {
    struct kpi_term_of {
        enum kpi_quantity q;
        int times;
    } terms[KPI_TERMS_MOST];
    int n_terms;
    bool is_at_most;
    int days_from, days_to;
};
extern const struct kpi_relation kpi_relations[];
extern const size_t kpi_relations_n;

/* What one month counts and the next counts again, as long as the children on the rolls are the
 * same. */
struct kpi_carry {
    enum kpi_quantity before, now;
};
extern const struct kpi_carry kpi_carries[];
extern const size_t kpi_carries_n;

#endif

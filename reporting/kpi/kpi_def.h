/* reporting/kpi/kpi_def.h - the figures of a month, as definitions: one row a figure and
 * version of the set (KP-0-1), with the statement that counts it and the words that stand
 * beside the number (KP-2-1). A definition is never changed: the old row ends with a version, a
 * new one begins with the next, and what was counted by the old one stays as it is.
 *
 * The order of the rows is that of the page (HI-4.3-6): how to tie, how to keep tied, what
 * comes after; days of attendance stand apart and are never the first (KP-2-5).
 *
 * Every statement takes $1 the begin and $2 the end of the month (timestamptz) and $3 the
 * minutes of a lesson that count as attended (integer), and gives rows of part, num, den (text,
 * bigint, bigint): part `all`, and each stage of school that there is; missing ones are 0 of 0.
 * Its `who` takes the same and gives the children behind it (uuid): of a share those of num, of
 * a count and a median those of den.
 * Threads: const data. */
#ifndef REPORTING_KPI_DEF_H
#define REPORTING_KPI_DEF_H

#include <stdbool.h>
#include <stddef.h>

#include "node/base/span.h"
#include "node/base/stmt.h"

#define KPI_VERSION 1 /* of the set that is counted now */

enum kpi_stage { KPI_TIE, KPI_KEEP, KPI_AFTER, KPI_APART };
#define KPI_STAGES "tie|keep|after|apart"
/* SHARE: num of den. COUNT: num, and den of how many children. MEDIAN: num days, of den
 * children; den 0: there is none. */
enum kpi_form { KPI_SHARE, KPI_COUNT, KPI_MEDIAN };
#define KPI_FORMS "share|count|median"
/* `all` and the stages of school. */
enum kpi_part { KPI_ALL, KPI_ELEMENTARY, KPI_JUNIOR, KPI_OTHER, KPI_PARTS_N };
#define KPI_PARTS "all|elementary|junior|other"

struct kpi_def {
    const char *id;                  /* "isolation_30" */
    int from_version, until_version; /* until 0: still counted */
    enum kpi_stage stage;
    enum kpi_form form;
    const char *requirement;
    const char *name_ja, *text_ja, *name_en, *text_en;
    const struct stmt *stmt, *who;
    bool is_released; /* one of the fixed list that the prefecture is given (CARD-5) */
};

#define KPI_DEFS_N 29
extern const struct kpi_def kpi_defs[KPI_DEFS_N];

/* Is it counted in that version of the set? */
bool kpi_def_is_of(const struct kpi_def *def, int version);
/* NULL: there is none of that name in that version. */
const struct kpi_def *kpi_def_find(struct span id, int version);

#endif

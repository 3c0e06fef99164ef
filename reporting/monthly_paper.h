/* reporting/monthly_paper.h - the monthly report as an A4 document of at most
 * MONTHLY_PAGES_MOST pages and as a workbook of the same figures (KP-3-調達-3b), out of what
 * was counted and kept: drawn again it is the same document. It names nobody, so that it is the
 * same for every reader. Threads: monthly_paper_make on the thread of db, the rest any.  Owns:
 * nothing; all in the arena. */
#ifndef REPORTING_MONTHLY_PAPER_H
#define REPORTING_MONTHLY_PAPER_H

#include "reporting/kpi/kpi_table.h"
#include "reporting/monthly_store.h"

#define MONTHLY_PAGES_MOST   4
#define MONTHLY_KEPT_MOST    999 /* months that were counted, of every version */
#define MONTHLY_MONTHS_SHOWN 13  /* a year and the same month of the year before */

struct monthly_paper {
    struct monthly_report report;
    const struct monthly_line *lines;
    size_t n;
    struct kpi_sheet *months; /* the newest first: that of the report */
    size_t n_months;
};

/* Reads lines and figures. ERR_PROTO: they are not what was made or counted. */
NODISCARD enum err monthly_paper_make(struct db *db, const struct monthly_report *report,
                                      struct arena *arena, struct monthly_paper *out,
                                      struct fail *why);
/* ERR_TOO_LARGE: it does not fit its pages. */
NODISCARD enum err monthly_paper_pdf(const struct monthly_paper *paper, struct arena *arena,
                                     struct span *bytes_out, struct fail *why);
NODISCARD enum err monthly_paper_xlsx(const struct monthly_paper *paper, struct arena *arena,
                                      struct span *bytes_out, struct fail *why);
/* "monthly-2026-10" */
const char *monthly_paper_name(const struct monthly_report *report, struct arena *arena);
/* "令和8年10月" */
const char *monthly_era(int64_t month_utc_us, struct arena *arena);

#endif

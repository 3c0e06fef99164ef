/* reporting/kpi/kpi_table.h - counted months as a table, a line a number, for spreadsheets.
 * Threads: any.  Owns: nothing. */
#ifndef REPORTING_KPI_TABLE_H
#define REPORTING_KPI_TABLE_H

#include "reporting/kpi/kpi_store.h"

struct kpi_sheet {
    struct kpi_month month;
    struct kpi_cell *cells;
    size_t n;
};

/* CSV for people: a byte order mark, formulas neutralised; in the arena. */
NODISCARD enum err kpi_table_csv(const struct kpi_sheet *months, size_t n, struct arena *arena,
                                 struct span *bytes_out, struct fail *why);
/* The same rows as a workbook, numbers as numbers; in the arena. */
NODISCARD enum err kpi_table_xlsx(const struct kpi_sheet *months, size_t n, struct arena *arena,
                                  struct span *bytes_out, struct fail *why);

#endif

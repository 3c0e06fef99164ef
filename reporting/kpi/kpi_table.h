/* reporting/kpi/kpi_table.h - counted months as a table, a line a number, for spreadsheets.
 * Threads: any.  Owns: nothing. */
#ifndef REPORTING_KPI_TABLE_H
#define REPORTING_KPI_TABLE_H

#include "node/io/grid.h"
#include "reporting/kpi/kpi_store.h"

struct kpi_sheet {
    struct kpi_month month;
    struct kpi_cell *cells;
    size_t n;
};

/* The same rows whatever the form; in the arena. */
NODISCARD enum err kpi_table_make(enum grid_form form, const struct kpi_sheet *months, size_t n,
                                  struct arena *arena, struct span *bytes_out,
                                  struct fail *why);
/* A table of these columns, and those rows in it: for one that says more. As grid_create. */
NODISCARD enum err kpi_table_begin(enum grid_form form, const char *name,
                                   struct grid **grid_out, struct fail *why);
void kpi_table_rows(struct grid *grid, const struct kpi_sheet *months, size_t n);

/* What a table calls them. */
const char *kpi_stage_word(enum kpi_stage stage);
const char *kpi_form_word(enum kpi_form form);
const char *kpi_part_word(enum kpi_part part);

#endif

/* node/io/grid.h - one table that a person takes with him, as CSV for spreadsheet programs
 * (node/io/csv.h: a byte order mark, formulas neutralised) or as a workbook (node/io/xlsx.h):
 * the same cells in the same order, whichever he asked for.
 * Threads: one writer, one thread.  Owns: what it was given is copied. */
#ifndef NODE_IO_GRID_H
#define NODE_IO_GRID_H

#include "node/io/xlsx.h"

enum grid_form { GRID_CSV, GRID_XLSX, GRID_FORMS_N };

/* What the reader asked for by name ("csv", "xlsx"); nothing: CSV. GRID_FORMS_N: none. */
enum grid_form grid_form_find(struct span name);
const char *grid_media_type(enum grid_form form);

struct grid;
/* Begins with its head row. name: of the workbook's page (xlsx_create). ERR_NOMEM. */
NODISCARD enum err grid_create(enum grid_form form, const char *name,
                               const struct xlsx_column *columns, size_t n,
                               struct grid **grid_out, struct fail *why);
/* The next cell of the row. What fails is told by grid_written. */
void grid_text(struct grid *grid, struct span text);
void grid_words(struct grid *grid, const char *words);
void grid_number(struct grid *grid, int64_t n);
void grid_tenths(struct grid *grid, int64_t tenths); /* not below 0 */
void grid_blank(struct grid *grid);
void grid_end_row(struct grid *grid);
/* num of den in per cent to a tenth, halves up; blank when den is 0. Neither is below 0. */
void grid_percent(struct grid *grid, int64_t num, int64_t den);
/* The file, in the arena; nothing may be written after. As xlsx_written. */
NODISCARD enum err grid_written(struct grid *grid, int64_t made_utc_us, struct arena *arena,
                                struct span *bytes_out, struct fail *why);
void grid_destroy(struct grid **grid);

#endif

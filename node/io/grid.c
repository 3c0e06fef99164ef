#include "node/io/grid.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/io/csv.h"

struct grid {
    struct csv_writer csv;
    struct xlsx *xlsx; /* NULL: CSV */
};

static const struct {
    const char *name, *type;
} forms[GRID_FORMS_N] = {
    [GRID_CSV] = {"csv", "text/csv; charset=utf-8"},
    [GRID_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.grid"},
};

enum grid_form grid_form_find(struct span name)
{
    int form = GRID_CSV;

    while (name.len > 0 && form < GRID_FORMS_N && !span_eq(name, span_text(forms[form].name)))
        form++;
    return (enum grid_form)form;
}

const char *grid_media_type(enum grid_form form)
{
    return forms[form].type;
}

enum err grid_create(enum grid_form form, const char *name, const struct xlsx_column *columns,
                     size_t n, struct grid **grid_out, struct fail *why)
{
    struct grid *grid = calloc(1, sizeof *grid);
    enum err rc = ERR_OK;

    *grid_out = NULL;
    if (grid == NULL)
        return fail_set(why, ERR_NOMEM, "a table");
    csv_writer_init(&grid->csv, CSV_BOM | CSV_FOR_PEOPLE);
    if (form == GRID_XLSX)
        rc = xlsx_create(name, columns, n, &grid->xlsx, why);
    for (size_t i = 0; i < n && form == GRID_CSV; i++)
        csv_write(&grid->csv, span_text(columns[i].head));
    if (form == GRID_CSV)
        csv_end_row(&grid->csv);
    if (rc == ERR_OK)
        *grid_out = grid;
    else
        grid_destroy(&grid);
    return rc;
}

void grid_text(struct grid *grid, struct span text)
{
    if (grid->xlsx != NULL)
        xlsx_text(grid->xlsx, text);
    else
        csv_write(&grid->csv, text);
}

void grid_words(struct grid *grid, const char *words)
{
    grid_text(grid, span_text(words));
}

void grid_number(struct grid *grid, int64_t n)
{
    char words[24];

    snprintf(words, sizeof words, "%" PRId64, n);
    if (grid->xlsx != NULL)
        xlsx_number(grid->xlsx, n);
    else
        csv_write(&grid->csv, span_text(words));
}

void grid_tenths(struct grid *grid, int64_t tenths)
{
    char words[32];

    snprintf(words, sizeof words, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    if (grid->xlsx != NULL)
        xlsx_tenths(grid->xlsx, tenths);
    else
        csv_write(&grid->csv, span_text(words));
}

void grid_blank(struct grid *grid)
{
    if (grid->xlsx != NULL)
        xlsx_blank(grid->xlsx);
    else
        csv_write(&grid->csv, SPAN(""));
}

void grid_percent(struct grid *grid, int64_t num, int64_t den)
{
    if (den == 0)
        grid_blank(grid);
    else
        grid_tenths(grid, (num * 2000 + den) / (den * 2));
}

void grid_end_row(struct grid *grid)
{
    if (grid->xlsx != NULL)
        xlsx_end_row(grid->xlsx);
    else
        csv_end_row(&grid->csv);
}

enum err grid_written(struct grid *grid, int64_t made_utc_us, struct arena *arena,
                      struct span *bytes_out, struct fail *why)
{
    struct span written = SPAN_NONE;
    enum err rc;

    if (grid->xlsx != NULL)
        return xlsx_written(grid->xlsx, made_utc_us, arena, bytes_out, why);
    rc = csv_written(&grid->csv, &written, why);
    if (rc == ERR_OK)
        *bytes_out = arena_copy(arena, written);
    if (rc == ERR_OK && bytes_out->p == NULL)
        rc = fail_set(why, ERR_NOMEM, "a table");
    return rc;
}

void grid_destroy(struct grid **grid)
{
    if (*grid == NULL)
        return;
    csv_writer_fini(&(*grid)->csv);
    xlsx_destroy(&(*grid)->xlsx);
    free(*grid);
    *grid = NULL;
}

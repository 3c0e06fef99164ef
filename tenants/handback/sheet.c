#include "tenants/handback/sheet.h"

#include <stdio.h>

#define ROWS_MOST 1000000

static void path_of(const struct sheet *sheet, char path_out[OUT_PATH_CAP])
{
    char number[16] = "";

    if (sheet->number > 1)
        snprintf(number, sizeof number, "-%d", sheet->number);
    snprintf(path_out, OUT_PATH_CAP, "excel/%s%s.csv", sheet->table, number);
}

static enum err open_file(struct sheet *sheet, struct record *record, const char *more,
                          struct fail *why)
{
    char path[OUT_PATH_CAP];
    enum err rc;

    path_of(sheet, path);
    rc = out_create(sheet->bag->dir, path, false, &sheet->out, why);
    if (rc == ERR_OK) { /* each file begins with the mark by which it is known as UTF-8 */
        record->csv.flags |= CSV_BOM;
        rc = record_put_head(record, more, sheet->out, why);
    }
    return rc;
}

enum err sheet_begin(struct sheet *sheet, struct bag *bag, const char *table,
                     struct record *record, const char *more, struct fail *why)
{
    *sheet = (struct sheet){.bag = bag, .table = table, .number = 1};
    return open_file(sheet, record, more, why);
}

enum err sheet_end(struct sheet *sheet, struct fail *why)
{
    char path[OUT_PATH_CAP];
    struct out_sum sum;
    enum err rc;

    path_of(sheet, path);
    rc = out_finish(sheet->out, path, &sum, why);
    if (rc == ERR_OK)
        rc = journal_put_file(&sheet->bag->journal, path, &sum, NULL, why);
    out_destroy(&sheet->out);
    return rc;
}

enum err sheet_next(struct sheet *sheet, struct record *record, const char *more,
                    struct out **out_out, struct fail *why)
{
    enum err rc = ERR_OK;

    if (sheet->n_rows == ROWS_MOST) {
        rc = sheet_end(sheet, why);
        sheet->number++;
        sheet->n_rows = 0;
        if (rc == ERR_OK)
            rc = open_file(sheet, record, more, why);
    }
    sheet->n_rows++;
    *out_out = sheet->out;
    return rc;
}

void sheet_destroy(struct sheet *sheet)
{
    out_destroy(&sheet->out);
}

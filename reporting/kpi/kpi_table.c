#include "reporting/kpi/kpi_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/io/csv.h"
#include "reporting/kpi/kpi_month.h"

static const char *const stage_words[] = {
    [KPI_TIE] = "つながる前",
    [KPI_KEEP] = "つながり続ける",
    [KPI_AFTER] = "その後",
    [KPI_APART] = "出席のための数（成果の指標ではない）",
};
static const char *const form_words[] = {
    [KPI_SHARE] = "割合",
    [KPI_COUNT] = "回数",
    [KPI_MEDIAN] = "日数の中央値",
};
static const char *const part_words[KPI_PARTS_N] = {"全員", "小学校", "中学校", "そのほか"};

static void number(struct csv_writer *csv, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, n);
    csv_write(csv, span_text(text));
}

/* To a tenth, halves up; nothing where there is nobody to count of. */
static void percent(struct csv_writer *csv, const struct kpi_cell *cell)
{
    char text[32] = "";
    int64_t tenths = cell->den == 0 ? 0 : (cell->num * 2000 + cell->den) / (cell->den * 2);

    if (cell->den != 0)
        snprintf(text, sizeof text, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    csv_write(csv, span_text(text));
}

static void write_cell(struct csv_writer *csv, const struct kpi_month *month,
                       const struct kpi_cell *cell)
{
    const struct kpi_def *def = kpi_def_find(cell->kpi, (int)month->version);
    char text[KPI_MONTH_CAP];

    if (def == NULL) /* of a set that this program does not know */
        return;
    kpi_month_text(month->month_utc_us, text);
    csv_write(csv, span_text(text));
    csv_write(csv, span_text(stage_words[def->stage]));
    csv_write(csv, span_text(def->name_ja));
    csv_write(csv, span_text(part_words[cell->part]));
    csv_write(csv, span_text(form_words[def->form]));
    /* Of nobody there is no median: an empty field is no zero. */
    if (def->form == KPI_MEDIAN && cell->den == 0)
        csv_write(csv, SPAN(""));
    else
        number(csv, cell->num);
    number(csv, cell->den);
    if (def->form == KPI_SHARE)
        percent(csv, cell);
    else
        csv_write(csv, SPAN(""));
    number(csv, month->version);
    csv_write(csv, span_text(def->text_ja));
    csv_end_row(csv);
}

enum err kpi_table_csv(const struct kpi_sheet *months, size_t n, struct arena *arena,
                       struct span *bytes_out, struct fail *why)
{
    static const char *const heads[] = {"月",       "区分",  "指標",         "だれについて",
                                        "数の種類", "数",    "もとになる数", "割合（％）",
                                        "定義の版", "数え方"};
    struct csv_writer csv;
    struct span text = SPAN_NONE;
    enum err rc;

    csv_writer_init(&csv, CSV_BOM | CSV_FOR_PEOPLE);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_write(&csv, span_text(heads[i]));
    csv_end_row(&csv);
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < months[m].n; i++)
            write_cell(&csv, &months[m].month, &months[m].cells[i]);
    rc = csv_written(&csv, &text, why);
    if (rc == ERR_OK)
        *bytes_out = arena_copy(arena, text);
    if (rc == ERR_OK && bytes_out->p == NULL)
        rc = fail_set(why, ERR_NOMEM, "a table");
    csv_writer_fini(&csv);
    return rc;
}

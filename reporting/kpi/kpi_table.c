#include "reporting/kpi/kpi_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/io/csv.h"
#include "node/io/xlsx.h"
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

/* Where a table goes: one of the two is set. */
struct out {
    struct csv_writer *csv;
    struct xlsx *xlsx;
};

static const struct xlsx_column columns[] = {
    {"月", 9}, {"区分", 16},         {"指標", 34},       {"だれについて", 13}, {"数の種類", 13},
    {"数", 8}, {"もとになる数", 13}, {"割合（％）", 11}, {"定義の版", 9},      {"数え方", 70},
};
#define COLUMNS_N (sizeof columns / sizeof columns[0])

static void text(const struct out *out, const char *words)
{
    if (out->xlsx != NULL)
        xlsx_text(out->xlsx, span_text(words));
    else
        csv_write(out->csv, span_text(words));
}

static void blank(const struct out *out)
{
    if (out->xlsx != NULL)
        xlsx_blank(out->xlsx);
    else
        csv_write(out->csv, SPAN(""));
}

static void number(const struct out *out, int64_t n)
{
    char words[24];

    snprintf(words, sizeof words, "%" PRId64, n);
    if (out->xlsx != NULL)
        xlsx_number(out->xlsx, n);
    else
        csv_write(out->csv, span_text(words));
}

/* To a tenth, halves up; nothing where there is nobody to count of. */
static void percent(const struct out *out, const struct kpi_cell *cell)
{
    char words[32];
    int64_t tenths;

    if (cell->den == 0) {
        blank(out);
        return;
    }
    tenths = (cell->num * 2000 + cell->den) / (cell->den * 2);
    snprintf(words, sizeof words, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    if (out->xlsx != NULL)
        xlsx_tenths(out->xlsx, tenths);
    else
        csv_write(out->csv, span_text(words));
}

static void end_row(const struct out *out)
{
    if (out->xlsx != NULL)
        xlsx_end_row(out->xlsx);
    else
        csv_end_row(out->csv);
}

static void write_cell(const struct out *out, const struct kpi_month *month,
                       const struct kpi_cell *cell)
{
    const struct kpi_def *def = kpi_def_find(cell->kpi, (int)month->version);
    char name[KPI_MONTH_CAP];

    if (def == NULL) /* of a set that this program does not know */
        return;
    kpi_month_text(month->month_utc_us, name);
    text(out, name);
    text(out, stage_words[def->stage]);
    text(out, def->name_ja);
    text(out, part_words[cell->part]);
    text(out, form_words[def->form]);
    /* Of nobody there is no median: an empty field is no zero. */
    if (def->form == KPI_MEDIAN && cell->den == 0)
        blank(out);
    else
        number(out, cell->num);
    number(out, cell->den);
    if (def->form == KPI_SHARE)
        percent(out, cell);
    else
        blank(out);
    number(out, month->version);
    text(out, def->text_ja);
    end_row(out);
}

static void write_months(const struct out *out, const struct kpi_sheet *months, size_t n)
{
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < months[m].n; i++)
            write_cell(out, &months[m].month, &months[m].cells[i]);
}

enum err kpi_table_csv(const struct kpi_sheet *months, size_t n, struct arena *arena,
                       struct span *bytes_out, struct fail *why)
{
    struct csv_writer csv;
    struct span written = SPAN_NONE;
    enum err rc;

    csv_writer_init(&csv, CSV_BOM | CSV_FOR_PEOPLE);
    for (size_t i = 0; i < COLUMNS_N; i++)
        csv_write(&csv, span_text(columns[i].head));
    csv_end_row(&csv);
    write_months(&(struct out){.csv = &csv}, months, n);
    rc = csv_written(&csv, &written, why);
    if (rc == ERR_OK)
        *bytes_out = arena_copy(arena, written);
    if (rc == ERR_OK && bytes_out->p == NULL)
        rc = fail_set(why, ERR_NOMEM, "a table");
    csv_writer_fini(&csv);
    return rc;
}

/* The moment in the file's properties: when the newest of its months was counted. */
static int64_t made_utc_us(const struct kpi_sheet *months, size_t n)
{
    int64_t newest = 0;

    for (size_t m = 0; m < n; m++)
        if (months[m].month.made_utc_us > newest)
            newest = months[m].month.made_utc_us;
    return newest;
}

enum err kpi_table_xlsx(const struct kpi_sheet *months, size_t n, struct arena *arena,
                        struct span *bytes_out, struct fail *why)
{
    struct xlsx *xlsx = NULL;
    enum err rc = xlsx_create("月次の指標", columns, COLUMNS_N, &xlsx, why);

    if (rc == ERR_OK) {
        write_months(&(struct out){.xlsx = xlsx}, months, n);
        rc = xlsx_written(xlsx, made_utc_us(months, n), arena, bytes_out, why);
    }
    xlsx_destroy(&xlsx);
    return rc;
}

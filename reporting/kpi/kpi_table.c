#include "reporting/kpi/kpi_table.h"

#include "node/io/grid.h"
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

const char *kpi_stage_word(enum kpi_stage stage)
{
    return stage_words[stage];
}

const char *kpi_form_word(enum kpi_form form)
{
    return form_words[form];
}

const char *kpi_part_word(enum kpi_part part)
{
    return part_words[part];
}

static const struct xlsx_column columns[] = {
    {"月", 9}, {"区分", 16},         {"指標", 34},       {"だれについて", 13}, {"数の種類", 13},
    {"数", 8}, {"もとになる数", 13}, {"割合（％）", 11}, {"定義の版", 9},      {"数え方", 70},
};
#define COLUMNS_N (sizeof columns / sizeof columns[0])

static void write_cell(struct grid *out, const struct kpi_month *month,
                       const struct kpi_cell *cell)
{
    const struct kpi_def *def = kpi_def_find(cell->kpi, (int)month->version);
    char name[KPI_MONTH_CAP];

    if (def == NULL) /* of a set that this program does not know */
        return;
    kpi_month_text(month->month_utc_us, name);
    grid_words(out, name);
    grid_words(out, kpi_stage_word(def->stage));
    grid_words(out, def->name_ja);
    grid_words(out, kpi_part_word(cell->part));
    grid_words(out, kpi_form_word(def->form));
    /* Of nobody there is no median: an empty field is no zero. */
    if (def->form == KPI_MEDIAN && cell->den == 0)
        grid_blank(out);
    else
        grid_number(out, cell->num);
    grid_number(out, cell->den);
    if (def->form == KPI_SHARE)
        grid_percent(out, cell->num, cell->den);
    else
        grid_blank(out);
    grid_number(out, month->version);
    grid_words(out, def->text_ja);
    grid_end_row(out);
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

enum err kpi_table_begin(enum grid_form form, const char *name, struct grid **grid_out,
                         struct fail *why)
{
    return grid_create(form, name, columns, COLUMNS_N, grid_out, why);
}

void kpi_table_rows(struct grid *grid, const struct kpi_sheet *months, size_t n)
{
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < months[m].n; i++)
            write_cell(grid, &months[m].month, &months[m].cells[i]);
}

enum err kpi_table_make(enum grid_form form, const struct kpi_sheet *months, size_t n,
                        struct arena *arena, struct span *bytes_out, struct fail *why)
{
    struct grid *grid = NULL;
    enum err rc = kpi_table_begin(form, "月次の指標", &grid, why);

    if (rc == ERR_OK)
        kpi_table_rows(grid, months, n);
    if (rc == ERR_OK)
        rc = grid_written(grid, made_utc_us(months, n), arena, bytes_out, why);
    grid_destroy(&grid);
    return rc;
}

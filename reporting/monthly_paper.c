#include "reporting/monthly_paper.h"

#include "node/base/era.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/monthly_facts_store.h"

/* The month of a line, in the version whose cells the report draws. */
static const struct kpi_month *find_month(const struct kpi_month *months, size_t n,
                                          const struct monthly_line *line)
{
    int64_t begin = 0;

    if (!kpi_month_parse(line->name, &begin))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (months[i].month_utc_us == begin && months[i].version == line->num)
            return &months[i];
    return NULL;
}

static enum err read_months(struct db *db, struct arena *arena, struct monthly_paper *paper,
                            struct fail *why)
{
    struct kpi_month *kept = NULL;
    size_t n = 0;
    enum err rc = kpi_store_months(db, MONTHLY_KEPT_MOST, arena, &kept, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < paper->n; i++) {
        struct kpi_sheet *sheet = &paper->months[paper->n_months];
        const struct kpi_month *month;

        if (paper->lines[i].kind != MONTHLY_KPI)
            continue;
        month = find_month(kept, n, &paper->lines[i]);
        if (month == NULL)
            return fail_set(why, ERR_PROTO, "a month of the report is gone");
        sheet->month = *month;
        rc = kpi_store_cells(db, month, arena, &sheet->cells, &sheet->n, why);
        paper->n_months++;
    }
    if (rc == ERR_OK && (paper->n_months == 0 ||
                         paper->months[0].month.month_utc_us != paper->report.month_utc_us))
        rc = fail_set(why, ERR_PROTO, "a report without its month");
    return rc;
}

enum err monthly_paper_make(struct db *db, const struct monthly_report *report,
                            struct arena *arena, struct monthly_paper *out, struct fail *why)
{
    struct monthly_line *lines = NULL;
    size_t n = 0;
    enum err rc = monthly_store_lines(db, report, arena, &lines, &n, why);

    *out = (struct monthly_paper){.report = *report, .lines = lines, .n = n};
    if (rc != ERR_OK)
        return rc;
    out->months = arena_alloc(arena, (n + 1) * sizeof *out->months);
    return out->months == NULL ? fail_set(why, ERR_NOMEM, "months")
                               : read_months(db, arena, out, why);
}

const char *monthly_paper_name(const struct monthly_report *report, struct arena *arena)
{
    char month[KPI_MONTH_CAP];

    kpi_month_text(report->month_utc_us, month);
    return arena_printf(arena, "monthly-%s", month);
}

const char *monthly_era(int64_t month_utc_us, struct arena *arena)
{
    char text[ERA_TEXT_CAP];
    const char *end;

    era_date_text(month_utc_us, false, text);
    end = strstr(text, "月");
    return arena_printf(arena, "%.*s",
                        (int)(end == NULL ? strlen(text) : (size_t)(end - text) + strlen("月")),
                        text);
}

/* ---- the workbook ---- */

static const char *const kind_words[] = {
    [MONTHLY_KPI] = "",
    [MONTHLY_INCIDENT] = "記録した出来事",
    [MONTHLY_INQUIRY] = "相談・連絡",
    [MONTHLY_SERVICE] = "システムの稼働",
};
static const char *const form_words[] = {
    [MONTHLY_COUNT] = "件数",
    [MONTHLY_ENDED] = "件数（もと：うち終えた件数）",
    [MONTHLY_PART] = "割合",
    [MONTHLY_CHILDREN] = "回数（もと：児童生徒の人数）",
    [MONTHLY_SECONDS] = "時間（秒）",
    [MONTHLY_UP] = "時間（秒）の割合",
    [MONTHLY_STOPS] = "件数（もと：記録のある秒数）",
};

static void put_fact(struct grid *grid, const char *month, const struct monthly_line *line)
{
    const struct monthly_fact *fact = monthly_fact_find(line->kind, line->name);

    if (fact == NULL) /* of a set that this program does not know */
        return;
    grid_words(grid, month);
    grid_words(grid, kind_words[line->kind]);
    grid_words(grid, fact->name_ja);
    grid_blank(grid);
    grid_words(grid, form_words[fact->form]);
    if (line->den == 0 && (fact->form == MONTHLY_SECONDS || fact->form == MONTHLY_UP ||
                           fact->form == MONTHLY_STOPS))
        grid_blank(grid); /* there was none: no zero */
    else
        grid_number(grid, line->num);
    grid_number(grid, line->den);
    if (fact->form == MONTHLY_PART || fact->form == MONTHLY_UP)
        grid_percent(grid, line->num, line->den);
    else
        grid_blank(grid);
    grid_blank(grid);
    grid_words(grid, fact->text_ja);
    grid_end_row(grid);
}

enum err monthly_paper_xlsx(const struct monthly_paper *paper, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct grid *grid = NULL;
    char month[KPI_MONTH_CAP];
    enum err rc = kpi_table_begin(GRID_XLSX, "月次報告", &grid, why);

    *bytes_out = SPAN_NONE;
    kpi_month_text(paper->report.month_utc_us, month);
    if (rc == ERR_OK) {
        kpi_table_rows(grid, paper->months, 1);
        for (size_t i = 0; i < paper->n; i++)
            put_fact(grid, month, &paper->lines[i]);
        kpi_table_rows(grid, paper->months + 1, paper->n_months - 1);
        rc = grid_written(grid, paper->report.made_utc_us, arena, bytes_out, why);
    }
    grid_destroy(&grid);
    return rc;
}

/* The monthly report on paper and as a workbook: all figures, on four pages, whatever they are
 * (KP-3-調達-3b). KEEP=path leaves the document to be looked at. */
#include "reporting/monthly_paper.h"

#include <stdio.h>
#include <stdlib.h>

#include "reporting/kpi/kpi_month.h"
#include "reporting/monthly_facts_store.h"
#include "tests/t.h"

#define OCTOBER INT64_C(1790780400000000) /* 2026-10-01T00:00+09:00 */

struct town {
    struct monthly_paper paper;
    struct kpi_sheet months[MONTHLY_MONTHS_SHOWN];
    struct monthly_line lines[MONTHLY_MONTHS_SHOWN + MONTHLY_FACTS_N];
    struct kpi_cell cells[MONTHLY_MONTHS_SHOWN][KPI_DEFS_N * KPI_PARTS_N];
};

/* `size` pupils; 0: nobody and nothing. */
static void make_town(struct town *t, int n_months, int64_t size)
{
    int64_t month = OCTOBER;

    memset(t, 0, sizeof *t);
    for (int m = 0; m < n_months; m++, month = kpi_month_before(month)) {
        struct kpi_sheet *sheet = &t->months[m];

        sheet->month = (struct kpi_month){
            .month_utc_us = month, .version = KPI_VERSION, .made_utc_us = month};
        sheet->cells = t->cells[m];
        for (int i = 0; i < KPI_DEFS_N; i++)
            for (int part = 0; part < KPI_PARTS_N; part++) {
                int64_t den = part == KPI_ALL ? size : size / 3;

                sheet->cells[sheet->n++] = (struct kpi_cell){
                    span_text(kpi_defs[i].id), (enum kpi_part)part,
                    kpi_defs[i].form == KPI_SHARE ? den * ((i + m) % 7) / 8 : den * 4, den};
            }
    }
    for (int i = 0; i < MONTHLY_FACTS_N; i++)
        t->lines[t->paper.n++] =
            (struct monthly_line){monthly_facts[i].kind, span_text(monthly_facts[i].name),
                                  size * (i + 1) * 60, size * (i + 1) * 61};
    t->paper.report = (struct monthly_report){.month_utc_us = OCTOBER,
                                              .made_utc_us = OCTOBER + 35 * DAY_US,
                                              .town = SPAN("あおぞら市"),
                                              .title = SPAN("学びの居場所 業務委託"),
                                              .contractor = SPAN("みらい社")};
    t->paper.lines = t->lines;
    t->paper.months = t->months;
    t->paper.n_months = (size_t)n_months;
}

static void keep(const char *name, struct span bytes)
{
    const char *folder = getenv("KEEP");
    char path[512];
    FILE *f;

    if (folder == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "wb");
    T_OK(f != NULL && fwrite(bytes.p, 1, bytes.len, f) == bytes.len, path);
    if (f != NULL)
        fclose(f);
}

static int n_pages(struct span pdf)
{
    int n = 0;
    const char *at = (const char *)pdf.p, *end = at + pdf.len;

    while ((at = memmem(at, (size_t)(end - at), "/Type /Page ", 12)) != NULL) {
        n++;
        at++;
    }
    return n;
}

T_CASE(monthly_paper_is_whole_on_four_pages_whatever_the_figures)
{
    static const struct {
        const char *what, *keep;
        int n_months;
        int64_t size;
    } rows[] = {
        {"a year of a town", "monthly.pdf", MONTHLY_MONTHS_SHOWN, 48},
        {"the first month", "monthly-first.pdf", 1, 5},
        {"nobody, nothing", "monthly-nobody.pdf", 2, 0},
        {"the largest numbers", "monthly-large.pdf", MONTHLY_MONTHS_SHOWN, 99999},
    };
    static struct town t;
    char name[600 * 3 + 1] = "";
    struct arena *arena = NULL;
    struct span pdf, again;
    struct fail why = {.code = ERR_OK};

    T_REQ("KP-3-調達-3b");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        make_town(&t, rows[i].n_months, rows[i].size);
        T_EQ(monthly_paper_pdf(&t.paper, arena, &pdf, &why), ERR_OK, rows[i].what);
        keep(rows[i].keep, pdf);
        T_OK(n_pages(pdf) >= 2 && n_pages(pdf) <= MONTHLY_PAGES_MOST, rows[i].what);
    }
    for (int i = 0; i < 600; i++)
        strcat(name, "長");
    t.paper.report.title = t.paper.report.town = t.paper.report.contractor = span_text(name);
    T_EQ(monthly_paper_pdf(&t.paper, arena, &pdf, &why), ERR_OK, "the longest names");
    keep("monthly-names.pdf", pdf);
    T_EQ(monthly_paper_pdf(&t.paper, arena, &again, &why), ERR_OK, "drawn again");
    T_OK(span_eq(pdf, again), "is the same document");
    arena_destroy(&arena);
}

T_CASE(monthly_workbook_says_the_same_figures)
{
    static struct town t;
    struct arena *arena = NULL;
    struct span book, again;
    struct fail why = {.code = ERR_OK};

    make_town(&t, 2, 48);
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(monthly_paper_xlsx(&t.paper, arena, &book, &why), ERR_OK, why.text);
    T_OK(book.len > 1000 && memcmp(book.p, "PK", 2) == 0, "a workbook");
    T_EQ(monthly_paper_xlsx(&t.paper, arena, &again, &why), ERR_OK, "written again");
    T_OK(span_eq(book, again), "is the same");
    keep("monthly.xlsx", book);
    arena_destroy(&arena);
}

T_CASE(monthly_month_is_written_with_its_era)
{
    static const struct {
        const char *what, *want;
        int64_t utc_us;
    } rows[] = {
        {"Reiwa 8", "令和8年10月", OCTOBER},
        {"Heisei's last", "平成31年4月", INT64_C(1554044400000000)},
        {"Reiwa's first", "令和元年5月", INT64_C(1556636400000000)},
    };
    struct arena *arena = NULL;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_TEXT(monthly_era(rows[i].utc_us, arena), rows[i].want, rows[i].what);
    arena_destroy(&arena);
}

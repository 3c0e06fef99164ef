/* One table, as CSV and as a workbook. */
#include "node/io/grid.h"

#include <string.h>

#include "tests/t.h"

static const struct xlsx_column columns[] = {{"名前", 10}, {"数", 8}, {"割合", 8}};
#define MADE_US INT64_C(1780000000000000)

static struct span make(enum grid_form form, struct arena *arena)
{
    static const int64_t shares[][2] = {{1, 3}, {1, 8}, {1, 2000}, {0, 0}, {0, 7}, {7, 7}};
    struct fail why = {.code = ERR_OK};
    struct span bytes = SPAN_NONE;
    struct grid *grid = NULL;

    T_EQ(grid_create(form, "表", columns, T_COUNT(columns), &grid, &why), ERR_OK, why.text);
    for (size_t i = 0; i < T_COUNT(shares); i++) {
        grid_words(grid, "=1+1");
        grid_number(grid, shares[i][0]);
        grid_percent(grid, shares[i][0], shares[i][1]);
        grid_end_row(grid);
    }
    T_EQ(grid_written(grid, MADE_US, arena, &bytes, &why), ERR_OK, why.text);
    grid_destroy(&grid);
    T_OK(grid == NULL, "gone");
    return bytes;
}

T_CASE(grid_is_the_table_that_was_asked_for)
{
    static const struct {
        const char *name;
        enum grid_form want;
    } rows[] = {{"", GRID_CSV},
                {"csv", GRID_CSV},
                {"xlsx", GRID_XLSX},
                {"XLSX", GRID_FORMS_N},
                {"ods", GRID_FORMS_N}};
    struct arena *arena = NULL;
    struct span book;

    T_REQ("KP-2-1, CARD-7");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "memory");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(grid_form_find(span_text(rows[i].name)), rows[i].want, rows[i].name);
    T_SPAN(
        make(GRID_CSV, arena),
        SPAN("\xEF\xBB\xBF\"名前\",\"数\",\"割合\"\r\n\"'=1+1\",\"1\",\"33.3\"\r\n"
             "\"'=1+1\",\"1\",\"12.5\"\r\n\"'=1+1\",\"1\",\"0.1\"\r\n\"'=1+1\",\"0\",\"\"\r\n"
             "\"'=1+1\",\"0\",\"0.0\"\r\n\"'=1+1\",\"7\",\"100.0\"\r\n"),
        "halves up, nothing of nobody, no formula");
    book = make(GRID_XLSX, arena);
    T_OK(book.len > 4 && memcmp(book.p, "PK\3\4", 4) == 0, "a workbook");
    T_SPAN(make(GRID_XLSX, arena), book, "the same table of the same moment is the same file");
    T_OK(strstr(grid_media_type(GRID_CSV), "csv") != NULL &&
             strstr(grid_media_type(GRID_XLSX), "spreadsheetml") != NULL,
         "and says what it is");
    arena_destroy(&arena);
}

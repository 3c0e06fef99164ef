/* A workbook is opened as any reader of ZIP and XML opens it. */
#include "node/io/xlsx.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "tests/t.h"

#define PART_CAP 65536

static const struct xlsx_column columns[] = {{"名前", 10}, {"数", 8}, {"割合", 8}};
#define MADE_US INT64_C(1780000000000000)

static enum err make(const char *name, struct arena *arena, struct span *out, struct fail *why)
{
    struct xlsx *xlsx = NULL;
    enum err rc = xlsx_create("表", columns, T_COUNT(columns), &xlsx, why);

    if (rc != ERR_OK)
        return rc;
    xlsx_text(xlsx, span_text(name));
    xlsx_number(xlsx, 1234567);
    xlsx_tenths(xlsx, 605);
    xlsx_end_row(xlsx);
    xlsx_text(xlsx, SPAN("&<>\"\x01"));
    xlsx_blank(xlsx);
    xlsx_tenths(xlsx, 0);
    xlsx_end_row(xlsx);
    rc = xlsx_written(xlsx, MADE_US, arena, out, why);
    xlsx_destroy(&xlsx);
    return rc;
}

/* A part of the workbook as text; "": it is not there. */
static const char *part(struct span file, const char *name, struct arena *arena)
{
    struct archive *zip = archive_read_new();
    struct archive_entry *entry = NULL;
    char *text = arena_alloc(arena, PART_CAP);

    text[0] = '\0';
    archive_read_support_format_zip(zip);
    if (archive_read_open_memory(zip, file.p, file.len) == ARCHIVE_OK)
        while (archive_read_next_header(zip, &entry) == ARCHIVE_OK)
            if (strcmp(archive_entry_pathname(entry), name) == 0) {
                la_ssize_t len = archive_read_data(zip, text, PART_CAP - 1);

                text[len < 0 ? 0 : len] = '\0';
                break;
            }
    archive_read_free(zip);
    return text;
}

T_CASE(xlsx_holds_numbers_as_numbers_and_texts_as_texts)
{
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct span file = SPAN_NONE;
    const char *sheet, *words;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(make("=SUM(A1:A9)", arena, &file, &why), ERR_OK, why.text);
    sheet = part(file, "xl/worksheets/sheet1.xml", arena);
    words = part(file, "xl/sharedStrings.xml", arena);
    T_OK(strstr(sheet, "<v>1234567</v>") != NULL, sheet);
    T_OK(strstr(sheet, "<v>60.5</v>") != NULL, sheet);
    T_OK(strstr(sheet, "<f>") == NULL, "what begins with = is no formula");
    T_OK(strstr(words, "=SUM(A1:A9)") != NULL, words);
    T_OK(strstr(words, "&amp;&lt;&gt;") != NULL, "no text is markup");
    T_OK(strstr(words, "名前") != NULL, "its head");
    T_OK(strstr(part(file, "xl/workbook.xml", arena), "name=\"表\"") != NULL, "its sheet");
    arena_destroy(&arena);
}

T_CASE(xlsx_of_the_same_rows_and_moment_is_the_same_file)
{
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct span one = SPAN_NONE, two = SPAN_NONE;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(make("そら", arena, &one, &why), ERR_OK, why.text);
    T_EQ(make("そら", arena, &two, &why), ERR_OK, why.text);
    T_SPAN(two, one, "twice the same");
    arena_destroy(&arena);
}

T_CASE(xlsx_refuses_what_no_sheet_holds)
{
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct span file = SPAN_NONE;
    char *text;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    text = arena_alloc(arena, 40000);
    memset(text, 'a', 39999);
    text[39999] = '\0';
    T_EQ(make(text, arena, &file, &why), ERR_TOO_LARGE, "more letters than a cell has");
    T_EQ(file.len, 0, "and there is no file");
    arena_destroy(&arena);
}

#include "node/io/xlsx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "node/base/clock.h"

#define WHOLE_MOST (INT64_C(1) << 53) /* a spreadsheet's numbers are doubles */

struct xlsx {
    lxw_workbook *book; /* writes into the file below, which has no name */
    lxw_worksheet *sheet;
    lxw_format *head, *wrapped, *whole, *tenths;
    int fd;
    lxw_row_t row;
    lxw_col_t col;
    lxw_error first; /* of what was written */
};

static void keep_error(struct xlsx *xlsx, lxw_error rc)
{
    if (xlsx->first == LXW_NO_ERROR)
        xlsx->first = rc;
}

static enum err say(lxw_error rc, struct fail *why)
{
    switch (rc) {
    case LXW_NO_ERROR:
        return ERR_OK;
    case LXW_ERROR_MEMORY_MALLOC_FAILED:
        return fail_set(why, ERR_NOMEM, "a workbook");
    case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
    case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
        return fail_set(why, ERR_TOO_LARGE, "a workbook: %s", lxw_strerror(rc));
    default:
        return fail_set(why, ERR_IO, "a workbook: %s", lxw_strerror(rc));
    }
}

static void make_formats(struct xlsx *xlsx)
{
    xlsx->head = workbook_add_format(xlsx->book);
    xlsx->wrapped = workbook_add_format(xlsx->book);
    xlsx->whole = workbook_add_format(xlsx->book);
    xlsx->tenths = workbook_add_format(xlsx->book);
    format_set_bold(xlsx->head);
    format_set_bottom(xlsx->head, LXW_BORDER_THIN);
    format_set_align(xlsx->wrapped, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(xlsx->wrapped);
    format_set_align(xlsx->whole, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(xlsx->whole, "0");
    format_set_align(xlsx->tenths, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(xlsx->tenths, "0.0");
}

static void make_columns(struct xlsx *xlsx, const struct xlsx_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lxw_col_t col = (lxw_col_t)i;

        keep_error(xlsx, worksheet_set_column(xlsx->sheet, col, col, columns[i].width, NULL));
        keep_error(xlsx,
                   worksheet_write_string(xlsx->sheet, 0, col, columns[i].head, xlsx->head));
    }
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    worksheet_set_landscape(xlsx->sheet);
    worksheet_set_paper(xlsx->sheet, 9); /* A4 */
    worksheet_fit_to_pages(xlsx->sheet, 1, 0);
    keep_error(xlsx, worksheet_repeat_rows(xlsx->sheet, 0, 0));
    xlsx->row = 1;
}

enum err xlsx_create(const char *sheet, const struct xlsx_column *columns, size_t n,
                     struct xlsx **xlsx_out, struct fail *why)
{
    struct xlsx *xlsx = calloc(1, sizeof *xlsx);
    char path[40];

    *xlsx_out = NULL;
    if (xlsx == NULL)
        return fail_set(why, ERR_NOMEM, "a workbook");
    xlsx->fd = memfd_create("xlsx", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", xlsx->fd);
    xlsx->book = xlsx->fd < 0 ? NULL : workbook_new(path);
    xlsx->sheet = xlsx->book == NULL ? NULL : workbook_add_worksheet(xlsx->book, sheet);
    if (xlsx->sheet == NULL) {
        xlsx_destroy(&xlsx);
        return fail_set(why, ERR_NOMEM, "a workbook");
    }
    make_formats(xlsx);
    make_columns(xlsx, columns, n);
    *xlsx_out = xlsx;
    return ERR_OK;
}

void xlsx_text(struct xlsx *xlsx, struct span text)
{
    char *line = strndup((const char *)text.p, text.len);

    keep_error(xlsx, line == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED
                                  : worksheet_write_string(xlsx->sheet, xlsx->row, xlsx->col++,
                                                           line, xlsx->wrapped));
    free(line);
}

void xlsx_number(struct xlsx *xlsx, int64_t n)
{
    invariant(n >= -WHOLE_MOST && n <= WHOLE_MOST, "%lld", (long long)n);
    keep_error(xlsx, worksheet_write_number(xlsx->sheet, xlsx->row, xlsx->col++, (double)n,
                                            xlsx->whole));
}

void xlsx_tenths(struct xlsx *xlsx, int64_t tenths)
{
    keep_error(xlsx, worksheet_write_number(xlsx->sheet, xlsx->row, xlsx->col++,
                                            (double)tenths / 10, xlsx->tenths));
}

void xlsx_blank(struct xlsx *xlsx)
{
    xlsx->col++;
}

void xlsx_end_row(struct xlsx *xlsx)
{
    xlsx->row++;
    xlsx->col = 0;
}

static enum err read_file(int fd, struct arena *arena, struct span *bytes_out, struct fail *why)
{
    struct stat st;
    size_t len, at = 0;
    uint8_t *room;

    if (fstat(fd, &st) != 0)
        return fail_set(why, ERR_IO, "a workbook: errno %d", errno);
    len = (size_t)st.st_size;
    room = arena_alloc(arena, len + 1);
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "a workbook of %zu bytes", len);
    while (at < len) {
        ssize_t got = pread(fd, room + at, len - at, (off_t)at);

        if (got <= 0)
            return fail_set(why, ERR_IO, "a workbook: errno %d", errno);
        at += (size_t)got;
    }
    *bytes_out = span_of(room, len);
    return ERR_OK;
}

enum err xlsx_written(struct xlsx *xlsx, int64_t made_utc_us, struct arena *arena,
                      struct span *bytes_out, struct fail *why)
{
    lxw_doc_properties properties = {.created = (time_t)(made_utc_us / 1000000)};
    lxw_error rc;

    keep_error(xlsx, workbook_set_properties(xlsx->book, &properties));
    rc = workbook_close(xlsx->book); /* frees it, whatever it says */
    xlsx->book = NULL;
    keep_error(xlsx, rc);
    rc = xlsx->first;
    return rc == LXW_NO_ERROR ? read_file(xlsx->fd, arena, bytes_out, why) : say(rc, why);
}

void xlsx_destroy(struct xlsx **xlsx)
{
    struct xlsx *x = *xlsx;

    *xlsx = NULL;
    if (x == NULL)
        return;
    lxw_workbook_free(x->book);
    if (x->fd >= 0)
        close(x->fd);
    free(x);
}

/* covers: node/io/csv.c */
/* Any bytes as a table. Fields that are fine are valid text without line breaks; written again
 * they are read again as the same; reading always comes to an end, line by line. */
#include "node/io/csv.h"

#include <stdlib.h>

#include "node/base/utf.h"

static const struct csv_caps caps = {64, 12, 200};

static void write_rows(struct csv_reader *reader, struct csv_writer *w, size_t *n_out)
{
    struct csv_row row;
    bool more = true;
    int last_line = 0;

    while (csv_next(reader, &row, &more, NULL) == ERR_OK && more) {
        if (row.line <= last_line || row.n > caps.n_fields || row.is_blank != (row.n == 0))
            abort();
        last_line = row.line;
        for (size_t i = 0; i < row.n; i++) {
            if (row.wrong[i] != CSV_FINE && !row.is_broken)
                abort();
            if (row.wrong[i] == CSV_FINE &&
                (!utf_is_valid(row.fields[i]) || row.fields[i].len > caps.field_bytes))
                abort();
            if (csv_defect_name(row.wrong[i]) == NULL)
                abort();
        }
        if (row.is_broken || row.is_blank)
            continue;
        for (size_t i = 0; i < row.n; i++)
            csv_write(w, row.fields[i]);
        csv_end_row(w);
        (*n_out)++;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_reader reader;
    struct csv_writer first, second, people;
    struct arena *arena = NULL;
    struct span once, again, shown;
    size_t n = 0, n_again = 0, n_people = 0;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return 0;
    csv_writer_init(&first, size % 2 == 0 ? 0 : CSV_BOM);
    csv_writer_init(&second, first.flags);
    csv_writer_init(&people, CSV_FOR_PEOPLE);
    csv_open(&reader, span_of(data, size), &caps, arena);
    write_rows(&reader, &first, &n);
    if (csv_written(&first, &once, NULL) != ERR_OK)
        abort();
    csv_open(&reader, once, &caps, arena);
    write_rows(&reader, &second, &n_again);
    csv_open(&reader, once, &caps, arena);
    write_rows(&reader, &people, &n_people);
    if (csv_written(&second, &again, NULL) != ERR_OK || !span_eq(once, again) || n != n_again)
        abort();
    if (csv_written(&people, &shown, NULL) != ERR_OK || n != n_people)
        abort();
    csv_writer_fini(&people);
    csv_writer_fini(&second);
    csv_writer_fini(&first);
    arena_destroy(&arena);
    return 0;
}

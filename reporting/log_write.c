#include "reporting/log_write.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/io/csv.h"
#include "node/io/zip_out.h"

#define FLUSH_BYTES 65536

struct log_writer {
    struct log_form form;
    struct zip_out *zip;
    struct sjis *sjis; /* NULL: UTF-8 */
    const struct log_source *source;
    struct csv_writer csv;
    struct log_text json, turned; /* turned: CSV in Shift_JIS */
    bool has_file;
    uint64_t n_rows[LOG_KINDS_N];
};

enum err log_writer_create(const struct log_form *form,
                           enum err (*sink)(void *arg, struct span bytes, struct fail *why),
                           void *arg, struct log_writer **writer_out, struct fail *why)
{
    struct log_writer *w = calloc(1, sizeof *w);
    enum err rc = w == NULL ? fail_set(why, ERR_NOMEM, "a writer of logs") : ERR_OK;

    *writer_out = NULL;
    if (rc != ERR_OK)
        return rc;
    w->form = *form;
    if (form->format == LOG_CSV && form->charset == LOG_SJIS)
        rc = sjis_create(&w->sjis, why);
    if (rc == ERR_OK)
        rc = zip_out_open(sink, arg, &w->zip, why);
    if (rc != ERR_OK)
        log_writer_destroy(&w);
    *writer_out = w;
    return rc;
}

void log_writer_destroy(struct log_writer **writer)
{
    struct log_writer *w = *writer;

    *writer = NULL;
    if (w == NULL)
        return;
    zip_out_close(&w->zip);
    sjis_destroy(&w->sjis);
    csv_writer_fini(&w->csv);
    log_text_fini(&w->json);
    log_text_fini(&w->turned);
    free(w);
}

/* ---- what is written goes on ---- */

static enum err put_turned(struct log_writer *w, struct span text, struct fail *why)
{
    size_t n;

    w->turned.len = 0;
    if (w->turned.cap < text.len) {
        log_text_fini(&w->turned);
        if (!log_text_add(&w->turned, text))
            return fail_set(why, ERR_NOMEM, "%zu bytes in Shift_JIS", text.len);
    }
    n = text.len == 0 ? 0 : sjis_write(w->sjis, text, w->turned.p);
    return zip_out_put(w->zip, span_of(w->turned.p, n), why);
}

static enum err flush(struct log_writer *w, struct fail *why)
{
    struct span text;
    enum err rc;

    if (w->form.format == LOG_JSON) {
        rc = zip_out_put(w->zip, span_of(w->json.p, w->json.len), why);
        w->json.len = 0;
        return rc;
    }
    rc = csv_written(&w->csv, &text, why);
    if (rc == ERR_OK)
        rc = w->sjis != NULL ? put_turned(w, text, why) : zip_out_put(w->zip, text, why);
    csv_clear(&w->csv);
    return rc;
}

static bool is_left_out(const struct log_writer *w, const struct log_column *column)
{
    return w->form.is_for_guests && (column->flags & LOG_STAFF_ONLY) != 0;
}

static enum err next_file(struct log_writer *w, const char *name, struct fail *why)
{
    enum err rc = w->has_file ? flush(w, why) : ERR_OK;

    w->has_file = true;
    return rc == ERR_OK ? zip_out_file(w->zip, name, w->form.now_utc_us, why) : rc;
}

enum err log_writer_begin(struct log_writer *w, const struct log_source *source,
                          struct fail *why)
{
    bool is_csv = w->form.format == LOG_CSV;
    char name[32];
    enum err rc;

    snprintf(name, sizeof name, "%s.%s", source->name, is_csv ? "csv" : "ndjson");
    rc = next_file(w, name, why);
    w->source = source;
    if (rc != ERR_OK || !is_csv)
        return rc;
    csv_writer_fini(&w->csv);
    csv_writer_init(&w->csv,
                    CSV_FOR_PEOPLE | (w->form.has_bom && w->sjis == NULL ? CSV_BOM : 0u));
    for (size_t i = 0; i < source->n_columns; i++)
        if (!is_left_out(w, &source->columns[i]))
            csv_write(&w->csv, span_text(source->columns[i].title_ja));
    csv_end_row(&w->csv);
    return ERR_OK;
}

static size_t csv_row(struct log_writer *w, const struct log_cells *cells)
{
    const struct log_source *source = w->source;

    for (size_t i = 0; i < source->n_columns; i++)
        if (!is_left_out(w, &source->columns[i]))
            csv_write(&w->csv, log_word_ja(&source->columns[i], cells->at[i]));
    csv_end_row(&w->csv);
    return w->csv.len;
}

enum err log_writer_row(struct log_writer *w, const struct log_cells *cells, struct fail *why)
{
    size_t len;

    w->n_rows[w->source->kind]++;
    if (w->form.format == LOG_CSV) {
        len = csv_row(w, cells);
    } else {
        if (!log_text_row(&w->json, w->source, cells, w->form.is_for_guests) ||
            !log_text_add(&w->json, SPAN("\n")))
            return fail_set(why, ERR_NOMEM, "a line of JSON");
        len = w->json.len;
    }
    return len >= FLUSH_BYTES ? flush(w, why) : ERR_OK;
}

uint64_t log_writer_n_rows(const struct log_writer *w, enum log_kind kind)
{
    return w->n_rows[kind];
}

/* ---- the end ---- */

static struct span utf8_of(uint32_t point, uint8_t out[4])
{
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

    for (size_t i = n; i-- > 1; point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3F));
    out[0] = (uint8_t)(lead[n] | point);
    return span_of(out, n);
}

/* In UTF-8 with its mark, or the characters could not stand in it. */
static enum err put_replaced(struct log_writer *w, struct fail *why)
{
    struct csv_writer csv;
    struct span text;
    enum err rc;

    csv_writer_init(&csv, CSV_FOR_PEOPLE | CSV_BOM);
    csv_write(&csv, SPAN("文字"));
    csv_write(&csv, SPAN("文字の番号"));
    csv_write(&csv, SPAN("代わりの文字"));
    csv_write(&csv, SPAN("いくつ"));
    csv_end_row(&csv);
    for (size_t i = 0; i < sjis_n_changed(w->sjis); i++) {
        struct sjis_changed changed = sjis_changed(w->sjis, i);
        char number[16], n[24];
        uint8_t utf8[4];

        snprintf(number, sizeof number, "U+%04X", changed.point);
        snprintf(n, sizeof n, "%llu", (unsigned long long)changed.n);
        csv_write(&csv, changed.point == 0 ? SPAN("そのほか") : utf8_of(changed.point, utf8));
        csv_write(&csv, changed.point == 0 ? SPAN_NONE : span_text(number));
        csv_write(&csv, changed.as[0] == '\0' ? SPAN("（なし）") : span_text(changed.as));
        csv_write(&csv, span_text(n));
        csv_end_row(&csv);
    }
    rc = csv_written(&csv, &text, why);
    if (rc == ERR_OK)
        rc = next_file(w, "replaced.csv", why);
    if (rc == ERR_OK)
        rc = zip_out_put(w->zip, text, why);
    csv_writer_fini(&csv);
    return rc;
}

enum err log_writer_finish(struct log_writer *w, struct span about, struct fail *why)
{
    enum err rc = w->has_file ? flush(w, why) : ERR_OK;

    w->has_file = false;
    if (rc == ERR_OK && w->sjis != NULL && sjis_n_changed(w->sjis) > 0)
        rc = put_replaced(w, why);
    w->has_file = false; /* what follows went through no buffer */
    if (rc == ERR_OK)
        rc = next_file(w, "about.json", why);
    if (rc == ERR_OK)
        rc = zip_out_put(w->zip, about, why);
    return rc == ERR_OK ? zip_out_finish(w->zip, why) : rc;
}

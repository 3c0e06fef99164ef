#include "node/io/csv.h"

#include <stdlib.h>

#include "node/base/utf.h"

static const char *const names[] = {
    [CSV_FINE] = "csv.fine",
    [CSV_UTF16] = "csv.utf16",
    [CSV_UTF8] = "csv.utf8",
    [CSV_NUL] = "csv.nul",
    [CSV_QUOTE_OPEN] = "csv.quote_open",
    [CSV_QUOTE_INSIDE] = "csv.quote_inside",
    [CSV_LINE_BREAK] = "csv.line_break",
    [CSV_BARE_CR] = "csv.bare_cr",
    [CSV_FIELD_BYTES] = "csv.field_bytes",
    [CSV_N_FIELDS] = "csv.n_fields",
    [CSV_N_ROWS] = "csv.n_rows",
};

const char *csv_defect_name(enum csv_defect defect)
{
    return names[defect];
}

void csv_open(struct csv_reader *reader, struct span text, const struct csv_caps *caps,
              struct arena *arena)
{
    *reader = (struct csv_reader){.text = text, .line = 1, .caps = *caps, .arena = arena};
    invariant(caps->n_fields <= CSV_FIELDS_CAP, "%zu fields", caps->n_fields);
    if (span_has_prefix(text, SPAN("\xEF\xBB\xBF")))
        reader->at = 3;
}

static bool is_utf16(struct span text)
{
    return span_has_prefix(text, SPAN("\xFE\xFF")) || span_has_prefix(text, SPAN("\xFF\xFE"));
}

static bool at_end(const struct csv_reader *r)
{
    return r->at >= r->text.len;
}

/* The end of a line at `at`: CRLF, LF, or the text's end. A lone CR is not one. */
static bool is_line_end(struct span text, size_t at)
{
    return at >= text.len || text.p[at] == '\n' ||
           (text.p[at] == '\r' && at + 1 < text.len && text.p[at + 1] == '\n');
}

static void skip_line_end(struct csv_reader *r)
{
    if (!at_end(r) && r->text.p[r->at] == '\r')
        r->at++;
    if (!at_end(r)) {
        r->at++;
        r->line++;
    }
}

static size_t line_end_from(struct span text, size_t at)
{
    const uint8_t *lf = at >= text.len ? NULL : memchr(text.p + at, '\n', text.len - at);
    size_t end = lf == NULL ? text.len : (size_t)(lf - text.p);

    return end > at && lf != NULL && text.p[end - 1] == '\r' ? end - 1 : end;
}

/* What a field's bytes do wrong by themselves. */
static enum csv_defect bytes_defect(struct span field, size_t cap)
{
    if (field.len > cap)
        return CSV_FIELD_BYTES;
    if (field.len > 0 && memchr(field.p, '\0', field.len) != NULL)
        return CSV_NUL;
    if (field.len > 0 && memchr(field.p, '\r', field.len) != NULL)
        return CSV_BARE_CR;
    return utf_is_valid(field) ? CSV_FINE : CSV_UTF8;
}

/* "" inside a quoted field stands for one quote. */
static enum err unescape(struct arena *arena, struct span raw, struct span *field_out,
                         struct fail *why)
{
    uint8_t *p;
    size_t n = 0;

    *field_out = raw;
    if (raw.len == 0 || memchr(raw.p, '"', raw.len) == NULL)
        return ERR_OK;
    p = arena_alloc(arena, raw.len);
    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "field of %zu bytes", raw.len);
    for (size_t i = 0; i < raw.len; i++) {
        p[n++] = raw.p[i];
        if (raw.p[i] == '"')
            i++;
    }
    *field_out = span_of(p, n);
    return ERR_OK;
}

/* The next quote from `at` on that is not one of a pair; the text's length when there is none.
 */
static size_t single_quote(struct span text, size_t at)
{
    while (at < text.len) {
        const uint8_t *q = memchr(text.p + at, '"', text.len - at);

        if (q == NULL)
            return text.len;
        at = (size_t)(q - text.p);
        if (at + 1 >= text.len || text.p[at + 1] != '"')
            return at;
        at += 2;
    }
    return text.len;
}

/* A quote is still open at the end of the line. Did the writer put a line break into the field,
 * or forget the quote? A forgotten one makes the next quote open a field, not close one. A
 * break is skipped with its lines; either way reading goes on at the start of a line. */
static enum csv_defect leave_open_quote(struct csv_reader *r, size_t line_end)
{
    size_t q = single_quote(r->text, line_end);
    bool closes = q < r->text.len && (is_line_end(r->text, q + 1) || r->text.p[q + 1] == ',') &&
                  q - line_end <= r->caps.field_bytes;
    size_t resume = closes ? line_end_from(r->text, q) : line_end;

    for (size_t i = r->at; i < resume; i++)
        r->line += r->text.p[i] == '\n';
    r->at = resume;
    return closes ? CSV_LINE_BREAK : CSV_QUOTE_OPEN;
}

static enum err read_quoted(struct csv_reader *r, struct span *field_out,
                            enum csv_defect *wrong_out, struct fail *why)
{
    size_t first = r->at + 1, line_end = line_end_from(r->text, r->at),
           q = single_quote(r->text, first);
    struct span raw;

    *field_out = SPAN_NONE;
    if (q >= line_end) {
        *wrong_out = leave_open_quote(r, line_end);
        return ERR_OK;
    }
    raw = span_cut(r->text, first, q - first);
    *wrong_out = bytes_defect(raw, r->caps.field_bytes);
    r->at = q + 1;
    if (r->at < line_end && r->text.p[r->at] != ',') {
        /* Text behind the closing quote. When a comma stands before it, it was meant to open
         * the next field: this one was never closed. Either way the next comma ends the field.
         */
        bool is_open = q > first && r->text.p[q - 1] == ',';
        const uint8_t *comma = memchr(r->text.p + r->at, ',', line_end - r->at);

        r->at = is_open ? q - 1 : comma == NULL ? line_end : (size_t)(comma - r->text.p);
        *wrong_out = is_open ? CSV_QUOTE_OPEN : CSV_QUOTE_INSIDE;
        return ERR_OK;
    }
    return *wrong_out == CSV_FINE ? unescape(r->arena, raw, field_out, why) : ERR_OK;
}

static void read_plain(struct csv_reader *r, struct span *field_out, enum csv_defect *wrong_out)
{
    size_t line_end = line_end_from(r->text, r->at);
    const uint8_t *comma =
        line_end == r->at ? NULL : memchr(r->text.p + r->at, ',', line_end - r->at);
    size_t end = comma == NULL ? line_end : (size_t)(comma - r->text.p);
    struct span raw = span_cut(r->text, r->at, end - r->at);

    r->at = end;
    *wrong_out = bytes_defect(raw, r->caps.field_bytes);
    if (*wrong_out == CSV_FINE && raw.len > 0 && memchr(raw.p, '"', raw.len) != NULL)
        *wrong_out = CSV_QUOTE_INSIDE;
    *field_out = *wrong_out == CSV_FINE ? raw : SPAN_NONE;
}

/* One row that is nothing but a defect; reading ends with it. */
static void end_with(struct csv_reader *r, struct csv_row *row, enum csv_defect defect)
{
    r->is_ended = true;
    r->fields[0] = SPAN_NONE;
    r->wrong[0] = defect;
    row->n = 1;
    row->is_broken = true;
}

static enum err read_fields(struct csv_reader *r, struct csv_row *row, struct fail *why)
{
    for (;;) {
        enum err rc = ERR_OK;
        size_t i = row->n;

        if (i == r->caps.n_fields) {
            r->wrong[i - 1] = CSV_N_FIELDS;
            row->is_broken = true;
            r->at = line_end_from(r->text, r->at);
            break;
        }
        if (!at_end(r) && r->text.p[r->at] == '"')
            rc = read_quoted(r, &r->fields[i], &r->wrong[i], why);
        else
            read_plain(r, &r->fields[i], &r->wrong[i]);
        if (rc != ERR_OK)
            return rc;
        row->n++;
        row->is_broken = row->is_broken || r->wrong[i] != CSV_FINE;
        if (at_end(r) || r->text.p[r->at] != ',')
            break;
        r->at++;
    }
    skip_line_end(r);
    return ERR_OK;
}

enum err csv_next(struct csv_reader *reader, struct csv_row *row, bool *more_out,
                  struct fail *why)
{
    *row = (struct csv_row){
        .line = reader->line, .fields = reader->fields, .wrong = reader->wrong};
    *more_out = false;
    if (reader->is_ended || (at_end(reader)))
        return ERR_OK;
    *more_out = true;
    if (is_utf16(reader->text)) {
        end_with(reader, row, CSV_UTF16);
        return ERR_OK;
    }
    if (reader->n_rows++ >= reader->caps.n_rows) {
        end_with(reader, row, CSV_N_ROWS);
        return ERR_OK;
    }
    row->is_blank = is_line_end(reader->text, reader->at);
    if (row->is_blank) {
        skip_line_end(reader);
        return ERR_OK;
    }
    return read_fields(reader, row, why);
}

/* ---- writing ---- */

void csv_writer_init(struct csv_writer *writer, unsigned flags)
{
    *writer = (struct csv_writer){.flags = flags};
}

void csv_writer_fini(struct csv_writer *writer)
{
    if (writer->p != NULL)
        explicit_bzero(writer->p, writer->cap);
    free(writer->p);
    *writer = (struct csv_writer){.flags = 0};
}

static bool reserve(struct csv_writer *w, size_t more)
{
    size_t cap = w->cap == 0 ? 4096 : w->cap;
    uint8_t *p;

    if (w->is_out_of_memory)
        return false;
    while (cap - w->len < more)
        cap *= 2;
    if (cap == w->cap)
        return true;
    p = malloc(cap); /* not realloc: the old bytes are wiped */
    if (p == NULL) {
        w->is_out_of_memory = true;
        return false;
    }
    if (w->len > 0)
        memcpy(p, w->p, w->len);
    if (w->p != NULL)
        explicit_bzero(w->p, w->cap);
    free(w->p);
    w->p = p;
    w->cap = cap;
    return true;
}

static void put(struct csv_writer *w, const char *text, size_t len)
{
    memcpy(w->p + w->len, text, len);
    w->len += len;
}

/* Bytes of the blank it begins with, or of a mark that a writing in Shift_JIS leaves out. */
static size_t n_unseen(struct span field)
{
    static const char *const unseen[] = {" ", "　", "\n", "\xC2\xA0", "\xE2\x80\x8D"};

    if (field.len == 0 || (field.p[0] > ' ' && field.p[0] < 0xC2)) /* what most begin with */
        return 0;
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (span_has_prefix(field, span_text(unseen[i])))
            return strlen(unseen[i]);
    if (field.len >= 3 && memcmp(field.p, "\xEF\xB8", 2) == 0 && field.p[2] <= 0x8F)
        return 3;                                                         /* U+FE00 to U+FE0F */
    return field.len >= 4 && memcmp(field.p, "\xF3\xA0", 2) == 0 ? 4 : 0; /* U+E0000 on */
}

bool csv_is_formula(struct span field)
{
    static const char *const starts[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                         "＝", "＋", "－", "＠", "−"};

    for (size_t n = n_unseen(field); n > 0; n = n_unseen(field))
        field = span_from(field, n);
    if (field.len == 0 || strchr("=+-@\t\r\xEF\xE2", field.p[0]) == NULL) /* its first bytes */
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_has_prefix(field, span_text(starts[i])))
            return true;
    return false;
}

struct span csv_unguarded(struct span field)
{
    struct span rest = span_from(field, span_has_prefix(field, SPAN("'")) ? 1 : 0);

    return csv_is_formula(rest) ? rest : field;
}

void csv_write(struct csv_writer *writer, struct span field)
{
    uint8_t *to;

    if (!reserve(writer, 2 * field.len + 8))
        return;
    if (writer->len == 0 && (writer->flags & CSV_BOM) != 0)
        put(writer, "\xEF\xBB\xBF", 3);
    put(writer, writer->is_row_begun ? ",\"" : "\"", writer->is_row_begun ? 2 : 1);
    writer->is_row_begun = true;
    if ((writer->flags & CSV_FOR_PEOPLE) != 0 && csv_is_formula(field))
        put(writer, "'", 1);
    to = writer->p + writer->len;
    for (size_t i = 0; i < field.len; i++) {
        uint8_t c = field.p[i];

        if (c == '"')
            *to++ = '"';
        *to++ = c == '\0' || c == '\r' || c == '\n' ? ' ' : c;
    }
    writer->len = (size_t)(to - writer->p);
    put(writer, "\"", 1);
}

void csv_end_row(struct csv_writer *writer)
{
    if (!reserve(writer, 2))
        return;
    put(writer, "\r\n", 2);
    writer->is_row_begun = false;
}

void csv_clear(struct csv_writer *writer)
{
    writer->len = 0;
    writer->flags &= ~CSV_BOM;
}

enum err csv_written(const struct csv_writer *writer, struct span *text_out, struct fail *why)
{
    *text_out = SPAN_NONE;
    if (writer->is_out_of_memory)
        return fail_set(why, ERR_NOMEM, "CSV of %zu bytes", writer->len);
    *text_out = span_of(writer->p, writer->len);
    return ERR_OK;
}

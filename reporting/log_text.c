/* Text that grows, and JSON strings in it (RFC 8259, section 7). */
#include <stdlib.h>

#include "reporting/log_write.h"

static bool reserve(struct log_text *text, size_t more)
{
    size_t cap = text->cap == 0 ? 4096 : text->cap;
    uint8_t *p;

    while (cap - text->len < more)
        cap *= 2;
    if (cap == text->cap)
        return true;
    p = malloc(cap); /* not realloc: the old bytes are wiped */
    if (p == NULL)
        return false;
    if (text->len > 0)
        memcpy(p, text->p, text->len);
    if (text->p != NULL)
        explicit_bzero(text->p, text->cap);
    free(text->p);
    text->p = p;
    text->cap = cap;
    return true;
}

bool log_text_add(struct log_text *text, struct span bytes)
{
    if (!reserve(text, bytes.len))
        return false;
    if (bytes.len > 0)
        memcpy(text->p + text->len, bytes.p, bytes.len);
    text->len += bytes.len;
    return true;
}

bool log_text_json(struct log_text *text, struct span value)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *to;

    if (!reserve(text, 6 * value.len + 2))
        return false;
    to = text->p + text->len;
    *to++ = '"';
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.p[i];

        if (c == '"' || c == '\\')
            *to++ = '\\';
        if (c >= 0x20) {
            *to++ = c;
            continue;
        }
        memcpy(to, "\\u00", 4);
        to[4] = (uint8_t)digits[c >> 4];
        to[5] = (uint8_t)digits[c & 15];
        to += 6;
    }
    *to++ = '"';
    text->len = (size_t)(to - text->p);
    return true;
}

void log_text_fini(struct log_text *text)
{
    if (text->p != NULL)
        explicit_bzero(text->p, text->cap);
    free(text->p);
    *text = (struct log_text){NULL, 0, 0};
}

static bool add_cell(struct log_text *text, const struct log_column *column, struct span cell)
{
    return log_text_add(text, span_text(column->key)) && log_text_add(text, SPAN("\":")) &&
           ((column->flags & LOG_BARE) != 0 ? log_text_add(text, cell)
                                            : log_text_json(text, cell));
}

bool log_text_row(struct log_text *text, const struct log_source *source,
                  const struct log_cells *cells, bool is_for_guests)
{
    bool is_fine = true, is_first = true;

    for (size_t i = 0; i < source->n_columns && is_fine; i++) {
        const struct log_column *column = &source->columns[i];

        if (is_for_guests && (column->flags & LOG_STAFF_ONLY) != 0)
            continue;
        is_fine = log_text_add(text, is_first ? SPAN("{\"") : SPAN(",\"")) &&
                  add_cell(text, column, cells->at[i]);
        is_first = false;
    }
    return is_fine && log_text_add(text, SPAN("}"));
}

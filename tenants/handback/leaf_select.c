#include "tenants/handback/leaf_select.h"

#include <string.h>

#define SELECT "SELECT "
#define FROM   " FROM "
#define WHERE  " WHERE "
#define BY_IDS "id = ANY ($1::uuid[])"

static struct span trim(struct span s)
{
    while (s.len > 0 && s.p[0] == ' ')
        s = span_from(s, 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

static bool is_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '_'))
            return false;
    return s.len > 0;
}

/* "c.at" and "at" are the column at. */
static struct span column_of(struct span item)
{
    const uint8_t *dot = item.len == 0 ? NULL : memchr(item.p, '.', item.len);
    size_t before = dot == NULL ? 0 : (size_t)(dot - item.p) + 1;

    if (before > 0 && !is_word(span_cut(item, 0, before - 1)))
        return SPAN_NONE;
    return span_from(item, before);
}

/* Up to the FROM that stands in no bracket. False: too many items, or none. */
static bool read_list(struct span rest, struct leaf_select *out)
{
    size_t from = 0;
    int depth = 0;
    bool is_quoted = false;

    out->n = 0;
    for (size_t i = 0; i < rest.len; i++) {
        bool is_end =
            depth == 0 && !is_quoted && span_has_prefix(span_from(rest, i), SPAN(FROM));

        is_quoted = is_quoted != (rest.p[i] == '\'');
        depth += is_quoted ? 0 : rest.p[i] == '(' ? 1 : rest.p[i] == ')' ? -1 : 0;
        if (!is_end && (depth > 0 || is_quoted || rest.p[i] != ','))
            continue;
        if (out->n == LEAF_ITEMS_CAP)
            return false;
        out->items[out->n++] = trim(span_cut(rest, from, i - from));
        from = i + 1;
        if (is_end) {
            out->list = span_cut(rest, 0, i);
            out->from = span_from(rest, i + sizeof FROM - 1);
            return true;
        }
    }
    return false;
}

bool leaf_select_read(const char *sql, struct leaf_select *out)
{
    struct span text = span_text(sql), where, words;
    size_t at;

    if (!span_has_prefix(text, SPAN(SELECT)) ||
        !read_list(span_from(text, sizeof SELECT - 1), out))
        return false;
    for (at = 0; at < out->from.len; at++)
        if (span_has_prefix(span_from(out->from, at), SPAN(WHERE)))
            break;
    where = span_from(out->from, at + sizeof WHERE - 1);
    out->from = span_cut(out->from, 0, at);
    words = column_of(where);
    return span_eq(words, SPAN(BY_IDS)) && out->n > 0 &&
           span_eq(column_of(out->items[0]), SPAN("id"));
}

int leaf_select_find(const struct leaf_select *s, const char *column)
{
    for (int i = 0; i < s->n; i++)
        if (is_word(column_of(s->items[i])) &&
            span_eq(column_of(s->items[i]), span_text(column)))
            return i;
    return -1;
}

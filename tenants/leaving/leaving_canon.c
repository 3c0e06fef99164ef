#include "tenants/leaving/leaving_canon.h"

#include <stdio.h>
#include <stdlib.h>

/* Behind the value at `at`; the text was checked. */
static size_t value_end(struct span text, size_t at)
{
    bool is_in_text = false;
    int depth = 0;

    for (; at < text.len; at++) {
        uint8_t c = text.p[at];

        if (is_in_text) {
            if (c == '\\')
                at++;
            else if (c == '"')
                is_in_text = false;
        } else if (c == '"') {
            is_in_text = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            return at;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return at;
}

static int compare(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    size_t least = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->p, y->p, least);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static bool put(FILE *to, struct span value);

static size_t n_members(struct span object)
{
    size_t n = 0;

    for (size_t at = 1; at + 1 < object.len; at = value_end(object, at) + 1)
        n++;
    return n;
}

/* Whole members, by their names: a name ends in '"', which sorts before what may follow. False:
 * no memory. */
static bool put_object(FILE *to, struct span value)
{
    struct span *members = calloc(n_members(value) + 1, sizeof *members);
    bool is_whole = true;
    size_t n = 0;

    if (members == NULL)
        return false;
    for (size_t at = 1; at + 1 < value.len;) {
        size_t end = value_end(value, at);

        members[n++] = span_cut(value, at, end - at);
        at = end + 1;
    }
    if (n > 0)
        qsort(members, n, sizeof *members, compare);
    fputc('{', to);
    for (size_t i = 0; i < n && is_whole; i++) {
        size_t colon = 1;

        while (members[i].p[colon] != '"')
            colon++;
        fprintf(to, "%s%.*s:", i > 0 ? "," : "", (int)colon + 1, (const char *)members[i].p);
        is_whole = put(to, span_from(members[i], colon + 2));
    }
    fputc('}', to);
    free(members);
    return is_whole;
}

static bool put(FILE *to, struct span value)
{
    bool is_whole = true;

    if (value.len > 0 && value.p[0] == '{') {
        is_whole = put_object(to, value);
    } else if (value.len > 0 && value.p[0] == '[') {
        fputc('[', to);
        for (size_t at = 1; at + 1 < value.len && is_whole;) {
            size_t end = value_end(value, at);

            is_whole = put(to, span_cut(value, at, end - at));
            if (end + 1 < value.len)
                fputc(',', to);
            at = end + 1;
        }
        fputc(']', to);
    } else {
        fwrite(value.p, 1, value.len, to);
    }
    return is_whole;
}

enum err leaving_canonical(struct span json, struct arena *arena, struct span *out,
                           struct fail *why)
{
    const struct jx_limits limits = {(size_t)64 << 20, 1000000};
    char *bytes = NULL;
    size_t len = 0;
    enum err rc = jx_check_within(json, limits, why);
    bool is_whole;
    FILE *to;

    if (rc != ERR_OK)
        return rc;
    to = open_memstream(&bytes, &len);
    if (to == NULL)
        return fail_set(why, ERR_NOMEM, "an answer");
    is_whole = put(to, json);
    is_whole = fclose(to) == 0 && is_whole;
    *out = is_whole ? arena_copy(arena, span_of(bytes, len)) : SPAN_NONE;
    free(bytes);
    return out->p == NULL ? fail_set(why, ERR_NOMEM, "an answer") : ERR_OK;
}

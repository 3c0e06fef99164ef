#include "node/server/text.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_CAP 4096

static bool make_room(struct text *text, size_t len)
{
    size_t cap = text->cap == 0 ? FIRST_CAP : text->cap;
    char *larger;

    if (text->is_broken || text->len + len < text->cap)
        return !text->is_broken;
    while (cap <= text->len + len)
        cap *= 2;
    larger = arena_alloc(text->arena, cap);
    if (larger == NULL) {
        text->is_broken = true;
        return false;
    }
    if (text->len > 0)
        memcpy(larger, text->p, text->len);
    text->p = larger;
    text->cap = cap;
    return true;
}

void text_add(struct text *text, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !make_room(text, (size_t)n))
        return;
    va_start(args, fmt);
    vsnprintf(text->p + text->len, text->cap - text->len, fmt, args);
    va_end(args);
    text->len += (size_t)n;
}

void text_add_quoted(struct text *text, const char *s)
{
    text_add(text, "\"");
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            text_add(text, "\\%c", c);
        else if (c < 0x20)
            text_add(text, "\\u%04x", c);
        else
            text_add(text, "%c", c);
    }
    text_add(text, "\"");
}

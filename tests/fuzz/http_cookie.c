/* covers: node/server/cookie.c */
/* Any bytes as a Cookie header. A second, plainer reader must agree: the name stands once
 * between separators, its value is made of the allowed characters and comes out whole. */
#include "node/server/cookie.h"

#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define NAME        "__Host-ibasho"

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

/* Does a pair "NAME=" begin at i, with only blanks between it and the separator before? */
static bool begins_at(struct span header, size_t i)
{
    if (!span_has_prefix(span_from(header, i), SPAN(NAME "=")))
        return false;
    while (i > 0 && header.p[i - 1] == ' ')
        i--;
    return i == 0 || header.p[i - 1] == ';';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span header = span_of(data, size), value, first = SPAN_NONE;
    enum err rc = cookie_find(header, SPAN(NAME), &value, NULL);
    int n = 0;

    for (size_t i = 0; i < header.len; i++)
        if (begins_at(header, i) && n++ == 0)
            first = span_from(header, i + sizeof(NAME));
    CHECK(rc == ERR_OK || (rc == ERR_PROTO && n > 0));
    CHECK((value.len > 0) == (rc == ERR_OK && n == 1));
    if (value.len == 0)
        return 0;
    CHECK(value.p == first.p);
    for (size_t i = 0; i < value.len; i++)
        CHECK(is_plain(value.p[i]));
    for (size_t i = value.len; i < first.len && first.p[i] != ';'; i++)
        CHECK(first.p[i] == ' ');
    return 0;
}

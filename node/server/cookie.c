#include "node/server/cookie.h"

static struct span trimmed(struct span s)
{
    while (s.len > 0 && s.p[0] == ' ')
        s = span_from(s, 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

static bool is_cookie_value(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
            !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_' && s.p[i] != '-')
            return false;
    return s.len > 0;
}

enum err cookie_find(struct span header, struct span name, struct span *value_out,
                     struct fail *why)
{
    struct span found = SPAN_NONE;
    size_t start = 0;

    *value_out = SPAN_NONE;
    for (size_t i = 0; i <= header.len; i++) {
        struct span pair;

        if (i < header.len && header.p[i] != ';')
            continue;
        pair = trimmed(span_cut(header, start, i - start));
        start = i + 1;
        if (!span_has_prefix(pair, name) || pair.len == name.len || pair.p[name.len] != '=')
            continue;
        if (found.p != NULL)
            return fail_set(why, ERR_PROTO, "cookie twice");
        found = span_from(pair, name.len + 1);
        if (!is_cookie_value(found))
            return fail_set(why, ERR_PROTO, "cookie value");
    }
    *value_out = found;
    return ERR_OK;
}

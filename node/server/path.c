#include "node/server/path.h"

#include "node/base/hex.h"
#include "node/base/utf.h"

/* RFC 3986: unreserved, sub-delims, ':' and '@' stand for themselves in a segment. */
static bool is_pchar(uint8_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && strchr("-._~!$&'()*+,;=:@", c) != NULL;
}

/* The byte behind "%xx" at s[i], or -1. */
static int escaped_byte(struct span s, size_t i)
{
    int high, low;

    if (s.len - i < 3)
        return -1;
    high = hex_digit(s.p[i + 1]);
    low = hex_digit(s.p[i + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* C1 controls are two bytes in UTF-8; a terminal that shows a log would obey them. */
static bool has_control(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
        if (s.p[i] == 0xc2 && i + 1 < s.len && s.p[i + 1] < 0xa0)
            return true;
    }
    return false;
}

/* Decodes s into to (room for s.len bytes). In a path an encoded separator could be read as a
 * plain one by somebody else; in a query it is a character like others, and '+' is a space. */
static enum err decode(struct span s, bool is_query, uint8_t *to, struct span *out,
                       struct fail *why)
{
    const char *extra = is_query ? "/?" : "/";
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.p[i];

        if (c == '%') {
            int byte = escaped_byte(s, i);

            if (byte < 0)
                return fail_set(why, ERR_PROTO, "target: '%%' without two digits");
            if (!is_query && (byte == '/' || byte == '\\'))
                return fail_set(why, ERR_PROTO, "target: encoded separator");
            c = (uint8_t)byte;
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        } else if (!is_pchar(c) && (c == '\0' || strchr(extra, c) == NULL)) {
            return fail_set(why, ERR_PROTO, "target: byte 0x%02x", c);
        }
        to[n++] = c;
    }
    *out = span_of(to, n);
    if (has_control(*out))
        return fail_set(why, ERR_PROTO, "target: control character");
    if (!utf_is_valid(*out))
        return fail_set(why, ERR_PROTO, "target: not UTF-8");
    return ERR_OK;
}

static enum err add_segment(struct path *path, struct span segment, struct fail *why)
{
    if (segment.len == 0)
        return fail_set(why, ERR_PROTO, "target: empty segment");
    if (span_eq(segment, SPAN(".")) || span_eq(segment, SPAN("..")))
        return fail_set(why, ERR_PROTO, "target: dot segment");
    if (path->n_segments == PATH_SEGMENTS_MAX)
        return fail_set(why, ERR_TOO_LARGE, "target: over %d segments", PATH_SEGMENTS_MAX);
    path->segments[path->n_segments++] = segment;
    return ERR_OK;
}

/* s is decoded; an encoded slash was refused, so every slash here divided segments before. */
static enum err split_segments(struct span s, struct path *path, struct fail *why)
{
    size_t start = 1;

    path->ends_in_slash = s.p[s.len - 1] == '/';
    if (s.len == 1)
        return ERR_OK;
    for (size_t i = 1; i <= s.len; i++) {
        enum err rc;

        if (i < s.len && s.p[i] != '/')
            continue;
        if (i == s.len && start == i)
            break; /* the trailing slash */
        rc = add_segment(path, span_cut(s, start, i - start), why);
        if (rc != ERR_OK)
            return rc;
        start = i + 1;
    }
    return ERR_OK;
}

static bool is_query_name(struct span name)
{
    if (name.len == 0 || name.len > PATH_QUERY_NAME_MAX || name.p[0] < 'a' || name.p[0] > 'z')
        return false;
    for (size_t i = 1; i < name.len; i++) {
        uint8_t c = name.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return true;
}

static enum err add_pair(struct path *path, struct span pair, struct arena *arena,
                         struct fail *why)
{
    const uint8_t *equals = pair.len == 0 ? NULL : memchr(pair.p, '=', pair.len);
    size_t name_len = equals == NULL ? pair.len : (size_t)(equals - pair.p);
    struct span value = equals == NULL ? SPAN_NONE : span_from(pair, name_len + 1);
    struct req_param *param;
    uint8_t *room;

    if (!is_query_name(span_cut(pair, 0, name_len)))
        return fail_set(why, ERR_PROTO, "target: query name");
    for (int i = 0; i < path->n_query; i++)
        if (span_eq(span_text(path->query[i].name), span_cut(pair, 0, name_len)))
            return fail_set(why, ERR_PROTO, "target: query name twice");
    if (path->n_query == PATH_QUERY_MAX)
        return fail_set(why, ERR_TOO_LARGE, "target: over %d query pairs", PATH_QUERY_MAX);
    param = &path->query[path->n_query++];
    param->name = arena_text(arena, span_cut(pair, 0, name_len));
    room = arena_alloc(arena, value.len + 1);
    if (param->name == NULL || room == NULL)
        return fail_set(why, ERR_NOMEM, "query pair");
    return decode(value, true, room, &param->value, why);
}

static enum err split_query(struct span query, struct path *path, struct arena *arena,
                            struct fail *why)
{
    size_t start = 0;

    for (size_t i = 0; i <= query.len; i++) {
        enum err rc;

        if (i < query.len && query.p[i] != '&')
            continue;
        rc = add_pair(path, span_cut(query, start, i - start), arena, why);
        if (rc != ERR_OK)
            return rc;
        start = i + 1;
    }
    return ERR_OK;
}

enum err path_parse(struct span target, struct arena *arena, struct path *path_out,
                    struct fail *why)
{
    const uint8_t *mark;
    struct span raw, query;
    uint8_t *room;
    enum err rc;

    memset(path_out, 0, sizeof *path_out);
    if (target.len > PATH_TARGET_MAX_BYTES)
        return fail_set(why, ERR_TOO_LARGE, "target of %zu bytes", target.len);
    if (target.len == 0 || target.p[0] != '/')
        return fail_set(why, ERR_PROTO, "target: not in origin form");
    mark = memchr(target.p, '?', target.len);
    raw = mark == NULL ? target : span_cut(target, 0, (size_t)(mark - target.p));
    query = span_from(target, raw.len + 1);
    room = arena_alloc(arena, raw.len + 1);
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "target of %zu bytes", target.len);
    rc = decode(raw, false, room, &path_out->text, why);
    if (rc == ERR_OK)
        rc = split_segments(path_out->text, path_out, why);
    if (rc == ERR_OK && query.len > 0)
        rc = split_query(query, path_out, arena, why);
    return rc;
}

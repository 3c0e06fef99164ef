#include "node/server/path.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>

static struct arena *arena;

static enum err parse(struct span target, struct path *path)
{
    arena_destroy(&arena);
    if (arena_create(1024, &arena, NULL) != ERR_OK)
        abort();
    return path_parse(target, arena, path, NULL);
}

T_CASE(path_takes_what_can_mean_one_thing)
{
    static const struct {
        const char *what, *target, *text, *last;
        int n_segments;
        bool ends_in_slash;
    } rows[] = {
        {"root", "/", "/", "", 0, true},
        {"one", "/a", "/a", "a", 1, false},
        {"three", "/api/v1/node", "/api/v1/node", "node", 3, false},
        {"trailing slash", "/a/b/", "/a/b/", "b", 2, true},
        {"every mark of RFC 3986", "/a-._~!$&'()*+,;=:@b", "/a-._~!$&'()*+,;=:@b",
         "a-._~!$&'()*+,;=:@b", 1, false},
        {"decoded once", "/%252e%252e", "/%2e%2e", "%2e%2e", 1, false},
        {"encoded letters", "/%61%62", "/ab", "ab", 1, false},
        {"Japanese", "/%e8%a8%ad%E5%AE%9A", "/設定", "設定", 1, false},
        {"encoded space, question mark, hash", "/a%20b%3f%23", "/a b?#", "a b?#", 1, false},
        {"three dots are a name", "/...", "/...", "...", 1, false},
        {"dots within a name", "/..a/a..b", "/..a/a..b", "a..b", 2, false},
        {"an empty query", "/a?", "/a", "a", 1, false},
    };
    struct path path;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(parse(span_text(rows[i].target), &path), ERR_OK, rows[i].what);
        T_SPAN(path.text, span_text(rows[i].text), rows[i].what);
        T_EQ(path.n_segments, rows[i].n_segments, rows[i].what);
        T_EQ(path.ends_in_slash, rows[i].ends_in_slash, rows[i].what);
        if (path.n_segments > 0)
            T_SPAN(path.segments[path.n_segments - 1], span_text(rows[i].last), rows[i].what);
    }
    arena_destroy(&arena);
}

T_CASE(path_refuses_every_other_form)
{
    static const struct {
        const char *what, *target;
    } rows[] = {
        {"empty", ""},
        {"asterisk form", "*"},
        {"absolute form", "http://aozora.localhost/"},
        {"authority form", "aozora.localhost:443"},
        {"relative", "a/b"},
        {"encoded NUL", "/a%00b"},
        {"encoded NUL at the end", "/a%00"},
        {"encoded slash", "/a%2fb"},
        {"encoded slash, capital", "/a%2Fb"},
        {"encoded backslash", "/a%5cb"},
        {"backslash", "/a\\b"},
        {"dot-dot", "/a/../b"},
        {"dot-dot at the end", "/a/.."},
        {"dot-dot first", "/../etc/passwd"},
        {"encoded dot-dot", "/%2e%2e/b"},
        {"half-encoded dot-dot", "/.%2e/b"},
        {"encoded dot-dot and slash", "/%2e%2e%2fb"},
        {"dot", "/a/./b"},
        {"encoded dot", "/a/%2E"},
        {"two slashes", "//a"},
        {"two slashes within", "/a//b"},
        {"two slashes at the end", "/a//"},
        {"encoded line end", "/a%0d%0ab"},
        {"encoded tab", "/a%09"},
        {"encoded DEL", "/a%7f"},
        {"encoded C1 control", "/a%c2%85"},
        {"plain control", "/a\x01"},
        {"plain DEL", "/a\x7f"},
        {"plain space", "/a b"},
        {"plain UTF-8", "/設定"},
        {"fragment", "/a#b"},
        {"quote", "/a\"b"},
        {"angle bracket", "/a<b"},
        {"square bracket", "/a[b"},
        {"brace", "/a{b}"},
        {"pipe", "/a|b"},
        {"caret", "/a^b"},
        {"backtick", "/a`b"},
        {"percent alone", "/a%"},
        {"percent with one digit", "/a%4"},
        {"percent with no digits", "/a%zz"},
        {"percent u", "/a%u0041"},
        {"overlong slash", "/a%c0%afb"},
        {"overlong NUL", "/a%c0%80"},
        {"lone continuation byte", "/a%80"},
        {"surrogate", "/a%ed%a0%80"},
        {"beyond Unicode", "/a%f4%90%80%80"},
        {"cut sequence", "/a%e8%a8"},
        {"sequence over two segments", "/%e8/%a8%ad"},
    };
    struct path path;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(parse(span_text(rows[i].target), &path), ERR_PROTO, rows[i].what);
    T_EQ(parse(SPAN("/a\0b"), &path), ERR_PROTO, "plain NUL");
    arena_destroy(&arena);
}

T_CASE(path_reads_the_query_as_browsers_write_it)
{
    struct path path;

    T_EQ(
        parse(SPAN("/a?q=%E3%81%82+b%2Fc&from=2026-11-21T05:17:21%2B09:00&flag&x_1=/?"), &path),
        ERR_OK, "four pairs");
    T_EQ(path.n_query, 4, "four pairs");
    T_TEXT(path.query[0].name, "q", "first name");
    T_SPAN(path.query[0].value, SPAN("あ b/c"), "decoded once, + is a space");
    T_SPAN(path.query[1].value, SPAN("2026-11-21T05:17:21+09:00"), "encoded +");
    T_TEXT(path.query[2].name, "flag", "without =");
    T_EQ(path.query[2].value.len, 0, "without =");
    T_SPAN(path.query[3].value, SPAN("/?"), "slash and question mark");
    T_EQ(parse(SPAN("/a+b"), &path), ERR_OK, "a plus in a path");
    T_SPAN(path.segments[0], SPAN("a+b"), "is a plus");
    arena_destroy(&arena);
}

T_CASE(path_refuses_odd_queries)
{
    static const struct {
        const char *what, *target;
    } rows[] = {
        {"a name twice", "/a?b=1&b=2"},
        {"a name twice, once bare", "/a?b&b=2"},
        {"no name", "/a?=1"},
        {"empty pair", "/a?b=1&&c=2"},
        {"empty pair first", "/a?&b=1"},
        {"empty pair last", "/a?b=1&"},
        {"capital name", "/a?B=1"},
        {"encoded name", "/a?%62=1"},
        {"bracket name", "/a?b[]=1"},
        {"name from a digit", "/a?1b=1"},
        {"NUL", "/a?b=%00"},
        {"line end", "/a?b=%0a"},
        {"not UTF-8", "/a?b=%ff"},
        {"bad percent", "/a?b=%g1"},
        {"fragment", "/a?b=1#c"},
        {"plain UTF-8", "/a?b=あ"},
        {"name of 33", "/a?abcdefghijklmnopqrstuvwxyz1234567=1"},
    };
    struct path path;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(parse(span_text(rows[i].target), &path), ERR_PROTO, rows[i].what);
    arena_destroy(&arena);
}

T_CASE(path_has_bounds)
{
    char target[PATH_TARGET_MAX_BYTES + 2];
    struct path path;
    size_t n;

    memset(target, 'a', sizeof target);
    target[0] = '/';
    T_EQ(parse(span_of(target, PATH_TARGET_MAX_BYTES), &path), ERR_OK, "2 KiB");
    T_EQ(parse(span_of(target, PATH_TARGET_MAX_BYTES + 1), &path), ERR_TOO_LARGE, "one more");
    for (n = 0; n < PATH_SEGMENTS_MAX; n++)
        target[2 * n] = '/'; /* over the a's that are there */
    T_EQ(parse(span_of(target, 2 * n), &path), ERR_OK, "as many segments as fit");
    target[2 * n] = '/';
    T_EQ(parse(span_of(target, 2 * n + 2), &path), ERR_TOO_LARGE, "one more");
    target[2] = '?';
    for (n = 0; n <= PATH_QUERY_MAX; n++)
        snprintf(target + 3 + 5 * n, 6, "%c%02zu=&", 'b', n);
    T_EQ(parse(span_of(target, 3 + 5 * PATH_QUERY_MAX - 1), &path), ERR_OK, "16 pairs");
    T_EQ(parse(span_of(target, 3 + 5 * PATH_QUERY_MAX + 4), &path), ERR_TOO_LARGE, "17 pairs");
    arena_destroy(&arena);
}

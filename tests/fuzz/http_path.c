/* covers: node/server/path.c */
/* Any bytes as a request target. What is accepted must hold no dot segment, no control and no
 * separator that came encoded, and must read the same when it is written again in the plainest
 * way: then no second reader can see another path in it. */
#include "node/server/path.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/utf.h"

#define CHECK(cond) ((cond) ? (void)0 : abort())

static struct arena *arena;

static void check_text(struct span s)
{
    CHECK(utf_is_valid(s));
    for (size_t i = 0; i < s.len; i++)
        CHECK(s.p[i] >= 0x20 && s.p[i] != 0x7f);
}

static void put_encoded(struct span s, char *out, size_t *len)
{
    for (size_t i = 0; i < s.len; i++)
        *len += (size_t)sprintf(out + *len, "%%%02X", s.p[i]);
}

/* Every byte of every segment and value encoded. */
static struct span written_again(const struct path *path)
{
    char *out = arena_alloc(arena, 8 * PATH_TARGET_MAX_BYTES);
    size_t len = 0;

    CHECK(out != NULL);
    for (int i = 0; i < path->n_segments; i++) {
        out[len++] = '/';
        put_encoded(path->segments[i], out, &len);
    }
    if (path->ends_in_slash)
        out[len++] = '/';
    for (int i = 0; i < path->n_query; i++) {
        len += (size_t)sprintf(out + len, "%c%s=", i == 0 ? '?' : '&', path->query[i].name);
        put_encoded(path->query[i].value, out, &len);
    }
    return span_of(out, len);
}

static void check_same(const struct path *a, const struct path *b)
{
    CHECK(span_eq(a->text, b->text) && a->ends_in_slash == b->ends_in_slash);
    CHECK(a->n_segments == b->n_segments && a->n_query == b->n_query);
    for (int i = 0; i < a->n_segments; i++)
        CHECK(span_eq(a->segments[i], b->segments[i]));
    for (int i = 0; i < a->n_query; i++)
        CHECK(strcmp(a->query[i].name, b->query[i].name) == 0 &&
              span_eq(a->query[i].value, b->query[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct path path, again;
    struct span target;

    if (arena == NULL && arena_create(65536, &arena, NULL) != ERR_OK)
        abort();
    arena_reset(arena);
    if (path_parse(span_of(data, size), arena, &path, NULL) != ERR_OK)
        return 0;
    check_text(path.text);
    for (int i = 0; i < path.n_segments; i++) {
        CHECK(path.segments[i].len > 0 && !span_eq(path.segments[i], SPAN(".")) &&
              !span_eq(path.segments[i], SPAN("..")));
        CHECK(memchr(path.segments[i].p, '/', path.segments[i].len) == NULL);
        CHECK(memchr(path.segments[i].p, '\\', path.segments[i].len) == NULL);
    }
    for (int i = 0; i < path.n_query; i++)
        check_text(path.query[i].value);
    target = written_again(&path);
    if (target.len > PATH_TARGET_MAX_BYTES)
        return 0;
    CHECK(path_parse(target, arena, &again, NULL) == ERR_OK);
    check_same(&path, &again);
    return 0;
}

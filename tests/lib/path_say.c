/* path_say: reads targets, one a line in hexadecimal, and writes what node/server/path.c makes
 * of each: "-" when it refuses, else segments and query as JSON.
 * tests/integration/test_path_whatwg.py compares with a WHATWG URL parser. */
#include <stdio.h>
#include <stdlib.h>

#include "node/server/path.h"
#include "node/server/text.h"

static void put_span(struct text *text, struct span s, struct arena *arena)
{
    char *copy = arena_text(arena, s);

    if (copy == NULL)
        abort();
    text_add_quoted(text, copy);
}

static void say(struct span target, struct arena *arena)
{
    struct text text = {.arena = arena};
    struct path path;

    if (path_parse(target, arena, &path, NULL) != ERR_OK) {
        puts("-");
        return;
    }
    text_add(&text, "{\"segments\":[");
    for (int i = 0; i < path.n_segments; i++) {
        text_add(&text, "%s", i == 0 ? "" : ",");
        put_span(&text, path.segments[i], arena);
    }
    text_add(&text, "%s],\"query\":[",
             !path.ends_in_slash    ? ""
             : path.n_segments == 0 ? "\"\""
                                    : ",\"\"");
    for (int i = 0; i < path.n_query; i++) {
        text_add(&text, "%s[\"%s\",", i == 0 ? "" : ",", path.query[i].name);
        put_span(&text, path.query[i].value, arena);
        text_add(&text, "]");
    }
    text_add(&text, "]}");
    puts(text.p);
}

static size_t from_hex(const char *line, uint8_t *out)
{
    size_t n = 0;
    char pair[3] = "";

    for (; line[0] > ' ' && line[1] > ' '; line += 2) {
        memcpy(pair, line, 2);
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

int main(void)
{
    static char line[16384];
    static uint8_t target[8192];
    struct arena *arena = NULL;

    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        arena_reset(arena);
        say(span_of(target, from_hex(line, target)), arena);
    }
    arena_destroy(&arena);
    return 0;
}

/* tests/floors/tiled: one map that is taken, and one for each reason to refuse. */
#include "node/place/tiled.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/place/floor_json.h"
#include "tests/t.h"

T_CASE(a_tiled_map_becomes_a_floor)
{
    struct arena *arena = NULL;
    const struct floor *floor = NULL;
    struct jx_defects defects;
    struct span text;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    T_EQ(tiled_read_file("tests/floors/tiled/club.json", arena, &text, &defects, NULL), ERR_OK,
         "taken");
    T_EQ(floor_read(text, arena, &floor, NULL, NULL), ERR_OK, "a floor");
    if (floor != NULL) {
        const struct floor_wall *wall = floor_wall_at(floor, 1);

        T_SPAN(floor->id, SPAN("club"), "its id");
        T_EQ(floor->version, 3, "its version");
        T_EQ(floor->theme, THEME_WOOD, "its theme");
        T_OK(floor->w_cm == 1000 && floor->h_cm == 700, "20 by 14 tiles of 50 cm");
        T_EQ(floor->walls.n, 7, "tiles joined to walls");
        T_OK(wall->at.x == 500 && wall->at.y == 0 && wall->at.w == 50 && wall->at.h == 300,
             "six tiles, one wall");
        T_EQ(floor_wall_at(floor, 0)->kind, WALL_LOW, "a flipped tile is the same tile");
        T_EQ(floor_wall_at(floor, 4)->kind, WALL_WINDOW, "a class by its newer name");
        T_EQ(floor->areas.n, 4, "two rectangles of one name are one area");
        T_EQ(floor_area_nth(floor, 1)->rects.n, 2, "of two rectangles");
        T_EQ(floor_area_nth(floor, 1)->enter.n, 2, "commas part who may enter");
        T_EQ(floor_object_at(floor, 1)->turn, 1, "a turned sofa");
    }
    arena_destroy(&arena);
}

static void refused(struct arena *arena, char *line)
{
    const char *name = strsep(&line, "\t"), *want = strsep(&line, "\n");
    const char *path = arena_printf(arena, "tests/floors/tiled/%s.json", name);
    struct jx_defects defects;
    struct fail why = {0};
    struct span text;

    T_EQ(tiled_read_file(path, arena, &text, &defects, &why), ERR_INVALID, name);
    T_EQ(text.len, 0, "no floor");
    if (want[0] == '+') {
        T_OK(defects.n > 0, name);
        T_TEXT(why.field, want + 1, name);
    } else {
        T_EQ(defects.n, 0, name);
        T_TEXT(why.field, want, name);
        T_OK(why.text[0] != '\0', "a reason");
    }
}

T_CASE(each_map_that_cannot_be_taken_is_refused_by_name)
{
    FILE *f = fopen("tests/floors/tiled.tsv", "r");
    struct arena *arena = NULL;
    char *line = NULL;
    size_t cap = 0, n = 0;

    T_OK(f != NULL, "tests/floors/tiled.tsv");
    while (f != NULL && getline(&line, &cap, f) > 0) {
        if (line[0] == '#')
            continue;
        n++;
        T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
        refused(arena, line);
        arena_destroy(&arena);
    }
    T_OK(n >= 20, "twenty samples and more");
    free(line);
    if (f != NULL)
        fclose(f);
}

T_CASE(what_is_no_json_is_no_map)
{
    static const char *const rows[] = {"", "{", "[]", "3", "null"};
    struct arena *arena = NULL;
    struct jx_defects defects;
    struct span text;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(tiled_read(span_text(rows[i]), arena, &text, &defects, NULL), ERR_PROTO, rows[i]);
    T_EQ(tiled_read(span_of(rows, TILED_MAX_BYTES + 1), arena, &text, &defects, NULL),
         ERR_TOO_LARGE, "over the size");
    T_EQ(tiled_read_file("tests/floors/tiled/none.json", arena, &text, &defects, NULL),
         ERR_NOT_FOUND, "no such file");
    arena_destroy(&arena);
}

/* covers: node/place/floor_json.c node/place/floor_check.c node/place/floor_shapes.c */
/* covers: node/place/floor_closed.c node/place/floor_name.c node/place/floor_map.c */
/* covers: node/place/floor.c */
/* Any bytes as a floor file. What is read is written back as the same floor, can be walked on,
 * and each spawn stands free and reaches every other. */
#include <stdlib.h>

#include "node/place/floor_json.h"
#include "node/place/path.h"

static void want(bool ok)
{
    if (!ok)
        abort();
}

static struct floor_spot spot_of(const struct floor_spawn *spawn)
{
    return (struct floor_spot){(int32_t)spawn->x, (int32_t)spawn->y};
}

static void walk(const struct floor *floor, struct arena *arena)
{
    const struct floor_map *map;
    struct path_room *room = NULL;
    struct path path;

    want(floor_map_create(floor, FLOOR_BODY_CM, arena, &map, NULL) == ERR_OK);
    want(path_room_create((size_t)map->cols * (size_t)map->rows, &room, NULL) == ERR_OK);
    for (size_t i = 0; i < floor->spawns.n; i++) {
        struct floor_spot a = spot_of(floor_spawn_at(floor, i));
        struct floor_spot b = spot_of(floor_spawn_at(floor, (i + 1) % floor->spawns.n));
        struct floor_spot c;

        want(floor_is_free(map, a.x, a.y));
        want(path_find(map, room, a, b, 0, &path, NULL) == ERR_OK && path.n >= 1);
        for (size_t k = 1; k < path.n; k++)
            want(floor_is_clear(map, path.at[k - 1], path.at[k]));
        want(floor_can_see(map, a, b) == floor_can_see(map, b, a));
        want(floor_can_hear(map, a, b) == floor_can_hear(map, b, a));
        want(path_nearest(map, a, 0, &c) && c.x == a.x && c.y == a.y);
        want(!floor_line_enters(map, a, b, 0));
    }
    path_room_destroy(&room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct floor *floor, *again;
    struct jx_defects defects;
    struct arena *arena = NULL;
    struct fail why;
    struct span text;
    enum err rc;

    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    rc = floor_read(span_of(data, size), arena, &floor, &defects, &why);
    want((rc == ERR_OK) == (floor != NULL));
    want(rc != ERR_INVALID || defects.n > 0);
    if (rc == ERR_OK) {
        want(defects.n == 0);
        want(floor_write(floor, arena, &text, NULL) == ERR_OK);
        want(floor_read(text, arena, &again, NULL, NULL) == ERR_OK);
        want(strcmp(floor->hash, again->hash) == 0);
        walk(floor, arena);
    }
    arena_destroy(&arena);
    return 0;
}

#include "node/place/floor_map.h"

#include <stdlib.h>

#include "node/place/catalogue.h"

static struct floor_box grown(struct floor_box box, int32_t by)
{
    return (struct floor_box){box.x1 - by, box.y1 - by, box.x2 + by, box.y2 + by};
}

static void boxes_fill(struct floor_map *map)
{
    const struct floor *floor = map->floor;

    for (size_t i = 0; i < floor->walls.n; i++) {
        const struct floor_wall *wall = floor_wall_at(floor, i);
        struct floor_box box = floor_box_of(&wall->at);

        map->solid[map->n_solid++] = grown(box, map->body_cm);
        if (wall->kind == WALL_WALL)
            map->sight[map->n_sight++] = box;
        if (wall->kind != WALL_LOW)
            map->sound[map->n_sound++] = box;
    }
    for (size_t i = 0; i < floor->doors.n; i++) {
        const struct floor_door *door = floor_door_at(floor, i);

        if (door->is_shut) {
            map->sight[map->n_sight++] = floor_box_of(&door->at);
            map->sound[map->n_sound++] = floor_box_of(&door->at);
        }
    }
    for (size_t i = 0; i < floor->objects.n; i++) {
        const struct floor_object *object = floor_object_at(floor, i);

        if ((catalogue[object->item].flags & CATALOGUE_SOLID) != 0)
            map->solid[map->n_solid++] = grown(floor_box_of_object(object), map->body_cm);
    }
}

static int by_size(const void *a, const void *b)
{
    const struct floor_area_box *x = a, *y = b;

    if (x->size_cm2 != y->size_cm2)
        return x->size_cm2 < y->size_cm2 ? -1 : 1;
    return (x->area > y->area) - (x->area < y->area);
}

static void areas_fill(struct floor_map *map)
{
    for (size_t i = 0; i < map->floor->areas.n; i++) {
        const struct floor_area *area = floor_area_nth(map->floor, i);
        int64_t size = 0;

        for (size_t k = 0; k < area->rects.n; k++)
            size += floor_area_rect(area, k)->w * floor_area_rect(area, k)->h;
        for (size_t k = 0; k < area->rects.n; k++)
            map->area_boxes[map->n_area_boxes++] = (struct floor_area_box){
                floor_box_of(floor_area_rect(area, k)), size, (uint8_t)i};
    }
    qsort(map->area_boxes, map->n_area_boxes, sizeof *map->area_boxes, by_size);
}

static void cells_fill(struct floor_map *map)
{
    for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++) {
        struct floor_spot at = floor_cell_middle(map, cell);

        map->is_free[cell] = at.x >= map->body_cm && at.y >= map->body_cm &&
                             at.x <= map->w_cm - map->body_cm &&
                             at.y <= map->h_cm - map->body_cm;
        map->area_of[cell] = floor_area_at(map, at.x, at.y);
        map->areas_of[cell] = floor_areas_at(map, at.x, at.y);
    }
    /* Box by box: as many steps as there are covered cells. */
    for (size_t i = 0; i < map->n_solid; i++) {
        struct floor_box box = map->solid[i];
        uint32_t from = floor_cell_at(map, box.x1, box.y1);
        uint32_t to = floor_cell_at(map, box.x2, box.y2), cols = (uint32_t)map->cols;

        for (uint32_t row = from / cols; row <= to / cols; row++)
            for (uint32_t col = from % cols; col <= to % cols; col++) {
                struct floor_spot at = floor_cell_middle(map, row * cols + col);

                if (at.x > box.x1 && at.x < box.x2 && at.y > box.y1 && at.y < box.y2)
                    map->is_free[row * cols + col] = 0;
            }
    }
}

static void part_spread(struct floor_map *map, uint32_t from, uint32_t part, uint32_t *todo)
{
    uint32_t cols = (uint32_t)map->cols, n = 0;

    map->part_of[from] = part;
    todo[n++] = from;
    while (n > 0) {
        uint32_t cell = todo[--n], col = cell % cols, row = cell / cols;
        const struct {
            bool is_inside;
            uint32_t cell;
        } next[] = {{col > 0, cell - 1},
                    {col + 1 < cols, cell + 1},
                    {row > 0, cell - cols},
                    {row + 1 < (uint32_t)map->rows, cell + cols}};

        for (size_t i = 0; i < sizeof next / sizeof next[0]; i++)
            if (next[i].is_inside && map->is_free[next[i].cell] &&
                map->part_of[next[i].cell] == FLOOR_NO_PART) {
                map->part_of[next[i].cell] = part;
                todo[n++] = next[i].cell;
            }
    }
}

static enum err alloc(struct floor_map *map, struct arena *arena, struct fail *why)
{
    const struct floor *floor = map->floor;
    size_t n_cells = (size_t)map->cols * (size_t)map->rows;
    size_t n_boxes = floor->walls.n + floor->doors.n + floor->objects.n + 1;

    map->solid = arena_alloc(arena, n_boxes * sizeof *map->solid);
    map->sight = arena_alloc(arena, n_boxes * sizeof *map->sight);
    map->sound = arena_alloc(arena, n_boxes * sizeof *map->sound);
    map->area_boxes =
        arena_alloc(arena, (floor->areas.n * FLOOR_N_RECTS + 1) * sizeof *map->area_boxes);
    map->is_free = arena_alloc(arena, n_cells);
    map->area_of = arena_alloc(arena, n_cells);
    map->areas_of = arena_alloc(arena, n_cells * sizeof *map->areas_of);
    map->part_of = arena_alloc(arena, n_cells * sizeof *map->part_of);
    if (map->solid == NULL || map->sight == NULL || map->sound == NULL ||
        map->area_boxes == NULL || map->is_free == NULL || map->area_of == NULL ||
        map->areas_of == NULL || map->part_of == NULL)
        return fail_set(why, ERR_NOMEM, "map of %zu cells", n_cells);
    return ERR_OK;
}

enum err floor_map_create(const struct floor *floor, int32_t body_cm, struct arena *arena,
                          const struct floor_map **map_out, struct fail *why)
{
    struct floor_map *map = arena_alloc(arena, sizeof *map);
    uint32_t *todo, part = FLOOR_NO_PART, n_cells;
    enum err rc;

    *map_out = NULL;
    if (map == NULL)
        return fail_set(why, ERR_NOMEM, "map");
    *map = (struct floor_map){.floor = floor,
                              .w_cm = (int32_t)floor->w_cm,
                              .h_cm = (int32_t)floor->h_cm,
                              .body_cm = body_cm,
                              .cols = (int32_t)floor->w_cm / FLOOR_CELL_CM,
                              .rows = (int32_t)floor->h_cm / FLOOR_CELL_CM};
    n_cells = (uint32_t)(map->cols * map->rows);
    rc = alloc(map, arena, why);
    if (rc != ERR_OK)
        return rc;
    todo = malloc(n_cells * sizeof *todo);
    if (todo == NULL)
        return fail_set(why, ERR_NOMEM, "map of %u cells", n_cells);
    boxes_fill(map);
    areas_fill(map);
    cells_fill(map);
    for (uint32_t cell = 0; cell < n_cells; cell++)
        if (map->is_free[cell] && map->part_of[cell] == FLOOR_NO_PART)
            part_spread(map, cell, ++part, todo);
    free(todo);
    if (floor->spawns.n > 0) {
        const struct floor_spawn *first = floor_spawn_at(floor, 0);

        map->main_part = map->part_of[floor_cell_at(map, first->x, first->y)];
    }
    *map_out = map;
    return ERR_OK;
}

bool floor_is_free(const struct floor_map *map, int64_t x, int64_t y)
{
    if (x < map->body_cm || y < map->body_cm || x > map->w_cm - map->body_cm ||
        y > map->h_cm - map->body_cm)
        return false;
    for (size_t i = 0; i < map->n_solid; i++) {
        const struct floor_box *box = &map->solid[i];

        if (x > box->x1 && x < box->x2 && y > box->y1 && y < box->y2)
            return false;
    }
    return true;
}

static bool is_crossed(const struct floor_box *boxes, size_t n, struct floor_spot a,
                       struct floor_spot b)
{
    for (size_t i = 0; i < n; i++)
        if (floor_box_is_crossed(boxes[i], a.x, a.y, b.x, b.y))
            return true;
    return false;
}

bool floor_is_clear(const struct floor_map *map, struct floor_spot from, struct floor_spot to)
{
    return floor_is_free(map, from.x, from.y) && floor_is_free(map, to.x, to.y) &&
           !is_crossed(map->solid, map->n_solid, from, to);
}

bool floor_line_is_open(const struct floor_map *map, struct floor_spot from,
                        struct floor_spot to)
{
    return !is_crossed(map->solid, map->n_solid, from, to);
}

bool floor_can_see(const struct floor_map *map, struct floor_spot a, struct floor_spot b)
{
    return !is_crossed(map->sight, map->n_sight, a, b);
}

bool floor_can_hear(const struct floor_map *map, struct floor_spot a, struct floor_spot b)
{
    return !is_crossed(map->sound, map->n_sound, a, b);
}

uint8_t floor_area_at(const struct floor_map *map, int64_t x, int64_t y)
{
    for (size_t i = 0; i < map->n_area_boxes; i++)
        if (floor_box_holds(map->area_boxes[i].box, x, y))
            return map->area_boxes[i].area;
    return FLOOR_NO_AREA;
}

uint64_t floor_areas_at(const struct floor_map *map, int64_t x, int64_t y)
{
    uint64_t areas = 0;

    for (size_t i = 0; i < map->n_area_boxes; i++)
        if (floor_box_holds(map->area_boxes[i].box, x, y))
            areas |= FLOOR_AREA_BIT(map->area_boxes[i].area);
    return areas;
}

static int64_t clamped(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

uint32_t floor_cell_at(const struct floor_map *map, int64_t x, int64_t y)
{
    int64_t col = clamped(x, map->w_cm - 1) / FLOOR_CELL_CM;
    int64_t row = clamped(y, map->h_cm - 1) / FLOOR_CELL_CM;

    return (uint32_t)(row * map->cols + col);
}

struct floor_spot floor_cell_middle(const struct floor_map *map, uint32_t cell)
{
    return (struct floor_spot){
        (int32_t)(cell % (uint32_t)map->cols) * FLOOR_CELL_CM + FLOOR_CELL_CM / 2,
        (int32_t)(cell / (uint32_t)map->cols) * FLOOR_CELL_CM + FLOOR_CELL_CM / 2};
}

bool floor_cell_in(const struct floor_map *map, uint32_t cell, uint64_t areas)
{
    return (map->areas_of[cell] & areas) != 0;
}

bool floor_line_enters(const struct floor_map *map, struct floor_spot a, struct floor_spot b,
                       uint64_t areas)
{
    for (size_t i = 0; areas != 0 && i < map->n_area_boxes; i++) {
        const struct floor_area_box *one = &map->area_boxes[i];

        if ((areas & FLOOR_AREA_BIT(one->area)) != 0 &&
            floor_box_is_crossed(
                (struct floor_box){one->box.x1 - 1, one->box.y1 - 1, one->box.x2, one->box.y2},
                a.x, a.y, b.x, b.y))
            return true; /* the first row and column belong to the area */
    }
    return false;
}

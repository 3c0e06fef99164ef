/* The fast search against a slow one that shares nothing with it but the question. */
#include "node/place/path.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/place/floor_file.h"
#include "tests/t.h"

#define BODY       FLOOR_BODY_CM
#define N_FLOORS   60
#define N_WALLS    14
#define N_TRIES    25
#define CELLS_MOST 4000

static struct arena *arena;
static uint32_t state;

static int32_t random_to(int32_t n)
{
    state = state * 1664525u + 1013904223u;
    return (int32_t)((state >> 8) % (uint32_t)n);
}

static struct floor_wall walls[N_WALLS];
static struct floor_area areas[2];
static struct floor_rect rects[2];

/* Walls anywhere and two areas, 10 m by 8 m. */
static struct floor random_floor(void)
{
    struct floor floor = {.w_cm = 1000, .h_cm = 800};

    for (size_t i = 0; i < N_WALLS; i++) {
        bool is_across = random_to(2) == 1;
        int32_t length = 50 + random_to(350), thick = 10 + random_to(40);

        walls[i] = (struct floor_wall){{random_to(600), random_to(450),
                                        is_across ? thick : length, is_across ? length : thick},
                                       random_to(3)};
    }
    for (size_t i = 0; i < 2; i++) {
        rects[i] = (struct floor_rect){random_to(700), random_to(500), 100 + random_to(200),
                                       100 + random_to(200)};
        areas[i] = (struct floor_area){.rects = {&rects[i], 1}};
    }
    floor.walls = (struct jx_list){walls, N_WALLS};
    floor.areas = (struct jx_list){areas, 2};
    return floor;
}

static bool slow_free(const struct floor *f, int64_t x, int64_t y)
{
    if (x < BODY || y < BODY || x > f->w_cm - BODY || y > f->h_cm - BODY)
        return false;
    for (size_t i = 0; i < f->walls.n; i++) {
        const struct floor_rect *w = &floor_wall_at(f, i)->at;

        if (x > w->x - BODY && x < w->x + w->w + BODY && y > w->y - BODY &&
            y < w->y + w->h + BODY)
            return false;
    }
    return true;
}

static bool slow_shut(int64_t x, int64_t y, uint64_t shut)
{
    for (size_t i = 0; i < 2; i++)
        if ((shut & FLOOR_AREA_BIT(i)) != 0 && x >= rects[i].x && x < rects[i].x + rects[i].w &&
            y >= rects[i].y && y < rects[i].y + rects[i].h)
            return true;
    return false;
}

/* Every half centimetre of the leg, rounded down, is free or one centimetre from free. */
static bool slow_leg(const struct floor *f, struct floor_spot a, struct floor_spot b)
{
    int64_t dx = b.x - a.x, dy = b.y - a.y, n = 2 * (labs(dx) + labs(dy)) + 1;

    for (int64_t i = 0; i <= n; i++) {
        int64_t x = a.x + dx * i / n, y = a.y + dy * i / n;

        if (!slow_free(f, x, y) && !slow_free(f, x + 1, y) && !slow_free(f, x, y + 1) &&
            !slow_free(f, x - 1, y) && !slow_free(f, x, y - 1) && !slow_free(f, x + 1, y + 1) &&
            !slow_free(f, x - 1, y - 1))
            return false;
    }
    return true;
}

/* Bellman and Ford on the grid: cost in tenths of a cell from one cell to all; -1: no way. */
static void slow_costs(const struct floor *f, uint64_t shut, int32_t from, int32_t *cost)
{
    int32_t cols = (int32_t)f->w_cm / FLOOR_CELL_CM, rows = (int32_t)f->h_cm / FLOOR_CELL_CM;
    bool *open = calloc(CELLS_MOST, sizeof *open);
    bool changed = open != NULL;

    for (int32_t i = 0; open != NULL && i < cols * rows; i++) {
        int64_t x = i % cols * FLOOR_CELL_CM + 12, y = i / cols * FLOOR_CELL_CM + 12;

        open[i] = slow_free(f, x, y) && !slow_shut(x, y, shut);
        cost[i] = i == from ? 0 : -1;
    }
    while (changed) {
        changed = false;
        for (int32_t i = 0; i < cols * rows; i++)
            for (int32_t k = 0; cost[i] >= 0 && k < 9; k++) {
                int32_t dx = k % 3 - 1, dy = k / 3 - 1, x = i % cols + dx, y = i / cols + dy;
                int32_t to = y * cols + x, next = cost[i] + (dx != 0 && dy != 0 ? 14 : 10);

                if (k == 4 || x < 0 || y < 0 || x >= cols || y >= rows || !open[to] ||
                    !open[i + dx] || !open[i + dy * cols])
                    continue;
                if (cost[to] < 0 || next < cost[to]) {
                    cost[to] = next;
                    changed = true;
                }
            }
    }
    free(open);
}

static bool is_same(const struct path *a, const struct path *b)
{
    bool is_same = a->n == b->n && a->len_cm == b->len_cm && a->is_short == b->is_short;

    for (size_t i = 0; is_same && i < a->n; i++)
        is_same = a->at[i].x == b->at[i].x && a->at[i].y == b->at[i].y;
    return is_same;
}

static void way_check(const struct floor *f, const struct floor_map *map,
                      struct path_room *room, uint64_t shut)
{
    struct floor_spot from = {random_to(1000), random_to(800)},
                      to = {random_to(1000), random_to(800)};
    int32_t cols = map->cols, start, goal, *cost = calloc(CELLS_MOST, sizeof *cost);
    struct path path, again;

    /* From middle to middle, so that the costs mean the same question. */
    from = floor_cell_middle(map, floor_cell_at(map, from.x, from.y));
    to = floor_cell_middle(map, floor_cell_at(map, to.x, to.y));
    start = from.y / FLOOR_CELL_CM * cols + from.x / FLOOR_CELL_CM;
    goal = to.y / FLOOR_CELL_CM * cols + to.x / FLOOR_CELL_CM;
    if (cost == NULL || !slow_free(f, from.x, from.y) || slow_shut(from.x, from.y, shut)) {
        if (!slow_free(f, from.x, from.y))
            T_EQ(path_find(map, room, from, to, shut, &path, NULL), ERR_INVALID,
                 "inside a wall");
        free(cost);
        return;
    }
    slow_costs(f, shut, start, cost);
    T_EQ(path_find(map, room, from, to, shut, &path, NULL), ERR_OK, "a way");
    T_EQ(path_find(map, room, from, to, shut, &again, NULL), ERR_OK, "asked again");
    T_OK(is_same(&path, &again), "the same way");
    T_EQ(path.is_short, cost[goal] < 0, "reached where the slow search reaches it");
    T_OK(path.at[0].x == from.x && path.at[0].y == from.y, "begins where one stands");
    if (cost[goal] >= 0) {
        T_OK(path.at[path.n - 1].x == to.x && path.at[path.n - 1].y == to.y,
             "ends at the target");
        T_OK(path.len_cm * 10 <= cost[goal] * (FLOOR_CELL_CM + 1) + 100,
             "no longer than the shortest way over the grid");
    }
    for (size_t i = 1; i < path.n; i++) {
        T_OK(slow_leg(f, path.at[i - 1], path.at[i]), "no leg goes through a wall");
        T_OK(slow_free(f, path.at[i].x, path.at[i].y), "each corner is free");
        T_OK(!slow_shut(path.at[i].x, path.at[i].y, shut), "no corner lies in a shut area");
    }
    free(cost);
}

static void nearest_check(const struct floor *f, const struct floor_map *map, uint64_t shut)
{
    struct floor_spot at = {random_to(1000), random_to(800)}, spot;
    int64_t best2 = INT64_MAX, dx, dy;
    bool stays = slow_free(f, at.x, at.y) && !slow_shut(at.x, at.y, shut) &&
                 map->part_of[floor_cell_at(map, at.x, at.y)] == map->main_part;

    for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++) {
        struct floor_spot m = floor_cell_middle(map, cell);

        dx = m.x - at.x;
        dy = m.y - at.y;
        if (slow_free(f, m.x, m.y) && map->part_of[cell] == map->main_part &&
            !slow_shut(m.x, m.y, shut) && dx * dx + dy * dy < best2)
            best2 = dx * dx + dy * dy;
    }
    T_EQ(path_nearest(map, at, shut, &spot), best2 < INT64_MAX || stays, "a spot there is");
    if (best2 == INT64_MAX)
        return;
    dx = spot.x - at.x;
    dy = spot.y - at.y;
    T_EQ(dx * dx + dy * dy, stays ? 0 : best2, "and none is nearer");
    T_OK(slow_free(f, spot.x, spot.y), "nobody is left inside a wall");
}

static void step_check(const struct floor *f, const struct floor_map *map, uint64_t shut)
{
    struct floor_spot at = {random_to(1000), random_to(800)};

    if (!slow_free(f, at.x, at.y) || slow_shut(at.x, at.y, shut))
        return;
    for (int i = 0; i < 20; i++) {
        struct floor_spot to =
            path_step(map, at, random_to(121) - 60, random_to(121) - 60, shut);

        T_OK(slow_free(f, to.x, to.y), "a step ends where one can stand");
        T_OK(!slow_shut(to.x, to.y, shut), "and enters no shut area");
        T_OK(slow_leg(f, at, (struct floor_spot){to.x, at.y}) &&
                 slow_leg(f, (struct floor_spot){to.x, at.y}, to),
             "and went through no wall");
        at = to;
    }
}

T_CASE(ways_on_random_floors_are_those_of_a_slow_search)
{
    struct path_room *room = NULL;

    T_REQ("AI-2.3-エ");
    state = 4;
    T_EQ(path_room_create(CELLS_MOST, &room, NULL), ERR_OK, "a room");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    for (int n = 0; n < N_FLOORS && t_case_ok(); n++) {
        struct floor floor = random_floor();
        const struct floor_map *map = NULL;

        T_EQ(floor_map_create(&floor, BODY, arena, &map, NULL), ERR_OK, "a map");
        for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++) {
            struct floor_spot m = floor_cell_middle(map, cell);

            if (map->is_free[cell] != slow_free(&floor, m.x, m.y))
                T_OK(false, "a cell is free where a body can stand");
        }
        for (int k = 0; k < N_TRIES; k++) {
            uint64_t shut = (uint64_t)(k % 4);

            way_check(&floor, map, room, shut);
            step_check(&floor, map, shut);
        }
        arena_reset(arena);
    }
    path_room_destroy(&room);
    arena_destroy(&arena);
}

T_CASE(whom_a_new_wall_would_swallow_stands_at_the_nearest_free_spot)
{
    T_REQ("AI-2.3-エ");
    state = 7;
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    for (int n = 0; n < N_FLOORS && t_case_ok(); n++) {
        struct floor floor = random_floor();
        struct floor_spawn spawn = {.x = random_to(1000), .y = random_to(800)};
        const struct floor_map *map = NULL;

        floor.spawns = (struct jx_list){&spawn, 1};
        T_EQ(floor_map_create(&floor, BODY, arena, &map, NULL), ERR_OK, "a map");
        for (int k = 0; map->main_part != FLOOR_NO_PART && k < N_TRIES; k++)
            nearest_check(&floor, map, (uint64_t)(k % 4));
        arena_reset(arena);
    }
    arena_destroy(&arena);
}

static const struct floor_map *map_of(const char *path)
{
    const struct floor *floor = NULL;
    const struct floor_map *map = NULL;

    T_EQ(floor_read_file(path, arena, &floor, NULL, NULL), ERR_OK, path);
    if (floor != NULL)
        T_EQ(floor_map_create(floor, BODY, arena, &map, NULL), ERR_OK, "a map");
    return map;
}

T_CASE(walls_and_shut_doors_end_what_is_seen_and_heard)
{
    static const struct {
        const char *what;
        struct floor_spot a, b;
        bool sees, hears;
    } rows[] = {
        {"in one room", {100, 100}, {500, 700}, true, true},
        {"through an open door", {500, 360}, {800, 360}, true, true},
        {"through a wall", {500, 100}, {800, 100}, false, false},
        {"through a shut door", {800, 600}, {1000, 600}, false, false},
        {"through a window", {1050, 600}, {1199, 600}, true, false},
    };
    const struct floor_map *map;

    T_REQ("AI-2.3-オ AI-2.3-エ");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    map = map_of("tests/floors/good/base.json");
    for (size_t i = 0; map != NULL && i < T_COUNT(rows); i++) {
        T_EQ(floor_can_see(map, rows[i].a, rows[i].b), rows[i].sees, rows[i].what);
        T_EQ(floor_can_see(map, rows[i].b, rows[i].a), rows[i].sees, "the other way");
        T_EQ(floor_can_hear(map, rows[i].a, rows[i].b), rows[i].hears, rows[i].what);
    }
    if (map != NULL) {
        T_EQ(floor_area_at(map, 50, 400), 3, "the portal inside the square");
        T_EQ(floor_area_at(map, 300, 400), 0, "the square around it");
        T_EQ(floor_area_at(map, 610, 100), FLOOR_NO_AREA, "a wall lies in no area");
    }
    arena_destroy(&arena);
}

T_CASE(nobody_outside_a_counselling_room_sees_or_hears_into_it)
{
    const struct floor_map *map;
    size_t n_pairs = 0, n_breaches = 0;

    T_REQ("AI-2.3-オ AI-4.3-イ-ウ");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    map = map_of("node/place/floors/counsel.json");
    for (uint32_t a = 0; map != NULL && a < (uint32_t)(map->cols * map->rows); a += 37)
        for (uint32_t b = 0; b < (uint32_t)(map->cols * map->rows); b += 41) {
            uint8_t in = map->area_of[a];

            if (in == FLOOR_NO_AREA || map->area_of[b] == in ||
                floor_area_nth(map->floor, in)->kind != FLOOR_COUNSEL || !map->is_free[a] ||
                !map->is_free[b])
                continue;
            n_pairs++;
            n_breaches +=
                floor_can_see(map, floor_cell_middle(map, a), floor_cell_middle(map, b)) ||
                floor_can_hear(map, floor_cell_middle(map, a), floor_cell_middle(map, b));
        }
    T_OK(n_pairs > 1000, "many pairs of spots");
    T_EQ(n_breaches, 0, "none sees or hears the other");
    arena_destroy(&arena);
}

T_CASE(a_way_ends_before_a_shut_area_and_leaves_one_that_was_shut_around_somebody)
{
    struct path_room *room = NULL, *small = NULL;
    const struct floor_map *map;
    struct path path;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "an arena");
    T_EQ(path_room_create(CELLS_MOST, &room, NULL), ERR_OK, "a room");
    T_EQ(path_room_create(10, &small, NULL), ERR_OK, "a small one");
    map = map_of("tests/floors/good/base.json");
    if (map != NULL) {
        struct floor_spot inside = {1050, 600}, outside = {800, 600}, wall = {610, 100};

        T_EQ(path_find(map, room, outside, inside, 0, &path, NULL), ERR_OK, "may enter");
        T_OK(!path.is_short, "and arrives");
        T_EQ(path_find(map, room, outside, inside, FLOOR_AREA_BIT(2), &path, NULL), ERR_OK,
             "may not");
        T_OK(path.is_short &&
                 floor_area_at(map, path.at[path.n - 1].x, path.at[path.n - 1].y) != 2,
             "stays outside");
        T_EQ(path_find(map, room, inside, outside, FLOOR_AREA_BIT(2), &path, NULL), ERR_OK,
             "may leave");
        T_OK(!path.is_short, "and is out");
        T_EQ(path_find(map, room, outside, wall, 0, &path, NULL), ERR_OK, "into a wall");
        T_OK(path.is_short && path.n >= 2, "goes up to it");
        T_EQ(path_find(map, small, outside, inside, 0, &path, NULL), ERR_TOO_LARGE,
             "a room for smaller floors");
    }
    path_room_destroy(&room);
    path_room_destroy(&small);
    path_room_destroy(&small);
    arena_destroy(&arena);
}

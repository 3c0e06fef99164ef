#include "node/place/path.h"

#include <stdlib.h>

#define STRAIGHT 10
#define DIAGONAL 14
#define NOWHERE  UINT32_MAX

struct cell_state {
    uint32_t round;       /* the rest counts for this search alone */
    uint32_t cost, guess; /* so far; in all */
    uint32_t from;
    uint32_t heap_at; /* NOWHERE: taken out, for good */
};
struct path_room {
    struct cell_state *cells;
    uint32_t *heap;
    struct floor_spot *points; /* of the way found: every cell, and both ends */
    size_t n_cells, n_heap;
    uint32_t round;
};

enum err path_room_create(size_t n_cells, struct path_room **room_out, struct fail *why)
{
    struct path_room *room = calloc(1, sizeof *room);

    *room_out = NULL;
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "path room");
    room->n_cells = n_cells;
    room->cells = calloc(n_cells + 1, sizeof *room->cells);
    room->heap = calloc(n_cells + 1, sizeof *room->heap);
    room->points = calloc(n_cells + 2, sizeof *room->points);
    if (room->cells == NULL || room->heap == NULL || room->points == NULL) {
        path_room_destroy(&room);
        return fail_set(why, ERR_NOMEM, "path room of %zu cells", n_cells);
    }
    *room_out = room;
    return ERR_OK;
}

void path_room_destroy(struct path_room **room)
{
    if (*room == NULL)
        return;
    free((*room)->cells);
    free((*room)->heap);
    free((*room)->points);
    free(*room);
    *room = NULL;
}

/* A total order, so that the same question always takes the same way. */
static bool is_before(const struct path_room *r, uint32_t a, uint32_t b)
{
    const struct cell_state *x = &r->cells[a], *y = &r->cells[b];

    if (x->guess != y->guess)
        return x->guess < y->guess;
    if (x->cost != y->cost)
        return x->cost > y->cost;
    return a < b;
}

static void heap_put(struct path_room *r, size_t at, uint32_t cell)
{
    r->heap[at] = cell;
    r->cells[cell].heap_at = (uint32_t)at;
}

static void heap_rise(struct path_room *r, uint32_t cell)
{
    size_t at = r->cells[cell].heap_at;

    while (at > 0 && is_before(r, cell, r->heap[(at - 1) / 2])) {
        heap_put(r, at, r->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(r, at, cell);
}

static uint32_t heap_take(struct path_room *r)
{
    uint32_t top = r->heap[0], last = r->heap[--r->n_heap];
    size_t at = 0, child;

    while (r->n_heap > 0 && (child = 2 * at + 1) < r->n_heap) {
        if (child + 1 < r->n_heap && is_before(r, r->heap[child + 1], r->heap[child]))
            child++;
        if (!is_before(r, r->heap[child], last))
            break;
        heap_put(r, at, r->heap[child]);
        at = child;
    }
    if (r->n_heap > 0)
        heap_put(r, at, last);
    r->cells[top].heap_at = NOWHERE;
    return top;
}

struct search {
    const struct floor_map *map;
    struct path_room *room;
    uint64_t shut;
    uint32_t goal;
    struct floor_spot target;
};

/* Octile: never more than the way is. */
static uint32_t guess_from(const struct search *s, uint32_t cell)
{
    uint32_t cols = (uint32_t)s->map->cols;
    uint32_t dx = cell % cols > s->goal % cols ? cell % cols - s->goal % cols
                                               : s->goal % cols - cell % cols;
    uint32_t dy = cell / cols > s->goal / cols ? cell / cols - s->goal / cols
                                               : s->goal / cols - cell / cols;
    uint32_t less = dx < dy ? dx : dy, more = dx < dy ? dy : dx;

    return STRAIGHT * (more - less) + DIAGONAL * less;
}

static void cell_reach(const struct search *s, uint32_t cell, uint32_t from, uint32_t cost)
{
    struct path_room *r = s->room;
    struct cell_state *state = &r->cells[cell];

    if (state->round == r->round && (state->heap_at == NOWHERE || state->cost <= cost))
        return;
    if (state->round != r->round) {
        state->round = r->round;
        state->heap_at = (uint32_t)r->n_heap++;
    }
    state->cost = cost;
    state->guess = cost + guess_from(s, cell);
    state->from = from;
    heap_rise(r, cell);
}

static bool may_stand(const struct search *s, int32_t col, int32_t row)
{
    uint32_t cell;

    if (col < 0 || row < 0 || col >= s->map->cols || row >= s->map->rows)
        return false;
    cell = (uint32_t)(row * s->map->cols + col);
    return s->map->is_free[cell] && !floor_cell_in(s->map, cell, s->shut);
}

/* A diagonal step needs both its neighbours: every grown box is wider than a cell, so nothing
 * can stand between four free middles. */
static void neighbours_reach(const struct search *s, uint32_t cell)
{
    int32_t col = (int32_t)cell % s->map->cols, row = (int32_t)cell / s->map->cols;
    uint32_t cost = s->room->cells[cell].cost;
    bool free_at[3][3];

    for (int32_t y = -1; y <= 1; y++)
        for (int32_t x = -1; x <= 1; x++)
            free_at[y + 1][x + 1] = may_stand(s, col + x, row + y);
    for (int32_t y = -1; y <= 1; y++)
        for (int32_t x = -1; x <= 1; x++) {
            bool is_diagonal = x != 0 && y != 0;

            if ((x == 0 && y == 0) || !free_at[y + 1][x + 1] ||
                (is_diagonal && (!free_at[y + 1][1] || !free_at[1][x + 1])))
                continue;
            cell_reach(s, (uint32_t)((row + y) * s->map->cols + col + x), cell,
                       cost + (is_diagonal ? DIAGONAL : STRAIGHT));
        }
}

static int64_t distance2(struct floor_spot a, struct floor_spot b)
{
    int64_t dx = a.x - b.x, dy = a.y - b.y;

    return dx * dx + dy * dy;
}

/* The goal, or the cell nearest to it of all that can be reached. */
static uint32_t search_run(const struct search *s, uint32_t start)
{
    struct path_room *r = s->room;
    uint32_t best = start;
    int64_t best2 = INT64_MAX;

    r->n_heap = 0;
    if (++r->round == 0) { /* after 2^32 searches */
        memset(r->cells, 0, r->n_cells * sizeof *r->cells);
        r->round = 1;
    }
    cell_reach(s, start, NOWHERE, 0);
    while (r->n_heap > 0) {
        uint32_t cell = heap_take(r);
        int64_t d2 = distance2(floor_cell_middle(s->map, cell), s->target);

        if (cell == s->goal)
            return cell;
        if (d2 < best2) {
            best = cell;
            best2 = d2;
        }
        neighbours_reach(s, cell);
    }
    return best;
}

static bool leg_is_clear(const struct floor_map *map, struct floor_spot a, struct floor_spot b,
                         uint64_t shut)
{
    return floor_line_is_open(map, a, b) && !floor_line_enters(map, a, b, shut);
}

/* The nearest free cell that can be stepped to in a straight line; NOWHERE. */
static uint32_t cell_beside(const struct search *s, struct floor_spot at)
{
    int32_t col = at.x / FLOOR_CELL_CM, row = at.y / FLOOR_CELL_CM;
    uint32_t best = NOWHERE;
    int64_t best2 = INT64_MAX;

    for (int32_t y = row - 2; y <= row + 2; y++)
        for (int32_t x = col - 2; x <= col + 2; x++) {
            uint32_t cell = (uint32_t)(y * s->map->cols + x);
            int64_t d2;

            if (!may_stand(s, x, y))
                continue;
            d2 = distance2(floor_cell_middle(s->map, cell), at);
            if (d2 < best2 &&
                leg_is_clear(s->map, at, floor_cell_middle(s->map, cell), s->shut)) {
                best = cell;
                best2 = d2;
            }
        }
    return best;
}

/* Rings of cells around a spot, until no further ring can hold a nearer one. */
static uint32_t cell_nearest(const struct floor_map *map, struct floor_spot at, uint32_t part,
                             uint64_t shut)
{
    uint32_t best = NOWHERE, home = floor_cell_at(map, at.x, at.y);
    int32_t col = (int32_t)home % map->cols, row = (int32_t)home / map->cols;
    int32_t most = map->cols > map->rows ? map->cols : map->rows;
    int64_t best2 = INT64_MAX;

    for (int32_t ring = 0; ring <= most; ring++) {
        int64_t least = (int64_t)ring * FLOOR_CELL_CM - FLOOR_CELL_CM;

        if (best != NOWHERE && least > 0 && least * least > best2)
            break;
        for (int32_t y = row - ring; y <= row + ring; y++) {
            int32_t by = ring == 0 || y == row - ring || y == row + ring ? 1 : 2 * ring;

            for (int32_t x = col - ring; x <= col + ring; x += by) {
                uint32_t cell = (uint32_t)(y * map->cols + x);
                int64_t d2;

                if (x < 0 || y < 0 || x >= map->cols || y >= map->rows || !map->is_free[cell] ||
                    map->part_of[cell] != part || floor_cell_in(map, cell, shut))
                    continue;
                d2 = distance2(floor_cell_middle(map, cell), at);
                if (d2 < best2 || (d2 == best2 && cell < best)) {
                    best = cell;
                    best2 = d2;
                }
            }
        }
    }
    return best;
}

static int32_t root_of(int64_t square)
{
    int64_t low = 0, high = 20000;

    while (low < high) {
        int64_t middle = (low + high + 1) / 2;

        if (middle * middle <= square)
            low = middle;
        else
            high = middle - 1;
    }
    return (int32_t)low;
}

/* From each corner to the furthest point that can be seen; then once more over the corners
 * alone. What is left looks like somebody walking. */
static size_t pulled(const struct search *s, struct floor_spot *points, size_t n)
{
    size_t n_kept = 1, at = 0;

    while (at + 1 < n) {
        size_t to = at + 1;

        while (to + 1 < n && leg_is_clear(s->map, points[at], points[to + 1], s->shut))
            to++;
        points[n_kept++] = points[to]; /* n_kept <= to: what is still to be read stays */
        at = to;
    }
    n = n_kept;
    for (at = 0, n_kept = 1; at + 1 < n; n_kept++) {
        size_t to = n - 1;

        while (to > at + 1 && !leg_is_clear(s->map, points[at], points[to], s->shut))
            to--;
        points[n_kept] = points[to];
        at = to;
    }
    return n_kept;
}

static void path_put(struct path *path, const struct floor_spot *points, size_t n)
{
    if (n > PATH_POINTS_CAP) {
        n = PATH_POINTS_CAP;
        path->is_short = true;
    }
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && distance2(points[i], points[i - 1]) == 0)
            continue;
        path->len_cm += path->n > 0 ? root_of(distance2(path->at[path->n - 1], points[i])) : 0;
        path->at[path->n++] = points[i];
    }
}

/* Cells from the goal back to the start, as points between `from` and `to`. */
static void chain_put(const struct search *s, uint32_t end, struct floor_spot from,
                      const struct floor_spot *to, struct path *path)
{
    struct floor_spot *points = s->room->points;
    size_t n = 0, n_cells = 0;

    /* The heap is done with and holds the cells the other way round. */
    for (uint32_t cell = end; cell != NOWHERE; cell = s->room->cells[cell].from)
        s->room->heap[n_cells++] = cell;
    points[n++] = from;
    while (n_cells > 0)
        points[n++] = floor_cell_middle(s->map, s->room->heap[--n_cells]);
    if (to != NULL)
        points[n++] = *to;
    path_put(path, points, pulled(s, points, n));
}

enum err path_find(const struct floor_map *map, struct path_room *room, struct floor_spot from,
                   struct floor_spot to, uint64_t shut, struct path *path_out, struct fail *why)
{
    struct search s = {.map = map, .room = room, .shut = shut, .goal = NOWHERE, .target = to};
    uint32_t start, end;
    bool is_exact;

    *path_out = (struct path){0};
    if ((size_t)map->cols * (size_t)map->rows > room->n_cells)
        return fail_set(why, ERR_TOO_LARGE, "%d by %d cells", map->cols, map->rows);
    if (!floor_is_free(map, from.x, from.y))
        return fail_set(why, ERR_INVALID, "a walker inside a wall");
    s.shut &= ~floor_areas_at(map, from.x, from.y);
    is_exact =
        floor_is_free(map, to.x, to.y) && (floor_areas_at(map, to.x, to.y) & s.shut) == 0;
    if (is_exact && leg_is_clear(map, from, to, s.shut)) {
        path_put(path_out, (struct floor_spot[]){from, to}, 2);
        return ERR_OK;
    }
    start = cell_beside(&s, from);
    if (start == NOWHERE) {
        path_put(path_out, &from, 1);
        path_out->is_short = true;
        return ERR_OK;
    }
    if (is_exact)
        s.goal = cell_beside(&s, to);
    if (s.goal == NOWHERE || map->part_of[s.goal] != map->part_of[start]) {
        is_exact = false;
        s.goal = cell_nearest(map, to, map->part_of[start], s.shut);
    }
    if (s.goal == NOWHERE)
        s.goal = start;
    end = search_run(&s, start);
    is_exact = is_exact && end == s.goal;
    chain_put(&s, end, from, is_exact ? &to : NULL, path_out);
    path_out->is_short = path_out->is_short || !is_exact;
    return ERR_OK;
}

bool path_nearest(const struct floor_map *map, struct floor_spot at, uint64_t shut,
                  struct floor_spot *spot_out)
{
    uint32_t cell = floor_cell_at(map, at.x, at.y);

    *spot_out = at;
    if (floor_is_free(map, at.x, at.y) && map->part_of[cell] == map->main_part &&
        (floor_areas_at(map, at.x, at.y) & shut) == 0)
        return true;
    cell = cell_nearest(map, at, map->main_part, shut);
    if (cell == NOWHERE)
        return false;
    *spot_out = floor_cell_middle(map, cell);
    return true;
}

/* How far one coordinate goes before it meets the box, which starts at `low` and ends at `high`
 * on its axis. */
static int32_t stopped(int32_t at, int32_t to, int32_t low, int32_t high)
{
    if (at <= low && to > low)
        return low;
    if (at >= high && to < high)
        return high;
    return to;
}

static int32_t axis_step(const struct floor_map *map, struct floor_spot from, int32_t by,
                         bool is_x, uint64_t shut)
{
    int32_t at = is_x ? from.x : from.y, across = is_x ? from.y : from.x, to = at + by;
    int32_t most = (is_x ? map->w_cm : map->h_cm) - map->body_cm;

    to = to < map->body_cm ? map->body_cm : to > most ? most : to;
    for (size_t i = 0; i < map->n_solid + map->n_area_boxes; i++) {
        struct floor_box b;

        if (i < map->n_solid) {
            b = map->solid[i];
        } else {
            const struct floor_area_box *one = &map->area_boxes[i - map->n_solid];

            if ((shut & FLOOR_AREA_BIT(one->area)) == 0)
                continue;
            b = (struct floor_box){one->box.x1 - 1, one->box.y1 - 1, one->box.x2, one->box.y2};
        }
        if (across > (is_x ? b.y1 : b.x1) && across < (is_x ? b.y2 : b.x2))
            to = stopped(at, to, is_x ? b.x1 : b.y1, is_x ? b.x2 : b.y2);
    }
    return to;
}

struct floor_spot path_step(const struct floor_map *map, struct floor_spot from, int32_t dx_cm,
                            int32_t dy_cm, uint64_t shut)
{
    shut &= ~floor_areas_at(map, from.x, from.y);
    from.x = axis_step(map, from, dx_cm, true, shut);
    from.y = axis_step(map, from, dy_cm, false, shut);
    return from;
}

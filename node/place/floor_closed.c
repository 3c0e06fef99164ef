/* The edges of all rectangles cut the floor into a few thousand fields that are each wholly
 * wall or wholly open; so walking over fields finds every gap, however thin, and no other. */
#include <stdlib.h>

#include "node/place/floor_check.h"

struct fields {
    int32_t *xs, *ys;
    size_t n_xs, n_ys;
    uint8_t *is_stop, *is_inside, *is_seen; /* [(n_ys - 1) * (n_xs - 1)] */
    uint32_t *todo;
};

static int by_value(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

static size_t sorted_once(int32_t *values, size_t n)
{
    size_t kept = 0;

    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || values[kept - 1] != values[i])
            values[kept++] = values[i];
    return kept;
}

static size_t index_of(const int32_t *values, size_t n, int32_t value)
{
    const int32_t *at = bsearch(&value, values, n, sizeof *values, by_value);

    invariant(at != NULL, "edge %d", value);
    return (size_t)(at - values);
}

static void edges_add(struct fields *f, struct floor_box box)
{
    f->xs[f->n_xs++] = box.x1;
    f->xs[f->n_xs++] = box.x2;
    f->ys[f->n_ys++] = box.y1;
    f->ys[f->n_ys++] = box.y2;
}

static void mark(const struct fields *f, struct floor_box box, uint8_t *which)
{
    size_t x1 = index_of(f->xs, f->n_xs, box.x1), x2 = index_of(f->xs, f->n_xs, box.x2);
    size_t y2 = index_of(f->ys, f->n_ys, box.y2);

    for (size_t y = index_of(f->ys, f->n_ys, box.y1); y < y2; y++)
        memset(which + y * (f->n_xs - 1) + x1, 1, x2 - x1);
}

/* Walls that a look cannot pass, and every door: doors have a rule of their own. */
static void for_stops(const struct floor *floor, struct fields *f, uint8_t *which)
{
    for (size_t i = 0; i < floor->walls.n; i++) {
        if (floor_wall_at(floor, i)->kind != WALL_WALL)
            continue;
        if (which == NULL)
            edges_add(f, floor_box_of(&floor_wall_at(floor, i)->at));
        else
            mark(f, floor_box_of(&floor_wall_at(floor, i)->at), which);
    }
    for (size_t i = 0; i < floor->doors.n; i++) {
        if (which == NULL)
            edges_add(f, floor_box_of(&floor_door_at(floor, i)->at));
        else
            mark(f, floor_box_of(&floor_door_at(floor, i)->at), which);
    }
}

static bool spread_stays_inside(const struct fields *f)
{
    size_t w = f->n_xs - 1, h = f->n_ys - 1, n = 0;

    for (size_t i = 0; i < w * h; i++)
        if (f->is_inside[i] && !f->is_stop[i]) {
            f->is_seen[i] = 1;
            f->todo[n++] = (uint32_t)i;
        }
    while (n > 0) {
        size_t at = f->todo[--n], x = at % w, y = at / w;
        const struct {
            bool is_there;
            size_t at;
        } next[] = {{x > 0, at - 1}, {x + 1 < w, at + 1}, {y > 0, at - w}, {y + 1 < h, at + w}};

        if (!f->is_inside[at])
            return false;
        for (size_t i = 0; i < sizeof next / sizeof next[0]; i++)
            if (next[i].is_there && !f->is_stop[next[i].at] && !f->is_seen[next[i].at]) {
                f->is_seen[next[i].at] = 1;
                f->todo[n++] = (uint32_t)next[i].at;
            }
    }
    return true;
}

static void edges_collect(const struct floor *floor, const struct floor_area *area,
                          struct fields *f)
{
    edges_add(f, (struct floor_box){0, 0, (int32_t)floor->w_cm, (int32_t)floor->h_cm});
    for (size_t i = 0; i < area->rects.n; i++)
        edges_add(f, floor_box_of(floor_area_rect(area, i)));
    for_stops(floor, f, NULL);
    f->n_xs = sorted_once(f->xs, f->n_xs);
    f->n_ys = sorted_once(f->ys, f->n_ys);
}

bool floor_area_is_closed(struct floor_checking *c, size_t area)
{
    const struct floor_area *room = floor_area_nth(c->floor, area);
    size_t n_edges = 2 * (c->floor->walls.n + c->floor->doors.n + room->rects.n + 1), n_fields;
    struct fields f = {.xs = calloc(n_edges, sizeof *f.xs),
                       .ys = calloc(n_edges, sizeof *f.ys)};
    bool is_closed = false;

    c->rc = ERR_NOMEM;
    if (f.xs == NULL || f.ys == NULL)
        goto out;
    edges_collect(c->floor, room, &f);
    invariant(f.n_xs > 1 && f.n_ys > 1, "%zu by %zu edges", f.n_xs, f.n_ys);
    n_fields = (f.n_xs - 1) * (f.n_ys - 1);
    f.is_stop = calloc(3, n_fields);
    f.todo = calloc(n_fields, sizeof *f.todo);
    if (f.is_stop == NULL || f.todo == NULL)
        goto out;
    f.is_inside = f.is_stop + n_fields;
    f.is_seen = f.is_inside + n_fields;
    for_stops(c->floor, &f, f.is_stop);
    for (size_t i = 0; i < room->rects.n; i++)
        mark(&f, floor_box_of(floor_area_rect(room, i)), f.is_inside);
    is_closed = spread_stays_inside(&f);
    c->rc = ERR_OK;
out:
    free(f.xs);
    free(f.ys);
    free(f.is_stop);
    free(f.todo);
    return is_closed;
}

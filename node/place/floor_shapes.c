#include "node/place/catalogue.h"
#include "node/place/floor_check.h"
#include "node/place/floor_map.h"

/* They share an inside or a stretch of edge. */
static bool boxes_touch(struct floor_box a, struct floor_box b)
{
    int32_t w = (a.x2 < b.x2 ? a.x2 : b.x2) - (a.x1 > b.x1 ? a.x1 : b.x1);
    int32_t h = (a.y2 < b.y2 ? a.y2 : b.y2) - (a.y1 > b.y1 ? a.y1 : b.y1);

    return w >= 0 && h >= 0 && (w > 0 || h > 0);
}

static void area_whole(struct floor_checking *c, size_t i)
{
    const struct floor_area *area = floor_area_nth(c->floor, i);
    bool is_met[FLOOR_N_RECTS] = {true};
    size_t n_met = 1, before;

    do {
        before = n_met;
        for (size_t a = 0; a < area->rects.n; a++)
            for (size_t b = 0; is_met[a] && b < area->rects.n; b++)
                if (!is_met[b] && boxes_touch(floor_box_of(floor_area_rect(area, a)),
                                              floor_box_of(floor_area_rect(area, b)))) {
                    is_met[b] = true;
                    n_met++;
                }
    } while (n_met > before);
    if (n_met < area->rects.n)
        floor_breach(c, "area-split", "区画の四角は、つながっていなければなりません。",
                     "/areas/%zu/rects", i);
}

static bool areas_meet(const struct floor_area *a, const struct floor_area *b)
{
    for (size_t i = 0; i < a->rects.n; i++)
        for (size_t k = 0; k < b->rects.n; k++)
            if (floor_boxes_meet(floor_box_of(floor_area_rect(a, i)),
                                 floor_box_of(floor_area_rect(b, k))))
                return true;
    return false;
}

/* Each rectangle of the inner lies within one of the outer. */
static bool may_lie_in(const struct floor_area *inner, const struct floor_area *outer)
{
    if (inner->kind != FLOOR_BOARD && inner->kind != FLOOR_STAGE && inner->kind != FLOOR_PORTAL)
        return false;
    if (outer->kind == FLOOR_COUNSEL)
        return false;
    for (size_t i = 0; i < inner->rects.n; i++) {
        struct floor_box in = floor_box_of(floor_area_rect(inner, i));
        bool is_held = false;

        for (size_t k = 0; k < outer->rects.n; k++) {
            struct floor_box out = floor_box_of(floor_area_rect(outer, k));

            is_held = is_held || (in.x1 >= out.x1 && in.y1 >= out.y1 && in.x2 <= out.x2 &&
                                  in.y2 <= out.y2);
        }
        if (!is_held)
            return false;
    }
    return true;
}

static void areas_check(struct floor_checking *c)
{
    for (size_t i = 0; i < c->floor->areas.n; i++) {
        const struct floor_area *a = floor_area_nth(c->floor, i);

        area_whole(c, i);
        for (size_t k = 0; k < i; k++) {
            const struct floor_area *b = floor_area_nth(c->floor, k);

            if (areas_meet(a, b) && !may_lie_in(a, b) && !may_lie_in(b, a)) {
                floor_breach(c, "area-overlap",
                             "区画が重なっています。中に置けるのは掲示・舞台・出口だけです。",
                             "/areas/%zu", i);
                break;
            }
        }
        if (a->kind == FLOOR_COUNSEL && c->rc == ERR_OK && !floor_area_is_closed(c, i))
            floor_breach(c, "counsel-open",
                         "相談の部屋は、窓のない壁とドアで、すきまなく囲んでください。",
                         "/areas/%zu", i);
    }
}

static bool is_solid(const struct floor_object *object)
{
    return (catalogue[object->item].flags & CATALOGUE_SOLID) != 0;
}

static bool door_is_blocked(const struct floor *f, struct floor_box door)
{
    for (size_t i = 0; i < f->walls.n; i++)
        if (floor_boxes_meet(door, floor_box_of(&floor_wall_at(f, i)->at)))
            return true;
    for (size_t i = 0; i < f->objects.n; i++)
        if (is_solid(floor_object_at(f, i)) &&
            floor_boxes_meet(door, floor_box_of_object(floor_object_at(f, i))))
            return true;
    return false;
}

static void door_check(struct floor_checking *c, size_t i)
{
    const struct floor *f = c->floor;
    const struct floor_door *door = floor_door_at(f, i);
    struct floor_box box = floor_box_of(&door->at);
    const struct floor_area *area = NULL;
    bool touches = false;

    for (size_t k = 0; k < f->areas.n; k++)
        if (span_eq(floor_area_nth(f, k)->id, door->area))
            area = floor_area_nth(f, k);
    for (size_t k = 0; area != NULL && k < area->rects.n; k++)
        touches = touches || boxes_touch(box, floor_box_of(floor_area_rect(area, k)));
    if (!touches)
        floor_breach(c, "door-away", "ドアは、その先の区画に接していなければなりません。",
                     "/doors/%zu", i);
    if (door->at.w < FLOOR_DOOR_CM && door->at.h < FLOOR_DOOR_CM)
        floor_breach(c, "door-narrow", "ドアの幅は 80 cm 以上にしてください。", "/doors/%zu",
                     i);
    if (door_is_blocked(f, box))
        floor_breach(c, "door-blocked", "ドアが壁や家具でふさがっています。", "/doors/%zu", i);
    if (area != NULL && area->kind == FLOOR_COUNSEL && !door->is_shut)
        floor_breach(c, "counsel-door", "相談の部屋のドアは、閉まるドアにしてください。",
                     "/doors/%zu/shut", i);
}

static void objects_check(struct floor_checking *c)
{
    const struct floor *f = c->floor;

    for (size_t i = 0; i < f->objects.n; i++) {
        const struct floor_object *object = floor_object_at(f, i);
        struct floor_box box = floor_box_of_object(object);

        if ((catalogue[object->item].flags & CATALOGUE_FLAT) != 0)
            continue;
        for (size_t k = 0; k < f->walls.n; k++)
            if (floor_boxes_meet(box, floor_box_of(&floor_wall_at(f, k)->at))) {
                floor_breach(c, "object-in-wall", "家具が壁に入っています。", "/objects/%zu",
                             i);
                break;
            }
        for (size_t k = 0; is_solid(object) && k < i; k++)
            if (is_solid(floor_object_at(f, k)) &&
                floor_boxes_meet(box, floor_box_of_object(floor_object_at(f, k)))) {
                floor_breach(c, "object-overlap", "通れない家具どうしが重なっています。",
                             "/objects/%zu", i);
                break;
            }
    }
}

static void spawns_check(struct floor_checking *c, const struct floor_map *map)
{
    for (size_t i = 0; i < c->floor->spawns.n; i++) {
        const struct floor_spawn *s = floor_spawn_at(c->floor, i);
        uint8_t area = floor_area_at(map, s->x, s->y);

        if (!floor_is_free(map, s->x, s->y) || !map->is_free[floor_cell_at(map, s->x, s->y)])
            floor_breach(c, "spawn-blocked", "入り口に、人が立つ場所がありません。",
                         "/spawns/%zu", i);
        else if (area != FLOOR_NO_AREA && floor_area_nth(c->floor, area)->lock != LOCK_OPEN)
            floor_breach(c, "spawn-inside", "鍵のかかる区画の中は、入り口にできません。",
                         "/spawns/%zu", i);
    }
}

static bool map_make(struct floor_checking *c, const struct floor_map **map_out)
{
    c->rc = floor_map_create(c->floor, FLOOR_BODY_CM, c->arena, map_out, NULL);
    return c->rc == ERR_OK;
}

void floor_check_shapes(struct floor_checking *c)
{
    const struct floor_map *map = NULL;

    areas_check(c);
    for (size_t i = 0; i < c->floor->doors.n; i++)
        door_check(c, i);
    objects_check(c);
    if (c->rc == ERR_OK && map_make(c, &map))
        spawns_check(c, map);
}

static void rooms_check(struct floor_checking *c, const struct floor_map *map)
{
    int64_t n_free[FLOOR_N_AREAS] = {0};

    for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++)
        if (map->part_of[cell] == map->main_part && map->area_of[cell] != FLOOR_NO_AREA)
            n_free[map->area_of[cell]]++;
    for (size_t i = 0; i < c->floor->areas.n; i++) {
        const struct floor_area *area = floor_area_nth(c->floor, i);

        if (area->lock == LOCK_CLOSED)
            continue;
        if (n_free[i] == 0)
            floor_breach(c, "area-shut-off", "この区画へ行く道がありません。", "/areas/%zu", i);
        else if (n_free[i] / 4 < area->capacity) /* 50 cm by 50 cm each */
            floor_breach(c, "area-small", "定員の人数が立てる広さがありません。",
                         "/areas/%zu/capacity", i);
    }
}

static bool is_near_way(const struct floor_map *map, const struct floor_board *board)
{
    for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++) {
        struct floor_spot at = floor_cell_middle(map, cell);
        int64_t dx = at.x - board->x, dy = at.y - board->y;

        if (map->part_of[cell] == map->main_part &&
            dx * dx + dy * dy <= (int64_t)FLOOR_BOARD_CM * FLOOR_BOARD_CM)
            return true;
    }
    return false;
}

void floor_check_ways(struct floor_checking *c)
{
    const struct floor_map *map = NULL;

    if (!map_make(c, &map))
        return;
    for (size_t i = 1; i < c->floor->spawns.n; i++) {
        const struct floor_spawn *s = floor_spawn_at(c->floor, i);

        if (map->part_of[floor_cell_at(map, s->x, s->y)] != map->main_part)
            floor_breach(c, "spawn-apart", "ほかの入り口から、ここまで歩いて行けません。",
                         "/spawns/%zu", i);
    }
    rooms_check(c, map);
    for (size_t i = 0; i < c->floor->boards.n; i++)
        if (!is_near_way(map, floor_board_at(c->floor, i)))
            floor_breach(c, "board-far", "掲示板の前に、人が立つ場所がありません。",
                         "/boards/%zu", i);
}

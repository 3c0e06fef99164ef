#include "node/place/floor.h"

#include "node/place/catalogue.h"

struct floor_box floor_box_of(const struct floor_rect *rect)
{
    return (struct floor_box){(int32_t)rect->x, (int32_t)rect->y, (int32_t)(rect->x + rect->w),
                              (int32_t)(rect->y + rect->h)};
}

struct floor_box floor_box_of_object(const struct floor_object *object)
{
    const struct catalogue_item *item = &catalogue[object->item];
    bool is_across = object->turn % 2 == 1;
    int32_t w = is_across ? item->h_cm : item->w_cm, h = is_across ? item->w_cm : item->h_cm;
    int32_t x = (int32_t)object->x - w / 2, y = (int32_t)object->y - h / 2;

    return (struct floor_box){x, y, x + w, y + h};
}

bool floor_boxes_meet(struct floor_box a, struct floor_box b)
{
    return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

bool floor_box_holds(struct floor_box box, int64_t x, int64_t y)
{
    return box.x1 <= x && x < box.x2 && box.y1 <= y && y < box.y2;
}

/* Separating axes: the box's two, then the line's normal. All in whole numbers, so that two
 * machines and two languages never differ by a rounding. */
bool floor_box_is_crossed(struct floor_box box, int64_t x1, int64_t y1, int64_t x2, int64_t y2)
{
    int64_t dx = x2 - x1, dy = y2 - y1, a, b, c, d, least, most;

    if ((x1 <= box.x1 && x2 <= box.x1) || (x1 >= box.x2 && x2 >= box.x2) ||
        (y1 <= box.y1 && y2 <= box.y1) || (y1 >= box.y2 && y2 >= box.y2))
        return false;
    if (dx == 0 && dy == 0)
        return true;
    a = dx * (box.y1 - y1) - dy * (box.x1 - x1);
    b = dx * (box.y1 - y1) - dy * (box.x2 - x1);
    c = dx * (box.y2 - y1) - dy * (box.x1 - x1);
    d = dx * (box.y2 - y1) - dy * (box.x2 - x1);
    least = a < b ? a : b;
    least = c < least ? c : least;
    least = d < least ? d : least;
    most = a > b ? a : b;
    most = c > most ? c : most;
    most = d > most ? d : most;
    return least < 0 && most > 0;
}

const struct floor_wall *floor_wall_at(const struct floor *floor, size_t i)
{
    return (const struct floor_wall *)floor->walls.at + i;
}

const struct floor_door *floor_door_at(const struct floor *floor, size_t i)
{
    return (const struct floor_door *)floor->doors.at + i;
}

const struct floor_area *floor_area_nth(const struct floor *floor, size_t i)
{
    return (const struct floor_area *)floor->areas.at + i;
}

const struct floor_object *floor_object_at(const struct floor *floor, size_t i)
{
    return (const struct floor_object *)floor->objects.at + i;
}

const struct floor_board *floor_board_at(const struct floor *floor, size_t i)
{
    return (const struct floor_board *)floor->boards.at + i;
}

const struct floor_spawn *floor_spawn_at(const struct floor *floor, size_t i)
{
    return (const struct floor_spawn *)floor->spawns.at + i;
}

const struct floor_rect *floor_area_rect(const struct floor_area *area, size_t i)
{
    return (const struct floor_rect *)area->rects.at + i;
}

/* Who hears whom: words stay in the innermost area around the speaker that is not for everyone
 * to hear, or to see; elsewhere the whole copy reads them. */
#include "node/place/world_priv.h"

struct span world_voice(const struct world_person *person)
{
    const struct world_copy *copy = person->copy;
    const struct floor_map *map = world_map(copy);
    uint64_t hushed = world_body_of(person)->areas & copy->hushed;

    if (hushed == 0)
        return SPAN_NONE;
    for (size_t i = 0; i < map->n_area_boxes; i++) /* the smallest first */
        if ((hushed & FLOOR_AREA_BIT(map->area_boxes[i].area)) != 0)
            return floor_area_nth(copy->ground->floor, map->area_boxes[i].area)->id;
    return SPAN_NONE;
}

/* From outside, by the area's list; into a closed room nobody hears who does not see into it.
 */
static bool overhears(const struct world_person *listener, struct span room)
{
    const struct world_copy *copy = listener->copy;
    int area = world_area_find(copy, room);

    return area >= 0 &&
           world_is_listed(&floor_area_nth(copy->ground->floor, (size_t)area)->hear,
                           &listener->look) &&
           ((copy->rooms & FLOOR_AREA_BIT(area)) == 0 ||
            world_can_see(copy, world_body_of(listener), (unsigned)area));
}

bool world_hears(const struct world_person *listener, struct span room)
{
    return span_eq(world_voice(listener), room) || (room.len > 0 && overhears(listener, room));
}

enum err world_seat_owner(const struct world_person *viewer, uint16_t seat, void **owner_out,
                          struct fail *why)
{
    struct world_person *person = NULL;
    enum err rc = world_seat_find(viewer, seat, &person, why);

    *owner_out = NULL;
    if (rc == ERR_OK && (person == viewer || person->owner == NULL))
        rc = fail_field(why, ERR_NOT_FOUND, "seat", "himself");
    if (rc == ERR_OK)
        *owner_out = person->owner;
    return rc;
}

/* ---- aloud ---- */

/* Made for talking apart, whatever its walls are drawn like. */
static bool is_apart(const struct world_copy *copy, unsigned area)
{
    switch ((enum floor_kind)floor_area_nth(copy->ground->floor, area)->kind) {
    case FLOOR_CLASS:
    case FLOOR_QUIET:
    case FLOOR_STUDY:
    case FLOOR_COUNSEL:
        return true;
    case FLOOR_PLAZA:
    case FLOOR_LOUNGE:
    case FLOOR_BOARD:
    case FLOOR_STAGE:
    case FLOOR_PORTAL:
        break;
    }
    return (copy->hushed & FLOOR_AREA_BIT(area)) != 0;
}

struct world_sound world_sound(const struct world_person *person)
{
    const struct world_copy *copy = person->copy;
    const struct floor_map *map = world_map(copy);
    const struct world_body *body = world_body_of(person);
    struct world_sound sound = {.area = -1, .is_sealed = body->channel != CHANNEL_PUBLIC};
    /* Of a puppet no area is kept: nothing counts it. */
    const uint64_t areas =
        (body->flags & BODY_PUPPET) != 0 ? floor_areas_at(map, body->x, body->y) : body->areas;

    for (size_t i = 0; i < map->n_area_boxes; i++) { /* the smallest first */
        unsigned area = map->area_boxes[i].area;
        int quiet = floor_area_nth(copy->ground->floor, area)->quiet;

        if ((areas & FLOOR_AREA_BIT(area)) == 0)
            continue;
        if (quiet > sound.hush)
            sound.hush = quiet;
        if (sound.area < 0 && is_apart(copy, area))
            sound.area = (int)area;
    }
    if (sound.is_sealed)
        sound.area = body->channel;
    return sound;
}

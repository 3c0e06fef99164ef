/* Where a voice goes: to the room one stands in (world_sound), or to the open floor, one zone a
 * copy. A closed room (world.h: a channel of its own) is sealed: nothing that is said comes
 * out, and no announcement in. */
#include "node/place/speech_priv.h"

#define AREAS_A_COPY (FLOOR_N_AREAS + 1) /* and the open floor */

struct speech_where speech_where_at(const struct world_person *person,
                                    const struct place_floor *floor, int copy)
{
    const struct world_sound sound = world_sound(person);
    struct speech_where where = {.hush = sound.hush};

    where.seat.floor = floor->bit + 1;
    where.seat.sealed = sound.is_sealed;
    /* Never 0; the same for no two rooms of the node. */
    where.seat.zone =
        ((uint32_t)floor->bit * PLACE_COPIES_CAP + (uint32_t)copy - 1) * AREAS_A_COPY +
        (uint32_t)(sound.area + 1) + 1;
    return where;
}

struct speech_where speech_where(const struct visit *visit)
{
    return visit->person == NULL ? (struct speech_where){.hush = HUSH_OPEN}
                                 : speech_where_at(visit->person, visit->floor, visit->copy);
}

#include "node/place/place_seen.h"

#include <stdio.h>

#include "node/base/log.h"
#include "node/place/place_priv.h"
#include "node/place/world_show.h"

_Static_assert(PLACE_SEEN_FLOOR_CAP == PLACE_FLOOR_CAP, "the id of a floor");

static bool is_inside(const struct world_where *where, struct span area)
{
    const struct ground *ground = world_copy_ground(where->copy);
    uint64_t areas = floor_areas_at(ground->map, where->spot.x, where->spot.y);

    for (size_t i = 0; area.len > 0 && i < ground->floor->areas.n; i++)
        if (span_eq(floor_area_nth(ground->floor, i)->id, area))
            return (areas & FLOOR_AREA_BIT(i)) != 0;
    return false;
}

static bool see(const struct visit *visit, struct span area, struct place_seen *out)
{
    struct world_where where;

    if (visit == NULL || visit->person == NULL)
        return false;
    world_where(visit->person, &where);
    *out = (struct place_seen){.visit = visit->id,
                               .is_held = visit->guest == NULL,
                               .heard_utc_us = visit->guest == NULL ? visit->heard_utc_us : 0,
                               .is_inside = is_inside(&where, area),
                               .seat = where.seat,
                               .is_trial = visit->pass.is_trial,
                               .name = world_name(visit->person, false)};
    snprintf(out->floor, sizeof out->floor, "%s", visit->floor->id);
    return true;
}

bool place_seen(struct place *place, struct id account, struct span area,
                struct place_seen *seen_out)
{
    return see(visit_find(place, account), area, seen_out);
}

bool place_acts(struct command_call *call, struct span area, struct place_seen *seen_out)
{
    const struct guest *guest = place_acted(call);

    if (see(guest->visit, area, seen_out))
        return true;
    command_refuse(call, "not-here", "まだフロアに入っていません。");
    return false;
}

void place_walk_to(struct place *place, struct id account, struct span area)
{
    const struct visit *visit = visit_find(place, account);
    struct fail why = {.code = ERR_OK};

    if (visit == NULL || visit->person == NULL || area.len == 0)
        return;
    /* Who only watches stays where he is; a closed room he enters by himself. */
    if (world_go(visit->person, 'a', area, place_ms(place_now()), &why) != ERR_OK &&
        why.code == ERR_INTERNAL)
        log_warn("place.walk-to", L_FAIL(&why));
}

void place_show(struct place *place, struct id account, const struct live_event *event,
                const void *of)
{
    const struct visit *visit = visit_find(place, account);
    struct fail why = {.code = ERR_OK};

    if (visit != NULL && visit->person != NULL &&
        world_show(visit->person, event, of, &why) != ERR_OK)
        log_warn("place.unshown", L_TEXT("event", event->name), L_FAIL(&why));
}

/* Guest teachers and floors: somebody of the role guest_teacher may come to the floor of a
 * lesson that he teaches, from ten minutes before it to its end; no rule of access needs to
 * name him, and none that names him is left over. On the live thread. */
#include "node/base/clock.h"
#include "node/classes/lessons_priv.h"
#include "node/place/place_guest.h"

#define BEFORE_US (10 * MINUTE_US)

static bool is_open(const struct lesson_room *room, int64_t now_utc_us)
{
    return room->is_planned && !room->of.is_cancelled &&
           room->of.from_utc_us - BEFORE_US <= now_utc_us && now_utc_us < room->of.to_utc_us;
}

static bool teaches(void *arg, struct span floor, struct id account, int64_t now_utc_us)
{
    const struct lessons *lessons = arg;

    for (const struct lesson_room *room = lessons->rooms; room != NULL; room = room->next)
        if (is_open(room, now_utc_us) && span_eq(floor, span_text(room->of.floor)) &&
            (id_eq(room->of.team.main, account) || id_eq(room->of.team.sub, account)))
            return true;
    return false;
}

static uint64_t mix(uint64_t mark, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < n; i++)
        mark = (mark ^ at[i]) * UINT64_C(0x100000001b3);
    return mark;
}

void lesson_guest_sweep(struct lessons *lessons, int64_t now_utc_us)
{
    struct place *place = lessons->conf.services->place;
    uint64_t mark = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    if (place == NULL)
        return;
    for (const struct lesson_room *room = lessons->rooms; room != NULL; room = room->next) {
        if (!is_open(room, now_utc_us))
            continue;
        mark = mix(mark, &room->of.team.main, sizeof room->of.team.main);
        mark = mix(mark, &room->of.team.sub, sizeof room->of.team.sub);
        mark = mix(mark, room->of.floor, strlen(room->of.floor));
    }
    if (lessons->guest_mark == 0)
        place_guest_gate_set(place, teaches, lessons);
    if (mark != lessons->guest_mark)
        place_guest_again(place);
    lessons->guest_mark = mark;
}

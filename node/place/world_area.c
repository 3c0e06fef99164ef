/* Areas: who may enter, what is full, which of them are closed rooms. Sets of areas are kept up
 * to date with every step, so that asking costs nothing. */
#include <stdio.h>

#include "node/place/world_priv.h"

/* A lock that was just changed is not known to every client: no breach yet. */
#define LOCK_KNOWN_MS 3000

static const struct floor_area *area_nth(const struct world_copy *copy, size_t i)
{
    return floor_area_nth(copy->ground->floor, i);
}

static bool has_word(const struct jx_texts *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (span_eq(list->at[i], span_text(word)))
            return true;
    return false;
}

static bool has_group(const struct jx_texts *list, const struct world_look *look)
{
    for (size_t i = 0; i < WORLD_GROUPS_CAP && look->groups[i][0] != '\0'; i++) {
        char word[48];

        snprintf(word, sizeof word, "group:%s", look->groups[i]);
        if (has_word(list, word))
            return true;
    }
    return false;
}

bool world_is_listed(const struct jx_texts *list, const struct world_look *look)
{
    return has_word(list, "everyone") || has_word(list, role_id(look->role)) ||
           (look->is_staff && has_word(list, "staff")) || has_group(list, look);
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

void world_areas_read(struct world_copy *copy)
{
    size_t n = copy->ground->floor->areas.n;

    copy->rooms = copy->hushed = 0;
    for (size_t i = 0; i < n; i++) {
        if (!has_word(&area_nth(copy, i)->see, "everyone"))
            copy->rooms |= FLOOR_AREA_BIT(i);
        if (!has_word(&area_nth(copy, i)->hear, "everyone"))
            copy->hushed |= FLOOR_AREA_BIT(i);
    }
    copy->hushed |= copy->rooms;
    /* A board in a counselling room is seen by nobody who does not see into the room. */
    for (size_t i = 0; i < n; i++) {
        copy->need[i] = 0;
        for (size_t k = 0; k < n; k++)
            if ((copy->rooms & FLOOR_AREA_BIT(k)) != 0 &&
                (i == k || areas_meet(area_nth(copy, i), area_nth(copy, k))))
                copy->need[i] |= FLOOR_AREA_BIT(k);
    }
    for (size_t i = 0; i < n; i++)
        world_area_update(copy, i);
}

int world_lock_of(const struct world_copy *copy, size_t area)
{
    return copy->lock[area] == WORLD_LOCK_FILE ? area_nth(copy, area)->lock : copy->lock[area];
}

static void bit_set(uint64_t *set, size_t i, bool is_in)
{
    *set = is_in ? *set | FLOOR_AREA_BIT(i) : *set & ~FLOOR_AREA_BIT(i);
}

void world_area_update(struct world_copy *copy, size_t area)
{
    int lock = world_lock_of(copy, area);

    bit_set(&copy->full, area, copy->n_in[area] >= area_nth(copy, area)->capacity);
    bit_set(&copy->closed, area, lock == LOCK_CLOSED);
    bit_set(&copy->by_staff, area, lock == LOCK_STAFF);
    bit_set(&copy->in_use, area, lock == LOCK_IN_USE && copy->n_in[area] > 0);
}

void world_rights_read(struct world_person *person)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);
    const struct world_look *look = &person->look;

    person->who_shut = 0;
    body->sees = 0;
    for (size_t i = 0; i < copy->ground->floor->areas.n; i++) {
        const struct floor_area *area = area_nth(copy, i);

        if (!world_is_listed(&area->enter, look))
            person->who_shut |= FLOOR_AREA_BIT(i);
        /* Of a counselling room nobody outside knows anything, whatever its file says. */
        if (area->kind != FLOOR_COUNSEL && world_is_listed(&area->see, look))
            body->sees |= FLOOR_AREA_BIT(i);
    }
    body->flags = (uint16_t)(body->flags & ~(BODY_STAFF | BODY_IDS));
    body->flags = (uint16_t)(body->flags | (look->is_staff ? BODY_STAFF : 0) |
                             (look->may_see_ids ? BODY_IDS : 0));
}

int world_area_find(const struct world_copy *copy, struct span id)
{
    for (size_t i = 0; i < copy->ground->floor->areas.n; i++)
        if (span_eq(area_nth(copy, i)->id, id))
            return (int)i;
    return -1;
}

/* A door that staff open, nobody else opens. */
static uint64_t invited_to(const struct world_person *person, int64_t now_ms)
{
    uint64_t by_staff = 0, by_others = 0;

    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        if (person->invites[i].until_ms >= now_ms && person->invites[i].area >= 0)
            *(person->invites[i].is_by_staff ? &by_staff : &by_others) |=
                FLOOR_AREA_BIT(person->invites[i].area);
    return by_staff | (by_others & ~person->copy->by_staff);
}

uint64_t world_shut(const struct world_person *person, int64_t now_ms)
{
    const struct world_copy *copy = person->copy;
    const struct world_body *body = world_body_of(person);
    uint64_t own = body->channel == CHANNEL_PUBLIC ? 0 : FLOOR_AREA_BIT(body->channel);
    uint64_t locked = copy->in_use | ((body->flags & BODY_STAFF) != 0 ? 0 : copy->by_staff);

    return (copy->rooms & ~own) | person->who_shut | copy->closed | copy->full |
           (locked & ~invited_to(person, now_ms));
}

static enum err refuse_lock(const struct world_copy *copy, size_t area, int64_t now_ms,
                            struct fail *why)
{
    enum err rc = now_ms - copy->lock_ms[area] < LOCK_KNOWN_MS ? ERR_CONFLICT : ERR_DENIED;

    return fail_field(why, rc, "area-locked", "area %zu is locked", area);
}

/* An answer is never newer than the map: what it says follows from what everybody was told of
 * the room and from who vanished since. Somebody may have gone in since that word only when
 * somebody vanished; so while people come and go, nobody goes in unasked, unless it is his turn
 * (world_claim.c); whether one went in, another room was taken or somebody just went home, is
 * one answer. Else to try a door would pair the name that vanished a moment ago with it. */
static enum err room_may(const struct world_person *person, size_t area, struct fail *why)
{
    const struct world_copy *copy = person->copy;
    uint64_t bit = FLOOR_AREA_BIT(area);
    bool is_by_use = world_lock_of(copy, area) == LOCK_IN_USE;

    if (is_by_use && (copy->told_in_use & bit) != 0)
        return fail_field(why, ERR_CONFLICT, "in-use", "area %zu was told in use", area);
    if ((copy->told_full & bit) != 0)
        return fail_field(why, ERR_BUSY, "area-full", "area %zu was told full", area);
    if ((is_by_use && world_is_restless(copy) && !world_claim_is_ready(person, area)) ||
        ((copy->in_use | copy->full) & bit) != 0)
        return fail_field(why, ERR_CONFLICT, "area-wait", "area %zu is not settled", area);
    return ERR_OK;
}

enum err world_area_may(const struct world_person *person, size_t area, bool is_back,
                        int64_t now_ms, struct fail *why)
{
    const struct world_copy *copy = person->copy;
    uint64_t bit = FLOOR_AREA_BIT(area);
    bool is_asked = is_back || (invited_to(person, now_ms) & bit) != 0;

    if ((person->who_shut & bit) != 0)
        return fail_field(why, ERR_DENIED, "area-who", "area %zu is for others", area);
    if ((copy->closed & bit) != 0 ||
        ((copy->by_staff & bit) != 0 && !person->look.is_staff && !is_asked))
        return refuse_lock(copy, area, now_ms, why);
    /* Clients hear of it a beat late: to ask is no breach. */
    if ((copy->rooms & bit) != 0 && !person->look.is_staff && !is_asked)
        return room_may(person, area, why);
    if (!is_back && world_claim_is_others(person, area))
        return fail_field(why, ERR_CONFLICT, "area-wait", "area %zu is put by", area);
    if ((copy->in_use & bit) != 0 && !is_asked)
        return fail_field(why, ERR_CONFLICT, "in-use", "area %zu is in use", area);
    if ((copy->full & bit) != 0)
        return fail_field(why, ERR_BUSY, "area-full", "area %zu is full", area);
    return ERR_OK;
}

unsigned world_channel_at(const struct world_copy *copy, struct floor_spot spot)
{
    const struct floor_map *map = world_map(copy);

    for (size_t i = 0; copy->rooms != 0 && i < map->n_area_boxes; i++)
        if ((copy->rooms & FLOOR_AREA_BIT(map->area_boxes[i].area)) != 0 &&
            floor_box_holds(map->area_boxes[i].box, spot.x, spot.y))
            return map->area_boxes[i].area;
    return CHANNEL_PUBLIC;
}

/* Closed rooms: one enters by asking, not by walking, and comes out where one comes in to the
 * floor, with a new seat; so that for those outside entering is leaving the floor, and leaving
 * is coming to it. */
#include "node/place/world_priv.h"

static enum err find(const struct world_copy *copy, struct span id, size_t *area_out,
                     struct fail *why)
{
    int area = world_area_find(copy, id);

    if (area < 0)
        return fail_field(why, ERR_NOT_FOUND, "area", "no such area");
    *area_out = (size_t)area;
    return ERR_OK;
}

static bool is_room(const struct world_copy *copy, size_t area)
{
    return (copy->rooms & FLOOR_AREA_BIT(area)) != 0;
}

/* The middle of its door, or of its first part. */
static struct floor_spot door_of(const struct world_copy *copy, size_t area)
{
    const struct floor *floor = copy->ground->floor;
    const struct floor_rect *at = floor_area_rect(floor_area_nth(floor, area), 0);

    for (size_t i = 0; i < floor->doors.n; i++)
        if (span_eq(floor_door_at(floor, i)->area, floor_area_nth(floor, area)->id)) {
            at = &floor_door_at(floor, i)->at;
            break;
        }
    return (struct floor_spot){(int32_t)(at->x + at->w / 2), (int32_t)(at->y + at->h / 2)};
}

static void invite_use(struct world_person *person, size_t area)
{
    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        if (person->invites[i].area == (int)area)
            person->invites[i].area = -1;
}

/* In the place of an older one of the same to the same room, of none, or of the oldest. */
static void invite_put(struct world_person *person, const struct world_person *by, size_t area,
                       int64_t now_ms)
{
    size_t at = 0;

    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        if (person->invites[i].area == (int)area &&
            id_eq(person->invites[i].by, by->look.account))
            person->invites[i].area = -1;
    for (size_t i = 1; i < WORLD_N_INVITES; i++)
        if (person->invites[at].area >= 0 &&
            (person->invites[i].area < 0 ||
             person->invites[i].until_ms < person->invites[at].until_ms))
            at = i;
    person->invites[at].area = (int)area;
    person->invites[at].until_ms = now_ms + WORLD_ASK_MS;
    person->invites[at].by = by->look.account;
    person->invites[at].is_by_staff = by->look.is_staff;
}

/* Others may be inside by now, who asked nobody. */
void world_invites_withdraw(const struct world_person *by)
{
    const struct world_copy *copy = by->copy;
    int area = world_body_of(by)->channel;

    if (area == CHANNEL_PUBLIC)
        return;
    for (uint32_t i = 0; i < copy->n; i++)
        for (size_t k = 0; k < WORLD_N_INVITES; k++)
            if (copy->people[i]->invites[k].area == area &&
                id_eq(copy->people[i]->invites[k].by, by->look.account))
                copy->people[i]->invites[k].area = -1;
}

/* Staff decide anew who comes in; whom they asked themselves may still come. */
static void invites_of_others_end(struct world_copy *copy, size_t area)
{
    for (uint32_t i = 0; i < copy->n; i++)
        for (size_t k = 0; k < WORLD_N_INVITES; k++)
            if (copy->people[i]->invites[k].area == (int)area &&
                !copy->people[i]->invites[k].is_by_staff)
                copy->people[i]->invites[k].area = -1;
}

/* A moment ago: he has been told. */
static bool was_invited(const struct world_person *person, size_t area, int64_t now_ms)
{
    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        if (person->invites[i].area == (int)area &&
            person->invites[i].until_ms > now_ms + WORLD_ASK_MS - WORLD_AGAIN_MS)
            return true;
    return false;
}

enum err world_area_enter(struct world_person *person, struct span id, int64_t now_ms,
                          struct fail *why)
{
    struct world_copy *copy = person->copy;
    struct floor_spot spot;
    size_t area = 0;
    enum err rc;

    if (person->rung == RUNG_WATCH)
        return fail_field(why, ERR_DENIED, "watch-walk", "walks while only watching");
    rc = find(copy, id, &area, why);
    if (rc != ERR_OK)
        return rc;
    if (!is_room(copy, area))
        return world_go(person, 'a', id, now_ms, why);
    if (world_body_of(person)->channel == area)
        return ERR_OK;
    rc = world_area_may(person, area, false, now_ms, why);
    if (rc == ERR_CONFLICT && world_lock_of(copy, area) == LOCK_IN_USE)
        world_claim_ask(person, area, now_ms);
    if (rc != ERR_OK)
        return rc;
    /* What lies in the room with it may be shut on its own. */
    if (!world_spot_in(copy, person->at, area, door_of(copy, area),
                       world_shut(person, now_ms) & ~FLOOR_AREA_BIT(area) & ~copy->rooms,
                       &spot))
        return fail_field(why, ERR_BUSY, "area-full", "nowhere to stand");
    if (person->is_away)
        world_away_set(person, false, now_ms);
    invite_use(person, area);
    world_channel_move(person, (unsigned)area, spot);
    world_here_send(person, now_ms);
    return ERR_OK;
}

enum err world_area_leave(struct world_person *person, int64_t now_ms, struct fail *why)
{
    struct world_body *body = world_body_of(person);
    struct floor_spot spot;

    if (body->channel == CHANNEL_PUBLIC)
        return ERR_OK;
    if (!world_spot_public(person, now_ms, &spot))
        return fail_field(why, ERR_BUSY, "area-full", "nowhere to stand");
    world_channel_move(person, CHANNEL_PUBLIC, spot);
    world_here_send(person, now_ms);
    return ERR_OK;
}

enum err world_area_knock(struct world_person *person, struct span id, int64_t now_ms,
                          struct fail *why)
{
    struct world_copy *copy = person->copy;
    size_t area = 0;
    bool is_empty;
    enum err rc;

    if (person->rung == RUNG_WATCH)
        return fail_field(why, ERR_DENIED, "watch-knock", "knocks while only watching");
    rc = find(copy, id, &area, why);
    if (rc != ERR_OK)
        return rc;
    if ((person->who_shut & FLOOR_AREA_BIT(area)) != 0)
        return fail_field(why, ERR_DENIED, "area-who", "area %zu is for others", area);
    if (!is_room(copy, area) && world_lock_of(copy, area) == LOCK_OPEN)
        return fail_field(why, ERR_CONFLICT, "area-open", "area %zu has no door", area);
    if ((world_body_of(person)->areas & FLOOR_AREA_BIT(area)) != 0)
        return ERR_OK;
    /* From one closed room to another nobody calls: it would name him outside his. */
    if (world_body_of(person)->channel != CHANNEL_PUBLIC)
        return fail_field(why, ERR_CONFLICT, "area-room", "from a closed room");
    person->knock_until_ms = now_ms + WORLD_ASK_MS;
    if (person->knock_area == (int)area && now_ms - person->knocked_ms < WORLD_AGAIN_MS)
        return ERR_OK; /* heard a moment ago */
    person->knock_area = (int)area;
    person->knocked_ms = now_ms;
    is_empty = copy->n_in[area] == 0;
    /* The answer is the same whether anybody heard it. */
    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];
        bool is_inside = (body->areas & FLOOR_AREA_BIT(area)) != 0;
        bool is_asked = is_empty && world_lock_of(copy, area) == LOCK_STAFF &&
                        (body->flags & BODY_STAFF) != 0;

        if ((is_inside || is_asked) && copy->people[i] != person)
            world_knock_send(copy->people[i], person, (int)area);
    }
    return ERR_OK;
}

/* Its door is for staff to open: children among themselves let nobody in. */
static bool is_for_staff(const struct world_person *person, size_t area)
{
    return world_lock_of(person->copy, area) == LOCK_STAFF && !person->look.is_staff;
}

/* May open this door for others: is inside, or staff before a locked empty room. */
static bool may_open(const struct world_person *person, size_t area)
{
    const struct world_copy *copy = person->copy;

    return (world_body_of(person)->areas & FLOOR_AREA_BIT(area)) != 0 ||
           (copy->n_in[area] == 0 && world_lock_of(copy, area) == LOCK_STAFF &&
            person->look.is_staff);
}

enum err world_area_answer(struct world_person *person, uint16_t seat, bool is_welcome,
                           int64_t now_ms, struct fail *why)
{
    struct world_person *to = NULL;
    enum err rc = world_seat_find(person, seat, &to, why);
    int area;

    if (rc != ERR_OK)
        return rc;
    area = to->knock_area;
    if (area < 0 || to->knock_until_ms < now_ms || !may_open(person, (size_t)area))
        return fail_field(why, ERR_NOT_FOUND, "seat", "no such knock");
    if (is_welcome && is_for_staff(person, (size_t)area))
        return fail_field(why, ERR_CONFLICT, "area-locked", "staff open area %d", area);
    to->knock_area = -1;
    if (is_welcome)
        invite_put(to, person, (size_t)area, now_ms);
    world_answer_send(to, area, is_welcome);
    return ERR_OK;
}

enum err world_area_invite(struct world_person *person, uint16_t seat, int64_t now_ms,
                           struct fail *why)
{
    const struct world_body *body = world_body_of(person);
    struct world_person *to = NULL;
    bool is_told;
    enum err rc;

    if (person->rung == RUNG_WATCH)
        return fail_field(why, ERR_DENIED, "watch-invite", "invites while only watching");
    if (body->channel == CHANNEL_PUBLIC)
        return fail_field(why, ERR_CONFLICT, "area-room", "is in no closed room");
    if (is_for_staff(person, body->channel))
        return fail_field(why, ERR_CONFLICT, "area-locked", "staff open this room");
    rc = world_seat_find(person, seat, &to, why);
    if (rc != ERR_OK)
        return rc;
    if (to->puppet != NULL)
        return fail_field(why, ERR_CONFLICT, "other-town", "stands at another node");
    if (world_body_of(to)->channel != CHANNEL_PUBLIC)
        return fail_field(why, ERR_CONFLICT, "seat", "is in a closed room");
    if ((to->who_shut & FLOOR_AREA_BIT(body->channel)) != 0)
        return fail_field(why, ERR_CONFLICT, "area-who", "the room is for others");
    if (!person->look.is_staff && (world_has_distance(to) || to->state == WORLD_BREAK))
        return fail_field(why, ERR_CONFLICT, "distance", "wishes to be alone");
    is_told = was_invited(to, body->channel, now_ms);
    invite_put(to, person, body->channel, now_ms);
    if (!is_told)
        world_invite_send(to, person, body->channel);
    return ERR_OK;
}

enum err world_lock_change(struct world_copy *copy, struct span id, int lock, int64_t now_ms,
                           struct fail *why)
{
    size_t area = 0;
    enum err rc = find(copy, id, &area, why);

    if (rc != ERR_OK)
        return rc;
    if (lock < WORLD_LOCK_FILE || lock > LOCK_CLOSED)
        return fail_field(why, ERR_INVALID, "lock", "lock %d", lock);
    world_claims_clear(copy, (int)area);
    invites_of_others_end(copy, area);
    copy->lock[area] = lock;
    copy->lock_ms[area] = now_ms;
    copy->dirty |= FLOOR_AREA_BIT(area);
    world_area_update(copy, area);
    return ERR_OK;
}

int world_lock(const struct world_copy *copy, struct span id)
{
    int area = world_area_find(copy, id);

    return area < 0 ? -1 : world_lock_of(copy, (size_t)area);
}

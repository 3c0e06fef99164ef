/* The floor under everybody changes; a session begins or ends. Both are told as a new
 * floor.here to everyone. */
#include "node/base/utf.h"
#include "node/db/digest.h"
#include "node/place/world_priv.h"

static void all_told_anew(struct world_copy *copy, int64_t now_ms)
{
    world_watch_left(copy);
    copy->is_watch_due = true;
    copy->n_left = 0;
    copy->dirty = 0;
    copy->gen++;
    for (uint32_t i = 0; i < copy->n; i++)
        copy->bodies[i].flags = (uint16_t)(copy->bodies[i].flags & ~(BODY_UNTOLD | BODY_TOLD));
    for (uint32_t i = 0; i < copy->n; i++)
        world_here_send(copy->people[i], now_ms);
}

/* Counts nobody anywhere, so that all can be placed again one by one. */
static void all_taken_up(struct world_copy *copy)
{
    world_claims_clear(copy, -1);
    for (uint32_t i = 0; i < copy->n; i++) {
        if (copy->people[i]->puppet != NULL)
            continue;
        world_halt(copy->people[i]);
        world_areas_set(copy, &copy->bodies[i], 0);
        copy->people[i]->knock_area = -1;
    }
}

static void put_down(struct world_person *person, unsigned channel, struct floor_spot spot)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);

    if (channel != body->channel)
        body->seat = world_seat_new(copy, channel);
    copy->n_in_channel[body->channel]--;
    copy->n_in_channel[channel]++;
    body->channel = (uint8_t)channel;
    body->x = spot.x;
    body->y = spot.y;
    person->stood = spot;
    world_areas_set(copy, body, floor_areas_at(world_map(copy), spot.x, spot.y));
}

/* ---- a new version ---- */

/* Locks of staff and what was told of rooms go with the area's id. */
static void areas_carry(struct world_copy *copy, const struct ground *before)
{
    int lock[FLOOR_N_AREAS];
    uint64_t told_in_use = 0, told_full = 0, was_in_use = 0, was_full = 0;

    for (size_t i = 0; i < FLOOR_N_AREAS; i++)
        lock[i] = WORLD_LOCK_FILE;
    for (size_t i = 0; i < before->floor->areas.n; i++) {
        int to = world_area_find(copy, floor_area_nth(before->floor, i)->id);

        if (to < 0)
            continue;
        lock[to] = copy->lock[i];
        told_in_use |= (copy->told_in_use >> i & 1) << to;
        told_full |= (copy->told_full >> i & 1) << to;
        was_in_use |= (copy->was_in_use >> i & 1) << to;
        was_full |= (copy->was_full >> i & 1) << to;
    }
    memcpy(copy->lock, lock, sizeof lock);
    copy->told_in_use = told_in_use;
    copy->told_full = told_full;
    copy->was_in_use = was_in_use;
    copy->was_full = was_full;
}

static bool is_no_wider(const struct jx_texts *is, const struct jx_texts *was)
{
    for (size_t i = 0; i < is->n; i++) {
        bool is_old = false;

        for (size_t k = 0; k < was->n && !is_old; k++)
            is_old = span_eq(is->at[i], was->at[k]);
        if (!is_old)
            return false;
    }
    return true;
}

/* A room keeps its people when it is still one, lets them in, and nobody sees or hears into it
 * who did not before: they went in under that promise. Otherwise they come out first, each as
 * if he left, and who wants to goes into what it is now. */
static bool stays_in_room(struct world_person *person, int room, const struct floor_area *was,
                          struct floor_spot *spot)
{
    const struct world_copy *copy = person->copy;
    struct floor_spot at = *spot;
    const struct floor_area *is;

    if (room < 0)
        return false;
    is = floor_area_nth(copy->ground->floor, (size_t)room);
    if (!is_no_wider(&is->see, &was->see) || !is_no_wider(&is->hear, &was->hear) ||
        (copy->rooms & FLOOR_AREA_BIT(room)) == 0 ||
        ((person->who_shut | copy->closed) & FLOOR_AREA_BIT(room)) != 0)
        return false;
    if (floor_is_free(world_map(copy), at.x, at.y) &&
        world_channel_at(copy, at) == (unsigned)room)
        return true;
    return world_spot_in(copy, person->at, (size_t)room, at, 0, spot);
}

/* He may stay exactly where he is; was: the room he is in, as it was. Full areas are not asked:
 * nobody is sent away because a capacity went down. */
static bool stays(struct world_person *person, int room, const struct floor_area *was)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);
    struct floor_spot at = world_spot(body), spot = at;

    if (body->channel == CHANNEL_PUBLIC) {
        if (!path_nearest(world_map(copy), at, person->who_shut | copy->closed | copy->rooms,
                          &spot) ||
            world_distance2(at, spot) != 0)
            return false;
        put_down(person, CHANNEL_PUBLIC, at);
        return true;
    }
    if (!stays_in_room(person, room, was, &spot))
        return false;
    /* The room's number may be another now; his seat stays. */
    copy->n_in_channel[body->channel]--;
    copy->n_in_channel[room]++;
    body->channel = (uint8_t)room;
    put_down(person, (unsigned)room, spot);
    return true;
}

/* Out of a wall to the nearest spot; out of a room to a spawn, as always (world_room.c). */
static void settle(struct world_person *person, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);
    const struct floor_spawn *first = floor_spawn_at(copy->ground->floor, 0);
    struct floor_spot at = world_spot(body), spot = at;
    uint64_t shut = person->who_shut | copy->closed | copy->rooms;
    bool is_placed = false;

    if (body->channel != CHANNEL_PUBLIC)
        is_placed = world_spot_public(person, now_ms, &spot);
    if (!is_placed && !path_nearest(world_map(copy), at, shut | copy->full, &spot) &&
        !path_nearest(world_map(copy), at, shut, &spot) &&
        !path_nearest(world_map(copy), at, copy->rooms, &spot))
        spot = (struct floor_spot){(int32_t)first->x, (int32_t)first->y};
    put_down(person, CHANNEL_PUBLIC, spot);
}

/* The room of that channel before; NULL: the public one. */
static const struct floor_area *room_before(const struct ground *before, unsigned channel)
{
    return channel == CHANNEL_PUBLIC ? NULL : floor_area_nth(before->floor, channel);
}

/* Those who may stay where they are first, so that nobody else takes their place. */
static void all_settled(struct world_copy *copy, const struct ground *before, int64_t now_ms)
{
    for (uint32_t i = 0; i < copy->n; i++) {
        struct world_person *person = copy->people[i];
        const struct floor_area *was = room_before(before, copy->bodies[i].channel);

        if (person->puppet != NULL) {
            world_puppet_settle(person);
            continue;
        }
        for (size_t k = 0; k < WORLD_N_INVITES; k++)
            person->invites[k].area = -1;
        world_rights_read(person);
        person->is_unsettled =
            !stays(person, was == NULL ? -1 : world_area_find(copy, was->id), was);
    }
    for (uint32_t i = 0, n = copy->n; i < n;) {
        struct world_person *person = copy->people[i];
        bool is_out = person->is_unsettled && copy->bodies[i].channel != CHANNEL_PUBLIC;

        if (person->is_unsettled)
            settle(person, now_ms);
        person->is_unsettled = false;
        /* Out of a room, as in world_room.c: behind everybody, as if he came to the floor. */
        if (is_out) {
            world_order_last(copy, i);
            n--;
        } else {
            i++;
        }
    }
}

enum err world_ground_change(struct world_copy *copy, struct ground *ground, int64_t now_ms,
                             struct fail *why)
{
    struct ground *before = copy->ground;
    enum err rc = world_room_reserve(copy->world, ground, why);

    if (rc != ERR_OK)
        return rc;
    for (uint32_t i = 0; i < copy->n; i++)
        world_advance(copy, i, now_ms);
    all_taken_up(copy);
    copy->ground = ground_ref(ground);
    areas_carry(copy, before);
    world_areas_read(copy);
    all_settled(copy, before, now_ms);
    ground_unref(&before);
    all_told_anew(copy, now_ms);
    return ERR_OK;
}

/* ---- a session ---- */

static uint32_t random_to(uint32_t n)
{
    uint64_t random;

    digest_random(&random, sizeof random);
    return (uint32_t)(random % n);
}

/* Names and aliases must not be tied by what stays the same: not by seats, not by the order of
 * people, not by where they stand. So everybody comes to the floor anew, in any order. Those in
 * a closed room know each other and stay. */
static void all_shuffled(struct world_copy *copy, int64_t now_ms)
{
    all_taken_up(copy);
    for (uint32_t i = copy->n; i > 1; i--)
        world_swap(copy, i - 1, random_to(i));
    for (uint32_t i = 0; i < copy->n; i++)
        copy->bodies[i].seat = world_seat_new(copy, copy->bodies[i].channel);
    for (uint32_t i = 0; i < copy->n; i++) {
        struct world_person *person = copy->people[i];
        struct world_body *body = &copy->bodies[i];
        struct floor_spot spot = world_spot(body);

        if (person->puppet != NULL)
            continue;
        if (body->channel == CHANNEL_PUBLIC)
            (void)world_spot_public(person, now_ms, &spot);
        put_down(person, body->channel, spot);
    }
}

void world_session_change(struct world_copy *copy, bool is_anonymous, struct span title,
                          int64_t now_ms)
{
    bool is_other = copy->is_anonymous != is_anonymous;
    size_t len = title.len;

    /* Cut between characters. */
    if (len >= sizeof copy->title)
        len = utf_valid_len(span_cut(title, 0, sizeof copy->title - 1));
    if (len > 0)
        memcpy(copy->title, title.p, len);
    copy->title[len] = '\0';
    copy->is_anonymous = is_anonymous;
    if (is_other)
        all_shuffled(copy, now_ms);
    all_told_anew(copy, now_ms);
}

/* Coming, going, being cut off and coming back; how somebody looks and what he wishes. */
#include <stdlib.h>
#include <string.h>

#include "node/place/world_priv.h"

static bool grow(void **array, size_t n_bytes)
{
    void *more = realloc(*array, n_bytes);

    if (more == NULL)
        return false;
    *array = more;
    return true;
}

enum err world_copy_reserve(struct world_copy *copy, int64_t now_ms, struct fail *why)
{
    uint32_t cap = copy->cap == 0 ? 16 : 2 * copy->cap;
    void *bodies = copy->bodies, *people = (void *)copy->people, *peers = (void *)copy->peers;
    bool is_grown;

    if (!copy->is_begun) {
        copy->is_begun = true;
        copy->base_ms = now_ms;
    }
    if (copy->n >= WORLD_N_MOST)
        return fail_set(why, ERR_BUSY, "%u on one copy", copy->n);
    if (copy->n < copy->cap)
        return ERR_OK;
    is_grown = grow(&bodies, cap * sizeof(struct world_body)) &&
               grow(&people, cap * sizeof(struct world_person *)) &&
               grow(&peers, cap * sizeof(void *));
    copy->bodies = bodies;
    copy->people = people;
    copy->peers = peers;
    if (!is_grown)
        return fail_set(why, ERR_NOMEM, "a floor for %u", cap);
    copy->cap = cap;
    return ERR_OK;
}

/* Into the room he was in before: its list, its being closed and its capacity count, its lock
 * does not, for he had passed it. */
static bool spot_in_room(const struct world_person *person, const struct world_entry *entry,
                         int64_t now_ms, unsigned *channel_out, struct floor_spot *spot_out)
{
    const struct world_copy *copy = person->copy;
    const struct floor_map *map = world_map(copy);
    int area = entry->room.len == 0 ? -1 : world_area_find(copy, entry->room);

    if (area < 0 || (copy->rooms & FLOOR_AREA_BIT(area)) == 0 ||
        world_area_may(person, (size_t)area, true, now_ms, NULL) != ERR_OK)
        return false;
    *channel_out = (unsigned)area;
    *spot_out = entry->spot;
    if (floor_is_free(map, entry->spot.x, entry->spot.y) &&
        world_channel_at(copy, entry->spot) == (unsigned)area)
        return true;
    return world_spot_in(copy, person->at, (size_t)area, entry->spot, 0, spot_out);
}

static bool spot_of_entry(const struct world_person *person, const struct world_entry *entry,
                          int64_t now_ms, unsigned *channel_out, struct floor_spot *spot_out)
{
    const struct world_copy *copy = person->copy;
    uint64_t shut = world_shut(person, now_ms) | copy->rooms;

    if (entry->has_spot && spot_in_room(person, entry, now_ms, channel_out, spot_out))
        return true;
    *channel_out = CHANNEL_PUBLIC;
    /* Whoever was in a room that he may not come back to comes in by a spawn: the nearest spot
     * would be at its door, and tell. */
    if (entry->has_spot && entry->room.len == 0 &&
        path_nearest(world_map(copy), entry->spot, shut, spot_out))
        return true;
    if (world_spot_spawn(copy, person->at, entry->spawn, shut, spot_out))
        return true;
    /* Staff take nobody's place, and who comes back has one: full areas keep neither out. */
    return (person->look.is_staff || entry->has_spot) &&
           world_spot_spawn(copy, person->at, entry->spawn,
                            person->who_shut | copy->closed | copy->rooms, spot_out);
}

static void body_place(struct world_person *person, unsigned channel, struct floor_spot spot)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);

    body->channel = (uint8_t)channel;
    body->seat = world_seat_new(copy, channel);
    body->x = spot.x;
    body->y = spot.y;
    body->flags |= BODY_CAME;
    person->stood = spot;
    /* Back in his room after a restart: those outside hear of it as of anybody who goes in. */
    copy->has_left = copy->has_left || channel != CHANNEL_PUBLIC;
    copy->n_in_channel[channel]++;
    world_areas_set(copy, body, floor_areas_at(world_map(copy), spot.x, spot.y));
    world_wish_update(person);
    copy->gen++;
}

static struct world_person *person_make(struct world_copy *copy, const struct world_look *look,
                                        const struct world_entry *entry, void *peer)
{
    struct world_person *person = calloc(1, sizeof *person);

    if (person == NULL)
        return NULL;
    person->copy = copy;
    person->at = copy->n;
    person->look = *look;
    person->owner = entry->owner;
    person->rung = entry->rung;
    person->state = entry->state;
    if (entry->rung == RUNG_WATCH || entry->state == WORLD_WATCH) {
        person->rung = RUNG_WATCH;
        person->state = WORLD_WATCH;
    }
    person->knock_area = -1;
    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        person->invites[i].area = -1;
    copy->bodies[copy->n] = (struct world_body){.channel = CHANNEL_PUBLIC};
    copy->people[copy->n] = person;
    copy->peers[copy->n] = peer;
    return person;
}

enum err world_enter(struct world_copy *copy, const struct world_look *look,
                     const struct world_entry *entry, void *peer, int64_t now_ms,
                     struct world_person **person_out, struct fail *why)
{
    struct world_person *person;
    struct floor_spot spot;
    unsigned channel = CHANNEL_PUBLIC;
    enum err rc;

    *person_out = NULL;
    if (copy->world->n_people >= copy->world->conf.n_people_cap)
        return fail_set(why, ERR_BUSY, "%d people", copy->world->n_people);
    if (!ground_has_spawn(copy->ground, entry->spawn))
        return fail_field(why, ERR_NOT_FOUND, "spawn", "no such spawn");
    rc = world_copy_reserve(copy, now_ms, why);
    if (rc != ERR_OK)
        return rc;
    person = person_make(copy, look, entry, peer);
    if (person == NULL)
        return fail_set(why, ERR_NOMEM, "person");
    world_rights_read(person);
    if (!spot_of_entry(person, entry, now_ms, &channel, &spot)) {
        free(person);
        return fail_field(why, ERR_BUSY, "spawn", "no spot is left");
    }
    copy->n++;
    copy->world->n_people++;
    body_place(person, channel, spot);
    world_here_send(person, now_ms);
    *person_out = person;
    return ERR_OK;
}

void world_leave(struct world_person **person, int64_t now_ms)
{
    struct world_copy *copy;
    struct world_body *body;

    (void)now_ms; /* the others hear of it with the next tick */
    if (*person == NULL)
        return;
    copy = (*person)->copy;
    body = world_body_of(*person);
    world_claim_drop(copy, (*person)->look.account);
    world_invites_withdraw(*person);
    world_left_put(*person);
    world_areas_set(copy, body, 0);
    if ((*person)->puppet == NULL) {
        copy->n_in_channel[body->channel]--;
        copy->world->n_people--;
    } else {
        copy->n_puppets--;
    }
    copy->n_wishes -= (body->flags & BODY_WISHES) != 0;
    world_rest_set(*person, false);
    world_order_leave(copy, (*person)->at);
    world_order_last(copy, (*person)->at);
    copy->n--;
    copy->gen++;
    free(*person);
    *person = NULL;
}

void world_changed(struct world_person *person)
{
    world_body_of(person)->flags |= BODY_CHANGED;
}

void world_peer_change(struct world_person *person, void *peer, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    bool was_lost = copy->peers[person->at] == NULL;

    copy->peers[person->at] = peer;
    if (was_lost != (peer == NULL))
        world_changed(person);
    if (peer != NULL) {
        world_here_send(person, now_ms);
        return;
    }
    world_advance(copy, person->at, now_ms);
    world_stick_end(person);
}

void world_refresh(struct world_person *person, int64_t now_ms)
{
    world_picture_send(person, now_ms);
}

/* Those without IDs would be told something else of him; what a session hides does not count.
 */
static bool shows(const struct world_copy *copy, const struct world_look *was,
                  const struct world_look *is)
{
    if (was->is_staff != is->is_staff || was->is_teacher != is->is_teacher)
        return true;
    if (copy->is_anonymous)
        return strcmp(was->alias, is->alias) != 0 ||
               (is->alias[0] == '\0' && is->is_staff && strcmp(was->name, is->name) != 0);
    return strcmp(was->name, is->name) != 0 || strcmp(was->note, is->note) != 0 ||
           was->kind != is->kind || was->colour != is->colour;
}

/* And those with IDs. */
static bool marks(const struct world_look *was, const struct world_look *is)
{
    return strcmp(was->name, is->name) != 0 || strcmp(was->note, is->note) != 0 ||
           strcmp(was->alias, is->alias) != 0 || strcmp(was->login, is->login) != 0 ||
           was->kind != is->kind || was->colour != is->colour ||
           was->is_first != is->is_first || was->days_absent != is->days_absent;
}

void world_look_change(struct world_person *person, const struct world_look *look,
                       int64_t now_ms)
{
    const struct world_body before = *world_body_of(person);
    struct world_body *body = world_body_of(person);

    if (shows(person->copy, &person->look, look))
        world_changed(person);
    else if (marks(&person->look, look))
        body->flags |= BODY_MARKED;
    person->look = *look;
    world_rights_read(person);
    if (before.sees != body->sees || ((before.flags ^ body->flags) & BODY_IDS) != 0)
        world_here_send(person, now_ms);
}

/* ---- how he is ---- */

bool world_has_distance(const struct world_person *person)
{
    return person->has_wish || person->state == WORLD_ALONE;
}

void world_wish_update(struct world_person *person)
{
    struct world_body *body = world_body_of(person);
    bool had = (body->flags & BODY_WISHES) != 0, has = world_has_distance(person);

    if (had == has)
        return;
    body->flags = (uint16_t)(body->flags ^ BODY_WISHES);
    person->copy->n_wishes += has ? 1 : UINT32_MAX;
}

enum err world_state_change(struct world_person *person, enum world_state state, int64_t now_ms,
                            struct fail *why)
{
    if ((int)state < WORLD_TALK || state > WORLD_BREAK)
        return fail_field(why, ERR_INVALID, "state", "state %d", (int)state);
    if (state == WORLD_WATCH) {
        world_stop(person, now_ms);
        person->rung = RUNG_WATCH;
    } else if (person->rung == RUNG_WATCH) {
        person->rung = RUNG_REACT; /* the least that is more than watching */
    }
    person->state = state;
    world_wish_update(person);
    world_changed(person);
    return ERR_OK;
}

enum err world_rung_change(struct world_person *person, enum world_rung rung, int64_t now_ms,
                           struct fail *why)
{
    if ((int)rung < RUNG_WATCH || rung > RUNG_CAMERA)
        return fail_field(why, ERR_INVALID, "rung", "rung %d", (int)rung);
    if (rung == RUNG_WATCH) {
        world_stop(person, now_ms);
        person->state = WORLD_WATCH;
    } else if (person->state == WORLD_WATCH) {
        person->state = WORLD_TALK;
    }
    person->rung = rung;
    world_wish_update(person);
    world_changed(person);
    return ERR_OK;
}

void world_distance_set(struct world_person *person, bool is_on, int64_t now_ms)
{
    (void)now_ms;
    if (person->has_wish == is_on)
        return;
    person->has_wish = is_on;
    world_wish_update(person);
    world_changed(person);
}

void world_away_set(struct world_person *person, bool is_away, int64_t now_ms)
{
    if (person->is_away == is_away)
        return;
    if (is_away)
        world_stop(person, now_ms);
    person->is_away = is_away;
    world_changed(person);
}

/* Waving without end is answered, and not sent again. By the account: a seat is soon another.
 */
static bool is_again(struct world_person *to, const struct world_person *from, int64_t now_ms)
{
    size_t at = 0;

    for (size_t i = 0; i < WORLD_N_WAVES; i++) {
        if (id_eq(to->waves[i].from, from->look.account) && to->waves[i].until_ms > now_ms)
            return true;
        if (to->waves[i].until_ms < to->waves[at].until_ms)
            at = i;
    }
    to->waves[at].from = from->look.account;
    to->waves[at].until_ms = now_ms + WORLD_AGAIN_MS;
    return false;
}

enum err world_wave(struct world_person *person, uint16_t seat, int64_t now_ms,
                    struct fail *why)
{
    struct world_person *to = NULL;
    enum err rc;

    if (person->rung == RUNG_WATCH)
        return fail_field(why, ERR_DENIED, "watch-wave", "waves while only watching");
    rc = world_seat_find(person, seat, &to, why);
    if (rc != ERR_OK)
        return rc;
    if (to == person)
        return fail_field(why, ERR_INVALID, "seat", "himself");
    if (to->puppet != NULL)
        return fail_field(why, ERR_CONFLICT, "other-town", "stands at another node");
    /* Who is in a closed room stays unknown outside, by his own waving too. */
    if (!world_can_see(person->copy, world_body_of(to), world_body_of(person)->channel))
        return fail_field(why, ERR_CONFLICT, "area-room", "from a closed room");
    if (to->state == WORLD_BREAK)
        return fail_field(why, ERR_CONFLICT, "break", "has a break");
    if (world_has_distance(to))
        return fail_field(why, ERR_CONFLICT, "distance", "wishes distance");
    if (to->look.takes_no_waves && !person->look.is_staff)
        return fail_field(why, ERR_CONFLICT, "no-waves", "wishes no waves");
    if (!is_again(to, person, now_ms))
        world_wave_send(to, person);
    return ERR_OK;
}

/* Copies and the people on them: who is where in the arrays, which seat he has, what is
 * counted. */
#include "node/place/world_priv.h"

#include <stdlib.h>

#include "node/db/digest.h"

#define ARENA_BYTES  65536
#define SEATS_PUBLIC 49151

enum err world_create(const struct world_conf *conf, struct world **world_out, struct fail *why)
{
    struct world *world = calloc(1, sizeof *world);
    enum err rc;

    *world_out = NULL;
    if (world == NULL)
        return fail_set(why, ERR_NOMEM, "world");
    world->conf = *conf;
    rc = arena_create(ARENA_BYTES, &world->arena, why);
    if (rc != ERR_OK) {
        free(world);
        return rc;
    }
    *world_out = world;
    return ERR_OK;
}

static void copy_free(struct world_copy *copy)
{
    for (uint32_t i = 0; i < copy->n; i++)
        free(copy->people[i]);
    copy->world->n_people -= (int)(copy->n - copy->n_puppets);
    free(copy->people);
    free(copy->bodies);
    free(copy->peers);
    ws_shared_unref(&copy->picture);
    ground_unref(&copy->ground);
    free(copy);
}

void world_destroy(struct world **world)
{
    if (*world == NULL)
        return;
    while ((*world)->copies != NULL) {
        struct world_copy *copy = (*world)->copies;

        (*world)->copies = copy->next;
        copy_free(copy);
    }
    path_room_destroy(&(*world)->room);
    arena_destroy(&(*world)->arena);
    free((*world)->bytes);
    free(*world);
    *world = NULL;
}

void world_distance_change(struct world *world, int32_t distance_cm)
{
    world->conf.distance_cm = distance_cm;
}

/* ---- copies ---- */

enum err world_room_reserve(struct world *world, const struct ground *ground, struct fail *why)
{
    size_t n_cells = (size_t)ground->map->cols * (size_t)ground->map->rows;
    struct path_room *room = NULL;
    enum err rc;

    if (n_cells <= world->n_cells)
        return ERR_OK;
    rc = path_room_create(n_cells, &room, why);
    if (rc != ERR_OK)
        return rc;
    path_room_destroy(&world->room);
    world->room = room;
    world->n_cells = n_cells;
    return ERR_OK;
}

enum err world_copy_open(struct world *world, struct ground *ground, int number,
                         struct world_copy **copy_out, struct fail *why)
{
    struct world_copy *copy;
    enum err rc = world_room_reserve(world, ground, why);

    *copy_out = NULL;
    if (rc != ERR_OK)
        return rc;
    copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return fail_set(why, ERR_NOMEM, "copy of a floor");
    copy->world = world;
    copy->ground = ground_ref(ground);
    copy->number = number;
    copy->gen = 1;
    for (size_t i = 0; i < FLOOR_N_AREAS; i++)
        copy->lock[i] = WORLD_LOCK_FILE;
    world_areas_read(copy);
    copy->next = world->copies;
    world->copies = copy;
    *copy_out = copy;
    return ERR_OK;
}

void world_copy_close(struct world_copy **copy)
{
    struct world_copy **at;

    if (*copy == NULL)
        return;
    invariant((*copy)->n == 0, "%u people on a floor that closes", (*copy)->n);
    at = &(*copy)->world->copies;
    while (*at != *copy)
        at = &(*at)->next;
    *at = (*copy)->next;
    copy_free(*copy);
    *copy = NULL;
}

struct ground *world_copy_ground(const struct world_copy *copy)
{
    return copy->ground;
}

int world_copy_n(const struct world_copy *copy)
{
    return (int)(copy->n - copy->n_puppets);
}

int world_copy_n_public(const struct world_copy *copy)
{
    return copy->n_in_channel[CHANNEL_PUBLIC];
}

int world_copy_n_inside(const struct world_copy *copy)
{
    int n = 0;

    if (world_copy_n(copy) == copy->n_in_channel[CHANNEL_PUBLIC])
        return 0;
    for (uint32_t i = 0; i < copy->n; i++)
        n += copy->bodies[i].channel != CHANNEL_PUBLIC &&
             (copy->bodies[i].flags & BODY_STAFF) == 0;
    return n;
}

/* ---- seats and counts ---- */

static bool is_taken(const struct world_copy *copy, uint32_t seat)
{
    for (uint32_t i = 0; i < copy->n; i++)
        if (copy->bodies[i].seat == seat)
            return true;
    return false;
}

/* Rooms have numbers of their own: a gap among the public ones would tell that somebody went
 * into one. And in no order: a gap between two of one's own would tell that somebody went into
 * another. */
static uint16_t room_seat_new(const struct world_copy *copy)
{
    uint32_t n = WORLD_SEATS - SEATS_PUBLIC, by;

    digest_random(&by, sizeof by);
    while (is_taken(copy, SEATS_PUBLIC + 1 + by % n))
        by++;
    return (uint16_t)(SEATS_PUBLIC + 1 + by % n);
}

uint16_t world_seat_new(struct world_copy *copy, unsigned channel)
{
    uint32_t seat;

    if (channel != CHANNEL_PUBLIC)
        return room_seat_new(copy);
    seat = 1 + (uint32_t)(copy->n_given % SEATS_PUBLIC);
    /* Fewer people than seats; all have been given once before one is looked for. */
    while (copy->n_given >= SEATS_PUBLIC && is_taken(copy, seat))
        seat = 1 + (uint32_t)(++copy->n_given % SEATS_PUBLIC);
    copy->n_given++;
    return (uint16_t)seat;
}

void world_areas_set(struct world_copy *copy, struct world_body *body, uint64_t areas)
{
    uint64_t differ = body->areas ^ areas;
    bool is_public = body->channel == CHANNEL_PUBLIC;

    body->areas = areas;
    while (differ != 0) {
        size_t area = (size_t)__builtin_ctzll(differ);
        int by = (areas & FLOOR_AREA_BIT(area)) != 0 ? 1 : -1;

        differ &= differ - 1;
        copy->n_in[area] += by;
        copy->n_told[area] += is_public ? by : 0;
        world_area_update(copy, area);
        if (is_public && (copy->rooms & FLOOR_AREA_BIT(area)) == 0)
            copy->dirty |= FLOOR_AREA_BIT(area);
    }
}

void world_channel_move(struct world_person *person, unsigned channel, struct floor_spot spot)
{
    struct world_copy *copy = person->copy;
    struct world_body *body;

    world_halt(person);
    world_invites_withdraw(person);
    world_order_leave(copy, person->at);
    if (channel == CHANNEL_PUBLIC)
        world_order_last(copy, person->at);
    body = world_body_of(person);
    world_claim_drop(copy, person->look.account);
    world_left_put(person);
    world_areas_set(copy, body, 0);
    copy->n_in_channel[body->channel]--;
    copy->n_in_channel[channel]++;
    body->channel = (uint8_t)channel;
    body->seat = world_seat_new(copy, channel);
    body->x = spot.x;
    body->y = spot.y;
    body->flags =
        (uint16_t)((body->flags & ~(BODY_UNTOLD | BODY_TOLD)) | BODY_CAME | BODY_HERE);
    person->stood = spot;
    person->knock_area = -1;
    world_areas_set(copy, body, floor_areas_at(world_map(copy), spot.x, spot.y));
    copy->gen++;
}

void world_swap(struct world_copy *copy, uint32_t a, uint32_t b)
{
    struct world_body body = copy->bodies[a];
    struct world_person *person = copy->people[a];
    void *peer = copy->peers[a];

    copy->bodies[a] = copy->bodies[b];
    copy->people[a] = copy->people[b];
    copy->peers[a] = copy->peers[b];
    copy->bodies[b] = body;
    copy->people[b] = person;
    copy->peers[b] = peer;
    copy->people[a]->at = a;
    copy->people[b]->at = b;
}

/* ---- the order of people ---- */

/* Their order in the arrays is that of every list and frame. On the public channel it may
 * follow from who came and left there, and from nothing else: not even that somebody who comes
 * out of a room has been there all the while. */
static void order_swap(struct world_copy *copy, uint32_t a, uint32_t b)
{
    if (a == b)
        return;
    world_swap(copy, a, b);
    /* One comes to a place that those who are being told of a crowd may have passed. */
    if (copy->n_rest > 0) {
        copy->bodies[a].flags |= BODY_CAME;
        copy->bodies[b].flags |= BODY_CAME;
    }
}

void world_order_leave(struct world_copy *copy, uint32_t at)
{
    uint32_t last = copy->n - 1;

    if (copy->bodies[at].channel != CHANNEL_PUBLIC)
        return;
    while (copy->bodies[last].channel != CHANNEL_PUBLIC)
        last--;
    order_swap(copy, at, last);
}

void world_order_last(struct world_copy *copy, uint32_t at)
{
    for (; at + 1 < copy->n; at++)
        order_swap(copy, at, at + 1);
}

/* ---- asking ---- */

static struct world_person *find_seat(struct world_copy *copy, uint16_t seat)
{
    for (uint32_t i = 0; i < copy->n; i++)
        if (copy->bodies[i].seat == seat)
            return copy->people[i];
    return NULL;
}

enum err world_seat_find(const struct world_person *viewer, uint16_t seat,
                         struct world_person **person_out, struct fail *why)
{
    struct world_copy *copy = viewer->copy;
    struct world_person *person = find_seat(copy, seat);

    *person_out = NULL;
    if (person == NULL ||
        !world_can_see(copy, world_body_of(viewer), world_body_of(person)->channel))
        return fail_field(why, ERR_NOT_FOUND, "seat", "no such seat");
    *person_out = person;
    return ERR_OK;
}

void world_where(const struct world_person *person, struct world_where *where_out)
{
    const struct world_body *body = world_body_of(person);

    *where_out = (struct world_where){.copy = person->copy,
                                      .seat = body->seat,
                                      .spot = world_spot(body),
                                      .rung = person->rung,
                                      .state = person->state,
                                      .has_distance = world_has_distance(person),
                                      .is_away = person->is_away};
    if (body->channel != CHANNEL_PUBLIC)
        where_out->room = floor_area_nth(person->copy->ground->floor, body->channel)->id;
}

/* ---- the tick ---- */

/* Rooms say what they were a beat ago: so between somebody's vanishing and the word that a room
 * is in use there are ten seconds or more, and whoever else vanished in them. */
static void beat(struct world_copy *copy, int64_t now_ms)
{
    uint64_t in_use = 0, full = 0;

    if (now_ms - copy->beat_ms < WORLD_BEAT_MS)
        return;
    copy->beat_ms = now_ms;
    for (size_t i = 0; i < copy->ground->floor->areas.n; i++) {
        bool is_counsel = floor_area_nth(copy->ground->floor, i)->kind == FLOOR_COUNSEL;

        in_use |= copy->n_in[i] > 0 ? FLOOR_AREA_BIT(i) : 0;
        full |= is_counsel ? 0 : copy->full & FLOOR_AREA_BIT(i);
    }
    copy->dirty |= (copy->was_in_use ^ copy->told_in_use) | (copy->was_full ^ copy->told_full);
    copy->told_in_use = copy->was_in_use;
    copy->told_full = copy->was_full;
    copy->was_in_use = in_use & copy->rooms;
    copy->was_full = full & copy->rooms;
    if (copy->has_left)
        copy->n_restless = WORLD_RESTLESS;
    else if (copy->n_restless > 0)
        copy->n_restless--;
    copy->has_left = false;
    world_claims_beat(copy, now_ms);
    copy->areas_ms = now_ms - WORLD_AREAS_MS; /* told at once */
}

static void people_tell(struct world_copy *copy, int64_t now_ms)
{
    uint64_t came = 0, changed = 0, marked = 0;

    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];

        came |= (body->flags & BODY_CAME) != 0 ? CHANNEL_BIT(body->channel) : 0;
        changed |= (body->flags & BODY_CHANGED) != 0 ? CHANNEL_BIT(body->channel) : 0;
        marked |= (body->flags & BODY_MARKED) != 0 ? CHANNEL_BIT(body->channel) : 0;
    }
    world_left_send(copy);
    if (copy->watch != NULL)
        world_watch_people(copy, now_ms);
    for (unsigned c = 0; c < CHANNELS_N; c++) {
        if ((came & CHANNEL_BIT(c)) != 0)
            world_people_send(copy, c, BODY_CAME);
        if ((changed & CHANNEL_BIT(c)) != 0)
            world_people_send(copy, c, BODY_CHANGED);
        if ((marked & CHANNEL_BIT(c)) != 0)
            world_people_send(copy, c, BODY_MARKED);
    }
    for (uint32_t i = 0; (came | changed | marked) != 0 && i < copy->n; i++)
        copy->bodies[i].flags =
            (uint16_t)(copy->bodies[i].flags & ~(BODY_CAME | BODY_CHANGED | BODY_MARKED));
}

static void told(struct world_body *body)
{
    if ((body->flags & (BODY_MOVED | BODY_TELLS)) == BODY_MOVED) {
        body->told_x = (uint16_t)body->x;
        body->told_y = (uint16_t)body->y;
        body->flags |= BODY_TOLD;
    }
    body->flags = (uint16_t)(body->flags & ~(BODY_MOVED | BODY_TELLS));
}

static void moves_tell(struct world_copy *copy, int64_t now_ms)
{
    uint64_t moved = 0;

    for (uint32_t i = 0; i < copy->n; i++)
        if ((copy->bodies[i].flags & (BODY_MOVED | BODY_TELLS)) != 0)
            moved |= CHANNEL_BIT(copy->bodies[i].channel);
    for (unsigned c = 0; moved != 0 && c < CHANNELS_N; c++)
        if ((moved & CHANNEL_BIT(c)) != 0)
            world_tick_send(copy, c, now_ms);
    if (moved != 0 && copy->watch != NULL)
        world_watch_moves(copy, now_ms);
    for (uint32_t i = 0; moved != 0 && i < copy->n; i++)
        told(&copy->bodies[i]);
    if (moved != 0)
        copy->gen++;
}

static void advance(struct world_copy *copy, uint32_t i, int64_t now_ms)
{
    world_advance(copy, i, now_ms);
    if ((copy->bodies[i].flags & BODY_WALKS) == 0)
        world_stick_tell(copy->people[i], now_ms);
}

static void copy_tick(struct world_copy *copy, int64_t now_ms)
{
    for (uint32_t i = 0; i < copy->n; i++)
        if ((copy->bodies[i].flags & BODY_WALKS) != 0 || copy->bodies[i].dx != 0 ||
            copy->bodies[i].dy != 0)
            advance(copy, i, now_ms);
    people_tell(copy, now_ms);
    world_rest_send(copy, now_ms);
    beat(copy, now_ms);
    if (now_ms - copy->areas_ms >= WORLD_AREAS_MS) {
        copy->areas_ms = now_ms;
        world_areas_send(copy);
    }
    moves_tell(copy, now_ms);
    for (uint32_t i = 0; i < copy->n; i++)
        if (copy->is_stale || (copy->bodies[i].flags & BODY_HERE) != 0)
            world_here_send(copy->people[i], now_ms);
    copy->is_stale = false;
    copy->tick_ms = now_ms;
}

void world_tick(struct world *world, int64_t now_ms)
{
    for (struct world_copy *copy = world->copies; copy != NULL; copy = copy->next)
        copy_tick(copy, now_ms);
}

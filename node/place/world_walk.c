/* Walking by a way that is sent once. Every step asks again what it may enter, so that an area
 * that filled meanwhile stays as full as it may be. Sticks: world_stick.c. */
#include <math.h>

#include "node/place/world_priv.h"

#define STEP_MM 150 /* of a way, between two looks at areas */

int32_t world_leg_mm(struct floor_spot a, struct floor_spot b)
{
    return (int32_t)(sqrt((double)world_distance2(a, b)) * 10.0);
}

/* Where a way is after so many millimetres; whole centimetres. Rounding never sets it into a
 * wall: a whole spot inside a box is a centimetre inside it at least, so a point of the line
 * less than that away would be inside as well, and the line is clear. */
struct floor_spot world_walk_at(const struct world_walk *walk, int32_t mm)
{
    size_t i = 1;
    struct floor_spot a, b;
    int32_t leg, on;

    while (i + 1 < walk->n && walk->mm[i] < mm)
        i++;
    a = walk->at[i - 1];
    b = walk->at[i];
    leg = walk->mm[i] - walk->mm[i - 1];
    on = mm - walk->mm[i - 1];
    if (on >= leg || leg == 0)
        return b;
    return (struct floor_spot){a.x + (int32_t)((int64_t)(b.x - a.x) * on / leg),
                               a.y + (int32_t)((int64_t)(b.y - a.y) * on / leg)};
}

static int32_t walk_mm(const struct world_walk *walk)
{
    return walk->mm[walk->n - 1];
}

void world_walk_end(struct world_person *person, bool is_told)
{
    struct world_body *body = world_body_of(person);

    /* One that nobody was told of needs no end, but the spot reached by it needs telling. */
    if (is_told || (body->flags & BODY_TELLS) != 0)
        body->flags |= BODY_MOVED;
    body->flags = (uint16_t)(body->flags & ~(BODY_WALKS | BODY_LEG | BODY_TELLS));
    person->stood = world_spot(body);
}

void world_halt(struct world_person *person)
{
    struct world_body *body = world_body_of(person);

    body->dx = body->dy = 0;
    if ((body->flags & (BODY_WALKS | BODY_LEG)) != 0)
        world_walk_end(person, true);
}

static void walk_begin(struct world_person *person, const struct path *path, int64_t now_ms)
{
    struct world_body *body = world_body_of(person);
    struct world_walk *walk = &person->walk;

    body->dx = body->dy = 0;
    if (path->n < 2) {
        if ((body->flags & (BODY_WALKS | BODY_LEG)) != 0)
            world_walk_end(person, true);
        return;
    }
    walk->speed_cm_s = WORLD_SPEED_CM_S;
    walk->start_ms = now_ms;
    walk->gone_mm = 0;
    walk->n = (uint8_t)path->n;
    walk->at[0] = path->at[0];
    walk->mm[0] = 0;
    for (size_t i = 1; i < path->n; i++) {
        walk->at[i] = path->at[i];
        walk->mm[i] = walk->mm[i - 1] + world_leg_mm(path->at[i - 1], path->at[i]);
    }
    body->flags = (uint16_t)((body->flags & ~(BODY_MOVED | BODY_LEG | BODY_TOLD)) | BODY_WALKS |
                             BODY_TELLS);
    person->copy->gen++;
}

/* The way ends at mm instead. */
static void walk_cut(struct world_walk *walk, int32_t mm, struct floor_spot spot)
{
    size_t i = 1;

    while (i + 1 < walk->n && walk->mm[i] < mm)
        i++;
    walk->n = (uint8_t)(i + 1);
    walk->at[i] = spot;
    walk->mm[i] = mm;
}

/* Of from_mm..to_mm the furthest (or nearest) spot that is not too near to anybody; -1. */
static int32_t walk_find(struct world_person *person, int32_t from_mm, int32_t to_mm,
                         bool is_nearest, struct floor_spot *spot_out)
{
    const struct world_copy *copy = person->copy;
    int32_t n = (to_mm - from_mm) / STEP_MM + 1;

    for (int32_t i = 0; i <= n; i++) {
        int32_t by = i * STEP_MM;
        int32_t mm = is_nearest ? from_mm + by : to_mm - by;

        mm = mm > to_mm ? to_mm : mm < from_mm ? from_mm : mm;
        *spot_out = world_walk_at(&person->walk, mm);
        if (!world_is_too_near(copy, person->at, person->stood, *spot_out))
            return mm;
    }
    return -1;
}

/* Somebody who wishes distance may have come to where the way ends. */
static void walk_keep_distance(struct world_person *person)
{
    const struct world_copy *copy = person->copy;
    struct world_walk *walk = &person->walk;
    struct floor_spot end = walk->at[walk->n - 1];
    int32_t mm;

    if (copy->n_wishes == 0 || !world_is_too_near(copy, person->at, person->stood, end))
        return;
    mm = walk_find(person, walk->gone_mm, walk_mm(walk), false, &end);
    if (mm < 0)
        return;
    walk_cut(walk, mm, end);
    world_body_of(person)->flags |= BODY_TELLS;
}

bool world_spot_take(struct world_person *person, struct floor_spot to, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);

    if (!ground_is_roomy(copy->ground, world_spot(body))) {
        uint64_t areas = floor_areas_at(world_map(copy), to.x, to.y);
        uint64_t enters = areas & ~body->areas;

        if (enters != 0 && (enters & world_shut(person, now_ms)) != 0)
            return false;
        if (body->channel != CHANNEL_PUBLIC && (areas & FLOOR_AREA_BIT(body->channel)) == 0)
            return false; /* one leaves a closed room by leaving it */
        if (areas != body->areas)
            world_areas_set(copy, body, areas);
    }
    body->x = to.x;
    body->y = to.y;
    return true;
}

static void walk_advance(struct world_person *person, int64_t now_ms)
{
    struct world_walk *walk = &person->walk;
    int64_t elapsed_ms = now_ms - walk->start_ms;
    int32_t to_mm = walk_mm(walk);

    if (elapsed_ms * WORLD_SPEED_CM_S / 100 < to_mm)
        to_mm = (int32_t)(elapsed_ms * WORLD_SPEED_CM_S / 100);
    walk_keep_distance(person);
    to_mm = to_mm > walk_mm(walk) ? walk_mm(walk) : to_mm;
    while (walk->gone_mm < to_mm) {
        int32_t mm = walk->gone_mm + STEP_MM > to_mm ? to_mm : walk->gone_mm + STEP_MM;

        if (!world_spot_take(person, world_walk_at(walk, mm), now_ms)) {
            world_walk_end(person, true);
            return;
        }
        walk->gone_mm = mm;
    }
    if (walk->gone_mm >= walk_mm(walk))
        world_walk_end(person, false);
}

void world_advance(struct world_copy *copy, uint32_t at, int64_t now_ms)
{
    struct world_person *person = copy->people[at];
    struct world_body *body = &copy->bodies[at];

    if ((body->flags & (BODY_WALKS | BODY_PUPPET)) == (BODY_WALKS | BODY_PUPPET)) {
        world_puppet_advance(person, now_ms);
    } else if ((body->flags & BODY_WALKS) != 0) {
        walk_advance(person, now_ms);
        body->at_ms = now_ms;
    } else if (body->dx != 0 || body->dy != 0) {
        world_stick_advance(person, now_ms);
    }
}

void world_walk_stop(struct world_person *person)
{
    struct world_body *body = world_body_of(person);
    struct world_walk *walk = &person->walk;
    struct floor_spot spot;
    int32_t mm;

    if ((body->flags & BODY_WALKS) == 0)
        return;
    if (!world_is_too_near(person->copy, person->at, person->stood, world_spot(body))) {
        world_walk_end(person, true);
        person->copy->gen++;
        return;
    }
    mm = walk_find(person, walk->gone_mm, walk_mm(walk), true, &spot);
    if (mm < 0)
        return;
    walk_cut(walk, mm, spot);
    body->flags |= BODY_TELLS;
}

/* ---- commands ---- */

enum err world_may_walk(struct world_person *person, const char *rule, int64_t now_ms,
                        struct fail *why)
{
    if (person->rung == RUNG_WATCH)
        return fail_field(why, ERR_DENIED, rule, "walks while only watching");
    world_advance(person->copy, person->at, now_ms);
    return ERR_OK;
}

/* Finds the way and begins it; ends before somebody who wishes distance. */
enum err world_walk_to(struct world_person *person, struct floor_spot to, int64_t now_ms,
                       struct fail *why)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);
    struct floor_spot from = world_spot(body), stood = person->stood;
    struct world_walk before = person->walk;
    uint16_t flags = body->flags;
    struct path path;
    int32_t mm;
    enum err rc = path_find(world_map(copy), copy->world->room, from, to,
                            world_shut(person, now_ms), &path, why);

    if (rc != ERR_OK)
        return rc;
    if (person->is_away)
        world_away_set(person, false, now_ms);
    flags = (uint16_t)((flags & ~BODY_UNTOLD) | (body->flags & BODY_UNTOLD));
    walk_begin(person, &path, now_ms);
    if (path.n < 2 || !world_is_too_near(copy, person->at, stood, path.at[path.n - 1]))
        return ERR_OK;
    mm = walk_find(person, 0, walk_mm(&person->walk), false, &to);
    if (mm > 0) {
        walk_cut(&person->walk, mm, to);
        return ERR_OK;
    }
    person->walk = before;
    body->flags = flags;
    if ((flags & BODY_LEG) != 0) /* the stick was let go for it */
        world_walk_end(person, true);
    return fail_field(why, ERR_CONFLICT, "distance", "somebody there wishes distance");
}

void world_stop(struct world_person *person, int64_t now_ms)
{
    world_advance(person->copy, person->at, now_ms);
    world_stick_end(person);
    world_walk_stop(person);
}

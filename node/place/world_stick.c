/* Sticks and keys. The server steps for them tick by tick; what it tells of them is mostly one
 * leg: "from here, so fast, as far as there", which stays true until the stick turns or
 * something is met. So a stick that is held costs nothing on the wire. One that is turned all
 * the time is told step by step. */
#include <math.h>
#include <stdlib.h>

#include "node/place/world_priv.h"

#define STEP_MS     150 /* 22.5 cm, less than GROUND_STEP_CM */
#define CATCH_UP_MS 2000
#define STICK_LONG  127
#define STICK_DEN   (STICK_LONG * 1000)

#define LEG_STEPS     100 /* ticks looked ahead, 15 m: then it is told again */
#define LEG_RENEW_MS  200 /* before that, so that nobody is seen to halt there */
#define LEG_SLACK2    64  /* cm, squared: nobody sees that others are 8 cm off */
#define TURN_LEAST    24  /* of 127; less is a thumb that trembles */
#define TURN_OFTEN_MS 250 /* turned again within: lively */
#define TURN_REST_MS  300 /* no more, when it has been still so long */

/* Along walls as path_step goes; false: he stays. */
static bool step_find(const struct world_person *person, struct floor_spot from, int32_t dx,
                      int32_t dy, int64_t now_ms, struct floor_spot *to_out)
{
    const struct world_copy *copy = person->copy;

    *to_out = (struct floor_spot){from.x + dx, from.y + dy};
    if (!ground_is_roomy(copy->ground, from))
        *to_out = path_step(world_map(copy), from, dx, dy, world_shut(person, now_ms));
    return to_out->x != from.x || to_out->y != from.y;
}

static void step(struct world_person *person, int32_t dx, int32_t dy, int64_t now_ms)
{
    struct world_body *body = world_body_of(person);
    struct floor_spot from = world_spot(body), to;

    if (!step_find(person, from, dx, dy, now_ms, &to) ||
        world_is_too_near(person->copy, person->at, from, to) ||
        !world_spot_take(person, to, now_ms))
        return;
    person->stood = world_spot(body);
    body->flags |= BODY_MOVED;
}

/* Whole centimetres of one axis; the rest stays for the next time. */
static int32_t part_of(int32_t *rest, int64_t ms, int8_t direction)
{
    int32_t all = *rest + WORLD_SPEED_CM_S * (int32_t)ms * direction;

    *rest = all % STICK_DEN;
    return all / STICK_DEN;
}

void world_stick_advance(struct world_person *person, int64_t now_ms)
{
    struct world_body *body = world_body_of(person);

    if (now_ms - body->at_ms > CATCH_UP_MS)
        body->at_ms = now_ms - CATCH_UP_MS;
    while (body->at_ms < now_ms) {
        int64_t ms = now_ms - body->at_ms > STEP_MS ? STEP_MS : now_ms - body->at_ms;
        int32_t dx = part_of(&body->rest_x, ms, body->dx);
        int32_t dy = part_of(&body->rest_y, ms, body->dy);

        body->at_ms += ms;
        if (dx != 0 || dy != 0)
            step(person, dx, dy, now_ms);
    }
}

/* ---- what is told ---- */

/* Somebody walking ahead in thought, along the axes that nothing bars. */
struct ahead {
    struct floor_spot at;
    int32_t rest_x, rest_y;
    bool is_x, is_y; /* this axis goes */
    bool is_ended;   /* by something in the way */
    int n;
};

static bool is_room_left(const struct world_person *person, struct floor_spot to)
{
    const struct world_body *body = world_body_of(person);

    return body->channel != CHANNEL_PUBLIC &&
           (floor_areas_at(world_map(person->copy), to.x, to.y) &
            FLOOR_AREA_BIT(body->channel)) == 0;
}

/* The first step says which axes go; a later one that goes otherwise is not his way any more,
 * but what is left of a single axis up to a wall is. */
static void look_ahead(const struct world_person *person, int64_t now_ms, struct ahead *ahead)
{
    const struct world_body *body = world_body_of(person);
    int32_t dx = part_of(&ahead->rest_x, WORLD_TICK_MS, body->dx);
    int32_t dy = part_of(&ahead->rest_y, WORLD_TICK_MS, body->dy);
    bool is_x, is_y, goes_x, goes_y;
    struct floor_spot to;

    if (!step_find(person, ahead->at, dx, dy, now_ms, &to) || is_room_left(person, to))
        to = ahead->at;
    is_x = dx == 0 ? ahead->is_x : to.x == ahead->at.x + dx;
    is_y = dy == 0 ? ahead->is_y : to.y == ahead->at.y + dy;
    if (ahead->n == 0) {
        ahead->is_x = is_x;
        ahead->is_y = is_y;
        ahead->is_ended = (!is_x && to.x != ahead->at.x) || (!is_y && to.y != ahead->at.y);
    } else {
        ahead->is_ended = is_x != ahead->is_x || is_y != ahead->is_y;
    }
    goes_x = ahead->is_x && body->dx != 0;
    goes_y = ahead->is_y && body->dy != 0;
    if (ahead->is_ended &&
        (goes_x == goes_y || (goes_x ? to.y != ahead->at.y : to.x != ahead->at.x)))
        return;
    ahead->is_ended = ahead->is_ended || (!goes_x && !goes_y);
    ahead->at = to;
    ahead->n++;
}

/* False: he does not get far enough for it to be worth telling. */
static bool leg_begin(struct world_person *person, int64_t now_ms)
{
    const struct world_body *body = world_body_of(person);
    struct world_walk *walk = &person->walk;
    struct ahead ahead = {.at = world_spot(body),
                          .rest_x = body->rest_x,
                          .rest_y = body->rest_y,
                          .is_x = true,
                          .is_y = true};
    double speed;

    while (!ahead.is_ended && ahead.n < LEG_STEPS)
        look_ahead(person, now_ms, &ahead);
    speed = hypot(ahead.is_x ? body->dx : 0, ahead.is_y ? body->dy : 0) / STICK_LONG *
            WORLD_SPEED_CM_S;
    walk->start_ms = now_ms;
    walk->gone_mm = 0;
    walk->speed_cm_s = (uint16_t)lround(speed);
    walk->n = 2;
    walk->at[0] = world_spot(body);
    walk->at[1] = ahead.at;
    walk->mm[0] = 0;
    walk->mm[1] = world_leg_mm(walk->at[0], walk->at[1]);
    walk->is_open = !ahead.is_ended;
    return ahead.n > 1 && walk->speed_cm_s > 0 && walk->mm[1] > 0;
}

/* Others still have him near enough to where he is. */
static bool leg_holds(const struct world_person *person, int64_t now_ms)
{
    const struct world_walk *walk = &person->walk;
    int64_t mm = (now_ms - walk->start_ms) * walk->speed_cm_s / 100;
    int64_t ahead_mm = LEG_RENEW_MS * walk->speed_cm_s / 100;
    bool is_over = mm >= walk->mm[1];
    int64_t off2 = world_distance2(world_walk_at(walk, is_over ? walk->mm[1] : (int32_t)mm),
                                   world_spot(world_body_of(person)));

    if (walk->is_open && mm + ahead_mm >= walk->mm[1])
        return false;
    return is_over ? off2 == 0 : off2 <= LEG_SLACK2;
}

void world_stick_tell(struct world_person *person, int64_t now_ms)
{
    struct world_body *body = world_body_of(person);
    bool has_stepped = (body->flags & BODY_MOVED) != 0;
    bool is_lively = person->is_lively && now_ms - person->turned_ms < TURN_REST_MS;

    if (body->dx == 0 && body->dy == 0)
        return;
    if ((body->flags & BODY_LEG) != 0) {
        if (leg_holds(person, now_ms)) {
            body->flags = (uint16_t)(body->flags & ~BODY_MOVED);
            return;
        }
        world_walk_end(person, true);
    }
    if (!has_stepped || is_lively || !leg_begin(person, now_ms))
        return;
    body->flags = (uint16_t)((body->flags & ~(BODY_MOVED | BODY_TOLD)) | BODY_LEG | BODY_TELLS);
}

/* ---- the command ---- */

void world_stick_end(struct world_person *person)
{
    struct world_body *body = world_body_of(person);

    body->dx = body->dy = 0;
    if ((body->flags & BODY_LEG) != 0)
        world_walk_end(person, true);
}

static void turn(struct world_person *person, int8_t dx, int8_t dy, int64_t now_ms)
{
    const struct world_body *body = world_body_of(person);
    bool is_going = body->dx != 0 || body->dy != 0;

    if (is_going && abs(dx - person->turn_x) <= TURN_LEAST &&
        abs(dy - person->turn_y) <= TURN_LEAST)
        return;
    person->is_lively = is_going && now_ms - person->turned_ms < TURN_OFTEN_MS;
    person->turned_ms = now_ms;
    person->turn_x = dx;
    person->turn_y = dy;
}

enum err world_stick(struct world_person *person, int8_t dx, int8_t dy, int64_t now_ms,
                     struct fail *why)
{
    struct world_body *body = world_body_of(person);
    int32_t long2 = dx * dx + dy * dy;
    enum err rc;

    if (dx == -128 || dy == -128)
        return fail_field(why, ERR_INVALID, "stick", "direction %d %d", dx, dy);
    rc = world_may_walk(person, "watch-stick", now_ms, why);
    if (rc != ERR_OK)
        return rc;
    if (long2 > STICK_LONG * STICK_LONG) {
        double by = STICK_LONG / sqrt((double)long2);

        dx = (int8_t)(dx * by);
        dy = (int8_t)(dy * by);
    }
    if (dx != 0 || dy != 0) {
        if (person->is_away)
            world_away_set(person, false, now_ms);
        world_walk_stop(person);
        turn(person, dx, dy, now_ms);
    } else {
        world_stick_end(person);
    }
    if (body->dx == 0 && body->dy == 0)
        body->rest_x = body->rest_y = 0;
    body->dx = dx;
    body->dy = dy;
    body->at_ms = now_ms;
    return ERR_OK;
}

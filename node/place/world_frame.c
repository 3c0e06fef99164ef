/* Movement as bytes (little-endian), built once for a channel and shared:
 *   u8 1, u8 flags (1: PICTURE), u16 n_moves, u32 floor_ms,
 *   n_moves of {u16 seat, u16 x, u16 y},
 *   u16 n_runs, n_runs of {u16 seat, u8 n, n of {i8 dx, i8 dy}},
 *   and until the end walks:
 *   {u16 seat, u8 n_points, u8 kind, u16 speed_cm_s, u16 age_ms, n_points of {u16 x, u16 y}}
 * A run tells of n seats one after another how far each went since it was told last: only of
 * those who stand where a move or a step has put them, so a receiver who has lost a frame gets
 * a PICTURE before anything else. A picture says what was told, not what is about to be.
 * kind 1: steered, so it may end or turn at any moment, and where it leads is no target. */
#include <stdlib.h>

#include "node/place/world_priv.h"

#define FRAME_TICK    1
#define FRAME_PICTURE 1
#define HEAD_BYTES    8
#define MOVE_BYTES    6
#define RUN_BYTES     3
#define RUN_MOST      UINT8_MAX
#define STEP_BYTES    2
#define STEP_MOST     INT8_MAX
#define WALK_BYTES    8
#define WALK_STEERED  1
#define POINT_BYTES   4
#define WALK_MOST     (WALK_BYTES + PATH_POINTS_CAP * POINT_BYTES)

static uint8_t *put16(uint8_t *p, int64_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    return p + 2;
}

static bool bytes_reserve(struct world *world, size_t len)
{
    uint8_t *bytes;

    if (len <= world->bytes_cap)
        return true;
    len += len / 2;
    bytes = realloc(world->bytes, len);
    if (bytes == NULL)
        return false;
    world->bytes = bytes;
    world->bytes_cap = len;
    return true;
}

static uint8_t *put_walk(uint8_t *p, const struct world_copy *copy, uint32_t i, int64_t now_ms)
{
    const struct world_walk *walk = &copy->people[i]->walk;
    int64_t age_ms = now_ms - walk->start_ms;

    p = put16(p, copy->bodies[i].seat);
    *p++ = walk->n;
    *p++ = (copy->bodies[i].flags & BODY_LEG) != 0 ? WALK_STEERED : 0;
    p = put16(p, walk->speed_cm_s);
    p = put16(p, age_ms < 0 ? 0 : age_ms > UINT16_MAX ? UINT16_MAX : age_ms);
    for (size_t k = 0; k < walk->n; k++) {
        p = put16(p, walk->at[k].x);
        p = put16(p, walk->at[k].y);
    }
    return p;
}

/* Who is told as a move or a step, who as a walk: all of the channel (is_whole), or what is
 * new. */
static bool is_still(const struct world_body *body, unsigned channel, bool is_whole)
{
    return body->channel == channel &&
           (is_whole ? (body->flags & (BODY_WALKS | BODY_LEG)) == 0
                     : (body->flags & (BODY_MOVED | BODY_TELLS)) == BODY_MOVED);
}

static bool is_walk(const struct world_body *body, unsigned channel, bool is_whole)
{
    return body->channel == channel &&
           (body->flags & (is_whole ? BODY_WALKS | BODY_LEG : BODY_TELLS)) != 0;
}

/* Of one who is still. */
static bool is_step(const struct world_body *body, bool is_whole)
{
    return !is_whole && (body->flags & BODY_TOLD) != 0 &&
           abs(body->x - body->told_x) <= STEP_MOST && abs(body->y - body->told_y) <= STEP_MOST;
}

static uint8_t *put_moves(uint8_t *p, const struct world_copy *copy, unsigned channel,
                          bool is_whole)
{
    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];
        /* What is new is where he is; all of it, what is known of him. */
        struct floor_spot at = is_whole ? world_told_spot(body) : world_spot(body);

        if (!is_still(body, channel, is_whole) || is_step(body, is_whole))
            continue;
        p = put16(p, body->seat);
        p = put16(p, at.x);
        p = put16(p, at.y);
    }
    return p;
}

static uint8_t *put_runs(uint8_t *p, const struct world_copy *copy, unsigned channel)
{
    uint8_t *head = p, *run = NULL;
    uint16_t n_runs = 0, next = 0;

    p += 2;
    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];

        if (!is_still(body, channel, false) || !is_step(body, false))
            continue;
        if (run == NULL || body->seat != next || run[2] == RUN_MOST) {
            run = p;
            n_runs++;
            p = put16(p, body->seat);
            *p++ = 0;
        }
        run[2]++;
        next = (uint16_t)(body->seat + 1);
        *p++ = (uint8_t)(body->x - body->told_x);
        *p++ = (uint8_t)(body->y - body->told_y);
    }
    put16(head, n_runs);
    return p;
}

/* NULL: no memory. */
static struct ws_shared *frame_make(struct world_copy *copy, unsigned channel, bool is_whole,
                                    uint8_t flags, int64_t now_ms)
{
    struct world *world = copy->world;
    int64_t floor_ms = now_ms - copy->base_ms;
    struct ws_shared *frame = NULL;
    size_t n_moves = 0, n_steps = 0, n_walks = 0;
    uint8_t *p;

    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];

        if (is_still(body, channel, is_whole))
            *(is_step(body, is_whole) ? &n_steps : &n_moves) += 1;
        n_walks += is_walk(body, channel, is_whole);
    }
    if (!bytes_reserve(world, HEAD_BYTES + n_moves * MOVE_BYTES + 2 +
                                  n_steps * (RUN_BYTES + STEP_BYTES) + n_walks * WALK_MOST))
        return NULL;
    p = world->bytes;
    *p++ = FRAME_TICK;
    *p++ = flags;
    p = put16(p, (int64_t)n_moves);
    p = put16(p, floor_ms);
    p = put16(p, floor_ms >> 16);
    if (n_moves > 0)
        p = put_moves(p, copy, channel, is_whole);
    p = n_steps > 0 ? put_runs(p, copy, channel) : put16(p, 0);
    for (uint32_t i = 0; n_walks > 0 && i < copy->n; i++)
        if (is_walk(&copy->bodies[i], channel, is_whole))
            p = put_walk(p, copy, i, now_ms);
    if (ws_shared_create(WS_OP_BINARY, span_of(world->bytes, (size_t)(p - world->bytes)),
                         &frame, NULL) != ERR_OK)
        return NULL;
    return frame;
}

void world_send(struct world_copy *copy, unsigned channel, struct ws_shared *frame,
                enum ws_keep keep)
{
    for (uint32_t i = 0; i < copy->n; i++)
        if (copy->peers[i] != NULL && world_can_see(copy, &copy->bodies[i], channel))
            copy->world->conf.send(copy->peers[i], frame, keep);
}

void world_tick_send(struct world_copy *copy, unsigned channel, int64_t now_ms)
{
    struct ws_shared *frame = frame_make(copy, channel, false, 0, now_ms);

    if (frame == NULL) {
        copy->is_stale = true;
        return;
    }
    world_send(copy, channel, frame, WS_MAY_DROP);
    ws_shared_unref(&frame);
}

/* The public one is kept for a tick while nothing changes: many may ask for it at once. Not for
 * longer: walks go on, and who knows the floor's clock by it alone would see them late. */
static struct ws_shared *public_picture(struct world_copy *copy, int64_t now_ms)
{
    if (copy->picture == NULL || copy->picture_gen != copy->gen ||
        now_ms - copy->picture_ms >= WORLD_TICK_MS) {
        ws_shared_unref(&copy->picture);
        copy->picture = frame_make(copy, CHANNEL_PUBLIC, true, FRAME_PICTURE, now_ms);
        copy->picture_gen = copy->gen;
        copy->picture_ms = now_ms;
    }
    return copy->picture;
}

void world_picture_send(struct world_person *person, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    const struct world_body *body = world_body_of(person);
    void *peer = copy->peers[person->at];
    struct ws_shared *frame;

    if (peer == NULL)
        return;
    frame = public_picture(copy, now_ms);
    if (frame == NULL) {
        world_body_of(person)->flags |= BODY_HERE;
        return;
    }
    copy->world->conf.send(peer, frame, WS_MAY_DROP);
    for (unsigned c = 0; copy->rooms != 0 && c < CHANNEL_PUBLIC; c++) {
        if (copy->n_in_channel[c] == 0 || !world_can_see(copy, body, c))
            continue;
        frame = frame_make(copy, c, true, 0, now_ms);
        if (frame == NULL) {
            world_body_of(person)->flags |= BODY_HERE;
            return;
        }
        copy->world->conf.send(peer, frame, WS_MAY_DROP);
        ws_shared_unref(&frame);
    }
}

#include "tests/load/scene.h"

#include <math.h>
#include <stdlib.h>

#include "node/base/jx.h"
#include "node/base/wholefile.h"

#define SCENE_BYTES 4096

#define NUMBER(field, top) \
    { \
        .name = #field, .type = JX_INT, .least = 0, .most = (top), \
        .offset = offsetof(struct scene, field), .title_ja = #field \
    }
static const struct jx_field fields[] = {
    NUMBER(floors, 1000),           NUMBER(walk_percent, 100),
    NUMBER(stick_percent, 100),     NUMBER(group_percent, 100),
    NUMBER(group_size, 100),        NUMBER(pause_least_ms, 3600000),
    NUMBER(pause_most_ms, 3600000), NUMBER(step_least_cm, 5000),
    NUMBER(step_most_cm, 5000),     NUMBER(burst_least_ms, 3600000),
    NUMBER(burst_most_ms, 3600000), NUMBER(turn_least_ms, 3600000),
    NUMBER(turn_most_ms, 3600000),
};
static const struct jx_shape shape = JX_SHAPE("Scene", struct scene, fields);

enum err scene_read(const char *path, struct scene *scene_out, struct fail *why)
{
    static uint8_t text[SCENE_BYTES];
    struct arena *arena = NULL;
    size_t len;
    enum err rc = wholefile_read(path, text, sizeof text, &len, why);

    if (rc == ERR_OK)
        rc = arena_create(SCENE_BYTES, &arena, why);
    if (rc == ERR_OK)
        rc = jx_read(span_of(text, len), &shape, arena, scene_out, NULL, why);
    arena_destroy(&arena);
    if (rc == ERR_OK &&
        (scene_out->floors == 0 || scene_out->group_size == 0 || scene_out->turn_least_ms == 0))
        rc = fail_set(why, ERR_INVALID, "floors, group_size and turn_least_ms are at least 1");
    return rc;
}

/* xorshift64*: the same people every time. */
static uint64_t draw(struct scene_part *part)
{
    uint64_t x = part->random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    part->random = x;
    return (x * UINT64_C(2685821657736338717)) >> 16;
}

static int64_t between(struct scene_part *part, int64_t least, int64_t most)
{
    return most <= least ? least : least + (int64_t)(draw(part) % (uint64_t)(most - least + 1));
}

static int32_t within(int64_t at, int32_t size)
{
    return (int32_t)(at < 60 ? 60 : at > size - 60 ? size - 60 : at);
}

void scene_part_init(const struct scene *scene, int index, int64_t now_us,
                     struct scene_part *part_out)
{
    struct scene_part part = {.random = 0x9e3779b97f4a7c15u * (uint64_t)(index + 1)};
    int64_t lot, on_floor = index / scene->floors;

    part.floor = (int)(index % scene->floors);
    part.leader = -1;
    lot = between(&part, 0, 99);
    if (lot < scene->walk_percent)
        part.kind = SCENE_WALKS;
    else if (lot < scene->walk_percent + scene->stick_percent)
        part.kind = SCENE_STEERS;
    if (part.kind == SCENE_WALKS && between(&part, 0, 99) < scene->group_percent &&
        on_floor % scene->group_size != 0)
        part.leader =
            (int)((on_floor - on_floor % scene->group_size) * scene->floors) + part.floor;
    part.x = (int32_t)between(&part, 100, SCENE_W_CM - 100);
    part.y = (int32_t)between(&part, 100, SCENE_H_CM - 100);
    part.next_us =
        now_us + between(&part, 0, scene->pause_most_ms + scene->turn_most_ms) * 1000;
    *part_out = part;
}

static void begin_walk(struct scene_part *part, int32_t to_x, int32_t to_y, int64_t now_us)
{
    double far_cm;

    scene_position(part, now_us);
    part->from_x = part->x;
    part->from_y = part->y;
    part->to_x = to_x;
    part->to_y = to_y;
    far_cm = hypot((double)(to_x - part->x), (double)(to_y - part->y));
    part->from_us = part->step_us = now_us;
    part->until_us = now_us + (int64_t)(far_cm / SCENE_SPEED_CM_S * 1e6) + 1;
    part->n_walks++;
}

static enum scene_act walk(const struct scene *scene, struct scene_part *part, int64_t now_us)
{
    double angle = (double)between(part, 0, 6283) / 1000;
    double far_cm = (double)between(part, scene->step_least_cm, scene->step_most_cm);

    begin_walk(part, within(part->x + (int64_t)(cos(angle) * far_cm), SCENE_W_CM),
               within(part->y + (int64_t)(sin(angle) * far_cm), SCENE_H_CM), now_us);
    part->next_us =
        part->until_us + between(part, scene->pause_least_ms, scene->pause_most_ms) * 1000;
    return SCENE_WALK;
}

static enum scene_act follow(struct scene_part *part, const struct scene_part *leader,
                             int64_t now_us)
{
    part->next_us = now_us + 250000;
    if (leader->n_walks == part->n_followed)
        return SCENE_NOTHING;
    part->n_followed = leader->n_walks;
    begin_walk(part, within(leader->to_x + between(part, -150, 150), SCENE_W_CM),
               within(leader->to_y + between(part, -150, 150), SCENE_H_CM), now_us);
    return SCENE_WALK;
}

static enum scene_act steer(const struct scene *scene, struct scene_part *part, int64_t now_us)
{
    double angle = (double)between(part, 0, 6283) / 1000;

    scene_position(part, now_us);
    if (part->until_us != 0 && now_us >= part->until_us) { /* lets go */
        part->until_us = 0;
        part->dx = part->dy = 0;
        part->next_us =
            now_us + between(part, scene->pause_least_ms, scene->pause_most_ms) * 1000;
        return SCENE_STICK;
    }
    if (part->until_us == 0) {
        part->until_us =
            now_us + between(part, scene->burst_least_ms, scene->burst_most_ms) * 1000;
        part->step_us = now_us;
    }
    part->dx = (int8_t)(cos(angle) * 127);
    part->dy = (int8_t)(sin(angle) * 127);
    part->next_us = now_us + between(part, scene->turn_least_ms, scene->turn_most_ms) * 1000;
    if (part->next_us > part->until_us)
        part->next_us = part->until_us;
    return SCENE_STICK;
}

enum scene_act scene_next(const struct scene *scene, struct scene_part *parts, int index,
                          int64_t now_us)
{
    struct scene_part *part = &parts[index];

    if (now_us < part->next_us)
        return SCENE_NOTHING;
    switch (part->kind) {
    case SCENE_WALKS:
        return part->leader < 0 ? walk(scene, part, now_us)
                                : follow(part, &parts[part->leader], now_us);
    case SCENE_STEERS:
        return steer(scene, part, now_us);
    case SCENE_SITS:
        part->next_us = INT64_MAX;
        break;
    }
    return SCENE_NOTHING;
}

bool scene_position(struct scene_part *part, int64_t now_us)
{
    double done;

    if (part->until_us == 0)
        return false;
    if (part->kind == SCENE_STEERS) {
        double far_cm = (double)(now_us - part->step_us) / 1e6 * SCENE_SPEED_CM_S / 127;

        part->x = within(part->x + (int64_t)(part->dx * far_cm), SCENE_W_CM);
        part->y = within(part->y + (int64_t)(part->dy * far_cm), SCENE_H_CM);
        part->step_us = now_us;
        return true;
    }
    done = (double)(now_us - part->from_us) / (double)(part->until_us - part->from_us);
    if (done >= 1) {
        done = 1;
        part->until_us = 0;
    }
    part->x = part->from_x + (int32_t)((part->to_x - part->from_x) * done);
    part->y = part->from_y + (int32_t)((part->to_y - part->from_y) * done);
    return true;
}

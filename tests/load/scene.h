/* tests/load/scene.h - what people do, from a file, the same every time. Of every hundred,
 * walk_percent walk: they pause, choose a spot step_least..most away, go there. stick_percent
 * steer: after a pause they hold a stick for a burst and turn every turn_least..most. The rest
 * sit. Of those who walk, group_percent belong to groups of group_size, which go where their
 * first goes.  Threads: one. */
#ifndef TESTS_LOAD_SCENE_H
#define TESTS_LOAD_SCENE_H

#include "node/base/arena.h"
#include "node/base/err.h"

struct scene {
    int64_t floors, walk_percent, stick_percent, group_percent, group_size;
    int64_t pause_least_ms, pause_most_ms, step_least_cm, step_most_cm;
    int64_t burst_least_ms, burst_most_ms, turn_least_ms, turn_most_ms;
};
/* ERR_INVALID names the field. */
NODISCARD enum err scene_read(const char *path, struct scene *scene_out, struct fail *why);

#define SCENE_W_CM       3600
#define SCENE_H_CM       2400
#define SCENE_SPEED_CM_S 150

enum scene_kind { SCENE_SITS, SCENE_WALKS, SCENE_STEERS };
/* One person's part. */
struct scene_part {
    uint64_t random;
    enum scene_kind kind;
    int floor, leader;        /* whose walks this one follows; -1: nobody's */
    int64_t next_us;          /* when something is to be done */
    int64_t until_us;         /* of a walk or burst; 0: at rest */
    int32_t x, y, to_x, to_y; /* where one means to be; servers may know better */
    int64_t from_us, step_us; /* of a walk: since when; when the spot was last worked out */
    int32_t from_x, from_y;
    int8_t dx, dy;
    uint32_t n_walks; /* so that followers see a new one */
    uint32_t n_followed;
};
enum scene_act { SCENE_NOTHING, SCENE_WALK, SCENE_STICK };

void scene_part_init(const struct scene *scene, int index, int64_t now_us,
                     struct scene_part *part_out);
/* What is to be done now; parts: all of them, for leaders. */
enum scene_act scene_next(const struct scene *scene, struct scene_part *parts, int index,
                          int64_t now_us);
/* Where a part is, for servers that are told positions; false: it has not moved since. */
bool scene_position(struct scene_part *part, int64_t now_us);

#endif

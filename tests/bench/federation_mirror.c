/* What a town's listeners cost on the line: bytes of frames, both ways, of a quarter of an hour
 * in which the host's people walk and talk and the guest's stand and listen, with fifty of them
 * and with one. By what the rooms send; tests/bench/link_figures.py measures the line. */
#include <stdio.h>
#include <stdlib.h>

#include "federation/mirror_room.h"
#include "tests/bench/bench.h"

#define SECONDS 900
#define TALKERS 20
#define MOST    50

struct side {
    struct side *other;
    struct id self;
    struct mirror_room *room;
    struct room_feature feature;
    int64_t now_us;
    double n_bytes;
};

static struct id id_of(int kind, int n)
{
    return (struct id){{(uint8_t)kind, (uint8_t)(n >> 8), (uint8_t)n, 1}};
}

static void hand_over(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    struct side *side = arg;
    enum room_rule rule;

    (void)peer;
    (void)is_rt;
    side->n_bytes += FRAME_HEAD_BYTES + (double)frame->payload.len;
    invariant(mirror_room_take(side->other->room, side->self, frame, side->now_us, &rule) <
                  ROOM_DROPPED,
              "a %s was refused", frame_type_name(frame->type));
}
static bool name(void *arg, struct id node, struct room_look *look)
{
    (void)arg;
    (void)node;
    (void)look;
    return false;
}
static void figure(void *arg, struct room_figure *one)
{
    (void)arg;
    (void)one;
}
static void moved(void *arg, struct room_figure *one, const struct frame_pos *pos,
                  bool is_steered)
{
    (void)arg;
    (void)one;
    (void)pos;
    (void)is_steered;
}
static void heard(void *arg, const struct room_figure *one, const struct room_line *line)
{
    struct side *side = arg;
    struct room_figure *shown;

    (void)one;
    invariant(mirror_room_pass(side->room, line, &shown, NULL) == ERR_OK && shown != NULL,
              "a line");
}

static enum err open_side(struct side *side, struct side *other, bool is_host, struct fail *why)
{
    struct room_conf conf = {.is_host = is_host, .class = 1, .begins_ms = 1, .ends_ms = 2};
    enum err rc;

    side->other = other;
    side->self = id_of(1, is_host);
    side->now_us = SECOND_US;
    side->feature = (struct room_feature){.arg = side,
                                          .send = hand_over,
                                          .name = name,
                                          .put = figure,
                                          .changed = figure,
                                          .taken = figure,
                                          .moved = moved,
                                          .heard = heard};
    conf.self = side->self;
    conf.feature = &side->feature;
    rc = mirror_room_create(&conf, &side->room, why);
    return rc == ERR_OK ? mirror_room_peer(side->room, id_of(1, !is_host), MOST, why) : rc;
}

static enum err come(struct side *side, int kind, int n, struct fail *why)
{
    struct room_look look = {.kind = 1, .at = {500, 500}};
    uint8_t pseud[FRAME_PSEUD_BYTES] = {(uint8_t)kind, (uint8_t)(n + 1)};

    snprintf(look.name, sizeof look.name, "うさぎのこ%d", n);
    return mirror_room_here(side->room, id_of(kind, n), pseud, &look, why);
}

/* Everybody walks each 5 s and says something each 30 s. */
static enum err talk(struct side *host, int second, uint64_t *number, struct fail *why)
{
    struct frame_pos pos = {.at = {500, 500}, .speed_cm_s = 150, .n = 4};
    enum err rc = ERR_OK;

    for (int n = 0; n < TALKERS && rc == ERR_OK; n++) {
        struct room_line line = {.node = host->self,
                                 .line = id_of(9, (int)*number),
                                 .pseud = {2, (uint8_t)(n + 1)},
                                 .text = SPAN("おはようございます。きょうもよろしく。")};

        if ((second + n) % 5 == 0)
            mirror_room_moved(host->room, id_of(2, n), &pos, false);
        if ((second + n) % 30 != 0)
            continue;
        line.number = ++*number;
        rc = mirror_room_say(host->room, &line, why);
    }
    return rc;
}

static enum err run(int n_listeners, double *bytes_out, struct fail *why)
{
    struct side *sides = calloc(2, sizeof *sides);
    uint64_t number = 0;
    enum err rc = sides == NULL ? fail_set(why, ERR_NOMEM, "rooms")
                                : open_side(&sides[0], &sides[1], true, why);

    if (rc == ERR_OK)
        rc = open_side(&sides[1], &sides[0], false, why);
    for (int i = 0; i < 2 && rc == ERR_OK; i++)
        mirror_room_up(sides[i].room, sides[!i].self, false, SECOND_US);
    for (int n = 0; n < TALKERS && rc == ERR_OK; n++)
        rc = come(&sides[0], 2, n, why);
    for (int n = 0; n < n_listeners && rc == ERR_OK; n++)
        rc = come(&sides[1], 3, n, why);
    for (int second = 0; second < SECONDS && rc == ERR_OK; second++) {
        sides[0].now_us = sides[1].now_us = (second + 2) * SECOND_US;
        rc = talk(&sides[0], second, &number, why);
    }
    if (rc == ERR_OK)
        *bytes_out = sides[0].n_bytes + sides[1].n_bytes;
    for (int i = 0; i < 2 && sides != NULL; i++)
        mirror_room_destroy(&sides[i].room);
    free(sides);
    return rc;
}

BENCH(federation_mirror_growth, "federation.mirror.growth", "%", 5, true)
{
    double one = 0, fifty = 0;
    enum err rc = run(1, &one, why);

    if (rc == ERR_OK)
        rc = run(MOST, &fifty, why);
    if (rc == ERR_OK)
        *value_out = (fifty / one - 1) * 100;
    return rc;
}

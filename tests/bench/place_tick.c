/* place.tick: CPU for one person who turns his stick every 100 ms among 7,000 on one floor:
 * his command, his step, his six bytes and handing the shared frame to one receiver; no socket.
 * place.tick_walk: for one who walks across the floor by a way found for him.
 * place.tick_still: for one who only stands there.
 * place.tick_join: for one entering a floor where 400 are, who all are told. */
#include <stdio.h>

#include "node/base/wholefile.h"
#include "node/place/world_priv.h"
#include "tests/bench/bench.h"

#define N_PEOPLE 7000
#define N_WALK   1000
#define N_JOIN   400
#define N_TICKS  50
#define N_ROUNDS 3
#define FLOOR    "tests/bench/place_open.json" /* hardly any area: none may hold 7,000 */

struct crowd {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
    struct world_person *people[N_PEOPLE];
    int64_t now_ms;
    uint32_t random;
};

static size_t n_sent;

static void count(void *peer, struct ws_shared *frame, enum ws_keep keep)
{
    (void)peer;
    (void)frame;
    (void)keep;
    n_sent++;
}

static uint32_t random_to(struct crowd *c, uint32_t n)
{
    c->random = c->random * 1664525u + 1013904223u;
    return (c->random >> 8) % n;
}

static enum err come(struct crowd *c, int i, void *peer, struct fail *why)
{
    struct world_look look = {.role = ROLE_STUDENT, .name = "なまえ", .note = "よろしく"};
    struct world_entry entry = {.has_spot = true, .rung = RUNG_TEXT, .state = WORLD_TALK};

    entry.spot = (struct floor_spot){100 + (int32_t)random_to(c, 3400),
                                     100 + (int32_t)random_to(c, 2200)};
    return world_enter(c->copy, &look, &entry, peer, c->now_ms, &c->people[i], why);
}

static enum err open(struct crowd *c, struct fail *why)
{
    static uint8_t bytes[JX_MAX_BYTES];
    struct world_conf conf = {.send = count, .distance_cm = 150, .n_people_cap = N_PEOPLE};
    size_t len = 0;
    enum err rc = wholefile_read(FLOOR, bytes, sizeof bytes, &len, why);

    c->now_ms = 1000;
    c->random = 1;
    if (rc == ERR_OK)
        rc = ground_create(span_of(bytes, len), &c->ground, why);
    if (rc == ERR_OK)
        rc = world_create(&conf, &c->world, why);
    if (rc == ERR_OK)
        rc = world_copy_open(c->world, c->ground, 1, &c->copy, why);
    return rc;
}

static void close_all(struct crowd *c)
{
    world_destroy(&c->world);
    ground_unref(&c->ground);
}

static enum err fill(struct crowd *c, int n, struct fail *why)
{
    enum err rc = open(c, why);

    /* Held while they come: what 7,000 are told of each other is not this figure. */
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = come(c, i, NULL, why);
    if (rc != ERR_OK)
        return rc;
    world_tick(c->world, c->now_ms);
    for (int i = 0; i < n; i++)
        c->copy->peers[i] = c;
    return ERR_OK;
}

enum what { STICK, WALK, STILL };

static enum err ticks(struct crowd *c, int n, enum what what, double *us_out, struct fail *why)
{
    double begun_us = bench_thread_cpu_us();
    enum err rc = ERR_OK;

    for (int t = 0; t < N_TICKS; t++) {
        for (int i = 0; what == STICK && rc == ERR_OK && i < n; i++)
            rc = world_stick(c->people[i], (int8_t)((int)random_to(c, 255) - 127),
                             (int8_t)((int)random_to(c, 255) - 127), c->now_ms, why);
        c->now_ms += WORLD_TICK_MS;
        world_tick(c->world, c->now_ms);
    }
    *us_out = (bench_thread_cpu_us() - begun_us) / N_TICKS / n;
    return rc;
}

static enum err measure(int n, enum what what, double *us_out, struct fail *why)
{
    enum err rc = ERR_OK;

    *us_out = 1e9;
    for (int round = 0; rc == ERR_OK && round < N_ROUNDS; round++) {
        static struct crowd c;
        double one_us = 1e9;

        c = (struct crowd){0};
        rc = fill(&c, n, why);
        for (int i = 0; rc == ERR_OK && what == WALK && i < n; i++) {
            enum err one =
                world_go(c.people[i], 's', i % 2 == 0 ? SPAN("b") : SPAN("c"), c.now_ms, why);

            rc = one == ERR_CONFLICT ? ERR_OK : one;
        }
        if (rc == ERR_OK)
            rc = ticks(&c, n, what, &one_us, why);
        *us_out = one_us < *us_out ? one_us : *us_out;
        close_all(&c);
    }
    return rc;
}

BENCH(place_tick, "place.tick", "us", 0.5, true)
{
    return measure(N_PEOPLE, STICK, value_out, why);
}

BENCH(place_tick_walk, "place.tick_walk", "us", 0.5, true)
{
    return measure(N_WALK, WALK, value_out, why);
}

BENCH(place_tick_still, "place.tick_still", "us", 0.02, true)
{
    return measure(N_PEOPLE, STILL, value_out, why);
}

BENCH(place_tick_join, "place.tick_join", "us", 1000, true)
{
    static struct crowd c;
    double begun_us = 0;
    enum err rc;

    c = (struct crowd){0};
    rc = fill(&c, 0, why);
    for (int i = 0; rc == ERR_OK && i < 2 * N_JOIN; i++) {
        if (i == N_JOIN)
            begun_us = bench_thread_cpu_us();
        rc = come(&c, i, &c, why);
        if (i % 4 == 3) { /* 40 a second */
            c.now_ms += WORLD_TICK_MS;
            world_tick(c.world, c.now_ms);
        }
    }
    *value_out = (bench_thread_cpu_us() - begun_us) / N_JOIN;
    close_all(&c);
    return rc;
}

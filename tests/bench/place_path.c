/* place.path: CPU of one way between two random free spots of the plaza, the largest ready
 * floor (36 m by 24 m), searched and pulled straight. place.path_worst: the dearest of them. */
#include <stdio.h>

#include "node/place/floor_file.h"
#include "node/place/path.h"
#include "tests/bench/bench.h"

#define N_WAYS   2000
#define N_ROUNDS 3

struct figures {
    double mean_us, worst_us;
};

static uint32_t state;

static struct floor_spot random_spot(const struct floor_map *map)
{
    for (;;) {
        uint32_t cell;

        state = state * 1664525u + 1013904223u;
        cell = (state >> 8) % (uint32_t)(map->cols * map->rows);
        if (map->part_of[cell] == map->main_part)
            return floor_cell_middle(map, cell);
    }
}

static enum err ways(const struct floor_map *map, struct path_room *room, struct figures *out,
                     struct fail *why)
{
    double begun_us = bench_thread_cpu_us();

    state = 1;
    for (int i = 0; i < N_WAYS; i++) {
        struct floor_spot from = random_spot(map), to = random_spot(map);
        double one_us = bench_thread_cpu_us();
        struct path path;
        enum err rc = path_find(map, room, from, to, 0, &path, why);

        if (rc != ERR_OK)
            return rc;
        if (path.is_short)
            return fail_set(why, ERR_INTERNAL, "a way of the plaza is not whole");
        one_us = bench_thread_cpu_us() - one_us;
        out->worst_us = one_us > out->worst_us ? one_us : out->worst_us;
    }
    out->mean_us = (bench_thread_cpu_us() - begun_us) / N_WAYS;
    return ERR_OK;
}

/* The quickest of the rounds: what others do on the machine only adds. */
static enum err measure(struct figures *best, struct fail *why)
{
    struct arena *arena = NULL;
    struct path_room *room = NULL;
    const struct floor_map *map = NULL;
    const struct floor *floor = NULL;
    enum err rc = arena_create(65536, &arena, why);

    *best = (struct figures){1e9, 1e9};
    if (rc == ERR_OK)
        rc = floor_read_file("node/place/floors/plaza.json", arena, &floor, NULL, why);
    if (rc == ERR_OK)
        rc = floor_map_create(floor, FLOOR_BODY_CM, arena, &map, why);
    if (rc == ERR_OK)
        rc = path_room_create((size_t)map->cols * (size_t)map->rows, &room, why);
    for (int i = 0; rc == ERR_OK && i < N_ROUNDS; i++) {
        struct figures one = {0};

        rc = ways(map, room, &one, why);
        best->mean_us = one.mean_us < best->mean_us ? one.mean_us : best->mean_us;
        best->worst_us = one.worst_us < best->worst_us ? one.worst_us : best->worst_us;
    }
    path_room_destroy(&room);
    arena_destroy(&arena);
    return rc;
}

BENCH(place_path, "place.path", "us", 60, true)
{
    struct figures f;
    enum err rc = measure(&f, why);

    *value_out = f.mean_us;
    return rc;
}

BENCH(place_path_worst, "place.path_worst", "us", 1000, true)
{
    struct figures f;
    enum err rc = measure(&f, why);

    *value_out = f.worst_us;
    return rc;
}

/* place.presence: CPU of the live thread for one snapshot of 7,000 people on one floor, made
 * and published each second (node/place/presence.h). */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/wholefile.h"
#include "node/place/place_priv.h"
#include "node/place/presence.h"
#include "tests/bench/bench.h"

#define N_PEOPLE 7000
#define N_ROUNDS 20
#define FLOOR    "tests/bench/place_open.json"

struct hall {
    struct place place;
    struct place_floor floor;
    struct ground *ground;
    struct visit visits[N_PEOPLE];
    struct guest guest;
};

static void send(void *peer, struct ws_shared *frame, enum ws_keep keep)
{
    (void)peer;
    (void)frame;
    (void)keep;
}

static enum err fill(struct hall *h, struct fail *why)
{
    static uint8_t bytes[JX_MAX_BYTES];
    struct world_conf conf = {.send = send, .distance_cm = 150, .n_people_cap = N_PEOPLE};
    size_t len = 0;
    enum err rc = wholefile_read(FLOOR, bytes, sizeof bytes, &len, why);

    h->floor = (struct place_floor){.id = "open", .is_there = true};
    h->place.floors = &h->floor;
    h->place.n_floors = 1;
    if (rc == ERR_OK)
        rc = presence_open(&h->place, why);
    if (rc == ERR_OK)
        rc = ground_create(span_of(bytes, len), &h->ground, why);
    if (rc == ERR_OK)
        rc = world_create(&conf, &h->place.world, why);
    if (rc == ERR_OK)
        rc = world_copy_open(h->place.world, h->ground, 1, &h->floor.copies[0].world, why);
    for (int i = 0; rc == ERR_OK && i < N_PEOPLE; i++) {
        struct visit *v = &h->visits[i];
        struct world_entry entry = {.has_spot = true, .rung = RUNG_TEXT};

        entry.spot = (struct floor_spot){100 + i * 7 % 3400, 100 + i * 13 % 2200};
        v->pass.look = (struct world_look){.account = id_new(),
                                           .role = ROLE_STUDENT,
                                           .name = "あおいほしのこ",
                                           .login = "aozora-2026-0001"};
        v->account = v->pass.look.account;
        v->guest = &h->guest;
        v->floor = &h->floor;
        v->copy = 1;
        v->next = h->place.visits;
        h->place.visits = v;
        h->place.n_visits++;
        rc = world_enter(h->floor.copies[0].world, &v->pass.look, &entry, NULL, 1000,
                         &v->person, why);
    }
    return rc;
}

BENCH(place_presence, "place.presence", "ms", 20, true)
{
    struct hall *h = calloc(1, sizeof *h);
    enum err rc = h == NULL ? fail_set(why, ERR_NOMEM, "hall") : fill(h, why);
    double begun_us = bench_thread_cpu_us();

    for (int i = 0; rc == ERR_OK && i < N_ROUNDS; i++)
        presence_sweep(&h->place, (struct place_now){i * 1000000, i * 1000000});
    *value_out = (bench_thread_cpu_us() - begun_us) / N_ROUNDS / 1000;
    if (h != NULL) {
        for (int i = 0; i < N_PEOPLE; i++)
            if (h->visits[i].person != NULL)
                world_leave(&h->visits[i].person, 1000);
        world_destroy(&h->place.world);
        ground_unref(&h->ground);
        presence_close(&h->place);
        free(h);
    }
    return rc;
}

/* What the lobby is told of floors, and what that may cost however finely access is decided. */
#include <stdlib.h>

#include "node/place/place_priv.h"
#include "node/place/ready.h"
#include "tests/t.h"

#define GUESTS_N 200
#define LISTS_N  16 /* made in one sweep at most */

/* A line that keeps what it was sent last. */
struct line {
    struct live_head head;
    struct ws_shared *last;
    int n;
};

static void keep(struct live_conn *conn, struct ws_shared *frame, enum ws_keep how)
{
    struct line *line = (struct line *)(void *)conn;

    T_EQ(how, WS_KEEP, "never dropped");
    ws_shared_unref(&line->last);
    line->last = ws_shared_ref(frame);
    line->n++;
}

static const struct live_ops ops = {.send = keep};

struct hall {
    struct place place;
    struct place_floor floors[5];
    struct place_pass pass;
    struct guest guests[GUESTS_N];
    struct line lines[GUESTS_N];
};

/* Staff each of whom may enter other floors: access(i). */
static struct hall *hall_create(uint64_t (*access)(int))
{
    struct hall *hall = calloc(1, sizeof *hall);

    T_EQ(arena_create(65536, &hall->place.arena, NULL), ERR_OK, "arena");
    hall->pass.look.role = ROLE_SUPPORTER;
    hall->pass.look.is_staff = true;
    for (unsigned i = 0; i < 5; i++) {
        hall->floors[i] = (struct place_floor){
            .next = hall->place.floors, .bit = i, .ground = ready_ground(i), .is_there = true};
        memcpy(hall->floors[i].id, ready_floors[i].id, strlen(ready_floors[i].id) + 1);
        hall->place.floors = &hall->floors[i];
    }
    for (int i = 0; i < GUESTS_N; i++) {
        hall->lines[i].head.ops = &ops;
        hall->guests[i] = (struct guest){.place = &hall->place,
                                         .conn = (struct live_conn *)(void *)&hall->lines[i],
                                         .pass = &hall->pass,
                                         .access = access(i),
                                         .is_owed_cards = true,
                                         .next = hall->place.guests};
        hall->place.guests = &hall->guests[i];
    }
    return hall;
}

static int n_told(const struct hall *hall)
{
    int n = 0;

    for (int i = 0; i < GUESTS_N; i++)
        n += hall->lines[i].n;
    return n;
}

/* Different frames among all that were sent. */
static int n_lists(const struct hall *hall)
{
    int n = 0;

    for (int i = 0; i < GUESTS_N; i++) {
        bool is_new = hall->lines[i].last != NULL;

        for (int k = 0; k < i && is_new; k++)
            is_new = hall->lines[k].last != hall->lines[i].last;
        n += is_new;
    }
    return n;
}

static void hall_destroy(struct hall *hall)
{
    for (int i = 0; i < GUESTS_N; i++)
        ws_shared_unref(&hall->lines[i].last);
    arena_destroy(&hall->place.arena);
    free(hall);
}

static uint64_t of_few(int i)
{
    return (uint64_t)i % LISTS_N;
}

/* Sets that nobody shares; all five floors are in each. */
static uint64_t of_his_own(int i)
{
    return (uint64_t)i << 5 | 31;
}

T_CASE(one_list_serves_all_who_may_go_to_the_same_floors)
{
    struct hall *hall = hall_create(of_few);

    T_OK(place_cards_serve(&hall->place, true), "all are served at once");
    T_EQ(n_told(hall), GUESTS_N, "each once");
    T_EQ(n_lists(hall), LISTS_N, "by 16 lists");
    T_OK(place_cards_serve(&hall->place, true), "nobody is owed any more");
    T_EQ(n_told(hall), GUESTS_N, "so nobody hears it twice");
    hall_destroy(hall);
}

T_CASE(however_many_rules_there_are_a_sweep_makes_few_lists)
{
    struct hall *hall = hall_create(of_his_own);
    int n_sweeps = 0, n_before = 0;
    bool is_all = false;

    T_REQ("AI-2.3-ア");
    while (!is_all && n_sweeps < GUESTS_N) {
        is_all = place_cards_serve(&hall->place, true);
        T_OK(n_told(hall) - n_before <= LISTS_N, "no sweep makes more than 16");
        T_OK(is_all || n_told(hall) > n_before, "and every sweep gets on");
        n_before = n_told(hall);
        n_sweeps++;
        arena_reset(hall->place.arena);
    }
    T_EQ(n_told(hall), GUESTS_N, "each is told once");
    T_EQ(n_sweeps, (GUESTS_N + LISTS_N - 1) / LISTS_N, "one sweep behind the other");
    for (int i = 0; i < GUESTS_N; i++)
        T_EQ(hall->lines[i].n, 1, "nobody twice, nobody left out");
    hall_destroy(hall);
}

T_CASE(a_list_says_what_is_open_to_whom)
{
    struct hall *hall = hall_create(of_few);
    const struct span open = SPAN("\"is_open\":true");
    struct span bytes;

    (void)place_cards_serve(&hall->place, true);
    bytes = ws_shared_bytes(hall->lines[0].last);
    T_OK(memmem(bytes.p, bytes.len, open.p, open.len) == NULL, "0: no floor");
    bytes = ws_shared_bytes(hall->lines[3].last);
    T_OK(memmem(bytes.p, bytes.len, open.p, open.len) != NULL, "3: two of them");
    hall_destroy(hall);
}

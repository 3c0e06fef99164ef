/* Walking by ways and sticks: walls, watching, capacity, distance, time. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define N_TRIALS  10000
#define N_CROWD   8
#define N_STEPS   200000
#define N_MOMENTS 3000

struct lab {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
    int64_t now_ms;
};

static struct lab begin(void)
{
    struct lab lab = {
        .ground = lab_ground_file(LAB_FLOOR), .world = lab_world(100), .now_ms = 1000};

    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    return lab;
}

static void end(struct lab *lab)
{
    world_destroy(&lab->world);
    ground_unref(&lab->ground);
    lab_peers_fini();
}

static struct world_person *come(struct lab *lab, size_t i, enum role role, int32_t x,
                                 int32_t y)
{
    char name[16];
    struct world_look look;

    snprintf(name, sizeof name, "%02zu", i);
    look = lab_look(name, role);
    return lab_enter(lab->copy, &look, (struct floor_spot){x, y},
                     i < LAB_PEERS ? lab_peer(i) : NULL, lab->now_ms);
}

static bool is_at(const struct world_person *person, int32_t x, int32_t y)
{
    return lab_spot(person).x == x && lab_spot(person).y == y;
}

T_CASE(a_walk_is_sent_once_and_takes_its_time)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 100, 100);
    struct lab_peer *peer = lab_peer(0);

    lab_run(lab.world, &lab.now_ms, 1);
    lab_forget(peer);
    T_EQ(world_walk(anna, 700, 100, lab.now_ms, NULL), ERR_OK, "6 m");
    lab_run(lab.world, &lab.now_ms, 10);
    T_EQ(lab_count(peer, "#01"), 1, "one frame for all of it");
    T_OK(is_at(anna, 250, 100), "1.5 m in a second");
    lab_check(lab.copy, lab.now_ms);
    lab.now_ms += 2000;
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(is_at(anna, 565, 100), "a late tick catches up");
    lab_run(lab.world, &lab.now_ms, 20);
    T_OK(is_at(anna, 700, 100), "arrives");
    T_EQ(lab_count(peer, "#01"), 1, "still one");
    lab_check(lab.copy, lab.now_ms);
    T_EQ(world_walk(anna, 100, 300, lab.now_ms, NULL), ERR_OK, "back");
    lab_run(lab.world, &lab.now_ms, 5);
    world_stop(anna, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    T_EQ(world_body_of(anna)->flags & BODY_WALKS, 0, "stands");
    end(&lab);
}

T_CASE(one_who_only_watches_cannot_move_wave_or_knock)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 100, 100);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 400, 100);
    struct fail why = {0};

    T_REQ("KP-1-2 KP-3-運用-3 AI-4.3-イ-イ");
    T_EQ(world_walk(anna, 700, 100, lab.now_ms, NULL), ERR_OK, "walks");
    lab_run(lab.world, &lab.now_ms, 3);
    T_EQ(world_rung_change(anna, RUNG_WATCH, lab.now_ms, NULL), ERR_OK, "watches from now on");
    T_EQ(anna->state, WORLD_WATCH, "and says so");
    lab_run(lab.world, &lab.now_ms, 5);
    T_OK(is_at(anna, 145, 100), "the walk has ended");
#define REFUSED(call, rule) \
    T_EQ(call, ERR_DENIED, rule); \
    T_TEXT(why.field, rule, rule)
    REFUSED(world_walk(anna, 700, 100, lab.now_ms, &why), "watch-walk");
    REFUSED(world_go_seat(anna, lab_seat(ben), lab.now_ms, &why), "watch-walk");
    REFUSED(world_go(anna, 's', SPAN("left"), lab.now_ms, &why), "watch-walk");
    REFUSED(world_stick(anna, 127, 0, lab.now_ms, &why), "watch-stick");
    REFUSED(world_area_enter(anna, SPAN("cell"), lab.now_ms, &why), "watch-walk");
    REFUSED(world_area_knock(anna, SPAN("cell"), lab.now_ms, &why), "watch-knock");
    REFUSED(world_wave(anna, lab_seat(ben), lab.now_ms, &why), "watch-wave");
#undef REFUSED
    lab_run(lab.world, &lab.now_ms, 10);
    T_OK(is_at(anna, 145, 100), "has not moved");
    T_OK(lab_has(lab_peer(1), "name-00"), "and yet is there for the others");
    lab_check(lab.copy, lab.now_ms);
    T_EQ(world_state_change(anna, WORLD_TALK, lab.now_ms, NULL), ERR_OK, "her own act");
    T_EQ(anna->rung, RUNG_REACT, "one rung up");
    T_EQ(world_walk(anna, 700, 100, lab.now_ms, NULL), ERR_OK, "walks again");
    end(&lab);
}

T_CASE(values_that_no_client_sends_are_refused)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 100, 100);
    static const struct {
        int32_t x, y;
    } rows[] = {{-1, 5},        {5, -1},        {1200, 5},
                {5, 800},       {65535, 10},    {10, 65535},
                {INT32_MAX, 1}, {1, INT32_MIN}, {INT32_MIN, INT32_MIN}};

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(world_walk(anna, rows[i].x, rows[i].y, lab.now_ms, NULL), ERR_INVALID, "outside");
    T_EQ(world_stick(anna, -128, 0, lab.now_ms, NULL), ERR_INVALID, "-128");
    T_EQ(world_stick(anna, 0, -128, lab.now_ms, NULL), ERR_INVALID, "-128");
    T_EQ(world_go_seat(anna, 0, lab.now_ms, NULL), ERR_NOT_FOUND, "seat 0");
    T_EQ(world_go_seat(anna, 65535, lab.now_ms, NULL), ERR_NOT_FOUND, "seat 65535");
    T_EQ(world_go_seat(anna, lab_seat(anna), lab.now_ms, NULL), ERR_INVALID, "herself");
    T_EQ(world_go(anna, 'x', SPAN("left"), lab.now_ms, NULL), ERR_INVALID, "no such kind");
    T_EQ(world_go(anna, 's', SPAN("gone"), lab.now_ms, NULL), ERR_NOT_FOUND, "no such spawn");
    T_EQ(world_go(anna, 'b', SPAN("gone"), lab.now_ms, NULL), ERR_NOT_FOUND, "no such board");
    T_EQ(world_go(anna, 'a', SPAN("gone"), lab.now_ms, NULL), ERR_NOT_FOUND, "no such area");
    T_EQ(world_state_change(anna, (enum world_state)9, lab.now_ms, NULL), ERR_INVALID, "state");
    T_EQ(world_rung_change(anna, (enum world_rung)9, lab.now_ms, NULL), ERR_INVALID, "rung");
    T_EQ(world_walk(anna, 1199, 799, lab.now_ms, NULL), ERR_OK, "the last point is inside");
    lab_run(lab.world, &lab.now_ms, 100);
    T_OK(is_at(anna, 1180, 780) || lab_spot(anna).x > 1150, "as near as a body gets");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(going_to_people_areas_boards_and_spawns_ends_at_a_good_spot)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 100, 100);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 600, 300);
    int64_t d2;

    T_EQ(world_go_seat(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "to a person");
    lab_run(lab.world, &lab.now_ms, 60);
    d2 = world_distance2(lab_spot(anna), lab_spot(ben));
    T_OK(d2 > 100 * 100 && d2 <= 121 * 121, "beside him");
    T_EQ(world_go(anna, 'a', SPAN("nook"), lab.now_ms, NULL), ERR_OK, "to an area");
    lab_run(lab.world, &lab.now_ms, 60);
    T_EQ(world_body_of(anna)->areas, FLOOR_AREA_BIT(3), "is in it");
    T_EQ(world_go(anna, 'b', SPAN("news"), lab.now_ms, NULL), ERR_OK, "to a board");
    lab_run(lab.world, &lab.now_ms, 60);
    T_OK(world_distance2(lab_spot(anna), (struct floor_spot){400, 0}) <= 150 * 150, "reads it");
    T_EQ(world_go(anna, 's', SPAN("quiet"), lab.now_ms, NULL), ERR_OK, "to a spawn");
    lab_run(lab.world, &lab.now_ms, 60);
    T_OK(is_at(anna, 100, 100), "is there");
    T_EQ(world_go(anna, 'a', SPAN("cell"), lab.now_ms, NULL), ERR_OK, "to a closed room");
    lab_run(lab.world, &lab.now_ms, 90);
    T_EQ(world_body_of(anna)->channel, CHANNEL_PUBLIC, "as far as its door");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(on_every_ready_floor_walkers_stay_out_of_walls_at_every_moment)
{
    static const char *const files[] = {
        "node/place/floors/plaza.json", "node/place/floors/classes.json",
        "node/place/floors/lounge.json", "node/place/floors/quiet.json",
        "node/place/floors/counsel.json"};

    T_REQ("AI-2.3-エ");
    for (size_t f = 0; f < T_COUNT(files) && t_case_ok(); f++) {
        struct lab lab = {
            .ground = lab_ground_file(files[f]), .world = lab_world(20), .now_ms = 1000};
        struct world_person *people[N_CROWD];
        const struct floor_map *map = lab.ground->map;
        uint32_t random = (uint32_t)f;

        T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
        for (size_t i = 0; i < N_CROWD; i++)
            people[i] = come(&lab, i, ROLE_STUDENT, map->w_cm / 2, map->h_cm / 2);
        for (int i = 0; i < N_MOMENTS && t_case_ok(); i++) {
            struct world_person *one = people[lab_random(&random, N_CROWD)];
            enum err rc = ERR_OK;

            if (lab_random(&random, 12) == 0)
                rc = world_walk(one, (int32_t)lab_random(&random, (uint32_t)map->w_cm),
                                (int32_t)lab_random(&random, (uint32_t)map->h_cm), lab.now_ms,
                                NULL);
            T_OK(rc == ERR_OK || rc == ERR_CONFLICT || rc == ERR_BUSY, "walks");
            lab.now_ms += 3 + lab_random(&random, 40);
            world_tick(lab.world, lab.now_ms);
            lab_check(lab.copy, lab.now_ms);
        }
        end(&lab);
    }
}

/* ---- capacity ---- */

static void rush(struct lab *lab, struct world_person **people, uint32_t *random)
{
    int64_t now_ms = lab->now_ms;

    for (size_t i = 0; i < N_CROWD; i++) {
        enum err rc;

        if (lab_random(random, 3) == 0)
            rc = world_go(people[i], 'a', SPAN("nook"), now_ms, NULL);
        else if (lab_random(random, 2) == 0)
            rc = world_walk(people[i], 820 + (int32_t)lab_random(random, 360),
                            420 + (int32_t)lab_random(random, 360), now_ms, NULL);
        else
            rc = world_stick(people[i], 127, (int8_t)lab_random(random, 60), now_ms, NULL);
        T_OK(rc == ERR_OK || rc == ERR_BUSY || rc == ERR_CONFLICT, "walks, or it is full");
    }
}

T_CASE(ten_thousand_rushes_at_an_area_fill_it_and_never_overfill_it)
{
    struct lab lab = begin();
    struct world_person *people[N_CROWD];
    uint32_t random = 7;
    size_t n_filled = 0;
    int most = 0;

    T_REQ("AI-4.3-イ-ア-2");
    for (size_t i = 0; i < N_CROWD; i++)
        people[i] = come(&lab, LAB_PEERS, ROLE_STUDENT, 700, 500);
    for (int trial = 0; trial < N_TRIALS && t_case_ok(); trial++) {
        for (size_t i = 0; i < N_CROWD; i++) {
            struct world_look look = people[i]->look;

            world_leave(&people[i], lab.now_ms);
            people[i] = lab_enter(lab.copy, &look,
                                  (struct floor_spot){770 - (int32_t)lab_random(&random, 30),
                                                      430 + (int32_t)i * 40},
                                  NULL, lab.now_ms);
        }
        rush(&lab, people, &random);
        for (int k = 0; k < 6; k++) {
            lab_run(lab.world, &lab.now_ms, 1);
            most = lab.copy->n_in[3] > most ? lab.copy->n_in[3] : most;
        }
        n_filled += lab.copy->n_in[3] == 3;
        if (trial % 100 == 0)
            lab_check(lab.copy, lab.now_ms);
    }
    T_EQ(most, 3, "full, and no more, ever");
    T_OK(n_filled > N_TRIALS / 2, "mostly filled");
    end(&lab);
}

T_CASE(ten_thousand_landings_and_entries_never_overfill_a_room)
{
    struct lab lab = begin();
    struct world_person *people[N_CROWD] = {NULL};
    uint32_t random = 9;

    T_REQ("AI-2.3-オ");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_OPEN, lab.now_ms, NULL), ERR_OK,
         "open");
    for (int trial = 0; trial < N_TRIALS && t_case_ok(); trial++) {
        size_t i = lab_random(&random, N_CROWD);
        struct world_entry entry = {.has_spot = true,
                                    .spot = {1000, 200},
                                    .room = SPAN("cell"),
                                    .rung = RUNG_TEXT,
                                    .state = WORLD_TALK};
        struct world_look look = lab_look("x", ROLE_STUDENT);
        int n = lab.copy->n_in[1];
        enum err rc = ERR_OK;

        if (people[i] == NULL) {
            rc = world_enter(lab.copy, &look, &entry, NULL, lab.now_ms, &people[i], NULL);
            T_EQ(rc, ERR_OK, "enters the floor in any case");
            T_EQ(world_body_of(people[i])->channel == 1, n < 4, "and the room if it may");
        } else if (lab_random(&random, 3) == 0) {
            world_leave(&people[i], lab.now_ms);
        } else if (world_body_of(people[i])->channel == 1) {
            T_EQ(world_area_leave(people[i], lab.now_ms, NULL), ERR_OK, "leaves");
        } else {
            rc = world_area_enter(people[i], SPAN("cell"), lab.now_ms, NULL);
            T_EQ(rc == ERR_OK, n < 4, "enters exactly while there is room");
        }
        T_OK(lab.copy->n_in[1] <= 4, "never over capacity");
        if (trial % 16 == 0)
            lab_run(lab.world, &lab.now_ms, 1);
    }
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

/* ---- sticks ---- */

T_CASE(a_stick_goes_where_path_step_goes)
{
    static const char *const files[] = {"node/place/floors/plaza.json",
                                        "node/place/floors/counsel.json"};
    uint32_t random = 3;

    for (size_t f = 0; f < T_COUNT(files); f++) {
        struct ground *ground = lab_ground_file(files[f]);
        const struct floor_map *map = ground->map;
        size_t n_roomy = 0, n = 0;

        while (n < N_STEPS && t_case_ok()) {
            struct floor_spot at = {(int32_t)lab_random(&random, (uint32_t)map->w_cm),
                                    (int32_t)lab_random(&random, (uint32_t)map->h_cm)};
            int32_t dx = (int32_t)lab_random(&random, 2 * GROUND_STEP_CM + 1) - GROUND_STEP_CM;
            int32_t dy = (int32_t)lab_random(&random, 2 * GROUND_STEP_CM + 1) - GROUND_STEP_CM;
            uint64_t shut = lab_random(&random, 1 << 8);
            struct floor_spot to;

            if (!floor_is_free(map, at.x, at.y))
                continue;
            n++;
            if (!ground_is_roomy(ground, at))
                continue;
            n_roomy++;
            to = path_step(map, at, dx, dy, shut);
            T_OK(to.x == at.x + dx && to.y == at.y + dy, "where nothing is looked at");
            T_EQ(floor_areas_at(map, to.x, to.y), floor_areas_at(map, at.x, at.y), "areas");
        }
        T_OK(n_roomy > n / 4, "much of a floor");
        ground_unref(&ground);
    }
}

T_CASE(a_stick_is_as_fast_as_a_walk_whatever_its_direction_and_the_ticks)
{
    static const struct {
        int8_t dx, dy;
        int32_t x, y;
    } rows[] = {{127, 0, 150, 0},      {-127, 0, -150, 0}, {0, 127, 0, 150},
                {127, 127, 106, 106},  {64, 0, 75, 0},     {1, 0, 1, 0},
                {-127, 127, -106, 106}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct lab lab = begin();
        struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
        uint32_t random = 5;
        int64_t until_ms = lab.now_ms + 1000;

        T_EQ(world_stick(anna, rows[i].dx, rows[i].dy, lab.now_ms, NULL), ERR_OK, "a stick");
        while (lab.now_ms < until_ms) {
            lab.now_ms += 1 + lab_random(&random, 180);
            lab.now_ms = lab.now_ms > until_ms ? until_ms : lab.now_ms;
            world_tick(lab.world, lab.now_ms);
            lab_check(lab.copy, lab.now_ms);
        }
        T_OK(labs(lab_spot(anna).x - 400 - rows[i].x) <= 2, "x after a second");
        T_OK(labs(lab_spot(anna).y - 300 - rows[i].y) <= 2, "y after a second");
        T_EQ(world_stick(anna, 0, 0, lab.now_ms, NULL), ERR_OK, "lets go");
        lab_run(lab.world, &lab.now_ms, 5);
        T_OK(labs(lab_spot(anna).x - 400 - rows[i].x) <= 2, "stands");
        end(&lab);
    }
}

T_CASE(walls_and_doors_of_rooms_stop_a_stick)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 700, 200);

    T_REQ("AI-2.3-エ AI-2.3-オ");
    T_EQ(world_stick(anna, 127, 0, lab.now_ms, NULL), ERR_OK, "towards the door of the room");
    lab_run(lab.world, &lab.now_ms, 30);
    T_EQ(world_body_of(anna)->channel, CHANNEL_PUBLIC, "stays outside");
    T_OK(lab_spot(anna).x < 820, "before it");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "enters");
    T_EQ(world_stick(anna, -127, 0, lab.now_ms, NULL), ERR_OK, "towards the door again");
    lab_run(lab.world, &lab.now_ms, 40);
    T_EQ(world_body_of(anna)->channel, 1, "stays inside");
    T_EQ(world_walk(anna, 400, 300, lab.now_ms, NULL), ERR_OK, "walks out");
    lab_run(lab.world, &lab.now_ms, 60);
    T_EQ(world_body_of(anna)->channel, 1, "as far as the door");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

/* ---- distance ---- */

static bool is_apart(const struct world_person *a, const struct world_person *b)
{
    return world_distance2(lab_spot(a), lab_spot(b)) >= 150 * 150;
}

T_CASE(nobody_comes_near_to_one_who_wishes_distance_but_staff)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 200);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 100, 200);
    struct world_person *staff = come(&lab, 2, ROLE_SUPPORTER, 100, 350);
    struct fail why = {0};

    T_REQ("SE-4.1-イ-4");
    T_EQ(world_state_change(anna, WORLD_ALONE, lab.now_ms, NULL), ERR_OK, "alone");
    T_EQ(world_go_seat(ben, lab_seat(anna), lab.now_ms, &why), ERR_CONFLICT, "not to her");
    T_TEXT(why.field, "distance", "for that reason");
    T_EQ(world_wave(ben, lab_seat(anna), lab.now_ms, NULL), ERR_CONFLICT, "nor a wave");
    T_EQ(world_walk(ben, 390, 200, lab.now_ms, NULL), ERR_OK, "a walk to her");
    lab_run(lab.world, &lab.now_ms, 40);
    T_OK(is_apart(ben, anna), "ends before");
    T_OK(lab_spot(ben).x > 200, "on the way");
    T_EQ(world_stick(ben, 127, 0, lab.now_ms, NULL), ERR_OK, "a stick towards her");
    lab_run(lab.world, &lab.now_ms, 40);
    T_OK(is_apart(ben, anna), "ends before");
    T_EQ(world_stick(ben, 0, 0, lab.now_ms, NULL), ERR_OK, "lets go");
    T_EQ(world_walk(ben, 700, 200, lab.now_ms, NULL), ERR_OK, "passing by");
    lab_run(lab.world, &lab.now_ms, 10);
    T_OK(!is_apart(ben, anna), "is allowed");
    world_stop(ben, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 30);
    T_OK(is_apart(ben, anna), "stopping there is not");
    T_EQ(world_body_of(ben)->flags & BODY_WALKS, 0, "he stands behind her");
    lab_check(lab.copy, lab.now_ms);
    T_EQ(world_go_seat(staff, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "staff may");
    lab_run(lab.world, &lab.now_ms, 40);
    T_OK(!is_apart(staff, anna), "and do");
    T_EQ(world_state_change(anna, WORLD_TALK, lab.now_ms, NULL), ERR_OK, "company again");
    T_EQ(world_go_seat(ben, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "now he may");
    T_EQ(world_wave(ben, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "and wave");
    T_OK(lab_has(lab_peer(0), "\"ev\":\"wave\",\"of\":{\"seat\":2,\"name\":\"name-01\"}"),
         "so");
    end(&lab);
}

T_CASE(who_takes_no_waves_gets_those_of_staff_alone)
{
    struct lab lab = begin();
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 100, 200);
    struct world_person *staff = come(&lab, 2, ROLE_SUPPORTER, 100, 350);
    struct world_look look = lab_look("quiet", ROLE_STUDENT);
    struct world_person *anna;
    struct fail why = {0};

    T_REQ("AI-2.2-エ");
    look.takes_no_waves = true;
    anna = lab_enter(lab.copy, &look, (struct floor_spot){400, 200}, lab_peer(0), lab.now_ms);
    T_EQ(world_wave(ben, lab_seat(anna), lab.now_ms, &why), ERR_CONFLICT, "not a child's");
    T_TEXT(why.field, "no-waves", "for that reason");
    T_EQ(world_wave(staff, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "staff's");
    T_EQ(world_wave(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "and she may wave");
    end(&lab);
}

T_CASE(a_wish_made_while_somebody_comes_ends_his_walk_before)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 600, 200);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 100, 200);

    T_REQ("SE-4.1-イ-4");
    T_EQ(world_walk(ben, 590, 200, lab.now_ms, NULL), ERR_OK, "to her");
    lab_run(lab.world, &lab.now_ms, 10);
    world_distance_set(anna, true, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 40);
    T_OK(is_apart(ben, anna), "ends before");
    lab_check(lab.copy, lab.now_ms);
    T_OK(lab_has(lab_peer(1), "\"has_distance\":true"), "which he was told");
    end(&lab);
}

/* What is told of sticks: one leg while a stick is held, steps while it is turned all the time,
 * and where it stops exactly. lab_check reads it as a browser would. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define N_CROWD   8
#define N_MOMENTS 4000

struct lab {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
    int64_t now_ms;
};

static struct lab begin(const char *path)
{
    struct lab lab = {.ground = lab_ground_file(path), .world = lab_world(100), .now_ms = 1000};

    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    return lab;
}

static void end(struct lab *lab)
{
    world_destroy(&lab->world);
    ground_unref(&lab->ground);
    lab_peers_fini();
}

static struct world_person *come(struct lab *lab, size_t i, int32_t x, int32_t y)
{
    char name[16];
    struct world_look look;

    snprintf(name, sizeof name, "%02zu", i);
    look = lab_look(name, ROLE_STUDENT);
    return lab_enter(lab->copy, &look, (struct floor_spot){x, y}, lab_peer(i), lab->now_ms);
}

static void steer(struct world_person *person, int dx, int dy, int64_t now_ms)
{
    T_EQ(world_stick(person, (int8_t)dx, (int8_t)dy, now_ms, NULL), ERR_OK, "a stick");
}

static void run(struct lab *lab, int n)
{
    for (int i = 0; i < n && t_case_ok(); i++) {
        lab_run(lab->world, &lab->now_ms, 1);
        lab_check(lab->copy, lab->now_ms);
    }
}

static bool is_drawn_at(size_t viewer, const struct world_person *person)
{
    const struct lab_mark *mark = &lab_peer(viewer)->marks[lab_seat(person)];

    return mark->x == lab_spot(person).x && mark->y == lab_spot(person).y;
}

T_CASE(a_stick_that_is_held_is_told_once_and_stops_exactly)
{
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *anna = come(&lab, 0, 100, 100);

    come(&lab, 1, 100, 600);
    run(&lab, 1);
    lab_forget(lab_peer(1));
    steer(anna, 127, 0, lab.now_ms);
    run(&lab, 30);
    T_EQ(lab_count(lab_peer(1), "#01"), 1, "4.5 m, one frame");
    T_OK(labs(lab_spot(anna).x - 550) <= 1, "as fast as ever");
    steer(anna, 0, 0, lab.now_ms + 40);
    lab.now_ms += 40;
    run(&lab, 1);
    T_EQ(lab_count(lab_peer(1), "#01"), 2, "and one for its end");
    T_OK(!lab_peer(1)->marks[lab_seat(anna)].walks && is_drawn_at(1, anna), "on the spot");
    run(&lab, 10);
    T_EQ(lab_count(lab_peer(1), "#01"), 2, "then nothing");
    end(&lab);
}

T_CASE(a_stick_held_against_a_wall_is_told_until_there)
{
    static const struct {
        int dx, dy, n_most;
    } rows[] = {{-127, 0, 3}, {0, -127, 3}, {-90, -90, 8}, {-20, -120, 8}, {-3, 0, 10}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct lab lab = begin(LAB_FLOOR);
        struct world_person *anna = come(&lab, 0, 130, 180);

        come(&lab, 1, 100, 600);
        run(&lab, 1);
        lab_forget(lab_peer(1));
        steer(anna, rows[i].dx, rows[i].dy, lab.now_ms);
        run(&lab, 400);
        T_OK(lab_count(lab_peer(1), "#01") <= (size_t)rows[i].n_most, "a few frames");
        T_OK(is_drawn_at(1, anna), "and it ends where she stands");
        T_OK(world_body_of(anna)->dx != 0 || world_body_of(anna)->dy != 0, "holding on");
        end(&lab);
    }
}

T_CASE(each_turn_is_told_once_while_turns_are_rare)
{
    static const int8_t ways[][2] = {{127, 0}, {0, 127}, {-127, 0}, {0, -127}};
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *anna = come(&lab, 0, 300, 200);

    come(&lab, 1, 100, 600);
    run(&lab, 1);
    lab_forget(lab_peer(1));
    for (size_t i = 0; i < T_COUNT(ways); i++) {
        steer(anna, ways[i][0], ways[i][1], lab.now_ms + 30);
        lab.now_ms += 30;
        run(&lab, 9);
        T_EQ(lab_count(lab_peer(1), "#01"), i + 1, "one a turn");
        steer(anna, ways[i][0] - (ways[i][0] > 0 ? 4 : -4), ways[i][1], lab.now_ms);
    }
    T_EQ(lab_peer(1)->n_steps, 0, "no step");
    T_EQ(lab_peer(1)->n_bad, 0, "all can be read");
    end(&lab);
}

T_CASE(a_stick_that_is_turned_all_the_time_is_told_in_steps)
{
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *people[N_CROWD];
    size_t n_bytes;
    uint32_t random = 3;

    for (size_t i = 0; i < N_CROWD; i++)
        people[i] = come(&lab, i, 200 + 60 * (int32_t)i, 400);
    run(&lab, 1);
    for (int k = 0; k < 40; k++) {
        if (k == 10)
            for (size_t i = 0; i < N_CROWD; i++)
                lab_forget(lab_peer(i));
        for (size_t i = 0; i < N_CROWD; i++) {
            int way = k % 2 == 0 ? 100 : -100, aside = (int)lab_random(&random, 10);

            steer(people[i], way, aside - 5, lab.now_ms);
        }
        run(&lab, 1);
    }
    T_OK(lab_peer(0)->n_steps > (size_t)25 * N_CROWD, "steps");
    n_bytes = (lab_peer(0)->len - (size_t)2 * 30) / 2;
    T_OK(n_bytes < (size_t)30 * (10 + 3 + 2 * N_CROWD + 8), "two bytes each, in one run");
    for (size_t i = 0; i < N_CROWD; i++)
        steer(people[i], 0, 0, lab.now_ms);
    run(&lab, 2);
    for (size_t i = 0; i < N_CROWD; i++)
        T_OK(is_drawn_at(0, people[i]), "stands");
    end(&lab);
}

/* Who looks between two ticks is told what the others know, so that the next step fits. */
T_CASE(who_comes_or_loses_a_frame_between_two_ticks_sees_what_the_others_see)
{
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *anna = come(&lab, 0, 300, 300), *late = NULL;

    come(&lab, 1, 100, 600);
    for (int k = 0; k < 60 && t_case_ok(); k++) {
        steer(anna, k % 3 == 0 ? 120 : -120, k % 2 == 0 ? 40 : -30, lab.now_ms + 50);
        if (k % 8 == 3)
            late = come(&lab, 2, 500, 600);
        if (k % 5 == 0) /* as after a frame that was lost */
            world_refresh(lab.copy->people[1], lab.now_ms + 60);
        run(&lab, 1);
        if (k % 8 == 7)
            world_leave(&late, lab.now_ms);
    }
    T_OK(lab_peer(1)->n_steps > 10, "there were steps");
    end(&lab);
}

T_CASE(who_is_cut_off_while_he_steers_stands_where_he_is)
{
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *anna = come(&lab, 0, 100, 100);

    come(&lab, 1, 100, 600);
    steer(anna, 127, 0, lab.now_ms);
    run(&lab, 5);
    world_peer_change(anna, NULL, lab.now_ms + 70);
    run(&lab, 1);
    T_OK(is_drawn_at(1, anna), "for the others, too");
    T_EQ(world_rung_change(anna, RUNG_TEXT, lab.now_ms, NULL), ERR_OK, "still herself");
    world_peer_change(anna, lab_peer(0), lab.now_ms);
    steer(anna, 0, 127, lab.now_ms);
    run(&lab, 3);
    T_EQ(world_rung_change(anna, RUNG_WATCH, lab.now_ms + 20, NULL), ERR_OK, "only watches");
    run(&lab, 1);
    T_OK(is_drawn_at(1, anna), "no stick goes on");
    T_EQ(world_rung_change(anna, RUNG_TEXT, lab.now_ms, NULL), ERR_OK, "again");
    steer(anna, 127, 0, lab.now_ms);
    run(&lab, 3);
    T_EQ(world_walk(anna, 300, 300, lab.now_ms, NULL), ERR_OK, "a walk instead");
    run(&lab, 30);
    T_OK(lab_spot(anna).x == 300 && is_drawn_at(1, anna), "ends it");
    end(&lab);
}

T_CASE(a_stick_towards_one_who_wishes_distance_is_drawn_no_nearer_for_long)
{
    struct lab lab = begin(LAB_FLOOR);
    struct world_person *anna = come(&lab, 0, 600, 200), *ben = come(&lab, 1, 100, 200);

    T_REQ("SE-4.1-イ-4");
    T_EQ(world_state_change(anna, WORLD_ALONE, lab.now_ms, NULL), ERR_OK, "alone");
    run(&lab, 1);
    lab_forget(lab_peer(0));
    steer(ben, 127, 0, lab.now_ms);
    for (int k = 0; k < 60 && t_case_ok(); k++)
        run(&lab, 1);
    T_OK(world_distance2(lab_spot(ben), lab_spot(anna)) >= (int64_t)150 * 150, "stays away");
    T_OK(is_drawn_at(0, ben), "and is drawn where he stays");
    T_OK(lab_count(lab_peer(0), "#01") <= 3, "told once, and that it ended");
    end(&lab);
}

/* The whole of it: whoever holds a stick is drawn within a few centimetres at every tick, and
 * exactly where he is once he stands (lab_check). */
T_CASE(on_every_ready_floor_sticks_are_drawn_where_they_are)
{
    static const char *const files[] = {
        "node/place/floors/plaza.json", "node/place/floors/classes.json",
        "node/place/floors/lounge.json", "node/place/floors/quiet.json",
        "node/place/floors/counsel.json"};

    T_REQ("AI-2.3-エ");
    for (size_t f = 0; f < T_COUNT(files) && t_case_ok(); f++) {
        struct lab lab = begin(files[f]);
        const struct floor_map *map = lab.ground->map;
        struct world_person *people[N_CROWD];
        uint32_t random = (uint32_t)f + 1;
        size_t n_ticks = 0;

        for (size_t i = 0; i < N_CROWD; i++)
            people[i] = come(&lab, i, map->w_cm / 2, map->h_cm / 2);
        for (int k = 0; k < N_MOMENTS && t_case_ok(); k++) {
            struct world_person *one = people[lab_random(&random, N_CROWD)];
            int dx = (int)lab_random(&random, 255) - 127,
                dy = (int)lab_random(&random, 255) - 127;

            if (lab_random(&random, 6) == 0)
                steer(one, lab_random(&random, 3) == 0 ? 0 : dx,
                      lab_random(&random, 3) == 0 ? 0 : dy, lab.now_ms);
            lab.now_ms += 3 + lab_random(&random, 150);
            n_ticks++;
            world_tick(lab.world, lab.now_ms);
            lab_check(lab.copy, lab.now_ms);
        }
        T_OK(lab_count(lab_peer(0), "#01") < n_ticks, "not every tick has something to say");
        end(&lab);
    }
}

/* Where people come to stand when many come: a hundred on each ready floor, each on a spot of
 * his own, and what is left when there is none. */
#include <stdio.h>
#include <stdlib.h>

#include "node/place/ready.h"
#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define FLOOR_MOST 100 /* place.floor_capacity */
#define OWN_CM     20

static struct world_look look_of(int i, enum role role)
{
    char name[32];

    snprintf(name, sizeof name, "one-%d", i);
    return lab_look(name, role);
}

/* Asking for no spawn, or for the one called spawn. */
static enum err enter(struct world_copy *copy, int i, enum role role, const char *spawn,
                      enum world_state state, struct world_person **out, struct fail *why)
{
    const struct world_look look = look_of(i, role);
    const struct world_entry entry = {
        .spawn = span_text(spawn), .rung = RUNG_TEXT, .state = state};

    return world_enter(copy, &look, &entry, NULL, 1000, out, why);
}

static size_t area_of(const struct world_copy *copy, const char *id)
{
    int area = world_area_find(copy, span_text(id));

    T_OK(area >= 0, id);
    return (size_t)area;
}

/* No two nearer than that; in no closed room, nobody in more than it holds. */
static void check_spots(const struct world_copy *copy, int64_t apart_cm)
{
    for (uint32_t i = 0; i < copy->n; i++) {
        struct floor_spot at = world_spot(&copy->bodies[i]);

        T_OK(floor_is_free(world_map(copy), at.x, at.y), "free");
        T_EQ(copy->bodies[i].channel, CHANNEL_PUBLIC, "on the floor");
        T_EQ(world_channel_at(copy, at), CHANNEL_PUBLIC, "in no closed room");
        for (uint32_t k = 0; k < i; k++)
            if (world_distance2(at, world_spot(&copy->bodies[k])) < apart_cm * apart_cm)
                T_OK(false, "two on one spot");
    }
    for (size_t i = 0; i < copy->ground->floor->areas.n; i++)
        T_OK(copy->n_in[i] <= floor_area_nth(copy->ground->floor, i)->capacity, "not too many");
}

T_CASE(a_hundred_people_come_to_each_ready_floor)
{
    T_REQ("SE-4.1-イ-1 AI-4.3-ア");
    for (size_t i = 0; i < ready_floors_n; i++) {
        const struct floor *floor = ready_ground(i)->floor;
        struct world *world = lab_world(1000);

        for (size_t k = 0; k <= floor->spawns.n; k++) {
            char spawn[40] = "";
            struct world_copy *copy = NULL;
            struct world_person *person = NULL;

            if (k > 0)
                snprintf(spawn, sizeof spawn, "%.*s",
                         SPAN_ARG(floor_spawn_at(floor, k - 1)->id));
            T_EQ(world_copy_open(world, ready_ground(i), 1, &copy, NULL), ERR_OK, "a copy");
            for (int n = 0; n < FLOOR_MOST; n++)
                T_EQ(enter(copy, n, ROLE_STUDENT, spawn, WORLD_TALK, &person, NULL), ERR_OK,
                     ready_floors[i].id);
            T_EQ(world_copy_n_public(copy), FLOOR_MOST, "all are to be seen");
            check_spots(copy, 40);
            T_EQ(enter(copy, FLOOR_MOST, ROLE_SUPPORTER, spawn, WORLD_TALK, &person, NULL),
                 ERR_OK, "and staff beside them");
        }
        world_destroy(&world);
    }
}

T_CASE(a_hundred_who_wish_distance_find_room_too)
{
    T_REQ("SE-4.1-イ-1 SE-4.1-イ-4");
    for (size_t i = 0; i < ready_floors_n; i++) {
        struct world *world = lab_world(1000);
        struct world_copy *copy = NULL;
        struct world_person *person = NULL;
        int n_near = 0;

        T_EQ(world_copy_open(world, ready_ground(i), 1, &copy, NULL), ERR_OK, "a copy");
        for (int n = 0; n < FLOOR_MOST; n++)
            T_EQ(enter(copy, n, ROLE_STUDENT, "", WORLD_ALONE, &person, NULL), ERR_OK,
                 ready_floors[i].id);
        check_spots(copy, OWN_CM);
        for (uint32_t a = 0; a < 40; a++)
            for (uint32_t b = 0; b < a; b++)
                n_near += world_distance2(world_spot(&copy->bodies[a]),
                                          world_spot(&copy->bodies[b])) < 150 * 150;
        T_EQ(n_near, 0, "as long as there is room, at a distance");
        world_destroy(&world);
    }
}

/* The lab with a small hall: 5, and 3 in the nook; what lies in no area is a narrow strip. */
static struct ground *small_ground(void)
{
    const struct lab_swap swaps[] = {{"\"capacity\": 120", "\"capacity\": 5"}};

    return lab_ground_with(swaps, T_COUNT(swaps));
}

T_CASE(when_all_areas_are_full_the_copy_is)
{
    struct ground *ground = small_ground();
    struct world *world = lab_world(1000);
    struct world_copy *copy = NULL;
    struct world_person *people[200] = {NULL}, *staff = NULL;
    struct fail why = {0};
    enum err rc = ERR_OK;
    int n = 0;

    T_REQ("SE-4.1-イ-1");
    T_EQ(world_copy_open(world, ground, 1, &copy, NULL), ERR_OK, "a copy");
    while (n < 200 && rc == ERR_OK) {
        rc = enter(copy, n, ROLE_STUDENT, "", WORLD_TALK, &people[n], &why);
        n += rc == ERR_OK;
    }
    T_EQ(rc, ERR_BUSY, "no spot is left");
    T_OK(n >= 8 && n < 200, "behind those whom hall and nook hold");
    T_EQ(copy->n_in[area_of(copy, "hall")], 5, "the hall, exactly");
    check_spots(copy, 0);
    T_EQ(enter(copy, 300, ROLE_SUPPORTER, "", WORLD_TALK, &staff, NULL), ERR_OK,
         "staff take nobody's place");
    world_leave(&staff, 1000);
    world_leave(&people[0], 1000);
    T_EQ(enter(copy, 301, ROLE_STUDENT, "", WORLD_TALK, &people[0], NULL), ERR_OK,
         "who leaves makes room");
    world_destroy(&world);
    ground_unref(&ground);
}

T_CASE(the_fullest_floor_still_takes_people)
{
    struct ground *ground = lab_ground_file("tests/bench/place_open.json");
    struct world *world = lab_world(5000);
    struct world_copy *copy = NULL;
    struct world_person *person = NULL;

    T_EQ(world_copy_open(world, ground, 1, &copy, NULL), ERR_OK, "a copy");
    for (int n = 0; n < 2100; n++)
        T_EQ(enter(copy, n, ROLE_STUDENT, "", WORLD_TALK, &person, NULL), ERR_OK, "enters");
    world_destroy(&world);
    ground_unref(&ground);
}

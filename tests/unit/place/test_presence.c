/* The snapshot of who is where: everybody once, children without staff, held while read. */
#include <stdio.h>
#include <stdlib.h>

#include "node/place/measure.h"
#include "node/place/place_priv.h"
#include "node/place/presence.h"
#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define PEOPLE_N 8

struct stay {
    struct place_pass pass;
    struct visit visit;
    struct guest guest;
};

struct hall {
    struct place place;
    struct place_floor floors[2];
    struct ground *ground;
    struct stay stays[PEOPLE_N];
    size_t n;
    struct place_now now;
};

static struct id id_of(unsigned n)
{
    struct id id = {{0}};

    id.b[0] = (uint8_t)(250 - n); /* so that the order is another than that of coming */
    id.b[15] = 1;
    return id;
}

static struct hall *hall_create(void)
{
    struct hall *hall = calloc(1, sizeof *hall);

    hall->ground = lab_ground_file(LAB_FLOOR);
    hall->place.world = lab_world(20);
    T_EQ(presence_open(&hall->place, NULL), ERR_OK, "presence");
    hall->now = (struct place_now){1000000, 1000000};
    for (unsigned i = 0; i < 2; i++) {
        struct place_floor *floor = &hall->floors[i];

        *floor = (struct place_floor){
            .next = hall->place.floors, .bit = i, .ground = hall->ground, .is_there = true};
        snprintf(floor->id, sizeof floor->id, "floor%u", i);
        hall->place.floors = floor;
        T_EQ(world_copy_open(hall->place.world, hall->ground, 1, &floor->copies[0].world, NULL),
             ERR_OK, "copy");
    }
    hall->place.n_floors = 2;
    return hall;
}

/* On floor 0 or 1; -1: in the lobby. */
static struct stay *come(struct hall *hall, enum role role, int floor)
{
    struct stay *s = &hall->stays[hall->n];
    char name[24];

    snprintf(name, sizeof name, "なまえ%zu", hall->n);
    s->pass.look = lab_look(name, role);
    s->pass.look.account = id_of((unsigned)hall->n++);
    s->visit = (struct visit){.place = &hall->place,
                              .id = id_new(),
                              .account = s->pass.look.account,
                              .guest = &s->guest,
                              .pass = s->pass,
                              .next = hall->place.visits,
                              .copy = 1,
                              .since_utc_us = 77};
    s->guest = (struct guest){.place = &hall->place,
                              .pass = &s->pass,
                              .visit = floor < 0 ? NULL : &s->visit,
                              .came_utc_us = 66,
                              .next = hall->place.guests};
    hall->place.guests = &s->guest;
    hall->place.n_guests++;
    if (floor < 0)
        return s;
    hall->place.visits = &s->visit;
    hall->place.n_visits++;
    s->visit.floor = &hall->floors[floor];
    s->visit.person = lab_enter(hall->floors[floor].copies[0].world, &s->pass.look,
                                (struct floor_spot){300, 300}, NULL, 0);
    return s;
}

static const struct presence *look(struct hall *hall, int64_t seconds)
{
    hall->now.utc_us += seconds * 1000000;
    presence_sweep(&hall->place, hall->now);
    return presence_now(&hall->place);
}

static void hall_destroy(struct hall *hall)
{
    for (size_t i = 0; i < hall->n; i++)
        if (hall->stays[i].visit.person != NULL)
            world_leave(&hall->stays[i].visit.person, 0);
    world_destroy(&hall->place.world);
    ground_unref(&hall->ground);
    presence_close(&hall->place);
    measures_free(&hall->place.measures);
    free(hall);
}

T_CASE(everybody_is_found_once_by_his_account)
{
    struct hall *hall = hall_create();
    const struct stay *child = come(hall, ROLE_STUDENT, 0);
    const struct stay *lobby = come(hall, ROLE_STUDENT, -1);
    const struct presence *now;
    const struct presence_person *p;
    struct guest other; /* the same child in a second window, in the lobby */

    T_REQ("AI-4.4-カ-ハ-2");
    come(hall, ROLE_SUPPORTER, 1);
    other = child->guest;
    other.visit = NULL;
    other.next = hall->place.guests;
    hall->place.guests = &other;
    hall->place.n_guests++;
    now = look(hall, 1);
    T_EQ(now->n_people, 3, "each account once");
    for (size_t i = 1; i < now->n_people; i++)
        T_OK(memcmp(&now->people[i - 1].account, &now->people[i].account, 16) < 0, "in order");
    p = presence_find(now, child->visit.account);
    T_OK(p != NULL && !p->is_in_lobby && !p->is_held, "the visit, not the second window");
    T_SPAN(p->floor, SPAN("floor0"), "floor");
    T_SPAN(p->name, SPAN("name-なまえ0"), "display name");
    T_EQ(p->since_utc_us, 77, "since he came");
    T_OK(!p->is_staff && p->role == ROLE_STUDENT, "role");
    p = presence_find(now, lobby->visit.account);
    T_OK(p != NULL && p->is_in_lobby && p->floor.len == 0 && id_is_none(p->visit), "lobby");
    T_EQ(p->since_utc_us, 66, "since the line is open");
    T_OK(presence_find(now, id_of(200)) == NULL, "nobody else");
    T_EQ(now->n_staff, 1, "one who watches");
    presence_unref(&now);
    hall_destroy(hall);
}

T_CASE(a_floor_with_children_and_no_staff_says_since_when)
{
    struct hall *hall = hall_create();
    struct stay *staff;
    const struct presence *now;
    int64_t since;

    T_REQ("AI-4.4-カ-ア");
    now = look(hall, 1);
    T_EQ(presence_floor_find(now, SPAN("floor0"))->staffless_utc_us, 0, "nobody at all");
    presence_unref(&now);
    come(hall, ROLE_STUDENT, 0);
    come(hall, ROLE_SCHOOL_STAFF, 0);
    now = look(hall, 1);
    since = hall->now.utc_us;
    T_EQ(presence_floor_find(now, SPAN("floor0"))->staffless_utc_us, since,
         "a visitor from the school is not on watch");
    T_EQ(presence_floor_find(now, SPAN("floor0"))->n_children, 1, "children");
    T_EQ(presence_floor_find(now, SPAN("floor0"))->n_people, 2, "people");
    T_EQ(presence_floor_find(now, SPAN("floor1"))->staffless_utc_us, 0, "the other floor");
    presence_unref(&now);
    staff = come(hall, ROLE_SUPPORTER, 1);
    now = look(hall, 60);
    T_EQ(presence_floor_find(now, SPAN("floor0"))->staffless_utc_us, since,
         "staff on another floor do not count here");
    presence_unref(&now);
    staff->visit.floor = &hall->floors[0];
    now = look(hall, 1);
    T_EQ(presence_floor_find(now, SPAN("floor0"))->staffless_utc_us, 0, "staff came");
    presence_unref(&now);
    staff->visit.guest = NULL;
    staff->guest.visit = NULL;
    now = look(hall, 1);
    T_EQ(presence_floor_find(now, SPAN("floor0"))->staffless_utc_us, hall->now.utc_us,
         "a cut line watches nobody, and it counts anew");
    presence_unref(&now);
    staff->visit.floor = &hall->floors[1];
    hall_destroy(hall);
}

T_CASE(what_is_held_stays_and_says_what_staff_have_stopped)
{
    struct hall *hall = hall_create();
    const struct stay *child = come(hall, ROLE_STUDENT, 0);
    const struct presence *before, *after;
    const struct measure mute = {
        .id = id_of(100), .account = child->visit.account, .kind = MEASURE_MUTE};

    T_OK(presence_now(&hall->place) == NULL, "nothing before the first second");
    T_OK(presence_now(NULL) == NULL, "no place");
    T_OK(presence_find(NULL, child->visit.account) == NULL, "nor anybody in it");
    before = look(hall, 1);
    T_OK(measure_put(&hall->place.measures, &mute) != NULL, "muted");
    come(hall, ROLE_STUDENT, 0);
    after = look(hall, 1);
    T_EQ(before->n_people, 1, "as it was");
    T_EQ(presence_find(before, child->visit.account)->stops, 0, "not muted then");
    T_EQ(presence_find(after, child->visit.account)->stops, 1u << MEASURE_MUTE, "muted now");
    T_EQ(presence_find(after, id_of(1))->stops, 0, "the other is not");
    presence_unref(&after);
    hall_destroy(hall);
    T_SPAN(before->people[0].floor, SPAN("floor0"), "outlives the place");
    presence_unref(&before);
    T_OK(before == NULL, "given back");
}

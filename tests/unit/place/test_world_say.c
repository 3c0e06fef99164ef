/* Who reads whom: words stay in areas that are not for everyone to hear (AI-2.4-エ). */
#include <stdio.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

struct lab {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
};

/* The nook is heard by these. */
static struct lab begin(const char *hear)
{
    char text[128];
    const struct lab_swap swap = {
        "\"capacity\": 3, \"quiet\": \"soft\", \"lock\": \"open\", \"enter\": [\"everyone\"],"
        " \"see\": [\"everyone\"], \"hear\": [\"everyone\"]",
        text};
    struct lab lab = {.world = lab_world(100)};

    snprintf(text, sizeof text,
             "\"capacity\": 3, \"quiet\": \"soft\", \"lock\": \"open\", \"enter\":"
             " [\"everyone\"], \"see\": [\"everyone\"], \"hear\": [\"%s\"]",
             hear);
    lab.ground = lab_ground_with(&swap, 1);
    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    world_tick(lab.world, 50000);
    return lab;
}

static void end(struct lab *lab)
{
    world_destroy(&lab->world);
    ground_unref(&lab->ground);
    lab_peers_fini();
}

/* room: the closed one he stands in; "": none. */
static struct world_person *come(struct lab *lab, size_t i, enum role role,
                                 struct floor_spot spot, const char *room)
{
    struct world_look look = lab_look(i == 0 ? "speaker" : "other", role);
    const struct world_entry entry = {.has_spot = true,
                                      .spot = spot,
                                      .room = span_text(room),
                                      .rung = RUNG_TEXT,
                                      .state = WORLD_TALK};
    struct world_person *person = NULL;

    T_EQ(world_enter(lab->copy, &look, &entry, lab_peer(i), 50000, &person, NULL), ERR_OK,
         "in");
    return person;
}

#define HALL \
    { \
        400, 200 \
    }
#define NOOK \
    { \
        1000, 600 \
    }
#define CELL \
    { \
        1000, 200 \
    }
#define DEN \
    { \
        100, 600 \
    }

T_CASE(words_stay_where_they_are_heard)
{
    static const struct {
        const char *what, *hear, *voice, *room;
        struct floor_spot at;
        enum role other;
        struct floor_spot other_at;
        bool hears;
    } rows[] = {
        {"both in the hall", "inside", "", "", HALL, ROLE_STUDENT, {500, 200}, true},
        {"in the nook, other in the hall", "inside", "nook", "", NOOK, ROLE_STUDENT, HALL,
         false},
        {"in the hall, other in the nook", "inside", "", "", HALL, ROLE_STUDENT, NOOK, false},
        {"both in the nook", "inside", "nook", "", NOOK, ROLE_STUDENT, {1050, 600}, true},
        {"a nook everybody hears", "everyone", "", "", NOOK, ROLE_STUDENT, HALL, true},
        {"a nook staff hear, a child", "staff", "nook", "", NOOK, ROLE_STUDENT, HALL, false},
        {"a nook staff hear, staff", "staff", "nook", "", NOOK, ROLE_SUPPORTER, HALL, true},
        {"a counselling room, staff outside", "inside", "cell", "cell", CELL, ROLE_SUPPORTER,
         HALL, false},
        {"a room staff see into, but do not hear", "inside", "den", "den", DEN, ROLE_SUPPORTER,
         HALL, false},
    };

    T_REQ("AI-2.4-エ");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct lab lab = begin(rows[i].hear);
        struct world_person *speaker = come(&lab, 0, ROLE_STUDENT, rows[i].at, rows[i].room);
        struct world_person *other = come(&lab, 1, rows[i].other, rows[i].other_at, "");

        T_OK(span_eq(world_voice(speaker), span_text(rows[i].voice)), rows[i].what);
        T_EQ(world_hears(other, world_voice(speaker)), rows[i].hears, rows[i].what);
        T_OK(world_hears(speaker, world_voice(speaker)), "the speaker reads himself");
        end(&lab);
    }
}

T_CASE(a_seat_has_an_owner_for_who_sees_it)
{
    struct lab lab = begin("inside");
    struct world_person *viewer = come(&lab, 0, ROLE_STUDENT, (struct floor_spot)HALL, "");
    struct world_person *shown = come(&lab, 1, ROLE_STUDENT, (struct floor_spot)NOOK, "");
    struct world_person *hidden = come(&lab, 2, ROLE_STUDENT, (struct floor_spot)CELL, "cell");
    void *owner = &lab;
    int someone = 0;

    shown->owner = &someone;
    hidden->owner = &someone;
    T_EQ(world_seat_owner(viewer, lab_seat(shown), &owner, NULL), ERR_OK, "one he sees");
    T_OK(owner == &someone, "its owner");
    T_EQ(world_seat_owner(viewer, lab_seat(hidden), &owner, NULL), ERR_NOT_FOUND,
         "one in a closed room");
    T_OK(owner == NULL, "and nobody is named");
    T_EQ(world_seat_owner(viewer, lab_seat(viewer), &owner, NULL), ERR_NOT_FOUND, "himself");
    T_EQ(world_seat_owner(viewer, 64000, &owner, NULL), ERR_NOT_FOUND, "nobody's");
    shown->owner = hidden->owner = NULL;
    end(&lab);
}

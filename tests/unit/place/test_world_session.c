/* What each kind of receiver gets of a person: IDs for staff alone, aliases in an anonymous
 * session that nothing ties to names; floors that change under people. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define N_PEOPLE 6

struct lab {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
    int64_t now_ms;
    struct world_person *people[N_PEOPLE];
};

static void come(struct lab *lab, size_t i, enum role role, int32_t x, int32_t y)
{
    char name[16];
    struct world_look look;

    snprintf(name, sizeof name, "%02zu", i);
    look = lab_look(name, role);
    look.is_first = i == 1;
    look.days_absent = i == 1 ? 40 : 0;
    lab->people[i] =
        lab_enter(lab->copy, &look, (struct floor_spot){x, y}, lab_peer(i), lab->now_ms);
}

/* 0 supporter, 1 and 2 students, 3 guest teacher, 4 school staff, 5 instructor. */
static struct lab begin(void)
{
    static const enum role roles[N_PEOPLE] = {ROLE_SUPPORTER,    ROLE_STUDENT,
                                              ROLE_STUDENT,      ROLE_GUEST_TEACHER,
                                              ROLE_SCHOOL_STAFF, ROLE_INSTRUCTOR};
    struct lab lab = {
        .ground = lab_ground_file(LAB_FLOOR), .world = lab_world(20), .now_ms = 1000};

    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    for (size_t i = 0; i < N_PEOPLE; i++)
        come(&lab, i, roles[i], 150 + 100 * (int32_t)i, 300);
    lab_run(lab.world, &lab.now_ms, 12);
    return lab;
}

static void end(struct lab *lab)
{
    world_destroy(&lab->world);
    ground_unref(&lab->ground);
    lab_peers_fini();
}

static const char *const only_staff[] = {"login", "account", "is_first", "days_absent", "rung"};

static void stir(struct lab *lab)
{
    for (size_t i = 0; i < N_PEOPLE; i++) {
        world_distance_set(lab->people[i], true, lab->now_ms);
        world_distance_set(lab->people[i], false, lab->now_ms);
        T_EQ(world_rung_change(lab->people[i], RUNG_VOICE, lab->now_ms, NULL), ERR_OK, "rung");
    }
    T_EQ(world_wave(lab->people[1], lab_seat(lab->people[2]), lab->now_ms, NULL), ERR_OK,
         "wave");
    world_look_change(lab->people[1], &lab->people[1]->look, lab->now_ms);
    world_peer_change(lab->people[2], lab_peer(2), lab->now_ms);
    lab_run(lab->world, &lab->now_ms, 12);
}

T_CASE(ids_and_marks_reach_staff_and_never_a_pupil)
{
    struct lab lab = begin();

    T_REQ("AI-2.2-ウ KP-3-運用-3");
    stir(&lab);
    for (size_t k = 0; k < T_COUNT(only_staff); k++) {
        T_OK(lab_has(lab_peer(0), only_staff[k]), "supporters get it");
        for (size_t i = 1; i < N_PEOPLE; i++)
            T_OK(!lab_has(lab_peer(i), only_staff[k]), "others do not");
    }
    for (size_t i = 1; i < N_PEOPLE; i++)
        for (size_t k = 0; k < N_PEOPLE; k++) {
            char id[ID_TEXT_CAP];

            id_text(lab.people[k]->look.account, id);
            T_OK(!lab_has(lab_peer(i), id), "nor an account");
            T_OK(lab_has(lab_peer(i), lab.people[k]->look.name), "but the name");
        }
    T_OK(lab_has(lab_peer(0), "\"is_first\":true,\"days_absent\":40"), "marks");
    end(&lab);
}

T_CASE(in_an_anonymous_session_only_staff_know_who_is_who)
{
    struct lab lab = begin();
    uint16_t before[N_PEOPLE];

    T_REQ("SE-4.1-イ-3");
    for (size_t i = 0; i < N_PEOPLE; i++) {
        before[i] = lab_seat(lab.people[i]);
        lab_forget(lab_peer(i));
    }
    world_session_change(lab.copy, true, SPAN("ほっとルーム"), lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    stir(&lab);
    lab_check(lab.copy, lab.now_ms);
    for (size_t i = 0; i < N_PEOPLE; i++) {
        struct lab_peer *peer = lab_peer(i);
        bool is_told = i == 0;

        T_OK(lab_has(peer, "\"is_anonymous\":true,\"title\":\"ほっとルーム\""), "is told");
        T_EQ(lab_has(peer, "name-"), is_told, "names");
        T_EQ(lab_has(peer, "note-"), is_told, "notes");
        T_OK(lab_has(peer, "alias-01"), "aliases, staff beside the name");
        T_EQ(lab_has(peer, "\"kind\":\"neutral\",\"colour\":\"stone\""), !is_told, "figures");
        for (size_t k = 0; k < N_PEOPLE; k++)
            T_OK(lab_seat(lab.people[k]) != before[i], "no seat of before");
    }
    world_session_change(lab.copy, false, SPAN_NONE, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(strstr(lab_peer(1)->last, "alias") == NULL, "and then names again");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

/* Where each of the people stands in what the last one there is told, before and after. */
T_CASE(aliases_cannot_be_tied_to_names_by_seat_order_or_spot)
{
    int same_order = 0, same_spot = 0, in_order = 0;

    T_REQ("SE-4.1-イ-3");
    for (int trial = 0; trial < 60; trial++) {
        struct lab lab = begin();
        struct floor_spot spots[N_PEOPLE];
        bool is_in_order = true;

        for (size_t i = 0; i < N_PEOPLE; i++)
            spots[i] = lab_spot(lab.people[i]);
        world_session_change(lab.copy, true, SPAN_NONE, lab.now_ms);
        for (size_t i = 0; i < N_PEOPLE; i++) {
            struct floor_spot now = lab_spot(lab.people[i]);

            same_order += lab.people[i]->at == i;
            same_spot += now.x == spots[i].x && now.y == spots[i].y;
            is_in_order = is_in_order &&
                          (i == 0 || lab_seat(lab.people[i]) > lab_seat(lab.people[i - 1]));
        }
        in_order += is_in_order;
        end(&lab);
    }
    /* Of 360 people 60 on average keep their place in a shuffled list, never over 110. */
    T_OK(same_order > 20 && same_order < 110, "the order of people is shuffled");
    T_EQ(same_spot, 0, "nobody stands where he stood");
    T_OK(in_order <= 3, "seats are given in that order"); /* 1 of 720 by chance */
}

T_CASE(what_is_not_shown_changes_without_a_word)
{
    struct lab lab = begin();
    struct world_look look = lab.people[1]->look;

    T_REQ("SE-4.1-イ-3");
    world_session_change(lab.copy, true, SPAN_NONE, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 12);
    for (size_t i = 0; i < N_PEOPLE; i++)
        lab_forget(lab_peer(i));
    snprintf(look.name, sizeof look.name, "name-new");
    snprintf(look.note, sizeof look.note, "note-new");
    look.colour = 3;
    look.takes_no_waves = true;
    world_look_change(lab.people[1], &look, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 12);
    T_OK(lab_has(lab_peer(0), "name-new"), "staff with IDs hear of it");
    for (size_t i = 1; i < N_PEOPLE; i++)
        T_EQ(lab_peer(i)->len, 0, "and nobody else gets a byte");
    lab_forget(lab_peer(0));
    world_look_change(lab.people[1], &look, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 12);
    T_EQ(lab_peer(0)->len, 0, "the same again is nothing");
    world_session_change(lab.copy, false, SPAN_NONE, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 12);
    lab_forget(lab_peer(2));
    snprintf(look.note, sizeof look.note, "note-shown");
    world_look_change(lab.people[1], &look, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(lab_has(lab_peer(2), "note-shown"), "where names show, all hear of it");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(nobody_without_an_alias_shows_his_name)
{
    struct lab lab = begin();
    struct world_look look = lab.people[1]->look;

    T_REQ("SE-4.1-イ-3");
    look.alias[0] = '\0';
    world_look_change(lab.people[1], &look, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    lab_forget(lab_peer(2));
    world_session_change(lab.copy, true, SPAN_NONE, lab.now_ms);
    T_OK(!lab_has(lab_peer(2), "name-01"), "not a pupil's");
    T_OK(lab_has(lab_peer(2), "だれか"), "but a word for one");
    end(&lab);
}

/* ---- cut off and back ---- */

T_CASE(one_who_is_cut_off_is_greyed_and_back_on_the_same_spot)
{
    struct lab lab = begin();
    struct world_person *one = lab.people[1];
    struct floor_spot spot;

    T_EQ(world_stick(one, 127, 0, lab.now_ms, NULL), ERR_OK, "moves");
    lab_run(lab.world, &lab.now_ms, 3);
    world_peer_change(one, NULL, lab.now_ms);
    spot = lab_spot(one);
    lab_forget(lab_peer(1));
    lab_forget(lab_peer(2));
    lab_run(lab.world, &lab.now_ms, 20);
    T_OK(lab_has(lab_peer(2), "\"is_lost\":true"), "greyed");
    T_EQ(lab_peer(1)->len, 0, "nothing is sent to nobody");
    T_EQ(lab_spot(one).x, spot.x, "stands");
    world_peer_change(one, lab_peer(1), lab.now_ms);
    T_OK(lab_has(lab_peer(1), "\"ev\":\"floor.here\""), "knows all again");
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(lab_has(lab_peer(2), "\"is_lost\":false"), "back");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(who_lost_movement_gets_a_whole_picture)
{
    struct lab lab = begin();
    struct lab_peer *peer = lab_peer(2);

    T_EQ(world_walk(lab.people[1], 700, 350, lab.now_ms, NULL), ERR_OK, "walks");
    T_EQ(world_stick(lab.people[3], 0, -127, lab.now_ms, NULL), ERR_OK, "moves");
    lab_run(lab.world, &lab.now_ms, 7);
    for (uint32_t i = 0; i < lab.copy->n; i++) {
        struct lab_mark *mark = &peer->marks[lab.copy->bodies[i].seat];

        mark->x = mark->y = 0; /* lost */
        mark->walks = false;
    }
    world_refresh(lab.people[2], lab.now_ms);
    lab_check(lab.copy, lab.now_ms);
    T_EQ(peer->n_unknown, 0, "of people he knows");
    end(&lab);
}

T_CASE(a_picture_is_never_of_a_walk_that_is_over)
{
    struct lab lab = begin();
    struct lab_peer *peer = lab_peer(2);
    struct lab_mark *mark = &peer->marks[lab_seat(lab.people[1])];

    T_REQ("AI-2.2-ウ");
    T_EQ(world_walk(lab.people[1], 700, 350, lab.now_ms, NULL), ERR_OK, "walks");
    lab_run(lab.world, &lab.now_ms, 2);
    world_refresh(lab.people[2], lab.now_ms);
    T_OK(mark->walks, "is seen to");
    lab_run(lab.world, &lab.now_ms, 100); /* arrives, and nothing else happens */
    mark->walks = false;
    mark->x = mark->y = 0;
    world_refresh(lab.people[2], lab.now_ms);
    T_OK(!mark->walks, "stands, for whoever comes back");
    T_EQ(mark->x, lab_spot(lab.people[1]).x, "where he is");
    T_EQ(mark->y, lab_spot(lab.people[1]).y, "there");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(an_away_person_sits_until_he_does_something)
{
    struct lab lab = begin();

    world_away_set(lab.people[1], true, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(lab_has(lab_peer(2), "\"is_away\":true"), "sits");
    T_EQ(world_walk(lab.people[1], 700, 350, lab.now_ms, NULL), ERR_OK, "gets up");
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(strstr(lab_peer(2)->last, "\"is_away\":false") != NULL, "is back");
    end(&lab);
}

/* ---- the floor changes ---- */

T_CASE(a_new_wall_leaves_nobody_inside_it_and_a_shut_room_lets_its_people_out)
{
    struct lab lab = begin();
    static const struct lab_swap swaps[] = {
        {"\"x\": 800, \"y\": 360, \"w\": 400", "\"x\": 600, \"y\": 360, \"w\": 600"},
        {"\"lock\": \"in_use\"", "\"lock\": \"closed\""}};
    struct ground *next = lab_ground_with(swaps, T_COUNT(swaps));
    struct floor_spot kept = lab_spot(lab.people[1]);

    T_REQ("AI-2.3-エ");
    T_EQ(world_walk(lab.people[5], 700, 370, lab.now_ms, NULL), ERR_OK, "to the new wall");
    T_EQ(world_area_enter(lab.people[2], SPAN("cell"), lab.now_ms, NULL), ERR_OK, "inside");
    lab_run(lab.world, &lab.now_ms, 40);
    T_OK(next != NULL, "a floor");
    if (next != NULL)
        T_EQ(world_ground_change(lab.copy, next, lab.now_ms, NULL), ERR_OK, "changed");
    T_EQ(lab_spot(lab.people[1]).x, kept.x, "who stood free stays");
    T_OK(lab_spot(lab.people[5]).y < 340 || lab_spot(lab.people[5]).y > 400, "out of the wall");
    T_EQ(world_body_of(lab.people[2])->channel, CHANNEL_PUBLIC, "out of the room");
    T_EQ(lab_spot(lab.people[2]).y, 100, "by a spawn");
    lab_check(lab.copy, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    ground_unref(&next);
    end(&lab);
}

T_CASE(no_more_people_than_the_world_takes_and_full_spawns_are_passed_over)
{
    struct lab lab = begin();
    struct world_look look = lab_look("more", ROLE_STUDENT);
    struct world_entry entry = {.rung = RUNG_TEXT, .state = WORLD_TALK, .spawn = SPAN("no")};
    struct world_person *person = NULL;

    T_EQ(world_enter(lab.copy, &look, &entry, NULL, lab.now_ms, &person, NULL), ERR_NOT_FOUND,
         "no such spawn");
    entry.spawn = SPAN("left");
    for (int i = N_PEOPLE; i < 20; i++) {
        T_EQ(world_enter(lab.copy, &look, &entry, NULL, lab.now_ms, &person, NULL), ERR_OK,
             "in");
        T_OK(abs(lab_spot(person).x - 300) <= 200, "near the spawn asked for");
    }
    T_EQ(world_enter(lab.copy, &look, &entry, NULL, lab.now_ms, &person, NULL), ERR_BUSY,
         "full");
    T_OK(person == NULL, "nobody");
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    T_EQ(world_lock_change(lab.copy, SPAN("hall"), LOCK_CLOSED, lab.now_ms, NULL), ERR_OK, "");
    world_leave(&lab.people[1], lab.now_ms);
    T_EQ(world_enter(lab.copy, &look, &entry, NULL, lab.now_ms, &person, NULL), ERR_BUSY,
         "every spawn is shut");
    end(&lab);
}

/* A crowd of the longest profiles fits a frame (ws_queue.h: 256 KiB), with IDs too. */
T_CASE(the_longest_names_and_notes_are_told_whole)
{
    struct lab lab = begin();
    struct world_look look = lab_look("x", ROLE_STUDENT);

    memset(look.name, '"', sizeof look.name - 1); /* two bytes each in JSON */
    memset(look.note, '"', sizeof look.note - 1);
    memset(look.alias, '"', sizeof look.alias - 1);
    look.name[sizeof look.name - 1] = look.note[sizeof look.note - 1] = '\0';
    look.alias[sizeof look.alias - 1] = '\0';
    for (int i = 0; i < 14; i++)
        lab_enter(lab.copy, &look, (struct floor_spot){150 + 30 * i, 350}, NULL, lab.now_ms);
    world_session_change(lab.copy, true, SPAN_NONE, lab.now_ms);
    T_OK(lab_peer(0)->most_bytes > (size_t)14 * 2 * (120 + 400), "nothing is cut");
    T_OK(lab_peer(0)->most_bytes * WORLD_N_AT_ONCE / 14 < 256 * 1024, "nor does a crowd burst");
    end(&lab);
}

/* Where he stood among the people would tell that he had been there all the while. */
T_CASE(whose_room_is_gone_comes_as_the_last_of_all)
{
    struct lab lab = begin();
    static const struct lab_swap swaps[] = {{"\"lock\": \"in_use\"", "\"lock\": \"closed\""}};
    struct ground *next = lab_ground_with(swaps, T_COUNT(swaps));

    T_REQ("AI-2.3-オ");
    T_EQ(world_area_enter(lab.people[1], SPAN("cell"), lab.now_ms, NULL), ERR_OK, "inside");
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(lab.people[1]->at < N_PEOPLE, "there");
    for (int i = 0; i < 3; i++) { /* others come, behind him */
        struct world_look look = lab_look("late", ROLE_STUDENT);

        lab_enter(lab.copy, &look, (struct floor_spot){-1, 0}, NULL, lab.now_ms);
    }
    T_OK(next != NULL, "a floor");
    if (next != NULL)
        T_EQ(world_ground_change(lab.copy, next, lab.now_ms, NULL), ERR_OK, "changed");
    T_EQ(world_body_of(lab.people[1])->channel, CHANNEL_PUBLIC, "out of the room");
    T_EQ(lab.people[1]->at, lab.copy->n - 1, "behind all");
    lab_check(lab.copy, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    ground_unref(&next);
    end(&lab);
}

/* They went in under a promise: a new version that lets others see or hear in does so when they
 * are out. */
T_CASE(a_room_opens_to_other_eyes_and_ears_only_without_those_inside)
{
    static const struct lab_swap rows[][2] = {
        {{"\"kind\": \"counsel\"", "\"kind\": \"lounge\""},
         {"\"see\": [\"inside\"], \"hear\": [\"inside\"]",
          "\"see\": [\"everyone\"], \"hear\": [\"everyone\"]"}},
        {{"\"kind\": \"counsel\"", "\"kind\": \"class\""},
         {"\"see\": [\"inside\"], \"hear\": [\"inside\"]",
          "\"see\": [\"inside\", \"staff\"], \"hear\": [\"inside\"]"}},
        {{"\"kind\": \"counsel\"", "\"kind\": \"class\""},
         {"\"see\": [\"inside\"], \"hear\": [\"inside\"]",
          "\"see\": [\"inside\"], \"hear\": [\"everyone\"]"}},
        {{"\"kind\": \"counsel\"", "\"kind\": \"class\""},
         {"\"lock\": \"in_use\"", "\"lock\": \"open\""}}, /* nobody sees more: they stay */
    };

    T_REQ("AI-2.3-エ SE-4.1-イ-3");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct lab lab = begin();
        struct ground *next = lab_ground_with(rows[i], 2);
        bool stays = i + 1 == T_COUNT(rows);

        T_EQ(world_area_enter(lab.people[1], SPAN("cell"), lab.now_ms, NULL), ERR_OK, "inside");
        lab_run(lab.world, &lab.now_ms, 200);
        T_OK(next != NULL, "a floor");
        if (next != NULL)
            T_EQ(world_ground_change(lab.copy, next, lab.now_ms, NULL), ERR_OK, "changed");
        T_EQ(world_body_of(lab.people[1])->channel != CHANNEL_PUBLIC, stays,
             "out, unless nobody sees or hears more");
        T_OK(stays || lab_spot(lab.people[1]).x < 800, "by a spawn, outside of what it is now");
        lab_check(lab.copy, lab.now_ms);
        lab_run(lab.world, &lab.now_ms, 1);
        lab_check(lab.copy, lab.now_ms);
        ground_unref(&next);
        end(&lab);
    }
}

/* Closed rooms: what a third receiver gets of who is inside is nothing (AI-2.3-オ). */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define N_CAST   10
#define N_SEEDS  6
#define N_ROUNDS 500

struct lab {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
    int64_t now_ms;
};

static struct lab begin(void)
{
    struct lab lab = {
        .ground = lab_ground_file(LAB_FLOOR), .world = lab_world(100), .now_ms = 50000};

    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    world_tick(lab.world, lab.now_ms); /* a beat */
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
    return lab_enter(lab->copy, &look, (struct floor_spot){x, y}, lab_peer(i), lab->now_ms);
}

/* ---- nothing gets out ---- */

struct cast {
    struct world_person *person;
    bool is_inside;
};

/* Whatever outsiders got since the last look holds nothing of those inside. */
static void look_outside(struct cast *cast)
{
    for (size_t i = 0; i < N_CAST; i++) {
        struct lab_peer *peer = lab_peer(i);

        for (size_t k = 0; k < N_CAST && !cast[i].is_inside; k++) {
            char text[80], id[ID_TEXT_CAP];
            uint16_t seat;

            if (!cast[k].is_inside)
                continue;
            seat = lab_seat(cast[k].person);
            snprintf(text, sizeof text, "-%02zu\"", k); /* name, alias, login, note */
            T_OK(!lab_has(peer, text), "no name of his");
            snprintf(text, sizeof text, "\"seat\":%u,", seat);
            T_OK(!lab_has(peer, text), "no seat of his");
            T_OK(!peer->saw[seat], "nor in movement");
            id_text(cast[k].person->look.account, id);
            T_OK(!lab_has(peer, id), "no account of his");
        }
        T_OK(!lab_has(peer, "{\"id\":\"cell\",\"n\""), "never how many");
        T_OK(!lab_has(peer, "{\"id\":\"cell\",\"is_full\":true"), "nor that it is full");
        lab_forget(peer);
    }
}

static void cast_act(struct lab *lab, struct cast *cast, uint32_t *random)
{
    struct cast *one = &cast[lab_random(random, N_CAST)];
    struct world_person *p = one->person;
    uint16_t seat = lab_seat(cast[lab_random(random, N_CAST)].person);
    int64_t now_ms = lab->now_ms;
    enum err rc = ERR_OK;

    switch (lab_random(random, 14)) {
    case 0:
    case 1:
        rc = world_walk(p, (int32_t)lab_random(random, 1200), (int32_t)lab_random(random, 800),
                        now_ms, NULL);
        break;
    case 2:
    case 3:
        rc = world_stick(p, (int8_t)((int)lab_random(random, 255) - 127),
                         (int8_t)((int)lab_random(random, 255) - 127), now_ms, NULL);
        break;
    case 4:
        T_EQ(world_lock_change(lab->copy, SPAN("cell"), (int)lab_random(random, 2), now_ms,
                               NULL),
             ERR_OK, "a lock");
        rc = world_area_enter(p, SPAN("cell"), now_ms, NULL);
        break;
    case 5:
        rc = world_area_leave(p, now_ms, NULL);
        break;
    case 6:
        rc = world_state_change(p, (enum world_state)lab_random(random, 4), now_ms, NULL);
        break;
    case 7:
        rc = world_rung_change(p, RUNG_TEXT, now_ms, NULL);
        break;
    case 8:
        world_distance_set(p, lab_random(random, 2) == 0, now_ms);
        break;
    case 9:
        world_away_set(p, lab_random(random, 2) == 0, now_ms);
        break;
    case 10:
        rc = world_wave(p, seat, now_ms, NULL);
        break;
    case 11:
        rc = world_go_seat(p, seat, now_ms, NULL);
        break;
    case 12:
        rc = world_area_knock(p, SPAN("cell"), now_ms, NULL);
        break;
    default:
        world_refresh(p, now_ms);
        if (lab_random(random, 4) == 0) {
            world_peer_change(p, NULL, now_ms);
            world_tick(lab->world, now_ms);
            world_peer_change(p, lab_peer((size_t)(one - cast)), now_ms);
        }
        break;
    }
    T_OK(rc != ERR_INTERNAL && rc != ERR_NOMEM, "done or refused");
    for (size_t i = 0; i < N_CAST; i++)
        cast[i].is_inside = world_body_of(cast[i].person)->channel == 1;
}

T_CASE(of_who_is_in_a_counselling_room_nothing_reaches_anybody_outside)
{
    T_REQ("AI-2.3-オ AI-4.3-イ-イ");
    for (uint32_t seed = 1; seed <= N_SEEDS && t_case_ok(); seed++) {
        static const enum role roles[] = {ROLE_STUDENT, ROLE_SUPPORTER, ROLE_COMMISSIONER,
                                          ROLE_STUDENT, ROLE_GUEST_TEACHER};
        struct lab lab = begin();
        struct cast cast[N_CAST] = {{0}};
        uint32_t random = seed;
        size_t n_inside = 0;

        for (size_t i = 0; i < N_CAST; i++)
            cast[i].person = come(&lab, i, roles[i % 5], 100 + (int32_t)i * 60, 300);
        for (int i = 0; i < N_ROUNDS && t_case_ok(); i++) {
            cast_act(&lab, cast, &random);
            look_outside(cast);
            lab_run(lab.world, &lab.now_ms, 1 + (int)lab_random(&random, 3));
            look_outside(cast);
            lab_check(lab.copy, lab.now_ms);
            for (size_t k = 0; k < N_CAST; k++)
                n_inside += cast[k].is_inside;
        }
        T_OK(n_inside > N_ROUNDS / 2, "the room was in use");
        end(&lab);
    }
}

/* ---- entering looks like leaving the floor, coming out like coming in ---- */

static char *outside_of(bool is_room)
{
    struct lab lab = begin();
    struct lab_peer *third = lab_peer(9);
    struct world_person *anna, *ben;
    struct world_look look;
    char *text;

    come(&lab, 9, ROLE_STUDENT, 700, 300);
    anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    ben = come(&lab, 1, ROLE_STUDENT, 600, 300);
    look = anna->look;
    lab_run(lab.world, &lab.now_ms, 20);
    T_EQ(world_walk(anna, 100, 200, lab.now_ms, NULL), ERR_OK, "walks about");
    lab_run(lab.world, &lab.now_ms, 5);
    if (is_room)
        T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "into the room");
    else
        world_leave(&anna, lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 10);
    if (is_room) {
        T_EQ(world_walk(anna, 1100, 300, lab.now_ms, NULL), ERR_OK, "walks inside");
        T_EQ(world_state_change(anna, WORLD_BREAK, lab.now_ms, NULL), ERR_OK, "has a break");
        lab_run(lab.world, &lab.now_ms, 5);
        T_EQ(world_state_change(anna, WORLD_TALK, lab.now_ms, NULL), ERR_OK, "is back");
        T_EQ(world_wave(anna, lab_seat(ben), lab.now_ms, NULL), ERR_CONFLICT, "no waving out");
    } else {
        lab_run(lab.world, &lab.now_ms, 5);
    }
    lab_run(lab.world, &lab.now_ms, 10);
    if (is_room)
        T_EQ(world_area_leave(anna, lab.now_ms, NULL), ERR_OK, "out again");
    else
        anna = lab_enter(lab.copy, &look, (struct floor_spot){-1, 0}, lab_peer(0), lab.now_ms);
    lab_run(lab.world, &lab.now_ms, 15);
    lab_check(lab.copy, lab.now_ms);
    T_OK(third->len > 0, "something was told");
    text = strdup(third->text);
    end(&lab);
    return text;
}

T_CASE(going_into_a_room_and_out_is_in_the_same_bytes_as_leaving_and_coming)
{
    char *room = outside_of(true), *floor = outside_of(false);

    T_REQ("AI-2.3-オ");
    T_TEXT(room, floor, "byte for byte");
    free(room);
    free(floor);
}

T_CASE(a_room_says_in_use_later_and_not_who)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct lab_peer *third = lab_peer(1);

    T_REQ("AI-2.3-オ");
    come(&lab, 1, ROLE_SUPPORTER, 600, 300);
    lab_run(lab.world, &lab.now_ms, 20);
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "into the room");
    T_EQ(world_copy_n(lab.copy), 2, "two on the floor");
    T_EQ(world_copy_n_public(lab.copy), 1, "one as far as anybody is told");
    T_EQ(world_copy_n_inside(lab.copy), 1, "whose place counts as free");
    lab_forget(third);
    lab_run(lab.world, &lab.now_ms, 100);
    T_OK(!lab_has(third, "\"id\":\"cell\""), "nothing for ten seconds at least");
    lab_run(lab.world, &lab.now_ms, 100);
    T_OK(lab_has(third, "{\"id\":\"cell\",\"is_full\":false,\"is_in_use\":true,"
                        "\"lock\":\"in_use\"}"),
         "then that it is in use");
    end(&lab);
}

T_CASE(a_seat_in_a_room_is_for_those_outside_no_seat)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct world_person *staff = come(&lab, 1, ROLE_COMMISSIONER, 600, 300);
    struct fail there = {0}, never = {0};
    uint16_t before = lab_seat(anna), inside;

    T_REQ("AI-2.3-オ");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "into the room");
    inside = lab_seat(anna);
    T_OK(inside != before, "a new seat");
    T_EQ(world_go_seat(staff, inside, lab.now_ms, &there), ERR_NOT_FOUND, "not found");
    T_EQ(world_go_seat(staff, 60000, lab.now_ms, &never), ERR_NOT_FOUND, "nor one never given");
    T_TEXT(there.text, never.text, "in the same words");
    T_TEXT(there.field, never.field, "and field");
    T_EQ(world_go_seat(staff, before, lab.now_ms, NULL), ERR_NOT_FOUND, "nor the old one");
    T_EQ(world_wave(staff, inside, lab.now_ms, NULL), ERR_NOT_FOUND, "nor to wave at");
    T_EQ(world_area_invite(staff, inside, lab.now_ms, NULL), ERR_CONFLICT, "nor to invite");
    T_EQ(world_area_answer(staff, inside, true, lab.now_ms, NULL), ERR_NOT_FOUND, "nor answer");
    end(&lab);
}

/* ---- order ---- */

/* The names in the order in which somebody who comes now is told of them. */
static void order_of(struct lab *lab, char *text, size_t cap)
{
    static const char word[] = "\"name\":\"name-";
    struct world_person *late;
    const char *at;
    size_t len = 0;

    lab_run(lab->world, &lab->now_ms, 1);
    late = come(lab, 9, ROLE_STUDENT, 300, 700);
    at = lab_peer(9)->text;
    text[0] = '\0';
    while (at != NULL && (at = strstr(at, word)) != NULL && len + 4 < cap) {
        at += strlen(word);
        if (strncmp(at, "09", 2) != 0)
            len += (size_t)snprintf(text + len, cap - len, "%.2s ", at);
    }
    world_leave(&late, lab->now_ms);
    lab_run(lab->world, &lab->now_ms, 1);
    lab_forget(lab_peer(9));
}

/* Six come and go at random. is_room: who goes, goes into the den while it has room, and now
 * and then home from there; else he leaves the floor. */
static void order_after(bool is_room, uint32_t seed, char *text, size_t cap)
{
    struct lab lab = begin();
    struct world_person *people[6] = {NULL};
    bool is_there[6] = {false};

    for (int round = 0; round < 60; round++) {
        size_t i = lab_random(&seed, 6);
        bool is_home = lab_random(&seed, 3) == 0;

        if (is_there[i] && (!is_room || world_area_enter(people[i], SPAN("den"), lab.now_ms,
                                                         NULL) != ERR_OK)) {
            world_leave(&people[i], lab.now_ms);
        } else if (!is_there[i] && people[i] != NULL && !is_home) {
            T_EQ(world_area_leave(people[i], lab.now_ms, NULL), ERR_OK, "out of it");
        } else if (!is_there[i]) {
            world_leave(&people[i], lab.now_ms);
            people[i] = come(&lab, i, ROLE_STUDENT, 300 + 60 * (int32_t)i, 300);
        }
        is_there[i] = !is_there[i];
        lab_run(lab.world, &lab.now_ms, 1);
    }
    order_of(&lab, text, cap);
    end(&lab);
}

/* Else whoever vanished and is told of before those who came since, has been in a room. */
T_CASE(the_order_of_people_does_not_tell_who_was_in_a_room)
{
    T_REQ("AI-2.3-オ");
    for (uint32_t seed = 1; seed <= 40; seed++) {
        char used[64], left[64];

        order_after(true, seed, used, sizeof used);
        order_after(false, seed, left, sizeof left);
        T_TEXT(used, left, "as if they had left the floor");
    }
}

T_CASE(ones_own_seats_in_a_room_do_not_tell_who_else_was_in_one)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    int n_next = 0;
    uint16_t before = 0;

    T_REQ("AI-2.3-オ");
    for (int i = 0; i < 40; i++) {
        T_EQ(world_area_enter(anna, SPAN("den"), lab.now_ms, NULL), ERR_OK, "into it");
        T_OK(lab_seat(anna) >= 49152, "of the range of rooms");
        n_next += lab_seat(anna) == before + 1;
        before = lab_seat(anna);
        T_EQ(world_area_leave(anna, lab.now_ms, NULL), ERR_OK, "out of it");
    }
    T_OK(n_next < 5, "not one after the other");
    end(&lab);
}

/* ---- nobody is called without end ---- */

T_CASE(waves_knocks_and_invitations_are_heard_once_in_three_seconds)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 460, 300);
    struct world_person *cleo = come(&lab, 2, ROLE_STUDENT, 520, 300);

    T_REQ("SE-4.1-イ-4");
    for (int i = 0; i < 20; i++)
        T_EQ(world_wave(ben, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "answered");
    T_EQ(lab_count(lab_peer(0), "\"ev\":\"wave\""), 1, "and heard once");
    T_EQ(world_wave(cleo, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "another");
    T_EQ(lab_count(lab_peer(0), "\"ev\":\"wave\""), 2, "is heard, too");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "into the room");
    for (int i = 0; i < 20; i++) {
        T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "knocks");
        T_EQ(world_area_invite(anna, lab_seat(cleo), lab.now_ms, NULL), ERR_OK, "invites");
    }
    T_EQ(lab_count(lab_peer(0), "\"ev\":\"knock\""), 1, "one knock");
    T_EQ(lab_count(lab_peer(2), "\"ev\":\"invited\""), 1, "one invitation");
    lab_run(lab.world, &lab.now_ms, 31);
    T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "knocks");
    T_EQ(world_area_invite(anna, lab_seat(cleo), lab.now_ms, NULL), ERR_OK, "invites");
    T_EQ(lab_count(lab_peer(0), "\"ev\":\"knock\""), 2, "again, later");
    T_EQ(lab_count(lab_peer(2), "\"ev\":\"invited\""), 2, "and so is he");
    T_EQ(world_wave(ben, lab_seat(cleo), lab.now_ms, NULL), ERR_OK, "waves");
    end(&lab);
}

T_CASE(an_invitation_ends_when_who_gave_it_goes_or_staff_lock_the_room)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 460, 300);
    struct world_person *cleo = come(&lab, 2, ROLE_STUDENT, 520, 300);
    struct world_person *staff = come(&lab, 3, ROLE_SUPPORTER, 580, 300);

    T_REQ("AI-2.3-オ");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "into the room");
    T_EQ(world_area_invite(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "asks him in");
    T_EQ(world_area_invite(anna, lab_seat(staff), lab.now_ms, NULL), ERR_OK, "and staff");
    T_EQ(world_area_enter(staff, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "staff come");
    T_EQ(world_area_invite(staff, lab_seat(cleo), lab.now_ms, NULL), ERR_OK, "ask another");
    T_EQ(world_area_leave(anna, lab.now_ms, NULL), ERR_OK, "she goes");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT,
         "those inside did not ask him");
    T_EQ(world_area_invite(staff, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "they do");
    T_EQ(world_area_invite(staff, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "her, too");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "she is back");
    T_EQ(world_area_invite(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "and asks again");
    T_EQ(world_area_leave(anna, lab.now_ms, NULL), ERR_OK, "goes");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "staff's holds");
    T_EQ(world_area_leave(ben, lab.now_ms, NULL), ERR_OK, "he goes");
    T_EQ(world_area_enter(cleo, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "he, too, comes");
    T_EQ(world_area_invite(cleo, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "asks him in");
    T_EQ(world_area_invite(staff, lab_seat(anna), lab.now_ms, NULL), ERR_OK, "staff her");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_STAFF, lab.now_ms, NULL), ERR_OK, "");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "not he");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "but she");
    T_EQ(world_area_invite(cleo, lab_seat(ben), lab.now_ms, NULL), ERR_CONFLICT, "nor anew");
    T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "he knocks");
    T_EQ(world_area_answer(cleo, lab_seat(ben), true, lab.now_ms, NULL), ERR_CONFLICT,
         "it is for staff to open");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "still not he");
    T_EQ(world_area_answer(staff, lab_seat(ben), true, lab.now_ms, NULL), ERR_OK, "they do");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "he is in");
    T_EQ(world_area_leave(ben, lab.now_ms, NULL), ERR_OK, "and out");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_IN_USE, lab.now_ms, NULL), ERR_OK, "");
    T_EQ(world_area_invite(cleo, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "once more");
    world_leave(&cleo, lab.now_ms);
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "gone with him");
    end(&lab);
}

/* ---- doors ---- */

static const char *refusal(enum err rc, const struct fail *why, enum err want)
{
    T_EQ(rc, want, why->text);
    return why->field;
}

T_CASE(doors_open_to_those_on_the_list_when_their_lock_lets_them)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct world_person *ben = come(&lab, 1, ROLE_STUDENT, 460, 300);
    struct world_person *guest = come(&lab, 2, ROLE_GUEST_TEACHER, 520, 300);
    struct world_person *staff = come(&lab, 3, ROLE_SUPPORTER, 580, 300);
    struct fail why = {0};

    T_REQ("AI-2.3-オ");
#define ENTER(who, code, field) \
    T_TEXT(refusal(world_area_enter(who, SPAN("cell"), lab.now_ms, &why), &why, code), field, \
           field)
    ENTER(guest, ERR_DENIED, "area-who");
    T_EQ(world_walk(ben, 1000, 200, lab.now_ms, &why), ERR_CONFLICT, "nobody walks in");
    T_TEXT(why.field, "area-room", "by that rule");
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "empty: open");
    ENTER(ben, ERR_CONFLICT, "area-wait");
    ENTER(staff, ERR_CONFLICT, "in-use");
    lab_run(lab.world, &lab.now_ms, 201);
    ENTER(ben, ERR_CONFLICT, "in-use");
    T_EQ(world_walk(ben, 1000, 200, lab.now_ms, &why), ERR_CONFLICT, "the same when in use");
    T_TEXT(why.field, "area-room", "by the same rule");

    /* Knocking: those inside hear it, others not; an answer opens for a minute, once. */
    T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "knocks");
    T_OK(lab_has(lab_peer(0), "\"ev\":\"knock\",\"of\":{\"seat\":2,\"name\":\"name-01\","),
         "she hears it");
    T_OK(!lab_has(lab_peer(3), "\"ev\":\"knock\""), "and nobody else");
    T_EQ(world_area_answer(staff, lab_seat(ben), true, lab.now_ms, NULL), ERR_NOT_FOUND,
         "nobody outside answers");
    T_EQ(world_area_answer(anna, lab_seat(ben), false, lab.now_ms, NULL), ERR_OK, "not now");
    ENTER(ben, ERR_CONFLICT, "in-use");
    T_EQ(world_area_answer(anna, lab_seat(ben), true, lab.now_ms, NULL), ERR_NOT_FOUND,
         "a knock is answered once");
    T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "again");
    T_EQ(world_area_answer(anna, lab_seat(ben), true, lab.now_ms, NULL), ERR_OK, "welcome");
    T_OK(lab_has(lab_peer(1), "\"ev\":\"knock.answer\",\"of\":{\"area\":\"cell\","
                              "\"welcome\":true}"),
         "he is told, and not by whom");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "and enters");
    T_EQ(world_area_leave(ben, lab.now_ms, NULL), ERR_OK, "leaves");
    ENTER(ben, ERR_CONFLICT, "in-use");

    /* Inviting: for a minute, and only for those who may come. */
    T_EQ(world_area_invite(anna, lab_seat(guest), lab.now_ms, NULL), ERR_CONFLICT, "not he");
    world_distance_set(ben, true, lab.now_ms);
    T_EQ(world_area_invite(anna, lab_seat(ben), lab.now_ms, NULL), ERR_CONFLICT, "wants to be");
    world_distance_set(ben, false, lab.now_ms);
    T_EQ(world_area_invite(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "invites");
    T_OK(lab_has(lab_peer(1), "\"ev\":\"invited\",\"of\":{\"name\":\"name-00\","), "is told");
    lab.now_ms += WORLD_ASK_MS + 1;
    ENTER(ben, ERR_CONFLICT, "in-use");
    T_EQ(world_area_invite(anna, lab_seat(ben), lab.now_ms, NULL), ERR_OK, "again");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "in time");

    /* Locks of staff. */
    T_EQ(world_area_leave(ben, lab.now_ms, NULL), ERR_OK, "leaves");
    T_EQ(world_area_leave(anna, lab.now_ms, NULL), ERR_OK, "leaves");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_STAFF, lab.now_ms, NULL), ERR_OK, "");
    ENTER(ben, ERR_CONFLICT, "area-locked");
    lab_run(lab.world, &lab.now_ms, 40);
    ENTER(ben, ERR_DENIED, "area-locked");
    T_EQ(world_area_knock(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "knocks");
    T_OK(lab_has(lab_peer(3), "\"ev\":\"knock\""), "staff hear it");
    T_EQ(world_area_answer(staff, lab_seat(ben), true, lab.now_ms, NULL), ERR_OK, "open");
    T_EQ(world_area_enter(ben, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "enters");
    T_EQ(world_area_enter(staff, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "staff as well");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_CLOSED, lab.now_ms, NULL), ERR_OK, "");
    T_EQ(world_area_leave(staff, lab.now_ms, NULL), ERR_OK, "one always gets out");
    lab_run(lab.world, &lab.now_ms, 40);
    ENTER(staff, ERR_DENIED, "area-locked");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), 9, lab.now_ms, NULL), ERR_INVALID, "");
    T_EQ(world_lock_change(lab.copy, SPAN("no"), 1, lab.now_ms, NULL), ERR_NOT_FOUND, "");
    T_EQ(world_area_knock(staff, SPAN("hall"), lab.now_ms, NULL), ERR_CONFLICT, "no door");
    lab_check(lab.copy, lab.now_ms);
#undef ENTER
    end(&lab);
}

/* ---- trying a door ---- */

/* Of the room what eve was told last, whether people vanished since the beat before the last
 * four, and since when she waits: all that she can know without trying. */
struct known {
    bool is_in_use;
    int n_left;       /* since the last beat */
    int n_restless;   /* beats left in which people count as coming and going */
    bool has_asked;   /* was told to wait, and not had her turn since */
    int n_beats;      /* of them since it was put by for her; -1: it is not */
    int64_t asked_ms; /* last */
};

static bool is_restless(const struct known *known)
{
    return known->n_left > 0 || known->n_restless > 0;
}

static bool was_told(const struct lab_peer *peer, const char *is_in_use)
{
    char text[80];

    snprintf(text, sizeof text, "{\"id\":\"cell\",\"is_full\":false,\"is_in_use\":%s",
             is_in_use);
    return lab_has(peer, text);
}

/* A beat: what she is told at it was so at the one before, so if she waited then and is told
 * now that nobody was in it, the room was put by for her. */
static void know_beat(struct known *known, int64_t now_ms)
{
    known->n_restless = known->n_left > 0       ? WORLD_RESTLESS
                        : known->n_restless > 0 ? known->n_restless - 1
                                                : 0;
    known->n_left = 0;
    if (!is_restless(known) || known->is_in_use ||
        (known->n_beats < 0 && now_ms - known->asked_ms > 30000) || known->n_beats == 2)
        known->has_asked = false;
    known->n_beats = known->has_asked ? known->n_beats + 1 : -1;
}

/* Runs to the next beat; what she is told on the way is read. */
static void to_next_beat(struct lab *lab, struct known *known)
{
    struct lab_peer *eve = lab_peer(9);
    int64_t beat_ms = lab->copy->beat_ms;

    while (lab->copy->beat_ms == beat_ms) {
        lab_run(lab->world, &lab->now_ms, 1);
        known->is_in_use =
            (known->is_in_use || was_told(eve, "true")) && !was_told(eve, "false");
        lab_forget(eve);
    }
    know_beat(known, lab->now_ms);
}

/* The others come and go. Who is told to wait gives up: that another waits for the same room is
 * the one thing that waiting longer tells. */
static void others_act(struct lab *lab, struct world_person **people, struct known *known,
                       uint32_t *random)
{
    size_t i = lab_random(random, 4);

    if (world_body_of(people[i])->channel == 1) {
        T_EQ(world_area_leave(people[i], lab->now_ms, NULL), ERR_OK, "comes out");
    } else if (lab_random(random, 3) == 0) {
        ; /* nobody does anything */
    } else if (lab_random(random, 3) == 0) {
        world_leave(&people[i], lab->now_ms); /* home and back */
        people[i] = come(lab, i, ROLE_STUDENT, 300, 300);
        known->n_left++;
    } else if (world_area_enter(people[i], SPAN("cell"), lab->now_ms, NULL) == ERR_OK) {
        known->n_left++;
    } else {
        world_claim_drop(lab->copy, people[i]->look.account);
    }
}

T_CASE(trying_a_door_tells_nothing_that_was_not_told)
{
    int n_in_use = 0, n_wait = 0, n_open = 0, n_turn = 0, n_stale = 0;

    T_REQ("AI-2.3-オ");
    for (uint32_t seed = 1; seed <= 40 && t_case_ok(); seed++) {
        struct lab lab = begin();
        struct world_person *people[4], *eve = come(&lab, 9, ROLE_STUDENT, 700, 300);
        struct known known = {.n_beats = -1};
        uint32_t random = seed, n_calm = seed % 4;

        for (size_t i = 0; i < 4; i++)
            people[i] = come(&lab, i, ROLE_STUDENT, 300 + 60 * (int32_t)i, 300);
        for (int round = 0; round < 60 && t_case_ok(); round++) {
            struct fail why = {0};
            enum err rc;

            if (lab_random(&random, n_calm + 1) == 0)
                others_act(&lab, people, &known, &random);
            if (lab_random(&random, 2) == 0)
                lab_run(lab.world, &lab.now_ms, 1);
            n_stale += (lab.copy->n_in[1] > 0) != known.is_in_use;
            rc = world_area_enter(eve, SPAN("cell"), lab.now_ms, &why);
            if (known.is_in_use) {
                T_EQ(rc, ERR_CONFLICT, "as the map says");
                T_TEXT(why.field, "in-use", "in those words");
                n_in_use++;
            } else if (is_restless(&known) && known.n_beats < 1) {
                T_EQ(rc, ERR_CONFLICT, "somebody vanished");
                T_TEXT(why.field, "area-wait", "wherever he went");
                known.has_asked = true;
                known.asked_ms = lab.now_ms;
                n_wait++;
            } else {
                T_EQ(rc, ERR_OK, "open, or her turn");
                n_turn += is_restless(&known);
                n_open += !is_restless(&known);
                known.n_left++; /* for all others she vanished as well */
                known.has_asked = false;
                known.n_beats = -1;
                T_EQ(world_area_leave(eve, lab.now_ms, NULL), ERR_OK, "out again");
            }
            lab_forget(lab_peer(9));
            for (uint32_t n = lab_random(&random, 4); n > 0; n--)
                to_next_beat(&lab, &known);
        }
        end(&lab);
    }
    T_OK(n_in_use > 20, "it was in use");
    T_OK(n_wait > 20, "not settled");
    T_OK(n_open > 20, "open");
    T_OK(n_turn > 20, "her turn, while others came and went");
    T_OK(n_stale > 20, "and other than the map said");
}

/* How long eve waits before an empty room, asking every second, while others vanish: each time
 * `when` says so. */
static int64_t waits_ms(struct lab *lab, struct world_person *eve,
                        bool (*when)(const struct lab *lab), int n_rivals)
{
    struct world_person *mallory = come(lab, 0, ROLE_STUDENT, 300, 300), *rivals[8] = {NULL};
    int64_t began_ms;
    enum err rc = ERR_CONFLICT;

    for (int i = 0; i < n_rivals; i++)
        rivals[i] = come(lab, 1 + (size_t)i, ROLE_STUDENT, 400, 300);
    for (int i = 0; i < 37; i++) { /* not in step with the beat */
        if (when(lab)) {
            world_leave(&mallory, lab->now_ms);
            mallory = come(lab, 0, ROLE_STUDENT, 300, 300);
        }
        lab_run(lab->world, &lab->now_ms, 1);
    }
    began_ms = lab->now_ms;
    for (int i = 0; rc != ERR_OK && i < 6000; i++) {
        if (when(lab)) {
            world_leave(&mallory, lab->now_ms);
            mallory = come(lab, 0, ROLE_STUDENT, 300, 300);
        }
        for (int k = 0; k < n_rivals && i % 10 == 0; k++)
            if (world_claim_is_ready(rivals[k], 1))
                continue; /* he lets his turn go by */
            else
                T_OK(world_area_enter(rivals[k], SPAN("cell"), lab->now_ms, NULL) != ERR_OK,
                     "waits");
        if (i % 10 == 0)
            rc = world_area_enter(eve, SPAN("cell"), lab->now_ms, NULL);
        lab_run(lab->world, &lab->now_ms, 1);
    }
    T_EQ(rc, ERR_OK, "she gets in");
    T_EQ(world_area_leave(eve, lab->now_ms, NULL), ERR_OK, "and out");
    for (int i = 0; i < n_rivals; i++)
        world_leave(&rivals[i], lab->now_ms);
    world_leave(&mallory, lab->now_ms);
    return lab->now_ms - began_ms;
}

static bool every_second(const struct lab *lab)
{
    return lab->now_ms % 1000 == 0;
}

/* As seldom as keeps the door from opening by itself. */
static bool every_beat_but_two(const struct lab *lab)
{
    return (lab->now_ms - lab->copy->beat_ms == WORLD_TICK_MS) && lab->copy->n_restless <= 1 &&
           !lab->copy->has_left;
}

/* The moment all are let in. */
static bool when_it_is_calm(const struct lab *lab)
{
    return !world_is_restless(lab->copy);
}

T_CASE(nobody_keeps_an_empty_room_shut_by_coming_and_going)
{
    static bool (*const whens[])(const struct lab *) = {every_second, every_beat_but_two,
                                                        when_it_is_calm};

    T_REQ("AI-2.3-オ");
    for (size_t k = 0; k < 3; k++) {
        struct lab lab = begin();
        struct world_person *eve = come(&lab, 9, ROLE_STUDENT, 700, 300);
        int64_t most_ms = 0;

        for (int i = 0; i < 20; i++) {
            int64_t ms = waits_ms(&lab, eve, whens[k], 0);

            most_ms = ms > most_ms ? ms : most_ms;
            lab_run(lab.world, &lab.now_ms, 31 * i);
        }
        T_OK(most_ms <= (k == 0 ? 21100 : 41100), "two beats, twice that at the worst");
        end(&lab);
    }
}

T_CASE(who_lets_his_turn_go_by_is_behind_those_who_wait)
{
    struct lab lab = begin();
    struct world_person *eve = come(&lab, 9, ROLE_STUDENT, 700, 300);
    int64_t ms = waits_ms(&lab, eve, every_second, 3);

    T_REQ("AI-2.3-オ");
    T_OK(ms > 21100, "three asked before her");
    T_OK(ms <= 21100 + 3 * 30000, "each of them has had a turn, and no second one");
    end(&lab);
}

/* Two children ask by turns and never come, while a third comes and goes. */
T_CASE(staff_have_their_turn_too)
{
    struct lab lab = begin();
    struct world_person *staff = come(&lab, 9, ROLE_SUPPORTER, 700, 300), *rivals[2], *mallory;
    enum err rc = ERR_CONFLICT;
    int64_t began_ms;

    T_REQ("AI-2.3-オ");
    for (size_t k = 0; k < 2; k++)
        rivals[k] = come(&lab, 1 + k, ROLE_STUDENT, 400, 300);
    mallory = come(&lab, 0, ROLE_STUDENT, 300, 300);
    began_ms = lab.now_ms + 30000;
    for (int i = 0; rc != ERR_OK && i < 3000; i++) {
        if (i % 10 == 0) {
            world_leave(&mallory, lab.now_ms);
            mallory = come(&lab, 0, ROLE_STUDENT, 300, 300);
            for (size_t k = 0; k < 2; k++)
                if (!world_claim_is_ready(rivals[k], 1))
                    T_OK(world_area_enter(rivals[k], SPAN("cell"), lab.now_ms, NULL) != ERR_OK,
                         "waits");
        }
        if (i % 10 == 0 && lab.now_ms >= began_ms)
            rc = world_area_enter(staff, SPAN("cell"), lab.now_ms, NULL);
        lab_run(lab.world, &lab.now_ms, 1);
    }
    T_EQ(rc, ERR_OK, "they get in");
    T_OK(lab.now_ms - began_ms <= 21100 + 30000, "after the one whose turn it is");
    end(&lab);
}

T_CASE(a_room_that_is_put_by_is_shut_to_all_others)
{
    struct lab lab = begin();
    struct world_person *eve = come(&lab, 9, ROLE_STUDENT, 700, 300);
    struct world_person *staff = come(&lab, 1, ROLE_SUPPORTER, 600, 300);
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    struct fail why = {0};

    T_REQ("AI-2.3-オ");
    world_leave(&anna, lab.now_ms);
    T_EQ(world_area_enter(eve, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "is to wait");
    lab_run(lab.world, &lab.now_ms, 110);
    T_OK(!world_claim_is_ready(eve, 1), "it is put by");
    T_EQ(world_area_enter(staff, SPAN("cell"), lab.now_ms, &why), ERR_CONFLICT, "not staff");
    T_TEXT(why.field, "area-wait", "in the same words");
    lab_run(lab.world, &lab.now_ms, 100);
    T_OK(world_claim_is_ready(eve, 1), "her turn");
    T_EQ(world_area_enter(staff, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "nor now");
    T_EQ(world_lock_change(lab.copy, SPAN("cell"), LOCK_IN_USE, lab.now_ms, NULL), ERR_OK,
         "staff may end it");
    T_OK(!world_claim_is_ready(eve, 1), "it is over");
    T_EQ(world_area_enter(staff, SPAN("cell"), lab.now_ms, NULL), ERR_OK, "they are in");
    T_EQ(world_area_leave(staff, lab.now_ms, NULL), ERR_OK, "and out");
    T_EQ(world_area_enter(eve, SPAN("cell"), lab.now_ms, NULL), ERR_CONFLICT, "is to wait");
    lab_run(lab.world, &lab.now_ms, 201);
    T_OK(world_claim_is_ready(eve, 1), "her turn again");
    lab_run(lab.world, &lab.now_ms, 201);
    T_OK(!world_claim_is_ready(eve, 1), "and over");
    T_EQ(lab.copy->n_claims, 0, "nothing is left of it");
    end(&lab);
}

/* SE-4.1-イ-1: capacity holds for who comes in, and keeps nobody in a room. */
T_CASE(nobody_is_kept_in_a_room_because_all_is_full_outside)
{
    static const struct lab_swap swaps[] = {
        {"\"capacity\": 120", "\"capacity\": 1"},
        {"\"capacity\": 3, \"quiet\": \"soft\", \"lock\": \"open\", \"enter\": "
         "[\"everyone\"], \"see\": [\"everyone\"]",
         "\"capacity\": 1, \"quiet\": \"soft\", \"lock\": \"open\", \"enter\": "
         "[\"everyone\"], \"see\": [\"everyone\"]"},
    };
    struct lab lab = {
        .ground = lab_ground_with(swaps, 2), .world = lab_world(100), .now_ms = 50000};
    struct world_person *anna, *ben, *cleo;
    struct floor_spot out;
    struct fail why = {0};

    T_REQ("SE-4.1-イ-1");
    T_EQ(world_copy_open(lab.world, lab.ground, 1, &lab.copy, NULL), ERR_OK, "a copy");
    world_tick(lab.world, lab.now_ms);
    anna = come(&lab, 0, ROLE_STUDENT, 400, 300);
    T_EQ(world_area_enter(anna, SPAN("cell"), lab.now_ms, &why), ERR_OK, why.field);
    ben = come(&lab, 1, ROLE_STUDENT, 600, 300);
    cleo = come(&lab, 2, ROLE_STUDENT, 1000, 600);
    T_EQ(lab.copy->n_in[0], 1, "the hall is full");
    T_EQ(lab.copy->n_in[3], 1, "so is the nook");
    T_EQ(world_area_leave(anna, lab.now_ms, &why), ERR_OK, "she comes out all the same");
    T_EQ(world_body_of(anna)->channel, CHANNEL_PUBLIC, "onto the floor");
    T_OK(floor_is_free(world_map(lab.copy), lab_spot(anna).x, lab_spot(anna).y), "to a spot");
    out = lab_spot(anna);
    T_EQ(world_area_enter(anna, SPAN("den"), lab.now_ms, NULL), ERR_OK, "another room");
    T_EQ(world_area_leave(anna, lab.now_ms, &why), ERR_OK, "out of it");
    T_EQ(world_distance2(lab_spot(anna), out), 0, "where she comes out tells not of which");
    T_EQ(world_area_enter(anna, SPAN("den"), lab.now_ms, NULL), ERR_OK, "once more");
    for (size_t i = 0; i < 4; i += 3)
        T_EQ(world_lock_change(lab.copy, i == 0 ? SPAN("hall") : SPAN("nook"), LOCK_CLOSED,
                               lab.now_ms, NULL),
             ERR_OK, "closed");
    T_EQ(world_area_leave(anna, lab.now_ms, &why), ERR_OK, "nor because all is closed");
    T_EQ(world_body_of(anna)->channel, CHANNEL_PUBLIC, "onto the floor");
    world_leave(&ben, lab.now_ms);
    world_leave(&cleo, lab.now_ms);
    end(&lab);
}

T_CASE(a_room_seen_by_staff_is_seen_by_staff_alone)
{
    struct lab lab = begin();
    struct world_person *anna = come(&lab, 0, ROLE_STUDENT, 400, 300);

    come(&lab, 1, ROLE_STUDENT, 600, 300);
    come(&lab, 2, ROLE_SCHOOL_STAFF, 500, 300);
    T_EQ(world_area_enter(anna, SPAN("den"), lab.now_ms, NULL), ERR_OK, "into the den");
    lab_forget(lab_peer(1));
    lab_forget(lab_peer(2));
    lab_run(lab.world, &lab.now_ms, 1);
    T_OK(!lab_has(lab_peer(1), "name-00"), "pupils outside see nobody");
    T_OK(lab_has(lab_peer(2), "name-00"), "staff see her come");
    T_OK(!lab_has(lab_peer(2), "login-00"), "school staff without her ID");
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

T_CASE(who_comes_back_after_a_restart_is_in_his_room_again)
{
    struct lab lab = begin();
    struct world_entry entry = {.has_spot = true,
                                .spot = {1000, 200},
                                .room = SPAN("cell"),
                                .rung = RUNG_TEXT,
                                .state = WORLD_TALK};
    struct world_person *two[2] = {NULL, NULL}, *guest = NULL;
    struct world_look look;

    for (size_t i = 0; i < 2; i++) {
        look = lab_look("back", ROLE_STUDENT);
        T_EQ(world_enter(lab.copy, &look, &entry, lab_peer(i), lab.now_ms, &two[i], NULL),
             ERR_OK, "enters");
        T_EQ(world_body_of(two[i])->channel, 1, "his room, though it is in use");
    }
    look = lab_look("guest", ROLE_GUEST_TEACHER);
    T_EQ(world_enter(lab.copy, &look, &entry, lab_peer(2), lab.now_ms, &guest, NULL), ERR_OK,
         "enters");
    T_EQ(world_body_of(guest)->channel, CHANNEL_PUBLIC, "not one who may not be there");
    T_EQ(lab_spot(guest).y, 100, "he comes in by a spawn, not at the door");
    lab_run(lab.world, &lab.now_ms, 1);
    lab_check(lab.copy, lab.now_ms);
    end(&lab);
}

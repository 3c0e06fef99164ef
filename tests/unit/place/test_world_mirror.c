/* Puppets: seen as one's own people are, moved by no rule, counted nowhere; and what of a
 * copy's own people is told to another node. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

#define N_FIGURES 100
#define TOLD_MOST 64

static struct mirror_look figure_look(const char *name)
{
    struct mirror_look look = {.kind = 3, .colour = 2, .state = WORLD_TALK};

    snprintf(look.name, sizeof look.name, "name-%s", name);
    snprintf(look.town, sizeof look.town, "town-%s", name);
    snprintf(look.pseud, sizeof look.pseud, "pseud-%s", name);
    return look;
}

/* ---- one copy, and another that hears of it ---- */

struct side {
    struct ground *ground;
    struct world *world;
    struct world_copy *copy;
};

static void side_begin(struct side *side)
{
    side->ground = lab_ground_file(LAB_FLOOR);
    side->world = lab_world(100);
    T_EQ(world_copy_open(side->world, side->ground, 1, &side->copy, NULL), ERR_OK, "a copy");
}

static void side_end(struct side *side)
{
    world_destroy(&side->world);
    ground_unref(&side->ground);
}

/* The one who is followed from here to there, as a pair of nodes would. */
struct relay {
    struct side here, there;
    struct id followed;
    struct world_person *puppet;
    int64_t now_ms;
    int n_came, n_look, n_left, n_moved;
};

static void came(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    struct relay *r = arg;
    struct mirror_look with_town = *look;

    T_OK(look->town[0] == '\0' && look->pseud[0] == '\0', "of own people neither is told");
    if (!id_eq(account, r->followed))
        return;
    r->n_came++;
    snprintf(with_town.town, sizeof with_town.town, "%s", "TOWN");
    T_EQ(world_puppet_put(r->there.copy, r, &with_town, at, r->now_ms, &r->puppet, NULL),
         ERR_OK, "a puppet");
}

static void look(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    struct relay *r = arg;
    struct mirror_look with_town = *look;

    (void)at;
    if (!id_eq(account, r->followed))
        return;
    r->n_look++;
    snprintf(with_town.town, sizeof with_town.town, "%s", "TOWN");
    world_puppet_look(r->puppet, &with_town);
}

static void left(void *arg, struct id account)
{
    struct relay *r = arg;

    if (!id_eq(account, r->followed))
        return;
    r->n_left++;
    world_leave(&r->puppet, r->now_ms);
}

static void moved(void *arg, struct id account, const struct mirror_move *move)
{
    struct relay *r = arg;

    if (!id_eq(account, r->followed))
        return;
    r->n_moved++;
    world_puppet_move(r->puppet, move, r->now_ms);
}

/* What was told, but for numbers of areas (puppets are in none) and the town. */
static char *text_told(const struct lab_peer *peer)
{
    static const char town[] = ",\"town\":\"TOWN\"";
    char *all = strdup(peer->len == 0 ? "" : peer->text), *to = all, *next;

    if (all == NULL)
        abort();
    for (char *line = all; *line != '\0'; line = next) {
        size_t len = strcspn(line, "\n") + 1;

        next = line + len;
        if (strncmp(line, "{\"ev\":\"areas\"", 13) == 0)
            continue;
        memmove(to, line, len);
        to += len;
    }
    *to = '\0';
    while ((to = strstr(all, town)) != NULL)
        memmove(to, to + sizeof town - 1, strlen(to + sizeof town - 1) + 1);
    return all;
}

static void relay_run(struct relay *r, int n)
{
    for (int i = 0; i < n && t_case_ok(); i++) {
        char *own, *puppet;

        r->now_ms += WORLD_TICK_MS;
        world_tick(r->here.world, r->now_ms);
        world_tick(r->there.world, r->now_ms);
        lab_check(r->here.copy, r->now_ms);
        lab_check(r->there.copy, r->now_ms);
        own = text_told(lab_peer(0));
        puppet = text_told(lab_peer(1));
        T_TEXT(puppet, own, "the same bytes");
        lab_forget(lab_peer(0));
        lab_forget(lab_peer(1));
        free(own);
        free(puppet);
    }
}

static const struct world_watch *relay_watch(struct relay *r)
{
    static struct world_watch watch;

    watch = (struct world_watch){r, came, look, left, moved};
    return &watch;
}

T_CASE(a_puppet_is_seen_byte_for_byte_as_one_of_their_own)
{
    struct relay r = {.now_ms = 1000};
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct world_look ben = lab_look("ben", ROLE_STUDENT);
    struct world_person *person;

    T_REQ("CARD-4");
    ben.note[0] = '\0'; /* does not cross */
    side_begin(&r.here);
    side_begin(&r.there);
    r.followed = ben.account;
    lab_enter(r.here.copy, &anna, (struct floor_spot){300, 300}, lab_peer(0), r.now_ms);
    lab_enter(r.there.copy, &anna, (struct floor_spot){300, 300}, lab_peer(1), r.now_ms);
    world_watch_set(r.here.copy, relay_watch(&r));
    relay_run(&r, 2);
    person = lab_enter(r.here.copy, &ben, (struct floor_spot){600, 300}, lab_peer(2), r.now_ms);
    relay_run(&r, 2);
    T_OK(r.puppet != NULL && r.n_came == 1, "he came there");
    T_EQ(world_walk(person, 120, 120, r.now_ms, NULL), ERR_OK, "walks");
    relay_run(&r, 12);
    T_EQ(world_walk(person, 700, 600, r.now_ms, NULL), ERR_OK, "and elsewhere");
    relay_run(&r, 12);
    world_stop(person, r.now_ms);
    relay_run(&r, 2);
    for (int i = 0; i < 30; i++) { /* a stick that is turned: steps and legs */
        T_EQ(world_stick(person, (int8_t)(i % 3 * 60 - 60), (int8_t)(100 - i % 7 * 30),
                         r.now_ms, NULL),
             ERR_OK, "a stick");
        relay_run(&r, 1 + i % 5);
    }
    world_stop(person, r.now_ms);
    relay_run(&r, 2);
    T_EQ(world_state_change(person, WORLD_BREAK, r.now_ms, NULL), ERR_OK, "a break");
    relay_run(&r, 1);
    world_distance_set(person, true, r.now_ms);
    world_away_set(person, true, r.now_ms);
    relay_run(&r, 1);
    snprintf(ben.name, sizeof ben.name, "%s", "another name");
    world_look_change(person, &ben, r.now_ms);
    relay_run(&r, 1);
    world_peer_change(person, NULL, r.now_ms);
    relay_run(&r, 1);
    T_OK(world_puppet_seen(r.puppet)->is_lost, "cut off there as here");
    ben.is_teacher = true;
    world_look_change(person, &ben, r.now_ms);
    relay_run(&r, 1);
    T_OK(world_puppet_seen(r.puppet)->is_teacher, "who teaches has the mark there, too");
    world_peer_change(person, lab_peer(2), r.now_ms);
    relay_run(&r, 1);
    world_leave(&person, r.now_ms);
    relay_run(&r, 2);
    T_OK(r.puppet == NULL && r.n_left == 1, "he left there, too");
    T_OK(r.n_moved > 20 && r.n_look > 4, "there was something to compare");
    side_end(&r.here);
    side_end(&r.there);
    lab_peers_fini();
}

/* A list of ours that another node's number is past would make a message of nobody: not one who
 * stands there would hear of anybody. */
T_CASE(a_puppet_of_no_kind_we_know_is_told_as_a_neutral_one)
{
    struct mirror_look look = figure_look("odd");
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct world_person *puppet = NULL;
    struct side side;

    side_begin(&side);
    lab_enter(side.copy, &anna, (struct floor_spot){300, 300}, lab_peer(0), 1000);
    world_tick(side.world, 1000 + WORLD_TICK_MS);
    lab_forget(lab_peer(0));
    look.kind = look.colour = 255;
    T_EQ(world_puppet_put(side.copy, &side, &look, (struct floor_spot){400, 400}, 1100, &puppet,
                          NULL),
         ERR_OK, "comes");
    world_tick(side.world, 1000 + 2 * WORLD_TICK_MS);
    T_OK(lab_peer(0)->len > 0 && strstr(lab_peer(0)->text, "name-odd") != NULL, "is told");
    T_OK(strstr(lab_peer(0)->text, "\"neutral\"") != NULL, "as a neutral one");
    world_leave(&puppet, 1200);
    side_end(&side);
    lab_peers_fini();
}

/* ---- rules of those who stand here ---- */

T_CASE(distance_holds_towards_a_puppet_and_it_is_spoken_to_by_nobody_but_openly)
{
    struct side side;
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct mirror_look ben = figure_look("ben");
    struct world_person *pa, *puppet = NULL, *found = NULL;
    struct fail why = {.code = ERR_OK};
    int64_t now_ms = 1000;
    void *owner = NULL;
    uint16_t seat;
    int of_ours = 7;

    side_begin(&side);
    pa = lab_enter(side.copy, &anna, (struct floor_spot){100, 100}, lab_peer(0), now_ms);
    T_EQ(world_puppet_put(side.copy, &of_ours, &ben, (struct floor_spot){600, 300}, now_ms,
                          &puppet, NULL),
         ERR_OK, "a puppet");
    lab_run(side.world, &now_ms, 1);
    seat = lab_seat(puppet);
    T_OK(lab_has(lab_peer(0), "\"town\":\"town-ben\""), "with its town");
    T_OK(!lab_has(lab_peer(0), "pseud"), "its pseudonym is not for children");
    T_EQ(world_go_seat(pa, seat, now_ms, &why), ERR_OK, "one goes to it");
    lab_run(side.world, &now_ms, 60);
    T_OK(world_distance2(lab_spot(pa), (struct floor_spot){600, 300}) <=
             (int64_t)(WORLD_NEAR_CM + 5) * (WORLD_NEAR_CM + 5),
         "and stands beside it");
    T_EQ(world_walk(pa, 100, 100, now_ms, NULL), ERR_OK, "away");
    lab_run(side.world, &now_ms, 60);
    ben.has_distance = true;
    world_puppet_look(puppet, &ben);
    T_EQ(world_go_seat(pa, seat, now_ms, &why), ERR_CONFLICT, "not to one who wishes distance");
    T_TEXT(why.field, "distance", "as to one of our own");
    T_EQ(world_walk(pa, 600, 300, now_ms, NULL), ERR_OK, "and towards it");
    lab_run(side.world, &now_ms, 60);
    T_OK(world_distance2(lab_spot(pa), (struct floor_spot){600, 300}) >= (int64_t)150 * 150,
         "only so near");
    T_EQ(world_wave(pa, seat, now_ms, &why), ERR_CONFLICT, "no wave");
    T_TEXT(why.field, "other-town", "said kindly");
    T_EQ(world_area_answer(pa, seat, true, now_ms, &why), ERR_NOT_FOUND, "it never knocks");
    T_EQ(world_seat_owner(pa, seat, &owner, NULL), ERR_NOT_FOUND, "it has no line");
    T_EQ(world_seat_puppet(pa, seat, &found, NULL), ERR_OK, "found as what it is");
    T_OK(found == puppet && world_puppet_owner(found) == &of_ours, "with its owner");
    T_EQ(world_seat_puppet(pa, lab_seat(pa), &found, NULL), ERR_NOT_FOUND, "she is none");
    T_EQ(world_area_enter(pa, SPAN("cell"), now_ms, NULL), ERR_OK, "into a room");
    T_EQ(world_area_invite(pa, seat, now_ms, &why), ERR_CONFLICT, "into which it is not asked");
    T_TEXT(why.field, "other-town", "said so");
    lab_run(side.world, &now_ms, 2);
    lab_check(side.copy, now_ms);
    world_leave(&puppet, now_ms);
    lab_run(side.world, &now_ms, 1);
    lab_check(side.copy, now_ms);
    side_end(&side);
    lab_peers_fini();
}

T_CASE(our_own_wish_holds_no_puppet_back_and_no_wall_does)
{
    struct side side;
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct mirror_look ben = figure_look("ben");
    struct mirror_move move = {.n = 2, .speed_cm_s = 150, .age_ms = 1000};
    struct world_person *pa, *puppet = NULL;
    int64_t now_ms = 1000;

    side_begin(&side);
    pa = lab_enter(side.copy, &anna, (struct floor_spot){400, 300}, lab_peer(0), now_ms);
    world_distance_set(pa, true, now_ms);
    T_EQ(world_puppet_put(side.copy, NULL, &ben, (struct floor_spot){-50, 99999}, now_ms,
                          &puppet, NULL),
         ERR_OK, "a spot beyond the floor");
    T_EQ(lab_spot(puppet).x, 0, "is brought onto it");
    T_EQ(lab_spot(puppet).y, 799, "is brought onto it");
    lab_run(side.world, &now_ms, 1);
    move.points[0] = (struct floor_spot){100, 300};
    move.points[1] = (struct floor_spot){1000, 300}; /* past her, and through a wall */
    world_puppet_move(puppet, &move, now_ms);
    lab_run(side.world, &now_ms, 10);
    T_EQ(lab_spot(puppet).x, 400, "a second of age, a second of ticks: where she stands");
    lab_check(side.copy, now_ms);
    lab_run(side.world, &now_ms, 60);
    T_EQ(lab_spot(puppet).x, 1000, "and on to the end");
    lab_check(side.copy, now_ms);
    move = (struct mirror_move){.at = {50, 60}, .n = 1, .speed_cm_s = 0};
    world_puppet_move(puppet, &move, now_ms);
    lab_run(side.world, &now_ms, 1);
    T_EQ(lab_spot(puppet).y, 60, "no way of one point: it stands there");
    lab_check(side.copy, now_ms);
    side_end(&side);
    lab_peers_fini();
}

/* ---- many; new floors, sessions ---- */

static void figures_put(struct side *side, struct world_person **figures, int64_t now_ms)
{
    for (int i = 0; i < N_FIGURES; i++) {
        char name[16];
        struct mirror_look one;

        snprintf(name, sizeof name, "f%d", i);
        one = figure_look(name);
        T_EQ(world_puppet_put(side->copy, NULL, &one,
                              (struct floor_spot){i % 40 * 25, 300 + i / 40 * 40}, now_ms,
                              &figures[i], NULL),
             ERR_OK, name);
    }
}

T_CASE(a_hundred_puppets_take_nobodys_place_and_stay_through_new_floors_and_sessions)
{
    static const struct lab_swap newer[] = {{"\"version\": 1", "\"version\": 2"}};
    struct side side;
    struct ground *next = lab_ground_with(newer, 1);
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct world_look sup = lab_look("sup", ROLE_SUPPORTER);
    struct mirror_move move = {.at = {30, 30}};
    struct world_person *figures[N_FIGURES] = {NULL};
    struct world_person *pa;
    int64_t now_ms = 1000;

    T_REQ("CARD-4");
    side_begin(&side);
    figures_put(&side, figures, now_ms);
    T_EQ(world_copy_n(side.copy), 0, "nobody of ours");
    T_EQ(world_copy_n_public(side.copy), 0, "nobody to be counted");
    pa = lab_enter(side.copy, &anna, (struct floor_spot){-1, 0}, lab_peer(0), now_ms);
    lab_enter(side.copy, &sup, (struct floor_spot){-1, 0}, lab_peer(1), now_ms);
    lab_run(side.world, &now_ms, 12);
    lab_check(side.copy, now_ms);
    T_EQ(lab_peer(0)->n_known, N_FIGURES + 2, "she knows all");
    T_OK(lab_has(lab_peer(0), "{\"id\":\"nook\",\"n\":0,\"is_full\":false"),
         "the nook for three holds none of them");
    T_OK(lab_has(lab_peer(1), "\"pseud\":\"pseud-f7\""), "staff with IDs read pseudonyms");
    T_EQ(lab_count(lab_peer(1), "\"account\""), lab_count(lab_peer(1), "login-"),
         "and accounts of our own alone");
    T_EQ(world_copy_n(side.copy), 2, "two of ours");
    T_EQ(world_copy_n_inside(side.copy), 0, "none inside");
    for (int i = 0; i < N_FIGURES; i++)
        world_puppet_move(figures[i], &move, now_ms);
    lab_run(side.world, &now_ms, 1);
    lab_check(side.copy, now_ms);
    T_EQ(world_ground_change(side.copy, next, now_ms, NULL), ERR_OK, "a new version");
    lab_run(side.world, &now_ms, 1);
    lab_check(side.copy, now_ms);
    world_session_change(side.copy, true, SPAN("会"), now_ms);
    lab_run(side.world, &now_ms, 1);
    lab_check(side.copy, now_ms);
    T_OK(lab_has(lab_peer(0), "alias-anna") && !lab_has(lab_peer(0), "alias-f7"),
         "an alias is for our own");
    world_session_change(side.copy, false, SPAN_NONE, now_ms);
    for (int i = 0; i < N_FIGURES; i += 3)
        world_leave(&figures[i], now_ms);
    lab_run(side.world, &now_ms, 2);
    lab_check(side.copy, now_ms);
    world_leave(&pa, now_ms);
    T_EQ(world_copy_n_public(side.copy), 1, "one of ours");
    side_end(&side);
    ground_unref(&next);
    lab_peers_fini();
}

T_CASE(there_are_no_more_than_so_many_puppets)
{
    struct side side;
    struct mirror_look ben = figure_look("ben");
    struct world_person *puppet = NULL;

    side_begin(&side);
    for (int i = 0; i < MIRROR_FIGURES_MOST; i++)
        T_EQ(world_puppet_put(side.copy, NULL, &ben, (struct floor_spot){1, 1}, 0, &puppet,
                              NULL),
             ERR_OK, "one more");
    T_EQ(world_puppet_put(side.copy, NULL, &ben, (struct floor_spot){1, 1}, 0, &puppet, NULL),
         ERR_BUSY, "and no more");
    T_OK(puppet == NULL, "none");
    side_end(&side);
}

/* ---- what is told of our own ---- */

struct told {
    char text[4096];
    size_t len;
};

static void note(struct told *told, const char *what, const char *name, int32_t x)
{
    told->len += (size_t)snprintf(told->text + told->len, sizeof told->text - told->len,
                                  "%s %s %d;", what, name, x);
}

static void note_came(void *arg, struct id account, const struct mirror_look *look,
                      struct floor_spot at)
{
    (void)account;
    note(arg, "came", look->name, at.x);
}

static void note_look(void *arg, struct id account, const struct mirror_look *look,
                      struct floor_spot at)
{
    (void)account;
    note(arg, "look", look->name, at.x);
}

static void note_left(void *arg, struct id account)
{
    (void)account;
    note(arg, "left", "-", 0);
}

static void note_moved(void *arg, struct id account, const struct mirror_move *move)
{
    (void)account;
    note(arg, move->n == 0 ? "stands" : "walks", "-",
         move->n == 0 ? move->at.x : move->points[move->n - 1].x);
}

static void is_told(struct told *told, const char *want, const char *what)
{
    T_TEXT(told->text, want, what);
    told->len = 0;
    told->text[0] = '\0';
}

T_CASE(a_watch_hears_of_own_people_as_the_floor_does_and_nothing_of_rooms)
{
    struct told told = {.len = 0};
    const struct world_watch watch = {&told, note_came, note_look, note_left, note_moved};
    struct side side;
    struct world_look anna = lab_look("anna", ROLE_STUDENT);
    struct world_look ben = lab_look("ben", ROLE_STUDENT);
    struct mirror_look far = figure_look("far");
    struct world_person *pa, *pb, *puppet = NULL;
    int64_t now_ms = 1000;

    side_begin(&side);
    pa = lab_enter(side.copy, &anna, (struct floor_spot){100, 300}, lab_peer(0), now_ms);
    pb = lab_enter(side.copy, &ben, (struct floor_spot){600, 300}, NULL, now_ms);
    T_EQ(world_area_enter(pb, SPAN("cell"), now_ms, NULL), ERR_OK, "into a room");
    T_EQ(world_walk(pa, 300, 300, now_ms, NULL), ERR_OK, "on a way");
    lab_run(side.world, &now_ms, 2);
    world_watch_set(side.copy, &watch);
    T_EQ(told.len, 0, "not within the call");
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "came name-anna 145;walks - 300;", "who is there, and how she goes");
    T_EQ(world_puppet_put(side.copy, NULL, &far, (struct floor_spot){1, 1}, now_ms, &puppet,
                          NULL),
         ERR_OK, "a puppet");
    lab_run(side.world, &now_ms, 30);
    is_told(&told, "", "nothing of puppets, nothing twice");
    T_EQ(world_area_leave(pb, now_ms, NULL), ERR_OK, "out of the room");
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "came name-ben 100;", "is coming");
    T_EQ(world_area_enter(pa, SPAN("den"), now_ms, NULL), ERR_OK, "into a room");
    is_told(&told, "", "with the tick that tells it");
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "left - 0;", "is leaving");
    world_distance_set(pa, true, now_ms);
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "", "nothing of whom the floor does not see");
    T_EQ(world_walk(pb, 300, 100, now_ms, NULL), ERR_OK, "a way");
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "walks - 300;", "his way");
    world_session_change(side.copy, true, SPAN("会"), now_ms);
    lab_run(side.world, &now_ms, 1);
    T_OK(strstr(told.text, "look alias-ben") == told.text, "by what they are called now");
    T_OK(strstr(told.text, "name-ben") == NULL, "and by nothing else");
    told.len = 0;
    told.text[0] = '\0';
    world_leave(&pb, now_ms);
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "left - 0;", "he left");
    T_EQ(world_area_leave(pa, now_ms, NULL), ERR_OK, "out again");
    world_leave(&pa, now_ms);
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "", "of whom nothing was told nothing is");
    world_watch_set(side.copy, NULL);
    lab_enter(side.copy, &anna, (struct floor_spot){100, 300}, NULL, now_ms);
    lab_run(side.world, &now_ms, 1);
    is_told(&told, "", "nor when it is over");
    side_end(&side);
    lab_peers_fini();
}

/* ---- everything at once ---- */

#define N_DRIVEN 12
#define N_OWN    5
#define N_ROUNDS 600

struct drive {
    struct side side;
    struct world_person *figures[N_DRIVEN], *own[N_OWN];
    uint32_t random;
    int64_t now_ms;
};

static struct floor_spot any_spot(struct drive *d)
{
    /* Beyond the floor, too. */
    return (struct floor_spot){(int32_t)lab_random(&d->random, 1600) - 200,
                               (int32_t)lab_random(&d->random, 1200) - 200};
}

static void drive_figure(struct drive *d, struct world_person **figure)
{
    struct mirror_look one = figure_look("driven");
    struct mirror_move move = {.at = any_spot(d)};

    if (*figure == NULL) {
        T_EQ(world_puppet_put(d->side.copy, d, &one, any_spot(d), d->now_ms, figure, NULL),
             ERR_OK, "comes");
        return;
    }
    switch (lab_random(&d->random, 8)) {
    case 0:
        world_leave(figure, d->now_ms);
        return;
    case 1:
    case 2:
        one.state = (enum world_state)lab_random(&d->random, 4);
        one.has_distance = lab_random(&d->random, 2) == 0;
        one.is_lost = lab_random(&d->random, 2) == 0;
        world_puppet_look(*figure, &one);
        return;
    default:
        /* A way of no length, of one point, of too many; a speed of none. */
        move.n = (int)lab_random(&d->random, PATH_POINTS_CAP + 4);
        move.speed_cm_s = lab_random(&d->random, 5) == 0 ? 0 : WORLD_SPEED_CM_S;
        move.age_ms = (uint16_t)lab_random(&d->random, 3000);
        for (int i = 0; i < PATH_POINTS_CAP; i++)
            move.points[i] = any_spot(d);
        world_puppet_move(*figure, &move, d->now_ms);
    }
}

static void drive_own(struct drive *d, struct world_person *person)
{
    struct floor_spot to = any_spot(d);

    switch (lab_random(&d->random, 4)) {
    case 0:
        (void)!world_stick(person, (int8_t)((int)lab_random(&d->random, 200) - 100), 90,
                           d->now_ms, NULL);
        return;
    case 1:
        world_distance_set(person, lab_random(&d->random, 2) == 0, d->now_ms);
        return;
    default:
        (void)!world_walk(person, to.x, to.y, d->now_ms, NULL);
    }
}

T_CASE(whatever_puppets_do_own_people_keep_their_rules_and_know_all)
{
    static const struct lab_swap newer[] = {{"\"version\": 1", "\"version\": 2"}};
    struct drive d = {.random = 7, .now_ms = 1000};
    struct ground *next = lab_ground_with(newer, 1);

    side_begin(&d.side);
    for (int i = 0; i < N_OWN; i++) {
        char name[16];
        struct world_look one;

        snprintf(name, sizeof name, "own%d", i);
        one = lab_look(name, i == 0 ? ROLE_SUPPORTER : ROLE_STUDENT);
        d.own[i] = lab_enter(d.side.copy, &one, (struct floor_spot){-1, 0}, lab_peer((size_t)i),
                             d.now_ms);
    }
    for (int round = 0; round < N_ROUNDS && t_case_ok(); round++) {
        for (int i = 0; i < N_DRIVEN; i++)
            if (lab_random(&d.random, 6) == 0)
                drive_figure(&d, &d.figures[i]);
        if (lab_random(&d.random, 3) == 0)
            drive_own(&d, d.own[lab_random(&d.random, N_OWN)]);
        if (round % 97 == 50)
            world_session_change(d.side.copy, round % 2 == 0, SPAN("会"), d.now_ms);
        if (round % 211 == 100)
            T_EQ(world_ground_change(d.side.copy, next, d.now_ms, NULL), ERR_OK, "a new floor");
        lab_run(d.side.world, &d.now_ms, 1);
        lab_check(d.side.copy, d.now_ms);
    }
    T_EQ(world_copy_n(d.side.copy), N_OWN, "our own are all that is counted");
    side_end(&d.side);
    ground_unref(&next);
    lab_peers_fini();
}

/* Puppets, whom no rule moves, and what of a copy's own people is told to another node. */
#include "node/place/world_mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/place/world_priv.h"
#include "tenants/profile/avatar.h"

/* ---- what is told of own people ---- */

static void look_fill(const struct world_person *person, struct mirror_look *out)
{
    bool is_hidden = person->copy->is_anonymous;

    *out = (struct mirror_look){
        .kind = is_hidden ? AVATAR_NEUTRAL : person->look.kind,
        .colour = is_hidden ? AVATAR_NEUTRAL_COLOUR : person->look.colour,
        .state = person->state,
        .is_staff = person->look.is_staff,
        .is_teacher = person->look.is_teacher,
        .is_away = person->is_away,
        .is_lost = person->copy->peers[person->at] == NULL,
        .has_distance = world_has_distance(person),
    };
    snprintf(out->name, sizeof out->name, "%.*s", SPAN_ARG(world_name(person, false)));
}

static void move_fill(const struct world_person *person, int64_t now_ms,
                      struct mirror_move *out)
{
    const struct world_body *body = world_body_of(person);
    const struct world_walk *walk = &person->walk;
    int64_t age_ms = now_ms - walk->start_ms;

    *out = (struct mirror_move){.at = world_spot(body)};
    if ((body->flags & (BODY_WALKS | BODY_LEG)) == 0)
        return;
    out->n = walk->n;
    out->speed_cm_s = walk->speed_cm_s;
    out->age_ms = (uint16_t)(age_ms < 0 ? 0 : age_ms > UINT16_MAX ? UINT16_MAX : age_ms);
    out->is_steered = (body->flags & BODY_LEG) != 0;
    memcpy(out->points, walk->at, walk->n * sizeof walk->at[0]);
}

static void move_tell(const struct world_copy *copy, const struct world_person *person,
                      int64_t now_ms)
{
    struct mirror_move move;

    move_fill(person, now_ms, &move);
    copy->watch->moved(copy->watch->arg, person->look.account, &move);
}

void world_watch_set(struct world_copy *copy, const struct world_watch *watch)
{
    copy->watch = watch;
    for (uint32_t i = 0; i < copy->n; i++)
        copy->bodies[i].flags = (uint16_t)(copy->bodies[i].flags & ~BODY_SHOWN);
}

static void person_tell(struct world_copy *copy, struct world_person *person, int64_t now_ms)
{
    const struct world_watch *watch = copy->watch;
    struct world_body *body = world_body_of(person);
    bool is_new = (body->flags & BODY_SHOWN) == 0;
    struct mirror_look look;

    if (body->channel != CHANNEL_PUBLIC || (body->flags & BODY_PUPPET) != 0 ||
        (!is_new && !copy->is_watch_due && (body->flags & (BODY_CAME | BODY_CHANGED)) == 0))
        return;
    body->flags |= BODY_SHOWN;
    look_fill(person, &look);
    (is_new ? watch->came : watch->look)(watch->arg, person->look.account, &look,
                                         world_told_spot(body));
    /* On a way that was told before: what is new of it comes with the movement. */
    if ((body->flags & (BODY_WALKS | BODY_LEG)) != 0 && (body->flags & BODY_TELLS) == 0)
        move_tell(copy, person, now_ms);
}

void world_watch_people(struct world_copy *copy, int64_t now_ms)
{
    for (uint32_t i = 0; i < copy->n; i++)
        person_tell(copy, copy->people[i], now_ms);
    copy->is_watch_due = false;
}

void world_watch_moves(const struct world_copy *copy, int64_t now_ms)
{
    for (uint32_t i = 0; i < copy->n; i++)
        if ((copy->bodies[i].flags & BODY_SHOWN) != 0 &&
            (copy->bodies[i].flags & (BODY_MOVED | BODY_TELLS)) != 0)
            move_tell(copy, copy->people[i], now_ms);
}

void world_watch_left(const struct world_copy *copy)
{
    for (size_t i = 0; i < copy->n_left; i++)
        if (copy->left[i].is_shown && copy->watch != NULL)
            copy->watch->left(copy->watch->arg, copy->left[i].account);
}

/* ---- puppets ---- */

static struct floor_spot on_floor(const struct world_copy *copy, struct floor_spot at)
{
    const struct floor_map *map = world_map(copy);

    return (struct floor_spot){at.x < 0            ? 0
                               : at.x >= map->w_cm ? map->w_cm - 1
                                                   : at.x,
                               at.y < 0            ? 0
                               : at.y >= map->h_cm ? map->h_cm - 1
                                                   : at.y};
}

/* What the files that tell of people read of it. */
static void look_set(struct world_person *person, const struct mirror_look *look)
{
    person->puppet->look = *look;
    snprintf(person->look.name, sizeof person->look.name, "%s", look->name);
    snprintf(person->look.alias, sizeof person->look.alias, "%s", look->name);
    /* A figure or colour of a later program, or of none: what is told must be in our lists. */
    person->look.kind = look->kind > AVATAR_NEUTRAL ? AVATAR_NEUTRAL : look->kind;
    person->look.colour =
        look->colour >= AVATAR_COLOURS_N ? AVATAR_NEUTRAL_COLOUR : look->colour;
    person->look.is_staff = look->is_staff;
    person->look.is_teacher = look->is_teacher;
    person->state = look->state;
    person->rung = look->state == WORLD_WATCH ? RUNG_WATCH : RUNG_TEXT;
    person->is_away = look->is_away;
    person->has_wish = look->has_distance;
}

enum err world_puppet_put(struct world_copy *copy, void *owner, const struct mirror_look *look,
                          struct floor_spot at, int64_t now_ms,
                          struct world_person **person_out, struct fail *why)
{
    struct world_person *person;
    enum err rc;

    *person_out = NULL;
    if (copy->n_puppets >= MIRROR_FIGURES_MOST)
        return fail_set(why, ERR_BUSY, "%u figures", copy->n_puppets);
    rc = world_copy_reserve(copy, now_ms, why);
    if (rc != ERR_OK)
        return rc;
    person = calloc(1, sizeof *person + sizeof *person->puppet);
    if (person == NULL)
        return fail_set(why, ERR_NOMEM, "a figure");
    person->puppet = (struct world_puppet *)(person + 1);
    person->puppet->owner = owner;
    person->copy = copy;
    person->at = copy->n;
    person->knock_area = -1;
    for (size_t i = 0; i < WORLD_N_INVITES; i++)
        person->invites[i].area = -1;
    at = on_floor(copy, at);
    copy->bodies[copy->n] = (struct world_body){.channel = CHANNEL_PUBLIC,
                                                .x = at.x,
                                                .y = at.y,
                                                .seat = world_seat_new(copy, CHANNEL_PUBLIC),
                                                .flags = BODY_PUPPET | BODY_CAME};
    copy->people[copy->n] = person;
    copy->peers[copy->n] = NULL;
    copy->n++;
    copy->n_puppets++;
    look_set(person, look);
    world_wish_update(person);
    copy->gen++;
    *person_out = person;
    return ERR_OK;
}

static bool is_same(const struct mirror_look *a, const struct mirror_look *b)
{
    return strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->colour == b->colour &&
           a->state == b->state && a->is_staff == b->is_staff &&
           a->is_teacher == b->is_teacher && a->stops == b->stops && a->is_away == b->is_away &&
           a->is_lost == b->is_lost && a->has_distance == b->has_distance &&
           strcmp(a->town, b->town) == 0 && strcmp(a->pseud, b->pseud) == 0;
}

void world_puppet_look(struct world_person *puppet, const struct mirror_look *look)
{
    if (is_same(&puppet->puppet->look, look))
        return;
    look_set(puppet, look);
    world_wish_update(puppet);
    world_changed(puppet);
}

static void walk_set(struct world_person *puppet, const struct mirror_move *move,
                     int64_t now_ms)
{
    struct world_body *body = world_body_of(puppet);
    struct world_walk *walk = &puppet->walk;

    *walk = (struct world_walk){.start_ms = now_ms - move->age_ms,
                                .speed_cm_s = move->speed_cm_s,
                                .n = (uint8_t)move->n};
    for (size_t i = 0; i < walk->n; i++) {
        walk->at[i] = on_floor(puppet->copy, move->points[i]);
        walk->mm[i] = i == 0 ? 0 : walk->mm[i - 1] + world_leg_mm(walk->at[i - 1], walk->at[i]);
    }
    body->flags = (uint16_t)((body->flags & ~(BODY_MOVED | BODY_LEG | BODY_TOLD)) | BODY_WALKS |
                             BODY_TELLS | (move->is_steered ? BODY_LEG : 0));
}

void world_puppet_move(struct world_person *puppet, const struct mirror_move *move,
                       int64_t now_ms)
{
    struct world_body *body = world_body_of(puppet);
    struct floor_spot at = on_floor(puppet->copy, move->at);

    body->x = at.x;
    body->y = at.y;
    puppet->copy->gen++;
    if (move->n >= 2 && move->n <= PATH_POINTS_CAP && move->speed_cm_s > 0)
        walk_set(puppet, move, now_ms);
    else
        world_walk_end(puppet, true);
}

/* As walk_advance, but nothing bars it: where it came from, it was let. */
void world_puppet_advance(struct world_person *puppet, int64_t now_ms)
{
    struct world_body *body = world_body_of(puppet);
    struct world_walk *walk = &puppet->walk;
    int64_t mm = (now_ms - walk->start_ms) * walk->speed_cm_s / 100;
    int32_t all_mm = walk->mm[walk->n - 1];
    struct floor_spot at;

    walk->gone_mm = mm < 0 ? 0 : mm > all_mm ? all_mm : (int32_t)mm;
    at = world_walk_at(walk, walk->gone_mm);
    body->x = at.x;
    body->y = at.y;
    if (walk->gone_mm >= all_mm)
        world_walk_end(puppet, false);
}

/* On a new version of the floor, or in a session that begins. */
void world_puppet_settle(struct world_person *puppet)
{
    struct world_body *body = world_body_of(puppet);
    struct floor_spot at = on_floor(puppet->copy, world_spot(body));

    if (at.x != body->x || at.y != body->y)
        world_halt(puppet);
    body->x = at.x;
    body->y = at.y;
}

void *world_puppet_owner(const struct world_person *person)
{
    return person->puppet == NULL ? NULL : person->puppet->owner;
}

const struct mirror_look *world_puppet_seen(const struct world_person *puppet)
{
    return &puppet->puppet->look;
}

enum err world_seat_puppet(const struct world_person *viewer, uint16_t seat,
                           struct world_person **puppet_out, struct fail *why)
{
    enum err rc = world_seat_find(viewer, seat, puppet_out, why);

    if (rc == ERR_OK && (*puppet_out)->puppet == NULL) {
        *puppet_out = NULL;
        rc = fail_field(why, ERR_NOT_FOUND, "seat", "one of our own");
    }
    return rc;
}

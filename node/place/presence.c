#include "node/place/presence.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/base/unconst.h"
#include "node/place/chat_priv.h"
#include "node/place/measure.h"
#include "node/place/place_priv.h"

/* One block of memory: the head, people, floors, then their texts. */
struct held {
    struct presence now; /* first, so that it is found from what callers hold */
    atomic_int n_refs;
    struct presence_person *people;
    struct presence_floor *floors;
    char *texts;
    size_t texts_len;
};

struct presence_desk {
    pthread_mutex_t lock;
    struct held *held;
};

/* Of one account: its visit, or the first of its lines in the lobby. */
struct one {
    struct id account;
    const struct visit *visit;
    const struct guest *guest;
};

/* ---- any thread ---- */

static void drop(struct held *held)
{
    if (held != NULL && atomic_fetch_sub(&held->n_refs, 1) == 1)
        free(held);
}

const struct presence *presence_now(struct place *place)
{
    struct presence_desk *desk = place == NULL ? NULL : place->presence;
    struct held *held;

    if (desk == NULL)
        return NULL;
    pthread_mutex_lock(&desk->lock);
    held = desk->held;
    if (held != NULL)
        atomic_fetch_add(&held->n_refs, 1);
    pthread_mutex_unlock(&desk->lock);
    return held == NULL ? NULL : &held->now;
}

void presence_unref(const struct presence **presence)
{
    const struct presence *now = *presence;

    *presence = NULL;
    drop((struct held *)unconst(now));
}

static int compare_person(const void *key, const void *person)
{
    const struct id *account = key;

    return memcmp(account->b, ((const struct presence_person *)person)->account.b,
                  sizeof account->b);
}

const struct presence_person *presence_find(const struct presence *presence, struct id account)
{
    return presence == NULL || presence->n_people == 0
               ? NULL
               : bsearch(&account, presence->people, presence->n_people,
                         sizeof *presence->people, compare_person);
}

const struct presence_floor *presence_floor_find(const struct presence *presence,
                                                 struct span floor)
{
    for (size_t i = 0; presence != NULL && i < presence->n_floors; i++)
        if (span_eq(presence->floors[i].id, floor))
            return &presence->floors[i];
    return NULL;
}

/* ---- live thread ---- */

bool presence_role(struct place *place, struct id account, enum role *role_out)
{
    const struct visit *visit = visit_find(place, account);
    const struct guest *guest = place->guests;

    if (visit != NULL) {
        *role_out = visit->pass.look.role;
        return true;
    }
    while (guest != NULL && !id_eq(guest->pass->look.account, account))
        guest = guest->next;
    if (guest != NULL)
        *role_out = guest->pass->look.role;
    return guest != NULL;
}

enum err presence_open(struct place *place, struct fail *why)
{
    place->presence = calloc(1, sizeof *place->presence);
    if (place->presence == NULL)
        return fail_set(why, ERR_NOMEM, "presence");
    pthread_mutex_init(&place->presence->lock, NULL);
    return ERR_OK;
}

void presence_close(struct place *place)
{
    if (place->presence == NULL)
        return;
    drop(place->presence->held);
    pthread_mutex_destroy(&place->presence->lock);
    free(place->presence);
    place->presence = NULL;
}

static int compare_one(const void *a, const void *b)
{
    const struct one *x = a, *y = b;
    int order = memcmp(x->account.b, y->account.b, sizeof x->account.b);

    /* The visit first, for it is what counts. */
    return order != 0 ? order : (x->visit == NULL) - (y->visit == NULL);
}

/* Everybody connected or held, each account once, in order. NULL: no memory. */
static struct one *everybody(const struct place *place, size_t *n_out)
{
    size_t cap = (size_t)place->n_guests + (size_t)place->n_visits + 1, n = 0, n_each = 0;
    struct one *all = calloc(cap, sizeof *all);

    *n_out = 0;
    if (all == NULL)
        return NULL;
    for (const struct visit *v = place->visits; v != NULL; v = v->next)
        if (v->person != NULL || v->guest != NULL)
            all[n++] = (struct one){v->account, v, v->guest};
    for (const struct guest *g = place->guests; g != NULL; g = g->next)
        if (g->visit == NULL)
            all[n++] = (struct one){g->pass->look.account, NULL, g};
    qsort(all, n, sizeof *all, compare_one);
    for (size_t i = 0; i < n; i++)
        if (n_each == 0 || !id_eq(all[n_each - 1].account, all[i].account))
            all[n_each++] = all[i];
    *n_out = n_each;
    return all;
}

static const struct place_pass *pass_of(const struct one *one)
{
    return one->visit != NULL ? &one->visit->pass : one->guest->pass;
}

static struct span put(struct held *held, struct span text)
{
    char *to = held->texts + held->texts_len;

    if (text.len > 0)
        memcpy(to, text.p, text.len);
    held->texts_len += text.len;
    return (struct span){(const uint8_t *)to, text.len};
}

static unsigned stops_of(const struct place *place, const struct one *one, struct place_now now)
{
    unsigned stops = 0;

    if (place->measures == NULL || !place_is_bound(pass_of(one)->look.role))
        return 0;
    for (unsigned kind = MEASURE_CHAT; kind <= MEASURE_EJECT; kind++)
        if (one->visit != NULL
                ? measure_stops(place, one->visit, (enum measure_kind)kind, now, NULL)
                : measure_stops_account(place, one->account, (enum measure_kind)kind, now,
                                        NULL))
            stops |= 1u << kind;
    return stops;
}

static void put_where(struct held *held, const struct visit *visit,
                      struct presence_person *person)
{
    struct world_where where;

    world_where(visit->person, &where);
    person->is_in_lobby = false;
    person->is_away = where.is_away;
    person->has_distance = where.has_distance;
    person->seat = where.seat;
    person->state = where.state;
    person->rung = where.rung;
    person->copy = visit->copy;
    person->spot = where.spot;
    person->room = put(held, where.room);
}

static struct presence_person person_of(const struct place *place, struct held *held,
                                        const struct one *one, struct place_now now)
{
    const struct place_pass *pass = pass_of(one);
    const struct visit *visit = one->visit;
    struct presence_person person = {.account = one->account,
                                     .visit = visit == NULL ? ID_NONE : visit->id,
                                     .school = pass->caller.school,
                                     .role = pass->look.role,
                                     .is_staff = pass->look.is_staff,
                                     .is_watcher = pass->look.may_see_ids,
                                     .is_trial = pass->is_trial,
                                     .is_in_lobby = true,
                                     .is_held = visit != NULL && visit->guest == NULL,
                                     .name = put(held, span_text(pass->look.name)),
                                     .login = put(held, span_text(pass->look.login))};

    if (visit != NULL && visit->person != NULL)
        put_where(held, visit, &person);
    person.stops = stops_of(place, one, now);
    person.since_utc_us = !person.is_in_lobby  ? visit->since_utc_us
                          : one->guest != NULL ? one->guest->came_utc_us
                                               : 0;
    return person;
}

/* How much room texts take at most. */
static size_t texts_of(const struct one *all, size_t n)
{
    size_t len = PLACE_FLOORS_CAP * PLACE_FLOOR_CAP;

    for (size_t i = 0; i < n; i++)
        len += strlen(pass_of(&all[i])->look.name) + strlen(pass_of(&all[i])->look.login) +
               PLACE_FLOOR_CAP;
    return len;
}

static struct held *held_make(size_t n_people, size_t n_floors, size_t texts_len)
{
    size_t people = n_people * sizeof(struct presence_person);
    size_t floors = n_floors * sizeof(struct presence_floor);
    struct held *held = malloc(sizeof *held + people + floors + texts_len);

    if (held == NULL)
        return NULL;
    *held = (struct held){.people = (struct presence_person *)(held + 1)};
    held->floors = (struct presence_floor *)(held->people + n_people);
    held->texts = (char *)(held->floors + n_floors);
    held->now.people = held->people;
    held->now.floors = held->floors;
    atomic_init(&held->n_refs, 1);
    return held;
}

static void count(struct presence_floor *floor, const struct presence_person *person)
{
    floor->n_people++;
    floor->n_children += person->role == ROLE_STUDENT;
    floor->n_staff += person->is_watcher && !person->is_held;
}

/* Staff make up one set for a floor with all its copies: who is on one goes to another. */
static void put_floors(struct place *place, struct held *held, struct place_now now)
{
    for (struct place_floor *f = place->floors; f != NULL; f = f->next) {
        struct presence_floor *floor = &held->floors[f->bit];

        if (floor->n_children == 0 || floor->n_staff > 0)
            f->staffless_utc_us = 0;
        else if (f->staffless_utc_us == 0)
            f->staffless_utc_us = now.utc_us;
        floor->staffless_utc_us = f->staffless_utc_us;
        held->now.n_staff += floor->n_staff;
    }
}

/* Of floors that are gone and empty nothing is said. */
static void close_up(const struct place *place, struct held *held, size_t n_all)
{
    size_t n = 0;

    for (size_t bit = 0; bit < n_all; bit++)
        for (const struct place_floor *f = place->floors; f != NULL; f = f->next)
            if (f->bit == bit && (f->is_there || held->floors[bit].n_people > 0))
                held->floors[n++] = held->floors[bit];
    held->now.n_floors = n;
}

static void publish(struct presence_desk *desk, struct held *held)
{
    struct held *old;

    pthread_mutex_lock(&desk->lock);
    old = desk->held;
    desk->held = held;
    pthread_mutex_unlock(&desk->lock);
    drop(old);
}

static void put_talk(struct held *held, struct id account, struct id other)
{
    struct presence_person *person =
        unconst(presence_find(&held->now, account)); /* not given out yet */

    if (person != NULL && person->n_talks < PRESENCE_TALKS_CAP)
        person->talks[person->n_talks++] = other;
}

static void put_talks(const struct place *place, struct held *held)
{
    if (place->chat == NULL)
        return;
    for (const struct talk *t = place->chat->talks; t != NULL; t = t->next)
        if (t->state == TALK_IS_OPEN) {
            put_talk(held, t->members[0], t->members[1]);
            put_talk(held, t->members[1], t->members[0]);
        }
}

void presence_sweep(struct place *place, struct place_now now)
{
    size_t n = 0, n_floors = (size_t)place->n_floors;
    struct one *all = everybody(place, &n);
    struct held *held = all == NULL ? NULL : held_make(n, n_floors, texts_of(all, n));

    if (held == NULL) {
        log_warn("place.presence", L_TEXT("why", "no memory: the last one stays"));
        free(all);
        return;
    }
    held->now.at_utc_us = now.utc_us;
    for (size_t i = 0; i < n_floors; i++)
        held->floors[i] = (struct presence_floor){.n_people = 0};
    for (const struct place_floor *f = place->floors; f != NULL; f = f->next)
        held->floors[f->bit].id = put(held, span_text(f->id));
    for (size_t i = 0; i < n; i++) {
        struct presence_person *person = &held->people[i];

        *person = person_of(place, held, &all[i], now);
        if (person->is_in_lobby)
            continue;
        person->floor = held->floors[all[i].visit->floor->bit].id;
        count(&held->floors[all[i].visit->floor->bit], person);
    }
    held->now.n_people = n;
    put_talks(place, held);
    put_floors(place, held, now);
    place->n_watching = held->now.n_staff;
    if (place->wait_first != NULL) /* staff may have come */
        place->is_queue_due = true;
    close_up(place, held, n_floors);
    publish(place->presence, held);
    free(all);
}

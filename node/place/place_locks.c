/* A lock is written first and holds then: who is told that a room is locked may rely on it
 * after a kill, too. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/jx_scalar.h"
#include "node/base/log.h"
#include "node/place/lock_store.h"
#include "node/place/place_priv.h"

#define UNCERTAIN_TRIES 3

/* ---- the list ---- */

static struct place_lock *find(struct place_lock *locks, struct span floor, struct span area)
{
    while (locks != NULL &&
           (!span_eq(floor, span_text(locks->floor)) || !span_eq(area, span_text(locks->area))))
        locks = locks->next;
    return locks;
}

struct place_lock *place_lock_put(struct place_lock **locks, struct span floor,
                                  struct span area, enum floor_lock lock)
{
    struct place_lock *one = find(*locks, floor, area);

    if (one == NULL) {
        one = calloc(1, sizeof *one);
        if (one == NULL)
            return NULL;
        snprintf(one->floor, sizeof one->floor, "%.*s", SPAN_ARG(floor));
        snprintf(one->area, sizeof one->area, "%.*s", SPAN_ARG(area));
        one->next = *locks;
        *locks = one;
    }
    one->lock = lock;
    return one;
}

void place_locks_free(struct place_lock **locks)
{
    while (*locks != NULL) {
        struct place_lock *one = *locks;

        *locks = one->next;
        free(one);
    }
}

/* ---- copies ---- */

static void apply(const struct place_lock *one, struct world_copy *copy, struct place_now now)
{
    struct span area = span_text(one->area);
    int before = world_lock(copy, area);
    struct fail fail = {.code = ERR_INTERNAL};

    /* An area that this version of the floor does not have keeps its lock for the next. */
    if (before >= 0 && before != (int)one->lock &&
        world_lock_change(copy, area, (int)one->lock, place_ms(now), &fail) != ERR_OK)
        log_error("place.lock", L_TEXT("area", one->area), L_FAIL(&fail));
}

void place_locks_apply(const struct place *place, const struct place_floor *floor,
                       struct world_copy *copy, struct place_now now)
{
    for (const struct place_lock *one = place->locks; one != NULL; one = one->next)
        if (strcmp(one->floor, floor->id) == 0)
            apply(one, copy, now);
}

static void apply_all(const struct place *place, const struct place_floor *floor,
                      struct place_now now)
{
    for (int i = 0; i < PLACE_COPIES_CAP; i++)
        if (floor->copies[i].world != NULL)
            place_locks_apply(place, floor, floor->copies[i].world, now);
}

void place_locks_begin(struct place *place, struct place_now now)
{
    for (const struct place_floor *f = place->floors; f != NULL; f = f->next)
        apply_all(place, f, now);
}

/* ---- area.lock ---- */

struct change {
    struct place *place; /* the live thread's */
    struct live *live;
    struct writer *writer;
    struct command_later later;
    struct area_lock_row row;
    char floor[PLACE_FLOOR_CAP], area[PLACE_FLOOR_CAP];
    enum err rc;
    int n_tries;
};

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct change *change = arg;

    return lock_store_add(tx, &change->row, why);
}

/* On the live thread. */
static void change_hold(void *arg)
{
    struct change *change = arg;
    struct place *place = change->place;
    struct fail fail = {.code = ERR_INTERNAL};

    if (change->rc == ERR_OK && place_lock_put(&place->locks, change->row.floor,
                                               change->row.area, change->row.lock) == NULL)
        change->rc = ERR_NOMEM;
    if (change->rc == ERR_OK) {
        for (const struct place_floor *f = place->floors; f != NULL; f = f->next)
            if (strcmp(f->id, change->floor) == 0)
                apply_all(place, f, place_now());
        log_info("place.lock", L_ID("account", change->row.who.by),
                 L_TEXT("floor", change->floor), L_TEXT("area", change->area),
                 L_SPAN("lock", jx_choice_at(FLOOR_LOCKS, (int)change->row.lock)));
        command_later_ok(change->live, &change->later, NULL);
    } else {
        fail.code = change->rc;
        command_later_fail(change->live, &change->later, &fail);
    }
    free(change);
}

static void change_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct change *change, struct fail *why)
{
    const struct writer_op op = {change_run, change_done, change};

    change->n_tries++;
    return writer_post(change->writer, &op, why);
}

/* On the writer's thread. What nobody knows of is looked up by its id: added when it is not
 * there. */
static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct change *change = arg;

    if (rc == ERR_UNCERTAIN && change->n_tries < UNCERTAIN_TRIES &&
        post(change, NULL) == ERR_OK)
        return;
    change->rc = rc;
    if (rc != ERR_OK)
        log_warn("place.lock-unwritten", L_FAIL(why));
    if (live_post(change->live, change_hold, change, NULL) != ERR_OK)
        free(change); /* the node ends: the next one reads what was written */
}

void place_lock_ask(struct command_call *call, const struct world_person *person,
                    struct span area, enum floor_lock lock)
{
    struct place *place = ((const struct guest *)call->visitor)->place;
    struct change *change;
    struct world_where where;
    struct fail fail = {.code = ERR_INTERNAL};
    int before;

    world_where(person, &where);
    before = world_lock(where.copy, area);
    if (before < 0) {
        (void)fail_field(&fail, ERR_NOT_FOUND, "area", "no such area");
        command_fail(call, &fail);
        return;
    }
    change = calloc(1, sizeof *change);
    if (change == NULL) {
        (void)fail_set(&fail, ERR_NOMEM, "a lock");
        command_fail(call, &fail);
        return;
    }
    snprintf(change->floor, sizeof change->floor, "%.*s",
             SPAN_ARG(world_copy_ground(where.copy)->floor->id));
    snprintf(change->area, sizeof change->area, "%.*s", SPAN_ARG(area));
    change->place = place;
    change->live = place->live;
    change->writer = place->conf.services->writer;
    change->row = (struct area_lock_row){
        .id = id_new(),
        .floor = span_text(change->floor),
        .area = span_text(change->area),
        .lock = lock,
        .before = (enum floor_lock)before,
        .who = {call->now_utc_us, call->caller->account,
                span_text(role_id(call->caller->role))},
    };
    call->object = change->row.id;
    change->later = command_later(call);
    if (post(change, &fail) != ERR_OK) {
        command_later_fail(change->live, &change->later, &fail);
        free(change);
    }
}

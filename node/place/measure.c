#include "node/place/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"

static bool is_longer(int64_t a_utc_us, int64_t b_utc_us)
{
    return b_utc_us != 0 && (a_utc_us == 0 || a_utc_us > b_utc_us);
}

static bool is_in_force(const struct measure *m, enum measure_kind kind, struct place_now now)
{
    return m->kind == kind && (m->until_utc_us == 0 || m->until_utc_us > now.utc_us);
}

/* floor NULL: he is on none. */
static bool is_of(const struct measure *m, struct id account, const char *floor)
{
    return id_is_none(m->account) ? floor != NULL && strcmp(m->floor, floor) == 0
                                  : id_eq(m->account, account);
}

static bool stops(const struct place *place, struct id account, const char *floor,
                  enum measure_kind kind, struct place_now now, int64_t *until_utc_us_out)
{
    int64_t until_utc_us = 0;
    bool is_found = false;

    for (const struct measure *m = place->measures; m != NULL; m = m->next) {
        if (!is_of(m, account, floor) || !is_in_force(m, kind, now))
            continue;
        if (!is_found || is_longer(m->until_utc_us, until_utc_us))
            until_utc_us = m->until_utc_us;
        is_found = true;
    }
    if (is_found && until_utc_us_out != NULL)
        *until_utc_us_out = until_utc_us;
    return is_found;
}

static const char *floor_of(const struct visit *visit)
{
    return visit->floor == NULL ? NULL : visit->floor->id;
}

bool measure_stops(const struct place *place, const struct visit *visit, enum measure_kind kind,
                   struct place_now now, int64_t *until_utc_us_out)
{
    return place_is_bound(visit->pass.look.role) &&
           stops(place, visit->account, floor_of(visit), kind, now, until_utc_us_out);
}

bool measure_stops_account(const struct place *place, struct id account, enum measure_kind kind,
                           struct place_now now, int64_t *until_utc_us_out)
{
    return stops(place, account, NULL, kind, now, until_utc_us_out);
}

int64_t measure_slow_ms(const struct place *place, const struct visit *visit,
                        struct place_now now)
{
    int64_t most_s = 0;

    if (!place_is_bound(visit->pass.look.role))
        return 0;
    for (const struct measure *m = place->measures; m != NULL; m = m->next)
        if (is_of(m, visit->account, floor_of(visit)) && is_in_force(m, MEASURE_SLOW, now) &&
            m->seconds > most_s)
            most_s = m->seconds;
    return most_s * 1000;
}

static struct measure **find(struct measure **list, struct id id)
{
    while (*list != NULL && !id_eq((*list)->id, id))
        list = &(*list)->next;
    return list;
}

struct measure *measure_put(struct measure **list, const struct measure *of)
{
    struct measure *one = *find(list, of->id);
    struct measure *next;

    if (one == NULL) {
        one = calloc(1, sizeof *one);
        if (one == NULL)
            return NULL;
        one->next = *list;
        *list = one;
    }
    next = one->next;
    *one = *of;
    one->next = next;
    return one;
}

bool measure_drop(struct measure **list, struct id id)
{
    struct measure **at = find(list, id), *one = *at;

    if (one == NULL)
        return false;
    *at = one->next;
    free(one);
    return true;
}

void measures_free(struct measure **list)
{
    while (*list != NULL) {
        struct measure *one = *list;

        *list = one->next;
        free(one);
    }
}

/* ---- on the live thread ---- */

/* Everything of his that is in the place: his visit, on a floor, waiting or held; the spot a
 * program before us kept for him; to his other lines it is said, too. */
static void put_out(struct place *place, const struct measure *of, struct place_now now)
{
    struct visit *visit = visit_find(place, of->account);
    struct ghost *ghost = ghost_take(place, of->account);
    char text[PLACE_TEXT_CAP];
    struct place_out_event out = {.reason = PLACE_OUT_EJECTED};

    measure_eject_text(of->until_utc_us, now, text);
    out.title = span_text(text);
    for (const struct guest *g = place->guests; g != NULL; g = g->next)
        if (g->visit == NULL && id_eq(g->pass->look.account, of->account))
            live_event_send(g->conn, place_event_out, 0, &out, place->arena);
    if (visit != NULL)
        visit_out(&visit, PLACE_OUT_EJECTED, text, now);
    if (ghost != NULL)
        ghost_end(place, &ghost, VISIT_EXIT, "ejected");
}

enum err measure_begin(struct place *place, const struct measure *of, struct place_now now,
                       struct fail *why)
{
    if (measure_put(&place->measures, of) == NULL)
        return fail_set(why, ERR_NOMEM, "a measure");
    if (of->kind == MEASURE_EJECT)
        put_out(place, of, now);
    measure_tell_all(place, now);
    return ERR_OK;
}

void measure_end(struct place *place, struct id id, struct place_now now)
{
    if (measure_drop(&place->measures, id))
        measure_tell_all(place, now);
}

void measures_sweep(struct place *place, struct place_now now)
{
    struct measure **at = &place->measures;
    bool is_any_over = false;

    while (*at != NULL) {
        struct measure *one = *at;

        if (one->until_utc_us == 0 || one->until_utc_us > now.utc_us) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        free(one);
        is_any_over = true;
    }
    if (is_any_over)
        measure_tell_all(place, now);
}

void measure_rename(struct place *place, struct id account, const char *name,
                    struct place_now now)
{
    struct visit *visit = visit_find(place, account);

    for (const struct guest *g = place->guests; g != NULL; g = g->next)
        if (id_eq(g->pass->look.account, account))
            snprintf(g->pass->look.name, sizeof g->pass->look.name, "%s", name);
    if (visit != NULL)
        snprintf(visit->pass.look.name, sizeof visit->pass.look.name, "%s", name);
    if (visit != NULL && visit->person != NULL) {
        place_alias_give(visit->floor, &visit->pass.look);
        world_look_change(visit->person, &visit->pass.look, place_ms(now));
    }
    measure_tell_renamed(place, account, name);
}

/* ---- from other threads ---- */

enum order_kind { ORDER_BEGIN, ORDER_END, ORDER_RENAME };
struct order {
    struct place *place;
    enum order_kind kind;
    struct measure measure;
    char name[WORLD_NAME_CAP];
};

static void order_run(void *arg)
{
    struct order *order = arg;
    struct place *place = order->place;
    const struct place_now now = place_now();
    struct fail fail = {.code = ERR_INTERNAL};

    ghosts_begin(place, now); /* what held before is there first */
    switch (order->kind) {
    case ORDER_BEGIN:
        if (measure_begin(place, &order->measure, now, &fail) != ERR_OK)
            log_error("place.measure", L_ID("measure", order->measure.id), L_FAIL(&fail));
        break;
    case ORDER_END:
        measure_end(place, order->measure.id, now);
        break;
    case ORDER_RENAME:
        measure_rename(place, order->measure.account, order->name, now);
        break;
    }
    free(order);
    place_serve(place, now);
    arena_reset(place->arena);
}

static enum err post(struct place *place, const struct order *of, struct fail *why)
{
    struct order *order = malloc(sizeof *order);
    enum err rc;

    if (order == NULL)
        return fail_set(why, ERR_NOMEM, "an order");
    *order = *of;
    order->place = place;
    /* begun: the live server is known, and what a program before us left was read. */
    rc = atomic_load(&place->begun) != 2
             ? fail_set(why, ERR_UNAVAILABLE, "the place does not serve yet")
             : live_post(place->live, order_run, order, why);
    if (rc != ERR_OK)
        free(order);
    return rc;
}

enum err measure_post_begin(struct place *place, const struct measure *of, struct fail *why)
{
    return post(place, &(struct order){.kind = ORDER_BEGIN, .measure = *of}, why);
}

enum err measure_post_end(struct place *place, struct id id, struct fail *why)
{
    return post(place, &(struct order){.kind = ORDER_END, .measure.id = id}, why);
}

enum err measure_post_rename(struct place *place, struct id account, struct span name,
                             struct fail *why)
{
    struct order order = {.kind = ORDER_RENAME, .measure.account = account};

    if (name.len >= sizeof order.name)
        return fail_set(why, ERR_TOO_LARGE, "a name");
    snprintf(order.name, sizeof order.name, "%.*s", SPAN_ARG(name));
    return post(place, &order, why);
}

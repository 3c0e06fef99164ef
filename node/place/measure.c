#include "node/place/measure.h"

#include <stdlib.h>
#include <string.h>

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

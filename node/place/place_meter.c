#include "node/place/place_meter.h"

#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "node/place/place_priv.h"

static int load(const atomic_int *n)
{
    return atomic_load_explicit(n, memory_order_relaxed);
}

static uint64_t load64(const atomic_uint_least64_t *n)
{
    return atomic_load_explicit(n, memory_order_relaxed);
}

/* A floor is added once and stays; its id is there before it counts. */
void place_meter_add(struct place *place, const struct place_floor *floor)
{
    struct place_meter *m = &place->meter;

    snprintf(m->floors[floor->bit].id, sizeof m->floors[0].id, "%s", floor->id);
    atomic_store_explicit(&m->n_floors, (int)floor->bit + 1, memory_order_release);
}

static int n_on(const struct place_floor *floor)
{
    int n = 0;

    for (int i = 0; i < PLACE_COPIES_CAP; i++)
        if (floor->copies[i].world != NULL)
            n += world_copy_n(floor->copies[i].world);
    return n;
}

void place_meter_sweep(struct place *place)
{
    struct place_meter *m = &place->meter;
    int n_lobby = 0, n_held = 0;

    for (const struct place_floor *f = place->floors; f != NULL; f = f->next) {
        atomic_store(&m->floors[f->bit].n_people, n_on(f));
        atomic_store(&m->floors[f->bit].n_waiting, f->n_waiting);
    }
    for (const struct guest *g = place->guests; g != NULL; g = g->next)
        n_lobby += g->visit == NULL || g->visit->person == NULL;
    for (const struct visit *v = place->visits; v != NULL; v = v->next)
        n_held += v->guest == NULL && v->person != NULL;
    atomic_store(&m->n_lobby, n_lobby);
    atomic_store(&m->n_held, n_held);
    atomic_store(&m->n_unwritten, (int)visit_log_n_waiting(place->log));
}

void place_meter_refused(struct place *place, const char *code)
{
    int i = jx_choice_find(PLACE_REFUSALS, span_text(code));

    place_meter_note(&place->meter.refused[i < 0 ? PLACE_REFUSALS_N - 1 : i]);
}

void place_meter_seats(struct place *place, enum place_seats_state state, int n_tries)
{
    atomic_store(&place->meter.n_seats_tries, n_tries);
    atomic_store(&place->meter.seats, (int)state);
}

void place_counts_read(const struct place *place, struct place_counts *out)
{
    const struct place_meter *m = &place->meter;
    int n = atomic_load_explicit(&m->n_floors, memory_order_acquire);

    *out = (struct place_counts){.n_floors = (size_t)n,
                                 .n_lobby = load(&m->n_lobby),
                                 .n_held = load(&m->n_held),
                                 .n_unwritten = load(&m->n_unwritten),
                                 .n_entered = load64(&m->n_entered),
                                 .n_cut = load64(&m->n_cut),
                                 .n_lost = load64(&m->n_lost),
                                 .seats = (enum place_seats_state)load(&m->seats),
                                 .n_seats_tries = load(&m->n_seats_tries)};
    for (int i = 0; i < n; i++) {
        snprintf(out->floors[i].id, sizeof out->floors[i].id, "%s", m->floors[i].id);
        out->floors[i].n_people = load(&m->floors[i].n_people);
        out->floors[i].n_waiting = load(&m->floors[i].n_waiting);
    }
    for (int i = 0; i < PLACE_REFUSALS_N; i++)
        out->refused[i] = load64(&m->refused[i]);
}

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/lock_store.h"
#include "node/place/measure_store.h"
#include "node/place/place_priv.h"

#define WRITE_US   2000000  /* seats that changed are written so often */
#define SEATS_MOST 1000     /* in one operation: the writer has others to serve */
#define ANEW_US    20000000 /* and all others, so that one tells when it was last seen */
#define AT_LEAST_S 10       /* after a start, even when all was down for long */

/* After an error that is not that the database is away: 1, 2, 4 ... 32 s, while the doors stay
 * shut. Then they open all the same: who is outside counts for more than who was lost. */
#define AGAIN_US    SECOND_US
#define AGAIN_STEPS 5
#define GIVE_UP_US  (5 * MINUTE_US)

/* ---- what a program before us left: writer's thread ---- */

struct ghosts_reading {
    struct place *place;
    struct ghost *ghosts;
    struct place_lock *locks;
    struct measure *measures;
    int n_tries;
    int64_t began_mono_us, again_mono_us;
};

static enum err keep_ghost(struct ghosts_reading *r, const struct visit_seat_row *row,
                           struct fail *why)
{
    struct ghost *ghost = calloc(1, sizeof *ghost);

    if (ghost == NULL)
        return fail_set(why, ERR_NOMEM, "a seat");
    ghost->seat.row = *row;
    snprintf(ghost->seat.floor, sizeof ghost->seat.floor, "%.*s", SPAN_ARG(row->floor));
    snprintf(ghost->seat.room, sizeof ghost->seat.room, "%.*s", SPAN_ARG(row->room));
    ghost->seat.row.floor = ghost->seat.row.room = SPAN_NONE;
    ghost->next = r->ghosts;
    r->ghosts = ghost;
    return ERR_OK;
}

static void free_ghosts(struct ghost **ghosts)
{
    while (*ghosts != NULL) {
        struct ghost *ghost = *ghosts;

        *ghosts = ghost->next;
        free(ghost);
    }
}

static enum err read_locks(struct ghosts_reading *r, struct tx *tx, struct fail *why)
{
    struct area_lock_row *rows = NULL;
    size_t n = 0;
    enum err rc = lock_store_current(tx, &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (place_lock_put(&r->locks, rows[i].floor, rows[i].area, rows[i].lock) == NULL)
            rc = fail_set(why, ERR_NOMEM, "a lock");
    return rc;
}

static enum err read_measures(struct ghosts_reading *r, struct tx *tx, struct fail *why)
{
    struct measure_row *rows = NULL;
    size_t n = 0;
    enum err rc = measure_store_in_force(tx, clock_utc_us(), &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct measure one = {.id = rows[i].id,
                              .account = rows[i].account,
                              .kind = rows[i].kind,
                              .until_utc_us = rows[i].until_utc_us,
                              .seconds = rows[i].seconds};

        snprintf(one.floor, sizeof one.floor, "%.*s", SPAN_ARG(rows[i].floor));
        if (measure_put(&r->measures, &one) == NULL)
            rc = fail_set(why, ERR_NOMEM, "a measure");
    }
    return rc;
}

/* Runs when the program before us has given up the writer's lock, so its last word is read.
 * Locks and measures first: when the seats are given up, the rooms that staff locked are locked
 * even so, and who was stopped is stopped. */
static enum err ghosts_run(struct tx *tx, void *arg, struct fail *why)
{
    struct ghosts_reading *r = arg;
    struct visit_seat_row *rows = NULL;
    size_t n = 0;
    enum err rc;

    free_ghosts(&r->ghosts); /* it may run again */
    place_locks_free(&r->locks);
    measures_free(&r->measures);
    rc = read_locks(r, tx, why);
    if (rc == ERR_OK)
        rc = read_measures(r, tx, why);
    if (rc == ERR_OK)
        rc = visit_store_seats(tx, NULL, tx_arena(tx), &rows, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = keep_ghost(r, &rows[i], why);
    return rc;
}

static void ghosts_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct ghosts_reading *r, struct fail *why)
{
    const struct writer_op op = {ghosts_run, ghosts_done, r};

    return writer_post(r->place->conf.services->writer, &op, why);
}

/* What was read is the place's, and the doors open when the live server is known, too. */
static void finish(struct ghosts_reading *r, enum place_seats_state state)
{
    struct place *place = r->place;

    place->ghosts = r->ghosts;
    place->locks = r->locks;
    place->measures = r->measures;
    place->reading = NULL;
    place_meter_seats(place, state, r->n_tries);
    free(r);
    if (!atomic_load(&place->is_closing) && atomic_fetch_add(&place->begun, 1) == 1)
        live_serve(place->live, &place->feature);
}

static void ghosts_done(void *arg, enum err rc, const struct fail *why)
{
    struct ghosts_reading *r = arg;
    struct place *place = r->place;
    int64_t wait_us = AGAIN_US << (r->n_tries < AGAIN_STEPS ? r->n_tries : AGAIN_STEPS);

    /* The lock is still held, or the server is away: the writer has waited long already. */
    if ((rc == ERR_UNAVAILABLE || rc == ERR_TIMEOUT || rc == ERR_UNCERTAIN) &&
        !atomic_load(&place->is_closing) && post(r, NULL) == ERR_OK)
        return;
    if (rc == ERR_OK) {
        finish(r, PLACE_SEATS_READ);
    } else {
        /* Half of them would be taken for all: the others' visits were never closed, and their
         * places would be given away. The looking thread comes back to it. */
        r->n_tries++;
        r->again_mono_us = clock_mono_us() + wait_us;
        log_error("place.seats-unread", L_INT("tries", r->n_tries),
                  L_INT("again_ms", wait_us / 1000), L_FAIL(why));
        place_meter_seats(place, PLACE_SEATS_FAILED, r->n_tries);
    }
    atomic_store(&place->is_read, true); /* from here on it is the looking thread's */
}

void ghosts_look(struct place *place)
{
    struct ghosts_reading *r;
    int64_t now_mono_us = clock_mono_us();

    if (!atomic_load(&place->is_read) || place->reading == NULL)
        return;
    r = place->reading;
    if (now_mono_us - r->began_mono_us >= GIVE_UP_US) {
        log_error("place.seats-given-up", L_INT("tries", r->n_tries));
        free_ghosts(&r->ghosts);
        finish(r, PLACE_SEATS_GIVEN_UP);
        return;
    }
    if (now_mono_us < r->again_mono_us)
        return;
    atomic_store(&place->is_read, false);
    if (post(r, NULL) != ERR_OK)
        atomic_store(&place->is_read, true);
}

enum err ghosts_open(struct place *place, struct fail *why)
{
    struct ghosts_reading *r = calloc(1, sizeof *r);
    enum err rc;

    if (r == NULL)
        return fail_set(why, ERR_NOMEM, "seats");
    r->place = place;
    r->began_mono_us = clock_mono_us();
    place->reading = r;
    atomic_store(&place->is_read, false);
    rc = post(r, why);
    if (rc != ERR_OK) {
        place->reading = NULL;
        atomic_store(&place->is_read, true);
        free(r);
    }
    return rc;
}

void ghosts_close(struct place *place)
{
    struct ghosts_reading *r = place->reading;

    if (r == NULL)
        return;
    place->reading = NULL;
    free_ghosts(&r->ghosts);
    place_locks_free(&r->locks);
    measures_free(&r->measures);
    free(r);
}

/* ---- live thread ---- */

/* Killed between the commit of an ejection and the end of the stay: it ends here. */
static void end_ejected(struct place *place, struct place_now now)
{
    for (const struct measure *m = place->measures; m != NULL; m = m->next) {
        struct ghost *ghost = NULL;

        if (m->kind == MEASURE_EJECT && m->until_utc_us > now.utc_us)
            ghost = ghost_take(place, m->account);
        if (ghost != NULL)
            ghost_end(place, &ghost, VISIT_EXIT, "ejected");
    }
}

static void count(struct place *place, const struct ghost *ghost, int by)
{
    for (struct place_floor *f = place->floors; f != NULL; f = f->next) {
        int copy = ghost->seat.row.copy;

        if (strcmp(f->id, ghost->seat.floor) != 0 || copy < 1 || copy > PLACE_COPIES_CAP)
            continue;
        f->copies[copy - 1].n_counted += by;
        place->n_counted += by;
    }
}

/* The newest of all seats tells about when the program before us ended: then its people have a
 * minute from then, as after any cut, and the record has them as lost before it is over. Where
 * nobody moved, it may be ANEW_US older than that. */
void ghosts_begin(struct place *place, struct place_now now)
{
    int64_t hold_us = (int64_t)place->hold_ms * 1000, newest = 0, left_us;
    int n = 0;

    if (place->has_begun)
        return;
    place->has_begun = true;
    place_locks_begin(place, now);
    for (const struct ghost *g = place->ghosts; g != NULL; g = g->next, n++) {
        if (g->seat.row.at_utc_us > newest)
            newest = g->seat.row.at_utc_us;
        count(place, g, 1);
    }
    end_ejected(place, now);
    left_us = newest + hold_us - now.utc_us;
    if (left_us > hold_us)
        left_us = hold_us;
    if (left_us > -ANEW_US && left_us < AT_LEAST_S * SECOND_US)
        left_us = AT_LEAST_S * SECOND_US;
    place->ghosts_until_mono_us = now.mono_us + left_us;
    place->ghosts_lost_mono_us =
        now.mono_us + newest + (int64_t)place->lost_ms * 1000 - now.utc_us;
    if (n > 0)
        log_info("place.seats-kept", L_INT("n", n), L_INT("left_ms", left_us / 1000));
}

struct ghost *ghost_find(struct place *place, struct id account)
{
    struct ghost *ghost = place->ghosts;

    while (ghost != NULL && !id_eq(ghost->seat.row.account, account))
        ghost = ghost->next;
    return ghost;
}

struct ghost *ghost_take(struct place *place, struct id account)
{
    struct ghost **at = &place->ghosts, *ghost;

    while (*at != NULL && !id_eq((*at)->seat.row.account, account))
        at = &(*at)->next;
    ghost = *at;
    if (ghost == NULL)
        return NULL;
    *at = ghost->next;
    count(place, ghost, -1);
    place->is_queue_due = place->is_cards_due = true;
    return ghost;
}

static void log_ghost(struct place *place, struct ghost *ghost, enum visit_kind kind,
                      const char *reason)
{
    const struct visit_seat_row *seat = &ghost->seat.row;
    const struct visit_event_row row = {
        .visit = seat->visit,
        .at_utc_us = seat->at_utc_us,
        .account = seat->account,
        .kind = kind,
        .floor = span_text(ghost->seat.floor),
        .copy = seat->copy,
        .session = seat->session,
        .reason = span_text(reason),
        .is_trial = seat->is_trial,
    };

    if (seat->is_lost)
        return;
    visit_log_add(place->log, &row);
    ghost->seat.row.is_lost = kind == VISIT_LOST;
    if (kind == VISIT_LOST)
        place_meter_note(&place->meter.n_lost);
}

void ghost_end(struct place *place, struct ghost **ghost, enum visit_kind kind,
               const char *reason)
{
    log_ghost(place, *ghost, kind, reason);
    visit_log_drop(place->log, (*ghost)->seat.row.account, (*ghost)->seat.row.visit);
    free(*ghost);
    *ghost = NULL;
}

void ghosts_sweep(struct place *place, struct place_now now)
{
    struct ghost *ghost = place->ghosts;

    for (; ghost != NULL && now.mono_us >= place->ghosts_lost_mono_us; ghost = ghost->next)
        log_ghost(place, ghost, VISIT_LOST, "restart");
    while (place->ghosts != NULL && now.mono_us >= place->ghosts_until_mono_us) {
        ghost = ghost_take(place, place->ghosts->seat.row.account);
        if (ghost != NULL)
            ghost_end(place, &ghost, VISIT_LOST, "restart");
    }
}

/* ---- seats ---- */

static bool has_changed(const struct world_where *a, const struct world_where *b)
{
    return a->copy != b->copy || a->spot.x != b->spot.x || a->spot.y != b->spot.y ||
           a->rung != b->rung || a->state != b->state || a->has_distance != b->has_distance ||
           a->seat != b->seat;
}

static void fill(struct visit_log_seat *seat, const struct visit *visit,
                 const struct world_where *where, int64_t at_utc_us)
{
    *seat = (struct visit_log_seat){.row = {
                                        .account = visit->account,
                                        .visit = visit->id,
                                        .copy = visit->copy,
                                        .spot = where->spot,
                                        .rung = where->rung,
                                        .state = where->state,
                                        .has_distance = where->has_distance,
                                        .session = visit->floor->session,
                                        .token = visit->token,
                                        .is_trial = visit->pass.is_trial,
                                        .is_anonymous = visit->floor->is_anonymous,
                                        .at_utc_us = at_utc_us,
                                    }};
    snprintf(seat->floor, sizeof seat->floor, "%s", visit->floor->id);
    snprintf(seat->room, sizeof seat->room, "%.*s", SPAN_ARG(where->room));
}

static bool is_due(const struct visit *visit, const struct world_where *where, bool changed,
                   struct place_now now)
{
    int64_t since_us = now.mono_us - visit->seat_mono_us;

    if (visit->is_seat_due || !changed || since_us < WRITE_US / 2)
        return visit->is_seat_due;
    return has_changed(where, &visit->seat) || (visit->guest != NULL && since_us >= ANEW_US);
}

/* At most so many but when it is all: the others' turn is the next sweep, before anybody's
 * second. Who is held was last seen when the line went. */
static void collect(struct place *place, bool changed, bool is_all, struct place_now now,
                    struct visit_log_seat **seats_out, size_t *n_out)
{
    size_t cap = is_all || place->n_visits < SEATS_MOST ? (size_t)place->n_visits : SEATS_MOST;
    struct visit_log_seat *seats = calloc(cap + 1, sizeof *seats);
    size_t n = 0;

    for (struct visit *v = place->visits; v != NULL && seats != NULL && n < cap; v = v->next) {
        struct world_where where;

        if (v->person == NULL)
            continue;
        world_where(v->person, &where);
        if (!is_all && !is_due(v, &where, changed, now))
            continue;
        fill(&seats[n++], v, &where, v->guest != NULL ? now.utc_us : v->heard_utc_us);
        v->seat = where;
        v->seat.room = SPAN_NONE;
        v->seat_mono_us = now.mono_us;
        v->is_seat_due = false;
    }
    *seats_out = seats;
    *n_out = n;
}

/* What was handed over with a post that failed is due again. */
static void all_due(struct place *place)
{
    for (struct visit *v = place->visits; v != NULL; v = v->next)
        v->is_seat_due = v->person != NULL;
}

void visit_seats_sweep(struct place *place, bool is_all, struct place_now now)
{
    bool changed = now.mono_us - place->seats_mono_us >= WRITE_US, failed;
    struct visit_log_seat *seats = NULL;
    size_t n = 0;
    bool is_free = visit_log_is_free(place->log, place_ms(now), &failed);

    if (failed)
        all_due(place);
    if (!is_free || (!changed && !is_all && !visit_log_is_due(place->log)))
        return;
    collect(place, changed, is_all, now, &seats, &n);
    if (changed && n < SEATS_MOST)
        place->seats_mono_us = now.mono_us;
    if (n == 0 && !visit_log_is_due(place->log))
        free(seats);
    else
        visit_log_post(place->log, seats, n);
}

#include "node/place/visit_log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/log.h"

#define FIRST_CAP     64
#define CLOSE_WAIT_MS 15000
#define CLOSE_STEP_MS 5

struct event {
    struct visit_event_row row; /* floor points to the text below when it is posted */
    char floor[VISIT_LOG_FLOOR_CAP];
};
struct drop {
    struct id account, visit;
};

/* What is under way. Written by the live thread before the post and after `state` says that it
 * is settled, read by the writer's between. */
struct batch {
    struct event events[VISIT_LOG_BATCH];
    size_t n_events;
    struct drop drops[VISIT_LOG_BATCH];
    size_t n_drops;
    struct visit_log_seat *seats;
    size_t n_seats;
    atomic_int state; /* 0: under way; 1 + enum err: settled */
};

struct visit_log {
    struct writer *writer;
    struct event *events; /* in their order */
    size_t n_events, events_cap;
    struct drop *drops;
    size_t n_drops, drops_cap;
    struct batch batch;
    bool is_under_way;
    size_t n_uncertain; /* of the events in front: they may have been committed */
    int64_t rest_until_ms;
};

enum err visit_log_open(struct writer *writer, struct visit_log **log_out, struct fail *why)
{
    struct visit_log *log = calloc(1, sizeof *log);

    *log_out = log;
    if (log == NULL)
        return fail_set(why, ERR_NOMEM, "visit log");
    log->writer = writer;
    return ERR_OK;
}

bool visit_log_has_room(const struct visit_log *log)
{
    return log->n_events < VISIT_LOG_FULL;
}

size_t visit_log_n_waiting(const struct visit_log *log)
{
    return log->n_events + (log->is_under_way ? log->batch.n_events : 0);
}

bool visit_log_is_due(const struct visit_log *log)
{
    return log->n_events > 0 || log->n_drops > 0;
}

/* Room for one more of these. */
static bool grow(void **items, size_t n, size_t *cap, size_t bytes)
{
    size_t more = *cap == 0 ? FIRST_CAP : *cap * 2;
    void *moved;

    if (n >= VISIT_LOG_CAP)
        return false;
    if (n < *cap)
        return true;
    moved = realloc(*items, more * bytes);
    if (moved == NULL)
        return false;
    *items = moved;
    *cap = more;
    return true;
}

void visit_log_add(struct visit_log *log, const struct visit_event_row *row)
{
    struct event *event;

    if (!grow((void **)&log->events, log->n_events, &log->events_cap, sizeof *log->events)) {
        log_error("visit.unlogged", L_ID("visit", row->visit), L_ID("account", row->account),
                  L_INT("kind", row->kind), L_INT("waiting", log->n_events));
        return;
    }
    event = &log->events[log->n_events++];
    event->row = *row;
    event->row.id = id_new();
    snprintf(event->floor, sizeof event->floor, "%.*s", SPAN_ARG(row->floor));
}

void visit_log_drop(struct visit_log *log, struct id account, struct id visit)
{
    if (!grow((void **)&log->drops, log->n_drops, &log->drops_cap, sizeof *log->drops)) {
        log_error("visit.seat-left", L_ID("visit", visit));
        return;
    }
    log->drops[log->n_drops++] = (struct drop){account, visit};
}

/* ---- writer's thread ---- */

static enum err batch_run(struct tx *tx, void *arg, struct fail *why)
{
    struct batch *batch = arg;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < batch->n_events && rc == ERR_OK; i++) {
        batch->events[i].row.floor = span_text(batch->events[i].floor);
        rc = visit_store_add(tx, &batch->events[i].row, why);
    }
    for (size_t i = 0; i < batch->n_drops && rc == ERR_OK; i++)
        rc = visit_store_seat_drop(tx, batch->drops[i].account, batch->drops[i].visit, why);
    for (size_t i = 0; i < batch->n_seats && rc == ERR_OK; i++) {
        struct visit_log_seat *seat = &batch->seats[i];

        seat->row.floor = span_text(seat->floor);
        seat->row.room = span_text(seat->room);
        rc = visit_store_seat_put(tx, &seat->row, why);
    }
    return rc;
}

static void batch_done(void *arg, enum err rc, const struct fail *why)
{
    struct batch *batch = arg;

    if (rc != ERR_OK)
        log_warn("visit.unwritten", L_FAIL(why));
    atomic_store_explicit(&batch->state, 1 + (int)rc, memory_order_release);
}

/* ---- live thread ---- */

/* Back to the front, in their order: nothing that came later may overtake them. */
static bool give_back(struct visit_log *log)
{
    struct batch *batch = &log->batch;
    size_t n = log->n_events + batch->n_events, d = log->n_drops + batch->n_drops;
    struct event *events = malloc((n + 1) * sizeof *events);
    struct drop *drops = malloc((d + 1) * sizeof *drops);

    if (events == NULL || drops == NULL) {
        free(events);
        free(drops);
        return false;
    }
    memcpy(events, batch->events, batch->n_events * sizeof *events);
    if (log->n_events > 0)
        memcpy(events + batch->n_events, log->events, log->n_events * sizeof *events);
    memcpy(drops, batch->drops, batch->n_drops * sizeof *drops);
    if (log->n_drops > 0)
        memcpy(drops + batch->n_drops, log->drops, log->n_drops * sizeof *drops);
    free(log->events);
    free(log->drops);
    log->events = events;
    log->drops = drops;
    log->n_events = n;
    log->n_drops = d;
    log->events_cap = n + 1;
    log->drops_cap = d + 1;
    return true;
}

/* What became of the batch; false: it is still under way. */
static bool settle(struct visit_log *log, int64_t now_ms, bool *failed_out)
{
    struct batch *batch = &log->batch;
    int state = atomic_load_explicit(&batch->state, memory_order_acquire);
    enum err rc = (enum err)(state - 1);
    bool was_made;

    if (state == 0)
        return false;
    /* The same events as before: if their ids are there, the commit of which nothing was known
     * was made. What else went with them this time was not. */
    was_made = rc == ERR_CONFLICT && log->n_uncertain > 0;
    if (was_made)
        batch->n_events = 0;
    if (rc != ERR_OK && !give_back(log))
        return false; /* no memory: it stays where it is, and is looked at again */
    if (rc == ERR_OK || was_made)
        log->n_uncertain = 0;
    else if (rc == ERR_UNCERTAIN)
        log->n_uncertain = batch->n_events;
    if (rc != ERR_OK && !was_made)
        log->rest_until_ms = now_ms + VISIT_LOG_REST_MS;
    *failed_out = rc != ERR_OK && (!was_made || batch->n_seats > 0);
    log->is_under_way = false;
    batch->n_events = batch->n_drops = batch->n_seats = 0;
    free(batch->seats);
    batch->seats = NULL;
    return true;
}

bool visit_log_is_free(struct visit_log *log, int64_t now_ms, bool *failed_out)
{
    *failed_out = false;
    if (log->is_under_way && !settle(log, now_ms, failed_out))
        return false;
    return now_ms >= log->rest_until_ms;
}

/* The first of a list, at most `most`, into the batch; returns how many. */
static size_t take(void *to, void *list, size_t *n, size_t most, size_t bytes)
{
    size_t taken = *n < most ? *n : most;
    uint8_t *from = list;

    if (taken > 0) {
        memcpy(to, from, taken * bytes);
        memmove(from, from + taken * bytes, (*n - taken) * bytes);
        *n -= taken;
    }
    return taken;
}

void visit_log_post(struct visit_log *log, struct visit_log_seat *seats, size_t n)
{
    struct batch *batch = &log->batch;
    const struct writer_op op = {batch_run, batch_done, batch};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    invariant(!log->is_under_way, "two batches");
    batch->n_events =
        take(batch->events, log->events, &log->n_events,
             log->n_uncertain > 0 ? log->n_uncertain : VISIT_LOG_BATCH, sizeof *log->events);
    batch->n_drops =
        take(batch->drops, log->drops, &log->n_drops, VISIT_LOG_BATCH, sizeof *log->drops);
    batch->seats = seats;
    batch->n_seats = n;
    atomic_store(&batch->state, 0);
    log->is_under_way = true;
    rc = writer_post(log->writer, &op, &fail);
    if (rc != ERR_OK) {
        log_warn("visit.unposted", L_FAIL(&fail));
        atomic_store(&batch->state, 1 + (int)rc);
    }
}

void visit_log_close(struct visit_log **log)
{
    struct visit_log *l = *log;
    bool failed = false;

    if (l == NULL)
        return;
    *log = NULL;
    for (int ms = 0; ms < CLOSE_WAIT_MS && !failed; ms += CLOSE_STEP_MS) {
        if (visit_log_is_free(l, l->rest_until_ms, &failed)) {
            if (!visit_log_is_due(l))
                break;
            visit_log_post(l, NULL, 0);
        }
        usleep(CLOSE_STEP_MS * 1000);
    }
    if (l->is_under_way || visit_log_is_due(l))
        log_error("visit.unlogged-rest", L_INT("events", visit_log_n_waiting(l)));
    if (l->is_under_way)
        return; /* the writer may still be at it: leave it its memory */
    free(l->events);
    free(l->drops);
    free(l);
}

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

/* n items from `at` on. Taking moves `at`, not the items; the room it leaves in front is where
 * they are put back. */
struct queue {
    void *items;
    size_t bytes, at, n, cap;
};

struct visit_log {
    struct writer *writer;
    struct queue events, drops; /* of struct event, struct drop; in their order */
    struct batch batch;
    bool is_under_way;
    size_t n_uncertain; /* of the events in front: they may have been committed */
    int64_t rest_until_ms;
};

/* ---- queues ---- */

static void *item(const struct queue *queue, size_t i)
{
    return (uint8_t *)queue->items + (queue->at + i) * queue->bytes;
}

/* Room behind the last. The items move only when no more of them are left than were taken, so
 * each is moved once, all in all. */
static bool make_room(struct queue *queue)
{
    size_t more = queue->cap == 0 ? FIRST_CAP : queue->cap * 2;
    void *moved;

    if (queue->at > 0 && queue->at >= queue->n) {
        memcpy(queue->items, item(queue, 0), queue->n * queue->bytes);
        queue->at = 0;
        return true;
    }
    moved = realloc(queue->items, more * queue->bytes);
    if (moved == NULL)
        return false;
    queue->items = moved;
    queue->cap = more;
    return true;
}

/* NULL: full, or no memory. */
static void *queue_add(struct queue *queue)
{
    if (queue->n >= VISIT_LOG_CAP || (queue->at + queue->n == queue->cap && !make_room(queue)))
        return NULL;
    return item(queue, queue->n++);
}

/* The first, at most `most`; returns how many. */
static size_t queue_take(struct queue *queue, void *to, size_t most)
{
    size_t n = queue->n < most ? queue->n : most;

    if (n > 0)
        memcpy(to, item(queue, 0), n * queue->bytes);
    queue->at += n;
    queue->n -= n;
    return n;
}

/* Room for n before the first. False: no memory. */
static bool make_front(struct queue *queue, size_t n)
{
    size_t cap = n + queue->n + FIRST_CAP;
    uint8_t *items;

    if (queue->at >= n)
        return true;
    items = malloc(cap * queue->bytes);
    if (items == NULL)
        return false;
    if (queue->n > 0)
        memcpy(items + n * queue->bytes, item(queue, 0), queue->n * queue->bytes);
    free(queue->items);
    queue->items = items;
    queue->at = n;
    queue->cap = cap;
    return true;
}

/* After make_front. */
static void queue_put_back(struct queue *queue, const void *from, size_t n)
{
    queue->at -= n;
    queue->n += n;
    if (n > 0)
        memcpy(item(queue, 0), from, n * queue->bytes);
}

/* ---- */

enum err visit_log_open(struct writer *writer, struct visit_log **log_out, struct fail *why)
{
    struct visit_log *log = calloc(1, sizeof *log);

    *log_out = log;
    if (log == NULL)
        return fail_set(why, ERR_NOMEM, "visit log");
    log->writer = writer;
    log->events.bytes = sizeof(struct event);
    log->drops.bytes = sizeof(struct drop);
    return ERR_OK;
}

bool visit_log_has_room(const struct visit_log *log)
{
    return log->events.n < VISIT_LOG_FULL;
}

size_t visit_log_n_waiting(const struct visit_log *log)
{
    return log->events.n + (log->is_under_way ? log->batch.n_events : 0);
}

bool visit_log_is_due(const struct visit_log *log)
{
    return log->events.n > 0 || log->drops.n > 0;
}

void visit_log_add(struct visit_log *log, const struct visit_event_row *row)
{
    struct event *event = queue_add(&log->events);

    if (event == NULL) {
        log_error("visit.unlogged", L_ID("visit", row->visit), L_ID("account", row->account),
                  L_INT("kind", row->kind), L_INT("waiting", log->events.n));
        return;
    }
    event->row = *row;
    event->row.id = id_new();
    snprintf(event->floor, sizeof event->floor, "%.*s", SPAN_ARG(row->floor));
}

void visit_log_drop(struct visit_log *log, struct id account, struct id visit)
{
    struct drop *drop = queue_add(&log->drops);

    if (drop == NULL) {
        log_error("visit.seat-left", L_ID("visit", visit));
        return;
    }
    *drop = (struct drop){account, visit};
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
    const struct batch *batch = &log->batch;

    if (!make_front(&log->events, batch->n_events) || !make_front(&log->drops, batch->n_drops))
        return false;
    queue_put_back(&log->events, batch->events, batch->n_events);
    queue_put_back(&log->drops, batch->drops, batch->n_drops);
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

void visit_log_hurry(struct visit_log *log)
{
    log->rest_until_ms = 0;
}

void visit_log_post(struct visit_log *log, struct visit_log_seat *seats, size_t n)
{
    struct batch *batch = &log->batch;
    const struct writer_op op = {batch_run, batch_done, batch};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    invariant(!log->is_under_way, "two batches");
    batch->n_events = queue_take(&log->events, batch->events,
                                 log->n_uncertain > 0 ? log->n_uncertain : VISIT_LOG_BATCH);
    batch->n_drops = queue_take(&log->drops, batch->drops, VISIT_LOG_BATCH);
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
    free(l->events.items);
    free(l->drops.items);
    free(l);
}

/* The live thread: rounds of whatever is ready, a tick every 100 ms, and the end. */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/server/live_priv.h"

#define EVENTS        256
#define TICK_US       (LIVE_TICK_MS * INT64_C(1000))
#define TICKS_PER_S   (1000 / LIVE_TICK_MS)
#define STALL_US      INT64_C(500000)
#define SWEEP_US      INT64_C(1000000)
#define TELLING_US    INT64_C(500000) /* from judging a line dead to the others' screens */
#define LATE_MS       150 /* a connection may have been under way when PATH was renamed */
#define DRAIN_STEP_MS 10

/* ---- lists ---- */

void live_line_add(struct live_line *line, struct live_conn *conn)
{
    conn->prev = line->last;
    conn->next = NULL;
    if (line->last != NULL)
        line->last->next = conn;
    else
        line->first = conn;
    line->last = conn;
}

void live_line_take(struct live_line *line, struct live_conn *conn)
{
    if (conn->prev != NULL)
        conn->prev->next = conn->next;
    else
        line->first = conn->next;
    if (conn->next != NULL)
        conn->next->prev = conn->prev;
    else
        line->last = conn->prev;
    conn->prev = conn->next = NULL;
}

struct live_line *live_line_of(struct live *live, uint8_t phase)
{
    switch ((enum live_phase)phase) {
    case LIVE_OPENING:
        return &live->opening;
    case LIVE_OPEN:
        return &live->open;
    case LIVE_CLOSING:
    case LIVE_LINGER:
        return &live->closing;
    case LIVE_GONE:
        return NULL;
    }
    return NULL;
}

void live_ready(struct live_conn *conn)
{
    struct live *live = conn->head.live;

    if (conn->is_ready)
        return;
    conn->is_ready = true;
    conn->next_ready = NULL;
    *live->ready_end = conn;
    live->ready_end = &conn->next_ready;
}

void live_ended(struct live_conn *conn)
{
    struct live *live = conn->head.live;

    if (conn->is_ended)
        return;
    conn->is_ended = true;
    conn->next_ended = live->ended;
    live->ended = conn;
}

struct live_conn *live_find(struct live *live, uint64_t id)
{
    struct live_conn *conn = live->slots[id & ((1u << LIVE_SLOT_BITS) - 1)];

    return conn != NULL && conn->id == id ? conn : NULL;
}

/* ---- time ---- */

/* A ping and a BEAT for those whose turn it is: in ping_s everybody has had one. */
static void beat_some(struct live *live)
{
    uint32_t n = (uint32_t)live->conf.ping_s * TICKS_PER_S;

    live->beat_at = (live->beat_at + 1) % n;
    for (uint32_t i = live->beat_at; i < live->n_used; i += n)
        if (live->slots[i] != NULL && live->slots[i]->phase == LIVE_OPEN)
            live_conn_beat(live->slots[i]);
}

/* While we stood still nobody was pinged and nobody was read: that silence is ours. Nobody was
 * heard later than now, or the line were out of order. */
static void forgive(struct live *live, int64_t stall_us)
{
    log_warn("live.stalled", L_INT("ms", stall_us / 1000));
    for (struct live_conn *conn = live->open.first; conn != NULL; conn = conn->next) {
        int64_t since_us = conn->since_mono_us + stall_us;

        conn->since_mono_us = since_us < live->now_mono_us ? since_us : live->now_mono_us;
    }
}

static void tick(struct live *live, int64_t now_us)
{
    if (now_us < live->next_tick_mono_us)
        return;
    live->next_tick_mono_us += TICK_US;
    live_count_add(&live->count.n_ticks, 1);
    if (live->next_tick_mono_us <= now_us) { /* once for all that were missed */
        int64_t missed_us = now_us - live->next_tick_mono_us;

        live->next_tick_mono_us = now_us + TICK_US - missed_us % TICK_US;
        live_count_add(&live->count.n_ticks_late, 1);
        if (missed_us >= STALL_US)
            forgive(live, missed_us);
    }
    if (live->feature != NULL && !live->is_told_ending) {
        live->feature->tick(live->feature->arg, now_us, clock_utc_us());
        arena_reset(live->arena);
    }
    beat_some(live);
}

/* Lines stand in the order of their times, so only what is over is looked at. */
static void end_late(struct live *live, int64_t now_us)
{
    int64_t opening_us = now_us - LIVE_OPENING_S * SECOND_US;
    /* Looked at once a tick and told with the next: others know within dead_s. */
    int64_t silent_us = now_us - live->conf.dead_s * SECOND_US + TELLING_US;
    int64_t closing_us = now_us - LIVE_CLOSING_S * SECOND_US;

    while (live->opening.first != NULL && live->opening.first->since_mono_us <= opening_us) {
        live_count_add(&live->count.refused[REFUSE_SLOW], 1);
        live_conn_gone(live->opening.first, LIVE_END_CUT);
    }
    while (live->open.first != NULL && live->open.first->since_mono_us <= silent_us) {
        live_count_add(&live->count.n_dead, 1);
        live_conn_gone(live->open.first, LIVE_END_CUT);
    }
    while (live->closing.first != NULL && live->closing.first->since_mono_us <= closing_us)
        live_conn_gone(live->closing.first, LIVE_END_CUT);
    if (now_us - live->swept_mono_us >= SWEEP_US) {
        live->swept_mono_us = now_us;
        ws_tickets_sweep(live->tickets, now_us);
    }
}

/* Telling one may end others: until nobody is left. */
static void settle(struct live *live)
{
    while (live->ended != NULL) {
        struct live_conn *conn = live->ended;

        live->ended = conn->next_ended;
        conn->is_ended = false;
        live_conn_settle(conn);
        arena_reset(live->arena);
    }
}

/* ---- the end ---- */

static void say_ending(struct live *live, int64_t now_us)
{
    struct live_conn *conn, *next;

    live->is_told_ending = true;
    if (live->feature != NULL)
        live->feature->ending(live->feature->arg, now_us);
    arena_reset(live->arena);
    for (conn = live->open.first; conn != NULL; conn = next) {
        next = conn->next;
        live_conn_end(conn, LIVE_CLOSE_RESTART, "restart", false, LIVE_END_OURS);
    }
}

static void cut_all(struct live *live)
{
    struct live_line *lines[] = {&live->opening, &live->open, &live->closing};

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        while (lines[i]->first != NULL)
            live_conn_gone(lines[i]->first, LIVE_END_OURS);
}

/* True: the loop ends. */
static bool drain_step(struct live *live, int64_t now_us)
{
    int64_t end_us = atomic_load(&live->end_mono_us);

    if (!atomic_load(&live->is_drain_asked))
        return false;
    if (!live->is_draining) {
        live->is_draining = true;
        live->drain_mono_us = now_us;
    }
    if (!live->is_told_ending)
        say_ending(live, now_us);
    if (now_us - live->drain_mono_us >= LATE_MS * INT64_C(1000) ||
        (end_us != 0 && now_us >= end_us))
        live_listen_end(live);
    if (end_us != 0 && now_us >= end_us)
        cut_all(live);
    settle(live);
    return end_us != 0 && live->n_conns == 0 && live->listen_fd < 0;
}

/* ---- the loop ---- */

static int wait_ms(const struct live *live)
{
    int64_t us = live->next_tick_mono_us - live->now_mono_us;

    if (live->ready_first != NULL || us <= 0)
        return 0;
    if (live->is_draining)
        return DRAIN_STEP_MS;
    return us > TICK_US ? LIVE_TICK_MS : (int)((us + 999) / 1000);
}

static void take_events(struct live *live)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(live->epoll_fd, events, EVENTS, wait_ms(live));

    live->now_mono_us = clock_mono_us();
    live_take_posts(live);
    for (int i = 0; i < n; i++) {
        void *what = events[i].data.ptr;
        eventfd_t seen;

        if (what == &live->wake_fd)
            eventfd_read(live->wake_fd, &seen);
        else if (what == &live->listen_fd)
            live_accept(live);
        else if (what != live->posts)
            live_conn_event(what, events[i].events);
    }
}

/* One turn each; who has more stands in the next round's list. */
static void take_turns(struct live *live)
{
    struct live_conn *conn = live->ready_first, *next;

    live->ready_first = NULL;
    live->ready_end = &live->ready_first;
    for (; conn != NULL; conn = next) {
        next = conn->next_ready;
        conn->is_ready = false;
        if (conn->phase == LIVE_GONE)
            live_ended(conn);
        else
            live_conn_turn(conn);
    }
}

void *live_loop(void *arg)
{
    struct live *live = arg;

    pthread_setname_np(pthread_self(), "live");
    live->now_mono_us = live->swept_mono_us = clock_mono_us();
    live->next_tick_mono_us = live->now_mono_us + TICK_US;
    for (;;) {
        live_count_add(&live->count.n_rounds, 1);
        take_events(live);
        take_turns(live);
        live->now_mono_us = clock_mono_us();
        tick(live, live->now_mono_us);
        end_late(live, live->now_mono_us);
        settle(live);
        if (drain_step(live, live->now_mono_us))
            return NULL;
    }
}

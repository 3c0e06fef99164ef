#include "node/server/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/server/live_priv.h"

#define STACK_BYTES    ((size_t)512 * 1024) /* a command's JSON is read on it */
#define BACKLOG        1024
#define EVENTS         256
#define ACCEPTS        64 /* a round */
#define POSTS          64
#define ARENA_BYTES    16384
#define TICK_US        (LIVE_TICK_MS * INT64_C(1000))
#define TICKS_PER_S    (1000 / LIVE_TICK_MS)
#define STALL_US       INT64_C(500000)
#define TELLING_US     INT64_C(500000) /* from judging a line dead to the others' screens */
#define SWEEP_US       INT64_C(1000000)
#define LATE_MS        150 /* a connection may have been under way when PATH was renamed */
#define DRAIN_STEP_MS  10
#define SEND_BUF_BYTES 65536 /* a tick of 7,000; movement beyond waits where it may go */

struct live_message {
    void (*fn)(void *arg); /* NULL: one of the server's own */
    void *arg;             /* of serve: the feature; NULL: a drop */
    struct id account, session, keep;
};

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

/* ---- accepting ---- */

static bool may_connect(const struct live_server_conf *conf, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    for (int i = 0; i < conf->n_uids; i++)
        if (peer.uid == conf->uids[i])
            return true;
    log_warn("live.peer-refused", L_INT("uid", peer.uid));
    return false;
}

static void begin(struct live *live, int fd)
{
    static const int n_bytes = SEND_BUF_BYTES;
    struct epoll_event event = {.events = EPOLLIN};
    bool is_beyond = live->is_draining ||
                     live->n_conns - live->n_refused >= (uint32_t)live->conf.n_connections_cap;
    struct live_conn *conn;

    if (!may_connect(&live->conf, fd) || live->n_free == 0) {
        close(fd);
        return;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n_bytes, sizeof n_bytes) != 0)
        log_debug("live.buffer", L_INT("errno", errno));
    conn = live_conn_begin(live, fd, is_beyond);
    if (conn == NULL)
        return;
    event.data.ptr = conn;
    if (epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        live_conn_gone(conn, LIVE_END_CUT);
}

/* Without a descriptor to take it with, a connection would stay in the backlog and the loop
 * would spin: one that is kept for this is given up, and whoever waits is let go. */
static bool let_one_go(struct live *live)
{
    int fd;

    if (live->spare_fd >= 0)
        close(live->spare_fd);
    fd = accept4(live->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    live->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    live_count_add(&live->count.refused[REFUSE_BUSY], 1);
    log_error("live.no-descriptor", L_INT("n_connections", live->n_conns));
    return fd >= 0;
}

static void accept_some(struct live *live)
{
    for (int i = 0; i < ACCEPTS; i++) {
        int fd = accept4(live->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            begin(live, fd);
        else if ((errno != EMFILE && errno != ENFILE) || !let_one_go(live))
            return;
    }
}

static void stop_listening(struct live *live)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path];
    struct stat named;

    if (live->listen_fd < 0)
        return;
    accept_some(live); /* each is told to come again */
    snprintf(name, sizeof name, "%s%s", live->conf.path, live->is_published ? "" : ".new");
    if (stat(name, &named) == 0 && named.st_ino == live->inode)
        unlink(name);
    close(live->listen_fd);
    live->listen_fd = -1;
}

/* ---- what others sent ---- */

static void drop(struct live *live, const struct live_message *m)
{
    struct live_conn *conn = live->open.first, *next;

    for (; conn != NULL; conn = next) {
        const struct caller *caller = &conn->caller;

        next = conn->next;
        if (id_is_none(m->account)
                ? id_eq(caller->session, m->session)
                : id_eq(caller->account, m->account) && !id_eq(caller->session, m->keep))
            live_conn_end(conn, LIVE_CLOSE_SESSION, "session over", true, LIVE_END_OURS);
    }
}

static void take_posts(struct live *live)
{
    struct live_message messages[POSTS];
    size_t n = mbox_take(live->posts, messages, POSTS, 0); /* more: it is readable again */

    for (size_t i = 0; i < n; i++) {
        const struct live_message *m = &messages[i];

        if (m->fn != NULL)
            m->fn(m->arg);
        else if (m->arg != NULL)
            live->feature = m->arg;
        else
            drop(live, m);
        arena_reset(live->arena);
    }
}

static enum err post(struct live *live, void (*fn)(void *arg), void *arg, struct fail *why)
{
    const struct live_message message = {.fn = fn, .arg = arg};

    return mbox_post(live->posts, &message, why);
}

static void serve(struct live *live, const struct live_feature *feature)
{
    struct live_message message = {.fn = NULL};
    struct fail fail = {.code = ERR_INTERNAL};

    memcpy(&message.arg, &feature, sizeof message.arg); /* only ever read through */
    /* Before the first ticket can be drawn, so that whoever brings it finds the feature. */
    if (mbox_post(live->posts, &message, &fail) == ERR_OK)
        atomic_store(&live->is_serving, true);
    else
        log_warn("live.serve", L_FAIL(&fail));
}

static enum err admit(struct live *live, const struct caller *caller, void *pass,
                      void (*pass_free)(void *pass), char text_out[LIVE_TICKET_CAP],
                      struct fail *why)
{
    struct ws_ticket ticket;

    ws_ticket_make(caller, &ticket, text_out);
    ticket.pass = pass;
    ticket.pass_free = pass_free;
    if (!atomic_load(&live->is_serving) || atomic_load(&live->is_drain_asked)) {
        ws_ticket_fini(&ticket);
        return fail_set(why, ERR_UNAVAILABLE, "nobody is let in now");
    }
    ws_tickets_put(live->tickets, &ticket, clock_mono_us());
    return ERR_OK;
}

static void drop_sessions(struct live *live, struct id account, struct id session,
                          struct id keep)
{
    const struct live_message message = {.account = account, .session = session, .keep = keep};
    struct fail fail = {.code = ERR_INTERNAL};

    /* First the tickets: who used one before this is open when the message comes. */
    if (id_is_none(account))
        ws_tickets_drop_session(live->tickets, session);
    else
        ws_tickets_drop_account(live->tickets, account, keep);
    if (mbox_post(live->posts, &message, &fail) != ERR_OK)
        log_warn("live.drop", L_FAIL(&fail));
}

const struct live_ops live_server_ops = {
    .send = live_conn_send,
    .close = live_conn_close,
    .answer = live_command_answer,
    .breach = live_command_breach,
    .later = live_command_later,
    .serve = serve,
    .admit = admit,
    .post = post,
    .drop = drop_sessions,
};

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
        stop_listening(live);
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
    take_posts(live);
    for (int i = 0; i < n; i++) {
        void *what = events[i].data.ptr;
        eventfd_t seen;

        if (what == &live->wake_fd)
            eventfd_read(live->wake_fd, &seen);
        else if (what == &live->listen_fd)
            accept_some(live);
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

static void *loop_main(void *arg)
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

/* ---- opening and closing ---- */

static enum err listen_at(struct live *live, struct fail *why)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct stat made;
    int n = snprintf(name.sun_path, sizeof name.sun_path, "%s.new", live->conf.path);

    if (n < 0 || n >= (int)sizeof name.sun_path)
        return fail_set(why, ERR_INVALID, "socket path too long: %s", live->conf.path);
    unlink(name.sun_path);
    live->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Who may connect is decided by the directory's mode and by may_connect. */
    if (live->listen_fd < 0 ||
        bind(live->listen_fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(name.sun_path, 0666) != 0 || listen(live->listen_fd, BACKLOG) != 0 ||
        stat(name.sun_path, &made) != 0)
        return fail_set(why, ERR_IO, "listen at %s: %s", name.sun_path, strerror(errno));
    live->inode = made.st_ino;
    return ERR_OK;
}

static enum err watch(struct live *live, int fd, void *tag, struct fail *why)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = tag};

    if (fd < 0 || epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        return fail_set(why, ERR_IO, "epoll: %s", strerror(errno));
    return ERR_OK;
}

static enum err make_beat(struct live *live, struct fail *why)
{
    struct ws_shared *ping = NULL, *beat = NULL;
    enum err rc = ws_shared_create(WS_OP_PING, SPAN_NONE, &ping, why);

    if (rc == ERR_OK)
        rc = ws_shared_create(WS_OP_BINARY, SPAN("\0"), &beat, why);
    if (rc == ERR_OK)
        rc = ws_shared_create_pair(ping, beat, &live->beat, why);
    ws_shared_unref(&ping);
    ws_shared_unref(&beat);
    return rc;
}

static enum err make_slots(struct live *live, struct fail *why)
{
    live->n_slots = (uint32_t)live->conf.n_connections_cap + LIVE_REFUSED_CAP;
    invariant(live->n_slots < 1u << LIVE_SLOT_BITS, "%u connections", live->n_slots);
    live->slots = calloc(1u << LIVE_SLOT_BITS, sizeof(struct live_conn *));
    live->free_slots = calloc(live->n_slots, sizeof *live->free_slots);
    if (live->slots == NULL || live->free_slots == NULL)
        return fail_set(why, ERR_NOMEM, "%u connections", live->n_slots);
    while (live->n_free < live->n_slots) {
        live->free_slots[live->n_free] = (uint16_t)(live->n_slots - 1 - live->n_free);
        live->n_free++;
    }
    return ERR_OK;
}

static enum err start_loop(struct live *live, struct fail *why)
{
    pthread_attr_t attr;
    enum err rc = ERR_OK;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&live->thread, &attr, loop_main, live) != 0)
        rc = fail_set(why, ERR_NOMEM, "live thread");
    else
        live->has_thread = true;
    pthread_attr_destroy(&attr);
    return rc;
}

static enum err make(struct live *live, struct fail *why)
{
    enum err rc = command_rows_create(live->conf.commands, &live->rows, why);

    if (rc == ERR_OK)
        rc = live_count_init(&live->count, command_rows_n(live->rows), why);
    if (rc == ERR_OK)
        rc = arena_create(ARENA_BYTES, &live->arena, why);
    live->head = (struct live_head){&live_server_ops, live, live->arena};
    if (rc == ERR_OK)
        rc = ws_tickets_create(LIVE_TICKETS_CAP, &live->tickets, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct live_message), LIVE_POSTS_CAP, &live->posts, why);
    if (rc == ERR_OK)
        rc = make_beat(live, why);
    return rc == ERR_OK ? make_slots(live, why) : rc;
}

static enum err start(struct live *live, struct fail *why)
{
    enum err rc;

    live->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    live->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    rc = watch(live, live->wake_fd, &live->wake_fd, why);
    if (rc == ERR_OK)
        rc = watch(live, mbox_event_fd(live->posts), live->posts, why);
    if (rc == ERR_OK)
        rc = listen_at(live, why);
    if (rc == ERR_OK)
        rc = watch(live, live->listen_fd, &live->listen_fd, why);
    return rc == ERR_OK ? start_loop(live, why) : rc;
}

enum err live_server_open(const struct live_server_conf *conf, struct live **live_out,
                          struct fail *why)
{
    struct live *live = calloc(1, sizeof *live);
    enum err rc;

    *live_out = NULL;
    if (live == NULL)
        return fail_set(why, ERR_NOMEM, "live server");
    live->conf = *conf;
    live->epoll_fd = live->wake_fd = live->listen_fd = live->spare_fd = -1;
    live->ready_end = &live->ready_first;
    rc = make(live, why);
    if (rc == ERR_OK)
        rc = start(live, why);
    if (rc != ERR_OK)
        live_server_close(&live);
    *live_out = live;
    return rc;
}

enum err live_server_publish(struct live *live, struct fail *why)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path];

    snprintf(name, sizeof name, "%s.new", live->conf.path);
    if (rename(name, live->conf.path) != 0)
        return fail_set(why, ERR_IO, "rename to %s: %s", live->conf.path, strerror(errno));
    live->is_published = true;
    return ERR_OK;
}

void live_server_drain(struct live *live)
{
    atomic_store(&live->is_drain_asked, true);
    eventfd_write(live->wake_fd, 1);
}

void live_server_stop(struct live *live, int wait_most_ms)
{
    if (!live->has_thread)
        return;
    live_server_drain(live);
    atomic_store(&live->end_mono_us, clock_mono_us() + wait_most_ms * INT64_C(1000));
    eventfd_write(live->wake_fd, 1);
    pthread_join(live->thread, NULL);
    live->has_thread = false;
    mbox_close(live->posts);
    while (!mbox_is_done(live->posts)) /* what was posted does run */
        take_posts(live);
}

void live_server_close(struct live **live_in)
{
    struct live *live = *live_in;

    if (live == NULL)
        return;
    live_server_stop(live, 0);
    if (live->listen_fd >= 0)
        close(live->listen_fd);
    if (live->spare_fd >= 0)
        close(live->spare_fd);
    if (live->wake_fd >= 0)
        close(live->wake_fd);
    if (live->epoll_fd >= 0)
        close(live->epoll_fd);
    mbox_destroy(&live->posts);
    ws_tickets_destroy(&live->tickets);
    ws_shared_unref(&live->beat);
    arena_destroy(&live->arena);
    live_count_fini(&live->count);
    command_rows_destroy(&live->rows);
    free(live->slots);
    free(live->free_slots);
    free(live);
    *live_in = NULL;
}

void live_server_stats_read(const struct live *live, struct live_stats *stats_out)
{
    const struct live_count *c = &live->count;

    *stats_out = (struct live_stats){
        .n_open = atomic_load(&c->n_open),
        .n_opening = atomic_load(&c->n_opening),
        .n_opened = atomic_load(&c->n_opened),
        .n_frames_sent = atomic_load(&c->n_frames_sent),
        .n_bytes_sent = atomic_load(&c->n_bytes_sent),
        .n_frames_dropped = atomic_load(&c->n_frames_dropped),
        .n_too_slow = atomic_load(&c->n_too_slow),
        .n_dead = atomic_load(&c->n_dead),
        .n_commands = atomic_load(&c->n_commands),
        .n_rounds = atomic_load(&c->n_rounds),
        .n_ticks = atomic_load(&c->n_ticks),
        .n_ticks_late = atomic_load(&c->n_ticks_late),
    };
}

void live_server_metrics(const struct live *live, struct text *text)
{
    live_count_write(&live->count, live->rows, text);
}

const struct conf_row live_conf_rows[LIVE_CONF_N] = {
    {.name = "live.connections",
     .type = CONF_INT,
     .least = 10,
     .most = 60000,
     .initial = "12000",
     .help = "広場に同時につなげる数。これを超えると、少し待つように答えます。"},
    {.name = "live.ping_s",
     .type = CONF_INT,
     .least = 1,
     .most = 30,
     .unit = "s",
     .initial = "2",
     .help = "つながっているかを確かめる間隔"},
    {.name = "live.dead_s",
     .type = CONF_INT,
     .least = 3,
     .most = 120,
     .unit = "s",
     .initial = "5",
     .help = "何も届かないとき、切れたとみなすまでの時間。live.ping_s の2倍より長くします。"},
};

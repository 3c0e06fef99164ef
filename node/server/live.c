/* Opening the realtime server and closing it, what is counted, its configuration. */
#include "node/server/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/server/live_priv.h"

#define STACK_BYTES ((size_t)512 * 1024) /* a command's JSON is read on it */
#define ARENA_BYTES 16384

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
    if (pthread_create(&live->thread, &attr, live_loop, live) != 0)
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
        rc = live_posts_create(live, why);
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
        rc = live_listen(live, why);
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
        live_take_posts(live);
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

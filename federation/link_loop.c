/* The links' thread: what other threads ask, lines that are ready, and what is due. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "federation/link_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/base/unconst.h"

#define EVENTS     64
#define POSTS      64 /* taken at once */
#define ROUNDS     16 /* of POSTS in one turn of the loop */
#define TICK_US    SECOND_US
#define IDLE_MS    INT64_C(1000)
#define OPENING_MS 20 /* while the time to listen has not come */
#define GOODBYE_MS INT64_C(200)

bool link_poll_add(struct link_conn *conn)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};

    return epoll_ctl(conn->links->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

bool link_poll_out(struct link_conn *conn, bool waits)
{
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = conn};

    if (conn->waits_out == waits)
        return true;
    conn->waits_out = waits;
    return epoll_ctl(conn->links->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event) == 0;
}

/* ---- what other threads ask ---- */

/* The desk's word of who is wanted and allowed; a place nobody wants any more is given up. */
static void read_desk(struct links *links)
{
    const int64_t now_utc_us = clock_utc_us();

    pthread_mutex_lock(&links->lock);
    for (int i = 0; i < LINK_PEERS_MOST; i++) {
        struct link_desk *desk = &links->desk[i];
        struct link_peer *peer = &links->peers[i];

        if (desk->is_used && !peer->is_used) {
            *peer = (struct link_peer){.links = links, .id = desk->peer, .is_used = true};
            peer->status = desk->status;
            link_stream_init(&peer->stream);
        }
        peer->want_until_utc_us =
            desk->want_until_utc_us > now_utc_us ? desk->want_until_utc_us : 0;
        peer->allow_until_utc_us =
            desk->allow_until_utc_us > now_utc_us ? desk->allow_until_utc_us : 0;
        if (desk->is_used && peer->want_until_utc_us == 0 && peer->allow_until_utc_us == 0 &&
            peer->conns[LINK_CTL] == NULL && peer->conns[LINK_RT] == NULL && !peer->is_up &&
            id_is_none(peer->stream.id) && !peer->dial[LINK_CTL].is_dialling &&
            !peer->dial[LINK_RT].is_dialling) {
            link_total_add(&links->past, &peer->status);
            link_peer_fini(peer);
            desk->is_used = peer->is_used = false;
        }
    }
    pthread_mutex_unlock(&links->lock);
}

static struct link_peer *peer_find(struct links *links, struct id id)
{
    for (int i = 0; i < LINK_PEERS_MOST; i++)
        if (links->peers[i].is_used && id_eq(links->peers[i].id, id))
            return &links->peers[i];
    return NULL;
}

/* A line that a dialler opened, or did not. */
static void take_line(struct links *links, struct link_message *message)
{
    const enum link_lane lane = message->is_rt ? LINK_RT : LINK_CTL;
    struct link_peer *peer = peer_find(links, message->peer);
    struct link_conn *conn;

    if (peer != NULL) {
        peer->dial[lane].is_dialling = false;
        if (message->is_denied)
            peer->dial[lane].next_mono_us = links->now_mono_us + LINK_DENIED_US;
    }
    if (peer != NULL && strcmp(peer->dial[lane].trouble, message->trouble) != 0) {
        memcpy(peer->dial[lane].trouble, message->trouble, sizeof message->trouble);
        if (message->line == NULL)
            log_info("link.not-opened", L_ID("peer", peer->id),
                     L_TEXT("lane", message->is_rt ? "rt" : "ctl"),
                     L_TEXT("why", message->trouble));
    }
    if (message->line == NULL)
        return;
    if (peer == NULL || peer->conns[lane] != NULL) {
        net_line_close(&message->line);
        return;
    }
    conn = link_conn_begin(links, net_line_fd(message->line), message->line);
    if (conn == NULL)
        return;
    conn->lane = lane;
    if (!link_poll_add(conn)) {
        conn->phase = LINK_GONE;
        return;
    }
    link_peer_line(peer, conn);
}

static void take_post(struct links *links, struct link_message *message)
{
    struct link_peer *peer;

    switch (message->kind) {
    case LINK_POST_LOOK:
        read_desk(links); /* before a line with a new ticket is looked at */
        links->ticked_mono_us = 0;
        return;
    case LINK_POST_SEND:
        peer = peer_find(links, message->peer);
        if (peer != NULL)
            link_peer_send(peer, message);
        free(unconst(message->frame.payload.p));
        return;
    case LINK_POST_LINE:
        take_line(links, message);
        return;
    case LINK_POST_FAULT:
        peer = peer_find(links, message->peer);
        if (peer != NULL && peer->conns[LINK_CTL] != NULL)
            link_peer_fault(peer->conns[LINK_CTL], message->rule);
        return;
    }
}

static void take_posts(struct links *links)
{
    struct link_message messages[POSTS];

    for (int round = 0; round < ROUNDS; round++) {
        size_t n = mbox_take(links->posts, messages, POSTS, 0);

        for (size_t i = 0; i < n; i++)
            take_post(links, &messages[i]);
        if (n < POSTS)
            return;
    }
}

/* ---- what is due ---- */

static void dial(struct link_peer *peer, enum link_lane lane)
{
    const struct link_dial dial = {peer->id, lane == LINK_RT};

    /* Counted from the beginning of a try: one that waited for an answer is followed by the
     * next at once, so that after a hole a SYN is never more than a second away. */
    peer->dial[lane].next_mono_us = peer->links->now_mono_us + LINK_RETRY_US;
    if (mbox_post(peer->links->dials, &dial, NULL) == ERR_OK)
        peer->dial[lane].is_dialling = true;
}

/* A line is wanted that nobody opens yet; rt waits for ctl. */
static bool lacks_line(const struct link_peer *peer, enum link_lane lane)
{
    return peer->conns[lane] == NULL && !peer->dial[lane].is_dialling &&
           (lane == LINK_CTL || peer->is_up) &&
           link_is_caller(peer->links->conf.node, peer->id, peer->want_until_utc_us != 0,
                          peer->allow_until_utc_us != 0);
}

static void dial_if_due(struct link_peer *peer, enum link_lane lane)
{
    struct links *links = peer->links;

    if (!lacks_line(peer, lane) || links->now_mono_us < peer->dial[lane].next_mono_us)
        return;
    if (links->conf.judge(links->conf.arg, peer->id, id_is_none(peer->stream.id)) == LINK_WHY_N)
        dial(peer, lane);
    else
        peer->dial[lane].next_mono_us = links->now_mono_us + LINK_RETRY_US;
}

static bool has_anything(const struct link_peer *peer)
{
    return peer->is_up || peer->conns[LINK_CTL] != NULL || peer->conns[LINK_RT] != NULL ||
           !id_is_none(peer->stream.id);
}

/* Each second: may it go on, and is it wanted? */
static void judge(struct link_peer *peer)
{
    struct links *links = peer->links;
    enum link_why why;

    if (!has_anything(peer))
        return;
    why = links->conf.judge(links->conf.arg, peer->id, false);
    if (why == LINK_WHY_N && peer->want_until_utc_us == 0 && peer->allow_until_utc_us == 0)
        why = LINK_UNWANTED;
    if (why != LINK_WHY_N)
        link_peer_end(peer, why);
    link_stream_age(&peer->stream, links->now_mono_us);
    link_publish(peer);
}

static void tick_conn(struct link_conn *conn)
{
    const int64_t now = conn->links->now_mono_us;

    switch (conn->phase) {
    case LINK_OPENING:
    case LINK_HELLO:
    case LINK_HELLO_BACK:
        if (now - conn->began_mono_us > LINK_OPEN_US)
            link_conn_end(conn, LINK_SILENT, 1002, "slow");
        return;
    case LINK_UP:
        if (now - conn->heard_mono_us > LINK_DEAD_US)
            link_conn_end(conn, LINK_SILENT, 0, "");
        else if (conn->line != NULL && now - conn->up_mono_us > LINK_RENEW_US)
            link_conn_end(conn, LINK_RENEWED, 1000, "renewed");
        else if (now - conn->pinged_mono_us >= LINK_ALIVE_US)
            link_conn_ping(conn);
        return;
    case LINK_CLOSING:
        if (now - conn->began_mono_us > LINK_CLOSE_US)
            conn->phase = LINK_GONE;
        return;
    case LINK_GONE:
        return;
    }
}

static void tick(struct links *links)
{
    read_desk(links);
    for (int i = 0; i < LINK_PEERS_MOST; i++)
        if (links->peers[i].is_used)
            judge(&links->peers[i]);
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next)
        tick_conn(conn);
    read_desk(links); /* places that have become free */
}

static void open_if_due(struct links *links)
{
    struct fail why = {.code = ERR_OK};

    if (links->is_open ||
        (links->conf.is_open != NULL && !links->conf.is_open(links->conf.arg)))
        return;
    links->is_open = true;
    if (link_door_open(links, &why) != ERR_OK)
        log_error("link.door", L_FAIL(&why));
}

/* What was posted in this round leaves together. */
static void send_if_due(struct link_peer *peer)
{
    for (int lane = 0; lane < LINK_LANES_N; lane++) {
        struct link_conn *conn = peer->conns[lane];
        bool is_due =
            peer->has_news[lane] || (lane == LINK_CTL && peer->credit_mono_us != 0 &&
                                     peer->links->now_mono_us >= peer->credit_mono_us);

        peer->has_news[lane] = false;
        if (is_due && conn != NULL && conn->phase == LINK_UP)
            link_conn_flush(conn);
    }
}

static void due(struct links *links)
{
    if (!links->is_open)
        open_if_due(links);
    if (links->now_mono_us - links->ticked_mono_us >= TICK_US) {
        links->ticked_mono_us = links->now_mono_us;
        tick(links);
    }
    for (int i = 0; i < LINK_PEERS_MOST; i++) {
        struct link_peer *peer = &links->peers[i];

        if (!peer->is_used)
            continue;
        send_if_due(peer);
        if (links->is_open) {
            dial_if_due(peer, LINK_CTL);
            dial_if_due(peer, LINK_RT);
        }
    }
}

/* ---- the rounds ---- */

static int wait_ms(const struct links *links)
{
    int64_t until = links->ticked_mono_us + TICK_US;

    for (const struct link_conn *conn = links->conns; conn != NULL; conn = conn->next)
        if (conn->is_ready || conn->phase == LINK_GONE)
            return 0;
    for (int i = 0; i < LINK_PEERS_MOST; i++) {
        const struct link_peer *peer = &links->peers[i];

        if (!peer->is_used)
            continue;
        if (peer->credit_mono_us != 0 && peer->credit_mono_us < until)
            until = peer->credit_mono_us;
        for (int lane = 0; lane < LINK_LANES_N; lane++)
            if (lacks_line(peer, (enum link_lane)lane) && peer->dial[lane].next_mono_us < until)
                until = peer->dial[lane].next_mono_us;
    }
    if (!links->is_open)
        return OPENING_MS;
    until -= clock_mono_us();
    return until <= 0 ? 1 : until >= IDLE_MS * 1000 ? (int)IDLE_MS : (int)(until / 1000 + 1);
}

static void settle(struct links *links)
{
    struct link_conn **at = &links->conns;

    while (*at != NULL) {
        struct link_conn *conn = *at;

        if (conn->phase != LINK_GONE) {
            at = &conn->next;
            continue;
        }
        *at = conn->next;
        link_conn_free(conn);
    }
}

static void round_once(struct links *links)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(links->epoll_fd, events, EVENTS, wait_ms(links));

    links->now_mono_us = clock_mono_us();
    take_posts(links);
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next)
        if (conn->is_ready)
            link_conn_turn(conn);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &links->listen_fd)
            link_door_accept(links);
        else if (events[i].data.ptr != links->posts)
            link_conn_event(events[i].data.ptr, events[i].events);
    }
    due(links);
    settle(links);
}

/* Everybody is told; what can go out at once goes. */
static void say_goodbye(struct links *links)
{
    int64_t until = clock_mono_us() + GOODBYE_MS * 1000;

    link_door_close(links);
    for (int i = 0; i < LINK_PEERS_MOST; i++)
        if (links->peers[i].is_used)
            link_peer_end(&links->peers[i], LINK_STOPPED);
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next)
        if (conn->phase != LINK_CLOSING)
            conn->phase = LINK_GONE;
    settle(links);
    while (links->conns != NULL && clock_mono_us() < until) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(links->epoll_fd, events, EVENTS, (int)GOODBYE_MS / 10);

        links->now_mono_us = clock_mono_us();
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr != links->posts && events[i].data.ptr != &links->listen_fd)
                link_conn_event(events[i].data.ptr, events[i].events);
        settle(links);
    }
    for (struct link_conn *conn = links->conns; conn != NULL; conn = conn->next)
        conn->phase = LINK_GONE;
    settle(links);
}

void *link_loop(void *arg)
{
    struct links *links = arg;
    int posts_fd = mbox_event_fd(links->posts);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = links->posts};

    pthread_setname_np(pthread_self(), "links");
    links->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    invariant(links->epoll_fd >= 0 && posts_fd >= 0 &&
                  epoll_ctl(links->epoll_fd, EPOLL_CTL_ADD, posts_fd, &event) == 0,
              "errno %d", errno);
    links->now_mono_us = clock_mono_us();
    while (!atomic_load(&links->is_stopping))
        round_once(links);
    say_goodbye(links);
    close(links->epoll_fd);
    links->epoll_fd = -1;
    return NULL;
}

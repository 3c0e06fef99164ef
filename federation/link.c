#include "federation/link.h"

#include <stdlib.h>
#include <unistd.h>

#include "federation/link_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/base/unconst.h"

#define POSTS_MOST  8192
#define DIALS_MOST  ((size_t)2 * LINK_PEERS_MOST)
#define STACK_BYTES ((size_t)512 * 1024) /* a TLS handshake and signatures */

static const char *const why_names[LINK_WHY_N] = {
    "cut",      "silent",  "renewed", "fault",   "full",     "unwanted",
    "contract", "revoked", "split",   "stopped", "draining",
};

const char *link_why_name(enum link_why why)
{
    return why == LINK_WHY_N ? "" : why_names[why];
}

bool link_is_caller(struct id own, struct id peer, bool is_wanted, bool is_allowed)
{
    return is_wanted && (!is_allowed || memcmp(own.b, peer.b, sizeof own.b) < 0);
}

/* ---- opening and closing ---- */

enum err links_open(const struct links_conf *conf, struct links **out, struct fail *why)
{
    struct links *links = calloc(1, sizeof *links);
    enum err rc;

    *out = NULL;
    if (links == NULL)
        return fail_set(why, ERR_NOMEM, "links");
    links->conf = *conf;
    links->listen_fd = links->epoll_fd = -1;
    pthread_mutex_init(&links->lock, NULL);
    links->peers = calloc(LINK_PEERS_MOST, sizeof *links->peers);
    rc = links->peers == NULL ? fail_set(why, ERR_NOMEM, "peers") : ERR_OK;
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct link_message), POSTS_MOST, &links->posts, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct link_dial), DIALS_MOST, &links->dials, why);
    if (rc != ERR_OK)
        links_close(&links);
    *out = links;
    return rc;
}

static enum err thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg,
                             struct fail *why)
{
    pthread_attr_t attr;
    int rc;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    rc = pthread_create(thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return rc == 0 ? ERR_OK : fail_set(why, ERR_NOMEM, "no thread");
}

enum err links_start(struct links *links, const struct link_feature *feature, struct fail *why)
{
    enum err rc = links->conf.door(links->conf.arg, &links->door, why);

    links->feature = *feature;
    if (rc == ERR_OK)
        rc = thread_start(&links->thread, link_loop, links, why);
    links->has_thread = rc == ERR_OK;
    for (int i = 0; rc == ERR_OK && i < LINK_DIALLERS; i++) {
        rc = thread_start(&links->diallers[i], link_dialler, links, why);
        links->n_diallers += rc == ERR_OK;
    }
    if (rc == ERR_OK)
        atomic_store(&links->is_started, true);
    else
        links_stop(links);
    return rc;
}

static void wake(struct links *links)
{
    const struct link_message look = {.kind = LINK_POST_LOOK};

    /* Full: then it is awake. */
    if (mbox_post(links->posts, &look, NULL) != ERR_OK)
        return;
}

void links_stop(struct links *links)
{
    if (links == NULL)
        return;
    atomic_store(&links->is_started, false);
    atomic_store(&links->is_stopping, true);
    wake(links);
    mbox_close(links->dials);
    for (; links->n_diallers > 0; links->n_diallers--)
        pthread_join(links->diallers[links->n_diallers - 1], NULL);
    if (links->has_thread)
        pthread_join(links->thread, NULL);
    links->has_thread = false;
}

static void message_fini(struct link_message *message)
{
    free(unconst(message->frame.payload.p));
    net_line_close(&message->line);
}

void links_close(struct links **links)
{
    struct links *l = *links;
    struct link_message message;

    if (l == NULL)
        return;
    while (l->posts != NULL && mbox_take(l->posts, &message, 1, 0) == 1)
        message_fini(&message);
    mbox_destroy(&l->posts);
    mbox_destroy(&l->dials);
    for (int i = 0; l->peers != NULL && i < LINK_PEERS_MOST; i++)
        link_peer_fini(&l->peers[i]);
    free(l->peers);
    pthread_mutex_destroy(&l->lock);
    free(l);
    *links = NULL;
}

/* ---- the desk ---- */

static struct link_desk *desk_find(struct links *links, struct id peer)
{
    for (int i = 0; i < LINK_PEERS_MOST; i++)
        if (links->desk[i].is_used && id_eq(links->desk[i].peer, peer))
            return &links->desk[i];
    return NULL;
}

static struct link_desk *desk_take(struct links *links, struct id peer)
{
    struct link_desk *desk = desk_find(links, peer);

    for (int i = 0; desk == NULL && i < LINK_PEERS_MOST; i++)
        if (!links->desk[i].is_used)
            desk = &links->desk[i];
    if (desk == NULL) {
        log_error("link.peers", L_INT("most", LINK_PEERS_MOST));
        return NULL;
    }
    if (!desk->is_used)
        *desk =
            (struct link_desk){.is_used = true,
                               .peer = peer,
                               .status = {.peer = peer, .lag_us = -1, .last_why = LINK_WHY_N}};
    return desk;
}

static void put_until(struct links *links, struct id peer, int64_t until_utc_us, bool is_want)
{
    struct link_desk *desk;

    pthread_mutex_lock(&links->lock);
    desk = until_utc_us == 0 ? desk_find(links, peer) : desk_take(links, peer);
    if (desk != NULL && is_want)
        desk->want_until_utc_us = until_utc_us;
    else if (desk != NULL)
        desk->allow_until_utc_us = until_utc_us;
    if (!is_want && until_utc_us == 0)
        link_ticket_drop(&links->tickets, peer);
    pthread_mutex_unlock(&links->lock);
    wake(links);
}

void links_want(struct links *links, struct id peer, int64_t until_utc_us)
{
    put_until(links, peer, until_utc_us, true);
}

void links_allow(struct links *links, struct id peer, int64_t until_utc_us)
{
    put_until(links, peer, until_utc_us, false);
}

enum err links_ticket(struct links *links, struct id peer, bool is_rt, char text_out[44],
                      struct fail *why)
{
    const int64_t now_utc_us = clock_utc_us();
    struct link_desk *desk;
    bool is_allowed = false, goes_on = false;

    if (!atomic_load(&links->is_started))
        return fail_set(why, ERR_UNAVAILABLE, "no links yet");
    pthread_mutex_lock(&links->lock);
    desk = desk_find(links, peer);
    if (desk != NULL) {
        goes_on = desk->has_stream;
        is_allowed =
            desk->allow_until_utc_us > now_utc_us &&
            !link_is_caller(links->conf.node, peer, desk->want_until_utc_us > now_utc_us, true);
    }
    pthread_mutex_unlock(&links->lock);
    if (!is_allowed)
        return fail_set(why, ERR_DENIED, "not allowed now");
    if (links->conf.judge(links->conf.arg, peer, !goes_on) != LINK_WHY_N)
        return fail_set(why, ERR_UNAVAILABLE, "no new link now");
    pthread_mutex_lock(&links->lock);
    link_ticket_make(&links->tickets, peer, is_rt, clock_mono_us(), text_out);
    pthread_mutex_unlock(&links->lock);
    return ERR_OK;
}

void link_publish(struct link_peer *peer)
{
    struct links *links = peer->links;
    struct link_desk *desk = &links->desk[peer - links->peers];

    peer->status.is_up = peer->is_up;
    peer->status.is_rt_up =
        peer->conns[LINK_RT] != NULL && peer->conns[LINK_RT]->phase == LINK_UP;
    peer->status.n_waiting = link_stream_n_kept(&peer->stream);
    pthread_mutex_lock(&links->lock);
    if (desk->is_used && id_eq(desk->peer, peer->id)) {
        desk->has_stream = !id_is_none(peer->stream.id);
        desk->status = peer->status;
    }
    pthread_mutex_unlock(&links->lock);
}

static void read_status(const struct link_desk *desk, struct link_status *out)
{
    const int64_t now_utc_us = clock_utc_us();

    *out = desk->status;
    out->is_wanted = desk->want_until_utc_us > now_utc_us;
    out->is_allowed = desk->allow_until_utc_us > now_utc_us;
}

bool links_status(struct links *links, struct id peer, struct link_status *out)
{
    const struct link_desk *desk;

    pthread_mutex_lock(&links->lock);
    desk = desk_find(links, peer);
    if (desk != NULL)
        read_status(desk, out);
    pthread_mutex_unlock(&links->lock);
    return desk != NULL;
}

void link_total_add(struct links_totals *totals, const struct link_status *status)
{
    totals->n_in += status->n_in;
    totals->n_out += status->n_out;
    totals->n_bytes_in += status->n_bytes_in;
    totals->n_bytes_out += status->n_bytes_out;
    totals->n_late += status->n_late;
    totals->n_unknown += status->n_unknown;
    totals->n_resumed += status->n_resumed;
    totals->n_new += status->n_new;
    totals->n_faults += status->n_faults;
}

void links_totals_read(struct links *links, struct links_totals *out)
{
    *out = (struct links_totals){.n_peers = 0};
    if (links == NULL)
        return;
    pthread_mutex_lock(&links->lock);
    *out = links->past;
    for (int i = 0; i < LINK_PEERS_MOST; i++) {
        const struct link_status *status = &links->desk[i].status;

        if (!links->desk[i].is_used)
            continue;
        link_total_add(out, status);
        out->n_peers++;
        out->n_up += status->is_up;
        out->n_rt_up += status->is_rt_up;
        out->n_waiting += status->n_waiting;
    }
    pthread_mutex_unlock(&links->lock);
}

/* ---- sending ---- */

static bool has_stream(struct links *links, struct id peer)
{
    const struct link_desk *desk;
    bool is_there;

    pthread_mutex_lock(&links->lock);
    desk = desk_find(links, peer);
    is_there = desk != NULL && desk->has_stream;
    pthread_mutex_unlock(&links->lock);
    return is_there;
}

enum err links_send(struct links *links, struct id peer, bool is_rt, const struct frame *frame,
                    struct fail *why)
{
    struct link_message message = {
        .kind = LINK_POST_SEND, .peer = peer, .is_rt = is_rt, .frame = *frame};
    uint8_t *payload = NULL;
    enum err rc;

    if (frame->payload.len > FRAME_PAYLOAD_MOST)
        return fail_set(why, ERR_TOO_LARGE, "payload of %zu bytes", frame->payload.len);
    if (!has_stream(links, peer))
        return fail_set(why, ERR_NOT_FOUND, "no link to that node");
    if (frame->payload.len > 0) {
        payload = malloc(frame->payload.len);
        if (payload == NULL)
            return fail_set(why, ERR_NOMEM, "payload of %zu bytes", frame->payload.len);
        memcpy(payload, frame->payload.p, frame->payload.len);
    }
    message.frame.payload = span_of(payload, frame->payload.len);
    if (message.frame.ts_ms == 0)
        message.frame.ts_ms = clock_utc_us() / 1000;
    message.at_mono_us = clock_mono_us();
    rc = mbox_post(links->posts, &message, why);
    if (rc != ERR_OK)
        free(payload);
    return rc;
}

void links_fault(struct links *links, struct id peer, const char *rule)
{
    const struct link_message message = {.kind = LINK_POST_FAULT, .peer = peer, .rule = rule};

    if (mbox_post(links->posts, &message, NULL) != ERR_OK)
        log_warn("link.fault-lost", L_ID("peer", peer), L_TEXT("rule", rule));
}

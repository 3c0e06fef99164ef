#include "voice/service_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "voice/rtp.h"
#include "voice/send_cost.h"

enum {
    DATA_STOP = 0,
    EVENTS = 32,
    SWEEP_MS = 1000,
    ASLEEP_MS = 250, /* longest wait: timers of handshakes and of consent */
    N_MIXERS = 16,
};

/* ---- what the node is told ---- */

static void on_speaks(void *arg, const struct hub_speaks *event)
{
    struct service *s = arg;
    const struct voice_frame frame = {.op = VOICE_OP_SPEAKS,
                                      .who = (uint16_t)event->source,
                                      .on = event->on,
                                      .mic = event->to,
                                      .number = event->number};

    control_tell(s->control, &frame);
}

static void on_spoke(void *arg, int source, enum hub_mic to, uint32_t number, int ms)
{
    struct service *s = arg;
    const struct voice_frame frame = {.op = VOICE_OP_SPOKE,
                                      .who = (uint16_t)source,
                                      .mic = to,
                                      .number = number,
                                      .ms = (uint16_t)ms};

    control_tell(s->control, &frame);
}

static void on_out(void *arg, int source, enum hub_mic to, uint32_t number,
                   const struct hub_voice *voice)
{
    struct service *s = arg;
    const struct voice_frame frame = {.op = VOICE_OP_SAID,
                                      .who = (uint16_t)source,
                                      .mic = to,
                                      .number = number,
                                      .packet = *voice};

    control_tell(s->control, &frame);
}

/* ---- packets out ---- */

static void tell_packet(struct service *s, int session, enum voice_slot slot,
                        struct span packet)
{
    static const struct rtp_ids none = {0};
    struct voice_frame frame = {.op = VOICE_OP_TO, .who = (uint16_t)session, .slot = slot};
    struct rtp rtp;

    if (!rtp_read(packet, &none, &rtp) || rtp.payload.len == 0)
        return;
    frame.packet =
        (struct hub_voice){.opus = rtp.payload, .time = rtp.time, .number = rtp.number};
    control_tell(s->control, &frame);
}

static void on_hub_send(void *arg, int session, enum voice_slot slot, struct span packet)
{
    struct service *s = arg;

    if (s->kinds[session] == SESSION_WS)
        tell_packet(s, session, slot, packet);
    else
        endpoint_send(s->endpoint, session, packet);
}

static void on_hub_rtcp(void *arg, int session, struct span packet)
{
    struct service *s = arg;

    if (s->kinds[session] == SESSION_RTC)
        endpoint_send(s->endpoint, session, packet);
}

static void on_endpoint_send(void *arg, const struct way *way, struct span bytes)
{
    struct service *s = arg;

    ports_send(s->ports, way, bytes, s->now_ms);
}

/* ---- packets in ---- */

static void on_bytes(void *arg, const struct way *way, struct span bytes, int64_t now_ms)
{
    struct service *s = arg;

    s->is_tcp = way->connection != 0;
    endpoint_feed(s->endpoint, way, bytes, now_ms);
}

static void on_way_ended(void *arg, const struct way *way)
{
    struct service *s = arg;

    if (s->endpoint != NULL)
        endpoint_way_drop(s->endpoint, way);
}

static void on_packet(void *arg, int session, struct span plain, bool is_rtcp)
{
    struct service *s = arg;

    if (is_rtcp)
        hub_rtcp(s->hub, session, plain, s->now_ms);
    else
        hub_rtp(s->hub, session, plain, s->now_ms);
}

/* The way that the last of the handshake came by is the one that answers go. */
static void on_ready(void *arg, int session)
{
    struct service *s = arg;
    const struct voice_frame frame = {.op = VOICE_OP_UP,
                                      .who = (uint16_t)session,
                                      .way = s->is_tcp ? VOICE_WAY_TCP : VOICE_WAY_UDP};

    control_tell(s->control, &frame);
}

/* The endpoint has closed it already. */
static void on_gone(void *arg, int session, enum endpoint_end end)
{
    struct service *s = arg;
    const struct voice_frame frame = {.op = VOICE_OP_GONE, .who = (uint16_t)session};

    (void)end;
    s->kinds[session] = SESSION_NONE;
    s->n_sessions--;
    hub_close(s->hub, session, s->now_ms);
    control_tell(s->control, &frame);
}

static void on_node_ended(void *arg, int64_t now_ms)
{
    struct service *s = arg;

    (void)now_ms;
    service_close_everybody(s);
}

/* ---- life ---- */

static enum err parts_open(struct service *s, const struct service_conf *conf, struct fail *why)
{
    const struct hub_conf hub = {.arg = s,
                                 .send = on_hub_send,
                                 .send_rtcp = on_hub_rtcp,
                                 .speaks = on_speaks,
                                 .spoke = on_spoke,
                                 .out = on_out,
                                 .n_mixers = N_MIXERS,
                                 .packet_ns = send_cost_ns()};
    const struct endpoint_calls endpoint = {.user = s,
                                            .send = on_endpoint_send,
                                            .packet = on_packet,
                                            .ready = on_ready,
                                            .gone = on_gone};
    const struct ports_conf ports = {.bind = conf->bind,
                                     .udp_port = conf->udp_port,
                                     .tcp_port = conf->tcp_port,
                                     .arg = s,
                                     .bytes = on_bytes,
                                     .ended = on_way_ended};
    const struct control_conf control = {
        .path = conf->socket, .arg = s, .said = service_said, .ended = on_node_ended};
    enum err rc = hub_create(&hub, &s->hub, why);

    if (rc == ERR_OK)
        rc = endpoint_create(&endpoint, &s->endpoint, why);
    if (rc == ERR_OK)
        rc = ports_open(&ports, s->epoll_fd, &s->ports, why);
    if (rc == ERR_OK)
        rc = control_open(&control, s->epoll_fd, &s->control, why);
    return rc;
}

enum err service_open(const struct service_conf *conf, struct service **service_out,
                      struct fail *why)
{
    struct service *s = calloc(1, sizeof *s);
    enum err rc;

    *service_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "service");
    s->now_ms = clock_mono_us() / 1000;
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    rc = s->epoll_fd >= 0 ? parts_open(s, conf, why)
                          : fail_set(why, ERR_INTERNAL, "epoll: errno %d", errno);
    if (rc != ERR_OK)
        service_close(&s);
    *service_out = s;
    return rc;
}

void service_close(struct service **service)
{
    struct service *s = *service;

    if (s == NULL)
        return;
    control_close(&s->control);
    ports_close(&s->ports);
    endpoint_destroy(&s->endpoint);
    hub_destroy(&s->hub);
    if (s->epoll_fd >= 0)
        close(s->epoll_fd);
    free(s);
    *service = NULL;
}

/* True: the end was asked for. */
static bool events_serve(struct service *s, const struct epoll_event *events, int n)
{
    bool is_to_end = false;

    for (int i = 0; i < n; i++) {
        uint64_t data = events[i].data.u64;

        if (data == DATA_STOP)
            is_to_end = true;
        else if ((data & PORTS_EVENT) != 0)
            ports_serve(s->ports, data, events[i].events, s->now_ms);
        else
            control_serve(s->control, data, s->now_ms);
    }
    return is_to_end;
}

enum err service_run(struct service *s, int stop_fd, struct fail *why)
{
    struct epoll_event stop = {.events = EPOLLIN, .data.u64 = DATA_STOP}, events[EVENTS];
    int64_t ticked_ms = s->now_ms;

    if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, stop_fd, &stop) != 0)
        return fail_set(why, ERR_INTERNAL, "epoll_ctl: errno %d", errno);
    for (;;) {
        bool is_awake = hub_is_awake(s->hub) || endpoint_is_waiting(s->endpoint);
        int64_t left_ms = ticked_ms + VOICE_TICK_MS - s->now_ms;
        int wait_ms = !is_awake ? ASLEEP_MS : left_ms > 0 ? (int)left_ms : 0;
        int n;

        ports_flush(s->ports);
        n = epoll_wait(s->epoll_fd, events, EVENTS, wait_ms);

        if (n < 0 && errno != EINTR)
            return fail_set(why, ERR_INTERNAL, "epoll_wait: errno %d", errno);
        s->now_ms = clock_mono_us() / 1000;
        if (events_serve(s, events, n))
            return ERR_OK;
        if (s->now_ms - ticked_ms >= VOICE_TICK_MS) {
            ticked_ms = s->now_ms;
            hub_tick(s->hub, s->now_ms);
            endpoint_tick(s->endpoint, s->now_ms);
        }
        if (s->now_ms - s->swept_ms >= SWEEP_MS) {
            s->swept_ms = s->now_ms;
            ports_sweep(s->ports, s->now_ms);
        }
    }
}

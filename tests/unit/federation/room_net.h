/* tests/unit/federation/room_net.h - three towns in one process: a host, two guests, each with
 * a real room, and links as federation/link.h promises them: ctl in order, each frame once,
 * kept while it is cut; rt dropped when it is. What a room shows is written down. Threads: one.
 * Owns: everything until net_end. */
#ifndef TESTS_UNIT_FEDERATION_ROOM_NET_H
#define TESTS_UNIT_FEDERATION_ROOM_NET_H

#include <stdio.h>
#include <stdlib.h>

#include "federation/mirror_room.h"
#include "node/base/err.h"
#include "tests/t.h"

#define NET         static __attribute__((unused))
#define NET_TOWNS   3 /* 0 is the host */
#define NET_SEEN    4096
#define NET_NOW     (INT64_C(1000) * SECOND_US)
#define NET_MESSAGE (FRAME_PAYLOAD_MOST + 64)

struct net_frame {
    struct frame frame;
    bool is_rt;
    struct net_frame *next;
    uint8_t payload[];
};
struct net_line {
    struct id line;
    char text[64];
};
struct net_event {
    enum { NET_BLOCKED, NET_STOP, NET_CONFIRMED, NET_LATE, NET_BOARD, NET_GONE } kind;
    struct id id, account;
    unsigned what;
    bool on;
};
struct net;
struct town {
    struct net *net;
    int self;
    struct mirror_room *room;
    struct room_feature feature;
    int n_put, n_taken, n_changed, n_moved, n_reacted, n_heard, n_shown;
    int n_voiced;             /* packets of others */
    struct frame_voice voice; /* the last; its bytes below */
    uint8_t opus[16], speaker[FRAME_PSEUD_BYTES];
    struct net_line lines[NET_SEEN]; /* shown, of others */
    struct net_event events[NET_SEEN];
    int n_events;
    /* How it behaves. */
    bool does_not_stop, is_slow;  /* stop() cannot be done; lines wait for net_write */
    const char *bad_name;         /* name() replaces it */
    struct room_line waiting[64]; /* texts are owned */
    int n_waiting;
    uint64_t number;
};
struct net {
    struct town towns[NET_TOWNS];
    struct net_frame *queues[NET_TOWNS][NET_TOWNS], *ends[NET_TOWNS][NET_TOWNS]; /* from, to */
    bool is_up[NET_TOWNS]; /* of a guest's link */
    int n_sent[NET_TOWNS][NET_TOWNS], n_rt[NET_TOWNS][NET_TOWNS];
    int n_faults[NET_TOWNS], n_drops[NET_TOWNS];
    enum room_rule rule; /* the last one */
    int64_t now_us;
};

NET struct id net_id(int kind, int n)
{
    return (struct id){
        {0x01, (uint8_t)kind, (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0x70, 1, 0x80}};
}
NET struct id net_node(int town)
{
    return net_id(1, town + 1);
}
NET void net_pseud(int town, int n, uint8_t out[FRAME_PSEUD_BYTES])
{
    memset(out, 0, FRAME_PSEUD_BYTES);
    out[0] = (uint8_t)(town + 1);
    out[1] = (uint8_t)(n >> 8);
    out[2] = (uint8_t)n;
    out[9] = 0x55;
}
static int town_of(struct id node)
{
    return node.b[3] - 1;
}

/* Nothing that leaves a room holds the id of an account. */
static bool net_has_account(struct span bytes)
{
    for (size_t at = 0; at + 16 <= bytes.len; at++)
        for (int town = 0; town < NET_TOWNS; town++)
            for (int n = 0; n < 20; n++)
                if (memcmp(bytes.p + at, net_id(2 + town, n).b, 16) == 0)
                    return true;
    return false;
}

static void net_send(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    struct town *town = arg;
    struct net *net = town->net;
    int to = town_of(peer), from = town->self, guest = from == 0 ? to : from;
    struct net_frame *one;

    T_OK(!net_has_account(frame->payload) && !net_has_account(span_of(frame->pseud, 10)),
         "no account leaves");
    if (is_rt && !net->is_up[guest])
        return;
    one = malloc(sizeof *one + frame->payload.len);
    invariant(one != NULL, "memory");
    one->frame = *frame;
    one->is_rt = is_rt;
    one->next = NULL;
    if (frame->payload.len > 0)
        memcpy(one->payload, frame->payload.p, frame->payload.len);
    one->frame.payload = span_of(one->payload, frame->payload.len);
    if (net->queues[from][to] == NULL)
        net->queues[from][to] = one;
    else
        net->ends[from][to]->next = one;
    net->ends[from][to] = one;
    net->n_sent[from][to]++;
    net->n_rt[from][to] += is_rt;
}
static bool net_name(void *arg, struct id node, struct room_look *look)
{
    struct town *town = arg;

    (void)node;
    if (town->bad_name == NULL || strcmp(look->name, town->bad_name) != 0)
        return false;
    snprintf(look->name, sizeof look->name, "someone");
    return true;
}
static void net_put(void *arg, struct room_figure *figure)
{
    struct town *town = arg;

    T_OK(figure->owner == NULL, "put once");
    figure->owner = town;
    town->n_put++;
}
static void net_changed(void *arg, struct room_figure *figure)
{
    struct town *town = arg;

    T_OK(figure->owner == town, "changed is shown");
    town->n_changed++;
}
static void net_moved(void *arg, struct room_figure *figure, const struct frame_pos *pos,
                      bool is_steered)
{
    struct town *town = arg;

    (void)pos;
    (void)is_steered;
    T_OK(figure->owner == town, "moved is shown");
    town->n_moved++;
}
static void net_taken(void *arg, struct room_figure *figure)
{
    struct town *town = arg;

    T_OK(figure->owner == town, "taken is shown");
    figure->owner = NULL;
    town->n_taken++;
}
static void net_reacted(void *arg, struct room_figure *figure, uint8_t kind)
{
    struct town *town = arg;

    (void)kind;
    T_OK(figure->owner == town, "reacts is shown");
    town->n_reacted++;
}
static void net_voiced(void *arg, struct room_figure *figure, const struct frame_voice *voice)
{
    struct town *town = arg;
    size_t len = voice->opus.len < sizeof town->opus ? voice->opus.len : sizeof town->opus;

    T_OK(figure->owner == town && !figure->is_lost, "who speaks is shown");
    town->n_voiced++;
    town->voice = *voice;
    memcpy(town->opus, voice->opus.p, len);
    town->voice.opus = span_of(town->opus, len);
    memcpy(town->speaker, figure->pseud, sizeof town->speaker);
}
NET void net_show(struct town *town, const struct room_line *line)
{
    struct room_figure *figure = NULL;

    T_EQ(mirror_room_pass(town->room, line, &figure, NULL), ERR_OK, "told on");
    if (figure == NULL)
        return;
    invariant(town->n_shown < NET_SEEN && line->text.len < sizeof town->lines[0].text, "lines");
    town->lines[town->n_shown].line = line->line;
    snprintf(town->lines[town->n_shown].text, sizeof town->lines[0].text, "%.*s",
             SPAN_ARG(line->text));
    town->n_shown++;
}
static void net_heard(void *arg, const struct room_figure *figure, const struct room_line *line)
{
    struct town *town = arg;

    T_OK(memcmp(figure->pseud, line->pseud, FRAME_PSEUD_BYTES) == 0, "its figure");
    town->n_heard++;
    if (town->is_slow) {
        struct room_line *wait = &town->waiting[town->n_waiting++];
        uint8_t *text = malloc(line->text.len);

        invariant(text != NULL && town->n_waiting < 64, "waiting");
        memcpy(text, line->text.p, line->text.len);
        *wait = *line;
        wait->text = span_of(text, line->text.len);
        return;
    }
    net_show(town, line);
}
/* What waited is written now. */
NET void net_write(struct town *town)
{
    for (int i = 0; i < town->n_waiting; i++) {
        net_show(town, &town->waiting[i]);
        free((void *)(uintptr_t)town->waiting[i].text.p);
    }
    town->n_waiting = 0;
}
static void net_event(struct town *town, struct net_event event)
{
    invariant(town->n_events < NET_SEEN, "events");
    town->events[town->n_events++] = event;
}
static void net_gone(void *arg, struct id line)
{
    net_event(arg, (struct net_event){.kind = NET_GONE, .id = line});
}
static bool net_stop(void *arg, const struct room_act *act, struct id account)
{
    struct town *town = arg;

    net_event(town, (struct net_event){NET_STOP, act->act, account, act->what, act->on});
    return !town->does_not_stop;
}
static void net_blocked(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line,
                        uint8_t why)
{
    (void)pseud;
    net_event(arg, (struct net_event){.kind = NET_BLOCKED, .id = line, .what = why});
}
static void net_confirmed(void *arg, const struct room_act *act)
{
    net_event(arg, (struct net_event){.kind = NET_CONFIRMED, .id = act->act});
}
static void net_late(void *arg, const struct room_act *act)
{
    net_event(arg, (struct net_event){.kind = NET_LATE, .id = act->act});
}
static bool net_board(void *arg, struct id peer, const struct frame *frame)
{
    (void)peer;
    net_event(arg, (struct net_event){.kind = NET_BOARD, .what = (unsigned)frame->type});
    return true;
}

/* A room as it begins: also after a program was killed. */
NET void town_begin(struct net *net, int self, int places)
{
    struct town *town = &net->towns[self];
    struct room_conf conf = {.is_host = self == 0,
                             .self = net_node(self),
                             .class = 7,
                             .begins_ms = 1000,
                             .ends_ms = 2000,
                             .feature = &town->feature};

    mirror_room_destroy(&town->room); /* of a program that was killed */
    memset(town, 0, sizeof *town);
    town->net = net;
    town->self = self;
    town->feature = (struct room_feature){
        .arg = town,
        .send = net_send,
        .name = net_name,
        .put = net_put,
        .changed = net_changed,
        .moved = net_moved,
        .taken = net_taken,
        .reacted = net_reacted,
        .voiced = net_voiced,
        .heard = net_heard,
        .gone = net_gone,
        .stop = net_stop,
        .blocked = net_blocked,
        .confirmed = net_confirmed,
        .late = net_late,
        .board = net_board,
    };
    T_EQ(mirror_room_create(&conf, &town->room, NULL), ERR_OK, "a room");
    for (int peer = 0; peer < NET_TOWNS; peer++)
        if (peer != self && (self == 0 || peer == 0))
            T_EQ(mirror_room_peer(town->room, net_node(peer), places, NULL), ERR_OK, "peer");
}
static void net_drop_queue(struct net *net, int from, int to)
{
    while (net->queues[from][to] != NULL) {
        struct net_frame *one = net->queues[from][to];

        net->queues[from][to] = one->next;
        free(one);
    }
}
NET struct net *net_begin(int places)
{
    struct net *net = calloc(1, sizeof *net);

    invariant(net != NULL, "memory");
    net->now_us = NET_NOW;
    for (int i = 0; i < NET_TOWNS; i++)
        town_begin(net, i, places);
    return net;
}
NET void net_end(struct net **net)
{
    for (int i = 0; i < NET_TOWNS; i++) {
        struct town *town = &(*net)->towns[i];

        net_write(town);
        mirror_room_destroy(&town->room);
        T_EQ(town->n_put, town->n_taken, "who was put was taken");
        for (int j = 0; j < NET_TOWNS; j++)
            net_drop_queue(*net, i, j);
    }
    free(*net);
    *net = NULL;
}

NET enum room_got net_take(struct net *net, int at, int from, const struct frame *frame)
{
    enum room_got got =
        mirror_room_take(net->towns[at].room, net_node(from), frame, net->now_us, &net->rule);

    net->n_faults[at] += got == ROOM_FAULT;
    net->n_drops[at] += got == ROOM_DROPPED;
    return got;
}
/* One frame that waits; false: none. */
NET bool net_step(struct net *net, int from, int to)
{
    struct net_frame *one = net->queues[from][to];

    if (one == NULL || !net->is_up[from == 0 ? to : from])
        return false;
    net->queues[from][to] = one->next;
    one->frame.seq = 1;
    T_EQ(frame_body_check(&one->frame, NULL), ERR_OK, "what is sent is well made");
    (void)net_take(net, to, from, &one->frame);
    free(one);
    return true;
}
/* Until nothing is on its way. */
NET void net_run(struct net *net)
{
    bool is_on = true;

    while (is_on) {
        is_on = false;
        for (int guest = 1; guest < NET_TOWNS; guest++) {
            is_on = net_step(net, 0, guest) || is_on;
            is_on = net_step(net, guest, 0) || is_on;
        }
    }
}
NET void net_up(struct net *net, int guest, bool is_whole)
{
    net->is_up[guest] = true;
    if (!is_whole) {
        net_drop_queue(net, 0, guest);
        net_drop_queue(net, guest, 0);
    }
    mirror_room_up(net->towns[0].room, net_node(guest), is_whole, net->now_us);
    mirror_room_up(net->towns[guest].room, net_node(0), is_whole, net->now_us);
}
NET void net_down(struct net *net, int guest)
{
    net->is_up[guest] = false;
    mirror_room_down(net->towns[0].room, net_node(guest), net->now_us);
    mirror_room_down(net->towns[guest].room, net_node(0), net->now_us);
}
NET void net_all_up(struct net *net)
{
    for (int guest = 1; guest < NET_TOWNS; guest++)
        net_up(net, guest, false);
    net_run(net);
}
NET void net_pass_time(struct net *net, int64_t us)
{
    net->now_us += us;
    for (int i = 0; i < NET_TOWNS; i++)
        mirror_room_tick(net->towns[i].room, net->now_us);
    net_run(net);
}

/* ---- people ---- */

NET void net_come(struct net *net, int town, int n, bool is_staff, const char *name)
{
    struct room_look look = {.is_staff = is_staff, .kind = 3, .at = {100, (uint16_t)(100 + n)}};
    uint8_t pseud[FRAME_PSEUD_BYTES];

    net_pseud(town, n, pseud);
    snprintf(look.name, sizeof look.name, "%s", name);
    T_EQ(mirror_room_here(net->towns[town].room, net_id(2 + town, n), pseud, &look, NULL),
         ERR_OK, "comes");
}
NET void net_go(struct net *net, int town, int n)
{
    mirror_room_left(net->towns[town].room, net_id(2 + town, n));
}
NET struct id net_say(struct net *net, int town, int n, const char *text)
{
    struct room_line line = {.node = net_node(town),
                             .number = ++net->towns[town].number,
                             .at_ms = net->now_us / 1000,
                             .text = span_text(text)};

    line.line = net_id(20 + town, (int)line.number);
    net_pseud(town, n, line.pseud);
    T_EQ(mirror_room_say(net->towns[town].room, &line, NULL), ERR_OK, "says");
    return line.line;
}
NET bool net_sees(struct net *net, int at, int town, int n)
{
    uint8_t pseud[FRAME_PSEUD_BYTES];
    const struct room_figure *figure;

    net_pseud(town, n, pseud);
    figure = mirror_room_find(net->towns[at].room, pseud);
    return figure != NULL && figure->owner != NULL;
}
NET int net_n_heard(struct net *net, int at, struct id line)
{
    int n = 0;

    for (int i = 0; i < net->towns[at].n_shown; i++)
        n += id_eq(net->towns[at].lines[i].line, line);
    return n;
}
NET int net_n_events(struct net *net, int at, int kind)
{
    int n = 0;

    for (int i = 0; i < net->towns[at].n_events; i++)
        n += (int)net->towns[at].events[i].kind == kind;
    return n;
}
NET struct room_status net_status(struct net *net, int at)
{
    struct room_status status;

    mirror_room_status(net->towns[at].room, &status);
    return status;
}

/* ---- frames by hand ---- */

struct net_made {
    struct frame frame;
    uint8_t bytes[NET_MESSAGE];
};
NET struct frame *net_make(struct net_made *made, enum frame_type type, int town, int n)
{
    *made = (struct net_made){.frame = {.type = type, .class = 7, .seq = 1, .ts_ms = 1}};
    net_pseud(town, n, made->frame.pseud);
    return &made->frame;
}
NET struct frame *net_join(struct net_made *made, int town, int n, int node, bool is_staff)
{
    const struct frame_look look = {
        .is_staff = is_staff, .node = net_node(node), .name = SPAN("x")};
    struct bytes_out out = {made->bytes, 0, sizeof made->bytes};

    (void)net_make(made, FRAME_JOIN, town, n);
    T_EQ(frame_look_write(&look, &out, NULL), ERR_OK, "join");
    made->frame.payload = span_of(out.p, out.len);
    return &made->frame;
}
NET struct frame *net_chat(struct net_made *made, int town, int n, int node, uint64_t number,
                           const char *text)
{
    const struct frame_chat chat = {.node = net_node(node),
                                    .number = number,
                                    .line = net_id(40 + town, (int)(number & 0xffff)),
                                    .text = span_text(text)};
    struct bytes_out out = {made->bytes, 0, sizeof made->bytes};

    (void)net_make(made, FRAME_CHAT, town, n);
    T_EQ(frame_chat_write(&chat, &out, NULL), ERR_OK, "chat");
    made->frame.payload = span_of(out.p, out.len);
    return &made->frame;
}
NET struct frame *net_voice(struct net_made *made, int town, int n, bool is_announce,
                            size_t n_opus)
{
    static const uint8_t sound[FRAME_OPUS_MOST];
    const struct frame_voice voice = {.number = 1, .opus = span_of(sound, n_opus)};
    struct bytes_out out = {made->bytes, 0, sizeof made->bytes};

    (void)net_make(made, FRAME_VOICE, town, n);
    made->frame.flags = is_announce ? FRAME_ANNOUNCE : 0;
    T_EQ(frame_voice_write(&voice, &out, NULL), ERR_OK, "voice");
    made->frame.payload = span_of(out.p, out.len);
    return &made->frame;
}
NET struct frame *net_bytes(struct net_made *made, enum frame_type type, int town, int n,
                            struct span payload)
{
    (void)net_make(made, type, town, n);
    if (payload.len > 0)
        memcpy(made->bytes, payload.p, payload.len);
    made->frame.payload = span_of(made->bytes, payload.len);
    return &made->frame;
}

#endif

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/server/live_priv.h"

/* ---- phases ---- */

void live_conn_phase(struct live_conn *conn, enum live_phase phase)
{
    struct live *live = conn->head.live;
    struct live_line *from = live_line_of(live, conn->phase);
    struct live_line *to = live_line_of(live, (uint8_t)phase);

    if (from != NULL)
        live_line_take(from, conn);
    atomic_fetch_sub(&live->count.n_open, conn->phase == LIVE_OPEN);
    atomic_fetch_sub(&live->count.n_opening, conn->phase == LIVE_OPENING);
    conn->phase = (uint8_t)phase;
    atomic_fetch_add(&live->count.n_open, conn->phase == LIVE_OPEN);
    atomic_fetch_add(&live->count.n_opening, conn->phase == LIVE_OPENING);
    if (to == NULL)
        return;
    conn->since_mono_us = live->now_mono_us;
    live_line_add(to, conn);
}

/* Anything that came is a sign of life. */
static void heard(struct live_conn *conn)
{
    struct live *live = conn->head.live;

    if (conn->phase != LIVE_OPEN)
        return;
    conn->since_mono_us = live->now_mono_us;
    live_line_take(&live->open, conn);
    live_line_add(&live->open, conn);
}

void live_conn_gone(struct live_conn *conn, enum live_end end)
{
    if (conn->phase == LIVE_GONE)
        return;
    if (conn->phase == LIVE_OPEN) /* else the end has a reason already */
        conn->end = (uint8_t)end;
    live_conn_phase(conn, LIVE_GONE);
    live_ended(conn);
}

/* ---- the beginning and the end ---- */

static void opening_free(struct live_conn *conn)
{
    if (conn->opening != NULL)
        free(conn->opening->bytes);
    free(conn->opening);
    conn->opening = NULL;
}

/* The answer goes out whole or not at all: nothing was sent before it. */
static void refuse(struct live_conn *conn, enum refusal refusal)
{
    char answer[WS_ANSWER_CAP];
    size_t len = ws_handshake_refuse(refusal, answer);

    live_count_add(&conn->head.live->count.refused[refusal], 1);
    if (conn->phase == LIVE_GONE)
        return;
    live_conn_phase(conn, LIVE_LINGER);
    if (send(conn->fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len ||
        shutdown(conn->fd, SHUT_WR) != 0)
        live_conn_gone(conn, LIVE_END_CUT);
}

struct live_conn *live_conn_begin(struct live *live, int fd, bool is_beyond)
{
    struct live_conn *conn = calloc(1, sizeof *conn);
    uint16_t slot;

    if (conn == NULL) {
        close(fd);
        return NULL;
    }
    slot = live->free_slots[--live->n_free];
    if (slot >= live->n_used)
        live->n_used = slot + 1u;
    live->slots[slot] = conn;
    live->n_conns++;
    live->n_refused += is_beyond;
    conn->head = live->head;
    conn->id = ++live->n_serials << LIVE_SLOT_BITS | slot;
    conn->fd = fd;
    conn->is_beyond = is_beyond;
    conn->phase = LIVE_GONE; /* of no line yet */
    ws_reader_init(&conn->reader);
    ws_queue_init(&conn->queue);
    live_conn_phase(conn, LIVE_OPENING);
    if (is_beyond)
        refuse(conn, live->is_draining ? REFUSE_STARTING : REFUSE_BUSY);
    return conn;
}

static void conn_free(struct live_conn *conn)
{
    struct live *live = conn->head.live;
    uint16_t slot = (uint16_t)conn->id;

    close(conn->fd);
    opening_free(conn);
    while (conn->breaches != NULL) {
        struct live_breach *next = conn->breaches->next;

        free(conn->breaches);
        conn->breaches = next;
    }
    ws_reader_fini(&conn->reader);
    ws_queue_fini(&conn->queue);
    live->slots[slot] = NULL;
    live->free_slots[live->n_free++] = slot;
    live->n_conns--;
    live->n_refused -= conn->is_beyond;
    free(conn);
}

void live_conn_settle(struct live_conn *conn)
{
    struct live *live = conn->head.live;
    void *visitor = conn->visitor;

    if (visitor != NULL) {
        conn->visitor = NULL;
        live_count_add(&live->count.ended[conn->end], 1);
        live->feature->closed(live->feature->arg, visitor, (enum live_end)conn->end,
                              live->now_mono_us);
    }
    if (conn->phase == LIVE_GONE && !conn->is_ready && !conn->is_ended)
        conn_free(conn);
}

/* ---- frames ---- */

static void pong(struct live_conn *conn, struct span payload)
{
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};

    if (ws_shared_create(WS_OP_PONG, payload, &frame, &fail) == ERR_OK)
        live_conn_send(conn, frame, WS_KEEP);
    else
        log_error("live.pong", L_FAIL(&fail));
    ws_shared_unref(&frame);
}

/* Only 1000 says good-bye. A browser that gave its line up for dead closes with another code,
 * or none (1005), and that frame may still arrive after the line is whole again. */
static enum live_end end_of(int close_code)
{
    switch (close_code) {
    case 1000:
        return LIVE_END_BYE;
    case 1001:
        return LIVE_END_AWAY;
    default:
        return LIVE_END_CUT;
    }
}

static void close_seen(struct live_conn *conn, int close_code)
{
    conn->is_close_seen = true;
    if (conn->phase == LIVE_OPEN)
        live_conn_end(conn, close_code, "", true, end_of(close_code));
    else
        live_conn_flush(conn); /* the answer to ours */
}

static void fault(struct live_conn *conn, enum ws_fault which)
{
    struct live *live = conn->head.live;

    live_count_add(&live->count.faults[which], 1);
    log_info("live.fault", L_TEXT("rule", ws_fault_name(which)),
             L_ID("account", conn->caller.account));
    live_conn_end(conn, ws_fault_close_code(which), ws_fault_name(which), true, LIVE_END_FAULT);
}

/* All that the bytes hold, or as much of it as one turn allows. */
static void take_frames(struct live_conn *conn, struct ws_bytes *bytes)
{
    struct live *live = conn->head.live;

    for (;;) {
        struct ws_message message;
        enum ws_got got = ws_reader_next(&conn->reader, bytes, live->now_mono_us, &message);
        bool is_open = conn->phase == LIVE_OPEN;

        switch (got) {
        case WS_GOT_NOTHING:
        case WS_GOT_ENOUGH:
            return;
        case WS_GOT_TEXT:
            if (is_open)
                live_command_text(conn, message.payload);
            break;
        case WS_GOT_BINARY:
            if (is_open)
                live_command_binary(conn, message.payload);
            break;
        case WS_GOT_PING:
            if (is_open)
                pong(conn, message.payload);
            break;
        case WS_GOT_PONG:
            break;
        case WS_GOT_CLOSE:
            close_seen(conn, message.close_code);
            break;
        case WS_GOT_FAULT:
            fault(conn, message.fault);
            break;
        }
        arena_reset(live->arena);
    }
}

static void take_bytes(struct live_conn *conn, struct ws_bytes bytes)
{
    struct fail fail = {.code = ERR_INTERNAL};

    take_frames(conn, &bytes);
    if (conn->phase == LIVE_GONE)
        return;
    if (ws_reader_end(&conn->reader, bytes, &fail) != ERR_OK) {
        log_error("live.read", L_FAIL(&fail));
        live_conn_end(conn, 1011, "memory", true, LIVE_END_OURS);
    }
    if (ws_reader_has_rest(&conn->reader))
        live_ready(conn);
}

/* ---- the handshake ---- */

/* The ticket is used up only where somebody is at home. */
static bool let_in(struct live_conn *conn, const struct ws_handshake *handshake)
{
    struct live *live = conn->head.live;
    const struct live_feature *feature = live->feature;
    struct fail fail = {.code = ERR_INTERNAL};
    struct ws_ticket ticket;

    if (feature == NULL || live->is_draining) {
        refuse(conn, REFUSE_STARTING);
        return false;
    }
    if (ws_tickets_take(live->tickets, handshake->ticket, live->now_mono_us, &ticket, &fail) !=
        ERR_OK) {
        log_info("live.ticket", L_FAIL(&fail));
        refuse(conn, REFUSE_NOT_SIGNED_IN);
        return false;
    }
    conn->caller = ticket.caller;
    snprintf(conn->address, sizeof conn->address, "%.*s", SPAN_ARG(handshake->address));
    live_conn_phase(conn, LIVE_OPEN);
    conn->is_corked = true;
    conn->visitor =
        feature->opened(feature->arg, conn, &conn->caller, ticket.pass, live->now_mono_us);
    arena_reset(live->arena);
    if (conn->visitor != NULL)
        return true;
    ws_queue_fini(&conn->queue);
    ws_queue_init(&conn->queue);
    conn->is_corked = false;
    refuse(conn, REFUSE_UNAVAILABLE);
    return false;
}

/* 101, then what the feature has said, then what came early. */
static void open_up(struct live_conn *conn, const struct ws_handshake *handshake,
                    struct ws_bytes early)
{
    char answer[WS_ANSWER_CAP];
    size_t len = ws_handshake_accept(handshake, answer);

    conn->is_corked = false;
    live_count_add(&conn->head.live->count.n_opened, 1);
    if (send(conn->fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len) {
        live_conn_gone(conn, LIVE_END_CUT);
        return;
    }
    live_conn_flush(conn);
    if (early.len > 0 && conn->phase != LIVE_GONE)
        take_bytes(conn, early);
}

static bool keep(struct live_opening *opening, const uint8_t *bytes, size_t len)
{
    uint8_t *larger = realloc(opening->bytes, opening->len + len);

    if (larger == NULL)
        return false;
    memcpy(larger + opening->len, bytes, len);
    opening->bytes = larger;
    opening->len += len;
    return true;
}

/* bytes: all that came; it may lie in the loop's buffer. */
static void read_head(struct live_conn *conn, struct ws_handshake *handshake,
                      struct ws_bytes bytes)
{
    struct live *live = conn->head.live;
    struct ws_bytes early;

    switch (ws_handshake_read(handshake, span_of(bytes.p, bytes.len),
                              span_text(live->conf.origin))) {
    case WS_HEAD_MORE:
        return;
    case WS_HEAD_REFUSED:
        log_info("live.refused", L_TEXT("why", handshake->why));
        refuse(conn, handshake->refusal);
        return;
    case WS_HEAD_READY:
        early = (struct ws_bytes){bytes.p + handshake->n_bytes, bytes.len - handshake->n_bytes};
        if (let_in(conn, handshake))
            open_up(conn, handshake, early);
        return;
    }
}

static void take_head(struct live_conn *conn, uint8_t *bytes, size_t len)
{
    struct ws_handshake whole = {.n_seen = 0};

    if (conn->opening == NULL) { /* it mostly comes in one piece */
        read_head(conn, &whole, (struct ws_bytes){bytes, len});
        if (conn->phase != LIVE_OPENING)
            return;
        conn->opening = calloc(1, sizeof *conn->opening);
        if (conn->opening == NULL || !keep(conn->opening, bytes, len))
            live_conn_gone(conn, LIVE_END_CUT);
        else
            conn->opening->handshake = whole;
        return;
    }
    if (!keep(conn->opening, bytes, len)) {
        live_conn_gone(conn, LIVE_END_CUT);
        return;
    }
    read_head(conn, &conn->opening->handshake,
              (struct ws_bytes){conn->opening->bytes, conn->opening->len});
    if (conn->phase != LIVE_OPENING)
        opening_free(conn);
}

/* ---- turns ---- */

/* How many bytes came; 0: none, or it is over. */
static size_t receive(struct live_conn *conn)
{
    struct live *live = conn->head.live;
    ssize_t n = recv(conn->fd, live->buffer, sizeof live->buffer, MSG_DONTWAIT);

    if (n > 0) {
        heard(conn);
        return (size_t)n;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        live_conn_gone(conn, LIVE_END_CUT);
    return 0;
}

void live_conn_turn(struct live_conn *conn)
{
    struct live *live = conn->head.live;
    struct ws_bytes rest = {NULL, 0};
    size_t n;

    switch ((enum live_phase)conn->phase) {
    case LIVE_OPENING:
        n = receive(conn);
        if (n > 0)
            take_head(conn, live->buffer, n);
        return;
    case LIVE_OPEN:
    case LIVE_CLOSING:
        rest = ws_reader_begin(&conn->reader);
        if (rest.len == 0) {
            n = receive(conn);
            rest = (struct ws_bytes){live->buffer, n};
        }
        if (conn->phase != LIVE_GONE)
            take_bytes(conn, rest);
        return;
    case LIVE_LINGER:
        receive(conn); /* nobody looks at it */
        return;
    case LIVE_GONE:
        return;
    }
}

void live_conn_event(struct live_conn *conn, uint32_t events)
{
    if (conn->phase == LIVE_GONE)
        return;
    if (events & EPOLLOUT)
        live_conn_flush(conn);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        live_ready(conn);
}

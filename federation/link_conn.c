#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "federation/link_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/digest.h"

#define WS_HEAD_MOST 14    /* of a masked frame with a long length */
#define RT_BUF_BYTES 65536 /* what waits in the system is late already */

/* ---- the beginning and the end ---- */

struct link_conn *link_conn_begin(struct links *links, int fd, struct net_line *line)
{
    struct link_conn *conn = calloc(1, sizeof *conn);

    if (conn != NULL) {
        conn->out = malloc(LINK_OUT_BYTES);
        conn->handshake = line == NULL ? calloc(1, sizeof *conn->handshake) : NULL;
        conn->head = line == NULL ? malloc(WS_HEAD_CAP_BYTES) : NULL;
    }
    if (conn == NULL || conn->out == NULL ||
        (line == NULL && (conn->handshake == NULL || conn->head == NULL))) {
        log_error("link.memory", L_NONE);
        if (conn != NULL) {
            free(conn->out);
            free(conn->handshake);
            free(conn->head);
        }
        free(conn);
        if (line == NULL)
            close(fd);
        net_line_close(&line);
        return NULL;
    }
    conn->links = links;
    conn->line = line;
    conn->fd = fd;
    conn->phase = line == NULL ? LINK_OPENING : LINK_HELLO;
    conn->is_stranger = line == NULL;
    links->n_strangers += conn->is_stranger;
    if (line == NULL)
        ws_reader_init(&conn->reader);
    else
        ws_reader_init_of_server(&conn->reader);
    conn->began_mono_us = conn->heard_mono_us = conn->pinged_mono_us = links->now_mono_us;
    conn->next = links->conns;
    links->conns = conn;
    return conn;
}

static void opening_over(struct link_conn *conn)
{
    conn->links->n_strangers -= conn->is_stranger;
    conn->is_stranger = false;
    free(conn->handshake);
    free(conn->head);
    conn->handshake = NULL;
    conn->head = NULL;
}

void link_conn_free(struct link_conn *conn)
{
    if (conn->peer != NULL) { /* it broke without another word */
        struct link_peer *peer = conn->peer;

        conn->peer = NULL;
        link_peer_lost(peer, conn, LINK_CUT);
    }
    opening_over(conn);
    ws_reader_fini(&conn->reader);
    if (conn->line == NULL)
        close(conn->fd);
    net_line_close(&conn->line);
    free(conn->out);
    free(conn);
}

/* ---- out ---- */

/* The head of one whole frame, written so that it ends at `end`; returns where it begins. A
 * client's has a mask, drawn here and put on the payload behind it (RFC 6455, section 5.3). */
static uint8_t *put_head(const struct link_conn *conn, uint8_t *end, enum ws_opcode opcode,
                         size_t len)
{
    const bool is_masked = conn->line != NULL;
    const size_t n_len = len > 65535 ? 8 : len > 125 ? 2 : 0;
    uint8_t *mask = end - (is_masked ? 4 : 0), *p = mask - n_len - 2;

    p[0] = (uint8_t)(0x80 | opcode);
    p[1] = (uint8_t)((is_masked ? 0x80 : 0) | (n_len == 8 ? 127 : n_len == 2 ? 126 : (int)len));
    for (size_t i = 0; i < n_len; i++)
        p[2 + i] = (uint8_t)(len >> (8 * (n_len - 1 - i)));
    if (is_masked) {
        digest_random(mask, 4);
        for (size_t i = 0; i < len; i++)
            end[i] ^= mask[i & 3];
    }
    return p;
}

/* Behind what waits already. False: there is no room. */
static bool put_now(struct link_conn *conn, enum ws_opcode opcode, struct span payload)
{
    uint8_t room[WS_HEAD_MOST + WS_CONTROL_CAP_BYTES + FRAME_HEAD_BYTES], *p;
    size_t len;

    invariant(payload.len <= sizeof room - WS_HEAD_MOST, "%zu bytes", payload.len);
    if (payload.len > 0)
        memcpy(room + WS_HEAD_MOST, payload.p, payload.len);
    p = put_head(conn, room + WS_HEAD_MOST, opcode, payload.len);
    len = (size_t)(room + WS_HEAD_MOST - p) + payload.len;
    if (len > LINK_OUT_BYTES - conn->out_len)
        return false;
    memcpy(conn->out + conn->out_len, p, len);
    conn->out_len += len;
    return true;
}

/* How many bytes went; -1: the line is of no more use. */
static ssize_t write_some(struct link_conn *conn)
{
    struct span bytes = span_of(conn->out + conn->out_at, conn->out_len - conn->out_at);
    size_t n = 0;
    ssize_t sent;

    if (conn->line != NULL) {
        switch (net_line_send(conn->line, bytes, &n)) {
        case NET_LINE_SOME:
            return (ssize_t)n;
        case NET_LINE_LATER:
            return 0;
        case NET_LINE_GONE:
            return -1;
        }
    }
    do
        sent = send(conn->fd, bytes.p, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 && (errno == EAGAIN || errno == ENOBUFS) ? 0 : sent;
}

/* The next message of the lane, if there is any. */
static bool fill(struct link_conn *conn)
{
    uint8_t *payload = conn->out + WS_HEAD_MOST, *begin;
    size_t n;

    conn->out_at = conn->out_len = 0;
    if (conn->phase != LINK_UP)
        return false;
    n = link_peer_fill(conn, payload, LINK_OUT_BYTES - LINK_OUT_SPARE - WS_HEAD_MOST);
    if (n == 0)
        return conn->out_at < conn->out_len; /* a close, if it was ended just now */
    begin = put_head(conn, payload, WS_OP_BINARY, n);
    conn->out_at = (size_t)(begin - conn->out);
    conn->out_len = WS_HEAD_MOST + n;
    return true;
}

/* Our last word has left. A socket that is closed with bytes unread takes back what it sent. */
static void sent_all(struct link_conn *conn)
{
    if (conn->phase != LINK_CLOSING)
        return;
    if (conn->line != NULL || shutdown(conn->fd, SHUT_WR) != 0)
        conn->phase = LINK_GONE;
}

void link_conn_flush(struct link_conn *conn)
{
    while (conn->phase != LINK_GONE) {
        ssize_t n;

        if (conn->out_at == conn->out_len && !fill(conn))
            break;
        n = write_some(conn);
        if (n < 0) {
            link_conn_end(conn, LINK_CUT, 0, "");
            return;
        }
        if (n == 0) {
            if (!link_poll_out(conn, true))
                link_conn_end(conn, LINK_CUT, 0, "");
            return;
        }
        conn->out_at += (size_t)n;
        if (conn->peer != NULL)
            conn->peer->status.n_bytes_out += (uint64_t)n;
    }
    if (conn->phase == LINK_GONE)
        return;
    if (!link_poll_out(conn, false))
        link_conn_end(conn, LINK_CUT, 0, "");
    sent_all(conn);
}

void link_conn_say(struct link_conn *conn, const struct frame *frame)
{
    uint8_t bytes[WS_CONTROL_CAP_BYTES + FRAME_HEAD_BYTES];
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (frame_write(frame, &out, NULL) != ERR_OK ||
        !put_now(conn, WS_OP_BINARY, span_of(out.p, out.len)))
        link_conn_end(conn, LINK_FULL, 0, "");
    else
        link_conn_flush(conn);
}

void link_conn_ping(struct link_conn *conn)
{
    uint8_t at[8];
    struct bytes_out out = {at, 0, sizeof at};

    conn->pinged_mono_us = conn->links->now_mono_us;
    bytes_put_number(&out, (uint64_t)conn->links->now_mono_us, sizeof at);
    if (put_now(conn, WS_OP_PING, span_of(at, sizeof at)))
        link_conn_flush(conn);
}

void link_conn_end(struct link_conn *conn, enum link_why why, int code, const char *reason)
{
    struct link_peer *peer = conn->peer;
    const bool can_say = code != 0 && conn->phase != LINK_OPENING;
    uint8_t payload[WS_CONTROL_CAP_BYTES] = {(uint8_t)(code >> 8), (uint8_t)code};
    struct span text = span_cut(span_text(reason), 0, sizeof payload - 2);

    if (conn->phase == LINK_CLOSING || conn->phase == LINK_GONE) {
        conn->phase = code == 0 ? LINK_GONE : conn->phase;
        return;
    }
    conn->phase = can_say ? LINK_CLOSING : LINK_GONE;
    conn->began_mono_us = conn->links->now_mono_us;
    conn->peer = NULL;
    if (peer != NULL)
        link_peer_lost(peer, conn, why);
    if (!can_say)
        return;
    if (text.len > 0)
        memcpy(payload + 2, text.p, text.len);
    if (put_now(conn, WS_OP_CLOSE, span_of(payload, 2 + text.len)))
        link_conn_flush(conn);
    else
        conn->phase = LINK_GONE;
}

/* ---- the handshake, at the host ---- */

/* The answer goes out whole or not at all: nothing was sent before it. */
static void refuse(struct link_conn *conn, enum refusal refusal, const char *why)
{
    char answer[WS_ANSWER_CAP];
    size_t len = ws_handshake_refuse(refusal, answer);

    log_info("link.refused", L_TEXT("code", refusal_code(refusal)), L_TEXT("rule", why));
    conn->phase = LINK_CLOSING;
    conn->began_mono_us = conn->links->now_mono_us;
    memcpy(conn->out, answer, len);
    conn->out_at = 0;
    conn->out_len = len;
    link_conn_flush(conn);
}

static void let_in(struct link_conn *conn)
{
    struct links *links = conn->links;
    char answer[WS_ANSWER_CAP];
    struct id peer;
    bool is_rt = false, is_good;

    pthread_mutex_lock(&links->lock);
    is_good = link_ticket_take(&links->tickets, conn->handshake->ticket, links->now_mono_us,
                               &peer, &is_rt);
    pthread_mutex_unlock(&links->lock);
    if (!is_good || !link_peer_known(conn, peer, is_rt)) {
        refuse(conn, REFUSE_NOT_SIGNED_IN, is_good ? "not allowed" : "ticket");
        return;
    }
    conn->out_len = ws_handshake_accept(conn->handshake, answer);
    conn->out_at = 0;
    memcpy(conn->out, answer, conn->out_len);
    conn->phase = LINK_HELLO;
    link_conn_flush(conn);
}

static void take_bytes(struct link_conn *conn, struct ws_bytes bytes);

static void take_head(struct link_conn *conn, const uint8_t *bytes, size_t len)
{
    const size_t room = WS_HEAD_CAP_BYTES - conn->head_len, take = len < room ? len : room;
    struct ws_handshake *handshake = conn->handshake;
    size_t n_head;

    memcpy(conn->head + conn->head_len, bytes, take);
    conn->head_len += take;
    switch (ws_handshake_read_node(handshake, span_of(conn->head, conn->head_len))) {
    case WS_HEAD_MORE:
        if (room <= len) /* the reader refuses the byte behind the last */
            refuse(conn, REFUSE_HEAD_SIZE, "head");
        return;
    case WS_HEAD_REFUSED:
        refuse(conn, handshake->refusal, handshake->why);
        return;
    case WS_HEAD_READY:
        break;
    }
    n_head = handshake->n_bytes;
    let_in(conn);
    /* A caller waits for the answer before it speaks. */
    if (conn->phase == LINK_HELLO && (n_head < conn->head_len || take < len))
        link_peer_fault(conn, "early");
    opening_over(conn);
}

/* ---- in ---- */

/* A pong says when its ping went out; one that nobody asked for says nothing. */
static void take_pong(const struct link_conn *conn, struct span payload)
{
    struct bytes_in in = {.rest = payload};
    int64_t at = (int64_t)bytes_get_number(&in, 8);

    if (conn->peer != NULL && conn->lane == LINK_CTL && !in.is_short &&
        at == conn->pinged_mono_us)
        conn->peer->status.lag_us = clock_mono_us() - at;
}

/* False: the line is over. */
static bool take_one(struct link_conn *conn, enum ws_got got, const struct ws_message *message)
{
    switch (got) {
    case WS_GOT_NOTHING:
    case WS_GOT_ENOUGH:
        return false;
    case WS_GOT_BINARY:
        link_peer_message(conn, message->payload);
        break;
    case WS_GOT_TEXT:
        link_peer_fault(conn, "text");
        break;
    case WS_GOT_PING:
        if (put_now(conn, WS_OP_PONG, message->payload))
            link_conn_flush(conn);
        break;
    case WS_GOT_PONG:
        take_pong(conn, message->payload);
        break;
    case WS_GOT_CLOSE:
        link_conn_end(conn, LINK_CUT, 1000, "");
        break;
    case WS_GOT_FAULT:
        link_peer_fault(conn, ws_fault_name(message->fault));
        break;
    }
    return conn->phase < LINK_CLOSING;
}

static void take_bytes(struct link_conn *conn, struct ws_bytes bytes)
{
    struct ws_message message;
    bool goes_on = true;

    while (goes_on)
        goes_on = take_one(
            conn, ws_reader_next(&conn->reader, &bytes, conn->links->now_mono_us, &message),
            &message);
    if (ws_reader_end(&conn->reader, bytes, NULL) != ERR_OK)
        link_conn_end(conn, LINK_CUT, 0, "");
}

/* How many bytes came; 0: none now, or it is over. */
static size_t receive(struct link_conn *conn)
{
    struct links *links = conn->links;
    size_t n = 0;

    if (conn->line != NULL) {
        switch (net_line_recv(conn->line, links->buffer, sizeof links->buffer, &n)) {
        case NET_LINE_SOME:
            break;
        case NET_LINE_LATER:
            return 0;
        case NET_LINE_GONE:
            link_conn_end(conn, LINK_CUT, 0, "");
            return 0;
        }
    } else {
        ssize_t got = recv(conn->fd, links->buffer, sizeof links->buffer, MSG_DONTWAIT);

        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            link_conn_end(conn, LINK_CUT, 0, "");
        n = got > 0 ? (size_t)got : 0;
    }
    if (n > 0)
        conn->heard_mono_us = links->now_mono_us;
    if (n > 0 && conn->peer != NULL) {
        conn->peer->status.n_bytes_in += n;
        if (conn->lane == LINK_CTL)
            conn->peer->status.heard_utc_us = clock_utc_us();
    }
    return n;
}

void link_conn_turn(struct link_conn *conn)
{
    conn->is_ready = false;
    for (int i = 0; i < LINK_TURN_READS; i++) {
        struct ws_bytes rest = conn->phase == LINK_OPENING || conn->phase >= LINK_CLOSING
                                   ? (struct ws_bytes){NULL, 0}
                                   : ws_reader_begin(&conn->reader);
        if (rest.len == 0) {
            size_t n = conn->phase == LINK_GONE ? 0 : receive(conn);

            if (n == 0)
                return;
            rest = (struct ws_bytes){conn->links->buffer, n};
        }
        if (conn->phase == LINK_OPENING)
            take_head(conn, rest.p, rest.len);
        else if (conn->phase < LINK_CLOSING)
            take_bytes(conn, rest);
    }
    conn->is_ready = conn->phase != LINK_GONE;
}

void link_conn_event(struct link_conn *conn, uint32_t events)
{
    if (conn->phase == LINK_GONE)
        return;
    if (events & EPOLLOUT)
        link_conn_flush(conn);
    if (conn->phase != LINK_GONE && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        link_conn_turn(conn);
}

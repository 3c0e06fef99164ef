#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "node/base/log.h"
#include "node/server/live_priv.h"

#define PIECES 16

static void ask_out(struct live_conn *conn, bool waits)
{
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = conn};

    if (conn->waits_out == waits)
        return;
    conn->waits_out = waits;
    if (epoll_ctl(conn->head.live->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event) != 0)
        live_conn_gone(conn, LIVE_END_CUT);
}

/* On Linux EWOULDBLOCK is the same number. */
static bool is_full(int number)
{
    return number == EAGAIN || number == ENOBUFS;
}

static void sent(struct live_conn *conn, size_t n_bytes)
{
    live_count_add(&conn->head.live->count.n_bytes_sent, n_bytes);
}

/* How many bytes went at once; -1: the socket is gone. */
static ssize_t send_now(struct live_conn *conn, struct span bytes)
{
    ssize_t n;

    do
        n = send(conn->fd, bytes.p, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && is_full(errno))
        return 0;
    if (n > 0)
        sent(conn, (size_t)n);
    return n;
}

/* What of frame has gone out already is n_sent. */
static void queue(struct live_conn *conn, struct ws_shared *frame, enum ws_keep keep,
                  size_t n_sent)
{
    struct live *live = conn->head.live;
    struct fail fail = {.code = ERR_INTERNAL};
    /* One that was begun has to be ended. */
    enum err rc = ws_queue_push(&conn->queue, frame, n_sent > 0 ? WS_KEEP : keep, &fail);
    uint32_t n_dropped = ws_queue_take_dropped(&conn->queue);

    live_count_add(&live->count.n_frames_dropped, n_dropped);
    conn->has_lost = conn->has_lost || n_dropped > 0;
    if (rc == ERR_OK) {
        if (n_sent > 0)
            ws_queue_wrote(&conn->queue, n_sent);
        if (!conn->is_corked) /* all of it may have been dropped: then for the picture */
            ask_out(conn, conn->has_lost || !ws_queue_is_empty(&conn->queue));
    } else if (rc == ERR_BUSY && n_sent == 0) {
        live_count_add(&live->count.n_too_slow, 1);
        live_conn_end(conn, 1013, "too slow", true, LIVE_END_OURS);
    } else if (rc != ERR_CONFLICT) { /* no memory, or a frame that was begun and is too long */
        log_error("live.send", L_FAIL(&fail));
        live_conn_gone(conn, LIVE_END_OURS);
    }
}

void live_conn_send(struct live_conn *conn, struct ws_shared *frame, enum ws_keep keep)
{
    struct span bytes = ws_shared_bytes(frame);
    ssize_t n = 0;

    if (conn->phase != LIVE_OPEN)
        return;
    /* After one that was lost the next would be misread: a whole picture comes first. */
    if (keep == WS_MAY_DROP && (conn->is_behind || conn->has_lost)) {
        conn->has_lost = true;
        live_count_add(&conn->head.live->count.n_frames_dropped, 1);
        return;
    }
    live_count_add(&conn->head.live->count.n_frames_sent, 1);
    if (!conn->is_corked && ws_queue_is_empty(&conn->queue))
        n = send_now(conn, bytes);
    if (n < 0)
        live_conn_gone(conn, LIVE_END_CUT);
    else if ((size_t)n < bytes.len)
        queue(conn, frame, keep, (size_t)n);
}

/* What is old when it comes is better not sent: buffers on the way hold seconds. */
void live_conn_sound(struct live_conn *conn, struct ws_shared *frame, unsigned ms)
{
    struct span bytes = ws_shared_bytes(frame);
    bool is_in_time = !conn->is_behind && !conn->is_corked;
    ssize_t n = 0;

    if (conn->phase != LIVE_OPEN)
        return;
    if (is_in_time && ws_queue_is_empty(&conn->queue))
        n = send_now(conn, bytes);
    if (n < 0)
        live_conn_gone(conn, LIVE_END_CUT);
    else if (n > 0 && (size_t)n < bytes.len)
        queue(conn, frame, WS_KEEP, (size_t)n);
    else if (n == 0 && is_in_time && ws_queue_push_sound(&conn->queue, frame, ms))
        ask_out(conn, true);
    else if (n == 0)
        live_count_add(&conn->head.live->count.n_sound_let_go, 1);
}

/* False: no more goes now. */
static bool write_some(struct live_conn *conn)
{
    struct iovec pieces[PIECES];
    struct msghdr message = {.msg_iov = pieces};
    int n_pieces = ws_queue_peek(&conn->queue, pieces, PIECES);
    ssize_t n;

    if (n_pieces == 0)
        return false;
    message.msg_iovlen = (size_t)n_pieces;
    do
        n = sendmsg(conn->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        sent(conn, (size_t)n);
        ws_queue_wrote(&conn->queue, (size_t)n);
        return true;
    }
    if (!is_full(errno))
        live_conn_gone(conn, LIVE_END_CUT);
    return false;
}

/* Who has lost movement and has read all the rest gets a whole picture. */
static void refresh(struct live_conn *conn)
{
    struct live *live = conn->head.live;

    if (conn->phase != LIVE_OPEN || conn->visitor == NULL || conn->is_behind ||
        !ws_queue_is_empty(&conn->queue) || !conn->has_lost)
        return;
    conn->has_lost = false;
    live->feature->refresh(live->feature->arg, conn->visitor, live->now_mono_us);
}

void live_conn_beat(struct live_conn *conn)
{
    live_conn_send(conn, conn->head.live->beat, WS_KEEP);
    if (conn->n_beats_open < UINT8_MAX)
        conn->n_beats_open++;
    /* A program that never answers one is judged by its socket alone. */
    if (conn->answers_beats && conn->n_beats_open > LIVE_BEHIND_BEATS)
        conn->is_behind = true;
}

void live_conn_beat_seen(struct live_conn *conn)
{
    if (!conn->answers_beats) /* its first: what came before it began to answer does not count
                               */
        conn->n_beats_open = 0;
    conn->answers_beats = true;
    if (conn->n_beats_open > 0)
        conn->n_beats_open--;
    if (!conn->is_behind || conn->n_beats_open > 1)
        return;
    conn->is_behind = false;
    refresh(conn);
}

/* Our close has left. Who broke a rule may still be sending: a socket that is closed with bytes
 * unread takes back what it had sent. */
static void finish(struct live_conn *conn)
{
    if (conn->is_close_seen)
        live_conn_gone(conn, LIVE_END_OURS); /* the feature was told the reason before */
    else if (conn->end == LIVE_END_FAULT && shutdown(conn->fd, SHUT_WR) == 0)
        live_conn_phase(conn, LIVE_LINGER);
}

void live_conn_flush(struct live_conn *conn)
{
    if (conn->is_corked)
        return;
    while (conn->phase != LIVE_GONE && write_some(conn))
        ;
    if (conn->phase == LIVE_GONE)
        return;
    ask_out(conn, !ws_queue_is_empty(&conn->queue));
    if (conn->phase == LIVE_CLOSING && ws_queue_is_finished(&conn->queue))
        finish(conn);
    refresh(conn);
}

void live_conn_end(struct live_conn *conn, int close_code, const char *reason, bool is_at_once,
                   enum live_end end)
{
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    if (conn->phase != LIVE_OPEN)
        return;
    live_conn_phase(conn, LIVE_CLOSING);
    conn->end = (uint8_t)end;
    rc = ws_shared_create_close(close_code, reason, &frame, &fail);
    if (rc == ERR_OK)
        rc = ws_queue_close(&conn->queue, frame, is_at_once, &fail);
    ws_shared_unref(&frame);
    live_ended(conn);
    if (rc != ERR_OK) {
        log_error("live.close", L_FAIL(&fail));
        live_conn_gone(conn, end);
        return;
    }
    live_conn_flush(conn);
}

void live_conn_close(struct live_conn *conn, int close_code, bool is_at_once)
{
    live_conn_end(conn, close_code, "", is_at_once, LIVE_END_OURS);
}

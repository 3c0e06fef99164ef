#include "voice/tcp_frame.h"

#include "node/base/err.h"

/* ---- in ---- */

static size_t get16(const uint8_t *p)
{
    return (size_t)(p[0] << 8 | p[1]);
}

/* Moves bytes into the part until it holds want of them. False: there were not enough. */
static bool fill(struct tcp_frame_reader *reader, size_t want, struct span *bytes)
{
    struct span some;

    if (reader->len >= want)
        return true;
    some = span_cut(*bytes, 0, want - reader->len);
    if (some.len > 0)
        memcpy(reader->part + reader->len, some.p, some.len);
    reader->len += some.len;
    *bytes = span_from(*bytes, some.len);
    return reader->len == want;
}

enum tcp_frame_got tcp_frame_read(struct tcp_frame_reader *reader, struct span *bytes,
                                  struct span *frame_out)
{
    for (;;) {
        size_t len;

        *frame_out = SPAN_NONE;
        if (!fill(reader, TCP_FRAME_HEAD_BYTES, bytes))
            return TCP_FRAME_GOT_NONE;
        len = get16(reader->part);
        if (len > VOICE_PACKET_MAX)
            return TCP_FRAME_GOT_FAULT;
        if (reader->len == TCP_FRAME_HEAD_BYTES && bytes->len >= len) {
            *frame_out = span_cut(*bytes, 0, len); /* whole: it need not be moved */
            *bytes = span_from(*bytes, len);
        } else if (fill(reader, TCP_FRAME_HEAD_BYTES + len, bytes)) {
            *frame_out = span_of(reader->part + TCP_FRAME_HEAD_BYTES, len);
        } else {
            return TCP_FRAME_GOT_NONE;
        }
        reader->len = 0;
        if (len > 0)
            return TCP_FRAME_GOT_ONE;
    }
}

/* ---- out ---- */

/* Before each frame as it is sent: when it came. */
#define TIME_BYTES sizeof(int64_t)

static size_t entry_bytes(const struct tcp_frame_queue *queue, size_t at)
{
    return TIME_BYTES + TCP_FRAME_HEAD_BYTES + get16(queue->bytes + at + TIME_BYTES);
}

static void cut(struct tcp_frame_queue *queue, size_t from, size_t to)
{
    memmove(queue->bytes + from, queue->bytes + to, queue->len - to);
    queue->len -= to - from;
}

static void late_drop(struct tcp_frame_queue *queue, int64_t now_ms)
{
    size_t from = queue->n_sent > 0 ? entry_bytes(queue, 0) : 0, to = from;

    while (to < queue->len) {
        int64_t came_ms;

        memcpy(&came_ms, queue->bytes + to, sizeof came_ms);
        if (now_ms - came_ms < TCP_FRAME_LATE_MS)
            break;
        to += entry_bytes(queue, to);
        queue->n_dropped++;
    }
    if (to > from)
        cut(queue, from, to);
}

void tcp_frame_push(struct tcp_frame_queue *queue, struct span frame, int64_t now_ms)
{
    uint8_t *p;

    invariant(frame.len > 0 && frame.len <= VOICE_PACKET_MAX, "%zu bytes", frame.len);
    late_drop(queue, now_ms);
    if (sizeof queue->bytes - queue->len < TIME_BYTES + TCP_FRAME_HEAD_BYTES + frame.len) {
        queue->n_dropped++;
        return;
    }
    p = queue->bytes + queue->len;
    memcpy(p, &now_ms, TIME_BYTES);
    p[TIME_BYTES] = (uint8_t)(frame.len >> 8);
    p[TIME_BYTES + 1] = (uint8_t)frame.len;
    memcpy(p + TIME_BYTES + TCP_FRAME_HEAD_BYTES, frame.p, frame.len);
    queue->len += TIME_BYTES + TCP_FRAME_HEAD_BYTES + frame.len;
}

struct span tcp_frame_next(struct tcp_frame_queue *queue, int64_t now_ms)
{
    size_t at;

    late_drop(queue, now_ms);
    if (queue->len == 0)
        return SPAN_NONE;
    at = TIME_BYTES + queue->n_sent;
    return span_of(queue->bytes + at, entry_bytes(queue, 0) - at);
}

void tcp_frame_sent(struct tcp_frame_queue *queue, size_t n_bytes)
{
    size_t whole;

    if (n_bytes == 0)
        return;
    whole = entry_bytes(queue, 0);
    queue->n_sent += n_bytes;
    invariant(TIME_BYTES + queue->n_sent <= whole, "%zu of %zu", queue->n_sent, whole);
    if (TIME_BYTES + queue->n_sent < whole)
        return;
    queue->n_sent = 0;
    cut(queue, 0, whole);
}

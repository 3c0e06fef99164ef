/* covers: voice/tcp_frame.c */
/* Bytes of a TCP connection: the first says how long a piece is. However they are cut, the same
 * frames come out. The same bytes then tell a queue what to take, how much of it goes out and
 * how time passes: what a reader at the other end sees is whole frames, in turn, none late. */
#include "voice/tcp_frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define SAID_CAP    65536

struct said {
    uint8_t bytes[2 * SAID_CAP];
    size_t len;
    bool is_over;
};

static struct said whole, cut;
static struct tcp_frame_reader reader;
static struct tcp_frame_queue queue;

static void read_in(struct span bytes, size_t piece, struct said *said)
{
    memset(&reader, 0, sizeof reader);
    *said = (struct said){.len = 0};
    for (size_t at = 0; at < bytes.len && !said->is_over; at += piece) {
        struct span some = span_cut(bytes, at, piece), frame;
        enum tcp_frame_got got;

        while ((got = tcp_frame_read(&reader, &some, &frame)) == TCP_FRAME_GOT_ONE) {
            CHECK(frame.len > 0 && frame.len <= VOICE_PACKET_MAX);
            said->bytes[said->len++] = (uint8_t)(frame.len >> 8);
            said->bytes[said->len++] = (uint8_t)frame.len;
            memcpy(said->bytes + said->len, frame.p, frame.len);
            said->len += frame.len;
        }
        CHECK(got == TCP_FRAME_GOT_FAULT || some.len == 0);
        said->is_over = got == TCP_FRAME_GOT_FAULT;
    }
}

/* What the other end read: each frame is filled with its number. */
static void see(struct span sent, uint8_t *last_number, uint64_t *n_seen)
{
    struct span frame;

    while (tcp_frame_read(&reader, &sent, &frame) == TCP_FRAME_GOT_ONE) {
        CHECK(*n_seen == 0 || (uint8_t)(frame.p[0] - *last_number) < 128);
        for (size_t i = 0; i < frame.len; i++)
            CHECK(frame.p[i] == frame.p[0]);
        *last_number = frame.p[0];
        ++*n_seen;
    }
}

/* Two bytes a step: what to do and how much. */
static void queue_runs(struct span steps)
{
    uint64_t n_pushed = 0, n_seen = 0;
    uint8_t last_number = 0, frame[VOICE_PACKET_MAX];
    int64_t now_ms = 0;
    struct span next;

    memset(&reader, 0, sizeof reader);
    memset(&queue, 0, sizeof queue);
    for (size_t i = 0; i + 1 < steps.len && n_pushed < 120; i += 2) {
        size_t much = steps.p[i + 1];

        if (steps.p[i] < 100) {
            size_t len = 1 + much * 5;

            memset(frame, (int)n_pushed++, len);
            tcp_frame_push(&queue, span_of(frame, len), now_ms);
        } else if (steps.p[i] < 200) {
            next = span_cut(tcp_frame_next(&queue, now_ms), 0, much * 6);
            see(next, &last_number, &n_seen);
            tcp_frame_sent(&queue, next.len);
        } else {
            now_ms += (int64_t)much;
        }
        CHECK(queue.len <= sizeof queue.bytes);
    }
    while ((next = tcp_frame_next(&queue, now_ms)).len > 0) {
        see(next, &last_number, &n_seen);
        tcp_frame_sent(&queue, next.len);
    }
    CHECK(reader.len == 0 && n_seen + queue.n_dropped == n_pushed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes;

    if (size < 2 || size > SAID_CAP)
        return 0;
    bytes = span_of(data + 1, size - 1);
    read_in(bytes, bytes.len, &whole);
    read_in(bytes, data[0] + (size_t)1, &cut);
    CHECK(whole.len == cut.len && whole.is_over == cut.is_over);
    CHECK(memcmp(whole.bytes, cut.bytes, whole.len) == 0);
    queue_runs(bytes);
    return 0;
}

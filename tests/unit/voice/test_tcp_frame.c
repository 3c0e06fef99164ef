/* Frames cut anywhere come out whole; what is late is dropped whole. */
#include "tests/t.h"

#include "voice/tcp_frame.h"
#include <stdio.h>

static struct tcp_frame_reader reader;
static struct tcp_frame_queue queue;

/* Reads bytes in pieces of a length and writes what came out as "len:first byte ". */
static const char *read_in(struct span bytes, size_t piece, enum tcp_frame_got *last_out)
{
    static char said[400];
    size_t at = 0;

    memset(&reader, 0, sizeof reader);
    said[0] = '\0';
    for (size_t i = 0; i < bytes.len; i += piece) {
        struct span some = span_cut(bytes, i, piece), frame;

        while ((*last_out = tcp_frame_read(&reader, &some, &frame)) == TCP_FRAME_GOT_ONE)
            at += (size_t)snprintf(said + at, sizeof said - at, "%zu:%c%c ", frame.len,
                                   frame.p[0], frame.p[frame.len - 1]);
        if (*last_out == TCP_FRAME_GOT_FAULT)
            break;
    }
    return said;
}

T_CASE(tcp_frame_reads_the_same_however_bytes_are_cut)
{
    static uint8_t bytes[4000];
    enum tcp_frame_got last;
    size_t len = 0;

    memcpy(bytes, "\0\1a\0\0\0\2bc\x05\xdc", 11); /* one, none, two, 1,500 bytes */
    memset(bytes + 11, 'd', 1500);
    bytes[11 + 1499] = 'e';
    memcpy(bytes + 1511, "\0\3fgh\0", 6);
    len = 1517;
    for (size_t piece = 1; piece <= len; piece++)
        if (strcmp(read_in(span_of(bytes, len), piece, &last), "1:aa 2:bc 1500:de 3:fh ") !=
                0 ||
            last != TCP_FRAME_GOT_NONE)
            T_EQ(piece, 0, "cut into such pieces");
    T_TEXT(read_in(span_of(bytes, len), 7, &last), "1:aa 2:bc 1500:de 3:fh ", "sevens");
    T_TEXT(read_in(SPAN("\0\1a\x05\xdd"
                        "bbbb"),
                   9, &last),
           "1:aa ", "then one too long");
    T_EQ(last, TCP_FRAME_GOT_FAULT, "is a fault at once");
}

static void push(char c, size_t len, int64_t now_ms)
{
    uint8_t frame[VOICE_PACKET_MAX];

    memset(frame, c, len);
    tcp_frame_push(&queue, span_of(frame, len), now_ms);
}

T_CASE(tcp_frame_queue_gives_frames_in_turn_and_in_parts)
{
    struct span next;

    memset(&queue, 0, sizeof queue);
    T_EQ(tcp_frame_next(&queue, 0).len, 0, "nothing waits");
    push('a', 3, 0);
    push('b', 2, 0);
    next = tcp_frame_next(&queue, 0);
    T_SPAN(next, SPAN("\0\3aaa"), "the first, with its length");
    tcp_frame_sent(&queue, 0);
    tcp_frame_sent(&queue, 1);
    next = tcp_frame_next(&queue, 0);
    T_SPAN(next, SPAN("\3aaa"), "what is left of it");
    tcp_frame_sent(&queue, 4);
    T_SPAN(tcp_frame_next(&queue, 0), SPAN("\0\2bb"), "the second");
    tcp_frame_sent(&queue, 4);
    T_EQ(tcp_frame_next(&queue, 0).len, 0, "nothing waits any more");
    T_EQ(queue.n_dropped, 0, "nothing was dropped");
}

T_CASE(tcp_frame_queue_drops_what_is_late_but_never_half_a_frame)
{
    struct span next;

    memset(&queue, 0, sizeof queue);
    push('a', 3, 0);
    push('b', 3, 0);
    push('c', 3, 100);
    tcp_frame_sent(&queue, 2);
    next = tcp_frame_next(&queue, 199);
    T_SPAN(next, SPAN("aaa"), "not late yet");
    T_SPAN(tcp_frame_next(&queue, 250), SPAN("aaa"), "begun, so it goes to its end");
    tcp_frame_sent(&queue, 3);
    T_SPAN(tcp_frame_next(&queue, 250), SPAN("\0\3ccc"), "b was late, c is not");
    T_EQ(queue.n_dropped, 1, "one was dropped");
    T_EQ(tcp_frame_next(&queue, 300).len, 0, "now it is");
    T_EQ(queue.n_dropped, 2, "and dropped");
}

T_CASE(tcp_frame_queue_has_an_end)
{
    int n_out = 0;

    memset(&queue, 0, sizeof queue);
    for (int i = 0; i < 1000; i++)
        push('a', 100, 0);
    T_OK(queue.len <= TCP_FRAME_QUEUE_BYTES, "no more than there is room for");
    for (struct span next; (next = tcp_frame_next(&queue, 100)).len > 0; n_out++)
        tcp_frame_sent(&queue, next.len);
    T_EQ(n_out, TCP_FRAME_QUEUE_BYTES / 110, "those that had room");
    T_EQ(queue.n_dropped, 1000 - n_out, "the others are counted");
    for (int i = 0; i < 1000; i++)
        push('a', 100, i * INT64_C(10));
    T_EQ(queue.len / 110, 20, "a connection that takes nothing: 200 ms wait");
    push('z', VOICE_PACKET_MAX, 20000);
    T_EQ(tcp_frame_next(&queue, 20000).len, VOICE_PACKET_MAX + 2, "the largest");
}

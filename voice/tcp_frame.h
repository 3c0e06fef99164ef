/* voice/tcp_frame.h - datagrams over TCP (RFC 4571, RFC 6544): two bytes of length before each.
 * A reader that takes bytes as they come, and a queue with an end for what the connection does
 * not take at once: speech that is late is of no use, so what waited TCP_FRAME_LATE_MS is
 * dropped whole, and never half a frame is sent.
 * Threads: one.  Owns: what it holds is in the structs; nothing is allocated. */
#ifndef VOICE_TCP_FRAME_H
#define VOICE_TCP_FRAME_H

#include "node/base/span.h"
#include "voice/voice.h"

enum {
    TCP_FRAME_HEAD_BYTES = 2,
    TCP_FRAME_LATE_MS = 200,
    TCP_FRAME_QUEUE_BYTES = 16384, /* five voices at 32 kbit/s for 200 ms are 7,000 */
};

/* ---- in ---- */

enum tcp_frame_got {
    TCP_FRAME_GOT_NONE, /* every byte is used up; a part of a frame may be kept */
    TCP_FRAME_GOT_ONE,
    TCP_FRAME_GOT_FAULT, /* a frame over VOICE_PACKET_MAX: close the connection */
};

/* All zeros: at the start of a connection. */
struct tcp_frame_reader {
    size_t len; /* what came of a frame that did not come in one piece */
    uint8_t part[TCP_FRAME_HEAD_BYTES + VOICE_PACKET_MAX];
};

/* The next frame in *bytes, which moves on. The frame is valid until the next call and as long
 * as bytes. Frames without bytes are skipped (RFC 4571 section 2). */
enum tcp_frame_got tcp_frame_read(struct tcp_frame_reader *reader, struct span *bytes,
                                  struct span *frame_out);

/* ---- out ---- */

/* All zeros: at the start of a connection. */
struct tcp_frame_queue {
    size_t len;         /* bytes in use, frame behind frame, each with its time before it */
    size_t n_sent;      /* of the first frame: once over 0, it must go out to its end */
    uint64_t n_dropped; /* frames, for the counters */
    uint8_t bytes[TCP_FRAME_QUEUE_BYTES];
};

/* Puts a frame of 1 to VOICE_PACKET_MAX bytes behind the others. What is late is dropped first;
 * if there is still no room, this one. */
void tcp_frame_push(struct tcp_frame_queue *queue, struct span frame, int64_t now_ms);
/* The bytes to send now, of one frame; none: nothing waits. Valid until the next call. */
struct span tcp_frame_next(struct tcp_frame_queue *queue, int64_t now_ms);
/* So many of those bytes were sent. */
void tcp_frame_sent(struct tcp_frame_queue *queue, size_t n_bytes);

#endif

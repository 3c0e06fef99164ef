/* federation/link_stream.h - one side of a peer's ctl link: the frames it has sent and the
 * other has not acknowledged, how far it has heard, and whether both may go on after a cut
 * (CARD-6; design section 6). Pure: no clock, no socket.
 *
 * A stream begins when the caller draws an id, and both number their frames from 1 in it. After
 * a cut three hellos say what goes on:
 *
 *     caller -> host   its stream, how far it heard
 *     host -> caller   its stream, how far it heard; FRAME_WHOLE: it still has all you miss
 *     caller -> host   FRAME_WHOLE: so have I, we go on; else the new stream's id
 *
 * A process that has begun anew knows no stream, so nothing goes on with it. A caller whose new
 * stream the host never learned of (the line was cut in between) offers the same one again.
 *
 * Threads: a stream belongs to one.  Owns: the bytes of its frames. */
#ifndef FEDERATION_LINK_STREAM_H
#define FEDERATION_LINK_STREAM_H

#include "federation/frame.h"
#include "federation/frame_body.h"
#include "federation/link.h"

struct link_kept {
    uint8_t *bytes; /* the whole frame; owned */
    uint32_t len;
    int64_t at_mono_us;
};

struct link_stream {
    struct id id;           /* ID_NONE: none */
    bool is_confirmed;      /* the other side is known to be in it */
    uint64_t last, acked;   /* numbers given; acknowledged. Kept: acked + 1 .. last */
    uint64_t lost;          /* numbers up to this one were let go unacknowledged */
    uint64_t next;          /* the number that goes out next */
    uint64_t heard, told;   /* of theirs: the last that came; the last we acknowledged */
    struct link_kept *ring; /* LINK_RING_FRAMES, made with the first frame; by number */
    size_t n_bytes;
};

void link_stream_init(struct link_stream *stream);
void link_stream_fini(struct link_stream *stream);
/* A stream of that id from its beginning; what was kept is let go. */
void link_stream_begin(struct link_stream *stream, struct id id);

/* Numbers frame and keeps it. When the ring is full, by frames or bytes, the oldest goes
 * (lost). ERR_NOT_FOUND: there is no stream; ERR_TOO_LARGE; ERR_NOMEM. */
NODISCARD enum err link_stream_put(struct link_stream *stream, const struct frame *frame,
                                   int64_t now_mono_us, struct fail *why);
/* Lets go of what is LINK_RING_US old. */
void link_stream_age(struct link_stream *stream, int64_t now_mono_us);
int link_stream_n_kept(const struct link_stream *stream);

/* The bytes of the frame that goes out next; SPAN_NONE: none. Valid until the next change. */
struct span link_stream_peek(const struct link_stream *stream);
void link_stream_sent(struct link_stream *stream); /* what was peeked is on its way */
/* Something was lost before it went out: this line is of no more use. */
bool link_stream_is_broken(const struct link_stream *stream);

/* A frame of theirs with that number. */
enum link_order {
    LINK_NEXT,   /* is to be taken; counts as heard */
    LINK_DOUBLE, /* came before */
    LINK_GAP     /* one is missing: the other side is at fault */
};
enum link_order link_stream_hear(struct link_stream *stream, uint64_t seq);
/* They have heard up to that number. False: they cannot have. */
bool link_stream_acknowledge(struct link_stream *stream, uint64_t heard);

/* ---- after a cut ---- */

/* May we go on with a side that says this of its stream? */
bool link_stream_fits(const struct link_stream *stream, struct id theirs, uint64_t heard);
/* Goes on: what they have not heard goes out again. Only if it fits. */
void link_stream_go_on(struct link_stream *stream, uint64_t heard);

/* The caller, upon the host's hello: what it says back. */
enum link_resume {
    LINK_GOES_ON,     /* FRAME_WHOLE */
    LINK_OFFER_AGAIN, /* the stream we have, which the host does not know, from its beginning */
    LINK_BEGINS       /* a new one is to be drawn */
};
enum link_resume link_stream_judge(const struct link_stream *stream,
                                   const struct frame_hello *host, bool host_is_whole);
/* Sends everything of the stream from its beginning; for LINK_OFFER_AGAIN. */
void link_stream_again(struct link_stream *stream);

#endif

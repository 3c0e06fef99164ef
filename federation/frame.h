/* federation/frame.h - one frame on a link between two nodes: a head of 34 bytes and a payload,
 * numbers big-endian (design section 6, CARD-6, CARD-7). A WebSocket message is binary and
 * holds one or more whole frames.
 *
 *     len u16 (of all behind it) | type u8 | flags u8 | class u32 | seq u64 | ts_ms u64 |
 *     pseud 10 B | payload
 *
 * What crosses of a person is the pseudonym of one series and what stands in
 * federation/frame_body.h; never an id, a login, an address.
 * Threads: reentrant.  Owns: nothing; a frame's payload points into the bytes it was read from.
 */
#ifndef FEDERATION_FRAME_H
#define FEDERATION_FRAME_H

#include "node/base/bytes.h"
#include "node/base/err.h"

#define FRAME_HEAD_BYTES   34
#define FRAME_PSEUD_BYTES  10
#define FRAME_PAYLOAD_MOST 8192 /* of every type; frame_body.h bounds each one further */
#define FRAME_MOST         (FRAME_HEAD_BYTES + FRAME_PAYLOAD_MOST)

/* The numbers are the protocol: new ones are added at the end. */
enum frame_type {
    FRAME_HELLO,    /* the link's own: who, which stream, how far (federation/link_stream.h) */
    FRAME_JOIN,     /* somebody of the sender's side is on the floor, or comes */
    FRAME_LEAVE,    /* no payload */
    FRAME_POS,      /* where he is, or the way he walks */
    FRAME_REACT,    /* a reaction */
    FRAME_CHAT,     /* a line, committed and said at home */
    FRAME_GONE,     /* a line was taken away */
    FRAME_BLOCKED,  /* a line is not shown here */
    FRAME_MUTE,     /* the host's staff: this one's words or reactions are off or on again */
    FRAME_EJECT,    /* the host's staff: this one is not to be here */
    FRAME_ACK,      /* an act holds at home, too */
    FRAME_LOOK,     /* as FRAME_JOIN: how somebody is seen has changed */
    FRAME_HAND,     /* a hand is up or down */
    FRAME_PAGE,     /* the team turned the page */
    FRAME_POLL,     /* the team opened or closed a poll */
    FRAME_VOTES,    /* counts by choice, never who */
    FRAME_ASK,      /* a question to the team */
    FRAME_ANSWERED, /* the team answered it */
    FRAME_ON,       /* the shared lesson is on */
    FRAME_OFF,      /* it is over */
    FRAME_CREDIT,   /* the link's own: how far the other side's frames have come */
    FRAME_VOICE,    /* an Opus packet (federation/frame_voice.h) */
    FRAME_TYPES_N
};
const char *frame_type_name(enum frame_type type); /* "hello", ...: of logs and figures */

/* Flags, by type; a bit that has no meaning for a type is a fault. */
#define FRAME_WALK     1u /* FRAME_POS: a way, not a place */
#define FRAME_STEERED  2u /* FRAME_POS: by stick or keys, together with FRAME_WALK */
#define FRAME_QUESTION 1u /* FRAME_CHAT: for the team alone */
#define FRAME_UP       1u /* FRAME_HAND: up */
#define FRAME_OPEN     1u /* FRAME_POLL: open */
#define FRAME_ANNOUNCE 1u /* FRAME_VOICE: for the whole floor */
#define FRAME_WHOLE    1u /* FRAME_HELLO: the stream goes on */
#define FRAME_RT       2u /* FRAME_HELLO: of the link for what may be dropped */

struct frame {
    enum frame_type type;
    uint8_t flags;
    uint32_t class; /* the shared lesson; 0: of the link itself */
    /* Set by the link: on ctl the running number of the stream, from 1; on rt of the link. 0 on
     * what the link says for itself. An act that is evidence has its own number in its payload.
     */
    uint64_t seq;
    int64_t ts_ms;                    /* UTC, by the sender's clock; set by the link when 0 */
    uint8_t pseud[FRAME_PSEUD_BYTES]; /* zeros: of nobody */
    struct span payload;
};

/* ERR_TOO_LARGE: the payload is over FRAME_PAYLOAD_MOST, or out has no room for it; out is as
 * it was. */
NODISCARD enum err frame_write(const struct frame *frame, struct bytes_out *out,
                               struct fail *why);

enum frame_got {
    FRAME_GOT_NONE,    /* *rest is empty */
    FRAME_GOT_ONE,     /* *out is set */
    FRAME_GOT_UNKNOWN, /* a whole frame of a type this program does not know; passed over */
    FRAME_GOT_FAULT, /* no frame: cut short, too long, a flag without meaning, a time past 2^62
                      */
};
/* Reads the frame *rest begins with and moves on behind it. The payload is looked at by
 * frame_body_check. */
enum frame_got frame_read(struct span *rest, struct frame *out);

#endif

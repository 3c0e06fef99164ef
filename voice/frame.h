/* voice/frame.h - the messages between a node and its media program, one a packet of their unix
 * socket (SOCK_SEQPACKET), so that none is ever cut:
 *   message = version 1 ‖ op ‖ the op's fields, in the order of struct voice_frame
 * Which fields an op carries is one table in frame.c; a message with a byte more or less than
 * its fields is refused, and so is a value out of its range. Numbers are big-endian. People are
 * numbers here: a session of the node's choice, or a talker of another node (voice/hub.h).
 * Threads: reentrant.  Owns: nothing; `opus` and `hush` of what was read point into the
 * message. */
#ifndef VOICE_FRAME_H
#define VOICE_FRAME_H

#include "voice/hub.h"

enum {
    VOICE_FRAME_CAP = 2048,
    VOICE_FINGERPRINT_LEN = 32, /* SHA-256 of a certificate */
    VOICE_UFRAG_CAP = 17,       /* with NUL */
    VOICE_PWD_CAP = 33,
};

enum voice_op {
    /* The node says. */
    VOICE_OP_HELLO = 1,     /* the first: everything of an earlier node is closed */
    VOICE_OP_OPEN,          /* who, leg, fingerprint: a session over WebRTC; answer OPENED */
    VOICE_OP_OPEN_WS,       /* who: a session whose packets the node carries; answer OPENED */
    VOICE_OP_CLOSE,         /* who */
    VOICE_OP_SEAT,          /* who, floor, zone, sealed */
    VOICE_OP_MIC,           /* who, mic */
    VOICE_OP_MUTE,          /* who, on */
    VOICE_OP_TALK,          /* who, number: the private talk he is in, 0 none */
    VOICE_OP_THIN,          /* who, on */
    VOICE_OP_HUSH,          /* who, hush: whom he does not hear */
    VOICE_OP_FOREIGN_OPEN,  /* who */
    VOICE_OP_FOREIGN_CLOSE, /* who */
    VOICE_OP_OUT,           /* mic (zone, announce), number, on: packets wanted as SAID */
    VOICE_OP_PACKET, /* who, packet: of a session over WebSocket, or of a foreign talker */
    VOICE_OP_COUNT,  /* answer COUNTED */
    /* The media program says. */
    VOICE_OP_READY,   /* to HELLO: fingerprint, ports */
    VOICE_OP_OPENED,  /* who, ufrag, pwd (empty over WebSocket) */
    VOICE_OP_REFUSED, /* who, refused (the op), code: that op changed nothing */
    VOICE_OP_UP,      /* who, way: sound can flow from now on */
    VOICE_OP_GONE,    /* who: no sign of him for 30 s, or his line was ended; he is closed */
    VOICE_OP_SPEAKS,  /* who, mic, number, on: whom the others get */
    VOICE_OP_SPOKE,   /* who, mic, number, ms: how long in the last second */
    VOICE_OP_TO,      /* who (the listener, over WebSocket), slot, packet */
    VOICE_OP_SAID,    /* who, mic, number, packet: asked for by OUT */
    VOICE_OP_COUNTED, /* counts */
    VOICE_OP_N
};

enum voice_way { VOICE_WAY_UDP, VOICE_WAY_TCP, VOICE_WAY_WS, VOICE_WAY_N };

/* What voice_counts counts, each since the program's start. */
enum voice_count {
    VOICE_COUNT_SESSIONS, /* open now */
    VOICE_COUNT_IN,       /* packets that came */
    VOICE_COUNT_OUT,      /* RTP packets that went */
    VOICE_COUNT_DROPPED,  /* came and were dropped, for whatever reason */
    VOICE_COUNT_MUTED,    /* of these: of somebody muted */
    VOICE_COUNT_STRANGE,  /* of these: no frame of a session, wrong key or fingerprint */
    VOICE_COUNT_REPLAYED, /* of these: come before */
    VOICE_COUNT_UNTOLD,   /* messages to the node that its socket had no room for */
    VOICE_COUNT_N
};

/* In the order in which fields travel. */
struct voice_frame {
    enum voice_op op;
    uint16_t who;
    uint32_t floor, zone;
    bool sealed, on;
    enum hub_mic mic;
    uint32_t number;
    struct hub_leg leg;
    uint8_t fingerprint[VOICE_FINGERPRINT_LEN];
    char ufrag[VOICE_UFRAG_CAP], pwd[VOICE_PWD_CAP];
    uint16_t udp_port, tcp_port; /* 0: none */
    enum voice_op refused;
    enum err code;
    enum voice_way way;
    uint16_t ms;
    enum voice_slot slot;
    uint64_t counts[VOICE_COUNT_N];
    uint16_t hush[HUB_HUSH_MAX];
    int n_hush;
    struct hub_voice packet; /* the last: its Opus bytes are the rest of the message */
};

/* ERR_PROTO: not a message as above; *frame_out is then zeroed. */
NODISCARD enum err voice_frame_read(struct span message, struct voice_frame *frame_out,
                                    struct fail *why);
/* Into VOICE_FRAME_CAP bytes; returns the length. A value out of its range is a broken
 * invariant. */
size_t voice_frame_write(const struct voice_frame *frame, uint8_t *into);

#endif

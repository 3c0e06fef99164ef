/* node/io/ws_frame.h - the strict reader of WebSocket frames (RFC 6455, sections 5 to 8;
 * reliability guide, sections 3.7 and 4). No extensions, so no RSV bit; masked frames of a
 * client only, unmasked ones of a server only; the shortest form of each length; text is UTF-8
 * without NUL, checked as it comes.
 *
 * What one sender can cost: WS_TURN_FRAMES frames a turn, WS_CONTROL_PER_S pings and pongs in
 * any one second, WS_FRAGMENTS_CAP frames and WS_MESSAGE_CAP_BYTES a message. Memory is taken
 * as bytes come, never as they are announced, and an idle reader holds none beside its struct.
 * Threads: a reader belongs to one.  Owns: the part of a message that has come, and the bytes
 * kept for the next turn. */
#ifndef NODE_IO_WS_FRAME_H
#define NODE_IO_WS_FRAME_H

#include "node/io/ws_shared.h"

#define WS_MESSAGE_CAP_BYTES 65536
#define WS_FRAGMENTS_CAP     64
#define WS_CONTROL_PER_S     10
#define WS_TURN_FRAMES       32

/* The rule the other side broke: counted and logged by name, answered by a close code. */
enum ws_fault {
    WS_FAULT_NONE,
    WS_FAULT_RSV,       /* 1002: a reserved bit */
    WS_FAULT_OPCODE,    /* 1002: a reserved opcode */
    WS_FAULT_UNMASKED,  /* 1002; a server's: masked */
    WS_FAULT_LENGTH,    /* 1002: not the shortest form, or over 63 bits */
    WS_FAULT_CONTROL,   /* 1002: a control frame in fragments or over 125 bytes */
    WS_FAULT_ORDER,     /* 1002: goes on with nothing, or begins inside a message */
    WS_FAULT_CLOSE,     /* 1002: a close code of one byte or one nobody may send */
    WS_FAULT_TEXT,      /* 1007: not UTF-8, in a text or in the reason of a close */
    WS_FAULT_NUL,       /* 1007: U+0000, which the database cannot hold */
    WS_FAULT_FRAGMENTS, /* 1008: over WS_FRAGMENTS_CAP frames */
    WS_FAULT_RATE,      /* 1008: over WS_CONTROL_PER_S */
    WS_FAULT_SIZE,      /* 1009: over WS_MESSAGE_CAP_BYTES */
    WS_FAULT_MEMORY,    /* 1011: ours */
    WS_FAULT_N
};
const char *ws_fault_name(enum ws_fault fault); /* "rsv", "opcode", ... */
int ws_fault_close_code(enum ws_fault fault);   /* 0 for WS_FAULT_NONE */

enum ws_got {
    WS_GOT_NOTHING, /* every byte is used up */
    WS_GOT_TEXT,    /* a whole message */
    WS_GOT_BINARY,
    WS_GOT_PING, /* is to be answered by a pong of the same payload */
    WS_GOT_PONG,
    WS_GOT_CLOSE,  /* is to be answered by a close, if none was sent before */
    WS_GOT_FAULT,  /* a close with ws_fault_close_code is to be sent */
    WS_GOT_ENOUGH, /* the turn's frames are used up: the rest waits for the next turn */
};

struct ws_message {
    struct span payload; /* of a close: its reason. Valid until the next call for this reader */
    int close_code;      /* of WS_GOT_CLOSE: as sent, 1005 if none was */
    enum ws_fault fault; /* of WS_GOT_FAULT */
};

/* Bytes that may be written to (the mask is taken off in place), with how many are left. */
struct ws_bytes {
    uint8_t *p;
    size_t len;
};

struct ws_reader {
    uint8_t *message; /* owned: what came of a message that did not come in one piece */
    uint8_t *kept;    /* owned: bytes that wait for the next turn */
    uint32_t message_len, message_cap, kept_at, kept_len;
    uint64_t left;                             /* of the payload of the frame being read */
    int64_t control_mono_us[WS_CONTROL_PER_S]; /* when the last ones came, in a ring */
    uint32_t n_control;                        /* stops at WS_CONTROL_PER_S */
    uint8_t control_at;
    uint8_t head[14], head_len, mask_at;
    uint8_t control[WS_CONTROL_CAP_BYTES], control_len;
    uint8_t opcode;                /* of the message, WS_OP_CONTINUATION between messages */
    uint8_t n_fragments, n_frames; /* of this message; of this turn */
    uint8_t utf_left, utf_low, utf_high; /* of a character that was cut: what must follow */
    bool is_in_payload, is_delivered, is_over, is_of_server;
};

void ws_reader_init(struct ws_reader *reader);           /* of a client's frames */
void ws_reader_init_of_server(struct ws_reader *reader); /* where we are the client */
void ws_reader_fini(struct ws_reader *reader);

/* A turn of a connection: begin, then next until it says NOTHING or ENOUGH, then end.
 * begin: what the last turn left over (it is to be read before anything new), or no bytes. */
struct ws_bytes ws_reader_begin(struct ws_reader *reader);
/* The next thing in *bytes, which moves on. now_mono_us: any clock that does not step back.
 * After CLOSE and FAULT whatever comes is dropped unread and the answer is NOTHING (RFC
 * 6455, 5.5.1). */
enum ws_got ws_reader_next(struct ws_reader *reader, struct ws_bytes *bytes,
                           int64_t now_mono_us, struct ws_message *message_out);
/* Keeps a copy of what is left of *bytes and frees all that was delivered. ERR_NOMEM: the
 * connection is to be closed; the reader is over. */
NODISCARD enum err ws_reader_end(struct ws_reader *reader, struct ws_bytes bytes,
                                 struct fail *why);
/* Does the last turn's rest wait? Then the next turn need not wait for the socket. */
bool ws_reader_has_rest(const struct ws_reader *reader);

/* RFC 6455, section 7.4.1, as of what a client may send: 1000-1003, 1007-1011, 3000-4999. */
bool ws_close_code_is_valid(int code);

#endif

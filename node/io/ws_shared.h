/* node/io/ws_shared.h - a server's WebSocket frame, built once and sent to many. Head and
 * payload lie in one piece, because gathering two costs up to a quarter more a send (limits
 * guide, section 1). It never changes after it was made. Threads: any; who holds a reference
 * may read, and pass it on to another thread. Owns: nothing global. */
#ifndef NODE_IO_WS_SHARED_H
#define NODE_IO_WS_SHARED_H

#include "node/base/err.h"
#include "node/base/span.h"

#define WS_CONTROL_CAP_BYTES 125

/* RFC 6455, section 11.8 */
enum ws_opcode {
    WS_OP_CONTINUATION = 0x0,
    WS_OP_TEXT = 0x1,
    WS_OP_BINARY = 0x2,
    WS_OP_CLOSE = 0x8,
    WS_OP_PING = 0x9,
    WS_OP_PONG = 0xa,
};

/* What becomes of a frame whose receiver does not read (node/server/ws_queue.h). */
enum ws_keep {
    WS_KEEP,     /* chat, notices, answers, pings: all of them, or the connection ends */
    WS_MAY_DROP, /* movement: whoever loses any gets a whole picture before the next */
};

struct ws_shared;

/* A whole message of opcode, unmasked and unfragmented. The caller holds the first reference.
 * Text must be UTF-8 without NUL: this is not looked at again. A control frame over
 * WS_CONTROL_CAP_BYTES is ERR_TOO_LARGE, as is anything over 16 MiB. */
NODISCARD enum err ws_shared_create(enum ws_opcode opcode, struct span payload,
                                    struct ws_shared **frame_out, struct fail *why);
/* A close with a code and a reason for programs (ASCII, cut to 123 bytes). 1005: without a
 * payload, which is how a close without a code is answered. */
NODISCARD enum err ws_shared_create_close(int close_code, const char *reason,
                                          struct ws_shared **frame_out, struct fail *why);

/* The bytes of two, one behind the other: what always goes out together leaves in one write. */
NODISCARD enum err ws_shared_create_pair(const struct ws_shared *first,
                                         const struct ws_shared *second,
                                         struct ws_shared **frame_out, struct fail *why);

struct ws_shared *ws_shared_ref(struct ws_shared *frame);
void ws_shared_unref(struct ws_shared **frame); /* accepts NULL, leaves NULL */
struct span ws_shared_bytes(const struct ws_shared *frame);

#endif

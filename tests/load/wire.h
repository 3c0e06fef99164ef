/* tests/load/wire.h - the client's side of a WebSocket, as little of it as a load generator
 * needs: one socket without blocking, the opening, masked frames out, heads of frames in.
 * Bodies are looked at for their first bytes and thrown away. Threads: one. */
#ifndef TESTS_LOAD_WIRE_H
#define TESTS_LOAD_WIRE_H

#include "node/base/err.h"
#include "node/base/span.h"

#define WIRE_PEEK 512 /* of a body: enough for an answer or the head of a tick */

enum wire_state { WIRE_IDLE, WIRE_OPENING, WIRE_OPEN, WIRE_OVER };

struct wire {
    int fd;
    enum wire_state state;
    uint8_t head[14];
    uint8_t head_len;
    uint8_t opcode;
    uint64_t body_len, body_seen;
    uint32_t peek_len;
    uint8_t *peek;     /* WIRE_PEEK bytes while a body that fits is on its way; else NULL */
    uint8_t first[16]; /* of every body */
    uint8_t first_len;
    int close_code; /* as the server said; 0: none */
};

/* One frame that has come whole. */
struct wire_frame {
    uint8_t opcode;
    uint64_t len;
    struct span body; /* whole when len <= WIRE_PEEK, else its first 16 bytes */
};

/* address: "unix:/path" or "tcp:127.0.0.1:8080". Connected at once, or an error. */
NODISCARD enum err wire_connect(const char *address, struct wire *wire, struct fail *why);
void wire_close(struct wire *wire);
/* GET target with the headers a browser would send; protocols may be NULL. */
NODISCARD enum err wire_open(struct wire *wire, const char *target, const char *host,
                             const char *origin, const char *protocols, struct fail *why);
/* A masked frame. ERR_BUSY: the socket takes no more (nothing was written). */
NODISCARD enum err wire_send(struct wire *wire, uint8_t opcode, struct span body,
                             struct fail *why);
/* Reads what is there; on_frame for each frame (pings are answered here). bytes_out: how many
 * came. The wire is WIRE_OVER when it has ended. */
void wire_read(struct wire *wire, void (*on_frame)(void *arg, const struct wire_frame *frame),
               void *arg, uint64_t *bytes_out);

#endif

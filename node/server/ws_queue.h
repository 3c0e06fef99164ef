/* node/server/ws_queue.h - what one connection still has to be sent. Bounded: a receiver that
 * does not read loses movement, all that waits, and nothing else; when there is nothing of that
 * kind left to lose, the connection is to be closed with 1013 (RFC 6455 registry: try again
 * later). Frames leave whole and in order; one that was begun is never dropped and nothing
 * comes between its parts.  Threads: a queue belongs to one; it
 * may not be moved in memory.  Owns: a reference to every frame
 * in it. */
#ifndef NODE_SERVER_WS_QUEUE_H
#define NODE_SERVER_WS_QUEUE_H

#include "node/io/ws_shared.h"

#define WS_QUEUE_CAP_BYTES  262144
#define WS_QUEUE_CAP_FRAMES 512
#define WS_QUEUE_SOUND_MS   200 /* of sound that may wait */
#define WS_QUEUE_OWN_FRAMES 4   /* held without memory beside the struct */

struct iovec;

struct ws_queue_item {
    struct ws_shared *frame;
    enum ws_keep keep;
    uint16_t sound_ms; /* of sound: how much it is; else 0 */
};

struct ws_queue {
    struct ws_queue_item own[WS_QUEUE_OWN_FRAMES], *items; /* a ring; own or allocated */
    uint32_t cap, at, n, n_bytes;
    uint32_t n_sent_bytes; /* of the first frame */
    uint32_t n_dropped;    /* since ws_queue_take_dropped */
    uint32_t n_sound_ms;   /* waiting */
    bool is_closing;
};

void ws_queue_init(struct ws_queue *queue);
void ws_queue_fini(struct ws_queue *queue);

/* Takes a reference of its own. ERR_OK: it is queued, or it is movement that found no room
 * (counted, with all that waited). ERR_BUSY: a frame that must be kept found no room, even
 * without any movement; close with 1013. ERR_CONFLICT: a close is queued, nothing goes behind
 * it. ERR_NOMEM. On any error the frame is not queued. */
NODISCARD enum err ws_queue_push(struct ws_queue *queue, struct ws_shared *frame,
                                 enum ws_keep keep, struct fail *why);
/* Sound of so many ms. False: more than WS_QUEUE_SOUND_MS would wait with it, or it finds no
 * room: it is let go alone, for whoever hears it late hears it wrong. */
bool ws_queue_push_sound(struct ws_queue *queue, struct ws_shared *frame, unsigned ms);
/* The last frame, which finds room always. is_at_once: whatever was not begun is let go; else
 * it goes first. Later calls change nothing. ERR_NOMEM: close the socket without one. */
NODISCARD enum err ws_queue_close(struct ws_queue *queue, struct ws_shared *close_frame,
                                  bool is_at_once, struct fail *why);

/* For one gathering write: fills up to cap pieces, first to last; returns how many. They stay
 * valid until the queue is next changed. */
int ws_queue_peek(const struct ws_queue *queue, struct iovec *pieces, int cap);
/* n_bytes of what was peeked were written. */
void ws_queue_wrote(struct ws_queue *queue, size_t n_bytes);

bool ws_queue_is_empty(const struct ws_queue *queue);
/* The close has been queued and everything is written: the socket may be closed. */
bool ws_queue_is_finished(const struct ws_queue *queue);
/* How much movement was dropped since the last call: if any, the receiver needs a fresh picture
 * once it reads again, and no movement before it. */
uint32_t ws_queue_take_dropped(struct ws_queue *queue);

#endif

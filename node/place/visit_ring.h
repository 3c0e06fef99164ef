/* node/place/visit_ring.h - what was said to one visit alone, numbered, so that after a cut it
 * is said again from where its client last heard: at most VISIT_RING_CAP events and as long as
 * each is of use, VISIT_RING_MS at most. Calls of other people (waves, knocks) never push out
 * what the place itself says: at most VISIT_RING_CALLS of them are kept. Memory comes with the
 * first event.
 * Threads: the live thread's.  Owns: references to frames. */
#ifndef NODE_PLACE_VISIT_RING_H
#define NODE_PLACE_VISIT_RING_H

#include "node/io/ws_shared.h"

#define VISIT_RING_CAP   256
#define VISIT_RING_MS    60000
#define VISIT_RING_CALLS 32

struct visit_ring_item {
    struct ws_shared *frame;
    uint32_t n;
    bool is_call;
    int64_t until_ms;
};
struct visit_ring {
    struct visit_ring_item *items;
    uint32_t cap, first, used;
    uint32_t n_calls;
    uint32_t last_n; /* 0: nothing was said yet */
};
/* Of something that was said: until when it is of use, whether another person called. */
struct visit_ring_use {
    int64_t for_ms; /* more than VISIT_RING_MS is as much */
    bool is_call;
};

/* The number the next event has. */
uint32_t visit_ring_next(const struct visit_ring *ring);
/* Takes a reference of its own; n is visit_ring_next. Without memory the event is not kept, nor
 * is a call when all VISIT_RING_CAP are the place's: it is sent, but not said again. */
void visit_ring_put(struct visit_ring *ring, struct ws_shared *frame, uint32_t n,
                    struct visit_ring_use use, int64_t now_ms);
/* Calls fn for every one kept that came after after_n, in their order. */
void visit_ring_each(const struct visit_ring *ring, uint32_t after_n, int64_t now_ms,
                     void (*fn)(struct ws_shared *frame, void *arg), void *arg);
void visit_ring_fini(struct visit_ring *ring);

#endif

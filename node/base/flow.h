/* node/base/flow.h - bytes from the one thread that makes them to the one that takes them, at
 * most a given number at a time: an answer that is made while it goes out. Each side holds the
 * flow until it lets go of it. Threads: one writer, one reader.  Owns: its buffer, wiped at the
 * end. */
#ifndef NODE_BASE_FLOW_H
#define NODE_BASE_FLOW_H

#include "node/base/err.h"
#include "node/base/span.h"

struct flow;

/* Held by both sides from the start: flow_end and flow_leave each let go of one. */
NODISCARD enum err flow_create(size_t cap_bytes, struct flow **flow_out, struct fail *why);

/* ---- the writer ---- */

/* Waits while there is no room. ERR_UNAVAILABLE: the reader has left. */
NODISCARD enum err flow_put(struct flow *flow, struct span bytes, struct fail *why);
bool flow_is_left(struct flow *flow);
/* Any thread, while the writer holds it: flow_put fails from now on, whoever reads. */
void flow_stop(struct flow *flow);
/* Nothing more comes. is_whole false: what came is not all there was to be. Leaves NULL. */
void flow_end(struct flow **flow, bool is_whole);

/* ---- the reader ---- */

enum flow_state {
    FLOW_DRY,   /* nothing now; `wake` is told once there is */
    FLOW_BYTES, /* some were taken */
    FLOW_WHOLE, /* all was taken */
    FLOW_BROKEN /* the writer ended before its time */
};
/* wake is called on the writer's thread, at most once after each FLOW_DRY; it must not block
 * and may not call back. */
void flow_wake_set(struct flow *flow, void (*wake)(void *arg), void *arg);
enum flow_state flow_take(struct flow *flow, void *into, size_t cap, size_t *n_out);
/* Whether flow_take would say anything but FLOW_DRY. */
bool flow_has_news(struct flow *flow);
/* Leaves NULL; NULL is let be. */
void flow_leave(struct flow **flow);

#endif

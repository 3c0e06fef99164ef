/* node/place/ready.h - the floors a node has before anything was published, compiled in from
 * node/place/floors by ops/make/ready.mk. A unit test proves that each keeps every rule.
 * Threads: any.  Owns: their grounds, as long as the program runs. */
#ifndef NODE_PLACE_READY_H
#define NODE_PLACE_READY_H

#include "node/place/ground.h"

struct ready_floor {
    const char *id;
    const char *text;
    size_t len;
};
extern const struct ready_floor ready_floors[];
extern const size_t ready_floors_n;

/* Borrowed for good; NULL: no such ready floor (or no memory when they were first made, which
 * was logged). */
struct ground *ready_ground(size_t i);
struct ground *ready_ground_find(struct span id);

#endif

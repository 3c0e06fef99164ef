/* node/place/ready.h - the floors a node has before anything was published, compiled in from
 * node/place/floors by ops/make/ready.mk.  Threads: const data. */
#ifndef NODE_PLACE_READY_H
#define NODE_PLACE_READY_H

#include "node/base/span.h"

struct ready_floor {
    const char *id;
    const char *text;
    size_t len;
};
extern const struct ready_floor ready_floors[];
extern const size_t ready_floors_n;

/* The file of that floor; SPAN_NONE: it is none of them. */
struct span ready_floor_find(struct span id);

#endif

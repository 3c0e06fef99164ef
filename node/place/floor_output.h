/* node/place/floor_output.h - what the node says of floors, read again by the command line.
 * Threads: const data. */
#ifndef NODE_PLACE_FLOOR_OUTPUT_H
#define NODE_PLACE_FLOOR_OUTPUT_H

#include "node/base/jx.h"

/* The media type under which a floor's file is sent. */
#define FLOOR_TYPE "application/vnd.ibasho.floor+json"

struct floor_output {
    struct span id, name_ja, name_en, hash, role, body;
    int theme, when_full;
    int64_t version, at, capacity, n_areas, w_cm, h_cm;
    struct id by;
    bool has_at, has_by, has_role, has_capacity, is_hidden, is_ready, has_body;
};
struct floors_output {
    struct jx_list items;
};
extern const struct jx_shape floors_shape;

struct published_output {
    struct span id, hash;
    int64_t version;
    bool is_new;
};
extern const struct jx_shape floor_published_shape;

#endif

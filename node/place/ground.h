/* node/place/ground.h - a floor ready to be walked on: the floor, its map and its texts in one
 * piece of memory, shared by everybody who holds a reference. Made on any thread, immutable.
 * Threads: any.  Owns: the arena. */
#ifndef NODE_PLACE_GROUND_H
#define NODE_PLACE_GROUND_H

#include "node/place/floor_map.h"

#define GROUND_STEP_CM 25 /* of a stick, at most, where ground_is_roomy answers for it */

struct ground {
    const struct floor *floor;
    const struct floor_map *map;
    struct span text; /* the floor file, compact, as browsers get it */
    /* [rows * cols]: from anywhere in the cell a step of GROUND_STEP_CM on each axis meets
     * nothing and stays in the same areas. Most of a floor: no box is looked at there. */
    const uint8_t *is_roomy;
};

/* Reads and checks a floor file. Errors as floor_read. The caller holds the first reference. */
NODISCARD enum err ground_create(struct span text, struct ground **ground_out,
                                 struct fail *why);
struct ground *ground_ref(struct ground *ground);
void ground_unref(struct ground **ground); /* accepts NULL, leaves NULL */
/* True for an empty id, too: no wish. */
bool ground_has_spawn(const struct ground *ground, struct span id);

static inline bool ground_is_roomy(const struct ground *ground, struct floor_spot at)
{
    return ground->is_roomy[floor_cell_at(ground->map, at.x, at.y)] != 0;
}

#endif

/* node/place/path.h - ways round walls. The world is the server's: a client names a target, the
 * server finds the way once and sends its corners. Whole centimetres in and out; the same floor
 * and the same question give the same way on every machine.
 * Threads: a path_room belongs to one thread; maps are shared.  Work: each cell of the floor is
 * looked at once at most. */
#ifndef NODE_PLACE_PATH_H
#define NODE_PLACE_PATH_H

#include "node/place/floor_map.h"

#define PATH_POINTS_CAP 48

struct path {
    struct floor_spot at[PATH_POINTS_CAP]; /* at[0] is where the walker stands */
    size_t n;                              /* >= 1; 1: stays */
    int32_t len_cm;
    bool is_short; /* the target itself cannot be reached: at[n - 1] is as near as it gets */
};

/* What a search needs; for maps up to n_cells. */
struct path_room;
NODISCARD enum err path_room_create(size_t n_cells, struct path_room **room_out,
                                    struct fail *why);
void path_room_destroy(struct path_room **room);

/* From a free spot to `to`, or to the nearest spot that can be reached. shut: areas the walker
 * may not enter (he may leave the one he stands in). Every corner is free, every leg is clear
 * and enters no shut area. ERR_INVALID: `from` is not free (path_nearest first).
 * ERR_TOO_LARGE: the map has more cells than the room. */
NODISCARD enum err path_find(const struct floor_map *map, struct path_room *room,
                             struct floor_spot from, struct floor_spot to, uint64_t shut,
                             struct path *path_out, struct fail *why);

/* Where somebody stands who stood at `at` before the floor changed: there, if it is free and on
 * the main part, else the nearest middle of a cell of it that lies in no shut area (AI-2.3-エ:
 * nobody is left inside a wall). False: there is none. */
bool path_nearest(const struct floor_map *map, struct floor_spot at, uint64_t shut,
                  struct floor_spot *spot_out);

/* One step of a stick or key: as far as walls and shut areas let it, sliding along them. `from`
 * is free, and so is the answer. */
struct floor_spot path_step(const struct floor_map *map, struct floor_spot from, int32_t dx_cm,
                            int32_t dy_cm, uint64_t shut);

#endif

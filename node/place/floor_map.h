/* node/place/floor_map.h - what walking, seeing and hearing need of a floor: boxes, a grid of
 * cells of FLOOR_CELL_CM whose middles a body may stand on, the connected parts of it, and
 * which area each cell lies in. A body is a square of half width body_cm, so every test is
 * exact in whole numbers. Threads: reentrant; a map is immutable after floor_map_create.  Owns:
 * nothing, all is in the arena given, with the floor it was made from. */
#ifndef NODE_PLACE_FLOOR_MAP_H
#define NODE_PLACE_FLOOR_MAP_H

#include "node/place/floor.h"

#define FLOOR_NO_AREA 255 /* index of no area */
#define FLOOR_NO_PART 0   /* the cell is not free */

struct floor_spot {
    int32_t x, y; /* cm */
};
struct floor_area_box {
    struct floor_box box;
    int64_t size_cm2; /* of the whole area */
    uint8_t area;
};
struct floor_map {
    const struct floor *floor;
    int32_t w_cm, h_cm, body_cm;
    int32_t cols, rows;
    struct floor_box *solid; /* grown by body_cm: the middle of a body is never inside */
    struct floor_box *sight, *sound; /* what stops them: walls and shut doors */
    size_t n_solid, n_sight, n_sound;
    struct floor_area_box *area_boxes; /* the smallest area first */
    size_t n_area_boxes;
    uint8_t *is_free;   /* [rows * cols] */
    uint64_t *areas_of; /* [rows * cols], all of them, one bit each */
    uint8_t *area_of;   /* [rows * cols], by the middle of the cell */
    uint32_t *part_of;  /* [rows * cols], FLOOR_NO_PART or the number of its part from 1 */
    uint32_t main_part; /* the part of the first spawn */
};

/* The floor must be inside its own size (floor_check's first half). */
NODISCARD enum err floor_map_create(const struct floor *floor, int32_t body_cm,
                                    struct arena *arena, const struct floor_map **map_out,
                                    struct fail *why);

/* A body may stand with its middle here; exact, not by cell. */
bool floor_is_free(const struct floor_map *map, int64_t x, int64_t y);
/* A body may walk this straight line; both ends free included. */
bool floor_is_clear(const struct floor_map *map, struct floor_spot from, struct floor_spot to);
/* The same, when both ends are known to be free. */
bool floor_line_is_open(const struct floor_map *map, struct floor_spot from,
                        struct floor_spot to);
/* Nothing that stops sight (sound) stands between. Points, not bodies. */
bool floor_can_see(const struct floor_map *map, struct floor_spot a, struct floor_spot b);
bool floor_can_hear(const struct floor_map *map, struct floor_spot a, struct floor_spot b);
/* The index of the innermost area around the point, or FLOOR_NO_AREA. */
uint8_t floor_area_at(const struct floor_map *map, int64_t x, int64_t y);

/* All areas around the point, one bit each: a board in a shut room is shut with it. */
uint64_t floor_areas_at(const struct floor_map *map, int64_t x, int64_t y);

/* The cell of a point, clamped to the floor; the middle of a cell. */
uint32_t floor_cell_at(const struct floor_map *map, int64_t x, int64_t y);
struct floor_spot floor_cell_middle(const struct floor_map *map, uint32_t cell);
/* Bit i: area i. */
#define FLOOR_AREA_BIT(i) (UINT64_C(1) << (i))
/* An area of this set lies under the cell or the line. */
bool floor_cell_in(const struct floor_map *map, uint32_t cell, uint64_t areas);
bool floor_line_enters(const struct floor_map *map, struct floor_spot a, struct floor_spot b,
                       uint64_t areas);

#endif

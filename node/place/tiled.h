/* node/place/tiled.h - a map of the editor Tiled (https://www.mapeditor.org, JSON map
 * format 1.x) made into a floor. Taken: orthogonal maps of fixed size with embedded tilesets;
 * tile layers as arrays; object layers. Everything else is refused by name, nothing is guessed:
 *   map properties  floor_id name_ja name_en theme version cm_per_tile (25-200; 50)
 *   tiles           whose class is wall, window or low become walls, others are ground
 *   objects         by class area, door, board, spawn, object; the name is the id. Areas of one
 *                   name are one area. Properties as the fields of a floor file; enter, see,
 *                   hear with commas between, name_ja, name_en.
 * A tool of the command line: the node never reads such a file. Threads: reentrant. */
#ifndef NODE_PLACE_TILED_H
#define NODE_PLACE_TILED_H

#include "node/place/floor.h"

#define TILED_MAX_BYTES (4 << 20)
#define TILED_MAX_TILES 160000

/* *text_out (arena): a floor file that floor_read takes. ERR_PROTO: no JSON. ERR_INVALID: the
 * map cannot be taken, with its pointer in why->field and the reason in why->text and no
 * defects; or the floor made of it breaks the rules in *defects_out. ERR_TOO_LARGE. */
NODISCARD enum err tiled_read(struct span map, struct arena *arena, struct span *text_out,
                              struct jx_defects *defects_out, struct fail *why);
NODISCARD enum err tiled_read_file(const char *path, struct arena *arena, struct span *text_out,
                                   struct jx_defects *defects_out, struct fail *why);

#endif

/* node/place/floor_file.h - a floor from a file of this machine: a ready floor, or one that the
 * command line was given.  Threads: reentrant.  Owns: nothing; results live in the arena. */
#ifndef NODE_PLACE_FLOOR_FILE_H
#define NODE_PLACE_FLOOR_FILE_H

#include "node/place/floor_json.h"

/* As floor_read, from a file. ERR_NOT_FOUND, ERR_IO as well. */
NODISCARD enum err floor_read_file(const char *path, struct arena *arena,
                                   const struct floor **floor_out,
                                   struct jx_defects *defects_out, struct fail *why);

#endif

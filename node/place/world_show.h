/* node/place/world_show.h - something that is seen of a person, not where he is nor how he
 * looks: a reaction. Threads: the world's.  Owns: nothing. */
#ifndef NODE_PLACE_WORLD_SHOW_H
#define NODE_PLACE_WORLD_SHOW_H

#include "node/place/world.h"

/* To everybody who sees him, himself too; of must hold nothing that one of them may not know.
 * Kept, never said again. ERR_NOMEM, ERR_INTERNAL: nobody was told. */
NODISCARD enum err world_show(const struct world_person *person, const struct live_event *event,
                              const void *of, struct fail *why);

#endif

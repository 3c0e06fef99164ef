/* node/place/mirror_rows.h - rows of floors that other towns see, for node/features.c. Threads:
 * const data. */
#ifndef NODE_PLACE_MIRROR_ROWS_H
#define NODE_PLACE_MIRROR_ROWS_H

#include "node/base/command.h"

#define MIRROR_COMMANDS_N 4
#define MIRROR_EVENTS_N   1
extern const struct command mirror_commands[MIRROR_COMMANDS_N]; /* mirror_commands.c */
extern const struct live_event mirror_events[MIRROR_EVENTS_N];  /* mirror.c */

#endif

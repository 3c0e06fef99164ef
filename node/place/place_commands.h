/* node/place/place_commands.h - the place's rows for node/features.c. Threads: const data. */
#ifndef NODE_PLACE_PLACE_COMMANDS_H
#define NODE_PLACE_PLACE_COMMANDS_H

#include "node/base/command.h"

#define PLACE_COMMANDS_N 18
extern const struct command place_commands[PLACE_COMMANDS_N];

#endif

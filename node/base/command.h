/* node/base/command.h - one row per way in over the WebSocket: the same columns as a route.
 * The realtime server (node/server) reads these rows; see route.h for the meaning of each. */
#ifndef NODE_BASE_COMMAND_H
#define NODE_BASE_COMMAND_H

#include "node/base/route.h"

struct command_call; /* the realtime server's: connection, caller, input */

struct command {
    const char *name; /* "floor.walk" */
    unsigned roles;
    enum object_rule object;
    enum audit_class audit;
    const struct jx_shape *input;
    const char *summary_ja;
    void (*handle)(struct command_call *call);
};

struct command_table {
    const struct command *rows;
    int n;
};

#endif

/* node/server/wire.h - what the rows say, for others to read: the browser client's types
 * (node/web/src/wire.ts) and the authorisation matrix that tests/authz walks.
 * Threads: reentrant. */
#ifndef NODE_SERVER_WIRE_H
#define NODE_SERVER_WIRE_H

#include "node/base/command.h"
#include "node/server/routes.h"
#include "node/server/text.h"

/* TypeScript: an interface for every shape, the types of every route, socket command and event
 * by name; `routes`, the table behind the first, and `liveCodes`, what binary messages begin
 * with. ERR_INVALID as shapes_add. */
NODISCARD enum err wire_write(const struct routes *routes, const struct command_table *commands,
                              const struct live_event_table *events, struct text *text,
                              struct fail *why);

/* Tab-separated, with a line of titles: route, method, path, listener, role, expect, object,
 * audit. One line for every route, listener and role (anonymous and the twelve; on the admin
 * listener "operator"). expect: "allow" (any answer but the next two), "401", "404" (the bytes
 * of a missing object). A listener the row does not name stands with role "*" and "404". */
void matrix_write(const struct routes *routes, struct text *text);

#endif

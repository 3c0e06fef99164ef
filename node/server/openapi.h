/* node/server/openapi.h - the OpenAPI 3.1 document, written from the route rows: paths and
 * parameters, request and answer schemas from the shapes, the problem answers a row can give,
 * and what only we say as x- members: roles, listeners, object rule, audit class. The
 * operator's socket is nobody else's business: rows of it alone, their shapes and its name are
 * left out. What is said over the WebSocket stands in x-websocket, commands and events by name.
 * Threads: reentrant. */
#ifndef NODE_SERVER_OPENAPI_H
#define NODE_SERVER_OPENAPI_H

#include "node/base/command.h"
#include "node/server/routes.h"
#include "node/server/text.h"

/* commands and events: lists that end with n == 0. */
void openapi_write(const struct routes *routes, const struct command_table *commands,
                   const struct live_event_table *events, struct text *text);

/* "own_class" and so on, for all that prints rows. */
const char *object_rule_id(enum object_rule rule);
const char *audit_class_id(enum audit_class audit);

#endif

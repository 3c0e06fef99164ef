/* node/server/own.h - the server's own rows: what a node says about itself, to everyone (own.c)
 * and to its operator (operator.c). They answer in every state, without a session, with the
 * database away. Threads: const data; own_describe once, before the server starts. */
#ifndef NODE_SERVER_OWN_H
#define NODE_SERVER_OWN_H

#include "node/base/route.h"
#include "node/base/setting.h"

struct assets;
struct command_table;
struct dispatch;
struct live;
struct live_event_table;
struct metrics;
struct routes;

#define OWN_ROUTES_N      3
#define OPERATOR_ROUTES_N 2
#define OWN_SETTINGS_N    3
extern const struct route own_routes[OWN_ROUTES_N];
extern const struct route operator_routes[OPERATOR_ROUTES_N];
extern const struct setting *const own_settings[OWN_SETTINGS_N];

static inline bool own_is(const struct route *route)
{
    return (route >= own_routes && route < own_routes + OWN_ROUTES_N) ||
           (route >= operator_routes && route < operator_routes + OPERATOR_ROUTES_N);
}

/* What a node says to everyone comes from memory, on a thread of its own: health is told while
 * every worker waits for the database. */
static inline bool own_needs_no_db(const struct route *route)
{
    return route >= own_routes && route < own_routes + OWN_ROUTES_N;
}

/* What the rows speak of; outlives the server. */
struct own {
    const struct dispatch *dispatch;
    const struct metrics *metrics;
    const struct routes *routes;
    const struct assets *assets;
    const struct live *live; /* NULL: none */
    const struct command_table *commands;
    const struct live_event_table *events;
};
void own_describe(const struct own *own);
const struct own *own_read(void);

#endif

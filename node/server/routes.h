/* node/server/routes.h - all features' route rows, checked once and made quick to search.
 * Threads: read-only after create.  Owns: its index; the rows are const data of the features.
 */
#ifndef NODE_SERVER_ROUTES_H
#define NODE_SERVER_ROUTES_H

#include "node/base/route.h"
#include "node/server/path.h"

struct routes;

/* tables ends with n == 0. ERR_INVALID names the row and the rule it breaks: a name twice, the
 * same method and path twice on one listener, a path that is not "/a/{b}" of at most
 * PATH_SEGMENTS_MAX segments and 8 parameters, no listener, role, handler or summary, a body on
 * GET. (On the admin socket the peer's uid is the right; roles say nothing there.) */
NODISCARD enum err routes_create(const struct route_table *tables, struct routes **routes_out,
                                 struct fail *why);
void routes_destroy(struct routes **routes);

struct route_match {
    const struct route *route; /* NULL: no row, or none with this method */
    int index;                 /* of the row, 0..routes_n-1 */
    unsigned methods;          /* bits 1u << enum http_method that this path knows here */
    struct req_param params[8];
    int n_params;
};

/* Finds the row for a path on one listener. Where two templates fit, the one with the earlier
 * literal segment wins. Parameter values borrow from path. */
void routes_find(const struct routes *routes, enum listener listener, enum http_method method,
                 const struct path *path, struct route_match *match_out);

int routes_n(const struct routes *routes);
const struct route *routes_at(const struct routes *routes, int index);

const char *http_method_name(enum http_method method); /* "GET" */
const char *listener_name(enum listener listener);     /* "public" */

#endif

/* tenants/handback/import_desk.h - the operator's way to take a bag in: POST says which
 * directory, GET how it goes. One at a time, on a thread of its own; when it is done the
 * program ends itself in order, for everything it holds in memory is of the empty node, and the
 * supervisor starts it again.  Threads: any. */
#ifndef TENANTS_HANDBACK_IMPORT_DESK_H
#define TENANTS_HANDBACK_IMPORT_DESK_H

#include "node/base/route.h"

#define IMPORT_ROUTES_N 2
extern const struct route import_routes[IMPORT_ROUTES_N];

/* Before the parts end: waits for the one under way. */
void import_desk_end(void);

#endif

/* tenants/handback/first_slip.h - after an import nobody can sign in, for passwords and second
 * factors stay behind. The operator lets one commissioner in again, as he made the first one of
 * a new node: a one-time password, told once; the account goes back to issued, so that its
 * owner sets a password and a second factor of his own. From the moment any commissioner came
 * in it is refused for good: everybody else is let in on the screens, where a second factor
 * takes two persons (NI-2.3.4-2b, KP-3-調達-4). On record: two steps of the account, with the
 * operator's name and the reason.
 * Threads: HTTP workers, a hashing thread, the writer's.  Owns: nothing. */
#ifndef TENANTS_HANDBACK_FIRST_SLIP_H
#define TENANTS_HANDBACK_FIRST_SLIP_H

#include "node/base/route.h"
#include "node/base/stmt.h"

#define FIRST_SLIP_ROUTES_N 1
#define FIRST_SLIP_STMTS_N  1
extern const struct route first_slip_routes[FIRST_SLIP_ROUTES_N];
extern const struct stmt *const first_slip_stmts[FIRST_SLIP_STMTS_N];

#endif

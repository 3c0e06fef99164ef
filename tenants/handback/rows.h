/* tenants/handback/rows.h - the rows of this feature for node/features.c. Threads: const data.
 */
#ifndef TENANTS_HANDBACK_ROWS_H
#define TENANTS_HANDBACK_ROWS_H

#include "node/base/route.h"
#include "tenants/handback/plan.h"

#define HANDBACK_ROUTES_N 2
extern const struct route handback_routes[HANDBACK_ROUTES_N];

#endif

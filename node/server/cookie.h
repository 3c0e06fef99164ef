/* node/server/cookie.h - the strict reader of one cookie.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_SERVER_COOKIE_H
#define NODE_SERVER_COOKIE_H

#include "node/base/err.h"
#include "node/base/span.h"

/* The value of one cookie. Other cookies may be of any form (a parent domain may set them), but
 * the one asked for must come once and be made of [A-Za-z0-9_-], else ERR_PROTO. SPAN_NONE and
 * ERR_OK when it is not there. */
NODISCARD enum err cookie_find(struct span header, struct span name, struct span *value_out,
                               struct fail *why);

#endif

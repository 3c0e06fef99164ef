/* tenants/leaving/leaving_canon.h - what the node answered (compact JSON, as jx_write makes it)
 * with its keys sorted: so that it can stand in a signed line. Threads: reentrant.  Owns:
 * nothing; *out lives in the arena. */
#ifndef TENANTS_LEAVING_CANON_H
#define TENANTS_LEAVING_CANON_H

#include "node/base/jx.h"

/* The whole of it, or nothing: ERR_NOMEM; else the errors of jx_check_within. */
NODISCARD enum err leaving_canonical(struct span json, struct arena *arena, struct span *out,
                                     struct fail *why);

#endif

/* ops/cli/leave_canon.h - what the node answered (compact JSON, as jx_write makes it) with its
 * keys sorted: so that it can stand in a signed line.  Threads: one. */
#ifndef OPS_CLI_LEAVE_CANON_H
#define OPS_CLI_LEAVE_CANON_H

#include "node/base/jx.h"

NODISCARD enum err leave_canonical(struct span json, struct arena *arena, struct span *out,
                                   struct fail *why);

#endif

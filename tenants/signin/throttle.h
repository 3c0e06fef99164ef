/* tenants/signin/throttle.h - how often one address may try one account: never by address
 * alone, for a whole school sits behind one. Kept in memory only and in fixed room; a lock of
 * the account that survives restarts stands in its row. Threads: any, without a lock. */
#ifndef TENANTS_SIGNIN_THROTTLE_H
#define TENANTS_SIGNIN_THROTTLE_H

#include "node/base/err.h"
#include "node/base/span.h"

struct throttle;

NODISCARD enum err throttle_create(struct throttle **throttle_out, struct fail *why);
void throttle_destroy(struct throttle **throttle);
/* Counts one try of `account` (any bytes that stand for it) from `address`. ERR_RATE: n_cap
 * tries were counted, and since the last of them no full minute of the monotonic clock has
 * passed; so no minute ever holds more than n_cap. When the room is used up by others, the
 * count that was left alone the longest is given up. */
NODISCARD enum err throttle_try(struct throttle *throttle, struct span account,
                                struct span address, int n_cap, int64_t mono_us,
                                struct fail *why);
/* Notes one more without a cap; how many were noted, if the last of them is younger than
 * window_s. */
void throttle_note(struct throttle *throttle, struct span account, struct span address,
                   int64_t mono_us);
int throttle_count(struct throttle *throttle, struct span account, struct span address,
                   int window_s, int64_t mono_us);

#endif

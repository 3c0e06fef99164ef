/* node/place/place_guest.h - guest teachers on floors: where no rule of access speaks of one,
 * he may come only where a feature above says that he teaches now (node/classes). Threads: the
 * live thread.  Owns: nothing. */
#ifndef NODE_PLACE_PLACE_GUEST_H
#define NODE_PLACE_PLACE_GUEST_H

#include "node/base/id.h"
#include "node/base/span.h"

struct place;

/* Asked for accounts of the role guest_teacher alone; NULL: nowhere. arg outlives the live
 * server. */
void place_guest_gate_set(struct place *place,
                          bool (*teaches)(void *arg, struct span floor, struct id account,
                                          int64_t now_utc_us),
                          void *arg);
/* Its answers may be others by now: looked at with the next sweep. */
void place_guest_again(struct place *place);

#endif

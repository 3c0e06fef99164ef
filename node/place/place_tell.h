/* node/place/place_tell.h - a word of the place to one account, or to all staff who may see
 * IDs, on a floor or in the lobby. Threads: the live thread alone; from any other go there with
 * live_post. Owns: nothing; of is borrowed until the call returns. */
#ifndef NODE_PLACE_PLACE_TELL_H
#define NODE_PLACE_PLACE_TELL_H

#include "node/base/command.h"
#include "node/base/id.h"

struct place;

/* His visit hears it numbered, so that a cut does not lose it (visit_ring.h); his other lines,
 * which are in the lobby, without a number. Who is not connected hears nothing. */
void place_tell_account(struct place *place, struct id account, const struct live_event *event,
                        const void *of);
/* Every visit, numbered, and every line in the lobby of whoever may see IDs. */
void place_tell_staff(struct place *place, const struct live_event *event, const void *of);
/* To all of them but this one, of whom it is. */
void place_tell_other_staff(struct place *place, struct id account,
                            const struct live_event *event, const void *of);
/* The same to whoever is connected, without a number: of no use later. */
void place_tell_staff_now(struct place *place, const struct live_event *event, const void *of);

#endif

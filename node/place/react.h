/* node/place/react.h - reactions: what one shows without voice or text (AI-2.4-カ), with chat
 * and voice stopped, too. Each use is a row (AI-2.5-エ), written first: it is seen by the
 * others and answered after the commit, in the order of the commits. Those that come while a
 * commit is under way go with the next. Threads: the live thread's, but for the writer's own
 * part. Owns: what waits. */
#ifndef NODE_PLACE_REACT_H
#define NODE_PLACE_REACT_H

#include "node/place/place_priv.h"

#define REACT_BURST     5    /* of one visit at once; then one a second */
#define REACT_BATCH     256  /* in one transaction */
#define REACT_WAIT_MOST 4096 /* beyond them nothing is taken: code `busy` */

struct reacts;

/* Somebody shows it, to all who see him. */
void react_show(const struct world_person *person, int kind);
/* Each tick: what could not be posted for want of memory. */
void reacts_sweep(struct place *place);
NODISCARD enum err reacts_open(struct place *place, struct fail *why);
/* The live thread has ended. What was not posted yet was never acknowledged. */
void reacts_close(struct place *place);

#endif

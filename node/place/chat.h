/* node/place/chat.h - what is written in the place (AI-2.4-エ, AI-2.4-オ, SE-4.1-イ-4,
 * HI-4.3-1): open lines, private talks, whom one does not want to be asked by. A line is
 * answered and told when it is committed, once, in the order of commits; every text passes the
 * safe words first. Today's lines are there for who comes in; after a restart they are read
 * again. Threads: the live thread's, unless said otherwise.  Owns: place->chat. */
#ifndef NODE_PLACE_CHAT_H
#define NODE_PLACE_CHAT_H

#include "node/place/place_priv.h"

NODISCARD enum err chat_open(struct place *place, struct db *db, struct fail *why);
/* The live server has ended. */
void chat_close(struct place *place);
void chat_sweep(struct place *place, struct place_now now); /* each tick */
/* He came to stand on a floor. A talk with somebody who knows him by alias alone, or by name
 * alone, ends: its id must not tie the two together (SE-4.1-イ-3). */
void chat_stand(struct visit *visit, struct place_now now);
/* His visit is over: so are his talks. */
void chat_leave(struct place *place, struct id account, struct place_now now);

#endif

/* node/place/talk_priv.h - between the files of private talks. Threads: the live thread's. */
#ifndef NODE_PLACE_TALK_PRIV_H
#define NODE_PLACE_TALK_PRIV_H

#include "node/place/chat_priv.h"

#define TALK_ASK_US   (INT64_C(60) * 1000000) /* so long one may answer */
#define TALK_AGAIN_US (INT64_C(60) * 1000000) /* after a no */

/* Output of talk.ask. */
struct talk_answer {
    struct id talk;
};

/* The open or asked one of these two; NULL: none. */
struct talk *talk_between(struct chat *chat, struct id a, struct id b);
void talk_ask_tell(struct visit *to, const struct visit *from, const struct talk *talk);
/* The asked one says no, or nothing. */
void talk_refuse(struct chat *chat, struct talk *talk, struct place_now now);
/* Writes its beginning, then answers call, opens it and tells both. */
void talk_begin(struct chat *chat, struct talk *talk, struct command_call *call);

/* ---- talk_block.c ---- */

void talk_block_ask(struct command_call *call, const struct visit *visit,
                    const struct visit *other);
void talk_unblock_ask(struct command_call *call, struct id block);
void talk_blocks_answer(struct command_call *call);
extern const struct jx_shape talk_block_answer_shape, talk_blocks_shape;

#endif

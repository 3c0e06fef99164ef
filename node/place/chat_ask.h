/* node/place/chat_ask.h - a question to the teacher of a lesson: a line of a talk of the two
 * that bears the lesson's id. It passes the same way as every line (chat_say.c): pace, safe
 * words, held for staff, an alert for a cry for help, its row, then the answer; it stands in
 * the same record, is searched, handed back and erased with it, and staff decide about a held
 * one in the same list. But the two hear nothing of it as of a talk: whoever asks is told, and
 * tells whom it concerns. What staff stopped of his writing stops his questions too. Threads:
 * the live thread.  Owns: nothing. */
#ifndef NODE_PLACE_CHAT_ASK_H
#define NODE_PLACE_CHAT_ASK_H

#include "node/io/live.h"

struct chat_asked {
    struct id line, lesson, author;
    int64_t at_utc_us;
    bool is_held;           /* staff look at it first: nobody else reads it */
    struct span name, text; /* as others read them; valid until the call returns */
};

/* Answers the call with chat_answer_shape (chat_events.h). line: the client's id of it; the
 * same again is the same question. told: after its COMMIT; of one that is sent again not. */
void chat_ask(struct command_call *call, struct id lesson, struct id teacher, struct id line,
              struct span text,
              void (*told)(const struct services *services, const struct chat_asked *asked));

#endif

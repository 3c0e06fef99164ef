/* node/support/call.h - one look at a call that nobody has answered: who is told now, and when
 * the next (escalate.h), in one operation with the rows that say so.
 * Threads: call_go_on waits for the writer: this folder's thread.  Owns: nothing. */
#ifndef NODE_SUPPORT_CALL_H
#define NODE_SUPPORT_CALL_H

#include "node/base/services.h"
#include "node/support/duty_store.h"
#include "node/support/sos_store.h"

/* After the undo time, so that a press on the last moment is still taken back. */
#define CALL_UNDO_GRACE_US INT64_C(1000000)

struct call_going {
    const struct services *services;
    struct duty_call call;
    int64_t now_utc_us;
    int n_words;           /* filled: notices that were put, or tried to */
    bool is_reached;       /* filled: the last of them is on its way */
    struct sos_listed sos; /* filled: of an SOS, as it is then; texts are not to be used */
};
/* ERR_OK also when somebody has answered meanwhile. */
NODISCARD enum err call_go_on(struct call_going *going, struct fail *why);

/* In an operation's run: somebody has read an incident. The call ends when he is one of those
 * it goes to (on duty, or told), or when nobody is on duty at all. */
NODISCARD enum err call_read(struct tx *tx, struct id incident, struct id by,
                             int64_t now_utc_us, struct fail *why);

/* In an operation's run: somebody answered, so that nobody else is told, and what has not gone
 * out yet does not go. */
NODISCARD enum err call_end(struct tx *tx, enum duty_purpose purpose, struct id id,
                            struct id by, int64_t now_utc_us, struct fail *why);

#endif

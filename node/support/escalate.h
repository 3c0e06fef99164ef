/* node/support/escalate.h - who is told next of a call that nobody has answered (NI-2.3-b2,
 * AI-4.4-カ-ハ-1b): the persons on duty one after another; when the list is through everybody
 * at once, again and again, and never an end. Pure.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_SUPPORT_ESCALATE_H
#define NODE_SUPPORT_ESCALATE_H

#include "node/base/id.h"

/* Between two rounds of telling everybody the wait doubles up to this, so that a night's call
 * does not bury the mailbox it has to be read in. */
#define ESCALATE_WAIT_MOST_US INT64_C(3600000000)

/* What is known of one call. */
struct escalate_case {
    int64_t begins_utc_us; /* nobody is told before */
    int64_t wait_us;       /* after a word, for somebody to answer it */
    int64_t last_utc_us;   /* of the last word; with n_told and n_all 0: none yet */
    const struct id *duty; /* who is on duty, in order */
    const struct id *told; /* whom it was told, or tried to */
    size_t n_duty, n_told;
    int n_all;       /* how often everybody was told */
    bool is_reached; /* the last word is on its way to somebody; else it goes on at once */
};

enum escalate_act { ESCALATE_WAIT, ESCALATE_PERSON, ESCALATE_ALL };
struct escalate_next {
    enum escalate_act act;
    struct id person;   /* PERSON */
    int64_t due_utc_us; /* when this is, or would be, done */
};
/* A clock that was set back makes nobody wait: after a last word in the future it goes on at
 * once. */
struct escalate_next escalate_next(const struct escalate_case *call, int64_t now_utc_us);

#endif

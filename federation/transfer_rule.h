/* federation/transfer_rule.h - where a transfer stands and what may follow.
 * Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_TRANSFER_RULE_H
#define FEDERATION_TRANSFER_RULE_H

#include <stdbool.h>

#include "node/base/id.h"

enum transfer_state {
    TRANSFER_ASKED,    /* home: opened by one, waits for a second */
    TRANSFER_OFFERED,  /* home: told to the other town; there: waits for a commissioner */
    TRANSFER_ACCEPTED, /* both: the receiver said yes */
    TRANSFER_TAKING,   /* receiver: an account was named, the parcel is being fetched */
    TRANSFER_GIVEN,    /* home: the parcel was asked for and left */
    TRANSFER_DONE,
    TRANSFER_DECLINED,
    TRANSFER_CANCELLED,
    TRANSFER_REFUSED, /* home: the other node does not take offers from here */
    TRANSFER_STATE_N
};
#define TRANSFER_STATES "asked|offered|accepted|taking|given|done|declined|cancelled|refused"

enum transfer_event {
    TRANSFER_CONFIRM, /* home: the second person */
    TRANSFER_CANCEL,  /* home, when given: two persons; at the receiver: home said so */
    TRANSFER_ACCEPT,  /* receiver; at home: the receiver said so */
    TRANSFER_DECLINE, /* as accept */
    TRANSFER_BOUNCE,  /* home: the offer was refused for good */
    TRANSFER_TAKE,    /* receiver: the second person, with an account */
    TRANSFER_MISS,    /* receiver: what came may not be kept, or did not come for good */
    TRANSFER_GIVE,    /* home: the parcel is asked for */
    TRANSFER_ARRIVE,  /* receiver: it is kept; at home: the receipt */
    TRANSFER_EVENT_N
};

/* False: not now; *to_out is left alone. What was said twice is no error of this function. */
bool transfer_follows(bool is_out, enum transfer_state from, enum transfer_event event,
                      enum transfer_state *to_out);
bool transfer_is_over(enum transfer_state state);

/* Who acts next. */
enum transfer_waits {
    TRANSFER_FOR_SECOND,
    TRANSFER_FOR_BOARD,
    TRANSFER_FOR_PEER,
    TRANSFER_FOR_NODE,
    TRANSFER_FOR_NOBODY
};
#define TRANSFER_WAITS "second|board|peer|node|nobody"
enum transfer_waits transfer_waits_for(bool is_out, enum transfer_state state);

#endif

/* federation/outbox.h - what must reach another node: a row in the caller's own transaction
 * first, bytes later, again and again until that node has answered (CARD-12).
 *
 * To one peer in the order put, one at a time: the next waits until the one before was
 * answered. At least once on the way, once in effect: the row's op is the operation's id there
 * (federation/inbox.h). A peer that is away costs one try now and then (after 1 s, 2 s, ...
 * OUTBOX_WAIT_MOST_S), and is tried at once when it is heard of. What it refuses for good stays
 * OUTBOX_ENDED_DAYS for people to see and does not hold up what follows; after FED_GIVE_UP_US
 * nothing is tried any more, since by then the other side may have forgotten the id. What it
 * says of our place in its registry (unknown-key, not-member, contract-ended, registry-split)
 * is not for good: the next registry may say otherwise.
 *
 * The body is sealed where it waits. Threads: outbox_put on the writer's thread, the rest any;
 * one thread sends.  Owns: its thread. */
#ifndef FEDERATION_OUTBOX_H
#define FEDERATION_OUTBOX_H

#include "federation/inbox.h"
#include "node/base/clock.h"

#define FED_GIVE_UP_US     (28 * DAY_US) /* FED_KEEP_MONTH is 30 */
#define OUTBOX_MOST        5000          /* waiting for one peer */
#define OUTBOX_ENDED_DAYS  30
#define OUTBOX_WAIT_MOST_S 60

/* In an operation's run: it goes out if and only if the operation commits. kind: FED_KEEP_MONTH
 * with a fixed path. The same op put twice is put once. ERR_BUSY: OUTBOX_MOST wait;
 * ERR_TOO_LARGE: over kind->body_most. */
NODISCARD enum err outbox_put(struct tx *tx, struct federation *federation, struct id peer,
                              const struct fed_kind *kind, struct id op, struct span body,
                              int64_t now_utc_us, struct fail *why);
/* From that operation's done: sends now instead of within half a minute. */
void outbox_wake(struct federation *federation);

#endif

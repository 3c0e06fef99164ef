/* node/base/mbox.h - bounded mailbox between threads: many may post, one owner takes
 * (or the few threads of a pool share the taking: no message waits while one of them sleeps).
 * A full mailbox refuses (ERR_BUSY); the poster decides what that means.
 * Threads: post from any; take from the owner. One of the few places with a lock
 * (node/README.md). */
#ifndef NODE_BASE_MBOX_H
#define NODE_BASE_MBOX_H

#include "node/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct mbox;

/* Messages are fixed-size values, copied in and out. */
NODISCARD enum err mbox_create(size_t message_bytes, size_t n_cap, struct mbox **mbox_out,
                               struct fail *why);
void mbox_destroy(struct mbox **mbox);
/* ERR_BUSY when full, ERR_UNAVAILABLE after mbox_close. */
NODISCARD enum err mbox_post(struct mbox *mbox, const void *message, struct fail *why);
/* Takes up to n_cap messages at once, in order. Waits up to wait_ms (-1: for ever) for the
 * first. 0 means: nothing came in time, or the mailbox is closed and empty (see mbox_is_done).
 */
size_t mbox_take(struct mbox *mbox, void *messages_out, size_t n_cap, int wait_ms);
/* No further posts; what is queued is still taken. Wakes the owner. */
void mbox_close(struct mbox *mbox);
int mbox_is_done(struct mbox *mbox); /* closed and empty */
/* An eventfd that is readable while messages wait: for owners that sit in epoll. Made when it
 * is first asked for; -1: there was none to be had. Owned by mbox. */
int mbox_event_fd(struct mbox *mbox);
size_t mbox_n_waiting(struct mbox *mbox);

#endif

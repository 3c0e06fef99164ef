/* node/place/voice_link.h - the node's line to its media program (voice/frame.h). A thread of
 * its own holds it: it connects, says HELLO, hands on what it is told, and comes again when the
 * program has died. What was said before a HELLO is forgotten there: who owns the sessions says
 * everything anew at each `up`.
 * Threads: open and close on the opener's; say from any; the calls come on the line's thread.
 * Owns: the thread and the socket. */
#ifndef NODE_PLACE_VOICE_LINK_H
#define NODE_PLACE_VOICE_LINK_H

#include "voice/frame.h"

#define VOICE_LINK_AGAIN_MS 200 /* between two tries to connect */

struct voice_link;

struct voice_link_conf {
    const char *path; /* voice.socket */
    void *arg;
    /* The program is there and has nothing yet; ready: its fingerprint and ports. */
    void (*up)(void *arg, const struct voice_frame *ready);
    /* It is gone, and every session with it. After an up, once. */
    void (*down)(void *arg);
    /* Between up and down, in order. Borrowed for the call. */
    void (*told)(void *arg, const struct voice_frame *frame);
};

NODISCARD enum err voice_link_open(const struct voice_link_conf *conf,
                                   struct voice_link **link_out, struct fail *why);
/* Ends the thread; no call comes after it, and down does not either. */
void voice_link_close(struct voice_link **link);
/* Never waits. False: the program is not there, or takes nothing now (it is then cut off, and
 * down comes, unless this was sound: VOICE_OP_PACKET is dropped alone). */
bool voice_link_say(struct voice_link *link, const struct voice_frame *frame);

#endif

/* voice/control.h - the socket by which the node says who may hear whom: SOCK_SEQPACKET, one
 * message of voice/frame.h a packet. One node at a time, of this process's user or root
 * (SO_PEERCRED): a newer one takes the place of an older. Nothing here waits: a node that does
 * not take what it is told is cut off, and says everything anew when it is back; sound alone is
 * dropped instead.
 * Threads: one.  Owns: the socket's file and both sockets. */
#ifndef VOICE_CONTROL_H
#define VOICE_CONTROL_H

#include "voice/frame.h"

struct control_conf {
    const char *path;
    void *arg;
    /* A message of the node. It may call control_tell. */
    void (*said)(void *arg, const struct voice_frame *frame, int64_t now_ms);
    /* The node is gone, or another has come in its place: what is told now goes to nobody. */
    void (*ended)(void *arg, int64_t now_ms);
};

struct control;

/* Events of these sockets bear data.u64 with CONTROL_EVENT set. */
#define CONTROL_EVENT (UINT64_C(1) << 62)
/* Binds mode 0600, over what a program that is gone left there. */
NODISCARD enum err control_open(const struct control_conf *conf, int epoll_fd,
                                struct control **control_out, struct fail *why);
void control_close(struct control **control);
void control_serve(struct control *control, uint64_t data, int64_t now_ms);
/* To nobody when no node is there. */
void control_tell(struct control *control, const struct voice_frame *frame);
/* Messages that found no room. */
uint64_t control_untold(const struct control *control);

#endif

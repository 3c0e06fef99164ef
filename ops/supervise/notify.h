/* ops/supervise/notify.h - how a program says that it is ready: "READY=1" in a line of its own,
 * on a pipe (NOTIFY_FD, ibasho's own programs) or as a datagram (NOTIFY_SOCKET, the protocol of
 * sd_notify(3), spoken by PostgreSQL and HAProxy as Debian builds them).
 * Threads: one.  Owns: the socket. */
#ifndef OPS_SUPERVISE_NOTIFY_H
#define OPS_SUPERVISE_NOTIFY_H

#include <sys/types.h>

#include "node/base/err.h"
#include "node/base/span.h"

#define NOTIFY_NAME_CAP 16

/* An abstract socket whose name the kernel chooses; name_out is the value of NOTIFY_SOCKET. Any
 * user may send to it, so every datagram is taken with its sender's process id. */
NODISCARD enum err notify_socket_open(int *fd_out, char name_out[NOTIFY_NAME_CAP],
                                      struct fail *why);
/* Takes one datagram: true when it says READY=1; pid_out is its sender. false: another word; a
 * pid of 0: nothing waits. */
bool notify_take(int fd, pid_t *pid_out);
bool notify_is_ready(struct span message);

#endif

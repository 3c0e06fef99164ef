/* ops/keyd/serve.h - the agent's socket: who may connect, frames in, frames out.
 * The peer's uid is asked of the kernel (SO_PEERCRED) before a byte is read; anyone but the
 * allowed uids is closed without an answer. A connection that sends what is not a frame gets
 * BAD_FRAME and is closed. Buffers live in the locked heap.
 * Threads: one. */
#ifndef OPS_KEYD_SERVE_H
#define OPS_KEYD_SERVE_H

#include <sys/types.h>

#include "ops/keyd/vault.h"

#define SERVE_N_UIDS 3

struct serve_conf {
    const char *path; /* keyd.socket */
    uid_t uids[SERVE_N_UIDS];
    int n_uids;
};

/* Binds and listens, mode 0600, over a left-over socket of an agent that is gone. */
NODISCARD enum err serve_listen(const struct serve_conf *conf, int *fd_out, struct fail *why);
/* Serves until stop_fd is readable. Logs the counts at most once a minute. */
NODISCARD enum err serve_run(const struct serve_conf *conf, int listen_fd, int stop_fd,
                             struct vault *vault, struct fail *why);

#endif

/* ops/supervise/child.h - one program's process: started with nothing of the supervisor's but
 * its log pipe, and without any right that its user does not have. Threads: one (fork).  Owns:
 * nothing. */
#ifndef OPS_SUPERVISE_CHILD_H
#define OPS_SUPERVISE_CHILD_H

#include <sys/types.h>

#include "ops/supervise/table.h"

struct child_start {
    const struct sup_program *program;
    const struct sup_table *table;
    uid_t uid; /* (uid_t)-1: keep the supervisor's */
    gid_t gid;
    int log_fd;                /* becomes standard output and error */
    int notify_fd;             /* write end handed on as NOTIFY_FD; -1: none */
    const char *notify_socket; /* value of NOTIFY_SOCKET */
};

/* A user of the table. ERR_NOT_FOUND; ERR_DENIED for root by name: nothing here runs as root.
 */
NODISCARD enum err child_user(const char *name, uid_t *uid_out, gid_t *gid_out,
                              struct fail *why);
/* The process has its own session, group and user alone, no capability, no new privileges, no
 * core file, umask 077, "/" as directory, /dev/null as input, a fresh environment; the kernel
 * kills it when the supervisor dies. A program that cannot be executed ends with status 127. */
NODISCARD enum err child_spawn(const struct child_start *start, pid_t *pid_out,
                               struct fail *why);
/* Reads process ids, each followed by a blank, from fd to its end, whatever pieces they come
 * in. Starts zeroed but for fd. */
struct child_pids {
    int fd;
    long pid; /* as far as it was read */
    size_t at, len;
    char text[4096];
};
/* false: no more. A last number without its blank was cut and is none of ours; so is what no
 * process can be called. */
bool child_read_pid(struct child_pids *reader, pid_t *pid_out);
/* Kills what has become our child without being one of `known`: what a dead program left. */
int child_kill_orphans(const pid_t *known, int n_known);

#endif

/* ops/supervise/program.h - one program and its instances: `now` serves; during a swap `next`
 * is coming up beside it, and `old` is finishing what it had. Every change is made here,
 * nothing waits here; supervise.c decides what may start and when. Threads: the supervisor's.
 * Owns: log file, log pipe, words of readiness. */
#ifndef OPS_SUPERVISE_PROGRAM_H
#define OPS_SUPERVISE_PROGRAM_H

#include <stdint.h>

#include "ops/supervise/logfile.h"
#include "ops/supervise/state.h"
#include "ops/supervise/table.h"

#define PROGRAM_STEADY_US 2000000 /* ready this long: the next death is no quick one */
#define PROGRAM_SWAP_MOST_US \
    30000000 /* a new instance that is not ready by then is given up \
              */

/* INSTANCE_ENDED: of a program that is not restarted. */
enum instance_phase {
    INSTANCE_NONE,
    INSTANCE_STARTING,
    INSTANCE_READY,
    INSTANCE_STOPPING,
    INSTANCE_ENDED
};

struct instance {
    enum instance_phase phase;
    pid_t pid;
    unsigned long long started;          /* kernel's, see state.h */
    int notify_fd;                       /* read end of its NOTIFY_FD; -1 none */
    int64_t start_us, ready_us, kill_us; /* monotonic; kill_us 0: no limit runs */
    int exit_code;                       /* of INSTANCE_ENDED: 0 is well */
};

struct program {
    const struct sup_program *row;
    const struct sup_table *table;
    uid_t uid;
    gid_t gid;
    struct logfile log;
    int log_read_fd, log_write_fd;
    struct instance now, next, old;
    int n_quick_deaths;
    int64_t due_us; /* not started before */
    long n_starts;
    const char *notify_socket;
};

NODISCARD enum err program_open(struct program *p, const struct sup_program *row,
                                const struct sup_table *table, int log_dir_fd,
                                const char *notify_socket, struct fail *why);
void program_close(struct program *p);
/* Starts `now`. A failed fork counts as a quick death. */
void program_start(struct program *p, int64_t now_us);
/* Starts `next`; says so in the log when a swap is already on its way or nothing serves. */
void program_swap(struct program *p, int64_t now_us);
void program_renew(struct program *p); /* its renew signal to `now` */
/* Asks every instance to end; a second call changes nothing. */
void program_stop(struct program *p, int64_t now_us);
/* Process pid ended with a waitpid status; false when it is none of this program's. */
bool program_ended(struct program *p, pid_t pid, int status, int64_t now_us);
/* pid said READY=1; false when it is none of this program's. */
bool program_heard(struct program *p, pid_t pid, int64_t now_us);
/* Reads what stands in the log pipe and in pipes of readiness. */
void program_read(struct program *p, int64_t now_us);
/* Overdue instances are killed, unready swaps given up, sockets tried. */
void program_tick(struct program *p, int64_t now_us);
/* When program_tick has something to do again; INT64_MAX: never. */
int64_t program_deadline_us(const struct program *p, int64_t now_us);

bool program_is_up(const struct program *p);   /* higher orders may start */
bool program_is_down(const struct program *p); /* no instance lives */
/* Appends its rows; returns how many. */
int program_rows(const struct program *p, struct state_row *rows);

#endif

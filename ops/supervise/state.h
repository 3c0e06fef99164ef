/* ops/supervise/state.h - what a supervisor runs, in a file that `ibasho-supervise --status`,
 * scripts and tests read, one line each, and by which the next supervisor finds what a killed
 * one may have left: supervisor PID STARTTIME running|stopping NAME PID STARTTIME
 * starting|ready|stopping|waiting|ended N_STARTS An instance of a swap stands there as
 * NAME/next and NAME/old. A pid is only believed together with the kernel's start time of that
 * process, so that a reused number harms nobody. Threads: one.  Owns: nothing. */
#ifndef OPS_SUPERVISE_STATE_H
#define OPS_SUPERVISE_STATE_H

#include <sys/types.h>

#include "node/base/err.h"
#include "ops/supervise/table.h"

#define STATE_ROWS_MAX (1 + 3 * SUP_PROGRAMS_MAX)

struct state_row {
    char name[SUP_NAME_MAX + 8];
    pid_t pid;                  /* 0: not running */
    unsigned long long started; /* ticks after boot, of /proc/PID/stat; 0 when pid is 0 */
    char word[12];
    long n_starts;
};

struct state {
    struct state_row rows[STATE_ROWS_MAX]; /* the first is the supervisor's */
    int n;
};

/* 0 when there is no such process, or only its zombie. */
unsigned long long state_started(pid_t pid);
bool state_is_alive(const struct state_row *row);
/* The file's text, NUL-terminated. */
#define STATE_TEXT_CAP (STATE_ROWS_MAX * 128UL)
void state_text(const struct state *state, char text_out[STATE_TEXT_CAP]);
/* Replaces PREFIX.state whole. */
NODISCARD enum err state_write(const char *prefix, const char *text, struct fail *why);
/* ERR_NOT_FOUND when there is none; ERR_PROTO when it is not a state file. */
NODISCARD enum err state_read(const char *prefix, struct state *state_out, struct fail *why);
const struct state_row *state_find(const struct state *state, const char *name);
/* Takes the lock of PREFIX; ERR_CONFLICT while another supervisor holds it. The descriptor is
 * the lock. */
NODISCARD enum err state_lock(const char *prefix, int *fd_out, struct fail *why);
/* Kills every program in state that still lives and waits for its end, wait_ms at most in all.
 */
NODISCARD enum err state_clean(const struct state *state, int wait_ms, int *n_killed_out,
                               struct fail *why);

#endif

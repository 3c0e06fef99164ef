/* ops/keyd/harden.h - what makes the agent's memory hard to come by, also for a process of its
 * own uid: no core, not dumpable (so /proc/PID/mem and ptrace need CAP_SYS_PTRACE), no new
 * privileges, a locked heap for secrets, and in the steady state a short list of system calls
 * with death for any other.
 * Threads: called once, before any other thread exists. */
#ifndef OPS_KEYD_HARDEN_H
#define OPS_KEYD_HARDEN_H

#include "node/base/err.h"

/* First thing in main. ERR_UNAVAILABLE when memory cannot be locked. */
NODISCARD enum err harden_start(struct fail *why);
/* Last thing before the loop. Any call that is not on the list kills the process (SIGSYS). */
NODISCARD enum err harden_calls(struct fail *why);

#endif

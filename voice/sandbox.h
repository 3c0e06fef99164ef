/* voice/sandbox.h - what the media program gives up before the first byte from outside: every
 * file (Landlock), new programs, new sockets, every system call that its loop does not need
 * (seccomp; any other ends the process), dumps of its memory (AI-2.6-イ: no voice body is
 * written to disk).
 * Threads: called once, before any other thread exists. */
#ifndef VOICE_SANDBOX_H
#define VOICE_SANDBOX_H

#include <stdbool.h>

#include "node/base/err.h"

/* First thing in main: no core, not dumpable, no new privileges. */
NODISCARD enum err sandbox_start(struct fail *why);
/* Last thing before the loop; sockets are open. has_landlock_out: false on a kernel without it,
 * where seccomp alone keeps files shut. */
NODISCARD enum err sandbox_enter(bool *has_landlock_out, struct fail *why);

#endif

/* node/base/wholefile.h - small files that are read whole and replaced whole: keystore, key
 * halves, check values. Replacing is: write PATH.new, fsync, rename, fsync the directory; so a
 * reader after a crash sees the old bytes or the new, never a mixture.
 * Threads: reentrant; writers and readers of one path keep out of each other's way themselves
 * (a lock file, or one process alone), because the bytes that were replaced are wiped. */
#ifndef NODE_BASE_WHOLEFILE_H
#define NODE_BASE_WHOLEFILE_H

#include "node/base/err.h"
#include "node/base/span.h"

#define WHOLEFILE_PATH_CAP 1024

/* Reads into the caller's buffer (which may be locked memory). ERR_NOT_FOUND: no such file;
 * ERR_TOO_LARGE: over cap; ERR_IO. */
NODISCARD enum err wholefile_read(const char *path, uint8_t *into, size_t cap, size_t *len_out,
                                  struct fail *why);
/* Both steps at once. The file is made with mode 0600. ERR_NOSPACE when the disk is full: the
 * old file stands. */
NODISCARD enum err wholefile_replace(const char *path, struct span bytes, struct fail *why);

/* The steps apart, for several copies that change together: stage all, then commit all. */
NODISCARD enum err wholefile_stage(const char *path, struct span bytes, struct fail *why);
/* Renames. wipe_old: the bytes of the file that was there before are overwritten with zeros, so
 * that a destroyed key does not lie about in free blocks (as far as the disk below overwrites
 * in place). wholefile_replace does so. */
NODISCARD enum err wholefile_commit(const char *path, bool wipe_old, struct fail *why);
void wholefile_drop(const char *path); /* a staged file that is not wanted after all */

#endif

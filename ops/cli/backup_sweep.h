/* ops/cli/backup_sweep.h - the directory of backups between two runs: one program at a time,
 * and what a killed one left is ended before the next begins.
 * ID.part stands from before its key is made until its line is in the index and it got its
 * name; the line decides. So a part with a line is a whole backup that only wants its name, and
 * a part without one is nothing: its key is destroyed and it goes. Whatever has no part is left
 * alone, also a file that is not listed: a lost index or another directory must never cost the
 * key of a backup that somebody still holds.
 * Threads: one.  Owns: nothing. */
#ifndef OPS_CLI_BACKUP_SWEEP_H
#define OPS_CLI_BACKUP_SWEEP_H

#include "node/db/keyring.h"
#include "ops/cli/cli.h"

#define BACKUP_PART_SUFFIX ".part"

/* Locks the directory until *fd_out is closed. ERR_BUSY: another backup is at work there. */
NODISCARD enum err backup_dir_lock(const char *dir, int *fd_out, struct fail *why);
/* Under the lock. Names unlisted files on standard error. A part whose key could not be
 * destroyed everywhere stays for the next time. */
NODISCARD enum err backup_sweep(struct cli *cli, struct keyring *keyring, const char *dir,
                                int dir_fd, struct fail *why);

#endif

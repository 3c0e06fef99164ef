/* ops/cli/backup_forget.h - the end of a backup: its key, its file, its log, its files.
 * Threads: one, under the lock of BACKUP_DIR (backup_sweep.h). */
#ifndef OPS_CLI_BACKUP_FORGET_H
#define OPS_CLI_BACKUP_FORGET_H

#include "node/db/keyring.h"
#include "ops/cli/cli.h"

/* What other backups need of its log is sealed again first. Cut off at any point it is done
 * again by asking again. ERR_NOT_FOUND: there is none. */
NODISCARD enum err backup_forget(struct cli *cli, struct keyring *keyring, const char *dir,
                                 struct id id, struct fail *why);
/* All but the newest n_keep; 0: all older than backup.keep_days. The newest stays. */
NODISCARD enum err backup_expire(struct cli *cli, struct keyring *keyring, const char *dir,
                                 size_t n_keep, struct fail *why);

#endif

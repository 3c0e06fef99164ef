/* ops/cli/backup.h - backups of a node's cluster: BACKUP_DIR/ID.ibasho-backup is what
 * pg_basebackup gives (a tar with the write-ahead log it needs), sealed by node/db/sealstream.h
 * under a key of its own; BACKUP_DIR/index lists them (ops/cli/backup_index.h). The keystore is
 * never inside: destroying the backup's key closes the backup, destroying a person's key closes
 * that person's rows in every backup. Threads: one.  Owns: BACKUP_DIR. */
#ifndef OPS_CLI_BACKUP_H
#define OPS_CLI_BACKUP_H

#include "ops/cli/cli.h"

#define BACKUP_CONF_N 1
extern const struct conf_row backup_conf_rows[BACKUP_CONF_N];

#define BACKUP_SUFFIX ".ibasho-backup"

/* backup.dir, or node.data_dir/backups. In the arena; NULL without memory. */
const char *backup_dir(struct cli *cli);

#endif

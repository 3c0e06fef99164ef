/* ops/cli/backup.h - backups of a node's cluster: BACKUP_DIR/ID.ibasho-backup is what
 * pg_basebackup gives (a tar with the write-ahead log it needs), sealed by node/db/sealstream.h
 * under a key of its own; BACKUP_DIR/index lists them (node/db/backup_index.h). What was
 * written since stands in BACKUP_DIR/wal (ops/backup), the uploaded files in BACKUP_DIR/files.
 * The keystore is never inside: destroying the backup's key closes the backup, destroying a
 * person's key closes that person's rows in every backup. Threads: one.  Owns: BACKUP_DIR. */
#ifndef OPS_CLI_BACKUP_H
#define OPS_CLI_BACKUP_H

#include "node/db/backup_index.h"
#include "ops/cli/cli.h"

#define BACKUP_CONF_N 1
extern const struct conf_row backup_conf_rows[BACKUP_CONF_N];

#define BACKUP_SUFFIX ".ibasho-backup"

/* In the arena; NULL without memory. backup_dir: backup.dir, or node.data_dir/backups. */
const char *backup_dir(struct cli *cli);
const char *backup_files_dir(struct cli *cli);
const char *backup_socket_dir(struct cli *cli);
/* Says in entry which cluster this is, and sees to it that the server keeps its log for the
 * archive from here on: there is a slot, and it is a good one. */
NODISCARD enum err backup_cluster_ready(struct cli *cli, struct backup_entry *entry,
                                        struct fail *why);
/* The command. */
int backup_list_print(struct cli *cli, int argc, char **argv);

#endif

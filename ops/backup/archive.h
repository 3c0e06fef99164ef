/* ops/backup/archive.h - keeps the archive of one node's log: reads it from the server as it is
 * written and seals it piece by piece, so that a backup can be restored to any second.
 *
 * Our own reader of the replication protocol rather than pg_receivewal: that would lay the log
 * down in clear beside us and tell the server it is safe before it is sealed; here the server's
 * slot is told only what is sealed, synced and named. It is also one process less a node.
 *
 * It never stands in the node's way. What it cannot store it does not fetch: the slot then
 * holds the log back, up to max_slot_wal_keep_size, and beyond that PostgreSQL gives the slot
 * up; the archive has a gap, says so (node/db/backup_state.h), and begins again with the next
 * backup. Threads: one.  Owns: BACKUP_DIR/wal/state. */
#ifndef OPS_BACKUP_ARCHIVE_H
#define OPS_BACKUP_ARCHIVE_H

#include "node/base/conf.h"
#include "node/db/backup_state.h"
#include "node/db/keyring.h"

#define ARCHIVE_SLOT "ibasho_archive" /* made by `ibasho backup` */

struct archive_conf {
    const char *dir, *files_dir, *socket_dir; /* dir: BACKUP_DIR */
    int every_s;
    int64_t reserve_bytes; /* kept free on the disk of dir */
    struct keyring_conf keyring;
    int stop_fd; /* readable: end */
};

/* Until stop_fd says so; trouble is waited out. */
NODISCARD enum err archive_run(const struct archive_conf *conf, struct fail *why);

#endif

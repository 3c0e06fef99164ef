/* ops/cli/replay.h - a restored cluster taken forward to a moment: the archived log is put
 * beside it, PostgreSQL replays it on a private socket of this user alone, and stands there
 * promoted. Used by `restore --at` and by the drill.
 * Threads: one.  Owns: a directory under /tmp and the server, until replay_close. */
#ifndef OPS_CLI_REPLAY_H
#define OPS_CLI_REPLAY_H

#include "node/db/db.h"
#include "ops/backup/pieces.h"
#include "ops/cli/cli.h"

#define REPLAY_SIGNAL "recovery.signal"

struct replay {
    struct cli *cli;
    const char *cluster; /* what restore unpacked */
    char socket_dir[64];
    int pid; /* of the server; 0 none */
};

struct replay_target {
    int64_t at_utc_us; /* 0: not by time */
    uint64_t place;    /* 0: not by place; neither: all there is */
};

/* Writes the log of the chain into CLUSTER/pg_wal. ERR_PROTO with the piece's name: it is torn
 * or was changed; ERR_NOT_FOUND: it is missing. */
NODISCARD enum err replay_put_log(struct keyring *keyring, const char *backup_dir,
                                  const char *cluster, const struct pieces *pieces,
                                  const struct pieces_chain *chain,
                                  const struct backup_entry *entry, struct fail *why);
/* Starts the server and waits until everything up to the target is replayed and it takes
 * writes. is_past_ok: the log may end before the target, because nothing was written between.
 * ERR_CONFLICT: it ends before, and may not. ERR_UNAVAILABLE with the server's last words. */
NODISCARD enum err replay_start(struct replay *replay, const struct replay_target *target,
                                bool is_past_ok, struct fail *why);
/* tables: as for db_open. */
NODISCARD enum err replay_db(struct replay *replay, const struct stmt_table *tables,
                             struct db **db_out, struct fail *why);
/* Stops it in order (the cluster is whole on disk) and takes the private directory away. */
NODISCARD enum err replay_close(struct replay *replay, struct fail *why);

#endif

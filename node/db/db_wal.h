/* node/db/db_wal.h - the cluster's write-ahead log as it is written: PostgreSQL's streaming
 * replication (documentation, chapter 55.4) over libpq, for the archive of the log
 * (ops/backup). What was confirmed the server may throw away; what was not it keeps in the
 * slot, up to max_slot_wal_keep_size.
 * Threads: one connection, one thread.  Owns: nothing global. */
#ifndef NODE_DB_DB_WAL_H
#define NODE_DB_DB_WAL_H

#include "node/db/wal_words.h"

struct db_wal;

struct db_wal_system {
    char id[24]; /* decimal digits: no other cluster has it */
    uint32_t timeline;
    uint64_t flushed; /* what the server has on its disk */
};

/* ERR_UNAVAILABLE: no server. */
NODISCARD enum err db_wal_open(const char *socket_dir, const char *user,
                               struct db_wal **wal_out, struct db_wal_system *system_out,
                               struct fail *why);
void db_wal_close(struct db_wal **wal);
/* ERR_NOT_FOUND: there is no such slot, it was given up, or the log from there on is gone.
 * ERR_BUSY: another reads from it. */
NODISCARD enum err db_wal_start(struct db_wal *wal, const char *slot, uint64_t from,
                                uint32_t timeline, struct fail *why);
/* ERR_TIMEOUT: nothing came. ERR_NOT_FOUND as above; ERR_UNAVAILABLE: the server has ended.
 * stop_fd: readable means that nobody waits any more (ERR_TIMEOUT); -1 none. */
NODISCARD enum err db_wal_next(struct db_wal *wal, int timeout_ms, int stop_fd,
                               struct db_wal_message *out, struct fail *why);
/* flushed is safe here, received has come; ask: the server is to answer at once. */
NODISCARD enum err db_wal_confirm(struct db_wal *wal, uint64_t received, uint64_t flushed,
                                  bool ask, struct fail *why);

#endif

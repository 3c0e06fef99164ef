/* node/db/backup_index.h - BACKUP_DIR/index: one JSON line a backup, oldest first.
 * Written by the commands (ops/cli); the archive of the log and the doctor read it.
 * Threads: one writer at a time (the directory's lock); readers see the old index or the new.
 * Owns: nothing; lists live in the arena. */
#ifndef NODE_DB_BACKUP_INDEX_H
#define NODE_DB_BACKUP_INDEX_H

#include "node/base/arena.h"
#include "node/base/id.h"

struct backup_entry {
    struct id id;
    int64_t at_utc_us, bytes;       /* bytes of the sealed file */
    struct span sha256;             /* of the sealed file, hexadecimal */
    struct span wal_start, wal_end; /* "0/2000028" */
    /* What a backup of an older version does not say: no log continues it. */
    bool has_end, has_system, has_timeline, has_segment, has_files, has_file_bytes;
    int64_t end_utc_us;        /* from this moment on it can be restored to any second */
    struct span system;        /* of the cluster, decimal digits */
    int64_t timeline, segment; /* segment: bytes of one file of the log */
    int64_t n_files, file_bytes;
};
struct backup_list {
    struct backup_entry *at;
    size_t n;
};

/* A missing index is an empty list; a half-written last line is no entry. ERR_PROTO: another
 * line cannot be read. */
NODISCARD enum err backup_index_read(struct arena *arena, const char *dir,
                                     struct backup_list *list_out, struct fail *why);
/* Replaces the index whole. */
NODISCARD enum err backup_index_write(struct arena *arena, const char *dir,
                                      const struct backup_list *list, struct fail *why);
/* One line of JSON. */
NODISCARD enum err backup_entry_json(struct arena *arena, const struct backup_entry *entry,
                                     struct span *json_out, struct fail *why);

#endif

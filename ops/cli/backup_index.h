/* ops/cli/backup_index.h - BACKUP_DIR/index: one JSON line a backup, oldest first.
 * Threads: one.  Owns: nothing; lists live in the arena of cli. */
#ifndef OPS_CLI_BACKUP_INDEX_H
#define OPS_CLI_BACKUP_INDEX_H

#include "node/base/id.h"
#include "ops/cli/cli.h"

struct backup_entry {
    struct id id;
    int64_t at_utc_us, bytes; /* bytes of the sealed file */
    struct span sha256;       /* of the sealed file, hexadecimal */
    struct span wal_start, wal_end;
};
struct backup_list {
    struct backup_entry *at;
    size_t n;
};

/* A missing index is an empty list; a half-written last line is no entry. ERR_PROTO: another
 * line cannot be read. */
NODISCARD enum err backup_index_read(struct cli *cli, const char *dir,
                                     struct backup_list *list_out, struct fail *why);
/* Replaces the index whole. */
NODISCARD enum err backup_index_write(struct cli *cli, const char *dir,
                                      const struct backup_list *list, struct fail *why);
/* One line of JSON. */
NODISCARD enum err backup_entry_json(struct cli *cli, const struct backup_entry *entry,
                                     struct span *json_out, struct fail *why);

#endif

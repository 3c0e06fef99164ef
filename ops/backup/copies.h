/* ops/backup/copies.h - the uploaded files beside a backup: BACKUP_DIR/files/BASE/XX/ID, each
 * a hard link where backup.dir is on the same disk, else a copy. They are sealed one by one
 * (node/db/files.h) and never change, so a name that is there is done. What is deleted later
 * stays here until the backup is forgotten: a restore to an earlier second has it, and the key
 * of a person who was erased opens neither.
 * Threads: one.  Owns: BACKUP_DIR/files. */
#ifndef OPS_BACKUP_COPIES_H
#define OPS_BACKUP_COPIES_H

#include <time.h>

#include "node/base/arena.h"
#include "node/base/id.h"

#define COPIES_SHARDS 256

struct copies {
    const char *files_dir, *backup_dir;
    struct id base;
    struct id before; /* an older backup to link from when the disk is another; ID_NONE */
    struct timespec seen[COPIES_SHARDS]; /* of a shard's directory when it was last gone through
                                          */
    int64_t n_new, new_bytes;            /* since copies_init */
};

void copies_init(struct copies *copies, const char *files_dir, const char *backup_dir,
                 struct id base, struct id before);
/* Everything that came since the last time. Files of rows that were committed before the call
 * are there after it. ERR_NOSPACE. */
NODISCARD enum err copies_take(struct copies *copies, struct fail *why);
/* Takes the copies of a backup away. */
NODISCARD enum err copies_drop(const char *backup_dir, struct id base, struct fail *why);
/* Copies them into an empty (or new) files directory; counts. */
NODISCARD enum err copies_restore(const char *backup_dir, struct id base, const char *to,
                                  int64_t *n_out, struct fail *why);

#endif

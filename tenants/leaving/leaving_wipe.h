/* tenants/leaving/leaving_wipe.h - files that shall not come back: overwritten where they lie,
 * on the disk, then unlinked (AI-7.2-1). What was deleted earlier, and what a file system keeps
 * beside, is leaving_volume.h's. Each may be cut off anywhere and called again.
 * Threads: one.  Owns: nothing. */
#ifndef TENANTS_LEAVING_WIPE_H
#define TENANTS_LEAVING_WIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/err.h"

struct leaving_count {
    int64_t n_files, n_bytes;
};

/* Zeros over all of it, fdatasync, unlink, fsync of its directory. No such file is no error. A
 * link is unlinked, what it names is left alone. */
NODISCARD enum err leaving_wipe_file(const char *path, struct leaving_count *count,
                                     struct fail *why);
/* Everything below dir, and dir itself unless keep_dir: zeros over all of it and on the disk
 * before the first name goes. follow: a link that names a directory outside (a tablespace, a
 * log on another disk) is wiped where it names, too; ERR_DENIED when neither root made the link
 * nor the directory is of the link's own owner, or when dir lies in it. keep: names directly
 * below dir that stay, ends with NULL; may be NULL. No such directory is no error. */
NODISCARD enum err leaving_wipe_tree(const char *dir, bool keep_dir, bool follow,
                                     const char *const *keep, struct leaving_count *count,
                                     struct fail *why);
/* Counts only. */
NODISCARD enum err leaving_count_tree(const char *dir, bool follow, const char *const *keep,
                                      struct leaving_count *count, struct fail *why);

#endif

/* tenants/leaving/leaving_scan.h - looks for planted names in raw bytes: a volume, every file
 * of a directory (AI-7.2-1: none may be left). Each name is looked for in UTF-8, UTF-16 of both
 * byte orders, EUC-JP and Shift_JIS, as far as it can be written in them.
 * Threads: one.  Owns: the patterns. */
#ifndef TENANTS_LEAVING_SCAN_H
#define TENANTS_LEAVING_SCAN_H

#include "node/base/arena.h"

#define LEAVING_NAME_LEAST 4 /* bytes: a shorter one would be found anywhere */

struct leaving_scan;

/* ERR_INVALID: a name is too short. names stay the caller's; they are copied. */
NODISCARD enum err leaving_scan_create(const struct span *names, size_t n_names,
                                       struct leaving_scan **scan_out, struct fail *why);
void leaving_scan_destroy(struct leaving_scan **scan);
/* Bytes of one place, one piece behind the other; a name may lie across pieces. begin at each
 * new place. */
void leaving_scan_begin(struct leaving_scan *scan);
void leaving_scan_put(struct leaving_scan *scan, struct span bytes);
/* A file or a device, past the cache. */
NODISCARD enum err leaving_scan_file(struct leaving_scan *scan, const char *path,
                                     struct fail *why);
/* Every regular file below, and the names of files and directories themselves. No such
 * directory is no error. */
NODISCARD enum err leaving_scan_tree(struct leaving_scan *scan, const char *dir,
                                     struct fail *why);
int64_t leaving_scan_bytes(const struct leaving_scan *scan);
int64_t leaving_scan_hits(const struct leaving_scan *scan, size_t name); /* in any writing */

#endif

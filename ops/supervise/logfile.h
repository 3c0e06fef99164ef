/* ops/supervise/logfile.h - NAME.log in one directory, rolled by size: NAME.log.1 is the
 * younger, NAME.log.2 the older. What cannot be written (disk full) is dropped: a program must
 * not stand still because of its log. Threads: one.  Owns: its descriptor; the directory's is
 * the caller's. */
#ifndef OPS_SUPERVISE_LOGFILE_H
#define OPS_SUPERVISE_LOGFILE_H

#include <sys/types.h>

#include "node/base/err.h"
#include "node/base/span.h"

#define LOGFILE_BYTES (4L * 1024 * 1024)
#define LOGFILE_KEPT  2

struct logfile {
    int dir_fd, fd;
    off_t size_bytes;
    char name[48];
};

/* The directory must belong to the caller: a program that could write to it could lead root's
 * pen elsewhere. ERR_DENIED when it does not. */
NODISCARD enum err logfile_dir_open(const char *path, int *dir_fd_out, struct fail *why);
NODISCARD enum err logfile_open(struct logfile *log, int dir_fd, const char *name,
                                struct fail *why);
void logfile_close(struct logfile *log);
void logfile_write(struct logfile *log, struct span bytes);
/* For a writer of its own (the supervisor's log lines): rolls when the file has grown over. */
void logfile_roll_if_full(struct logfile *log);

#endif

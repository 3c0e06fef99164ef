#include "ops/supervise/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum err logfile_dir_open(const char *path, int *dir_fd_out, struct fail *why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    *dir_fd_out = -1;
    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || st.st_uid != geteuid()) {
        close(fd);
        return fail_set(why, ERR_DENIED, "%s belongs to another user", path);
    }
    *dir_fd_out = fd;
    return ERR_OK;
}

static int file_open(const struct logfile *log)
{
    return openat(log->dir_fd, log->name,
                  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

enum err logfile_open(struct logfile *log, int dir_fd, const char *name, struct fail *why)
{
    struct stat st;

    *log = (struct logfile){.dir_fd = dir_fd, .fd = -1};
    snprintf(log->name, sizeof log->name, "%s.log", name);
    log->fd = file_open(log);
    if (log->fd < 0 || fstat(log->fd, &st) != 0) {
        logfile_close(log);
        return fail_set(why, ERR_IO, "%s: %s", log->name, strerror(errno));
    }
    log->size_bytes = st.st_size;
    return ERR_OK;
}

void logfile_close(struct logfile *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

static void roll(struct logfile *log)
{
    char from[sizeof log->name + 12], to[sizeof log->name + 12];
    int fresh = -1;

    for (int i = LOGFILE_KEPT; i > 0; i--) {
        snprintf(to, sizeof to, "%s.%d", log->name, i);
        if (i == 1)
            snprintf(from, sizeof from, "%s", log->name);
        else
            snprintf(from, sizeof from, "%s.%d", log->name, i - 1);
        (void)renameat(log->dir_fd, from, log->dir_fd, to);
    }
    fresh = file_open(log);
    if (fresh < 0)
        return; /* the old descriptor stays good */
    close(log->fd);
    log->fd = fresh;
    log->size_bytes = 0;
}

void logfile_write(struct logfile *log, struct span bytes)
{
    ssize_t n = write(log->fd, bytes.p, bytes.len);

    if (n > 0)
        log->size_bytes += n;
    if (log->size_bytes >= LOGFILE_BYTES)
        roll(log);
}

void logfile_roll_if_full(struct logfile *log)
{
    struct stat st;

    if (fstat(log->fd, &st) == 0 && st.st_size >= LOGFILE_BYTES)
        roll(log);
}

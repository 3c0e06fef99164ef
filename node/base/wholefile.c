#include "node/base/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err io_fail(struct fail *why, const char *what, const char *path)
{
    enum err code = errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE
                    : errno == ENOENT                  ? ERR_NOT_FOUND
                                                       : ERR_IO;

    return fail_set(why, code, "%s %s: errno %d", what, path, errno);
}

static enum err new_path(const char *path, char out[WHOLEFILE_PATH_CAP], struct fail *why)
{
    int n = snprintf(out, WHOLEFILE_PATH_CAP, "%s.new", path);

    if (n < 0 || n >= WHOLEFILE_PATH_CAP)
        return fail_set(why, ERR_INVALID, "a path over %d bytes", WHOLEFILE_PATH_CAP);
    return ERR_OK;
}

enum err wholefile_read(const char *path, uint8_t *into, size_t cap, size_t *len_out,
                        struct fail *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t len = 0;
    enum err rc = ERR_OK;

    *len_out = 0;
    if (fd < 0)
        return io_fail(why, "open", path);
    for (;;) {
        uint8_t beyond;
        ssize_t n = len < cap ? read(fd, into + len, cap - len) : read(fd, &beyond, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = io_fail(why, "read", path);
        else if (n > 0 && len == cap)
            rc = fail_set(why, ERR_TOO_LARGE, "%s has over %zu bytes", path, cap);
        if (n <= 0 || rc != ERR_OK)
            break;
        len += (size_t)n;
    }
    close(fd);
    if (rc == ERR_OK)
        *len_out = len;
    return rc;
}

static enum err write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

enum err wholefile_stage(const char *path, struct span bytes, struct fail *why)
{
    char staged[WHOLEFILE_PATH_CAP];
    enum err rc = new_path(path, staged, why);
    int fd;

    if (rc != ERR_OK)
        return rc;
    /* A left-over of a crash, possibly of another owner's making: never written through. */
    if (unlink(staged) != 0 && errno != ENOENT)
        return io_fail(why, "unlink", staged);
    fd = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_fail(why, "create", staged);
    if (write_all(fd, bytes) != ERR_OK || fsync(fd) != 0) {
        rc = io_fail(why, "write", staged);
        unlink(staged);
    }
    close(fd);
    return rc;
}

static enum err sync_directory_of(const char *path, struct fail *why)
{
    char dir[WHOLEFILE_PATH_CAP];
    const char *slash = strrchr(path, '/');
    int fd, synced;

    snprintf(dir, sizeof dir, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
             slash == NULL ? "." : path);
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fail(why, "open", dir);
    synced = fsync(fd);
    close(fd);
    return synced == 0 ? ERR_OK : io_fail(why, "fsync", dir);
}

/* Best effort: the new file stands already, so nothing here can fail the replacement. */
static void wipe(int fd)
{
    static const uint8_t zeros[4096];
    struct stat st;

    if (fstat(fd, &st) != 0 || st.st_nlink != 0)
        return;
    for (off_t at = 0; at < st.st_size; at += (off_t)sizeof zeros) {
        size_t n =
            (size_t)(st.st_size - at) < sizeof zeros ? (size_t)(st.st_size - at) : sizeof zeros;

        if (pwrite(fd, zeros, n, at) < 0)
            return;
    }
    fdatasync(fd);
}

enum err wholefile_commit(const char *path, bool wipe_old, struct fail *why)
{
    char staged[WHOLEFILE_PATH_CAP];
    enum err rc = new_path(path, staged, why);
    int old;

    if (rc != ERR_OK)
        return rc;
    old = !wipe_old ? -1 : open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (rename(staged, path) != 0)
        rc = io_fail(why, "rename", staged);
    else
        rc = sync_directory_of(path, why);
    if (old >= 0) {
        if (rc == ERR_OK)
            wipe(old);
        close(old);
    }
    return rc;
}

void wholefile_drop(const char *path)
{
    char staged[WHOLEFILE_PATH_CAP];

    if (new_path(path, staged, NULL) == ERR_OK)
        unlink(staged);
}

enum err wholefile_replace(const char *path, struct span bytes, struct fail *why)
{
    enum err rc = wholefile_stage(path, bytes, why);

    return rc == ERR_OK ? wholefile_commit(path, true, why) : rc;
}

#include "tenants/leaving/leaving_wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_CAP   4096
#define PIECE      65536
#define DEPTH_MOST 24

static bool sync_parent(const char *path)
{
    char dir[PATH_CAP];
    char *slash;
    int fd;
    bool is_done;

    snprintf(dir, sizeof dir, "%s", path);
    slash = strrchr(dir, '/');
    if (slash == NULL)
        return true;
    slash[slash == dir ? 1 : 0] = '\0';
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    is_done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_done;
}

static bool overwrite(int fd, int64_t bytes)
{
    static const uint8_t zeros[PIECE];

    for (int64_t at = 0; at < bytes;) {
        size_t n = bytes - at < PIECE ? (size_t)(bytes - at) : PIECE;
        ssize_t done = pwrite(fd, zeros, n, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
    }
    return fdatasync(fd) == 0;
}

enum err leaving_wipe_file(const char *path, struct leaving_count *count, struct fail *why)
{
    struct stat st;
    int fd = -1;
    bool is_done = true;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    if (S_ISREG(st.st_mode) && st.st_size > 0) {
        int64_t whole =
            (st.st_size + 4095) / 4096 * 4096; /* the slack of its last block, too */

        fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        is_done = fd >= 0 && overwrite(fd, whole);
    }
    if (!is_done)
        fail_set(why, ERR_IO, "overwriting %s: errno %d", path, errno);
    if (fd >= 0)
        close(fd);
    if (is_done && (unlink(path) != 0 || !sync_parent(path)))
        is_done = fail_set(why, ERR_IO, "unlinking %s: errno %d", path, errno) == ERR_OK;
    if (!is_done)
        return ERR_IO;
    count->n_files++;
    count->n_bytes += S_ISREG(st.st_mode) ? st.st_size : 0;
    return ERR_OK;
}

/* ---- trees ---- */

struct walk {
    bool is_count, follow;
    struct leaving_count *count;
};

static enum err walk_dir(struct walk *w, const char *dir, const char *const *keep, int depth,
                         struct fail *why);

static bool is_kept(const char *const *keep, const char *name)
{
    for (; keep != NULL && *keep != NULL; keep++)
        if (strcmp(*keep, name) == 0)
            return true;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A tablespace, or a log directory on another disk: its inside goes, the directory stays.
 * Whoever runs this is root, and the link may be the node's own: it leads nowhere that its
 * owner could not empty himself. */
static enum err walk_link(struct walk *w, const char *path, const struct stat *link, int depth,
                          struct fail *why)
{
    char target[PATH_CAP];
    struct stat st;
    ssize_t n = readlink(path, target, sizeof target - 1);

    if (n <= 0 || !w->follow || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return ERR_OK;
    target[n] = '\0';
    if (target[0] != '/')
        return ERR_OK; /* inside: found by its own name */
    if (link->st_uid != 0 && link->st_uid != st.st_uid)
        return fail_set(why, ERR_DENIED, "%s leads to %s, which is somebody else's", path,
                        target);
    return walk_dir(w, target, NULL, depth + 1, why);
}

static enum err walk_entry(struct walk *w, const char *path, int depth, struct fail *why)
{
    struct stat st;
    enum err rc = ERR_OK;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    if (S_ISDIR(st.st_mode)) {
        rc = walk_dir(w, path, NULL, depth + 1, why);
        if (rc == ERR_OK && !w->is_count && rmdir(path) != 0 && errno != ENOENT)
            rc = fail_set(why, ERR_IO, "rmdir %s: errno %d", path, errno);
        return rc;
    }
    if (S_ISLNK(st.st_mode))
        rc = walk_link(w, path, &st, depth, why);
    if (rc != ERR_OK)
        return rc;
    if (!w->is_count)
        return leaving_wipe_file(path, w->count, why);
    w->count->n_files++;
    w->count->n_bytes += S_ISREG(st.st_mode) ? st.st_size : 0;
    return ERR_OK;
}

static enum err walk_dir(struct walk *w, const char *dir, const char *const *keep, int depth,
                         struct fail *why)
{
    DIR *d = opendir(dir);
    char path[PATH_CAP];
    enum err rc = ERR_OK;
    struct dirent *entry;

    if (d == NULL)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", dir, errno);
    if (depth > DEPTH_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%s is too deep", dir);
    while (rc == ERR_OK && (entry = readdir(d)) != NULL) {
        if (is_kept(keep, entry->d_name))
            continue;
        if (snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= (int)sizeof path)
            rc = fail_set(why, ERR_TOO_LARGE, "a path below %s", dir);
        else
            rc = walk_entry(w, path, depth, why);
    }
    closedir(d);
    return rc;
}

enum err leaving_wipe_tree(const char *dir, bool keep_dir, bool follow, const char *const *keep,
                           struct leaving_count *count, struct fail *why)
{
    struct walk w = {false, follow, count};
    enum err rc = walk_dir(&w, dir, keep, 0, why);

    if (rc == ERR_OK && !keep_dir && rmdir(dir) != 0 && errno != ENOENT)
        rc = fail_set(why, ERR_IO, "rmdir %s: errno %d", dir, errno);
    return rc;
}

enum err leaving_count_tree(const char *dir, bool follow, const char *const *keep,
                            struct leaving_count *count, struct fail *why)
{
    struct walk w = {true, follow, count};

    return walk_dir(&w, dir, keep, 0, why);
}

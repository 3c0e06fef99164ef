#include "tenants/leaving/leaving_wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool overwrite(int fd, int64_t bytes, bool is_synced)
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
    return !is_synced || fdatasync(fd) == 0;
}

/* st: of lstat. What is no file with bytes has nothing to write over. */
static enum err overwrite_file(const char *path, const struct stat *st, bool is_synced,
                               struct fail *why)
{
    int64_t whole = (st->st_size + 4095) / 4096 * 4096; /* the slack of its last block, too */
    enum err rc = ERR_OK;
    int fd;

    if (!S_ISREG(st->st_mode) || st->st_size == 0)
        return ERR_OK;
    fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || !overwrite(fd, whole, is_synced))
        rc = fail_set(why, ERR_IO, "overwriting %s: errno %d", path, errno);
    if (fd >= 0)
        close(fd);
    return rc;
}

enum err leaving_wipe_file(const char *path, struct leaving_count *count, struct fail *why)
{
    struct stat st;
    enum err rc;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    rc = overwrite_file(path, &st, true, why);
    if (rc == ERR_OK && (unlink(path) != 0 || !sync_parent(path)))
        rc = fail_set(why, ERR_IO, "unlinking %s: errno %d", path, errno);
    if (rc != ERR_OK)
        return rc;
    count->n_files++;
    count->n_bytes += S_ISREG(st.st_mode) ? st.st_size : 0;
    return ERR_OK;
}

/* ---- trees ---- */

/* A tree goes in two walks: zeros over all of it and one sync a file system, then the names.
 * A sync a file would take longer than the writing: a cluster has over a thousand files. */
enum walk_act { WALK_COUNT, WALK_OVERWRITE, WALK_REMOVE };
struct walk {
    enum walk_act act;
    bool follow;
    char top[PATH_MAX]; /* real; "" when it is not there */
    struct leaving_count *count;
};

static struct walk walk_of(enum walk_act act, bool follow, const char *dir,
                           struct leaving_count *count)
{
    struct walk w = {.act = act, .follow = follow, .count = count};

    if (realpath(dir, w.top) == NULL)
        w.top[0] = '\0';
    return w;
}

static enum err walk_top(struct walk *w, const char *dir, const char *const *keep, int depth,
                         struct fail *why);
static enum err walk_dir(struct walk *w, const char *dir, const char *const *keep, int depth,
                         struct fail *why);

static bool is_kept(const char *const *keep, const char *name)
{
    for (; keep != NULL && *keep != NULL; keep++)
        if (strcmp(*keep, name) == 0)
            return true;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);

    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* A tablespace, or a log directory on another disk: its inside goes, the directory stays.
 * Whoever runs this is root, and the link may be the node's own: it leads nowhere that its
 * owner could not empty himself. */
static enum err walk_link(struct walk *w, const char *path, const struct stat *link, int depth,
                          struct fail *why)
{
    char target[PATH_MAX];
    struct walk there;
    struct stat st;

    if (!w->follow || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return ERR_OK;
    if (realpath(path, target) == NULL)
        return fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    if (is_below(target, w->top))
        return ERR_OK; /* found by its own name */
    if (is_below(w->top, target) || (link->st_uid != 0 && link->st_uid != st.st_uid))
        return fail_set(why, ERR_DENIED, "%s leads to %s, which is somebody else's", path,
                        target);
    there = *w;
    memcpy(there.top, target, sizeof there.top);
    return walk_top(&there, target, NULL, depth + 1, why);
}

static enum err walk_file(struct walk *w, const char *path, const struct stat *st,
                          struct fail *why)
{
    if (w->act == WALK_REMOVE)
        return unlink(path) == 0 || errno == ENOENT
                   ? ERR_OK
                   : fail_set(why, ERR_IO, "unlinking %s: errno %d", path, errno);
    w->count->n_files++;
    w->count->n_bytes += S_ISREG(st->st_mode) ? st->st_size : 0;
    return w->act == WALK_OVERWRITE ? overwrite_file(path, st, false, why) : ERR_OK;
}

static enum err walk_entry(struct walk *w, const char *path, int depth, struct fail *why)
{
    struct stat st;
    enum err rc = ERR_OK;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    if (S_ISDIR(st.st_mode)) {
        rc = walk_dir(w, path, NULL, depth + 1, why);
        if (rc == ERR_OK && w->act == WALK_REMOVE && rmdir(path) != 0 && errno != ENOENT)
            rc = fail_set(why, ERR_IO, "rmdir %s: errno %d", path, errno);
        return rc;
    }
    if (S_ISLNK(st.st_mode))
        rc = walk_link(w, path, &st, depth, why);
    return rc == ERR_OK ? walk_file(w, path, &st, why) : rc;
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

/* The same, and what was done is on that file system's disk. */
static enum err walk_top(struct walk *w, const char *dir, const char *const *keep, int depth,
                         struct fail *why)
{
    enum err rc = walk_dir(w, dir, keep, depth, why);
    int fd;

    if (rc != ERR_OK || w->act == WALK_COUNT)
        return rc;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", dir, errno);
    if (syncfs(fd) != 0)
        rc = fail_set(why, ERR_IO, "%s: its file system: errno %d", dir, errno);
    close(fd);
    return rc;
}

enum err leaving_wipe_tree(const char *dir, bool keep_dir, bool follow, const char *const *keep,
                           struct leaving_count *count, struct fail *why)
{
    struct walk w = walk_of(WALK_OVERWRITE, follow, dir, count);
    enum err rc = walk_top(&w, dir, keep, 0, why);

    w.act = WALK_REMOVE;
    if (rc == ERR_OK)
        rc = walk_top(&w, dir, keep, 0, why);
    if (rc == ERR_OK && !keep_dir && rmdir(dir) != 0 && errno != ENOENT)
        rc = fail_set(why, ERR_IO, "rmdir %s: errno %d", dir, errno);
    return rc;
}

enum err leaving_count_tree(const char *dir, bool follow, const char *const *keep,
                            struct leaving_count *count, struct fail *why)
{
    struct walk w = walk_of(WALK_COUNT, follow, dir, count);

    return walk_dir(&w, dir, keep, 0, why);
}

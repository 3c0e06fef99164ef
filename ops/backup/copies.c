#include "ops/backup/copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_CAP   1024
#define SEND_BYTES ((size_t)1 << 20)

static enum err disk_fail(const char *what, const char *path, struct fail *why)
{
    return fail_set(why, errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO,
                    "%s %s: errno %d", what, path, errno);
}

static void tree_path(const char *backup_dir, struct id base, char path_out[PATH_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(base, text);
    snprintf(path_out, PATH_CAP, "%.900s/files/%s", backup_dir, text);
}

static enum err make_dir(const char *path, struct fail *why)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? ERR_OK : disk_fail("mkdir", path, why);
}

void copies_init(struct copies *copies, const char *files_dir, const char *backup_dir,
                 struct id base, struct id before)
{
    *copies = (struct copies){
        .files_dir = files_dir, .backup_dir = backup_dir, .base = base, .before = before};
}

static bool is_file_name(const char *name)
{
    struct id id;

    return id_parse(span_text(name), &id, NULL) == ERR_OK;
}

/* Its bytes under a name that does not count, synced, and then the name. */
static enum err copy_bytes(int from_dir, int to_dir, const char *name, struct fail *why)
{
    char part[64];
    struct stat st;
    off_t at = 0;
    ssize_t n = 0;
    enum err rc = ERR_OK;
    int to, from = openat(from_dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (from < 0)
        return errno == ENOENT ? ERR_OK : disk_fail("open", name, why); /* deleted meanwhile */
    snprintf(part, sizeof part, ".%.40s", name);
    to = openat(to_dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0 || fstat(from, &st) != 0)
        rc = disk_fail("create", part, why);
    while (rc == ERR_OK && at < st.st_size && (n = sendfile(to, from, &at, SEND_BYTES)) != 0)
        if (n < 0 && errno != EINTR)
            rc = disk_fail("copy", name, why);
    if (rc == ERR_OK && (fsync(to) != 0 || renameat(to_dir, part, to_dir, name) != 0))
        rc = disk_fail("copy", name, why);
    if (rc != ERR_OK)
        unlinkat(to_dir, part, 0);
    if (to >= 0)
        close(to);
    close(from);
    return rc;
}

/* From the node's own file, else from an older copy, else byte for byte. */
static enum err take_one(struct copies *c, int from_dir, int before_dir, int to_dir,
                         const char *name, struct fail *why)
{
    struct stat st;
    enum err rc = ERR_OK;

    if (fstatat(to_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return ERR_OK;
    if (linkat(from_dir, name, to_dir, name, 0) != 0 && errno == ENOENT)
        return ERR_OK;
    if (fstatat(to_dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 && before_dir >= 0)
        (void)!linkat(before_dir, name, to_dir, name, 0);
    if (fstatat(to_dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        rc = copy_bytes(from_dir, to_dir, name, why);
    if (rc == ERR_OK && fstatat(to_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        c->n_new++;
        c->new_bytes += st.st_size;
    }
    return rc;
}

static int open_shard(const char *tree, int shard)
{
    char path[PATH_CAP + 8];

    snprintf(path, sizeof path, "%s/%02x", tree, (unsigned)shard);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The directory is made for the first file that is to go there. */
static enum err need_shard(const char *tree, int shard, int *fd, struct fail *why)
{
    char path[PATH_CAP + 8];
    enum err rc;

    if (*fd >= 0)
        return ERR_OK;
    snprintf(path, sizeof path, "%s/%02x", tree, (unsigned)shard);
    rc = make_dir(path, why);
    if (rc == ERR_OK)
        *fd = open_shard(tree, shard);
    return rc == ERR_OK && *fd < 0 ? disk_fail("open", path, why) : rc;
}

static enum err take_shard(struct copies *c, const char *tree, const char *before, int shard,
                           DIR *from, struct fail *why)
{
    int to_dir = -1, before_dir = before[0] == '\0' ? -1 : open_shard(before, shard);
    const struct dirent *entry;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && (entry = readdir(from)) != NULL) {
        if (!is_file_name(entry->d_name))
            continue;
        rc = need_shard(tree, shard, &to_dir, why);
        if (rc == ERR_OK)
            rc = take_one(c, dirfd(from), before_dir, to_dir, entry->d_name, why);
    }
    if (rc == ERR_OK && to_dir >= 0 && fsync(to_dir) != 0)
        rc = disk_fail("fsync", "copies of files", why);
    if (to_dir >= 0)
        close(to_dir);
    if (before_dir >= 0)
        close(before_dir);
    return rc;
}

static enum err make_tree(const struct copies *c, char tree_out[PATH_CAP], struct fail *why)
{
    char top[PATH_CAP];
    enum err rc;

    snprintf(top, sizeof top, "%.1000s/files", c->backup_dir);
    tree_path(c->backup_dir, c->base, tree_out);
    rc = make_dir(top, why);
    return rc == ERR_OK ? make_dir(tree_out, why) : rc;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

enum err copies_take(struct copies *c, struct fail *why)
{
    char tree[PATH_CAP], before[PATH_CAP] = "";
    enum err rc = make_tree(c, tree, why);

    if (!id_is_none(c->before))
        tree_path(c->backup_dir, c->before, before);
    for (int i = 0; rc == ERR_OK && i < COPIES_SHARDS; i++) {
        int fd = open_shard(c->files_dir, i);
        struct stat st;
        DIR *from;

        if (fd < 0)
            continue; /* nothing was ever put there */
        /* The kernel's stamp is as coarse as its tick: a directory that was changed in this
         * very second is gone through again. */
        if (fstat(fd, &st) != 0 || (from = fdopendir(fd)) == NULL) {
            close(fd);
            return disk_fail("open", c->files_dir, why);
        }
        if (!is_same_time(st.st_mtim, c->seen[i]))
            rc = take_shard(c, tree, before, i, from, why);
        closedir(from);
        if (rc == ERR_OK && time(NULL) > st.st_mtim.tv_sec + 1)
            c->seen[i] = st.st_mtim;
    }
    return rc;
}

/* ---- a whole tree ---- */

static enum err empty_shard(const char *path, struct fail *why)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    enum err rc = ERR_OK;

    if (dir == NULL)
        return errno == ENOENT ? ERR_OK : disk_fail("open", path, why);
    while (rc == ERR_OK && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            rc = disk_fail("unlink", entry->d_name, why);
    closedir(dir);
    return rc == ERR_OK && rmdir(path) != 0 ? disk_fail("rmdir", path, why) : rc;
}

enum err copies_drop(const char *backup_dir, struct id base, struct fail *why)
{
    char tree[PATH_CAP], path[PATH_CAP + 8];
    enum err rc = ERR_OK;

    tree_path(backup_dir, base, tree);
    for (int i = 0; rc == ERR_OK && i < COPIES_SHARDS; i++) {
        snprintf(path, sizeof path, "%s/%02x", tree, (unsigned)i);
        rc = empty_shard(path, why);
    }
    snprintf(path, sizeof path, "%s/part", tree); /* where a drill read the files */
    if (rc == ERR_OK)
        rc = empty_shard(path, why);
    return rc == ERR_OK && rmdir(tree) != 0 && errno != ENOENT ? disk_fail("rmdir", tree, why)
                                                               : rc;
}

static enum err restore_shard(const char *tree, const char *to, int shard, int64_t *n,
                              struct fail *why)
{
    char path[PATH_CAP + 8];
    const struct dirent *entry;
    int from_dir = open_shard(tree, shard), to_dir;
    enum err rc;
    DIR *from;

    if (from_dir < 0)
        return ERR_OK;
    snprintf(path, sizeof path, "%.1000s/%02x", to, (unsigned)shard);
    rc = make_dir(path, why);
    to_dir = rc == ERR_OK ? open_shard(to, shard) : -1;
    from = to_dir < 0 ? NULL : fdopendir(from_dir);
    if (from == NULL) {
        close(from_dir);
        if (to_dir >= 0)
            close(to_dir);
        return rc == ERR_OK ? disk_fail("open", path, why) : rc;
    }
    while (rc == ERR_OK && (entry = readdir(from)) != NULL)
        if (is_file_name(entry->d_name)) {
            rc = copy_bytes(from_dir, to_dir, entry->d_name, why);
            *n += rc == ERR_OK;
        }
    if (rc == ERR_OK && fsync(to_dir) != 0)
        rc = disk_fail("fsync", path, why);
    closedir(from);
    close(to_dir);
    return rc;
}

enum err copies_restore(const char *backup_dir, struct id base, const char *to, int64_t *n_out,
                        struct fail *why)
{
    char tree[PATH_CAP];
    enum err rc = make_dir(to, why);

    *n_out = 0;
    tree_path(backup_dir, base, tree);
    for (int i = 0; rc == ERR_OK && i < COPIES_SHARDS; i++)
        rc = restore_shard(tree, to, i, n_out, why);
    return rc;
}

#include "ops/cli/owner.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

enum err owner_become(const char *path, struct fail *why)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return fail_set(why, ERR_NOT_FOUND, "%s: errno %d", path, errno);
    if (geteuid() == st.st_uid)
        return ERR_OK;
    if (geteuid() != 0)
        return fail_set(why, ERR_DENIED, "%s is another user's: run this as root", path);
    if (setgroups(0, NULL) != 0 || setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0 ||
        setuid(0) == 0)
        return fail_set(why, ERR_DENIED, "becoming user %u: errno %d", (unsigned)st.st_uid,
                        errno);
    return ERR_OK;
}

static bool is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    int n = 0;

    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n == 2; /* "." and ".." */
}

enum err owner_make_dir(const char *dir, const char *like, struct fail *why)
{
    struct stat st;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return fail_set(why, ERR_IO, "mkdir %s: errno %d", dir, errno);
    if (!is_empty(dir))
        return fail_set(why, ERR_CONFLICT, "%s is not an empty directory", dir);
    if (geteuid() != 0)
        return ERR_OK;
    if (stat(like, &st) != 0 || chown(dir, st.st_uid, st.st_gid) != 0 || chmod(dir, 0700) != 0)
        return fail_set(why, ERR_IO, "chown %s: errno %d", dir, errno);
    return ERR_OK;
}

#include "tenants/leaving/leaving_volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20)

const char *leaving_method_id(enum leaving_method method)
{
    static const char *const ids[LEAVING_METHOD_N] = {"fstrim", "fill", "shared"};

    return ids[method];
}

/* "DEVNAME=loop3" of /sys/dev/block/7:3/uevent. */
static void find_device(dev_t number, char device_out[LEAVING_DEVICE_CAP])
{
    char path[64], line[128];
    FILE *f;

    device_out[0] = '\0';
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/uevent", major(number), minor(number));
    f = fopen(path, "re");
    if (f == NULL)
        return;
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "DEVNAME=", 8) == 0)
            snprintf(device_out, LEAVING_DEVICE_CAP, "/dev/%.*s", (int)strcspn(line + 8, "\n"),
                     line + 8);
    fclose(f);
}

enum err leaving_volume_look(const char *dir, struct leaving_volume *out, struct fail *why)
{
    struct leaving_volume volume = {.is_own = false};
    char above[PATH_MAX];
    struct stat here, there;

    snprintf(above, sizeof above, "%s/..", dir);
    if (stat(dir, &here) != 0 || stat(above, &there) != 0)
        return fail_set(why, ERR_IO, "%s: errno %d", dir, errno);
    volume.is_own = here.st_dev != there.st_dev;
    find_device(here.st_dev, volume.device);
    *out = volume;
    return ERR_OK;
}

/* What the file system keeps back for itself is written over by nobody. ext4 says how much. */
static void give_up_reserve(const char *device)
{
    const char *name = strrchr(device, '/');
    char path[PATH_MAX];
    FILE *f;

    if (name == NULL)
        return;
    snprintf(path, sizeof path, "/sys/fs/ext4%s/reserved_clusters", name);
    f = fopen(path, "we");
    if (f == NULL)
        return; /* another file system */
    fputs("0", f);
    fclose(f);
}

/* Blocks held in hand for files to come are free and are not trimmed: all that is free is taken
 * once, which makes the file system let go of them, and given back. Nothing is written. */
static void take_and_give_back(const char *filler)
{
    int fd = open(filler, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    off_t at = 0, piece = (off_t)1 << 30;

    if (fd < 0)
        return;
    while (piece >= 4096) {
        if (fallocate(fd, 0, at, piece) == 0)
            at += piece;
        else if (errno != EINTR)
            piece /= 2;
    }
    close(fd);
    unlink(filler);
}

/* Blocks given back are free once the journal's transaction is done with, which syncfs may not
 * wait for; a second transaction begins after that. */
static bool settle(int dir_fd, const char *filler)
{
    int fd;
    bool is_done = syncfs(dir_fd) == 0;

    fd = open(filler, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    is_done = is_done && fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    unlink(filler);
    return is_done && syncfs(dir_fd) == 0;
}

static bool trim(const char *dir, const char *filler)
{
    struct fstrim_range range = {.start = 0, .len = ULLONG_MAX, .minlen = 0};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_done;

    if (fd < 0)
        return false;
    take_and_give_back(filler);
    is_done = settle(fd, filler) && ioctl(fd, FITRIM, &range) == 0;
    close(fd);
    return is_done;
}

static enum err fill(const char *filler, struct fail *why)
{
    static const uint8_t zeros[PIECE];
    int fd = open(filler, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum err rc = ERR_OK;
    size_t piece = PIECE;

    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: errno %d", filler, errno);
    while (piece >= 512) { /* smaller and smaller, until not even a sector fits */
        ssize_t n = write(fd, zeros, piece);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != ENOSPC) {
            rc = fail_set(why, ERR_IO, "filling %s: errno %d", filler, errno);
            break;
        }
        if (n < (ssize_t)piece)
            piece /= 2;
    }
    if (rc == ERR_OK && fsync(fd) != 0)
        rc = fail_set(why, ERR_IO, "filling %s: errno %d", filler, errno);
    close(fd);
    unlink(filler);
    return rc;
}

enum err leaving_volume_clear(const char *dir, const struct leaving_volume *volume,
                              const char *filler, enum leaving_method *method_out,
                              struct fail *why)
{
    enum err rc;

    if (!volume->is_own) {
        *method_out = LEAVING_SHARED;
        return ERR_OK;
    }
    give_up_reserve(volume->device);
    if (trim(dir, filler)) {
        *method_out = LEAVING_DISCARDED;
        return ERR_OK;
    }
    rc = fill(filler, why);
    if (rc == ERR_OK)
        *method_out = LEAVING_FILLED;
    return rc;
}

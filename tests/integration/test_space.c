/* The disk guard on a real small disk (reliability guide, section 3.4). Needs root: the disk is
 * a tmpfs in a mount namespace of the test's own. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/space.h"
#include "tests/t.h"

#define MIB INT64_C(1048576)

static char disk[200];
static int64_t moved_us;

static bool make_disk(void)
{
    snprintf(disk, sizeof disk, "%s/disk", t_dir());
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mkdir(disk, 0700) == 0 &&
           mount("tmpfs", disk, "tmpfs", 0, "size=100m,mode=0700") == 0;
}

static void fill(const char *name, int64_t bytes)
{
    char path[300];
    int fd;

    snprintf(path, sizeof path, "%s/%s", disk, name);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    T_EQ(posix_fallocate(fd, 0, bytes), 0, "fill");
    close(fd);
}

static void drop(const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", disk, name);
    T_EQ(unlink(path), 0, "drop");
}

static bool has_ballast(void)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof path, "%s/ballast", disk);
    return stat(path, &st) == 0 && st.st_size == 8 * MIB && st.st_blocks * 512 >= 8 * MIB;
}

/* The guard looks once a second: the test's second is over at once. */
static enum space_level look(struct space *s)
{
    moved_us += 1100000;
    clock_test_shift(moved_us, 0);
    return space_level_read(s);
}

T_CASE(space_refuses_step_by_step_and_gives_up_its_ballast)
{
    static const struct {
        const char *name;
        int mib;
        enum space_level level;
        enum err upload, write, must;
    } rows[] = {
        {"a", 70, SPACE_OK, ERR_OK, ERR_OK, ERR_OK}, /* 78 with the ballast */
        {"b", 8, SPACE_NO_UPLOADS, ERR_NOSPACE, ERR_OK, ERR_OK},
        {"c", 7, SPACE_NO_WRITES, ERR_NOSPACE, ERR_NOSPACE, ERR_OK},
    };
    struct space_conf conf = {.data_dir = disk,
                              .cluster_dir = disk,
                              .no_uploads_percent = 85,
                              .no_writes_percent = 92,
                              .full_percent = 97,
                              .ballast_bytes = 8 * MIB};
    struct space *s = NULL;
    struct fail why = {0};

    if (!make_disk()) {
        T_OK(geteuid() != 0, "root can make a disk");
        return;
    }
    T_EQ(space_open(&conf, &s, &why), ERR_OK, why.text);
    T_OK(has_ballast(), "the ballast takes its room");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        fill(rows[i].name, rows[i].mib * MIB);
        T_EQ(look(s), rows[i].level, rows[i].name);
        T_EQ(space_check(s, SPACE_USE_UPLOAD, NULL), rows[i].upload, "upload");
        T_EQ(space_check(s, SPACE_USE_WRITE, NULL), rows[i].write, "ordinary write");
        T_EQ(space_check(s, SPACE_USE_MUST, NULL), rows[i].must, "what must be written");
    }
    fill("d", 5 * MIB);
    T_EQ(look(s), SPACE_FULL, "98 of 100");
    T_OK(!has_ballast(), "the ballast is given up");
    T_EQ(space_check(s, SPACE_USE_MUST, NULL), ERR_OK, "what must be written still goes");
    fill("audit", 6 * MIB);
    T_EQ(space_check(s, SPACE_USE_WRITE, &why), ERR_NOSPACE, "the rest does not");
    drop("b");
    drop("audit");
    T_EQ(look(s), SPACE_OK, "82 of 100");
    T_OK(!has_ballast(), "not remade while it would take half of what is left");
    drop("a");
    T_EQ(look(s), SPACE_OK, "room again");
    T_OK(has_ballast(), "and the ballast with it");
    T_EQ(space_used_percent(s), 12, "as df counts, at the last look");
    space_close(&s);
    T_OK(s == NULL && has_ballast(), "it stays when the node stops");
    clock_test_shift(0, 0);
    T_EQ(umount(disk), 0, "end of the disk");
}

T_CASE(space_says_when_there_is_no_such_disk)
{
    struct space_conf conf = {.data_dir = "/nonexistent", .cluster_dir = "/"};
    struct space *s = NULL;

    T_EQ(space_open(&conf, &s, NULL), ERR_IO, "open");
    T_OK(s == NULL, "nothing is handed out");
    T_TEXT(space_level_id(SPACE_NO_UPLOADS), "no-uploads", "as metrics say it");
}

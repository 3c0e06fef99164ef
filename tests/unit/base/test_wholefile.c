/* Files replaced whole: old bytes or new, never a mixture; and the old ones are gone. */
#include "node/base/wholefile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/t.h"

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", t_dir(), name);
    return path;
}

T_CASE(wholefile_gives_back_what_was_put)
{
    const char *path = path_of("whole");
    uint8_t bytes[16];
    size_t len;
    struct stat st;

    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_NOT_FOUND, "not there yet");
    T_EQ(wholefile_replace(path, SPAN("first"), NULL), ERR_OK, "made");
    T_EQ(stat(path, &st), 0, "there");
    T_EQ(st.st_mode & 0777, 0600, "its owner's alone");
    T_EQ(wholefile_replace(path, SPAN("second one"), NULL), ERR_OK, "replaced");
    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, "read");
    T_SPAN(span_of(bytes, len), SPAN("second one"), "the second");
    T_EQ(wholefile_read(path, bytes, 10, &len, NULL), ERR_OK, "just as long as the buffer");
    T_EQ(wholefile_read(path, bytes, 9, &len, NULL), ERR_TOO_LARGE, "longer than the buffer");
    T_EQ(len, 0, "no length then");
    T_EQ(wholefile_replace(path, SPAN_NONE, NULL), ERR_OK, "empty");
    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, "read");
    T_EQ(len, 0, "nothing in it");
}

T_CASE(wholefile_stages_and_commits_apart)
{
    const char *path = path_of("staged");
    uint8_t bytes[16];
    size_t len;

    T_EQ(wholefile_replace(path, SPAN("old"), NULL), ERR_OK, "made");
    T_EQ(wholefile_stage(path, SPAN("new"), NULL), ERR_OK, "staged");
    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, "read");
    T_SPAN(span_of(bytes, len), SPAN("old"), "a crash here leaves the old");
    wholefile_drop(path);
    T_EQ(wholefile_commit(path, true, NULL), ERR_NOT_FOUND, "nothing is staged any more");
    T_EQ(wholefile_stage(path, SPAN("newer"), NULL), ERR_OK, "staged");
    T_EQ(wholefile_stage(path, SPAN("newest"), NULL), ERR_OK, "over a left-over");
    T_EQ(wholefile_commit(path, true, NULL), ERR_OK, "committed");
    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, "read");
    T_SPAN(span_of(bytes, len), SPAN("newest"), "the new");
}

/* Whoever still holds the old file finds zeros in it: a destroyed key is not in free blocks. */
T_CASE(wholefile_wipes_what_it_replaced)
{
    const char *path = path_of("wiped");
    char held[32] = "";
    int fd;

    T_EQ(wholefile_replace(path, SPAN("a wrapped key of a child"), NULL), ERR_OK, "made");
    fd = open(path, O_RDONLY);
    T_OK(fd >= 0, "held open");
    T_EQ(wholefile_replace(path, SPAN("without it"), NULL), ERR_OK, "replaced");
    T_EQ(read(fd, held, sizeof held), 24, "the old length");
    for (int i = 0; i < 24; i++)
        T_EQ(held[i], 0, "zeros");
    close(fd);
}

T_CASE(wholefile_says_what_went_wrong)
{
    uint8_t bytes[4];
    size_t len;
    struct fail why = {.text = ""};
    char path[WHOLEFILE_PATH_CAP + 8];

    T_EQ(wholefile_replace("/nowhere/at/all", SPAN("x"), &why), ERR_NOT_FOUND, "no directory");
    T_OK(strstr(why.text, "/nowhere/at/all") != NULL, "the place is named");
    T_EQ(wholefile_read("/", bytes, sizeof bytes, &len, NULL), ERR_IO, "a directory");
    T_EQ(wholefile_replace("/dev/full/x", SPAN("x"), NULL), ERR_IO, "a file as directory");
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = '\0';
    T_EQ(wholefile_replace(path, SPAN("x"), NULL), ERR_INVALID, "a path too long");
    T_EQ(symlink("/etc/hostname", path_of("link")), 0, "a symbolic link");
    T_EQ(wholefile_read(path_of("link"), bytes, sizeof bytes, &len, NULL), ERR_IO,
         "is not followed");
}

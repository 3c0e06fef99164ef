/* covers: node/base/conf.c node/base/conf_check.c node/base/utf_valid.c */
/* A configuration file is what an operator's editor left behind: any bytes. */
#include "node/base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct conf_row rows[] = {
    {.name = "a.int",
     .type = CONF_INT,
     .least = -9,
     .most = 99,
     .unit = "ms",
     .initial = "1",
     .help = ""},
    {.name = "a.bool", .type = CONF_BOOL, .initial = "false", .help = ""},
    {.name = "a.path", .type = CONF_PATH, .initial = "", .help = ""},
    {.name = "a.text", .type = CONF_TEXT, .least = 1, .most = 8, .initial = "t", .help = ""},
    {.name = "a.free", .type = CONF_TEXT, .initial = "", .help = ""},
    {.name = "a.enum", .type = CONF_ENUM, .choices = "x|yy", .initial = "x", .help = ""},
    {.name = "a.must", .type = CONF_TEXT, .help = "must"},
};
static const struct conf_table tables[] = {{rows, sizeof rows / sizeof rows[0]}, {NULL, 0}};

static void count(const struct conf_defect *defect, void *arg)
{
    int *n = arg;

    *n += defect->name != NULL && defect->text[0] != '\0' ? 1 : 1000000;
}

static void walk(const struct conf_row *row, const char *value, const char *origin, void *arg)
{
    (void)arg;
    if (row == NULL || value == NULL || origin[0] == '\0')
        abort();
}

/* Through a file as well: it must say the same. */
static enum err load(const uint8_t *data, size_t size, unsigned flags)
{
    struct conf *conf = NULL;
    char path[32];
    int fd = memfd_create("conf", MFD_CLOEXEC);
    enum err rc;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    rc = conf_load(path, tables, flags, NULL, NULL, &conf, NULL);
    conf_free(&conf);
    close(fd);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf *conf = NULL;
    struct fail why;
    unsigned flags = size > 0 && data[0] == '#' ? CONF_IGNORE_UNKNOWN : 0;
    int n = 0;
    enum err rc = conf_read(span_of(data, size), tables, flags, count, &n, &conf, &why);

    if (rc == ERR_OK ? n != 0 : n == 0 || n > 70000 || conf != NULL)
        abort();
    if (load(data, size, flags) != rc)
        abort();
    if (rc != ERR_OK)
        return 0;
    if (conf_int(conf, "a.int") < -9 || conf_int(conf, "a.int") > 99 ||
        strlen(conf_text(conf, "a.text")) > 8)
        abort();
    (void)conf_bool(conf, "a.bool");
    (void)conf_origin(conf, "a.path");
    conf_each(conf, walk, NULL);
    conf_free(&conf);
    return 0;
}

#include "node/db/space.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"

#define LOOK_EVERY_US 1000000

const struct conf_row space_conf_rows[SPACE_CONF_N] = {
    {"space.no_uploads_percent", CONF_INT, 50, 99, "%", NULL, "85", false,
     "ディスクの使用率がこれ以上のとき、ファイルの受け取りを断る"},
    {"space.no_writes_percent", CONF_INT, 50, 99, "%", NULL, "92", false,
     "ディスクの使用率がこれ以上のとき、ふつうの書き込みを断る（監査記録・SOSは続ける）"},
    {"space.full_percent", CONF_INT, 50, 100, "%", NULL, "97", false,
     "ディスクの使用率がこれ以上のとき、予備のファイルを消して空きを作る"},
    {"space.ballast_mib", CONF_INT, 0, 4096, "MiB", NULL, "64", false,
     "予備のファイルの大きさ（0は置かない）"},
};

struct space {
    char *data_dir, *cluster_dir, *ballast_path;
    int no_uploads_percent, no_writes_percent, full_percent;
    int64_t ballast_bytes;
    _Atomic int64_t look_mono_us; /* when the next look is due */
    atomic_int used_percent, level;
};

const char *space_level_id(enum space_level level)
{
    switch (level) {
    case SPACE_OK:
        return "ok";
    case SPACE_NO_UPLOADS:
        return "no-uploads";
    case SPACE_NO_WRITES:
        return "no-writes";
    case SPACE_FULL:
        return "full";
    }
    return "?";
}

/* As df counts: what ordinary users may use, rounded up. -1: not to be had. */
static int volume_used_percent(const char *dir)
{
    struct statvfs v;
    uint64_t used, usable;

    if (statvfs(dir, &v) != 0)
        return -1;
    used = v.f_blocks - v.f_bfree;
    usable = used + v.f_bavail;
    return usable == 0 ? -1 : (int)((used * 100 + usable - 1) / usable);
}

static enum space_level level_of(const struct space *s, int percent)
{
    if (percent >= s->full_percent)
        return SPACE_FULL;
    if (percent >= s->no_writes_percent)
        return SPACE_NO_WRITES;
    return percent >= s->no_uploads_percent ? SPACE_NO_UPLOADS : SPACE_OK;
}

static void ballast_give_up(const struct space *s)
{
    if (unlink(s->ballast_path) == 0)
        log_error("space.ballast_given_up", L_INT("bytes", s->ballast_bytes));
}

/* Only where it leaves the level as it is: a ballast that fills the disk would be absurd. */
static void ballast_make(const struct space *s)
{
    struct statvfs v;
    struct stat st;
    int fd;

    if (s->ballast_bytes == 0 || stat(s->ballast_path, &st) == 0)
        return;
    if (statvfs(s->data_dir, &v) != 0 ||
        (uint64_t)s->ballast_bytes > (uint64_t)v.f_bavail * v.f_frsize / 10)
        return;
    fd = open(s->ballast_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (posix_fallocate(fd, 0, s->ballast_bytes) != 0)
        unlink(s->ballast_path);
    close(fd);
}

/* The caller holds the turn to look. */
static void look(struct space *s)
{
    int data = volume_used_percent(s->data_dir), cluster = volume_used_percent(s->cluster_dir);
    int percent = data > cluster ? data : cluster;
    enum space_level before = (enum space_level)atomic_load(&s->level), now;

    if (percent < 0) {
        log_error("space.unknown", L_INT("errno", errno));
        return;
    }
    now = level_of(s, percent);
    if (now == SPACE_FULL)
        ballast_give_up(s);
    else if (now == SPACE_OK)
        ballast_make(s);
    if (now != before)
        log_at(now > before ? LOG_ERROR : LOG_INFO, "space.level",
               L_TEXT("level", space_level_id(now)), L_INT("used_percent", percent));
    atomic_store(&s->used_percent, percent);
    atomic_store(&s->level, (int)now);
}

static void look_when_due(struct space *s)
{
    int64_t now = clock_mono_us(), due = atomic_load(&s->look_mono_us);

    if (now >= due &&
        atomic_compare_exchange_strong(&s->look_mono_us, &due, now + LOOK_EVERY_US))
        look(s);
}

enum err space_open(const struct space_conf *conf, struct space **space_out, struct fail *why)
{
    struct space *s = calloc(1, sizeof *s);

    *space_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "disk guard");
    s->no_uploads_percent = conf->no_uploads_percent;
    s->no_writes_percent = conf->no_writes_percent;
    s->full_percent = conf->full_percent;
    s->ballast_bytes = conf->ballast_bytes;
    s->data_dir = strdup(conf->data_dir);
    s->cluster_dir = strdup(conf->cluster_dir);
    if (s->data_dir == NULL || s->cluster_dir == NULL ||
        asprintf(&s->ballast_path, "%s/ballast", conf->data_dir) < 0) {
        s->ballast_path = NULL;
        space_close(&s);
        return fail_set(why, ERR_NOMEM, "disk guard");
    }
    if (volume_used_percent(s->data_dir) < 0 || volume_used_percent(s->cluster_dir) < 0) {
        space_close(&s);
        return fail_set(why, ERR_IO, "statvfs of data or cluster directory: %s",
                        strerror(errno));
    }
    look_when_due(s);
    *space_out = s;
    return ERR_OK;
}

void space_close(struct space **space)
{
    struct space *s = *space;

    if (s == NULL)
        return;
    free(s->data_dir);
    free(s->cluster_dir);
    free(s->ballast_path);
    free(s);
    *space = NULL;
}

enum space_level space_level_read(struct space *s)
{
    look_when_due(s);
    return (enum space_level)atomic_load(&s->level);
}

void space_release(struct space *s)
{
    ballast_give_up(s);
}

int space_used_percent(struct space *s)
{
    look_when_due(s);
    return atomic_load(&s->used_percent);
}

enum err space_check(struct space *s, enum space_use use, struct fail *why)
{
    static const enum space_level refused_from[] = {
        [SPACE_USE_UPLOAD] = SPACE_NO_UPLOADS,
        [SPACE_USE_WRITE] = SPACE_NO_WRITES,
        [SPACE_USE_MUST] = SPACE_FULL + 1,
    };

    if (space_level_read(s) >= refused_from[use])
        return fail_set(why, ERR_NOSPACE, "disk is %d %% full", space_used_percent(s));
    return ERR_OK;
}

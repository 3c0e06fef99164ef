/* clock_jump.c - loaded into every program of a node under test (LD_PRELOAD): the time of day
 * is off by as many seconds as stand, as an int64_t, at the start of the file
 * IBASHO_CLOCK_JUMP. Who writes there moves the clock of a running node; the monotonic clock
 * never moves. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t none, *off_s = &none;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

/* Before any sandbox of the program shuts. */
__attribute__((constructor)) static void jump_open(void)
{
    const char *path = getenv("IBASHO_CLOCK_JUMP");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *map;

    real_clock_gettime =
        (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (fd < 0)
        return;
    map = mmap(NULL, sizeof *off_s, PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        off_s = map;
    close(fd);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int rc;

    if (real_clock_gettime == NULL)
        jump_open();
    rc = real_clock_gettime(id, ts);
    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        ts->tv_sec += (time_t)*off_s;
    return rc;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec ts;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &ts);
    *tv = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *now_out)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    if (now_out != NULL)
        *now_out = ts.tv_sec;
    return ts.tv_sec;
}

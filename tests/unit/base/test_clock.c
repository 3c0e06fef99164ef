#include "node/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/t.h"

T_CASE(clock_mono_never_steps_back)
{
    int64_t last = clock_mono_us();
    bool rises = true;

    for (int i = 0; i < 100000; i++) {
        int64_t now = clock_mono_us();

        rises = rises && now >= last;
        last = now;
    }
    T_OK(rises, "never");
}

T_CASE(clock_test_shift_moves_each_clock_and_back)
{
    int64_t mono = clock_mono_us(), utc = clock_utc_us();

    clock_test_shift(INT64_C(3600000000), 0);
    T_OK(clock_mono_us() >= mono + INT64_C(3600000000), "mono by an hour");
    T_OK(clock_utc_us() < utc + INT64_C(1800000000), "utc not");
    clock_test_shift(0, -INT64_C(3600000000));
    T_OK(clock_utc_us() < utc - INT64_C(1800000000), "utc back by an hour");
    T_OK(clock_mono_us() < mono + INT64_C(1800000000), "mono not");
    clock_test_shift(0, 0);
    T_OK(clock_utc_us() >= utc - 1000000, "real time again");
}

/* The variable is read once, so that it takes a program of its own to see it. */
T_CASE(clock_skew_moves_the_wall_clock_of_a_whole_program)
{
    const char *skew = getenv("IBASHO_CLOCK_SKEW_S");
    struct timespec real;
    int64_t off_us;

    if (skew == NULL) {
        char name[] = "unit", only[] = "clock_skew", variable[] = "IBASHO_CLOCK_SKEW_S=-86400";
        char *const args[] = {name, only, NULL}, *const env[] = {variable, NULL};
        int status = 1;
        pid_t pid = fork();

        if (pid == 0) {
            if (freopen("/dev/null", "w", stdout) != NULL)
                execve("/proc/self/exe", args, env);
            _exit(99);
        }
        T_OK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "a skewed program");
        return;
    }
    clock_gettime(CLOCK_REALTIME, &real);
    off_us =
        clock_utc_us() - (int64_t)real.tv_sec * 1000000 - strtoll(skew, NULL, 10) * 1000000;
    T_OK(off_us > -5000000 && off_us < 5000000, "wall clock");
    clock_gettime(CLOCK_MONOTONIC, &real);
    off_us = clock_mono_us() - (int64_t)real.tv_sec * 1000000;
    T_OK(off_us > -5000000 && off_us < 5000000, "the monotonic clock stays");
}

T_CASE(clock_texts)
{
    static const struct {
        int64_t utc_us;
        const char *utc, *tokyo;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z", "1970-01-01T09:00:00+09:00"},
        {-1, "1969-12-31T23:59:59.999999Z", "1970-01-01T08:59:59+09:00"},
        {1795292241123456, "2026-11-21T20:17:21.123456Z", "2026-11-22T05:17:21+09:00"},
        {951782399999999, "2000-02-28T23:59:59.999999Z", "2000-02-29T08:59:59+09:00"},
        {-62135596800000000, "0001-01-01T00:00:00.000000Z", "0001-01-01T09:00:00+09:00"},
        {253402300799999999, "9999-12-31T23:59:59.999999Z", "10000-01-01T08:59:59+09:00"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char text[CLOCK_TEXT_CAP];

        clock_utc_text(rows[i].utc_us, text);
        T_TEXT(text, rows[i].utc, "UTC");
        clock_tokyo_text(rows[i].utc_us, text);
        T_TEXT(text, rows[i].tokyo, "Tokyo");
    }
}

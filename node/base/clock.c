#include "node/base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t shift_mono_us, shift_utc_us;
static pthread_once_t skew_once = PTHREAD_ONCE_INIT;
static int64_t skew_us;

static void skew_read(void)
{
    const char *text = getenv("IBASHO_CLOCK_SKEW_S");

    if (text != NULL)
        skew_us = strtoll(text, NULL, 10) * 1000000;
}

static int64_t now_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
    return now_us(CLOCK_MONOTONIC) + atomic_load(&shift_mono_us);
}

int64_t clock_utc_us(void)
{
    pthread_once(&skew_once, skew_read);
    return now_us(CLOCK_REALTIME) + skew_us + atomic_load(&shift_utc_us);
}

void clock_test_shift(int64_t mono_us, int64_t utc_us)
{
    atomic_store(&shift_mono_us, mono_us);
    atomic_store(&shift_utc_us, utc_us);
}

/* Splits so that the fraction is never negative, also before 1970. */
static struct tm split(int64_t us, int *fraction_us)
{
    struct tm tm;
    time_t s = (time_t)(us / 1000000);

    *fraction_us = (int)(us % 1000000);
    if (*fraction_us < 0) {
        *fraction_us += 1000000;
        s -= 1;
    }
    gmtime_r(&s, &tm);
    return tm;
}

static char *put_digits(char *p, int value, int n)
{
    for (int i = n; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + n;
}

/* Date and time of day; where it ends. By hand: every line of every log and export has one, and
 * strftime takes ten times as long. A year outside four digits is not from any clock of ours.
 */
static char *put(const struct tm *tm, char *p)
{
    long year = tm->tm_year + 1900L;

    if (year >= 0 && year <= 9999)
        p = put_digits(p, (int)year, 4);
    else
        p += snprintf(p, CLOCK_TEXT_CAP - 24, "%04ld", year);
    *p++ = '-';
    p = put_digits(p, tm->tm_mon + 1, 2);
    *p++ = '-';
    p = put_digits(p, tm->tm_mday, 2);
    *p++ = 'T';
    p = put_digits(p, tm->tm_hour, 2);
    *p++ = ':';
    p = put_digits(p, tm->tm_min, 2);
    *p++ = ':';
    return put_digits(p, tm->tm_sec, 2);
}

void clock_utc_text(int64_t utc_us, char text_out[CLOCK_TEXT_CAP])
{
    int us;
    struct tm tm = split(utc_us, &us);
    char *p = put(&tm, text_out);

    *p++ = '.';
    p = put_digits(p, us, 6);
    memcpy(p, "Z", 2);
}

void clock_tokyo_text(int64_t utc_us, char text_out[CLOCK_TEXT_CAP])
{
    int us;
    struct tm tm = split(utc_us + INT64_C(9) * 3600 * 1000000, &us);

    memcpy(put(&tm, text_out), "+09:00", 7);
}

/* log.export: all four logs of ten months, 2 million rows, as CSV into a ZIP: seconds by the
 * clock, and the memory of the whole program at its most (this one, with the fixture's people).
 * chat.search: one word among what 500 people wrote in a month of 20 open days, and in ten, 20
 * lines a person and day: seconds until the last line is out. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/integration/logs_fixture.h"

#define N_IDS  500
#define N_DAYS 200
#define FROM   INT64_C(1780272000000000) /* 2026-06-01T00:00:00Z */

static enum err count(void *arg, struct span bytes, struct fail *why)
{
    (void)why;
    *(uint64_t *)arg += bytes.len;
    return ERR_OK;
}

static enum err run(struct logs_fixture *f, enum log_act act, unsigned kinds, int n_days,
                    const char *words, uint64_t n_rows, double *seconds_out, struct fail *why)
{
    struct log_export_row row =
        logs_fixture_row(act, kinds, FROM + (N_DAYS - n_days) * DAY_US, FROM + N_DAYS * DAY_US);
    struct log_counts counts;
    uint64_t n_bytes = 0;
    int64_t began_us = clock_mono_us();
    double cpu_us = bench_process_cpu_us();
    enum err rc = logs_fixture_run(f, &row, words, count, &n_bytes, &counts, why);

    *seconds_out = (double)(clock_mono_us() - began_us) / 1e6;
    if (rc == ERR_OK && counts.n_rows != n_rows)
        rc = fail_set(why, ERR_INTERNAL, "%llu rows, not %llu",
                      (unsigned long long)counts.n_rows, (unsigned long long)n_rows);
    fprintf(stderr, "  %llu rows, %llu bytes, %.2f s, %.2f s CPU here\n",
            (unsigned long long)counts.n_rows, (unsigned long long)n_bytes, *seconds_out,
            (bench_process_cpu_us() - cpu_us) / 1e6);
    return rc;
}

static void forget_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

    if (fd >= 0 && write(fd, "5", 1) != 1)
        fprintf(stderr, "  the peak stands since the start\n");
    if (fd >= 0)
        close(fd);
}

static double peak_mb(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    long kb = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return (double)kb / 1024;
}

/* Both figures of an export come of one: it is made once. */
static double export_seconds, export_mb;

static enum err measure_export(struct fail *why)
{
    const struct logs_fixture_days days = {FROM, N_DAYS, 7000, 2000, 1000};
    struct logs_fixture f;
    enum err rc;

    if (export_seconds > 0)
        return ERR_OK;
    logs_fixture_start(&f, N_IDS);
    logs_fixture_fill(&f, &days);
    forget_peak();
    rc = run(&f, LOG_ACT_EXPORT, LOG_KINDS_MOST, N_DAYS, "", 10000 * N_DAYS, &export_seconds,
             why);
    export_mb = peak_mb();
    logs_fixture_stop(&f);
    return rc;
}

BENCH(log_export, "log.export", "s for 2,000,000 rows", 20, true)
{
    enum err rc = measure_export(why);

    *value_out = export_seconds;
    return rc;
}

BENCH(log_export_memory, "log.export.memory", "MB resident at the most", 100, true)
{
    enum err rc = measure_export(why);

    *value_out = export_mb;
    return rc;
}

static double month_seconds, year_seconds;

static enum err measure_search(struct fail *why)
{
    const struct logs_fixture_days days = {FROM, N_DAYS, 20 * N_IDS, 0, 0};
    struct logs_fixture f;
    enum err rc;

    if (year_seconds > 0)
        return ERR_OK;
    logs_fixture_start(&f, N_IDS);
    logs_fixture_fill(&f, &days);
    rc = run(&f, LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT), N_DAYS / 10, "ぺんぎん", N_DAYS,
             &month_seconds, why);
    if (rc == ERR_OK)
        rc = run(&f, LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT), N_DAYS, "ぺんぎん", 10 * N_DAYS,
                 &year_seconds, why);
    logs_fixture_stop(&f);
    return rc;
}

BENCH(chat_search_month, "chat.search.month", "s for one month", 1, true)
{
    enum err rc = measure_search(why);

    *value_out = month_seconds;
    return rc;
}

BENCH(chat_search_year, "chat.search.year", "s for ten months", 15, true)
{
    enum err rc = measure_search(why);

    *value_out = year_seconds;
    return rc;
}

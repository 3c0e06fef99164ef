#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_CAP 64

static struct bench *first, **last = &first;

void bench_register(struct bench *b)
{
    *last = b;
    last = &b->next;
}

static double clock_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

double bench_thread_cpu_us(void)
{
    return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

double bench_process_cpu_us(void)
{
    return clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static enum err time_one(enum err (*f)(int n, void *arg, struct fail *why), int n, void *arg,
                         double *us_out, struct fail *why)
{
    double start = bench_thread_cpu_us();
    enum err rc = f(n, arg, why);

    *us_out = (bench_thread_cpu_us() - start) / n;
    return rc;
}

enum err bench_pairs(enum err (*a)(int n, void *arg, struct fail *why),
                     enum err (*b)(int n, void *arg, struct fail *why), void *arg, int n,
                     int rounds, double *a_us_out, double *b_us_out, struct fail *why)
{
    double a_us[ROUNDS_CAP], b_us[ROUNDS_CAP];
    enum err rc = ERR_OK;

    invariant(rounds > 0 && rounds <= ROUNDS_CAP, "%d rounds", rounds);
    for (int i = 0; rc == ERR_OK && i < rounds; i++) {
        bool a_first = i % 2 == 0;

        rc = time_one(a_first ? a : b, n, arg, a_first ? &a_us[i] : &b_us[i], why);
        if (rc == ERR_OK)
            rc = time_one(a_first ? b : a, n, arg, a_first ? &b_us[i] : &a_us[i], why);
    }
    if (rc != ERR_OK)
        return rc;
    *a_us_out = median(a_us, rounds);
    *b_us_out = median(b_us, rounds);
    return ERR_OK;
}

/* Idle share of all cores since the last call. */
static double idle_share(void)
{
    static unsigned long long idle_before, all_before;
    unsigned long long v[8] = {0}, all = 0, idle;
    double share;
    FILE *f = fopen("/proc/stat", "r");

    if (f == NULL || fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1],
                            &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) != 8)
        v[3] = 0;
    if (f != NULL)
        fclose(f);
    for (int i = 0; i < 8; i++)
        all += v[i];
    idle = v[3] + v[4];
    share = all == all_before ? 0 : (double)(idle - idle_before) / (double)(all - all_before);
    idle_before = idle;
    all_before = all;
    return share;
}

static bool machine_is_quiet(void)
{
    idle_share();
    usleep(500000);
    return idle_share() > 0.9;
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : "";
    int rc = 0, n = 0;

    for (struct bench *b = first; b != NULL; b = b->next) {
        struct fail why = {0};
        double value = 0;
        bool quiet, holds;

        if (strncmp(b->name, only, strlen(only)) != 0)
            continue;
        n++;
        quiet = machine_is_quiet();
        if (b->run(&value, &why) != ERR_OK) {
            fprintf(stderr, "%s: %s (%s:%d)\n", b->name, why.text, why.file, why.line);
            rc = 1;
            continue;
        }
        holds = b->at_most ? value <= b->goal : value >= b->goal;
        printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"goal\":%.6g,\"holds\":%s,"
               "\"quiet\":%s}\n",
               b->name, value, b->unit, b->goal, holds ? "true" : "false",
               quiet ? "true" : "false");
        fflush(stdout);
    }
    return n == 0 ? 2 : rc; /* 2: nothing here bears that name */
}

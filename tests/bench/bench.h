/* tests/bench/bench.h - figures, each one JSON line:
 *   {"name":"foundation.sealed","value":4.1,"unit":"us","goal":6,"holds":true,"quiet":true}
 * Values are CPU time per unit of work, counts, or ratios to a yardstick run beside it; `quiet`
 * says whether the machine was idle just before, for the few that are wall-clock.
 * Threads: figures run one after another on the main thread. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/err.h"

struct bench {
    const char *name, *unit;
    double goal;
    bool at_most; /* the goal is an upper bound */
    /* Sets *value_out; an error ends the run with exit status 1. */
    enum err (*run)(double *value_out, struct fail *why);
    struct bench *next;
};

void bench_register(struct bench *b);

#define BENCH(id, figure, unit_text, goal_value, upper) \
    static enum err id(double *value_out, struct fail *why); \
    static struct bench id##_bench = {figure, unit_text, goal_value, upper, id, 0}; \
    __attribute__((constructor)) static void id##_register(void) \
    { \
        bench_register(&id##_bench); \
    } \
    static enum err id(double *value_out, struct fail *why)

double bench_thread_cpu_us(void);  /* of the calling thread */
double bench_process_cpu_us(void); /* of all threads of this process */

/* Runs a and b in turn, `rounds` times (a b b a a b ...), each call doing n units of work, and
 * gives the medians of CPU microseconds per unit: neighbours on the machine hit both alike. */
NODISCARD enum err bench_pairs(enum err (*a)(int n, void *arg, struct fail *why),
                               enum err (*b)(int n, void *arg, struct fail *why), void *arg,
                               int n, int rounds, double *a_us_out, double *b_us_out,
                               struct fail *why);

#endif

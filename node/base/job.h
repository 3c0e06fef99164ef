/* node/base/job.h - one kind of persistent job, a row of a feature's *_jobs[] table: work that
 * must happen even if the node dies in between (node/db/jobs.h runs them). Threads: const data.
 */
#ifndef NODE_BASE_JOB_H
#define NODE_BASE_JOB_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/base/services.h"

struct db;

/* One run, on the job thread. */
struct job_call {
    const struct services *services;
    struct db *db;       /* the job thread's read connection */
    struct arena *arena; /* emptied after the run */
    struct id job;
    struct span payload; /* JSON of pseudonymous ids and numbers, never a name */
    int n_try;           /* 1 on the first try */
};

struct job_kind {
    const char *name; /* "retention.sweep", unique */
    /* Runs at least once: a run that was cut off is made again from the start, so it must be
     * harmless to repeat. Anything but ERR_OK is tried again later. */
    enum err (*run)(struct job_call *call, struct fail *why);
    int n_tries_cap;    /* after so many failures the job is dead and `doctor` shows it */
    int lease_s;        /* longer than any run: after it the job counts as cut off */
    int period_s;       /* 0: on request only; else once in every period */
    int offset_s;       /* when in the period, counted from midnight in Tokyo */
    bool at_start;      /* also once after every start of the node */
    bool while_leaving; /* runs also while the node is left and other jobs rest */
};

struct job_table {
    const struct job_kind *rows;
    int n;
};

#endif

/* node/db/jobs.h - persistent jobs: a row first, the work later, at least once.
 * One thread takes due jobs through the writer (FOR UPDATE SKIP LOCKED and a lease), runs them
 * and writes the outcome. A job whose runner died is taken again when its lease is over. A
 * failed one is tried again after 2, 4, 8 ... s up to an hour, each with a random share, until
 * its kind's n_tries_cap; then it is dead and stays for a person to see. Repeating kinds make
 * one job a period; periods missed while the node was down are made up for once. Threads:
 * jobs_tx_post on the writer's thread, the rest any. */
#ifndef NODE_DB_JOBS_H
#define NODE_DB_JOBS_H

#include "node/base/job.h"
#include "node/base/table.h"
#include "node/db/writer.h"

#define JOBS_STMTS_N  7
#define JOBS_TABLES_N 1
extern const struct stmt *const jobs_stmts[JOBS_STMTS_N];
extern const struct data_table jobs_tables[JOBS_TABLES_N];

struct jobs;

struct jobs_conf {
    struct db_conf db; /* the thread's own read connection */
    const struct stmt_table *stmts;
    const struct job_table *kinds; /* ends with n == 0 */
    const struct services *services;
    /* True: only kinds with while_leaving are begun, and only their periods count; looked at
     * again and again. NULL: never. */
    bool (*rests)(const struct services *services);
};

NODISCARD enum err jobs_start(const struct jobs_conf *conf, struct jobs **jobs_out,
                              struct fail *why);
/* Waits for the run in progress; what is queued waits in its rows. */
void jobs_stop(struct jobs **jobs);

struct job_post {
    struct id id; /* ID_NONE: a new one */
    const char *kind;
    struct span key; /* empty, or once-only: a second post with the same key adds nothing */
    struct span payload;
    int64_t run_at_utc_us; /* 0: now */
};
/* Inside an operation: the job exists if and only if the operation commits. */
NODISCARD enum err jobs_tx_post(struct tx *tx, const struct job_post *post, struct fail *why);
/* Looks for due jobs now instead of within the next seconds: call from the operation's done. */
void jobs_wake(struct jobs *jobs);

struct jobs_stats {
    int64_t n_waiting, n_running, n_dead; /* rows */
    uint64_t n_done, n_failed;            /* runs since the start of this program */
};
NODISCARD enum err jobs_stats_read(struct jobs *jobs, struct db *db, struct jobs_stats *out,
                                   struct fail *why);

#endif

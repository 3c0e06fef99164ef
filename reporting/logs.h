/* reporting/logs.h - exports and searches under way: each a job on a thread of its own that
 * reads page by page and writes into a flow, so that neither a long log nor a slow client holds
 * a worker. LOGS_AT_ONCE run side by side; one more is told to come again. A job ends early
 * when its reader leaves or the node stops; how many rows went out is written either way.
 * Threads: the jobs' own; the functions from any.  Owns: its threads, flows, connections. */
#ifndef REPORTING_LOGS_H
#define REPORTING_LOGS_H

#include "node/base/flow.h"
#include "node/base/route.h"
#include "reporting/log_source.h"

#define LOGS_AT_ONCE    2
#define LOGS_HITS_MOST  5000 /* of one search */
#define LOGS_SCANS_MOST 4    /* threads of one search */
#define LOGS_WORDS_MOST 8
#define LOGS_PAGE_ROWS  4096

struct logs; /* services.logs */
struct log_job;

struct logs_conf {
    const struct services *services;
    struct db_conf db; /* least rights */
    const struct stmt_table *stmts;
};
NODISCARD enum err logs_open(const struct logs_conf *conf, struct logs **logs_out,
                             struct fail *why);
/* Ends the jobs; the writer is still there. */
void logs_close(struct logs **logs);

/* Takes a place for a job of that row, whose texts are copied; words: what a search looks for,
 * as typed. ERR_BUSY: there is none. by: who takes it, as the steps' rows say it. */
NODISCARD enum err log_job_create(struct logs *logs, const struct log_export_row *row,
                                  struct span words, struct id by, struct span by_role,
                                  struct log_job **job_out, struct fail *why);
/* One that was never started; leaves NULL. */
void log_job_drop(struct log_job **job);
/* Hands it over; returns the side that is read (reply_flow). Never waits. */
struct flow *log_job_start(struct log_job **job);

/* ---- what a job's thread runs; for the job and for figures ---- */

struct log_counts {
    uint64_t n_rows, n_bytes, n_seen;
};
struct log_run {
    const struct services *services;
    struct db_conf db;
    const struct stmt_table *stmts;
    const struct log_export_row *row;
    struct span words;
    struct caller caller; /* for whom: role and account */
    int64_t now_utc_us;
    /* Gets what goes out. */
    enum err (*sink)(void *arg, struct span bytes, struct fail *why);
    void *arg;
    bool (*is_over)(void *arg); /* asked once a page: nobody wants it any more */
};
NODISCARD enum err log_run_export(const struct log_run *run, struct log_counts *counts_out,
                                  struct fail *why);
/* Words as typed, spaces between them; a line must have every one of them, folded as names are
 * (FOLD_SEARCH). ERR_INVALID: none, or over LOGS_WORDS_MOST; why->field says so. */
NODISCARD enum err log_words_check(struct span words, struct arena *arena, struct fail *why);
NODISCARD enum err log_run_search(const struct log_run *run, struct log_counts *counts_out,
                                  struct fail *why);

#endif

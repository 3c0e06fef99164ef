#include "reporting/logs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"

#define FLOW_BYTES  262144
#define STACK_BYTES ((size_t)512 * 1024)

struct logs {
    struct logs_conf conf;
    struct mbox *jobs; /* of struct log_job * */
    atomic_int n_taken;
    atomic_bool is_stopping;
    pthread_mutex_t lock; /* guards running */
    struct log_job *running[LOGS_AT_ONCE];
    pthread_t threads[LOGS_AT_ONCE];
    int n_threads;
};

struct log_job {
    struct logs *logs;
    struct arena *arena;
    struct flow *flow, *reader; /* the same; reader until the start */
    struct log_export_row row;
    struct span words, by_role;
    struct id by;
    struct log_counts counts;
    bool is_whole;
};

static void job_free(struct log_job *job)
{
    atomic_fetch_sub(&job->logs->n_taken, 1);
    flow_end(&job->flow, job->is_whole);
    flow_leave(&job->reader);
    arena_destroy(&job->arena);
    free(job);
}

static bool own(struct arena *arena, struct span from, struct span *to)
{
    *to = arena_copy(arena, from);
    return from.len == 0 || to->p != NULL;
}

static enum err fill(struct log_job *job, const struct log_export_row *row, struct span words,
                     struct span by_role, struct fail *why)
{
    enum err rc = arena_create(4096, &job->arena, why);

    if (rc == ERR_OK)
        rc = flow_create(FLOW_BYTES, &job->flow, why);
    if (rc != ERR_OK)
        return rc;
    job->reader = job->flow;
    arena_mark_secret(job->arena);
    job->row = *row;
    job->row.reason_sealed = job->row.words_sealed = job->row.by_role = SPAN_NONE;
    if (!own(job->arena, row->floor, &job->row.floor) || !own(job->arena, words, &job->words) ||
        !own(job->arena, by_role, &job->by_role))
        return fail_set(why, ERR_NOMEM, "a job of the logs");
    return ERR_OK;
}

enum err log_job_create(struct logs *logs, const struct log_export_row *row, struct span words,
                        struct id by, struct span by_role, struct log_job **job_out,
                        struct fail *why)
{
    struct log_job *job = calloc(1, sizeof *job);
    enum err rc;

    *job_out = NULL;
    if (job == NULL)
        return fail_set(why, ERR_NOMEM, "a job of the logs");
    job->logs = logs;
    job->by = by;
    if (atomic_fetch_add(&logs->n_taken, 1) >= LOGS_AT_ONCE || atomic_load(&logs->is_stopping))
        rc = fail_set(why, ERR_BUSY, "%d exports and searches are under way", LOGS_AT_ONCE);
    else
        rc = fill(job, row, words, by_role, why);
    if (rc != ERR_OK)
        job_free(job);
    else
        *job_out = job;
    return rc;
}

void log_job_drop(struct log_job **job)
{
    if (*job != NULL)
        job_free(*job);
    *job = NULL;
}

struct flow *log_job_start(struct log_job **job_in)
{
    struct log_job *job = *job_in;
    struct flow *reader = job->reader;

    *job_in = NULL;
    job->reader = NULL;
    /* It has room for every job that has a place; closed: the node stops, the answer is cut. */
    if (mbox_post(job->logs->jobs, &job, NULL) != ERR_OK)
        job_free(job);
    return reader;
}

/* ---- one job ---- */

static enum err put(void *arg, struct span bytes, struct fail *why)
{
    struct log_job *job = arg;

    job->counts.n_bytes += bytes.len;
    return flow_put(job->flow, bytes, why);
}

static bool is_over(void *arg)
{
    struct log_job *job = arg;

    return flow_is_left(job->flow);
}

static enum err write_end(struct tx *tx, void *arg, struct fail *why)
{
    const struct log_step_row *step = arg;

    return log_export_store_step(tx, step, why);
}

/* How much went out is on record before the last byte of a whole answer leaves. */
static enum err record_end(struct log_job *job, bool is_whole, struct fail *why)
{
    struct log_step_row step = {
        .id = id_new(),
        .at_utc_us = clock_utc_us(),
        .export = job->row.id,
        .by = job->by,
        .by_role = job->by_role,
        .kind = LOG_STEP_ENDED,
        .n_rows = (int64_t)job->counts.n_rows,
        .n_bytes = (int64_t)job->counts.n_bytes,
        .is_whole = is_whole,
    };

    return writer_wait(job->logs->conf.services->writer, write_end, &step, why);
}

static void run_job(struct log_job *job)
{
    const struct logs_conf *conf = &job->logs->conf;
    struct log_run run = {
        .services = conf->services,
        .db = conf->db,
        .stmts = conf->stmts,
        .row = &job->row,
        .words = job->words,
        .caller = {.role = ROLE_ANONYMOUS, .account = job->by},
        .now_utc_us = clock_utc_us(),
        .sink = put,
        .arg = job,
        .is_over = is_over,
    };
    struct log_counts counts = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = role_parse(job->by_role, &run.caller.role, &why);

    if (rc == ERR_OK)
        rc = job->row.act == LOG_ACT_SEARCH ? log_run_search(&run, &counts, &why)
                                            : log_run_export(&run, &counts, &why);

    job->counts.n_rows = counts.n_rows;
    if (rc != ERR_OK)
        log_info("logs.cut", L_ID("export", job->row.id), L_FAIL(&why));
    job->is_whole = rc == ERR_OK;
    if (record_end(job, job->is_whole, &why) != ERR_OK) {
        job->is_whole = false;
        log_error("logs.unrecorded", L_ID("export", job->row.id), L_FAIL(&why));
    }
}

/* True: it may run. */
static bool job_enters(struct logs *logs, struct log_job *job, int i)
{
    bool is_stopping;

    pthread_mutex_lock(&logs->lock);
    is_stopping = atomic_load(&logs->is_stopping);
    if (!is_stopping)
        logs->running[i] = job;
    pthread_mutex_unlock(&logs->lock);
    return !is_stopping;
}

static void job_leaves(struct logs *logs, int i)
{
    pthread_mutex_lock(&logs->lock);
    logs->running[i] = NULL;
    pthread_mutex_unlock(&logs->lock);
}

struct seat {
    struct logs *logs;
    int i;
};

static void *thread_main(void *arg)
{
    struct seat seat = *(struct seat *)arg;
    struct log_job *job;

    free(arg);
    pthread_setname_np(pthread_self(), "logs");
    while (!mbox_is_done(seat.logs->jobs)) {
        if (mbox_take(seat.logs->jobs, &job, 1, -1) == 0)
            continue;
        if (job_enters(seat.logs, job, seat.i))
            run_job(job);
        job_leaves(seat.logs, seat.i);
        job_free(job);
    }
    return NULL;
}

/* ---- threads ---- */

static enum err start_thread(struct logs *logs, struct fail *why)
{
    struct seat *seat = malloc(sizeof *seat);
    pthread_attr_t attr;
    enum err rc = ERR_OK;

    if (seat == NULL)
        return fail_set(why, ERR_NOMEM, "a thread of the logs");
    *seat = (struct seat){logs, logs->n_threads};
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&logs->threads[logs->n_threads], &attr, thread_main, seat) == 0) {
        logs->n_threads++;
    } else {
        free(seat);
        rc = fail_set(why, ERR_NOMEM, "a thread of the logs");
    }
    pthread_attr_destroy(&attr);
    return rc;
}

enum err logs_open(const struct logs_conf *conf, struct logs **logs_out, struct fail *why)
{
    struct logs *logs = calloc(1, sizeof *logs);
    enum err rc;

    *logs_out = NULL;
    if (logs == NULL)
        return fail_set(why, ERR_NOMEM, "logs");
    logs->conf = *conf;
    pthread_mutex_init(&logs->lock, NULL);
    rc = mbox_create(sizeof(struct log_job *), LOGS_AT_ONCE, &logs->jobs, why);
    for (int i = 0; i < LOGS_AT_ONCE && rc == ERR_OK; i++)
        rc = start_thread(logs, why);
    if (rc != ERR_OK)
        logs_close(&logs);
    *logs_out = logs;
    return rc;
}

void logs_close(struct logs **logs_in)
{
    struct logs *logs = *logs_in;

    *logs_in = NULL;
    if (logs == NULL)
        return;
    pthread_mutex_lock(&logs->lock);
    atomic_store(&logs->is_stopping, true);
    for (int i = 0; i < LOGS_AT_ONCE; i++)
        if (logs->running[i] != NULL)
            flow_stop(logs->running[i]->flow);
    pthread_mutex_unlock(&logs->lock);
    if (logs->jobs != NULL)
        mbox_close(logs->jobs);
    for (int i = 0; i < logs->n_threads; i++)
        pthread_join(logs->threads[i], NULL);
    mbox_destroy(&logs->jobs);
    pthread_mutex_destroy(&logs->lock);
    free(logs);
}

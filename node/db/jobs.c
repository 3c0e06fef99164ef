#include "node/db/jobs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/digest.h"
#include "node/db/jobs_store.h"

#define ARENA_CHUNK_BYTES 16384
#define LOOK_EVERY_MS     5000 /* rows that nobody woke us for */
#define S_US              INT64_C(1000000)
#define TOKYO_S           INT64_C(32400)
#define LEASE_LEAST_S     60 /* of a kind no table names */

struct repeat {
    int64_t slot; /* period the job was last added for; -1 none */
    bool is_start_done;
};

/* The thread owns everything but the counters and the mailbox. */
struct jobs {
    struct jobs_conf conf;
    struct id holder; /* this run of the program */
    struct db *db;
    struct arena *arena;
    struct mbox *wakes; /* of char; closed to stop */
    pthread_t thread;
    struct repeat *repeats; /* one a kind, in table order */
    _Atomic uint64_t n_done, n_failed;
};

static const struct job_kind *find_kind(const struct jobs *j, struct span name)
{
    for (const struct job_table *t = j->conf.kinds; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (span_eq(name, span_text(t->rows[i].name)))
                return &t->rows[i];
    return NULL;
}

/* -- repeating jobs -- */

struct repeat_call {
    const struct job_kind *kind;
    char key[160];
    int64_t now_utc_us;
};

static enum err repeat_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct repeat_call *call = arg;
    const struct job_post post = {.kind = call->kind->name, .key = span_text(call->key)};

    return job_store_repeat(tx, &post, call->now_utc_us, why);
}

/* Periods are counted from midnight in Tokyo, so that "daily at 3" means what people mean. */
static int64_t slot_of(const struct job_kind *kind, int64_t now_utc_us)
{
    return (now_utc_us / S_US + TOKYO_S - kind->offset_s) / kind->period_s;
}

static bool add_repeat(struct jobs *j, struct repeat_call *call)
{
    struct fail why = {0};

    if (writer_wait(j->conf.services->writer, repeat_run, call, &why) == ERR_OK)
        return true;
    log_warn("job.not_added", L_TEXT("kind", call->kind->name), L_FAIL(&why));
    return false;
}

static void add_repeats(struct jobs *j, bool is_resting, int64_t now_utc_us)
{
    struct repeat *r = j->repeats;
    char holder[ID_TEXT_CAP];

    id_text(j->holder, holder);
    for (const struct job_table *t = j->conf.kinds; t->n > 0; t++) {
        for (int i = 0; i < t->n; i++, r++) {
            const struct job_kind *kind = &t->rows[i];
            struct repeat_call call = {.kind = kind, .now_utc_us = now_utc_us};
            int64_t slot = kind->period_s > 0 ? slot_of(kind, now_utc_us) : -1;

            if (is_resting && !kind->while_leaving)
                continue;
            if (kind->at_start && !r->is_start_done) {
                snprintf(call.key, sizeof call.key, "%s@start-%s", kind->name, holder);
                r->is_start_done = add_repeat(j, &call);
            }
            if (slot != r->slot) {
                snprintf(call.key, sizeof call.key, "%s@%lld", kind->name, (long long)slot);
                if (add_repeat(j, &call))
                    r->slot = slot;
            }
        }
    }
}

/* Until the next period of any kind begins, at most LOOK_EVERY_MS. */
static int wait_ms(const struct jobs *j, int64_t now_utc_us, int64_t due_utc_us)
{
    int64_t us = LOOK_EVERY_MS * INT64_C(1000);

    if (due_utc_us - now_utc_us < us)
        us = due_utc_us - now_utc_us;
    for (const struct job_table *t = j->conf.kinds; t->n > 0; t++) {
        for (int i = 0; i < t->n; i++) {
            const struct job_kind *kind = &t->rows[i];

            if (kind->period_s > 0) {
                int64_t next =
                    (slot_of(kind, now_utc_us) + 1) * kind->period_s - TOKYO_S + kind->offset_s;

                if (next * S_US - now_utc_us < us)
                    us = next * S_US - now_utc_us;
            }
        }
    }
    return us < 1000 ? 1 : (int)(us / 1000 + 1);
}

/* -- one job -- */

struct run {
    struct jobs *jobs;
    const struct job_kind *kind; /* NULL: no table names it (any more) */
    struct job_row row;
    int64_t now_utc_us, run_at_utc_us;
    enum err outcome;
};

static enum err take_run(struct tx *tx, void *arg, struct fail *why)
{
    struct run *r = arg;
    int lease_s = r->kind == NULL ? LEASE_LEAST_S : r->kind->lease_s;

    return job_store_take(tx, r->row.id, r->jobs->holder, r->now_utc_us,
                          r->now_utc_us + lease_s * S_US, r->jobs->arena, &r->row, why);
}

static enum err outcome_run(struct tx *tx, void *arg, struct fail *why)
{
    struct run *r = arg;

    if (r->outcome == ERR_OK)
        return job_store_done(tx, r->row.id, r->jobs->holder, r->now_utc_us, why);
    return job_store_failed(tx, r->row.id, r->jobs->holder, r->now_utc_us, r->run_at_utc_us,
                            err_code(r->outcome), why);
}

/* 2, 4, 8 ... s up to an hour, times 0.5 to 1.5: so that what failed together does not come
 * back together. */
static int64_t backoff_us(int n_tries)
{
    int64_t s = n_tries >= 12 ? 3600 : INT64_C(1) << n_tries;
    uint16_t share;

    digest_random(&share, sizeof share);
    return (s > 3600 ? 3600 : s) * S_US * (32768 + share) / 65536;
}

static void note_failure(struct run *r, const struct fail *why)
{
    int cap = r->kind == NULL ? 1 : r->kind->n_tries_cap;
    bool is_dead = r->row.n_tries >= cap;

    r->run_at_utc_us = is_dead ? 0 : r->now_utc_us + backoff_us(r->row.n_tries);
    atomic_fetch_add(&r->jobs->n_failed, 1);
    log_at(is_dead ? LOG_ERROR : LOG_WARN, is_dead ? "job.dead" : "job.failed",
           L_SPAN("kind", r->row.kind), L_ID("job", r->row.id),
           L_INT("n_tries", r->row.n_tries), L_FAIL(why));
}

/* A job that takes the node down with it would do so for ever: its tries count before it runs.
 */
static enum err call_kind(struct run *r, struct fail *why)
{
    struct job_call call = {
        .services = r->jobs->conf.services,
        .db = r->jobs->db,
        .arena = r->jobs->arena,
        .job = r->row.id,
        .payload = r->row.payload,
        .n_try = r->row.n_tries,
    };

    if (r->kind == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such kind of job");
    if (r->row.n_tries > r->kind->n_tries_cap)
        return fail_set(why, ERR_INTERNAL, "cut off %d times", r->row.n_tries - 1);
    return r->kind->run(&call, why);
}

static void run_job(struct jobs *j, const struct job_row *next)
{
    struct run r = {.jobs = j, .row = *next, .now_utc_us = clock_utc_us()};
    struct writer *writer = j->conf.services->writer;
    struct fail why = {0};

    r.kind = find_kind(j, next->kind);
    if (writer_wait(writer, take_run, &r, &why) != ERR_OK) {
        if (why.code != ERR_NOT_FOUND)
            log_warn("job.not_taken", L_ID("job", next->id), L_FAIL(&why));
        mbox_take(j->wakes, &(char){0}, 1, 1000);
        return;
    }
    why = (struct fail){.file = "", .text = ""};
    r.outcome = call_kind(&r, &why);
    r.now_utc_us = clock_utc_us();
    if (r.outcome == ERR_OK)
        atomic_fetch_add(&j->n_done, 1);
    else
        note_failure(&r, &why);
    /* Lost here, the lease brings the job back: at least once. */
    if (writer_wait(writer, outcome_run, &r, &why) != ERR_OK)
        log_warn("job.outcome_lost", L_ID("job", next->id), L_FAIL(&why));
}

/* What is due first of those that may run now. */
static enum err find_next(struct jobs *j, bool is_resting, struct job_row *next_out,
                          struct fail *why)
{
    struct job_row one;
    bool is_there = false;
    enum err rc;

    if (!is_resting)
        return job_store_next(j->db, NULL, j->arena, next_out, why);
    for (const struct job_table *t = j->conf.kinds; t->n > 0; t++) {
        for (int i = 0; i < t->n; i++) {
            if (!t->rows[i].while_leaving)
                continue;
            rc = job_store_next(j->db, t->rows[i].name, j->arena, &one, why);
            if (rc != ERR_OK && rc != ERR_NOT_FOUND)
                return rc;
            if (rc == ERR_OK && (!is_there || one.due_utc_us < next_out->due_utc_us))
                *next_out = one;
            is_there = is_there || rc == ERR_OK;
        }
    }
    return is_there ? ERR_OK : fail_set(why, ERR_NOT_FOUND, "no job waits");
}

static void *job_loop(void *arg)
{
    struct jobs *j = arg;
    char wake;

    while (!mbox_is_done(j->wakes)) {
        struct job_row next = {0};
        struct fail why = {0};
        int64_t now = clock_utc_us(), due = INT64_MAX;
        bool is_resting = j->conf.rests != NULL && j->conf.rests(j->conf.services);
        enum err rc;

        arena_reset(j->arena);
        add_repeats(j, is_resting, now);
        rc = find_next(j, is_resting, &next, &why);
        if (rc == ERR_OK)
            due = next.due_utc_us;
        else if (rc != ERR_NOT_FOUND)
            log_warn("job.look_failed", L_FAIL(&why));
        if (due <= now)
            run_job(j, &next);
        else
            mbox_take(j->wakes, &wake, 1, wait_ms(j, now, due));
    }
    return NULL;
}

enum err jobs_start(const struct jobs_conf *conf, struct jobs **jobs_out, struct fail *why)
{
    struct jobs *j = calloc(1, sizeof *j);
    size_t n_kinds = 0;
    enum err rc;

    *jobs_out = NULL;
    if (j == NULL)
        return fail_set(why, ERR_NOMEM, "jobs");
    j->conf = *conf;
    j->holder = id_new();
    for (const struct job_table *t = conf->kinds; t->n > 0; t++)
        n_kinds += (size_t)t->n;
    j->repeats = calloc(n_kinds + 1, sizeof *j->repeats);
    for (size_t i = 0; j->repeats != NULL && i < n_kinds; i++)
        j->repeats[i].slot = -1;
    rc = j->repeats == NULL ? fail_set(why, ERR_NOMEM, "%zu kinds of jobs", n_kinds) : ERR_OK;
    if (rc == ERR_OK)
        rc = arena_create(ARENA_CHUNK_BYTES, &j->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(1, 1, &j->wakes, why);
    if (rc == ERR_OK)
        rc = db_open(&conf->db, conf->stmts, &j->db, why);
    if (rc == ERR_OK && pthread_create(&j->thread, NULL, job_loop, j) != 0)
        rc = fail_set(why, ERR_NOMEM, "job thread");
    if (rc == ERR_OK) {
        *jobs_out = j;
        return ERR_OK;
    }
    db_close(&j->db);
    mbox_destroy(&j->wakes);
    arena_destroy(&j->arena);
    free(j->repeats);
    free(j);
    return rc;
}

void jobs_stop(struct jobs **jobs)
{
    struct jobs *j = *jobs;

    if (j == NULL)
        return;
    mbox_close(j->wakes);
    pthread_join(j->thread, NULL);
    db_close(&j->db);
    mbox_destroy(&j->wakes);
    arena_destroy(&j->arena);
    free(j->repeats);
    free(j);
    *jobs = NULL;
}

void jobs_wake(struct jobs *j)
{
    /* Full or closed: it is awake already, or done. */
    if (mbox_post(j->wakes, "", NULL) != ERR_OK)
        return;
}

enum err jobs_stats_read(struct jobs *j, struct db *db, struct jobs_stats *out,
                         struct fail *why)
{
    struct jobs_stats stats = {
        .n_done = atomic_load(&j->n_done),
        .n_failed = atomic_load(&j->n_failed),
    };
    enum err rc = job_store_count(db, &stats, why);

    if (rc == ERR_OK)
        *out = stats;
    return rc;
}

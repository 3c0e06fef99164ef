/* Persistent jobs on a real database: at least once, also over a kill; once a period; dead when
 * nothing helps. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/jobs.h"
#include "node/features.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"

#define S_US INT64_C(1000000)

/* What the kinds of this test did. */
static atomic_int n_runs, n_fails_left, last_try;
static char last_payload[64];
static int hang_fd = -1;

static enum err run_work(struct job_call *call, struct fail *why)
{
    atomic_fetch_add(&n_runs, 1);
    atomic_store(&last_try, call->n_try);
    snprintf(last_payload, sizeof last_payload, "%.*s", SPAN_ARG(call->payload));
    if (atomic_load(&n_fails_left) > 0) {
        atomic_fetch_sub(&n_fails_left, 1);
        return fail_set(why, ERR_UNAVAILABLE, "the test says no");
    }
    return ERR_OK;
}

/* Tells the test that it runs, then never ends: the test kills it there. */
static enum err run_hang(struct job_call *call, struct fail *why)
{
    (void)why;
    if (hang_fd >= 0 && write(hang_fd, "x", 1) == 1)
        for (;;)
            pause();
    atomic_fetch_add(&n_runs, 1);
    atomic_store(&last_try, call->n_try);
    return ERR_OK;
}

static const struct job_kind plain_kinds[] = {
    {.name = "t.work", .run = run_work, .n_tries_cap = 3, .lease_s = 60},
    {.name = "t.hang", .run = run_hang, .n_tries_cap = 3, .lease_s = 60},
};
static const struct job_table plain[] = {{plain_kinds, 2}, {NULL, 0}};
static const struct job_kind leaving_kinds[] = {
    {.name = "t.work", .run = run_work, .n_tries_cap = 3, .lease_s = 60},
    {.name = "t.duty", .run = run_work, .n_tries_cap = 3, .lease_s = 60, .while_leaving = true},
    {.name = "t.daily",
     .run = run_work,
     .n_tries_cap = 3,
     .lease_s = 60,
     .period_s = 86400,
     .at_start = true},
};
static const struct job_table with_duty[] = {{leaving_kinds, 3}, {NULL, 0}};

static atomic_bool is_resting;
static bool rests(const struct services *services)
{
    (void)services;
    return atomic_load(&is_resting);
}

struct shop {
    const char *database;
    struct db *db;
    struct writer *writer;
    struct services services;
    struct jobs *jobs;
};

static void shop_open(struct shop *s, const struct job_table *kinds)
{
    struct writer_conf wconf = {.db = db_fixture_conf("ibasho_app", s->database),
                                .tables = features_stmts,
                                .n_waiting_cap = 64,
                                .n_batch_cap = 16};
    struct jobs_conf conf = {.db = wconf.db,
                             .stmts = features_stmts,
                             .kinds = kinds,
                             .services = &s->services,
                             .rests = rests};
    struct fail why = {.code = ERR_OK};

    T_EQ(writer_start(&wconf, &s->writer, &why), ERR_OK, "writer");
    s->services.writer = s->writer;
    T_EQ(jobs_start(&conf, &s->jobs, &why), ERR_OK, "jobs");
}

static void shop_close(struct shop *s)
{
    jobs_stop(&s->jobs);
    writer_stop(&s->writer);
}

static void shop_start(struct shop *s, const struct job_table *kinds)
{
    memset(s, 0, sizeof *s);
    atomic_store(&n_runs, 0);
    atomic_store(&n_fails_left, 0);
    s->database = db_fixture_migrated();
    s->db = db_fixture_open("ibasho_app", s->database, features_stmts);
    shop_open(s, kinds);
}

static void shop_end(struct shop *s)
{
    clock_test_shift(0, 0);
    shop_close(s);
    db_close(&s->db);
}

static enum err post_run(struct tx *tx, void *arg, struct fail *why)
{
    return jobs_tx_post(tx, arg, why);
}

static void post(struct shop *s, const char *kind, const char *key, int64_t run_at_utc_us)
{
    struct job_post job = {.kind = kind,
                           .key = span_text(key),
                           .payload = SPAN("{\"person\":\"x\"}"),
                           .run_at_utc_us = run_at_utc_us};

    T_EQ(writer_wait(s->writer, post_run, &job, NULL), ERR_OK, "post");
    jobs_wake(s->jobs);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Waits until the query gives the number, waking the jobs; false after 15 s. */
static bool becomes(struct shop *s, const char *sql, int64_t want)
{
    for (int i = 0; i < 750; i++) {
        if (db_fixture_i64(s->database, sql) == want)
            return true;
        jobs_wake(s->jobs);
        sleep_ms(20);
    }
    return false;
}

T_CASE(job_runs_once_and_stays_as_done)
{
    struct shop s;
    struct jobs_stats stats;

    shop_start(&s, plain);
    post(&s, "t.work", "", 0);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "done");
    T_EQ(atomic_load(&n_runs), 1, "ran once");
    T_EQ(atomic_load(&last_try), 1, "at the first try");
    T_TEXT(last_payload, "{\"person\":\"x\"}", "with its payload");
    T_EQ(jobs_stats_read(s.jobs, s.db, &stats, NULL), ERR_OK, "stats");
    T_OK(stats.n_done == 1 && stats.n_waiting == 0 && stats.n_dead == 0, "counted");
    shop_end(&s);
}

T_CASE(job_with_a_key_is_made_once)
{
    struct shop s;

    shop_start(&s, plain);
    for (int i = 0; i < 3; i++)
        post(&s, "t.work", "report-2026-11", 0);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "one is done");
    T_EQ(db_fixture_i64(s.database, "SELECT count(*) FROM job"), 1, "one row");
    T_EQ(atomic_load(&n_runs), 1, "one run");
    shop_end(&s);
}

T_CASE(job_waits_for_its_time)
{
    struct shop s;

    shop_start(&s, plain);
    post(&s, "t.work", "", clock_utc_us() + 3600 * S_US);
    post(&s, "t.work", "", 0);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1),
         "the one that is due");
    T_EQ(atomic_load(&n_runs), 1, "alone");
    clock_test_shift(0, 3601 * S_US);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 2),
         "the other in an hour");
    shop_end(&s);
}

T_CASE(job_that_is_not_committed_does_not_exist)
{
    struct shop s;
    struct job_post job = {.kind = "t.work", .payload = SPAN("no JSON")};

    shop_start(&s, plain);
    T_OK(writer_wait(s.writer, post_run, &job, NULL) != ERR_OK, "a payload that is no JSON");
    T_EQ(db_fixture_i64(s.database, "SELECT count(*) FROM job"), 0, "no row");
    shop_end(&s);
}

T_CASE(job_that_fails_is_tried_again_later)
{
    struct shop s;
    struct jobs_stats stats;

    shop_start(&s, plain);
    atomic_store(&n_fails_left, 1);
    post(&s, "t.work", "", 0);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE last_error = 'unavailable'", 1), "failed");
    T_EQ(db_fixture_i64(s.database, "SELECT count(*) FROM job WHERE state = 'waiting' AND"
                                    " run_at BETWEEN created_at + interval '0.9 seconds' AND"
                                    " created_at + interval '4 seconds'"),
         1, "waits 1 to 3 seconds");
    clock_test_shift(0, 4 * S_US);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "then it is done");
    T_EQ(atomic_load(&last_try), 2, "at the second try");
    T_EQ(jobs_stats_read(s.jobs, s.db, &stats, NULL), ERR_OK, "stats");
    T_OK(stats.n_failed == 1 && stats.n_done == 1, "counted");
    shop_end(&s);
}

T_CASE(job_that_always_fails_is_dead_and_shows)
{
    struct shop s;
    struct jobs_stats stats;

    shop_start(&s, plain);
    atomic_store(&n_fails_left, 1000);
    post(&s, "t.work", "", 0);
    for (int i = 1; i <= 3; i++) {
        char sql[80];

        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM job WHERE n_tries = %d AND state <>"
                 " 'running'",
                 i);
        T_OK(becomes(&s, sql, 1), "a try");
        clock_test_shift(0, 100 * S_US * i);
    }
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'dead'", 1), "dead");
    T_EQ(jobs_stats_read(s.jobs, s.db, &stats, NULL), ERR_OK, "stats");
    T_OK(stats.n_dead == 1 && stats.n_waiting == 0, "and seen");
    T_EQ(atomic_load(&n_runs), 3, "three tries, as its kind says");
    shop_end(&s);
}

T_CASE(job_of_no_kind_dies_at_once)
{
    struct shop s;

    shop_start(&s, plain);
    post(&s, "t.unknown", "", 0);
    T_OK(becomes(&s,
                 "SELECT count(*) FROM job WHERE state = 'dead' AND last_error ="
                 " 'not-found'",
                 1),
         "dead");
    shop_end(&s);
}

/* The runner is killed in the middle of a job, as a power cut would. */
T_CASE(job_cut_off_by_a_kill_runs_again_after_its_lease)
{
    struct shop s;
    int tell[2];
    char byte;
    pid_t child;

    shop_start(&s, plain);
    shop_close(&s); /* the child is the only runner */
    T_EQ(pipe(tell), 0, "pipe");
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hang_fd = tell[1];
        shop_open(&s, plain);
        post(&s, "t.hang", "", 0);
        for (;;)
            pause();
    }
    close(tell[1]);
    T_EQ(read(tell[0], &byte, 1), 1, "the job runs");
    kill(child, SIGKILL);
    T_EQ(waitpid(child, NULL, 0), child, "killed");
    close(tell[0]);
    T_EQ(db_fixture_i64(s.database, "SELECT count(*) FROM job WHERE state = 'running'"), 1,
         "it stands as running");
    shop_open(&s, plain);
    jobs_wake(s.jobs);
    sleep_ms(300);
    T_EQ(atomic_load(&n_runs), 0, "its lease is respected");
    clock_test_shift(0, 61 * S_US);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "then it runs again");
    T_EQ(atomic_load(&n_runs), 1, "to its end");
    T_EQ(atomic_load(&last_try), 2, "as the second try");
    shop_end(&s);
}

/* A job that takes the program down with it must not do so for ever. */
T_CASE(job_cut_off_too_often_is_dead_without_a_run)
{
    struct shop s;

    shop_start(&s, plain);
    shop_close(&s);
    db_fixture_exec(s.database,
                    "INSERT INTO job (id, kind, payload, state, run_at, n_tries, lease_until,"
                    " lease_holder, created_at) VALUES (gen_random_uuid(), 't.work', '{}',"
                    " 'running', now(), 3, now() - interval '1 second', gen_random_uuid(),"
                    " now())");
    shop_open(&s, plain);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'dead'", 1), "dead");
    T_EQ(atomic_load(&n_runs), 0, "and did not run");
    shop_end(&s);
}

static const struct job_kind daily_kinds[] = {
    {.name = "t.daily",
     .run = run_work,
     .n_tries_cap = 3,
     .lease_s = 60,
     .period_s = 86400,
     .offset_s = 3 * 3600},
};
static const struct job_table daily[] = {{daily_kinds, 1}, {NULL, 0}};
static const struct job_kind start_kinds[] = {
    {.name = "t.start", .run = run_work, .n_tries_cap = 3, .lease_s = 60, .at_start = true},
};
static const struct job_table at_start[] = {{start_kinds, 1}, {NULL, 0}};

T_CASE(job_that_repeats_runs_once_a_period_also_over_restarts)
{
    struct shop s;
    int64_t day_us = 86400 * S_US, now = clock_utc_us();
    /* The next "3 o'clock in Tokyo". */
    int64_t six_hours_s = 21600,
            next = ((now / S_US + six_hours_s) / 86400 + 1) * day_us - six_hours_s * S_US;

    shop_start(&s, daily);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "of this day");
    shop_close(&s);
    shop_open(&s, daily);
    jobs_wake(s.jobs);
    sleep_ms(300);
    T_EQ(atomic_load(&n_runs), 1, "not again after a restart");
    clock_test_shift(0, next - now - 60 * S_US);
    jobs_wake(s.jobs);
    sleep_ms(300);
    T_EQ(atomic_load(&n_runs), 1, "not a minute before its hour");
    clock_test_shift(0, next - now + 60 * S_US);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 2), "in its hour");
    shop_close(&s);
    clock_test_shift(0, next - now + 10 * day_us);
    shop_open(&s, daily);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 3),
         "ten days away: made up for");
    sleep_ms(300);
    T_EQ(atomic_load(&n_runs), 3, "once");
    shop_end(&s);
}

T_CASE(job_rests_while_the_node_is_left_but_for_a_duty)
{
    struct shop s;

    atomic_store(&is_resting, true);
    shop_start(&s, with_duty);
    post(&s, "t.work", "", 0);
    post(&s, "t.duty", "", 0);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done' AND kind = 't.duty'", 1),
         "what leaving needs is done");
    sleep_ms(300);
    T_EQ(atomic_load(&n_runs), 1, "nothing else");
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE kind = 't.daily'", 0), "no period counts");
    atomic_store(&is_resting, false);
    jobs_wake(s.jobs);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 3),
         "given back: all of it");
    shop_end(&s);
}

T_CASE(job_at_start_runs_after_every_start)
{
    struct shop s;

    shop_start(&s, at_start);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 1), "first start");
    shop_close(&s);
    shop_open(&s, at_start);
    T_OK(becomes(&s, "SELECT count(*) FROM job WHERE state = 'done'", 2), "second start");
    shop_end(&s);
}

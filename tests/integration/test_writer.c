/* node/db/writer.h on a real server: every sentence of its contract. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/db/writer.h"
#include "tests/integration/cluster_fixture.h"
#include "tests/integration/db_fixture.h"
#include "tests/integration/proxy_fixture.h"
#include "tests/t.h"
#include "tests/unit/base/aborts.h"

static const struct stmt s_add = {"t_add",
                                  "INSERT INTO t (id, body) VALUES ($1::integer, $2::text)"};
static const struct stmt s_add_late = {"t_add_late",
                                       "INSERT INTO late (id) VALUES ($1::integer)"};
static const struct stmt s_has = {"t_has", "SELECT count(*) FROM t WHERE id = $1::integer"};
static const struct stmt s_suicide = {"t_suicide",
                                      "SELECT pg_terminate_backend(pg_backend_pid())"};
static const struct stmt s_sleep = {"t_sleep", "SELECT pg_sleep(30)"};
static const struct stmt *const rows[] = {&s_add, &s_add_late, &s_has, &s_suicide, &s_sleep};
static const struct stmt_table tables[] = {{rows, T_COUNT(rows)}, {NULL, 0}};
static const struct db_args no_args = {.n = 0};

#define SCHEMA \
    "CREATE TABLE t (id integer PRIMARY KEY, body text NOT NULL, n bigserial);" \
    "CREATE TABLE late (id integer PRIMARY KEY REFERENCES t DEFERRABLE INITIALLY DEFERRED);" \
    "GRANT ALL ON t, late TO ibasho_app; GRANT ALL ON SEQUENCE t_n_seq TO ibasho_app"

static const char *database(void)
{
    const char *name = db_fixture_database();

    db_fixture_exec(name, SCHEMA);
    return name;
}

static struct writer *start_at(const char *socket_dir, const char *name, size_t n_waiting_cap,
                               int wait_cap_ms)
{
    struct writer_conf conf = {
        .db = {.socket_dir = socket_dir, .user = "ibasho_app", .name = name},
        .tables = tables,
        .n_waiting_cap = n_waiting_cap,
        .n_batch_cap = 64,
        .wait_cap_ms = wait_cap_ms};
    struct writer *writer = NULL;

    T_EQ(writer_start(&conf, &writer, NULL), ERR_OK, "start");
    return writer;
}

static struct writer *start(const char *name)
{
    return start_at(getenv("IBASHO_TEST_PG"), name, 256, 0);
}

/* Holds the writer's lock, so that posts gather into one batch. */
static struct db *hold_lock(const char *name)
{
    struct db *db = db_fixture_open("ibasho_app", name, NULL);

    T_EQ(db_exec(db, "SELECT pg_advisory_lock(x'69626173686f7772'::bigint)", NULL), ERR_OK,
         "lock");
    return db;
}

/* What an operation does, and what became of it. */
enum act {
    ACT_SEND,       /* queues an insert */
    ACT_RUN,        /* inserts and waits */
    ACT_REFUSE,     /* inserts, then says ERR_INVALID by itself */
    ACT_SWALLOW,    /* inserts twice and thinks nothing of the second's error */
    ACT_LATE,       /* breaks a constraint that is looked at at COMMIT */
    ACT_DIE,        /* ends its own backend, every time */
    ACT_SLEEP_ONCE, /* sleeps in its first run */
};

struct op {
    enum act act;
    enum err rc;
    int id, n_runs, n_done;
    int order;      /* among all done */
    bool has_arena; /* still, when done was told */
    struct mbox *told;
    const char *arena_text;
    struct fail why;
};

static _Atomic int n_done_all;

static enum err insert(struct tx *tx, int id, bool is_sent, struct fail *why)
{
    struct db_args args;
    char body[32];
    enum err rc;

    snprintf(body, sizeof body, "body of %d", id);
    db_args_init(&args);
    db_arg_i32(&args, id);
    db_arg_text(&args, span_text(body));
    rc = is_sent ? tx_send(tx, &s_add, &args, why) : tx_run(tx, &s_add, &args, NULL, why);
    memset(body, '?', sizeof body); /* tx_send has copied it */
    memset(&args, 0, sizeof args);
    return rc;
}

static enum err run_late(struct tx *tx, int id, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, id);
    return tx_send(tx, &s_add_late, &args, why);
}

static enum err run_op(struct tx *tx, void *arg, struct fail *why)
{
    struct op *op = arg;
    enum err rc = ERR_OK;

    op->n_runs++;
    op->arena_text = arena_printf(tx_arena(tx), "of %d", op->id);
    switch (op->act) {
    case ACT_SEND:
        return insert(tx, op->id, true, why);
    case ACT_RUN:
        return insert(tx, op->id, false, why);
    case ACT_REFUSE:
        rc = insert(tx, op->id, true, why);
        return rc == ERR_OK ? fail_set(why, ERR_INVALID, "not today") : rc;
    case ACT_SWALLOW:
        rc = insert(tx, op->id, false, why);
        return rc == ERR_OK && insert(tx, op->id, false, why) == ERR_OK ? rc : ERR_OK;
    case ACT_LATE:
        return run_late(tx, op->id, why);
    case ACT_DIE:
        return tx_run(tx, &s_suicide, &no_args, NULL, why);
    case ACT_SLEEP_ONCE:
        rc = insert(tx, op->id, true, why);
        if (rc == ERR_OK && op->n_runs == 1)
            rc = tx_run(tx, &s_sleep, &no_args, NULL, why);
        return rc;
    }
    return ERR_INTERNAL;
}

static void done_op(void *arg, enum err rc, const struct fail *why)
{
    struct op *op = arg;
    char want[32];

    snprintf(want, sizeof want, "of %d", op->id);
    op->has_arena = op->n_runs == 0 || strcmp(op->arena_text, want) == 0;
    op->rc = rc;
    op->why = *why;
    op->n_done++;
    op->order = n_done_all++;
    if (mbox_post(op->told, &op->id, NULL) != ERR_OK)
        abort();
}

#define N_OPS_CAP 128
static struct op ops[N_OPS_CAP];
static struct mbox *told;

static void prepare(size_t n, enum act act)
{
    n_done_all = 0;
    if (told == NULL)
        T_EQ(mbox_create(sizeof(int), N_OPS_CAP, &told, NULL), ERR_OK, "replies");
    for (size_t i = 0; i < n; i++)
        ops[i] = (struct op){.act = act, .id = (int)i, .told = told};
}

static void post_all(struct writer *writer, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct writer_op op = {run_op, done_op, &ops[i]};

        T_EQ(writer_post(writer, &op, NULL), ERR_OK, "post");
    }
}

static void wait_all(size_t n)
{
    int id;

    for (size_t i = 0; i < n; i++)
        T_EQ(mbox_take(told, &id, 1, 30000), 1, "told");
    for (size_t i = 0; i < n; i++)
        T_OK(ops[i].n_done == 1 && ops[i].has_arena, "told once, the arena still there");
}

static void drain_told(void)
{
    mbox_destroy(&told);
}

static bool is_there(const char *name, int id)
{
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM t WHERE id = %d", id);
    return db_fixture_i64(name, sql) == 1;
}

T_CASE(writer_acknowledges_what_is_committed)
{
    const char *name = database();
    struct writer *writer = start(name);

    prepare(20, ACT_SEND);
    for (int i = 0; i < 20; i++) {
        ops[i].act = i % 2 == 0 ? ACT_SEND : ACT_RUN;
        T_EQ(writer_wait(writer, run_op, &ops[i], NULL), ERR_OK, "wait");
        T_OK(is_there(name, i), "another session sees it");
    }
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t WHERE body = 'body of ' || id"), 20,
         "texts were copied");
    writer_stop(&writer);
    T_OK(writer == NULL, "stop leaves NULL");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_commits_what_queued_up_in_one_transaction_and_in_order)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start(name);
    struct writer_stats stats;

    prepare(50, ACT_SEND);
    post_all(writer, 50);
    for (int i = 0; i < 50; i++)
        T_EQ(ops[i].n_done, 0, "posts wait for the lock");
    db_close(&lock);
    wait_all(50);
    for (int i = 0; i < 50; i++) {
        T_EQ(ops[i].rc, ERR_OK, "acknowledged");
        T_EQ(ops[i].why.code, ERR_OK, "why says so");
        T_EQ(ops[i].n_runs, 1, "run once");
        T_EQ(ops[i].order, i, "told in the order of the posts");
    }
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 50, "all");
    T_EQ(db_fixture_i64(name, "SELECT count(DISTINCT xmin::text) FROM t"), 1,
         "one transaction");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t WHERE n <> id + 1"), 0, "in order");
    writer_stats_read(writer, &stats);
    T_EQ(stats.n_ops, 50, "operations");
    T_EQ(stats.n_batches, 1, "batches");
    T_EQ(stats.n_failed, 0, "failed");
    T_EQ(stats.n_retried_alone, 0, "retried");
    T_EQ(stats.n_waiting, 0, "waiting");
    T_OK(stats.is_ready, "ready");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_batch_with_a_bad_operation_commits_the_others)
{
    static const struct {
        const char *what;
        enum act act;
        enum err want;
    } ways[] = {
        {"a queued insert that is there already", ACT_SEND, ERR_CONFLICT},
        {"an awaited one", ACT_RUN, ERR_CONFLICT},
        {"one that refuses after writing", ACT_REFUSE, ERR_INVALID},
        {"one that swallows its error", ACT_SWALLOW, ERR_CONFLICT},
        {"one that fails at COMMIT", ACT_LATE, ERR_INVALID},
    };

    for (size_t w = 0; w < T_COUNT(ways); w++) {
        const char *name = database();
        struct db *lock = hold_lock(name);
        struct writer *writer = start(name);
        struct writer_stats stats;

        db_fixture_exec(name, "INSERT INTO t (id, body) SELECT 1007, 'taken' WHERE true");
        prepare(20, ACT_SEND);
        ops[7].act = ways[w].act;
        if (ways[w].act == ACT_SEND || ways[w].act == ACT_RUN)
            ops[7].id = 1007;
        if (ways[w].act == ACT_LATE)
            ops[7].id = 555; /* no such row in t */
        post_all(writer, 20);
        db_close(&lock);
        wait_all(20);
        for (int i = 0; i < 20; i++) {
            T_EQ(ops[i].rc, i == 7 ? ways[w].want : ERR_OK, ways[w].what);
            T_EQ(ops[i].order, i, "told in the order of the posts");
        }
        T_EQ(ops[7].why.code, ways[w].want, "why has the code");
        T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t WHERE id < 1000"), 19,
             "all others, and nothing of the bad one");
        T_EQ(db_fixture_i64(name, "SELECT count(*) FROM late"), 0, "nothing of the bad one");
        writer_stats_read(writer, &stats);
        T_EQ(stats.n_failed, 1, "one failed");
        T_OK(stats.n_retried_alone >= 1, "it ran again alone");
        if (ways[w].act != ACT_LATE)
            T_EQ(stats.n_batches, 2, "those before and those after cost one commit each");
        writer_stop(&writer);
        drain_told();
    }
}

T_CASE(writer_batch_full_of_rubbish_still_commits_the_good)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start(name);

    prepare(60, ACT_SEND);
    for (int i = 0; i < 60; i++)
        ops[i].act = i % 3 == 1 ? ACT_REFUSE : i % 3 == 2 ? ACT_SWALLOW : ACT_SEND;
    post_all(writer, 60);
    db_close(&lock);
    wait_all(60);
    for (int i = 0; i < 60; i++) {
        T_EQ(ops[i].rc,
             i % 3 == 1   ? ERR_INVALID
             : i % 3 == 2 ? ERR_CONFLICT
                          : ERR_OK,
             "its own result");
        T_EQ(ops[i].order, i, "in order");
        T_OK(ops[i].n_runs <= 11, "not run again without end");
    }
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 20, "the good ones");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_operation_after_a_lost_statement_runs_no_more)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start(name);

    /* 3 conflicts with 2 only inside the batch: it sees what was sent before it. */
    prepare(4, ACT_SEND);
    ops[3].id = 2;
    ops[3].act = ACT_RUN;
    post_all(writer, 4);
    db_close(&lock);
    wait_all(4);
    T_EQ(ops[2].rc, ERR_OK, "the first of the two");
    T_EQ(ops[3].rc, ERR_CONFLICT, "the second");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_refuses_when_its_mailbox_is_full)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start_at(getenv("IBASHO_TEST_PG"), name, 8, 0);
    size_t n_posted = 0;
    enum err rc = ERR_OK;

    prepare(N_OPS_CAP, ACT_SEND);
    while (n_posted < N_OPS_CAP && rc == ERR_OK) {
        struct writer_op op = {run_op, done_op, &ops[n_posted]};

        rc = writer_post(writer, &op, NULL);
        n_posted += rc == ERR_OK;
    }
    T_EQ(rc, ERR_BUSY, "over n_waiting_cap");
    T_OK(n_posted >= 8, "not before");
    db_close(&lock);
    wait_all(n_posted);
    T_EQ(n_done_all, (int)n_posted, "the refused one is never told");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), (int64_t)n_posted, "the others");
    writer_stop(&writer);
    drain_told();
}

struct reposter {
    struct writer *writer;
    struct op op;
    _Atomic int rc;
};

static void repost(void *arg, enum err rc, const struct fail *why)
{
    struct reposter *r = arg;
    struct writer_op op = {run_op, done_op, &r->op};

    (void)rc;
    (void)why;
    r->rc = (int)writer_post(r->writer, &op, NULL);
}

static enum err sleep_a_little(struct tx *tx, void *arg, struct fail *why)
{
    struct timespec pause = {.tv_nsec = 300000000};

    (void)tx;
    (void)arg;
    (void)why;
    nanosleep(&pause, NULL);
    return ERR_OK;
}

T_CASE(writer_stop_finishes_what_is_queued)
{
    const char *name = database();
    struct writer *writer = start(name);
    struct reposter last = {.writer = writer, .rc = -1};

    prepare(100, ACT_SEND);
    post_all(writer, 100);
    T_EQ(writer_post(writer, &(struct writer_op){sleep_a_little, repost, &last}, NULL), ERR_OK,
         "post");
    writer_stop(&writer);
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 100, "all");
    for (int i = 0; i < 100; i++)
        T_EQ(ops[i].n_done, 1, "all were told before stop returned");
    T_EQ(last.rc, ERR_UNAVAILABLE, "a post to a stopping writer");
    drain_told();
}

T_CASE(writer_waits_for_the_lock_of_the_one_before)
{
    const char *name = database();
    struct writer *old = start(name), *next = NULL;
    struct writer_stats stats;

    prepare(10, ACT_SEND);
    T_EQ(writer_wait(old, run_op, &ops[0], NULL), ERR_OK, "the old one writes");
    next = start(name);
    for (size_t i = 1; i < 10; i++)
        T_EQ(writer_post(next, &(struct writer_op){run_op, done_op, &ops[i]}, NULL), ERR_OK,
             "posts to the next one queue");
    sleep_a_little(NULL, NULL, NULL);
    writer_stats_read(next, &stats);
    T_OK(!stats.is_ready, "it does not hold the lock");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 1, "and writes nothing");
    writer_stop(&old);
    for (int i = 1, id; i < 10; i++)
        T_EQ(mbox_take(told, &id, 1, 10000), 1, "now it does");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 10, "all");
    writer_stop(&next);
    drain_told();
}

T_CASE(writer_posts_wait_no_longer_than_told)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start_at(getenv("IBASHO_TEST_PG"), name, 64, 300);
    int64_t start_us = clock_mono_us();
    struct fail why = {.code = ERR_OK};

    prepare(2, ACT_SEND);
    T_EQ(writer_wait(writer, run_op, &ops[0], &why), ERR_UNAVAILABLE, "the lock never came");
    T_OK(clock_mono_us() - start_us >= 300000, "not before wait_cap_ms");
    T_EQ(why.code, ERR_UNAVAILABLE, "why says so");
    T_EQ(ops[0].n_runs, 0, "nothing was done");
    T_EQ(writer_post(writer, &(struct writer_op){run_op, done_op, &ops[1]}, NULL), ERR_OK,
         "one more");
    writer_stop(&writer); /* ends although the lock is held */
    T_EQ(ops[1].rc, ERR_UNAVAILABLE, "told at the end");
    db_close(&lock);
    drain_told();
}

T_CASE(writer_commit_with_a_lost_answer_is_uncertain)
{
    static const struct {
        enum proxy_trap trap;
        int64_t n_rows;
    } ways[] = {{PROXY_CUTS_AFTER_COMMIT, 10}, {PROXY_CUTS_BEFORE_COMMIT, 0}};

    for (size_t w = 0; w < T_COUNT(ways); w++) {
        const char *name = database();
        struct proxy_fixture *proxy = proxy_fixture_start(getenv("IBASHO_TEST_PG"));
        struct db *lock = hold_lock(name);
        struct writer *writer = start_at(proxy_fixture_dir(proxy), name, 64, 0);

        prepare(11, ACT_SEND);
        post_all(writer, 10);
        proxy_fixture_arm(proxy, ways[w].trap);
        db_close(&lock);
        wait_all(10);
        T_EQ(proxy_fixture_n_sprung(proxy), 1, "cut at COMMIT");
        for (int i = 0; i < 10; i++) {
            T_EQ(ops[i].rc, ERR_UNCERTAIN, "nobody knows");
            T_EQ(ops[i].n_runs, 1, "and nothing was repeated");
        }
        T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), ways[w].n_rows, "what happened");
        T_EQ(writer_wait(writer, run_op, &ops[10], NULL), ERR_OK, "the next one is served");
        writer_stop(&writer);
        proxy_fixture_stop(&proxy);
        drain_told();
    }
}

static void *terminate_sleeper(void *arg)
{
    const char *name = arg;

    while (db_fixture_i64(name, "SELECT count(*) FROM pg_stat_activity WHERE wait_event ="
                                " 'PgSleep' AND datname = current_database()") == 0)
        sched_yield();
    db_fixture_exec(name, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                          " WHERE wait_event = 'PgSleep' AND datname = current_database()");
    return NULL;
}

T_CASE(writer_runs_a_batch_again_that_was_cut_before_commit)
{
    char name[32];
    struct db *lock;
    struct writer *writer;
    pthread_t thread;

    snprintf(name, sizeof name, "%s", database());
    lock = hold_lock(name);
    writer = start(name);
    prepare(10, ACT_SEND);
    ops[9].act = ACT_SLEEP_ONCE;
    post_all(writer, 10);
    T_EQ(pthread_create(&thread, NULL, terminate_sleeper, name), 0, "thread");
    db_close(&lock);
    wait_all(10);
    pthread_join(thread, NULL);
    for (int i = 0; i < 10; i++) {
        T_EQ(ops[i].rc, ERR_OK, "acknowledged in the end");
        T_EQ(ops[i].n_runs, 2, "run twice");
        T_EQ(ops[i].order, i, "in order");
    }
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 10, "each is there once");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_gives_up_an_operation_that_ends_its_connection)
{
    const char *name = database();
    struct db *lock = hold_lock(name);
    struct writer *writer = start(name);

    prepare(10, ACT_SEND);
    ops[4].act = ACT_DIE;
    post_all(writer, 10);
    db_close(&lock);
    wait_all(10);
    for (int i = 0; i < 10; i++)
        T_EQ(ops[i].rc, i == 4 ? ERR_UNAVAILABLE : ERR_OK, "only the one");
    T_EQ(ops[4].n_runs, 3, "after three tries");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM t"), 9, "the others are there");
    writer_stop(&writer);
    drain_told();
}

T_CASE(writer_starts_before_its_server)
{
    struct cluster_fixture own = {.dir = ""};
    struct writer *writer = NULL;

    cluster_fixture_start(&own, NULL, NULL);
    db_fixture_exec_at(own.sockets, "ibasho", SCHEMA);
    cluster_fixture_kill(&own);
    writer = start_at(own.sockets, "ibasho", 64, 30000);
    T_OK(writer != NULL, "start does not wait");
    prepare(10, ACT_SEND);
    post_all(writer, 10);
    cluster_fixture_restart(&own);
    wait_all(10);
    for (int i = 0; i < 10; i++)
        T_EQ(ops[i].rc, ERR_OK, "posts waited for it");
    T_EQ(db_fixture_i64_at(own.sockets, "ibasho", "SELECT count(*) FROM t"), 10, "all");
    writer_stop(&writer);
    cluster_fixture_stop(&own);
    drain_told();
}

static enum err look(struct tx *tx, void *arg, struct fail *why)
{
    int64_t *n = arg;
    struct db_rows *got = NULL;
    struct db_args args;
    enum err rc = insert(tx, 1, true, why);

    T_OK(tx_audit(tx) == NULL, "no audit was given");
    db_args_init(&args);
    db_arg_i32(&args, 1);
    if (rc == ERR_OK)
        rc = tx_run(tx, &s_has, &args, &got, why);
    *n = rc == ERR_OK ? db_i64(got, 0, 0) : -1;
    db_rows_free(&got);
    return rc;
}

T_CASE(writer_tx_run_sees_what_the_operation_sent)
{
    const char *name = database();
    struct writer *writer = start(name);
    int64_t n = 0;

    T_EQ(writer_wait(writer, look, &n, NULL), ERR_OK, "run");
    T_EQ(n, 1, "sees its own insert");
    writer_stop(&writer);
}

static struct writer *invariant_writer;

static enum err wait_inside(struct tx *tx, void *arg, struct fail *why)
{
    (void)tx;
    return writer_wait(invariant_writer, look, arg, why);
}

static void wait_for_itself(void)
{
    invariant_writer = start(getenv("T_DATABASE"));
    (void)!writer_wait(invariant_writer, wait_inside, NULL, NULL);
}

T_CASE(writer_that_waits_for_itself_aborts)
{
    setenv("T_DATABASE", database(), 1);
    T_OK(aborts(wait_for_itself), "instead of standing still");
}

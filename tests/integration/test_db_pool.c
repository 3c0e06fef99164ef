/* node/db/db_pool.h on a real server: sessions that threads share. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "node/db/db_pool.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"
#include "tests/unit/base/aborts.h"

static const struct stmt s_pid = {"t_pid", "SELECT pg_backend_pid()"};
static const struct stmt s_wait = {"t_wait",
                                   "SELECT pg_backend_pid() FROM pg_advisory_xact_lock(7)"};
static const struct stmt s_hold = {"t_hold", "SELECT 1 FROM pg_advisory_lock(7)"};
static const struct stmt s_free = {"t_free", "SELECT pg_advisory_unlock(7)::integer"};
static const struct stmt s_waits = {
    "t_waits", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"};
static const struct stmt s_series = {"t_series",
                                     "SELECT n::bigint FROM generate_series(1, 5) n"};
static const struct stmt s_late = {"t_late",
                                   "SELECT (1 / (3 - n))::bigint FROM generate_series(1, 5) n"};
static const struct stmt *const rows[] = {&s_pid,   &s_wait,   &s_hold, &s_free,
                                          &s_waits, &s_series, &s_late};
static const struct stmt_table tables[] = {{rows, T_COUNT(rows)}, {NULL, 0}};
static const struct db_args no_args = {.n = 0};

static int64_t one(struct db *db, const struct stmt *stmt)
{
    struct db_rows *got = NULL;
    int64_t v = -1;

    if (db_run(db, stmt, &no_args, &got, NULL) == ERR_OK)
        v = db_i64(got, 0, 0);
    db_rows_free(&got);
    return v;
}

static struct db *open_handle(const struct db_conf *conf, struct db_pool *pool)
{
    struct db_conf shared = *conf;
    struct db *db = NULL;

    shared.pool = pool;
    T_EQ(db_open(&shared, tables, &db, NULL), ERR_OK, "a handle");
    return db;
}

T_CASE(db_pool_handles_share_one_session)
{
    const char *name = db_fixture_database();
    const struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct db_pool *pool = NULL;
    struct db *a, *b;
    char sql[96];
    int64_t pid;

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "create");
    a = open_handle(&conf, pool);
    b = open_handle(&conf, pool);
    pid = one(a, &s_pid);
    T_OK(pid > 0, "answers");
    T_EQ(one(b, &s_pid), pid, "the same session");
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)", (int)pid);
    db_fixture_exec(name, sql);
    T_OK(one(a, &s_pid) > 0, "a session that broke is opened again");
    db_close(&a);
    T_OK(one(b, &s_pid) > 0, "a handle that is closed takes nothing with it");
    db_close(&b);
    db_pool_destroy(&pool);
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM pg_stat_activity"
                              " WHERE datname = current_database() AND usename = 'ibasho_app'"
                              " AND state = 'active'"),
         0, "nothing is left at work");
}

struct waiting {
    struct db *db;
    int64_t pid;
    atomic_bool is_done;
};

static void *wait_main(void *arg)
{
    struct waiting *w = arg;

    w->pid = one(w->db, &s_wait);
    atomic_store(&w->is_done, true);
    return NULL;
}

T_CASE(db_pool_lets_nobody_wait_behind_a_slow_statement)
{
    const char *name = db_fixture_database();
    const struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct db *own = db_fixture_open("ibasho_app", name, tables), *quick;
    struct waiting slow = {.db = NULL};
    struct db_pool *pool = NULL;
    pthread_t thread;
    int64_t pid;

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "create");
    slow.db = open_handle(&conf, pool);
    quick = open_handle(&conf, pool);
    T_EQ(one(own, &s_hold), 1, "what the slow one waits for");
    T_EQ(pthread_create(&thread, NULL, wait_main, &slow), 0, "thread");
    while (one(own, &s_waits) == 0)
        usleep(1000);
    pid = one(quick, &s_pid);
    T_OK(pid > 0 && !atomic_load(&slow.is_done), "answered while the other one waits");
    T_EQ(one(quick, &s_pid), pid, "the second session is kept");
    T_EQ(one(own, &s_free), 1, "go on");
    pthread_join(thread, NULL);
    T_OK(slow.pid > 0 && slow.pid != pid, "a session each");
    T_EQ(one(quick, &s_pid), slow.pid, "what came back last goes out first");
    db_close(&quick);
    db_close(&slow.db);
    db_close(&own);
    db_pool_destroy(&pool);
}

struct counting {
    struct db *other;
    int64_t sum;
    int n_asked;
};

static enum err add_up(const struct db_rows *row, void *arg, struct fail *why)
{
    struct counting *c = arg;

    c->sum += db_i64(row, 0, 0);
    c->n_asked += one(c->other, &s_pid) > 0;
    return c->sum > 14 ? fail_set(why, ERR_CONFLICT, "enough") : ERR_OK;
}

T_CASE(db_pool_streams_while_others_ask)
{
    const struct db_conf conf = db_fixture_conf("ibasho_app", db_fixture_database());
    struct counting c = {.sum = 0};
    struct db_pool *pool = NULL;
    struct db *db;

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "create");
    db = open_handle(&conf, pool);
    c.other = open_handle(&conf, pool);
    T_EQ(db_stream(db, &s_series, &no_args, add_up, &c, NULL), ERR_CONFLICT, "its own error");
    T_EQ(c.sum, 15, "each row");
    T_EQ(c.n_asked, 5, "and another handle in between");
    c.sum = 0;
    T_EQ(db_stream(db, &s_late, &no_args, add_up, &c, NULL), ERR_INVALID, "the server's error");
    T_OK(one(db, &s_pid) > 0, "usable afterwards");
    db_close(&db);
    db_close(&c.other);
    db_pool_destroy(&pool);
}

static struct db *handle;

static void begin_by_row(void)
{
    (void)!db_run(handle, &db_begin, &no_args, NULL, NULL);
}

static void begin_in_words(void)
{
    (void)!db_exec(handle, "BEGIN", NULL);
}

static void queue(void)
{
    (void)!db_send(handle, &s_pid, &no_args, NULL);
}

T_CASE(db_pool_handles_have_no_transaction)
{
    const struct db_conf conf = db_fixture_conf("ibasho_app", db_fixture_database());
    struct db_pool *pool = NULL;

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "create");
    handle = open_handle(&conf, pool);
    T_OK(aborts(begin_in_words), "plain SQL");
    T_OK(aborts(queue), "a pipeline");
    T_OK(aborts(begin_by_row), "BEGIN");
    db_close(&handle);
    db_pool_destroy(&pool);
}

static struct db *lent;

static void give_back_early(void)
{
    db_give_back(handle, &lent);
}

T_CASE(db_pool_lends_a_session_for_a_transaction)
{
    const struct db_conf conf = db_fixture_conf("ibasho_app", db_fixture_database());
    struct db_pool *pool = NULL;
    struct db *own;
    int64_t pid;

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "create");
    handle = open_handle(&conf, pool);
    T_EQ(db_borrow(handle, &lent, NULL), ERR_OK, "borrowed");
    pid = one(lent, &s_pid);
    T_EQ(db_exec(lent, "BEGIN", NULL), ERR_OK, "begun");
    T_EQ(one(lent, &s_pid), pid, "the same session all along");
    T_OK(one(handle, &s_pid) != pid, "which nobody else has meanwhile");
    T_OK(aborts(give_back_early), "not before the transaction is over");
    T_EQ(db_exec(lent, "ROLLBACK", NULL), ERR_OK, "over");
    db_give_back(handle, &lent);
    T_OK(lent == NULL, "given back");
    T_EQ(one(handle, &s_pid), pid, "and lent to the next");
    db_close(&handle);
    db_pool_destroy(&pool);

    own = db_fixture_open("ibasho_app", conf.name, tables);
    T_EQ(db_borrow(own, &lent, NULL), ERR_OK, "of a session of one's own");
    T_OK(lent == own, "itself");
    db_give_back(own, &lent);
    T_OK(one(own, &s_pid) > 0, "which stays");
    db_close(&own);
}

T_CASE(db_pool_without_a_server_is_unavailable)
{
    struct db_conf conf = {.socket_dir = "/nonexistent", .user = "ibasho_app", .name = "x"};
    struct db_conf shared = conf;
    struct db_pool *pool = NULL;
    struct db *db = NULL;
    struct fail why = {.code = ERR_OK};

    T_EQ(db_pool_create(&conf, tables, &pool, NULL), ERR_OK, "nobody is asked yet");
    shared.pool = pool;
    for (int i = 0; i < 2; i++)
        T_EQ(db_open(&shared, tables, &db, &why), ERR_UNAVAILABLE, "no server");
    T_OK(db == NULL, "and no handle");
    db_pool_destroy(&pool);
}

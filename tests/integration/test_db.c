/* node/db/db.h on a real server: every sentence of its contract. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "tests/integration/cluster_fixture.h"
#include "tests/integration/db_fixture.h"
#include "tests/integration/proxy_fixture.h"
#include "tests/t.h"
#include "tests/unit/base/aborts.h"

static const struct stmt s_echo = {
    "t_echo",
    "SELECT $1::bigint, $2::integer, $3::boolean, $4::uuid, $5::timestamptz, $6::text,"
    " $7::bytea, $8::text"};
static const struct stmt s_widths = {
    "t_widths", "SELECT (-2)::int2, (-3)::int4, (-4)::int8, 32767::int2, 2147483647::int4,"
                " 9223372036854775807::int8, NULL::int8, true, false, NULL::boolean,"
                " 'infinity'::timestamptz, '-infinity'::timestamptz, NULL::timestamptz"};
static const struct stmt s_raise = {"t_raise", "SELECT raise_state($1::text)"};
static const struct stmt s_add = {"t_add",
                                  "INSERT INTO t (id, body) VALUES ($1::integer, $2::text)"};
static const struct stmt s_add_slowly = {
    "t_add_slowly", "INSERT INTO t (id, body) SELECT $1::integer, 'slow' FROM pg_sleep(30)"};
static const struct stmt s_count = {"t_count", "SELECT count(*) FROM t"};
static const struct stmt s_change = {"t_change", "UPDATE t SET body = 'x' WHERE id < $1::int"};
static const struct stmt s_series = {"t_series",
                                     "SELECT n::bigint FROM generate_series(1, $1::bigint) n"};
static const struct stmt s_late = {
    "t_late", "SELECT 10 / (500 - n)::bigint FROM generate_series(1, $1::bigint) n"};
static const struct stmt s_sleep = {"t_sleep", "SELECT pg_sleep($1::integer)"};
static const struct stmt s_pid = {"t_pid", "SELECT pg_backend_pid()"};
static const struct stmt s_prepared = {
    "t_prepared", "SELECT count(*) FROM pg_prepared_statements WHERE name = 't_echo'"};
static const struct stmt s_wrong = {"t_wrong", "SELECT nothing FROM nowhere"};
static const struct stmt s_wide = {"t_wide", "SELECT $1::bytea, repeat('x', 20000)"};
static const struct stmt *const rows[] = {
    &s_echo,   &s_widths, &s_raise, &s_add, &s_add_slowly, &s_count, &s_change,
    &s_series, &s_late,   &s_sleep, &s_pid, &s_prepared,   &s_wrong, &s_wide};
static const struct stmt_table tables[] = {{rows, T_COUNT(rows)}, {NULL, 0}};
static const struct db_args no_args = {.n = 0};

static const char *database(void)
{
    const char *name = db_fixture_database();

    db_fixture_exec(name, "CREATE TABLE t (id integer PRIMARY KEY, body text NOT NULL,"
                          " CONSTRAINT t_short CHECK (length(body) < 100))");
    db_fixture_exec(name, "GRANT ALL ON t TO ibasho_app");
    db_fixture_exec(name,
                    "CREATE FUNCTION raise_state(state text) RETURNS void LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = state; END $$");
    return name;
}

static struct db *open_app(const char *name)
{
    return db_fixture_open("ibasho_app", name, tables);
}

static enum err add(struct db *db, int id, const char *body, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, id);
    db_arg_text(&args, span_text(body));
    return db_run(db, &s_add, &args, NULL, why);
}

static int64_t one_i64(struct db *db, const struct stmt *stmt)
{
    struct db_rows *got = NULL;
    int64_t v = -1;

    if (db_run(db, stmt, &no_args, &got, NULL) == ERR_OK)
        v = db_i64(got, 0, 0);
    db_rows_free(&got);
    return v;
}

static void kill_own_backend(struct db *db, const char *name)
{
    char sql[128];

    /* Waits until it is gone: what is in flight just then is another case. */
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)",
             (int)one_i64(db, &s_pid));
    db_fixture_exec(name, sql);
}

T_CASE(db_values_travel_in_binary_and_come_back)
{
    struct db *db = open_app(database());
    struct id id = id_new();
    struct db_rows *got = NULL;
    struct db_args args, copy;
    static const uint8_t bytes[] = {0, 1, 0xff, 0, '\'', '\\'};

    db_args_init(&args);
    db_arg_i64(&args, INT64_MIN);
    db_arg_i32(&args, -7);
    db_arg_bool(&args, true);
    db_arg_id(&args, id);
    db_arg_time(&args, 1795248000123456);
    db_arg_text(&args, SPAN("あおぞら'; DROP TABLE t; --"));
    db_arg_bytes(&args, span_of(bytes, sizeof bytes));
    db_arg_null(&args);
    copy = args; /* a copy holds its own numbers */
    db_args_init(&args);
    db_arg_i64(&args, 0);
    T_EQ(db_run(db, &s_echo, &copy, &got, NULL), ERR_OK, "run");
    T_EQ(db_rows_n(got), 1, "one row");
    T_EQ(db_i64(got, 0, 0), INT64_MIN, "bigint");
    T_EQ(db_i64(got, 0, 1), -7, "integer");
    T_OK(db_bool(got, 0, 2), "boolean");
    T_OK(id_eq(db_id(got, 0, 3), id), "uuid");
    T_EQ(db_time(got, 0, 4), 1795248000123456, "timestamptz in UTC microseconds");
    T_SPAN(db_bytes(got, 0, 5), SPAN("あおぞら'; DROP TABLE t; --"), "text is never SQL");
    T_SPAN(db_bytes(got, 0, 6), span_of(bytes, sizeof bytes), "bytea");
    T_OK(db_is_null(got, 0, 7), "NULL");
    T_OK(db_bytes(got, 0, 7).p == NULL, "NULL reads as no span");
    db_rows_free(&got);
    T_OK(got == NULL, "free leaves NULL");
    db_rows_free(&got);
    db_close(&db);
    T_OK(db == NULL, "close leaves NULL");
    db_close(&db);
}

T_CASE(db_empty_values_are_not_null_but_id_none_is)
{
    struct db *db = open_app(database());
    struct db_rows *got = NULL;
    struct db_args args;

    db_args_init(&args);
    for (int i = 0; i < 3; i++)
        db_arg_null(&args);
    db_arg_id(&args, ID_NONE);
    db_arg_time(&args, 0);
    db_arg_text(&args, SPAN_NONE);
    db_arg_bytes(&args, SPAN_NONE);
    db_arg_text(&args, SPAN(""));
    T_EQ(db_run(db, &s_echo, &args, &got, NULL), ERR_OK, "run");
    T_EQ(db_i64(got, 0, 0), 0, "NULL integer");
    T_OK(!db_bool(got, 0, 2), "NULL boolean");
    T_OK(db_is_null(got, 0, 3) && id_is_none(db_id(got, 0, 3)), "ID_NONE goes as NULL");
    T_EQ(db_time(got, 0, 4), 0, "the epoch of 1970");
    T_OK(!db_is_null(got, 0, 5), "empty text is not NULL");
    T_OK(!db_is_null(got, 0, 6), "empty bytes are not NULL");
    db_rows_free(&got);
    db_close(&db);
}

T_CASE(db_reads_integers_of_every_width)
{
    static const int64_t want[] = {-2, -3, -4, 32767, 2147483647, INT64_MAX, 0};
    struct db *db = open_app(database());
    struct db_rows *got = NULL;

    T_EQ(db_run(db, &s_widths, &no_args, &got, NULL), ERR_OK, "run");
    for (int i = 0; i < (int)T_COUNT(want); i++)
        T_EQ(db_i64(got, 0, i), want[i], "integer");
    T_OK(db_bool(got, 0, 7) && !db_bool(got, 0, 8) && !db_bool(got, 0, 9), "booleans");
    T_EQ(db_time(got, 0, 10), INT64_MAX, "infinity");
    T_EQ(db_time(got, 0, 11), INT64_MIN, "-infinity");
    T_EQ(db_time(got, 0, 12), 0, "NULL time");
    db_rows_free(&got);
    db_close(&db);
}

T_CASE(db_rows_affected_counts_changed_rows)
{
    struct db *db = open_app(database());
    struct db_rows *got = NULL;
    struct db_args args;

    for (int i = 0; i < 5; i++)
        T_EQ(add(db, i, "a", NULL), ERR_OK, "add");
    db_args_init(&args);
    db_arg_i32(&args, 3);
    T_EQ(db_run(db, &s_change, &args, &got, NULL), ERR_OK, "change");
    T_EQ(db_rows_affected(got), 3, "changed");
    T_EQ(db_rows_n(got), 0, "no rows");
    db_rows_free(&got);
    T_EQ(db_rows_n(NULL), 0, "no rows at all");
    T_EQ(db_rows_affected(NULL), 0, "none changed");
    db_close(&db);
}

T_CASE(db_sqlstates_become_errors)
{
    static const struct {
        const char *state;
        enum err want;
    } states[] = {
        {"23505", ERR_CONFLICT},    {"23514", ERR_INVALID},     {"23502", ERR_INVALID},
        {"22001", ERR_INVALID},     {"22P02", ERR_INVALID},     {"53100", ERR_NOSPACE},
        {"53200", ERR_NOMEM},       {"53300", ERR_UNAVAILABLE}, {"40001", ERR_CONFLICT},
        {"40P01", ERR_CONFLICT},    {"57014", ERR_TIMEOUT},     {"55P03", ERR_TIMEOUT},
        {"57P01", ERR_UNAVAILABLE}, {"08006", ERR_UNAVAILABLE}, {"25006", ERR_UNAVAILABLE},
        {"58030", ERR_IO},          {"42501", ERR_INTERNAL},    {"P0001", ERR_INTERNAL},
        {"XX000", ERR_INTERNAL},
    };
    struct db *db = open_app(database());

    for (size_t i = 0; i < T_COUNT(states); i++) {
        struct fail why = {.code = ERR_OK};
        struct db_rows *got = NULL;
        struct db_args args;

        db_args_init(&args);
        db_arg_text(&args, span_text(states[i].state));
        T_EQ(db_run(db, &s_raise, &args, &got, &why), states[i].want, states[i].state);
        T_OK(got == NULL, "no rows on an error");
        T_EQ(why.code, states[i].want, "why has the code");
        T_OK(strstr(why.text, states[i].state) != NULL, "why has the SQLSTATE");
        T_OK(strstr(why.text, "t_raise") != NULL, "why has the statement's name");
    }
    T_EQ(one_i64(db, &s_count), 0, "usable after errors");
    db_close(&db);
}

T_CASE(db_text_with_a_nul_is_invalid)
{
    struct db *db = open_app(database());
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, 1);
    db_arg_text(&args, span_of("a\0b", 3));
    T_EQ(db_run(db, &s_add, &args, NULL, NULL), ERR_INVALID, "NUL");
    db_args_init(&args);
    db_arg_i32(&args, 1);
    db_arg_text(&args, span_of("\xff\xfe", 2));
    T_EQ(db_run(db, &s_add, &args, NULL, NULL), ERR_INVALID, "not UTF-8");
    db_close(&db);
}

/* What this process logs while `run` runs. */
static char *logged(void (*run)(void *arg), void *arg)
{
    static char text[16384];
    FILE *f = tmpfile();
    size_t n = 0;

    log_to(fileno(f));
    run(arg);
    log_to(2);
    rewind(f);
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

#define CANARY "canary-5c2f19e0"

static void fail_with_canaries(void *arg)
{
    struct db *db = arg;
    struct fail why = {.code = ERR_OK};
    char long_body[160];

    T_EQ(add(db, 1, CANARY, NULL), ERR_OK, "first");
    T_EQ(add(db, 1, CANARY, &why), ERR_CONFLICT, "the same again");
    T_OK(strstr(why.text, CANARY) == NULL && strstr(why.text, "t_pkey") != NULL,
         "names the constraint, not the value");
    snprintf(long_body, sizeof long_body, "%s%0120d", CANARY, 0);
    T_EQ(add(db, 2, long_body, &why), ERR_INVALID, "too long");
    T_OK(strstr(why.text, CANARY) == NULL && strstr(why.text, "t_short") != NULL,
         "names the check, not the row");
    T_EQ(db_exec(db, "SELECT '" CANARY "'::integer", &why), ERR_INVALID, "not a number");
    T_OK(strstr(why.text, CANARY) == NULL, "not even of plain SQL");
}

T_CASE(db_values_reach_no_message_and_no_log)
{
    struct db *db = open_app(database());

    T_OK(strstr(logged(fail_with_canaries, db), CANARY) == NULL, "our log");
    cluster_fixture_shell("test -s %s/postgres.log", getenv("IBASHO_TEST_DIR"));
    cluster_fixture_shell("! grep -q %s %s/postgres.log", CANARY, getenv("IBASHO_TEST_DIR"));
    db_close(&db);
}

T_CASE(db_prepares_when_a_statement_first_runs_and_once)
{
    struct db *db = open_app(database());
    struct fail why = {.code = ERR_OK};
    struct db_args args = {.n = 8};

    for (int i = 0; i < 8; i++)
        args.at[i].p = NULL;
    T_EQ(one_i64(db, &s_prepared), 0, "not yet");
    for (int i = 0; i < 3; i++)
        T_EQ(db_run(db, &s_echo, &args, NULL, NULL), ERR_OK, "run");
    T_EQ(one_i64(db, &s_prepared), 1, "once");
    T_EQ(db_prepare(db, &s_wrong, &why), ERR_INTERNAL, "a statement that names nothing");
    T_OK(strstr(why.text, "42P01") != NULL && strstr(why.text, "nowhere") != NULL,
         "says what is missing");
    T_EQ(db_run(db, &s_wrong, &no_args, NULL, NULL), ERR_INTERNAL, "again, as it still fails");
    T_EQ(db_prepare(db, &s_echo, NULL), ERR_OK, "prepared already");
    db_close(&db);
}

static struct db *invariant_db;

static void run_unknown(void)
{
    static const struct stmt unknown = {"t_unknown", "SELECT 1"};

    (void)!db_run(invariant_db, &unknown, &no_args, NULL, NULL);
}

static void read_missing_row(void)
{
    (void)db_i64(NULL, 0, 0);
}

static void add_args_without_end(void)
{
    struct db_args args;

    db_args_init(&args);
    for (int i = 0; i <= DB_ARGS_CAP; i++)
        db_arg_i32(&args, i);
}

T_CASE(db_broken_invariants_abort)
{
    struct db *db = open_app(database());

    invariant_db = db;
    T_OK(aborts(run_unknown), "a statement in no table");
    T_OK(aborts(read_missing_row), "a row that is not there");
    T_OK(aborts(add_args_without_end), "more parameters than there may be");
    db_close(&db);
}

T_CASE(db_open_without_a_server_is_unavailable)
{
    struct db_conf conf = {.socket_dir = "/nonexistent", .user = "ibasho_app", .name = "x"};
    struct db *db = (struct db *)&conf;
    struct fail why = {.code = ERR_OK};

    T_EQ(db_open(&conf, tables, &db, &why), ERR_UNAVAILABLE, "no socket");
    T_OK(db == NULL, "*db_out is NULL");
    T_OK(strstr(why.text, "/nonexistent") != NULL, "says where");
    conf = db_fixture_conf("ibasho_app", "no_such_database");
    T_EQ(db_open(&conf, tables, &db, &why), ERR_UNAVAILABLE, "no database");
    conf = db_fixture_conf("ibasho_app", "postgres");
    T_EQ(db_open(&conf, tables, &db, &why), ERR_UNAVAILABLE, "not for this role");
}

T_CASE(db_reopens_a_broken_connection_outside_a_transaction)
{
    const char *name = database();
    struct db *db = open_app(name);

    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    for (int i = 0; i < 3; i++) {
        kill_own_backend(db, name);
        T_EQ(one_i64(db, &s_count), 1, "a read finds the new connection");
    }
    kill_own_backend(db, name);
    T_EQ(add(db, 2, "b", NULL), ERR_OK, "so does a write");
    kill_own_backend(db, name);
    T_EQ(db_exec(db, "SELECT 1", NULL), ERR_OK, "and plain SQL");
    kill_own_backend(db, name);
    T_OK(db_is_healthy(db), "asks the server, over a new connection");
    T_EQ(one_i64(db, &s_count), 2, "each happened once");
    db_close(&db);
}

T_CASE(db_one_session_is_never_reopened)
{
    const char *name = database();
    struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct db *db = NULL;

    conf.is_one_session = true;
    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
    kill_own_backend(db, name);
    T_EQ(add(db, 1, "a", NULL), ERR_UNAVAILABLE, "lost");
    T_OK(!db_is_connected(db), "known to be away");
    T_OK(!db_is_healthy(db), "and stays so");
    db_close(&db);
}

T_CASE(db_lost_transaction_says_so_until_rollback)
{
    const char *name = database();
    struct db *db = open_app(name);

    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "inside");
    T_OK(db_is_in_transaction(db), "open");
    kill_own_backend(db, name);
    T_EQ(add(db, 2, "b", NULL), ERR_UNAVAILABLE, "the transaction is lost");
    T_EQ(add(db, 3, "c", NULL), ERR_UNAVAILABLE, "and stays lost");
    T_EQ(db_exec(db, "SELECT 1", NULL), ERR_UNAVAILABLE, "for plain SQL too");
    T_EQ(db_settle(db, NULL), ERR_UNAVAILABLE, "and for what was queued");
    T_OK(db_is_in_transaction(db), "nobody ended it");
    T_EQ(db_exec(db, "ROLLBACK", NULL), ERR_OK, "until ROLLBACK");
    T_EQ(one_i64(db, &s_count), 0, "nothing was done; the connection is back");

    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    kill_own_backend(db, name);
    T_EQ(add(db, 4, "d", NULL), ERR_UNAVAILABLE, "lost again");
    T_EQ(db_exec(db, "COMMIT", NULL), ERR_UNAVAILABLE, "COMMIT of a lost one is no success");
    T_EQ(add(db, 5, "e", NULL), ERR_OK, "and ends it");
    db_close(&db);
}

struct interruption {
    const char *name, *sql;
    pthread_t thread;
};

static void *interrupt(void *arg)
{
    const struct interruption *i = arg;

    /* Only once the victim runs its statement. */
    while (db_fixture_i64(i->name, "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                                   " current_database() AND usename = 'ibasho_app' AND state ="
                                   " 'active' AND wait_event IN ('PgSleep', 'SyncRep')") == 0)
        sched_yield();
    db_fixture_exec(i->name, i->sql);
    return NULL;
}

static void interrupt_later(struct interruption *i, const char *name, const char *sql)
{
    i->name = name;
    i->sql = sql;
    T_EQ(pthread_create(&i->thread, NULL, interrupt, i), 0, "thread");
}

#define TERMINATE \
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ibasho_app'" \
    " AND datname = current_database() AND state = 'active'"
#define CANCEL \
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'ibasho_app'" \
    " AND datname = current_database() AND state = 'active'"

T_CASE(db_broken_under_a_statement_tells_whether_it_may_have_happened)
{
    const char *name = database();
    struct db *db = open_app(name);
    struct interruption i;
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, 30);
    interrupt_later(&i, name, TERMINATE);
    T_EQ(db_run(db, &s_sleep, &args, NULL, NULL), ERR_UNAVAILABLE, "a read: nothing was done");
    pthread_join(i.thread, NULL);

    /* The server itself said why it ended: it never came to the end of the statement. */
    interrupt_later(&i, name, TERMINATE);
    T_EQ(db_run(db, &s_add_slowly, &args, NULL, NULL), ERR_UNAVAILABLE, "told by the server");
    pthread_join(i.thread, NULL);

    interrupt_later(&i, name, TERMINATE);
    T_EQ(db_exec(db, "SELECT pg_sleep(30)", NULL), ERR_UNAVAILABLE, "plain SQL, a read");
    pthread_join(i.thread, NULL);

    interrupt_later(&i, name, CANCEL);
    T_EQ(db_run(db, &s_sleep, &args, NULL, NULL), ERR_TIMEOUT, "cancelled");
    pthread_join(i.thread, NULL);
    T_EQ(one_i64(db, &s_count), 0, "nothing was written");
    db_close(&db);
}

static void *kill_backend_soon(void *arg)
{
    const struct timespec pause = {.tv_nsec = 300000000};

    nanosleep(&pause, NULL);
    cluster_fixture_kill_backend(arg, "ibasho_app");
    return NULL;
}

T_CASE(db_write_is_uncertain_when_the_backend_is_killed_under_it)
{
    struct cluster_fixture own = {.dir = ""};
    struct db_args args;
    struct db *db = NULL;
    pthread_t thread;

    cluster_fixture_start(&own, NULL, NULL);
    db_fixture_exec_at(own.sockets, "ibasho",
                       "CREATE TABLE t (id integer PRIMARY KEY, body text NOT NULL);"
                       "GRANT ALL ON t TO ibasho_app");
    T_EQ(db_open(&(struct db_conf){own.sockets, "ibasho_app", "ibasho", 0, false, NULL}, tables,
                 &db, NULL),
         ERR_OK, "open");
    db_args_init(&args);
    db_arg_i32(&args, 1);
    T_EQ(pthread_create(&thread, NULL, kill_backend_soon, &own), 0, "thread");
    T_EQ(db_run(db, &s_add_slowly, &args, NULL, NULL), ERR_UNCERTAIN, "kill -9 tells nothing");
    pthread_join(thread, NULL);
    for (int i = 0; i < 200 && !db_is_healthy(db); i++)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* recovery */
    T_EQ(pthread_create(&thread, NULL, kill_backend_soon, &own), 0, "thread");
    args.n = 0;
    db_arg_i32(&args, 30);
    T_EQ(db_run(db, &s_sleep, &args, NULL, NULL), ERR_UNAVAILABLE, "of a read: nothing done");
    pthread_join(thread, NULL);
    db_close(&db);
    cluster_fixture_stop(&own);
}

T_CASE(db_commit_with_a_lost_answer_is_uncertain)
{
    static const struct {
        const char *what;
        enum proxy_trap trap;
        int64_t n_rows;
    } ways[] = {
        {"it happened", PROXY_CUTS_AFTER_COMMIT, 1},
        {"it did not", PROXY_CUTS_BEFORE_COMMIT, 0},
    };

    for (size_t i = 0; i < T_COUNT(ways); i++) {
        const char *name = database();
        struct db_conf conf = db_fixture_conf("ibasho_app", name);
        struct proxy_fixture *proxy = proxy_fixture_start(conf.socket_dir);
        struct db *db = NULL;

        conf.socket_dir = proxy_fixture_dir(proxy);
        T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
        T_EQ(db_run(db, &db_begin, &no_args, NULL, NULL), ERR_OK, "begin");
        T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
        proxy_fixture_arm(proxy, ways[i].trap);
        T_EQ(db_run(db, &db_commit, &no_args, NULL, NULL), ERR_UNCERTAIN, ways[i].what);
        T_EQ(proxy_fixture_n_sprung(proxy), 1, "the connection was cut at COMMIT");
        T_OK(!db_is_in_transaction(db), "the transaction is over either way");
        T_EQ(one_i64(db, &s_count), ways[i].n_rows, ways[i].what);
        db_close(&db);
        proxy_fixture_stop(&proxy);
    }
}

T_CASE(db_commit_under_warning_01000_is_not_acknowledged)
{
    struct cluster_fixture own = {.dir = ""};
    struct interruption i;
    struct db *db = NULL;
    int64_t n = 0;

    /* The server waits for a standby that does not exist; a cancelled wait has committed here,
     * but "might not have been replicated". */
    cluster_fixture_start(&own, NULL, NULL);
    db_fixture_exec_at(own.sockets, "ibasho",
                       "CREATE TABLE t (id integer PRIMARY KEY, body text NOT NULL);"
                       "GRANT ALL ON t TO ibasho_app");
    T_EQ(db_open(&(struct db_conf){own.sockets, "ibasho_app", "ibasho", 0, false, NULL}, tables,
                 &db, NULL),
         ERR_OK, "open");
    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    cluster_fixture_shell("echo \"synchronous_standby_names = 'far'\" >>%s/postgresql.conf;"
                          " kill -HUP %d; sleep 0.3",
                          own.data, (int)cluster_fixture_pid(&own));
    /* The interrupting connection must not wait itself: it only reads. */
    i = (struct interruption){0};
    {
        char old[256];

        snprintf(old, sizeof old, "%s", getenv("IBASHO_TEST_PG"));
        setenv("IBASHO_TEST_PG", own.sockets, 1);
        interrupt_later(&i, "ibasho", CANCEL);
        T_EQ(db_exec(db, "COMMIT", NULL), ERR_UNCERTAIN, "not acknowledged");
        pthread_join(i.thread, NULL);
        setenv("IBASHO_TEST_PG", old, 1);
    }
    T_OK(!db_is_in_transaction(db), "over");
    n = one_i64(db, &s_count);
    T_EQ(n, 1, "it is there, locally");
    db_close(&db);
    cluster_fixture_stop(&own);
}

T_CASE(db_commit_of_a_failed_transaction_is_no_success)
{
    struct db *db = open_app(database());
    struct fail why = {.code = ERR_OK};

    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    T_EQ(add(db, 1, "a", NULL), ERR_CONFLICT, "twice");
    T_EQ(db_exec(db, "COMMIT", &why), ERR_CONFLICT, "COMMIT says ROLLBACK");
    T_EQ(db_run(db, &db_begin, &no_args, NULL, NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    T_EQ(add(db, 1, "a", NULL), ERR_CONFLICT, "twice");
    T_EQ(db_run(db, &db_commit, &no_args, NULL, NULL), ERR_CONFLICT, "as a statement too");
    T_EQ(one_i64(db, &s_count), 0, "nothing was done");
    db_close(&db);
}

static enum err send_add(struct db *db, int id)
{
    struct db_args args;
    char body[16];

    snprintf(body, sizeof body, "n%d", id);
    db_args_init(&args);
    db_arg_i32(&args, id);
    db_arg_text(&args, span_text(body));
    return db_send(db, &s_add, &args, NULL);
}

T_CASE(db_pipeline_runs_in_order_and_names_the_first_failure)
{
    struct db *db = open_app(database());
    struct fail why = {.code = ERR_OK};
    struct db_rows *got = NULL;

    T_EQ(db_settle(db, NULL), ERR_OK, "nothing queued");
    T_EQ(db_send(db, &db_begin, &no_args, NULL), ERR_OK, "begin");
    for (int i = 0; i < 500; i++)
        T_EQ(send_add(db, i), ERR_OK, "send");
    T_EQ(db_send(db, &db_commit, &no_args, NULL), ERR_OK, "commit");
    T_EQ(db_settle(db, &why), ERR_OK, why.text);
    T_EQ(db_failed_at(db), -1, "none failed");
    T_EQ(one_i64(db, &s_count), 500, "all are there");

    T_EQ(db_send(db, &db_begin, &no_args, NULL), ERR_OK, "begin");
    T_EQ(send_add(db, 600), ERR_OK, "a good one");
    T_EQ(send_add(db, 7), ERR_OK, "one that is there already");
    T_EQ(send_add(db, 8), ERR_OK, "another");
    T_EQ(send_add(db, 601), ERR_OK, "a good one");
    T_EQ(db_send(db, &db_commit, &no_args, NULL), ERR_OK, "commit");
    T_EQ(db_settle(db, &why), ERR_CONFLICT, "the first error");
    T_EQ(db_failed_at(db), 2, "its index, BEGIN being 0");
    T_OK(db_is_in_transaction(db), "COMMIT was not reached");
    T_EQ(db_exec(db, "ROLLBACK", NULL), ERR_OK, "rollback");
    T_EQ(one_i64(db, &s_count), 500, "nothing of it stayed");

    T_EQ(db_send(db, &db_begin, &no_args, NULL), ERR_OK, "begin");
    T_EQ(send_add(db, 700), ERR_OK, "queued");
    T_EQ(db_run(db, &s_count, &no_args, &got, &why), ERR_OK, why.text);
    T_EQ(db_i64(got, 0, 0), 501, "db_run sees what was queued before it");
    db_rows_free(&got);
    T_EQ(send_add(db, 700), ERR_OK, "queued twice");
    T_EQ(db_run(db, &s_count, &no_args, &got, &why), ERR_CONFLICT, "db_run settles it");
    T_EQ(db_failed_at(db), 0, "not db_run's own statement");
    T_OK(got == NULL, "no rows");
    T_EQ(db_exec(db, "ROLLBACK", NULL), ERR_OK, "rollback");
    db_close(&db);
}

T_CASE(db_pipeline_bigger_than_every_buffer_does_not_lock_up)
{
    struct db *db = open_app(database());
    struct fail why = {.code = ERR_OK};
    static const uint8_t big[20000];
    struct db_args args;

    for (int i = 0; i < 1000; i++) { /* 20 MB each way */
        db_args_init(&args);
        db_arg_bytes(&args, span_of(big, sizeof big));
        T_EQ(db_send(db, &s_wide, &args, &why), ERR_OK, why.text);
    }
    T_EQ(db_settle(db, &why), ERR_OK, why.text);
    db_close(&db);
}

static enum err sum_row(const struct db_rows *row, void *arg, struct fail *why)
{
    int64_t *sum = arg;

    (void)why;
    T_EQ(db_rows_n(row), 1, "one row at a time");
    *sum += db_i64(row, 0, 0);
    return ERR_OK;
}

static enum err stop_at_1000(const struct db_rows *row, void *arg, struct fail *why)
{
    int64_t *n = arg;

    (void)row;
    return ++*n == 1000 ? fail_set(why, ERR_TOO_LARGE, "enough") : ERR_OK;
}

T_CASE(db_stream_gives_every_row_and_stops_when_told)
{
    struct db *db = open_app(database());
    struct fail why = {.code = ERR_OK};
    struct db_args args;
    int64_t sum = 0, n = 0, pid;

    db_args_init(&args);
    db_arg_i64(&args, 200000);
    T_EQ(db_stream(db, &s_series, &args, sum_row, &sum, &why), ERR_OK, why.text);
    T_EQ(sum, INT64_C(200000) * 200001 / 2, "every row, once");
    pid = one_i64(db, &s_pid);
    T_EQ(db_stream(db, &s_series, &args, stop_at_1000, &n, &why), ERR_TOO_LARGE, "its error");
    T_EQ(n, 1000, "no row after it");
    T_OK(one_i64(db, &s_pid) != pid, "outside a transaction the connection was dropped");

    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    n = 0;
    T_EQ(db_stream(db, &s_series, &args, stop_at_1000, &n, &why), ERR_TOO_LARGE, "inside");
    T_EQ(n, 1000, "no row after it");
    T_EQ(db_exec(db, "COMMIT", NULL), ERR_OK, "the transaction lives on");
    T_EQ(one_i64(db, &s_count), 1, "and commits");

    sum = 0;
    T_EQ(db_stream(db, &s_late, &args, sum_row, &sum, &why), ERR_INVALID, "fails half-way");
    T_OK(strstr(why.text, "22012") != NULL, "with the server's error");
    T_EQ(one_i64(db, &s_count), 1, "usable afterwards");
    T_EQ(db_stream(db, &s_wrong, &no_args, sum_row, &sum, &why), ERR_INTERNAL, "no such table");
    db_close(&db);
}

T_CASE(db_statement_timeout_ends_a_statement)
{
    const char *name = database();
    struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct db_args args;
    struct db *db = NULL;

    conf.statement_timeout_ms = 100;
    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
    db_args_init(&args);
    db_arg_i32(&args, 30);
    T_EQ(db_run(db, &s_sleep, &args, NULL, NULL), ERR_TIMEOUT, "its own time-out");
    T_EQ(one_i64(db, &s_count), 0, "usable afterwards");
    db_close(&db);
}

T_CASE(db_silent_server_is_given_up)
{
    const char *name = database();
    struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct proxy_fixture *proxy = proxy_fixture_start(conf.socket_dir);
    struct fail why = {.code = ERR_OK};
    struct db *db = NULL;

    conf.socket_dir = proxy_fixture_dir(proxy);
    conf.statement_timeout_ms = 100;
    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    proxy_fixture_arm(proxy, PROXY_FALLS_SILENT);
    T_EQ(db_run(db, &db_commit, &no_args, NULL, &why), ERR_UNCERTAIN, "no answer to COMMIT");
    T_EQ(one_i64(db, &s_count), 0, "a new connection works; COMMIT had not got through");
    db_close(&db);
    proxy_fixture_stop(&proxy);
}

static void open_and_close(void *arg)
{
    struct db_conf conf = {.socket_dir = arg, .user = "ibasho_app", .name = "ibasho"};
    struct db *db = NULL;

    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
    db_close(&db);
}

T_CASE(db_open_warns_of_a_server_that_may_forget)
{
    struct cluster_fixture own = {.dir = ""};
    const char *said = logged(open_and_close, getenv("IBASHO_TEST_PG"));

    T_OK(strstr(said, "db.unsafe") == NULL, "all is on: no warning");
    cluster_fixture_start(&own, NULL, "fsync = off;full_page_writes = off");
    said = logged(open_and_close, own.sockets);
    T_OK(strstr(said, "\"event\":\"db.unsafe\",\"setting_off\":\"fsync\"") != NULL,
         "names what is off");
    T_OK(strstr(said, "\"setting_off\":\"full_page_writes\"") != NULL, "each");
    T_OK(strstr(said, "data_checksums") == NULL, "and nothing else");
    cluster_fixture_stop(&own);
}

T_CASE(db_survives_a_restart_of_its_idle_server)
{
    struct cluster_fixture own = {.dir = ""};
    struct db *db = NULL;

    cluster_fixture_start(&own, NULL, NULL);
    db_fixture_exec_at(own.sockets, "ibasho",
                       "CREATE TABLE t (id integer PRIMARY KEY, body text NOT NULL);"
                       "GRANT ALL ON t TO ibasho_app");
    T_EQ(db_open(&(struct db_conf){own.sockets, "ibasho_app", "ibasho", 0, false, NULL}, tables,
                 &db, NULL),
         ERR_OK, "open");
    T_EQ(add(db, 1, "a", NULL), ERR_OK, "add");
    cluster_fixture_kill(&own);
    T_EQ(add(db, 2, "b", NULL), ERR_UNAVAILABLE, "the server is away");
    T_OK(!db_is_healthy(db), "and not healthy");
    cluster_fixture_restart(&own);
    T_OK(db_is_healthy(db), "back");
    T_EQ(add(db, 3, "c", NULL), ERR_OK, "no word about it");
    T_EQ(one_i64(db, &s_count), 2, "what was acknowledged is there");
    db_close(&db);
    cluster_fixture_stop(&own);
}

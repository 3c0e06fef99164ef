/* node/db/migrate.h on a real server: every sentence of its contract. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/db/hash256.h"
#include "node/db/migrate.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"

#define HASH_A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define STEPS_CAP 256
#define LEDGER \
    "CREATE TABLE schema_migration (number integer PRIMARY KEY, name text, sha256 text," \
    " applied_at timestamptz DEFAULT now()); GRANT SELECT ON schema_migration TO ibasho_app"

static const struct migration three[] = {
    {1, "0001_ledger", HASH_A, LEDGER},
    {2, "0002_one", HASH_A, "CREATE TABLE one (id integer)"},
    {5, "0005_two", HASH_B, "SET LOCAL lock_timeout = '1s'; CREATE TABLE two (id integer)"},
};

static enum err run(const char *name, const struct migration *rows, int n,
                    struct migrate_report *report_out, struct fail *why)
{
    struct db_conf conf = db_fixture_conf("ibasho", name);
    struct migration_list list = {rows, n};

    return migrate_run(&conf, &list, NULL, NULL, report_out, why);
}

static bool has_table(const char *name, const char *table)
{
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT (to_regclass('%s') IS NOT NULL)::integer", table);
    return db_fixture_i64(name, sql) == 1;
}

static void note_step(const struct migration *step, void *arg)
{
    char *text = arg;
    size_t len = strlen(text);

    snprintf(text + len, STEPS_CAP - len, "%s ", step->name);
}

T_CASE(migrate_takes_each_step_once_and_in_order)
{
    const char *name = db_fixture_database();
    struct db_conf conf = db_fixture_conf("ibasho", name);
    struct migration_list two = {three, 2}, all = {three, 3};
    struct migrate_report report = {.n_now = -1};
    char steps[STEPS_CAP] = "";

    T_EQ(migrate_run(&conf, &two, note_step, steps, &report, NULL), ERR_OK, "two steps");
    T_TEXT(steps, "0001_ledger 0002_one ", "each is told, in order");
    T_EQ(report.n_before, 0, "from empty");
    T_EQ(report.n_now, 2, "two now");
    T_EQ(report.last, 2, "the last one's number");
    steps[0] = '\0';
    T_EQ(migrate_run(&conf, &all, note_step, steps, &report, NULL), ERR_OK, "one more");
    T_TEXT(steps, "0005_two ", "only the new one");
    T_EQ(report.n_before, 2, "two before");
    T_EQ(report.n_now, 1, "one now");
    T_EQ(migrate_run(&conf, &all, note_step, steps, NULL, NULL), ERR_OK, "nothing to do");
    T_TEXT(steps, "0005_two ", "no step");
    T_EQ(db_fixture_i64(name,
                        "SELECT count(*) FROM schema_migration WHERE (number, name, sha256)"
                        " IN ((1, '0001_ledger', '" HASH_A "'), (2, '0002_one', '" HASH_A
                        "'), (5, '0005_two', '" HASH_B "'))"),
         3, "number, name and hash are on record");
    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM schema_migration WHERE applied_at > now() -"
                              " interval '1 minute'"),
         3, "and when");
}

T_CASE(migrate_refuses_what_is_not_the_past_of_this_program)
{
    static const struct migration changed[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_one", HASH_B, "CREATE TABLE other (id integer)"},
        {5, "0005_two", HASH_B, "CREATE TABLE two (id integer)"},
        {6, "0006_new", HASH_B, "CREATE TABLE new (id integer)"},
    };
    static const struct migration renamed[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_uno", HASH_A, "CREATE TABLE one (id integer)"},
        {5, "0005_two", HASH_B, "CREATE TABLE two (id integer)"},
    };
    static const struct migration slipped_in[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_one", HASH_A, "CREATE TABLE one (id integer)"},
        {3, "0003_late", HASH_A, "CREATE TABLE new (id integer)"},
        {5, "0005_two", HASH_B, "CREATE TABLE two (id integer)"},
    };
    static const struct {
        const char *what, *says;
        const struct migration *rows;
        int n;
    } ways[] = {
        {"an applied file that changed", "0002_one is not the file", changed, 4},
        {"an applied step under another name", "0002_uno is not the file", renamed, 3},
        {"a step before an applied one", "0003_late is missing before", slipped_in, 4},
        {"a database that is newer", "holds step 0005_two, unknown here", three, 2},
        {"a program that knows no step", "holds step 0001_ledger", three, 0},
    };
    const char *name = db_fixture_database();

    T_EQ(run(name, three, 3, NULL, NULL), ERR_OK, "three steps");
    for (size_t i = 0; i < T_COUNT(ways); i++) {
        struct db_conf conf = db_fixture_conf("ibasho_app", name);
        struct migration_list list = {ways[i].rows, ways[i].n};
        struct migrate_report report;
        struct fail why = {.code = ERR_OK};

        T_EQ(run(name, ways[i].rows, ways[i].n, NULL, &why), ERR_CONFLICT, ways[i].what);
        T_OK(strstr(why.text, ways[i].says) != NULL, why.text);
        T_EQ(migrate_check(&conf, &list, &report, &why), ERR_CONFLICT, ways[i].what);
        T_OK(!has_table(name, "new"), "nothing was done");
    }
}

T_CASE(migrate_step_is_one_transaction)
{
    static const struct migration bad[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_good", HASH_A, "CREATE TABLE good (id integer)"},
        {3, "0003_bad", HASH_A,
         "CREATE TABLE half (id integer); ALTER TABLE nowhere ADD COLUMN x integer"},
    };
    static const struct migration ends_itself[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_good", HASH_A, "CREATE TABLE good (id integer)"},
        {3, "0003_commit", HASH_A, "CREATE TABLE half (id integer); COMMIT"},
    };
    const char *name = db_fixture_database();
    struct fail why = {.code = ERR_OK};

    T_EQ(run(name, bad, 3, NULL, &why), ERR_INTERNAL, "its error");
    T_OK(strstr(why.text, "0003_bad") != NULL && strstr(why.text, "nowhere") != NULL,
         "names the step and what is wrong");
    T_OK(has_table(name, "good"), "the steps before it stay");
    T_OK(!has_table(name, "half"), "nothing of the step stays");
    T_EQ(db_fixture_i64(name, "SELECT max(number) FROM schema_migration"), 2, "nor its record");
    T_EQ(run(name, ends_itself, 3, NULL, &why), ERR_INVALID, "a step that says COMMIT");
    T_OK(strstr(why.text, "0003_commit") != NULL, "is named");
    T_EQ(db_fixture_i64(name, "SELECT max(number) FROM schema_migration"), 2, "not recorded");
}

T_CASE(migrate_check_changes_nothing_and_the_application_may_ask)
{
    const char *name = db_fixture_database();
    struct db_conf conf = db_fixture_conf("ibasho_app", name);
    struct migration_list all = {three, 3};
    struct migrate_report report;

    T_EQ(migrate_check(&conf, &all, &report, NULL), ERR_OK, "an empty database");
    T_EQ(report.n_before, 0, "nothing applied");
    T_EQ(report.n_now, 3, "all pending");
    T_EQ(report.last, 5, "the list's end");
    T_EQ(run(name, three, 2, NULL, NULL), ERR_OK, "two steps");
    T_EQ(migrate_check(&conf, &all, &report, NULL), ERR_OK, "half-way");
    T_EQ(report.n_before, 2, "two applied");
    T_EQ(report.n_now, 1, "one pending");
    T_OK(!has_table(name, "two"), "still pending");
    T_OK(migrate_run(&conf, &all, NULL, NULL, &report, NULL) != ERR_OK,
         "the application may not migrate");
}

struct racer {
    const char *name;
    pthread_t thread;
    enum err rc;
    struct migrate_report report;
};

static void *race(void *arg)
{
    struct racer *r = arg;

    r->rc = run(r->name, three, 3, &r->report, NULL);
    return NULL;
}

T_CASE(migrate_programs_that_start_at_once_wait_for_each_other)
{
    struct racer racers[4];
    const char *name = db_fixture_database();
    int n_now = 0;

    for (size_t i = 0; i < T_COUNT(racers); i++) {
        racers[i] = (struct racer){.name = name};
        T_EQ(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0, "thread");
    }
    for (size_t i = 0; i < T_COUNT(racers); i++) {
        pthread_join(racers[i].thread, NULL);
        T_EQ(racers[i].rc, ERR_OK, "every one is well");
        n_now += racers[i].report.n_now;
    }
    T_EQ(n_now, 3, "each step was taken by one of them");
}

T_CASE(migrate_does_not_wait_for_ever_for_a_lock)
{
    static const struct migration more[] = {
        {1, "0001_ledger", HASH_A, LEDGER},
        {2, "0002_one", HASH_A, "CREATE TABLE one (id integer)"},
        {3, "0003_alter", HASH_A,
         "SET LOCAL lock_timeout = '200ms'; ALTER TABLE one ADD COLUMN x integer"},
    };
    const char *name = db_fixture_database();
    struct fail why = {.code = ERR_OK};
    struct db *db;

    T_EQ(run(name, more, 2, NULL, NULL), ERR_OK, "two steps");
    db = db_fixture_open("ibasho", name, NULL);
    T_EQ(db_exec(db, "BEGIN", NULL), ERR_OK, "begin");
    T_EQ(db_exec(db, "LOCK TABLE one IN ACCESS SHARE MODE", NULL), ERR_OK, "a reader");
    T_EQ(run(name, more, 3, NULL, &why), ERR_TIMEOUT, "as the step says");
    T_OK(strstr(why.text, "0003_alter") != NULL, "names the step");
    T_EQ(db_exec(db, "COMMIT", NULL), ERR_OK, "the reader ends");
    T_EQ(run(name, more, 3, NULL, NULL), ERR_OK, "now it goes");
    db_close(&db);
}

T_CASE(migrate_without_a_server_is_unavailable)
{
    struct db_conf conf = {.socket_dir = "/nonexistent", .user = "ibasho", .name = "ibasho"};

    T_EQ(migrate_run(&conf, &migrations, NULL, NULL, NULL, NULL), ERR_UNAVAILABLE, "run");
    T_EQ(migrate_check(&conf, &migrations, &(struct migrate_report){0}, NULL), ERR_UNAVAILABLE,
         "check");
}

T_CASE(migrate_files_are_embedded_as_they_are)
{
    static const char digits[] = "0123456789abcdef";
    int last = 0;

    T_OK(migrations.n >= 1, "there are steps");
    for (int i = 0; i < migrations.n; i++) {
        const struct migration *m = &migrations.rows[i];
        struct hash256 hash = hash256_of(span_text(m->sql));
        char hex[2 * HASH256_BYTES + 1], start[8];

        for (size_t k = 0; k < HASH256_BYTES; k++) {
            hex[2 * k] = digits[hash.b[k] >> 4];
            hex[2 * k + 1] = digits[hash.b[k] & 15];
        }
        hex[sizeof hex - 1] = '\0';
        T_TEXT(m->sha256, hex, "the hash is the text's");
        T_OK(m->number > last, "numbers rise");
        snprintf(start, sizeof start, "%04d_", m->number);
        T_OK(strncmp(m->name, start, 5) == 0, "the number begins the name");
        last = m->number;
    }
}

T_CASE(migrate_makes_the_present_schema)
{
    const char *name = db_fixture_migrated();

    T_EQ(db_fixture_i64(name, "SELECT count(*) FROM schema_migration"), migrations.n, "all");
    T_EQ(db_fixture_i64(name,
                        "SELECT has_schema_privilege('ibasho_app', 'public', 'CREATE')"
                        "::integer + has_table_privilege('ibasho_app', 'schema_migration',"
                        " 'INSERT, UPDATE, DELETE, TRUNCATE')::integer"),
         0, "the application can neither make tables nor rewrite the ledger");
}

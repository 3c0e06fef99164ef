#include "tests/integration/db_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/migrate.h"

static const char *socket_dir(void)
{
    const char *dir = getenv("IBASHO_TEST_PG");

    if (dir == NULL) {
        fputs("run this by tests/lib/with-cluster\n", stderr);
        abort();
    }
    return dir;
}

static void need(enum err rc, const char *what, const struct fail *why)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "fixture: %s: %s\n", what, why->text);
    abort();
}

struct db_conf db_fixture_conf(const char *user, const char *database)
{
    return (struct db_conf){.socket_dir = socket_dir(), .user = user, .name = database};
}

struct db *db_fixture_open(const char *user, const char *database,
                           const struct stmt_table *tables)
{
    struct db_conf conf = db_fixture_conf(user, database);
    struct fail why = {.code = ERR_OK};
    struct db *db = NULL;

    need(db_open(&conf, tables, &db, &why), database, &why);
    return db;
}

void db_fixture_exec_at(const char *dir, const char *database, const char *sql)
{
    struct db_conf conf = {.socket_dir = dir, .user = "ibasho", .name = database};
    struct fail why = {.code = ERR_OK};
    struct db *db = NULL;

    need(db_open(&conf, NULL, &db, &why), database, &why);
    need(db_exec(db, sql, &why), sql, &why);
    db_close(&db);
}

void db_fixture_exec(const char *database, const char *sql)
{
    db_fixture_exec_at(socket_dir(), database, sql);
}

int64_t db_fixture_i64_at(const char *dir, const char *database, const char *sql)
{
    const struct stmt stmt = {"fixture_i64", sql};
    const struct stmt *const rows[] = {&stmt};
    const struct stmt_table tables[] = {{rows, 1}, {NULL, 0}};
    const struct db_args none = {.n = 0};
    struct db_conf conf = {.socket_dir = dir, .user = "ibasho", .name = database};
    struct fail why = {.code = ERR_OK};
    struct db_rows *got = NULL;
    struct db *db = NULL;
    int64_t v;

    need(db_open(&conf, tables, &db, &why), database, &why);
    need(db_run(db, &stmt, &none, &got, &why), sql, &why);
    v = db_i64(got, 0, 0);
    db_rows_free(&got);
    db_close(&db);
    return v;
}

int64_t db_fixture_i64(const char *database, const char *sql)
{
    return db_fixture_i64_at(socket_dir(), database, sql);
}

static void create(const char *name, const char *words)
{
    char sql[192];

    snprintf(sql, sizeof sql, "CREATE DATABASE %s%s", name, words);
    db_fixture_exec("postgres", sql);
    snprintf(sql, sizeof sql, "GRANT CONNECT ON DATABASE %s TO ibasho_app", name);
    db_fixture_exec("postgres", sql);
}

/* The migrations run once a process, in a database that nobody else connects to. */
static const char *template_made(void)
{
    static char name[32];
    struct db_conf conf;
    struct fail why = {.code = ERR_OK};

    if (name[0] != '\0')
        return name;
    snprintf(name, sizeof name, "t_%d_template", (int)getpid());
    create(name, "");
    conf = db_fixture_conf("ibasho", name);
    need(migrate_run(&conf, &migrations, NULL, NULL, NULL, &why), name, &why);
    return name;
}

void db_fixture_copy(const char *name)
{
    const char *strategy = getenv("IBASHO_TEST_COPY");
    char words[96];

    snprintf(words, sizeof words, " TEMPLATE %s STRATEGY %s", template_made(),
             strategy != NULL ? strategy : "wal_log");
    create(name, words);
}

static const char *next_name(void)
{
    static char names[16][32];
    static int n;
    char *name = names[n % 16];

    snprintf(name, sizeof names[0], "t_%d_%d", (int)getpid(), n++);
    return name;
}

const char *db_fixture_database(void)
{
    const char *name = next_name();

    create(name, "");
    return name;
}

const char *db_fixture_migrated(void)
{
    const char *name = next_name();

    db_fixture_copy(name);
    return name;
}

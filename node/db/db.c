#include "node/db/db.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/db_priv.h"

#define CONNECT_TIMEOUT_MS 3000
/* Then the server ends a session that nobody needs to keep. No round number: who asks every
 * half minute or minute should not come in the moment it is ended. */
#define IDLE_MS      37000
#define N_SENT_FIRST 64

const struct stmt db_begin = {"db_begin", "BEGIN"};
const struct stmt db_commit = {"db_commit", "COMMIT"};
const struct stmt db_rollback = {"db_rollback", "ROLLBACK"};
static const struct stmt db_probe = {"db_probe", "SELECT 1"};
static const struct stmt db_safety = {
    "db_safety",
    "SELECT name FROM pg_settings WHERE setting <> 'on' AND name IN "
    "('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')",
};
static const struct stmt *const own_rows[] = {&db_begin, &db_commit, &db_rollback, &db_probe,
                                              &db_safety};
static const struct stmt_table own_table = {own_rows, sizeof own_rows / sizeof own_rows[0]};

static struct known *known_slot(struct db *db, const struct stmt *stmt)
{
    size_t i = ((uintptr_t)stmt >> 4) * 0x9e3779b97f4a7c15u % db->known_cap;

    while (db->known[i].stmt != NULL && db->known[i].stmt != stmt)
        i = (i + 1) % db->known_cap;
    return &db->known[i];
}

struct known *db_known_find(struct db *db, const struct stmt *stmt)
{
    struct known *known;

    invariant(db->conf.pool == NULL, "%s: a handle has no session of its own", stmt->name);
    known = known_slot(db, stmt);
    invariant(known->stmt != NULL, "statement %s is in no table", stmt->name);
    return known;
}

static void know(struct db *db, const struct stmt_table *table)
{
    for (int i = 0; i < table->n; i++)
        *known_slot(db, table->rows[i]) =
            (struct known){table->rows[i], db_word_of(table->rows[i]->sql), PREPARED_NOT};
}

static enum err know_all(struct db *db, const struct stmt_table *tables, struct fail *why)
{
    int n = own_table.n;

    for (const struct stmt_table *t = tables; t != NULL && t->n > 0; t++)
        n += t->n;
    db->known_cap = 2 * (size_t)n + 1;
    db->known = calloc(db->known_cap, sizeof *db->known);
    if (db->known == NULL)
        return fail_set(why, ERR_NOMEM, "%d statements", n);
    know(db, &own_table);
    for (const struct stmt_table *t = tables; t != NULL && t->n > 0; t++)
        know(db, t);
    return ERR_OK;
}

void db_drop(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
    db->n_sent = 0;
    for (size_t i = 0; i < db->known_cap; i++)
        db->known[i].prepared = PREPARED_NOT;
}

/* Notices carry text of the server that may quote a value: only the code is said. */
static void on_notice(void *arg, const PGresult *res)
{
    struct db *db = arg;
    const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (sqlstate == NULL)
        sqlstate = "";
    if (db->is_commit_awaited && strcmp(sqlstate, "01000") == 0)
        db->is_commit_warned = true;
    log_warn("db.notice", L_TEXT("sqlstate", sqlstate));
}

/* Copies the first line of libpq's own words: about the socket and the role, never about data.
 */
static enum err fail_connect(struct db *db, struct fail *why)
{
    char text[160];

    snprintf(text, sizeof text, "%s", db->conn == NULL ? "" : PQerrorMessage(db->conn));
    text[strcspn(text, "\n")] = '\0';
    db_drop(db);
    return fail_set(why, ERR_UNAVAILABLE, "connect: %s", text[0] == '\0' ? "no answer" : text);
}

static bool finish_connecting(struct db *db)
{
    int64_t until_us = clock_mono_us() + CONNECT_TIMEOUT_MS * INT64_C(1000);
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;

    while (step != PGRES_POLLING_OK && step != PGRES_POLLING_FAILED) {
        struct pollfd p = {.fd = PQsocket(db->conn),
                           .events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int64_t left_ms = (until_us - clock_mono_us()) / 1000;

        if (p.fd < 0 || left_ms <= 0 || (poll(&p, 1, (int)left_ms) < 0 && errno != EINTR))
            return false;
        if (p.revents != 0)
            step = PQconnectPoll(db->conn);
    }
    return step == PGRES_POLLING_OK;
}

static enum err connect_now(struct db *db, struct fail *why)
{
    char options[256];
    const char *const names[] = {"host",    "dbname",  "user",       "application_name",
                                 "options", "sslmode", "gssencmode", "client_encoding",
                                 NULL};
    const char *const values[] = {
        db->conf.socket_dir, db->conf.name, db->conf.user, "ibasho", options,
        "disable",           "disable",     "UTF8",        NULL};

    /* What is said here beats what a role could have set for itself. */
    snprintf(options, sizeof options,
             "-c statement_timeout=%d -c client_min_messages=warning -c search_path=public"
             " -c synchronous_commit=on -c default_transaction_read_only=off"
             " -c idle_session_timeout=%d",
             db->conf.statement_timeout_ms, db->conf.is_one_session ? 0 : IDLE_MS);
    db->conn = PQconnectStartParams(names, values, 0);
    if (db->conn == NULL)
        return fail_set(why, ERR_NOMEM, "connection");
    /* From the first byte on: libpq's own receiver prints what the server says. */
    PQsetNoticeReceiver(db->conn, on_notice, db);
    if (!finish_connecting(db))
        return fail_connect(db, why);
    if (PQsetnonblocking(db->conn, 1) != 0 || PQenterPipelineMode(db->conn) != 1)
        return fail_connect(db, why);
    db->was_connected = true;
    return ERR_OK;
}

static enum err warn_if_unsafe(struct db *db, struct fail *why)
{
    struct db_args none = {.n = 0};
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, &db_safety, &none, &rows, why);

    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        log_warn("db.unsafe", L_SPAN("setting_off", db_bytes(rows, i, 0)));
    db_rows_free(&rows);
    return rc;
}

/* An idle connection whose other end is gone is found before anything is entrusted to it, so
 * that a restart of the server costs its readers nothing. */
static bool is_dead(struct db *db)
{
    struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

    for (int i = 0; i < 4 && poll(&p, 1, 0) == 1; i++) {
        if ((p.revents & (POLLHUP | POLLERR)) != 0 || PQconsumeInput(db->conn) != 1)
            return true;
        (void)PQisBusy(db->conn); /* parses what came: a notice, a changed setting */
    }
    return PQstatus(db->conn) != CONNECTION_OK;
}

enum err db_need_connection(struct db *db, struct fail *why)
{
    enum err rc;

    invariant(db->conf.pool == NULL, "%s: a handle has no session of its own", db->conf.name);
    if (db->conn != NULL && !db->in_tx && db->n_sent == 0 && is_dead(db))
        db_drop(db);
    if (db->conn != NULL)
        return ERR_OK;
    if (db->in_tx)
        return fail_set(why, ERR_UNAVAILABLE, "the transaction was lost with its connection");
    if (db->conf.is_one_session && db->was_connected)
        return fail_set(why, ERR_UNAVAILABLE, "the session was lost with its connection");
    rc = connect_now(db, why);
    return rc == ERR_OK ? warn_if_unsafe(db, why) : rc;
}

static enum err open_handle(const struct db_conf *conf, struct db **db_out, struct fail *why)
{
    struct db *session = NULL, *db = NULL;
    enum err rc = db_pool_take(conf->pool, &session, why);

    if (rc != ERR_OK)
        return rc;
    rc = db_need_connection(session, why);
    db_pool_give(conf->pool, session);
    if (rc == ERR_OK)
        db = calloc(1, sizeof *db);
    if (db == NULL)
        return rc != ERR_OK ? rc : fail_set(why, ERR_NOMEM, "connection");
    db->failed_at = -1;
    db->conf.pool = conf->pool;
    *db_out = db;
    return ERR_OK;
}

enum err db_open(const struct db_conf *conf, const struct stmt_table *tables,
                 struct db **db_out, struct fail *why)
{
    struct db *db = NULL;
    enum err rc = ERR_NOMEM;

    *db_out = NULL;
    if (conf->pool != NULL)
        return open_handle(conf, db_out, why);
    db = calloc(1, sizeof *db);
    if (db == NULL)
        return fail_set(why, ERR_NOMEM, "connection");
    db->failed_at = -1;
    db->conf = *conf;
    db->conf.socket_dir = db->texts[0] = strdup(conf->socket_dir);
    db->conf.user = db->texts[1] = strdup(conf->user);
    db->conf.name = db->texts[2] = strdup(conf->name);
    db->sent_cap = N_SENT_FIRST;
    db->sent = calloc(db->sent_cap, sizeof *db->sent);
    if (db->conf.socket_dir == NULL || db->conf.user == NULL || db->conf.name == NULL ||
        db->sent == NULL)
        fail_set(why, rc, "connection");
    else
        rc = know_all(db, tables, why);
    if (rc == ERR_OK)
        rc = db_need_connection(db, why);
    if (rc != ERR_OK) {
        db_close(&db);
        return rc;
    }
    *db_out = db;
    return ERR_OK;
}

void db_close(struct db **db)
{
    struct db *d = *db;

    if (d == NULL)
        return;
    if (d->conn != NULL)
        PQfinish(d->conn);
    free(d->known);
    free(d->sent);
    for (size_t i = 0; i < sizeof d->texts / sizeof d->texts[0]; i++)
        free(d->texts[i]);
    free(d);
    *db = NULL;
}

bool db_is_connected(const struct db *db)
{
    return db->conn != NULL;
}

bool db_is_in_transaction(const struct db *db)
{
    return db->in_tx;
}

int db_failed_at(const struct db *db)
{
    return db->failed_at;
}

bool db_is_healthy(struct db *db)
{
    struct db_args none = {.n = 0};

    return db_run(db, &db_probe, &none, NULL, NULL) == ERR_OK;
}

#include "node/db/db_wal.h"

#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"

#define CONFIRM_BYTES 34 /* 'r', written, flushed, applied, time, answer me */

struct db_wal {
    PGconn *conn;
    char *message; /* libpq's, of the last call */
};

static void u64_write(uint64_t v, uint8_t *out)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* What the server or libpq says, without a line break; never about rows. */
static enum err fail_conn(const struct db_wal *wal, const PGresult *res, struct fail *why)
{
    const char *state = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_SQLSTATE);
    char text[160];
    enum err rc = ERR_UNAVAILABLE;

    snprintf(text, sizeof text, "%s", PQerrorMessage(wal->conn));
    text[strcspn(text, "\n")] = '\0';
    if (state == NULL)
        state = "";
    if (strcmp(state, "42704") == 0 || strcmp(state, "55000") == 0 ||
        strcmp(state, "58P01") == 0)
        rc = ERR_NOT_FOUND; /* no slot, a slot given up, a segment removed */
    else if (strcmp(state, "55006") == 0)
        rc = ERR_BUSY;
    return fail_set(why, rc, "replication: %s %s", state, text);
}

static enum err identify(struct db_wal *wal, struct db_wal_system *out, struct fail *why)
{
    PGresult *res = PQexec(wal->conn, "IDENTIFY_SYSTEM");
    enum err rc = ERR_OK;

    if (PQresultStatus(res) != PGRES_TUPLES_OK || PQntuples(res) != 1 || PQnfields(res) < 3) {
        rc = fail_conn(wal, res, why);
    } else {
        snprintf(out->id, sizeof out->id, "%s", PQgetvalue(res, 0, 0));
        out->timeline = (uint32_t)strtoul(PQgetvalue(res, 0, 1), NULL, 10);
        if (!db_wal_place(span_text(PQgetvalue(res, 0, 2)), &out->flushed))
            rc = fail_set(why, ERR_PROTO, "IDENTIFY_SYSTEM");
    }
    PQclear(res);
    return rc;
}

static void on_notice(void *arg, const PGresult *res)
{
    (void)arg; /* libpq's own receiver would print what the server says */
    (void)res;
}

enum err db_wal_open(const char *socket_dir, const char *user, struct db_wal **wal_out,
                     struct db_wal_system *system_out, struct fail *why)
{
    const char *const names[] = {"host",    "user",       "replication", "application_name",
                                 "sslmode", "gssencmode", NULL};
    const char *const values[] = {socket_dir, user,      "true", "ibasho-archive",
                                  "disable",  "disable", NULL};
    struct db_wal *wal = calloc(1, sizeof *wal);
    enum err rc = ERR_OK;

    *wal_out = NULL;
    if (wal == NULL)
        return fail_set(why, ERR_NOMEM, "replication");
    wal->conn = PQconnectdbParams(names, values, 0);
    if (wal->conn == NULL)
        rc = fail_set(why, ERR_NOMEM, "replication");
    else if (PQstatus(wal->conn) != CONNECTION_OK)
        rc = fail_conn(wal, NULL, why);
    else
        PQsetNoticeReceiver(wal->conn, on_notice, NULL);
    if (rc == ERR_OK)
        rc = identify(wal, system_out, why);
    if (rc != ERR_OK)
        db_wal_close(&wal);
    *wal_out = wal;
    return rc;
}

void db_wal_close(struct db_wal **wal)
{
    if (*wal == NULL)
        return;
    PQfreemem((*wal)->message);
    PQfinish((*wal)->conn);
    free(*wal);
    *wal = NULL;
}

enum err db_wal_start(struct db_wal *wal, const char *slot, uint64_t from, uint32_t timeline,
                      struct fail *why)
{
    char sql[160], place[DB_WAL_TEXT_CAP];
    PGresult *res;
    enum err rc = ERR_OK;

    db_wal_text(from, place);
    snprintf(sql, sizeof sql, "START_REPLICATION SLOT \"%s\" PHYSICAL %s TIMELINE %" PRIu32,
             slot, place, timeline);
    res = PQexec(wal->conn, sql);
    if (PQresultStatus(res) != PGRES_COPY_BOTH)
        rc = fail_conn(wal, res, why);
    PQclear(res);
    return rc;
}

/* The copy has ended: why. */
static enum err ended(struct db_wal *wal, struct fail *why)
{
    PGresult *res = PQgetResult(wal->conn);
    enum err rc = fail_conn(wal, res, why);

    PQclear(res);
    return rc;
}

static enum err wait_for(struct db_wal *wal, int timeout_ms, int stop_fd, struct fail *why)
{
    struct pollfd fds[] = {{.fd = PQsocket(wal->conn), .events = POLLIN},
                           {.fd = stop_fd, .events = POLLIN}};
    int n = poll(fds, 2, timeout_ms);

    if (n < 0 && errno != EINTR)
        return fail_set(why, ERR_IO, "poll: errno %d", errno);
    if (n <= 0 || fds[0].revents == 0)
        return fail_set(why, ERR_TIMEOUT, "no word of the server");
    return PQconsumeInput(wal->conn) == 1 ? ERR_OK : fail_conn(wal, NULL, why);
}

enum err db_wal_next(struct db_wal *wal, int timeout_ms, int stop_fd,
                     struct db_wal_message *out, struct fail *why)
{
    int64_t until_us = clock_mono_us() + timeout_ms * INT64_C(1000);

    for (;;) {
        int64_t left_us = until_us - clock_mono_us();
        enum err rc;
        int n;

        PQfreemem(wal->message);
        wal->message = NULL;
        n = PQgetCopyData(wal->conn, &wal->message, 1);
        if (n > 0)
            return db_wal_parse(span_of(wal->message, (size_t)n), out, why);
        if (n < 0)
            return ended(wal, why);
        rc = wait_for(wal, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000), stop_fd, why);
        if (rc != ERR_OK)
            return rc;
    }
}

enum err db_wal_confirm(struct db_wal *wal, uint64_t received, uint64_t flushed, bool ask,
                        struct fail *why)
{
    uint8_t m[CONFIRM_BYTES] = {'r'};

    u64_write(received, m + 1);
    u64_write(flushed, m + 9);
    u64_write(0, m + 17);
    u64_write((uint64_t)(clock_utc_us() - WAL_EPOCH_US), m + 25);
    m[33] = ask;
    if (PQputCopyData(wal->conn, (const char *)m, sizeof m) != 1 || PQflush(wal->conn) < 0)
        return fail_conn(wal, NULL, why);
    return ERR_OK;
}

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "node/db/db_priv.h"

/* The server ends a statement by itself at its time-out; a server that has not even done that
 * so long after is taken for dead (SIGSTOP, a hung disk). */
#define GRACE_MS 5000

/* Sends what is buffered and reads until the next result is whole. ERR_UNAVAILABLE: the
 * connection broke (what came before may still hold a last word); ERR_TIMEOUT, ERR_IO: silence,
 * and asking libpq would wait for its end. */
static enum err wait_for_result(struct db *db)
{
    int wait_ms =
        db->conf.statement_timeout_ms > 0 ? db->conf.statement_timeout_ms + GRACE_MS : -1;

    for (;;) {
        int unsent = PQflush(db->conn);
        struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
        int n;

        if (!PQisBusy(db->conn) && unsent <= 0)
            return unsent == 0 ? ERR_OK : ERR_UNAVAILABLE;
        if (unsent < 0)
            return ERR_UNAVAILABLE;
        if (unsent == 1)
            p.events |= POLLOUT;
        n = poll(&p, 1, wait_ms);
        if (n == 0)
            return ERR_TIMEOUT;
        if (n < 0 && errno != EINTR)
            return ERR_IO;
        if (n > 0 && PQconsumeInput(db->conn) != 1)
            return ERR_UNAVAILABLE;
    }
}

/* Takes the next result off the connection: NULL ends one command's results. Never blocks:
 * after a break libpq answers at once. */
enum err db_next_result(struct db *db, PGresult **res_out)
{
    enum err rc = wait_for_result(db);

    *res_out = NULL;
    if (rc == ERR_TIMEOUT || rc == ERR_IO)
        return rc;
    *res_out = PQgetResult(db->conn);
    if (*res_out == NULL && PQstatus(db->conn) != CONNECTION_OK)
        return ERR_UNAVAILABLE;
    return ERR_OK;
}

/* What a failed result says, without any value: SQL texts of class 42 (syntax, unknown names)
 * name only our own identifiers. */
enum err db_fail_of(const PGresult *res, const char *name, struct fail *why)
{
    const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    bool is_plain = text != NULL && strncmp(sqlstate, "42", 2) == 0;

    return fail_set(why, db_err_of(sqlstate), "%s: SQLSTATE %s%s%s%s%s", name, sqlstate,
                    constraint == NULL ? "" : ", constraint ",
                    constraint == NULL ? "" : constraint, is_plain ? ": " : "",
                    is_plain ? text : "");
}

static enum err push_sent(struct db *db, struct known *known, bool is_prepare)
{
    if (db->n_sent == db->sent_cap) {
        struct sent *more = realloc(db->sent, 2 * db->sent_cap * sizeof *more);

        if (more == NULL)
            return ERR_NOMEM;
        db->sent = more;
        db->sent_cap *= 2;
    }
    db->sent[db->n_sent++] = (struct sent){known, is_prepare};
    return ERR_OK;
}

enum err db_send_prepare(struct db *db, struct known *known, struct fail *why)
{
    if (known->prepared != PREPARED_NOT)
        return ERR_OK;
    if (push_sent(db, known, true) != ERR_OK ||
        PQsendPrepare(db->conn, known->stmt->name, known->stmt->sql, 0, NULL) != 1)
        return fail_set(why, ERR_NOMEM, "%s: prepare", known->stmt->name);
    known->prepared = PREPARED_ASKED;
    return ERR_OK;
}

/* libpq copies the values into its buffer before this returns. */
enum err db_send_run(struct db *db, struct known *known, const struct db_args *args,
                     struct fail *why)
{
    const char *values[DB_ARGS_CAP];
    int lens[DB_ARGS_CAP], formats[DB_ARGS_CAP];

    for (int i = 0; i < args->n; i++) {
        values[i] = db_args_value(args, i);
        lens[i] = args->at[i].len;
        formats[i] = 1;
    }
    if (push_sent(db, known, false) != ERR_OK ||
        PQsendQueryPrepared(db->conn, known->stmt->name, args->n, values, lens, formats, 1) !=
            1)
        return fail_set(why, ERR_NOMEM, "%s: send", known->stmt->name);
    if (known->word == DB_WORD_BEGIN)
        db->in_tx = true;
    return ERR_OK;
}

bool db_ends_lost(struct db *db, enum db_word word, struct fail *why, enum err *rc_out)
{
    if (db->conn != NULL || !db->in_tx || (word != DB_WORD_ROLLBACK && word != DB_WORD_COMMIT))
        return false;
    db->in_tx = false;
    *rc_out = word == DB_WORD_ROLLBACK
                  ? ERR_OK
                  : fail_set(why, ERR_UNAVAILABLE, "the transaction was lost");
    return true;
}

enum err db_send(struct db *db, const struct stmt *stmt, const struct db_args *args,
                 struct fail *why)
{
    struct known *known = db_known_find(db, stmt);
    enum err rc = ERR_OK;

    if (db_ends_lost(db, known->word, why, &rc))
        return rc;
    rc = db_need_connection(db, why);
    if (rc == ERR_OK)
        rc = db_send_prepare(db, known, why);
    if (rc == ERR_OK)
        rc = db_send_run(db, known, args, why);
    /* Half a command in libpq's buffer can be neither taken back nor counted on. */
    if (rc == ERR_NOMEM)
        db_drop(db);
    return rc;
}

/* What reading the answers to a pipeline has found so far. */
struct settling {
    struct db_rows **rows_out; /* of the last statement */
    struct fail *why;
    size_t at;         /* index of the command whose answer is due; n_sent: the sync */
    int n_runs;        /* statements answered before it */
    enum err rc;       /* the first error the server itself told */
    size_t rc_at;      /* and its command */
    bool is_committed; /* COMMIT was confirmed */
};

static void settle_prepared(struct db *db, struct settling *s, enum prepared prepared)
{
    if (s->at < db->n_sent && db->sent[s->at].is_prepare)
        db->sent[s->at].known->prepared = prepared;
}

enum err db_commit_checked(struct db *db, PGresult *res, struct fail *why)
{
    if (strcmp(PQcmdStatus(res), "COMMIT") != 0)
        return fail_set(why, ERR_CONFLICT, "COMMIT of a failed transaction");
    if (db->is_commit_warned)
        return fail_set(why, ERR_UNCERTAIN, "the server warned that COMMIT may not last");
    return ERR_OK;
}

static void settle_ok(struct db *db, struct settling *s, PGresult *res)
{
    bool is_run = s->at < db->n_sent && !db->sent[s->at].is_prepare;

    settle_prepared(db, s, PREPARED_YES);
    if (is_run && db->sent[s->at].known->word == DB_WORD_COMMIT && s->rc == ERR_OK) {
        s->rc = db_commit_checked(db, res, s->why);
        s->rc_at = s->at;
        s->is_committed = s->rc == ERR_OK;
    }
    if (is_run && s->at + 1 == db->n_sent && s->rows_out != NULL)
        *s->rows_out = (struct db_rows *)(void *)res;
    else
        PQclear(res);
}

static void settle_error(struct db *db, struct settling *s, PGresult *res)
{
    const char *name = s->at < db->n_sent ? db->sent[s->at].known->stmt->name : "sync";

    settle_prepared(db, s, PREPARED_NOT);
    /* Without an SQLSTATE it is libpq's own finding that the connection broke: it says nothing
     * of what the server did. */
    if (s->rc == ERR_OK && PQresultErrorField(res, PG_DIAG_SQLSTATE) != NULL) {
        s->rc = db_fail_of(res, name, s->why);
        s->rc_at = s->at;
        db->failed_at = s->n_runs;
    }
    PQclear(res);
}

/* True when the answer to the sync, the last, has come. */
static bool settle_result(struct db *db, struct settling *s, PGresult *res)
{
    if (res == NULL) {
        if (s->at < db->n_sent && !db->sent[s->at].is_prepare)
            s->n_runs++;
        s->at++;
        return false;
    }
    switch (PQresultStatus(res)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(res);
        return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        settle_ok(db, s, res);
        return false;
    case PGRES_PIPELINE_ABORTED:
        settle_prepared(db, s, PREPARED_NOT);
        PQclear(res);
        return false;
    default: /* libpq's enum, not ours: everything else is an error here */
        settle_error(db, s, res);
        return false;
    }
}

static bool has_sent(const struct db *db, enum db_word word)
{
    for (size_t i = 0; i < db->n_sent; i++)
        if (!db->sent[i].is_prepare && db->sent[i].known->word == word)
            return true;
    return false;
}

/* The connection broke before the last answer: what may have happened nevertheless? An error
 * the server told of a command before COMMIT proves that COMMIT was never reached. */
static enum err settle_broken(struct db *db, struct settling *s, bool was_in_tx, enum err cause)
{
    bool is_before_end = s->rc != ERR_OK && s->rc_at < db->n_sent &&
                         db->sent[s->rc_at].known->word != DB_WORD_COMMIT;
    bool may_have_happened =
        !s->is_committed && !is_before_end &&
        (has_sent(db, DB_WORD_COMMIT) ||
         (!was_in_tx && !has_sent(db, DB_WORD_BEGIN) && has_sent(db, DB_WORD_WRITE)));
    bool is_ended = has_sent(db, DB_WORD_COMMIT) || has_sent(db, DB_WORD_ROLLBACK);

    db_drop(db);
    db->failed_at = -1;
    db->in_tx = db->in_tx && !is_ended;
    if (s->rows_out != NULL)
        db_rows_free(s->rows_out);
    if (s->is_committed)
        return ERR_OK;
    if (may_have_happened)
        return fail_set(s->why, ERR_UNCERTAIN, "the connection broke before the answer came");
    if (s->rc != ERR_OK)
        return s->rc;
    return fail_set(s->why, cause, "the connection broke");
}

enum err db_settle_into(struct db *db, struct db_rows **rows_out, struct fail *why)
{
    struct settling s = {.rows_out = rows_out, .why = why};
    bool was_in_tx = db->in_tx && !has_sent(db, DB_WORD_BEGIN), is_done = false;
    enum err cause = ERR_OK;

    db->is_commit_warned = false;
    if (PQpipelineSync(db->conn) != 1)
        cause = ERR_UNAVAILABLE;
    while (cause == ERR_OK && !is_done) {
        PGresult *res = NULL;

        db->is_commit_awaited = s.at < db->n_sent && !db->sent[s.at].is_prepare &&
                                db->sent[s.at].known->word == DB_WORD_COMMIT;
        cause = db_next_result(db, &res);
        if (cause == ERR_OK)
            is_done = settle_result(db, &s, res);
        if (cause == ERR_OK && !is_done && PQstatus(db->conn) != CONNECTION_OK)
            cause = ERR_UNAVAILABLE;
    }
    db->is_commit_awaited = false;
    if (cause != ERR_OK)
        return settle_broken(db, &s, was_in_tx, cause);
    db->n_sent = 0;
    db->in_tx = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
    if (s.rc != ERR_OK && rows_out != NULL)
        db_rows_free(rows_out);
    return s.rc;
}

enum err db_settle(struct db *db, struct fail *why)
{
    db->failed_at = -1;
    if (db->conn == NULL && db->in_tx)
        return fail_set(why, ERR_UNAVAILABLE, "the transaction was lost with its connection");
    return db->conn == NULL || db->n_sent == 0 ? ERR_OK : db_settle_into(db, NULL, why);
}

enum err db_prepare(struct db *db, const struct stmt *stmt, struct fail *why)
{
    struct known *known = db_known_find(db, stmt);
    enum err rc = db_need_connection(db, why);

    db->failed_at = -1;
    if (rc == ERR_OK)
        rc = db_send_prepare(db, known, why);
    if (rc == ERR_OK && db->n_sent > 0)
        rc = db_settle_into(db, NULL, why);
    return rc;
}

static enum err run_borrowed(struct db_pool *pool, const struct stmt *stmt,
                             const struct db_args *args, struct db_rows **rows_out,
                             struct fail *why)
{
    struct db *session = NULL;
    enum err rc = db_pool_take(pool, &session, why);

    if (rc != ERR_OK)
        return rc;
    rc = db_run(session, stmt, args, rows_out, why);
    invariant(!session->in_tx, "%s: a handle has no transactions", stmt->name);
    db_pool_give(pool, session);
    return rc;
}

enum err db_run(struct db *db, const struct stmt *stmt, const struct db_args *args,
                struct db_rows **rows_out, struct fail *why)
{
    enum err rc = ERR_OK;

    if (rows_out != NULL)
        *rows_out = NULL;
    if (db->conf.pool != NULL)
        return run_borrowed(db->conf.pool, stmt, args, rows_out, why);
    /* Who reads by tx or db hands over no db only together with a tx, and then never comes
     * here. */
    db->failed_at = -1; /* cppcheck-suppress ctunullpointer */
    if (db_ends_lost(db, db_known_find(db, stmt)->word, why, &rc))
        return rc;
    rc = db_send(db, stmt, args, why);
    return rc == ERR_OK ? db_settle_into(db, rows_out, why) : rc;
}

#include <libpq-fe.h>
#include <string.h>

#include "node/db/db_priv.h"

/* Reads every result of a simple query; the first error counts. */
static enum err exec_results(struct db *db, enum db_word word, enum err *cause_out,
                             struct fail *why)
{
    enum err rc = ERR_OK;
    PGresult *res = NULL;

    for (;;) {
        ExecStatusType status;

        *cause_out = db_next_result(db, &res);
        if (*cause_out != ERR_OK || res == NULL)
            return rc;
        status = PQresultStatus(res);
        if (status == PGRES_FATAL_ERROR && rc == ERR_OK &&
            PQresultErrorField(res, PG_DIAG_SQLSTATE) != NULL)
            rc = db_fail_of(res, "sql", why);
        else if (status == PGRES_COMMAND_OK && rc == ERR_OK && word == DB_WORD_COMMIT)
            rc = db_commit_checked(db, res, why);
        else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
            *cause_out = ERR_INVALID; /* has no place here and would wait for ever */
        PQclear(res);
        if (*cause_out != ERR_OK || PQstatus(db->conn) != CONNECTION_OK)
            break;
    }
    if (*cause_out == ERR_OK)
        *cause_out = ERR_UNAVAILABLE;
    return rc;
}

static enum err exec_broken(struct db *db, enum db_word word, enum err rc, enum err cause,
                            struct fail *why)
{
    bool was_in_tx = db->in_tx;

    db_drop(db);
    if (word == DB_WORD_COMMIT || word == DB_WORD_ROLLBACK)
        db->in_tx = false;
    if (word == DB_WORD_ROLLBACK)
        return ERR_OK; /* the server rolls back what it loses */
    if (word == DB_WORD_COMMIT || (word == DB_WORD_WRITE && !was_in_tx && rc == ERR_OK))
        return fail_set(why, ERR_UNCERTAIN, "the connection broke before the answer came");
    return rc != ERR_OK ? rc : fail_set(why, cause, "the connection broke");
}

enum err db_exec(struct db *db, const char *sql, struct fail *why)
{
    enum db_word word = db_word_of(sql);
    enum err rc = ERR_OK, cause = ERR_OK;

    db->failed_at = -1;
    if (db_ends_lost(db, word, why, &rc))
        return rc;
    rc = db_need_connection(db, why);
    if (rc == ERR_OK && db->n_sent > 0)
        rc = db_settle_into(db, NULL, why);
    /* ROLLBACK must get through after a statement that was queued before it has failed. */
    if (rc != ERR_OK && word != DB_WORD_ROLLBACK)
        return rc;
    if (db->conn == NULL) {
        db->in_tx = false;
        return ERR_OK;
    }
    db->is_commit_warned = false;
    db->is_commit_awaited = word == DB_WORD_COMMIT;
    if (PQexitPipelineMode(db->conn) != 1 || PQsendQuery(db->conn, sql) != 1)
        cause = ERR_UNAVAILABLE;
    rc = cause == ERR_OK ? exec_results(db, word, &cause, why) : ERR_OK;
    db->is_commit_awaited = false;
    if (cause == ERR_OK && PQenterPipelineMode(db->conn) != 1)
        cause = ERR_UNAVAILABLE;
    if (cause != ERR_OK)
        return exec_broken(db, word, rc, cause, why);
    db->in_tx = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
    return rc;
}

static enum err stream_results(struct db *db, const char *name,
                               enum err (*each)(const struct db_rows *row, void *arg,
                                                struct fail *why),
                               void *arg, enum err *cause_out, struct fail *why)
{
    enum err rc = ERR_OK;

    for (;;) {
        PGresult *res = NULL;
        ExecStatusType status;

        *cause_out = db_next_result(db, &res);
        if (*cause_out != ERR_OK)
            return rc;
        if (res == NULL)
            continue; /* the sync comes next */
        status = PQresultStatus(res);
        if (status == PGRES_SINGLE_TUPLE && rc == ERR_OK) {
            rc = each((const struct db_rows *)(const void *)res, arg, why);
            if (rc != ERR_OK && !db->in_tx)
                *cause_out = ERR_UNAVAILABLE;
        } else if (status == PGRES_FATAL_ERROR && rc == ERR_OK) {
            rc = PQresultErrorField(res, PG_DIAG_SQLSTATE) != NULL
                     ? db_fail_of(res, name, why)
                     : fail_set(why, ERR_UNAVAILABLE, "%s: the connection broke", name);
        }
        PQclear(res);
        if (PQstatus(db->conn) != CONNECTION_OK)
            *cause_out = ERR_UNAVAILABLE;
        if (*cause_out != ERR_OK || status == PGRES_PIPELINE_SYNC)
            return rc;
    }
}

static enum err
stream_borrowed(struct db_pool *pool, const struct stmt *stmt, const struct db_args *args,
                enum err (*each)(const struct db_rows *row, void *arg, struct fail *why),
                void *arg, struct fail *why)
{
    struct db *session = NULL;
    enum err rc = db_pool_take(pool, &session, why);

    if (rc != ERR_OK)
        return rc;
    rc = db_stream(session, stmt, args, each, arg, why);
    db_pool_give(pool, session);
    return rc;
}

enum err db_stream(struct db *db, const struct stmt *stmt, const struct db_args *args,
                   enum err (*each)(const struct db_rows *row, void *arg, struct fail *why),
                   void *arg, struct fail *why)
{
    struct known *known;
    enum err cause = ERR_OK, rc;

    if (db->conf.pool != NULL)
        return stream_borrowed(db->conf.pool, stmt, args, each, arg, why);
    known = db_known_find(db, stmt);
    /* Single-row mode holds for the command that is being answered: prepare on its own. */
    rc = db_prepare(db, stmt, why);
    if (rc == ERR_OK && db->n_sent > 0)
        rc = db_settle_into(db, NULL, why);
    if (rc != ERR_OK)
        return rc;
    rc = db_send_run(db, known, args, why);
    if (rc == ERR_OK && (PQpipelineSync(db->conn) != 1 || PQsetSingleRowMode(db->conn) != 1))
        rc = fail_set(why, ERR_NOMEM, "%s: row by row", stmt->name);
    if (rc != ERR_OK) {
        db_drop(db);
        return rc;
    }
    rc = stream_results(db, stmt->name, each, arg, &cause, why);
    db->n_sent = 0;
    if (cause != ERR_OK) {
        db_drop(db);
        return rc != ERR_OK ? rc : fail_set(why, cause, "%s: cut off", stmt->name);
    }
    db->in_tx = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
    return rc;
}

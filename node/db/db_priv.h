/* node/db/db_priv.h - what the files db*.c share; nobody else includes it. db.c connects,
 * db_run.c sends and settles pipelines, db_exec.c runs plain SQL and streams rows, db_pool.c
 * lends sessions to handles: those have conf.pool and nothing else of struct db. */
#ifndef NODE_DB_DB_PRIV_H
#define NODE_DB_DB_PRIV_H

#include "node/db/db.h"

struct pg_conn;   /* libpq's PGconn */
struct pg_result; /* libpq's PGresult */

enum db_word { DB_WORD_READ, DB_WORD_WRITE, DB_WORD_BEGIN, DB_WORD_COMMIT, DB_WORD_ROLLBACK };
enum prepared { PREPARED_NOT, PREPARED_ASKED, PREPARED_YES };

struct known { /* one statement of the tables */
    const struct stmt *stmt;
    enum db_word word;
    enum prepared prepared; /* on the present connection */
};

struct sent { /* one command on its way, in order */
    struct known *known;
    bool is_prepare;
};

struct db {
    struct db_conf conf;
    char *texts[3];       /* those of conf, owned */
    struct pg_conn *conn; /* NULL: away. Else always in pipeline mode, except inside db_exec */
    bool was_connected;
    bool in_tx;          /* with conn NULL: the transaction is lost */
    struct known *known; /* open addressing by the row's address */
    size_t known_cap;
    struct sent *sent;
    size_t n_sent, sent_cap;
    int failed_at;
    bool is_commit_awaited; /* the answer being read is COMMIT's */
    bool is_commit_warned;
};

/* What a statement does to a transaction, told by its first word. */
enum db_word db_word_of(const char *sql);
/* The table of db.h; sqlstate has five characters. */
enum err db_err_of(const char *sqlstate);
/* The bytes of $i+1, NULL for SQL NULL: also right after *args was copied. */
const char *db_args_value(const struct db_args *args, int i);

/* A session of the pool, the caller's until it is given back. Errors are db_open's. */
NODISCARD enum err db_pool_take(struct db_pool *pool, struct db **session_out,
                                struct fail *why);
void db_pool_give(struct db_pool *pool, struct db *session);

/* Reconnects if that is allowed; ERR_UNAVAILABLE when not, or not possible. */
NODISCARD enum err db_need_connection(struct db *db, struct fail *why);
/* Closes the connection; in_tx stays, so that a lost transaction is told. */
void db_drop(struct db *db);
struct known *db_known_find(struct db *db, const struct stmt *stmt);
/* ROLLBACK of a lost transaction is done already; COMMIT of one ends it, unsuccessfully. True
 * when this was the case: *rc_out is the answer. */
bool db_ends_lost(struct db *db, enum db_word word, struct fail *why, enum err *rc_out);

NODISCARD enum err db_send_prepare(struct db *db, struct known *known, struct fail *why);
NODISCARD enum err db_send_run(struct db *db, struct known *known, const struct db_args *args,
                               struct fail *why);
/* Settles what was sent; the rows of the last statement when rows_out is not NULL. */
NODISCARD enum err db_settle_into(struct db *db, struct db_rows **rows_out, struct fail *why);

/* Takes the next result off the connection: NULL ends one command's results. */
NODISCARD enum err db_next_result(struct db *db, struct pg_result **res_out);
/* The error of a failed result with an SQLSTATE. */
enum err db_fail_of(const struct pg_result *res, const char *name, struct fail *why);
/* COMMIT of a failed transaction "succeeds" with the tag ROLLBACK. */
NODISCARD enum err db_commit_checked(struct db *db, struct pg_result *res, struct fail *why);

#endif

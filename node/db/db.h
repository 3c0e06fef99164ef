/* node/db/db.h - PostgreSQL: connect, prepare statement rows, run. libpq is named in db.c and
 * db_rows.c. Parameters and results travel in binary. A struct db belongs to one thread at a
 * time.
 *
 * Nobody's session that does nothing for half a minute is ended by the server, whose memory for
 * it is a tenth of a node's (CARD-15); the next call opens another. A broken connection is
 * reopened by the next call outside a transaction; inside one the transaction is lost: every
 * call says ERR_UNAVAILABLE until ROLLBACK (which then succeeds). ERR_UNCERTAIN: the connection
 * broke while COMMIT, or a writing statement outside a transaction, was on its way (a statement
 * counts as reading when it begins with SELECT, VALUES or SHOW); also when the server warns
 * that a COMMIT may not last (SQLSTATE 01000).
 *
 * SQLSTATE becomes enum err: 23505 and 40xxx ERR_CONFLICT, other 23xxx and 22xxx ERR_INVALID,
 * 53100 ERR_NOSPACE, 53200 ERR_NOMEM, 57014 and 55P03 ERR_TIMEOUT, 57Pxx, 08xxx, 53300 and
 * 25006 ERR_UNAVAILABLE, 58030 ERR_IO, others ERR_INTERNAL. A message holds the statement's
 * name, the SQLSTATE and the constraint's name; no parameter value ever reaches a message or
 * log. */
#ifndef NODE_DB_DB_H
#define NODE_DB_DB_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/base/stmt.h"

struct db;
struct db_pool;
struct db_rows;

struct db_conf {
    const char *socket_dir;   /* directory of the cluster's unix socket */
    const char *user;         /* "ibasho_app" (least rights) or "ibasho" (owner: migrations) */
    const char *name;         /* database, "ibasho" */
    int statement_timeout_ms; /* of the server; 0 none */
    bool is_one_session;      /* never reopen: the session holds something, such as a lock */
    struct db_pool *pool;     /* NULL, or a session is borrowed for each call (db_pool.h) */
};

#define DB_ARGS_CAP 32
struct db_args {
    int n;
    struct {
        const void *p; /* NULL: SQL NULL */
        int len;
        uint8_t inline_bytes[16];
    } at[DB_ARGS_CAP];
};

/* Fill one after another, in the order of $1, $2, ... Text and bytes are borrowed until run. */
void db_args_init(struct db_args *args);
void db_arg_text(struct db_args *args, struct span text);
void db_arg_bytes(struct db_args *args, struct span bytes);
void db_arg_i64(struct db_args *args, int64_t v);       /* $n::bigint */
void db_arg_i32(struct db_args *args, int32_t v);       /* $n::integer */
void db_arg_bool(struct db_args *args, bool v);         /* $n::boolean */
void db_arg_id(struct db_args *args, struct id id);     /* $n::uuid; ID_NONE goes as NULL */
void db_arg_time(struct db_args *args, int64_t utc_us); /* $n::timestamptz */
void db_arg_null(struct db_args *args);

/* Usable on every connection without a row of its own. */
extern const struct stmt db_begin, db_commit, db_rollback;

/* tables: every feature's *_stmts, ended by {NULL, 0}, or NULL; a statement is prepared on a
 * connection when it first runs there (the server keeps every plan in memory). Running one that
 * is in no table is a broken invariant. Warns ("db.unsafe") when fsync, full_page_writes,
 * synchronous_commit or data_checksums is not on. */
NODISCARD enum err db_open(const struct db_conf *conf, const struct stmt_table *tables,
                           struct db **db_out, struct fail *why);
void db_close(struct db **db);
bool db_is_healthy(struct db *db); /* asks the server */

/* Only prepares: `make check-sql`. */
NODISCARD enum err db_prepare(struct db *db, const struct stmt *stmt, struct fail *why);
/* rows_out may be NULL when no row is wanted. The caller owns *rows_out. */
NODISCARD enum err db_run(struct db *db, const struct stmt *stmt, const struct db_args *args,
                          struct db_rows **rows_out, struct fail *why);
/* Plain SQL without parameters or results: BEGIN, COMMIT, LISTEN, migrations. */
NODISCARD enum err db_exec(struct db *db, const char *sql, struct fail *why);
/* Calls each for every row without holding them all (single-row mode): exports, verification.
 * each gets one row, numbered 0, and may not use db. Its error ends the stream and is returned;
 * outside a transaction the connection is then dropped rather than read to the end. */
NODISCARD enum err db_stream(struct db *db, const struct stmt *stmt, const struct db_args *args,
                             enum err (*each)(const struct db_rows *row, void *arg,
                                              struct fail *why),
                             void *arg, struct fail *why);
/* Pipelining (the writer's): db_send queues a statement without waiting, db_settle sends all
 * that is queued and reads every answer: the first error, if any, with the index of its
 * statement. */
NODISCARD enum err db_send(struct db *db, const struct stmt *stmt, const struct db_args *args,
                           struct fail *why);
NODISCARD enum err db_settle(struct db *db, struct fail *why);
/* Which of the statements sent since the last settling failed, counted from 0; -1: none did, or
 * it is not known (the connection broke). db_run settles what is queued before it, too: its own
 * statement is the last. */
int db_failed_at(const struct db *db);
bool db_is_connected(const struct db *db); /* as far as is known without asking */
bool db_is_in_transaction(const struct db *db);

/* One session for several calls, such as a transaction: of a handle (db_pool.h) a borrowed one,
 * else db itself. Given back when the transaction is over; not over is a broken invariant. */
NODISCARD enum err db_borrow(struct db *db, struct db **session_out, struct fail *why);
void db_give_back(struct db *db, struct db **session);

/* rows NULL: no rows. A NULL value reads as 0, false, ID_NONE or SPAN_NONE. A row or column
 * that is not there, or a value of another width, is a broken invariant. */
int db_rows_n(const struct db_rows *rows);
int db_rows_affected(const struct db_rows *rows);
void db_rows_free(struct db_rows **rows);
bool db_is_null(const struct db_rows *rows, int row, int column);
/* Borrowed until db_rows_free. */
struct span db_bytes(const struct db_rows *rows, int row, int column);
int64_t db_i64(const struct db_rows *rows, int row, int column); /* int2, int4, int8 */
bool db_bool(const struct db_rows *rows, int row, int column);
struct id db_id(const struct db_rows *rows, int row, int column); /* NULL: ID_NONE */
int64_t db_time(const struct db_rows *rows, int row, int column); /* UTC microseconds */

#endif

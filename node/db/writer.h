/* node/db/writer.h - the one thread that writes. It takes what queued up during its last
 * commit, runs it in one transaction and answers every poster after COMMIT: acknowledged means
 * durable. Operations run in the order of their posts. When one of a batch fails, the batch is
 * rolled back; those before it run again together, it runs again in a transaction of its own,
 * and those after it follow (after several failures each runs alone). So run() must be
 * repeatable: it may change nothing but the database. Audit leaves appended in a transaction
 * join the Merkle tree when it commits (node/db/audit.h).
 *
 * One writer per database: it holds an advisory lock, so that after a socket swap the new
 * program writes only when the old has finished. Until it has the connection, the lock and the
 * audit tree, and whenever the server is away, posts wait, each at most wait_cap_ms; then they
 * fail with ERR_UNAVAILABLE (ERR_NOSPACE when a full disk took the server down). A batch whose
 * connection broke before COMMIT was on its way is run again; an operation under which that
 * happens three times fails with ERR_UNAVAILABLE. */
#ifndef NODE_DB_WRITER_H
#define NODE_DB_WRITER_H

#include "node/db/db.h"

struct writer;
struct tx; /* valid inside run() only, on the writer's thread */
struct audit;

struct writer_conf {
    struct db_conf db;
    const struct stmt_table *tables;
    struct audit *audit;  /* may be NULL: no leaves */
    size_t n_waiting_cap; /* posts beyond are refused with ERR_BUSY */
    size_t n_batch_cap;
    int wait_cap_ms;         /* 0: 10,000 */
    const char *cluster_dir; /* PGDATA: tells a full disk from a dead server; may be NULL */
};

struct writer_op {
    /* Runs the operation's statements. An error rolls back this operation alone. */
    enum err (*run)(struct tx *tx, void *arg, struct fail *why);
    /* Told once, on the writer's thread, after COMMIT or final failure, in the order of the
     * posts. Must not block. ERR_UNCERTAIN: the answer to COMMIT was lost; look the client's id
     * up. why is never NULL; on ERR_OK its code is ERR_OK. */
    void (*done)(void *arg, enum err rc, const struct fail *why);
    void *arg;
};

/* Returns at once; a server that is away or a lock that is held does not fail it. conf's tables
 * and audit must outlive the writer. */
NODISCARD enum err writer_start(const struct writer_conf *conf, struct writer **writer_out,
                                struct fail *why);
/* Finishes what is queued (within wait_cap_ms), then stops. */
void writer_stop(struct writer **writer);
/* ERR_BUSY: n_waiting_cap posts wait already; ERR_UNAVAILABLE: stopping. done is then not told.
 */
NODISCARD enum err writer_post(struct writer *writer, const struct writer_op *op,
                               struct fail *why);
/* Posts and waits: for job threads, the command line and tests; never from a loop. */
NODISCARD enum err writer_wait(struct writer *writer,
                               enum err (*run)(struct tx *tx, void *arg, struct fail *why),
                               void *arg, struct fail *why);

/* Runs now and waits for the rows. */
NODISCARD enum err tx_run(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                          struct db_rows **rows_out, struct fail *why);
/* Queues; an error shows when the transaction settles and fails the operation that sent it. For
 * inserts whose result nobody reads. Text and bytes of args are copied. */
NODISCARD enum err tx_send(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                           struct fail *why);
struct arena *tx_arena(struct tx *tx); /* lives until done has been told */
struct audit *tx_audit(struct tx *tx); /* NULL when the writer has none */

struct writer_stats {
    uint64_t n_ops;           /* answered, n_failed of them not with ERR_OK */
    uint64_t n_batches;       /* transactions committed */
    uint64_t n_retried_alone; /* operations that ran again in a transaction of their own */
    uint64_t n_failed;
    size_t n_waiting; /* posted, not yet taken */
    bool is_ready;    /* holds connection and lock */
};
/* Any thread. */
void writer_stats_read(struct writer *writer, struct writer_stats *stats_out);

#define WRITER_STMTS_N 1
extern const struct stmt *const writer_stmts[WRITER_STMTS_N];

#endif

/* node/db/writer.h - the one thread that writes. It takes what queued up during its last
 * commit, runs it in one transaction and answers every poster after COMMIT: acknowledged means
 * durable. When an operation of a batch fails, the batch is rolled back and each runs again in
 * a transaction of its own, so run() must be repeatable: it may change nothing but the
 * database. Audit leaves appended in a transaction join the Merkle tree when it commits
 * (node/db/audit.h). One writer per database: it holds an advisory lock, so that after a socket
 * swap the new program writes only when the old has finished. */
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
};

struct writer_op {
    /* Runs the operation's statements. An error rolls back this operation alone. */
    enum err (*run)(struct tx *tx, void *arg, struct fail *why);
    /* Told once, on the writer's thread, after COMMIT or final failure. Must not block.
     * ERR_UNCERTAIN: the answer to COMMIT was lost; look the client's id up. */
    void (*done)(void *arg, enum err rc, const struct fail *why);
    void *arg;
};

NODISCARD enum err writer_start(const struct writer_conf *conf, struct writer **writer_out,
                                struct fail *why);
/* Finishes what is queued, then stops. */
void writer_stop(struct writer **writer);
NODISCARD enum err writer_post(struct writer *writer, const struct writer_op *op,
                               struct fail *why);
/* Posts and waits: for job threads, the command line and tests; never from a loop. */
NODISCARD enum err writer_wait(struct writer *writer,
                               enum err (*run)(struct tx *tx, void *arg, struct fail *why),
                               void *arg, struct fail *why);

/* Runs now and waits for the rows. */
NODISCARD enum err tx_run(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                          struct db_rows **rows_out, struct fail *why);
/* Queues; an error shows when the operation settles. For inserts whose result nobody reads.
 * Text and bytes of args are copied. */
NODISCARD enum err tx_send(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                           struct fail *why);
struct arena *tx_arena(struct tx *tx); /* lives until the operation's end */
struct audit *tx_audit(struct tx *tx);

struct writer_stats {
    uint64_t n_ops, n_batches, n_retried_alone, n_failed;
    size_t n_waiting;
};
void writer_stats_read(struct writer *writer, struct writer_stats *stats_out);

#endif

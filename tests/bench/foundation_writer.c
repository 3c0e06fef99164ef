/* foundation.writer: 100 posters, each waiting for its own commit, while every flush takes 5 ms
 * (commit_delay stands in for a slow disk): durable rows a second. Wall clock, but the flush
 * rules it. */
#include <pthread.h>
#include <stdatomic.h>

#include "node/base/clock.h"
#include "node/db/writer.h"
#include "tests/bench/bench.h"
#include "tests/bench/cluster.h"

#define N_POSTERS 100
#define RUN_US    3000000

struct poster {
    struct writer *writer;
    int64_t until_us;
    _Atomic long *n_rows;
    enum err rc;
};

static enum err insert_one(struct tx *tx, void *arg, struct fail *why)
{
    struct db_args args;

    (void)arg;
    db_args_init(&args);
    db_arg_id(&args, id_new());
    for (int i = 0; i < 3; i++)
        db_arg_bytes(&args,
                     SPAN("sixty-four bytes stand for one sealed name of a child, more or"));
    return tx_send(tx, &bench_insert, &args, why);
}

static void *post(void *arg)
{
    struct poster *p = arg;

    while (p->rc == ERR_OK && clock_mono_us() < p->until_us) {
        p->rc = writer_wait(p->writer, insert_one, NULL, NULL);
        if (p->rc == ERR_OK)
            atomic_fetch_add(p->n_rows, 1);
    }
    return NULL;
}

static enum err run_posters(struct writer *writer, double *rows_per_s_out, struct fail *why)
{
    static struct poster posters[N_POSTERS];
    static pthread_t threads[N_POSTERS];
    _Atomic long n_rows = 0;
    int64_t start_us = clock_mono_us();
    enum err rc = ERR_OK;

    for (int i = 0; i < N_POSTERS; i++) {
        posters[i] = (struct poster){writer, start_us + RUN_US, &n_rows, ERR_OK};
        if (pthread_create(&threads[i], NULL, post, &posters[i]) != 0)
            return fail_set(why, ERR_NOMEM, "poster %d", i);
    }
    for (int i = 0; i < N_POSTERS; i++) {
        pthread_join(threads[i], NULL);
        if (posters[i].rc != ERR_OK)
            rc = fail_set(why, posters[i].rc, "poster %d: %s", i, err_code(posters[i].rc));
    }
    *rows_per_s_out = (double)n_rows * 1e6 / (double)(clock_mono_us() - start_us);
    return rc;
}

BENCH(foundation_writer, "foundation.writer", "durable rows/s", 5000, false)
{
    struct db *owner = NULL;
    struct writer *writer = NULL;
    struct writer_conf conf = {.db = bench_db_conf("ibasho_app"),
                               .tables = bench_stmts,
                               .n_waiting_cap = 1024,
                               .n_batch_cap = 256};
    enum err rc = bench_db_open(&owner, why);

    if (rc == ERR_OK)
        rc = db_exec(owner, "ALTER ROLE ibasho_app SET commit_delay = 5000", why);
    if (rc == ERR_OK)
        rc = db_exec(owner, "ALTER ROLE ibasho_app SET commit_siblings = 0", why);
    if (rc == ERR_OK)
        rc = writer_start(&conf, &writer, why);
    if (rc == ERR_OK)
        rc = run_posters(writer, value_out, why);
    writer_stop(&writer);
    if (owner != NULL && db_exec(owner, "ALTER ROLE ibasho_app RESET ALL", NULL) != ERR_OK)
        rc = fail_set(why, ERR_IO, "the cluster did not take its settings back");
    db_close(&owner);
    return rc;
}

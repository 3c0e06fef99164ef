/* Nothing acknowledged is lost (reliability guide, section 3.3): posters write through the
 * writer while backends and the whole server are killed with -9; every operation has a UUID and
 * ends in the history as ok, fail or info (nobody knows). When the server is whole again: every
 * ok is there exactly once, no fail is there, an info may be there or not, and what one poster
 * got acknowledged stands in the order of its posts. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/db/writer.h"
#include "tests/integration/cluster_fixture.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"

#define N_POSTERS 8
#define N_ROUNDS  6
#define N_OPS_CAP 200000

static const struct stmt s_add = {
    "t_add",
    "INSERT INTO history (id, poster, turn) VALUES ($1::uuid, $2::integer, $3::integer)"};
static const struct stmt s_all = {"t_all",
                                  "SELECT id, poster, turn FROM history ORDER BY poster, n"};
static const struct stmt *const rows[] = {&s_add, &s_all};
static const struct stmt_table tables[] = {{rows, T_COUNT(rows)}, {NULL, 0}};

enum result { RESULT_NONE, RESULT_OK, RESULT_FAIL, RESULT_INFO };

struct op {
    struct id id;
    int poster, turn;
    enum result result;
    enum err rc;
    int n_found;
};

struct poster {
    struct writer *writer;
    struct op *ops; /* one a turn */
    pthread_t thread;
    int number, n;
};

static _Atomic bool is_over;

static enum err add(struct tx *tx, void *arg, struct fail *why)
{
    const struct op *op = arg;
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, op->id);
    db_arg_i32(&args, op->poster);
    db_arg_i32(&args, op->turn);
    /* Both ways of running a statement take their share of the kills. */
    return op->turn % 4 == 0 ? tx_run(tx, &s_add, &args, NULL, why)
                             : tx_send(tx, &s_add, &args, why);
}

static void *post(void *arg)
{
    struct poster *p = arg;

    while (!atomic_load(&is_over) && p->n < N_OPS_CAP / N_POSTERS) {
        struct op *op = &p->ops[p->n];

        *op = (struct op){.id = id_new(), .poster = p->number, .turn = p->n++};
        op->rc = writer_wait(p->writer, add, op, NULL);
        op->result = op->rc == ERR_OK          ? RESULT_OK
                     : op->rc == ERR_UNCERTAIN ? RESULT_INFO
                                               : RESULT_FAIL;
    }
    return NULL;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static void storm(struct cluster_fixture *own)
{
    unsigned seed = (unsigned)clock_mono_us();

    printf("  storm seed %u\n", seed);
    for (int round = 0; round < N_ROUNDS; round++) {
        pause_ms(200 + (int)((unsigned)rand_r(&seed) % 600));
        if (round % 2 == 0) {
            cluster_fixture_kill_backend(own, "ibasho_app");
            pause_ms(1500); /* the server ends all others and recovers by itself */
        } else {
            cluster_fixture_kill(own);
            pause_ms((int)((unsigned)rand_r(&seed) % 300));
            cluster_fixture_restart(own);
        }
    }
    pause_ms(500);
    atomic_store(&is_over, true);
}

struct check {
    struct poster *posters;
    int last_turn[N_POSTERS]; /* of the rows, in the order of their insertion */
    int n_strange, n_disordered;
};

static enum err check_row(const struct db_rows *row, void *arg, struct fail *why)
{
    struct check *c = arg;
    int64_t poster = db_i64(row, 0, 1), turn = db_i64(row, 0, 2);
    struct op *op;

    (void)why;
    if (poster < 0 || poster >= N_POSTERS || turn < 0 || turn >= c->posters[poster].n) {
        c->n_strange++;
        return ERR_OK;
    }
    op = &c->posters[poster].ops[turn];
    c->n_strange += !id_eq(op->id, db_id(row, 0, 0));
    op->n_found++;
    c->n_disordered += turn <= c->last_turn[poster];
    c->last_turn[poster] = (int)turn;
    return ERR_OK;
}

static void check_history(struct poster *posters, struct db *db)
{
    static const struct db_args none = {.n = 0};
    struct check c = {.posters = posters};
    int n[4] = {0}, n_lost = 0, n_doubled = 0, n_ghosts = 0, n_info_there = 0;

    for (int i = 0; i < N_POSTERS; i++)
        c.last_turn[i] = -1;
    T_EQ(db_stream(db, &s_all, &none, check_row, &c, NULL), ERR_OK, "read back");
    for (int i = 0; i < N_POSTERS; i++)
        for (int k = 0; k < posters[i].n; k++) {
            const struct op *op = &posters[i].ops[k];

            n[op->result]++;
            n_lost += op->result == RESULT_OK && op->n_found == 0;
            n_doubled += op->n_found > 1;
            n_ghosts += op->result == RESULT_FAIL && op->n_found > 0;
            n_info_there += op->result == RESULT_INFO && op->n_found > 0;
        }
    printf("  %d ok, %d fail, %d info of which %d are there\n", n[RESULT_OK], n[RESULT_FAIL],
           n[RESULT_INFO], n_info_there);
    T_OK(n[RESULT_OK] > 500, "the storm hit a running system");
    T_EQ(n[RESULT_NONE], 0, "every operation was told");
    T_EQ(n_lost, 0, "acknowledged and lost");
    T_EQ(n_doubled, 0, "there twice");
    T_EQ(n_ghosts, 0, "failed, yet there");
    T_EQ(c.n_strange, 0, "rows nobody posted");
    T_EQ(c.n_disordered, 0, "rows out of their poster's order");
}

T_CASE(writer_storm_loses_nothing_acknowledged)
{
    static struct poster posters[N_POSTERS];
    struct cluster_fixture own = {.dir = ""};
    struct writer *writer = NULL;
    struct db *db = NULL;
    struct db_conf conf;

    cluster_fixture_start(&own, NULL, NULL);
    db_fixture_exec_at(own.sockets, "ibasho",
                       "CREATE TABLE history (id uuid PRIMARY KEY, poster integer NOT NULL,"
                       " turn integer NOT NULL, n bigserial);"
                       "GRANT ALL ON history TO ibasho_app;"
                       "GRANT ALL ON SEQUENCE history_n_seq TO ibasho_app");
    conf = (struct db_conf){.socket_dir = own.sockets, .user = "ibasho_app", .name = "ibasho"};
    T_EQ(writer_start(
             &(struct writer_conf){
                 .db = conf, .tables = tables, .n_waiting_cap = 64, .n_batch_cap = 64},
             &writer, NULL),
         ERR_OK, "start");
    for (int i = 0; i < N_POSTERS; i++) {
        posters[i] = (struct poster){.writer = writer, .number = i};
        posters[i].ops = calloc(N_OPS_CAP / N_POSTERS, sizeof(struct op));
        T_EQ(pthread_create(&posters[i].thread, NULL, post, &posters[i]), 0, "thread");
    }
    storm(&own);
    for (int i = 0; i < N_POSTERS; i++)
        pthread_join(posters[i].thread, NULL);
    writer_stop(&writer);
    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, "open");
    check_history(posters, db);
    db_close(&db);
    for (int i = 0; i < N_POSTERS; i++)
        free(posters[i].ops);
    cluster_fixture_stop(&own);
}

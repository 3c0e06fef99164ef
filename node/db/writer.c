#include "node/db/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/audit.h"

#define WAIT_CAP_MS     10000
#define LOCK_POLL_MS    20
#define CONNECT_POLL_MS 100
#define N_TRIES_A_LINE  100
#define ARENA_BYTES     16384
/* After so many failures in one batch its operations run alone: a batch must not be rolled back
 * again and again for a poster who sends nothing but rubbish. */
#define N_SPLITS_CAP 8
#define N_CUTS_CAP   3
/* PostgreSQL stops when it cannot make the next WAL segment (1 MB); some room may come free
 * before we look. */
#define DISK_FULL_BYTES (8u << 20)
#define NONE            SIZE_MAX

struct post {
    struct writer_op op;
    int64_t until_mono_us;
};

struct item { /* one operation taken from the mailbox */
    struct writer_op op;
    int64_t until_mono_us;
    int n_cuts; /* the connection broke while it was running */
    bool is_answered;
};

struct writer { /* the thread's own, but for mbox and the atomics */
    struct writer_conf conf;
    struct stmt_table *tables; /* conf's and the writer's own */
    struct mbox *mbox;
    pthread_t thread;
    struct db *db; /* NULL: away */
    bool is_ready; /* connection, lock and audit tree are there */
    enum err away_code;
    int n_tries; /* to get ready, since it last was */
    struct arena *arena;
    struct post *posts;
    struct item *items; /* taken and not yet answered, oldest first */
    size_t n_items;
    size_t *sent_of; /* whose each statement is that was sent since the last settling */
    size_t n_sent, sent_cap;
    int n_splits;
    _Atomic uint64_t n_ops, n_batches, n_retried_alone, n_failed;
    _Atomic bool is_ready_shown;
};

struct tx {
    struct writer *writer;
    size_t item;
    enum err rc; /* of the first statement that failed; the transaction is then lost */
    size_t failed_item;
};

/* "ibashowr" as a number: nobody else's lock. */
static const struct stmt writer_lock = {
    "writer_lock", "SELECT pg_try_advisory_lock(x'69626173686f7772'::bigint)"};
const struct stmt *const writer_stmts[WRITER_STMTS_N] = {&writer_lock};

/* ---- statements of an operation ---- */

static enum err note_sent(struct tx *tx, struct fail *why)
{
    struct writer *w = tx->writer;

    if (w->n_sent == w->sent_cap) {
        size_t cap = w->sent_cap == 0 ? 256 : 2 * w->sent_cap;
        size_t *more = realloc(w->sent_of, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu statements", cap);
        w->sent_of = more;
        w->sent_cap = cap;
    }
    w->sent_of[w->n_sent++] = tx->item;
    return ERR_OK;
}

/* Remembers the first failure and whose statement it was. */
static enum err settled(struct tx *tx, enum err rc)
{
    struct writer *w = tx->writer;
    int at = db_failed_at(w->db);

    if (rc != ERR_OK && tx->rc == ERR_OK) {
        tx->rc = rc;
        tx->failed_item = at >= 0 && (size_t)at < w->n_sent ? w->sent_of[at] : NONE;
    }
    w->n_sent = 0;
    return rc;
}

static enum err lost(struct tx *tx, struct fail *why)
{
    return fail_set(why, tx->rc, "a statement of this transaction failed before");
}

enum err tx_run(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                struct db_rows **rows_out, struct fail *why)
{
    enum err rc;

    if (rows_out != NULL)
        *rows_out = NULL;
    if (tx->rc != ERR_OK)
        return lost(tx, why);
    rc = note_sent(tx, why);
    if (rc != ERR_OK)
        return rc;
    return settled(tx, db_run(tx->writer->db, stmt, args, rows_out, why));
}

enum err tx_send(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                 struct fail *why)
{
    enum err rc;

    if (tx->rc != ERR_OK)
        return lost(tx, why);
    rc = note_sent(tx, why);
    if (rc != ERR_OK)
        return rc;
    rc = db_send(tx->writer->db, stmt, args, why);
    return rc == ERR_OK ? rc : settled(tx, rc);
}

struct arena *tx_arena(struct tx *tx)
{
    return tx->writer->arena;
}

struct audit *tx_audit(struct tx *tx)
{
    return tx->writer->conf.audit;
}

/* ---- one transaction ---- */

static void answer(struct writer *w, struct item *item, enum err rc, const struct fail *why)
{
    struct fail told = {.code = ERR_OK};

    if (rc != ERR_OK && (why == NULL || why->code != rc))
        fail_set(&told, rc, "the operation failed");
    else if (rc != ERR_OK)
        told = *why;
    item->is_answered = true;
    atomic_fetch_add(&w->n_ops, 1);
    if (rc != ERR_OK)
        atomic_fetch_add(&w->n_failed, 1);
    item->op.done(item->op.arg, rc, &told);
}

static void answer_range(struct writer *w, size_t from, size_t to, enum err rc,
                         const struct fail *why)
{
    for (size_t i = from; i < to; i++)
        answer(w, &w->items[i], rc, why);
}

/* A server that a full disk took down rarely has the time to say so. */
static bool is_disk_full(const struct writer *w)
{
    struct statvfs disk;

    return w->conf.cluster_dir != NULL && statvfs(w->conf.cluster_dir, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < DISK_FULL_BYTES;
}

static void away(struct writer *w, enum err code)
{
    db_close(&w->db);
    w->is_ready = false;
    atomic_store(&w->is_ready_shown, false);
    w->away_code = code == ERR_NOSPACE || is_disk_full(w) ? ERR_NOSPACE : ERR_UNAVAILABLE;
}

static enum err run_ops(struct tx *tx, size_t from, size_t to, struct fail *why)
{
    struct writer *w = tx->writer;

    for (size_t i = from; i < to; i++) {
        struct item *item = &w->items[i];
        enum err rc;

        tx->item = i;
        rc = item->op.run(tx, item->op.arg, why);
        if (tx->rc != ERR_OK) /* also when run() thought nothing of it: COMMIT would fail */
            return tx->rc;
        if (rc != ERR_OK) {
            tx->failed_item = i;
            return rc;
        }
    }
    tx->item = NONE;
    return ERR_OK;
}

/* ERR_OK: committed. ERR_UNCERTAIN: nobody knows. Else nothing was done: *failed_out is the
 * operation at fault, NONE when none is known. */
static enum err attempt(struct writer *w, size_t from, size_t to, size_t *failed_out,
                        struct fail *why)
{
    static const struct db_args none = {.n = 0};
    struct tx tx = {.writer = w, .item = NONE, .failed_item = NONE};
    enum err rc;

    w->n_sent = 0;
    if (w->conf.audit != NULL)
        audit_tx_begin(w->conf.audit);
    rc = tx_send(&tx, &db_begin, &none, why);
    if (rc == ERR_OK)
        rc = run_ops(&tx, from, to, why);
    if (rc == ERR_OK && w->conf.audit != NULL) {
        rc = settled(&tx, db_settle(w->db, why));
        if (rc == ERR_OK)
            audit_tx_committing(w->conf.audit);
    }
    if (rc == ERR_OK)
        rc = tx_run(&tx, &db_commit, &none, NULL, why);
    *failed_out = tx.failed_item;
    if (rc == ERR_OK) {
        if (w->conf.audit != NULL)
            audit_tx_committed(w->conf.audit);
        return ERR_OK;
    }
    if (rc == ERR_UNCERTAIN)
        return rc; /* the tree is loaded anew */
    if (db_exec(w->db, "ROLLBACK", NULL) != ERR_OK)
        db_close(&w->db);
    if (w->conf.audit != NULL)
        audit_tx_rolled_back(w->conf.audit);
    return rc;
}

/* The connection broke before COMMIT: nothing was done, so all may run again, once there is a
 * server. Not those that were there too often: one of them may be what kills it. */
static void cut(struct writer *w, size_t from, size_t to, enum err rc, const struct fail *why)
{
    log_warn("writer.cut", L_INT("n", to - from), L_FAIL(why));
    away(w, rc);
    for (size_t i = from; i < to; i++)
        if (rc == ERR_NOSPACE)
            answer(w, &w->items[i], rc, why);
        else if (++w->items[i].n_cuts >= N_CUTS_CAP)
            answer(w, &w->items[i], w->away_code, NULL);
}

static bool is_suspect(const struct writer *w, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (w->items[i].n_cuts > 0)
            return true;
    return false;
}

static void run_range(struct writer *w, size_t from, size_t to);

static void run_each_alone(struct writer *w, size_t from, size_t to)
{
    for (size_t i = from; i < to && w->is_ready; i++) {
        atomic_fetch_add(&w->n_retried_alone, 1);
        run_range(w, i, i + 1);
    }
}

/* Answers every operation of the range, unless the connection breaks before. */
static void run_range(struct writer *w, size_t from, size_t to)
{
    while (from < to && w->is_ready) {
        struct fail why = {.code = ERR_OK};
        size_t failed = NONE;
        enum err rc = attempt(w, from, to, &failed, &why);

        if (rc == ERR_OK) {
            atomic_fetch_add(&w->n_batches, 1);
            answer_range(w, from, to, ERR_OK, NULL);
            return;
        }
        if (rc == ERR_UNCERTAIN) {
            log_warn("writer.uncertain", L_INT("n", to - from), L_FAIL(&why));
            answer_range(w, from, to, rc, &why);
            away(w, rc);
            return;
        }
        if (w->db == NULL || !db_is_connected(w->db)) {
            cut(w, from, to, rc, &why);
            return;
        }
        if (to - from == 1) {
            answer(w, &w->items[from], rc, &why);
            return;
        }
        if (failed == NONE || ++w->n_splits > N_SPLITS_CAP) {
            run_each_alone(w, from, to);
            return;
        }
        run_range(w, from, failed);
        run_each_alone(w, failed, failed + 1);
        from = failed + 1;
    }
}

static void drop_answered(struct writer *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_items; i++)
        if (!w->items[i].is_answered)
            w->items[n++] = w->items[i];
    w->n_items = n;
}

static void run_items(struct writer *w)
{
    w->n_splits = 0;
    if (is_suspect(w, 0, w->n_items))
        run_each_alone(w, 0, w->n_items);
    else
        run_range(w, 0, w->n_items);
    drop_answered(w);
    arena_reset(w->arena);
}

/* ---- getting ready ---- */

static enum err take_lock(struct db *db, bool *got_out, struct fail *why)
{
    struct db_args none = {.n = 0};
    struct db_rows *got = NULL;
    enum err rc = db_run(db, &writer_lock, &none, &got, why);

    *got_out = rc == ERR_OK && db_bool(got, 0, 0);
    db_rows_free(&got);
    return rc;
}

/* Returns how long to wait before the next try; 0: ready. */
static int get_ready(struct writer *w)
{
    struct fail why = {.code = ERR_OK};
    bool has_lock = false;
    enum err rc = ERR_OK;

    if (w->db == NULL)
        rc = db_open(&w->conf.db, w->tables, &w->db, &why);
    if (rc == ERR_OK)
        rc = take_lock(w->db, &has_lock, &why);
    if (rc == ERR_OK && !has_lock)
        return LOCK_POLL_MS;
    if (rc == ERR_OK && w->conf.audit != NULL)
        rc = audit_load(w->conf.audit, w->db, &why);
    if (rc != ERR_OK) {
        if (w->n_tries++ % N_TRIES_A_LINE == 0)
            log_warn("writer.away", L_FAIL(&why));
        db_close(&w->db);
        return CONNECT_POLL_MS;
    }
    w->is_ready = true;
    w->n_tries = 0;
    w->away_code = ERR_UNAVAILABLE;
    atomic_store(&w->is_ready_shown, true);
    log_info("writer.ready", L_NONE);
    return 0;
}

static void fail_overdue(struct writer *w)
{
    int64_t now_us = clock_mono_us();
    struct fail why;

    if (is_disk_full(w))
        w->away_code = ERR_NOSPACE;
    fail_set(&why, w->away_code, "the database is away");
    for (size_t i = 0; i < w->n_items; i++)
        if (w->items[i].until_mono_us <= now_us)
            answer(w, &w->items[i], w->away_code, &why);
    drop_answered(w);
}

/* Adds to what is taken and not yet answered. */
static void take_posts(struct writer *w, int wait_ms)
{
    size_t n = mbox_take(w->mbox, w->posts, w->conf.n_batch_cap - w->n_items, wait_ms);

    for (size_t i = 0; i < n; i++)
        w->items[w->n_items++] =
            (struct item){.op = w->posts[i].op, .until_mono_us = w->posts[i].until_mono_us};
}

static void pause_ms(int ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&t, NULL);
}

static void *run_writer(void *arg)
{
    struct writer *w = arg;
    int wait_ms = 0;

    for (;;) {
        if (!w->is_ready)
            wait_ms = get_ready(w);
        if (w->n_items == 0)
            take_posts(w, w->is_ready ? -1 : wait_ms);
        else if (!w->is_ready)
            pause_ms(wait_ms);
        take_posts(w, 0); /* what came while waiting belongs to the same batch */
        if (w->n_items == 0 && mbox_is_done(w->mbox))
            break;
        if (w->is_ready)
            run_items(w);
        else
            fail_overdue(w);
    }
    db_close(&w->db);
    return NULL;
}

/* ---- the outside ---- */

static enum err copy_tables(struct writer *w, struct fail *why)
{
    int n = 0;

    while (w->conf.tables != NULL && w->conf.tables[n].n > 0)
        n++;
    w->tables = calloc((size_t)n + 2, sizeof *w->tables);
    if (w->tables == NULL)
        return fail_set(why, ERR_NOMEM, "writer");
    for (int i = 0; i < n; i++)
        w->tables[i] = w->conf.tables[i];
    w->tables[n] = (struct stmt_table){writer_stmts, WRITER_STMTS_N};
    return ERR_OK;
}

static void destroy(struct writer *w)
{
    mbox_destroy(&w->mbox);
    arena_destroy(&w->arena);
    free(w->tables);
    free(w->posts);
    free(w->items);
    free(w->sent_of);
    free(w);
}

/* Signals are for the main thread. */
static enum err start_thread(struct writer *w, struct fail *why)
{
    sigset_t all, before;
    int e;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    e = pthread_create(&w->thread, NULL, run_writer, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e == 0 ? ERR_OK : fail_set(why, ERR_NOMEM, "the writer's thread");
}

enum err writer_start(const struct writer_conf *conf, struct writer **writer_out,
                      struct fail *why)
{
    struct writer *w = calloc(1, sizeof *w);
    enum err rc;

    *writer_out = NULL;
    if (w == NULL)
        return fail_set(why, ERR_NOMEM, "writer");
    w->conf = *conf;
    w->conf.db.is_one_session = true; /* a new session would not hold the lock */
    w->away_code = ERR_UNAVAILABLE;
    if (w->conf.wait_cap_ms == 0)
        w->conf.wait_cap_ms = WAIT_CAP_MS;
    w->posts = calloc(conf->n_batch_cap, sizeof *w->posts);
    w->items = calloc(conf->n_batch_cap, sizeof *w->items);
    rc = copy_tables(w, why);
    if (rc == ERR_OK && (w->posts == NULL || w->items == NULL))
        rc = fail_set(why, ERR_NOMEM, "writer of %zu", conf->n_batch_cap);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct post), conf->n_waiting_cap, &w->mbox, why);
    if (rc == ERR_OK)
        rc = arena_create(ARENA_BYTES, &w->arena, why);
    if (rc == ERR_OK)
        rc = start_thread(w, why);
    if (rc != ERR_OK) {
        destroy(w);
        return rc;
    }
    *writer_out = w;
    return ERR_OK;
}

void writer_stop(struct writer **writer)
{
    struct writer *w = *writer;

    if (w == NULL)
        return;
    mbox_close(w->mbox);
    pthread_join(w->thread, NULL);
    destroy(w);
    *writer = NULL;
}

enum err writer_post(struct writer *w, const struct writer_op *op, struct fail *why)
{
    struct post post = {.op = *op,
                        .until_mono_us = clock_mono_us() + (int64_t)w->conf.wait_cap_ms * 1000};

    return mbox_post(w->mbox, &post, why);
}

struct waiting {
    enum err (*run)(struct tx *tx, void *arg, struct fail *why);
    void *arg;
    struct mbox *reply; /* of one struct told */
};

struct told {
    enum err rc;
    struct fail why;
};

static enum err run_waiting(struct tx *tx, void *arg, struct fail *why)
{
    struct waiting *waiting = arg;

    return waiting->run(tx, waiting->arg, why);
}

static void wake_waiting(void *arg, enum err rc, const struct fail *why)
{
    struct waiting *waiting = arg;
    struct told told = {rc, *why};
    enum err posted = mbox_post(waiting->reply, &told, NULL);

    invariant(posted == ERR_OK, "a reply box holds one reply");
}

enum err writer_wait(struct writer *w,
                     enum err (*run)(struct tx *tx, void *arg, struct fail *why), void *arg,
                     struct fail *why)
{
    struct waiting waiting = {run, arg, NULL};
    struct writer_op op = {run_waiting, wake_waiting, &waiting};
    struct told told = {.rc = ERR_OK};
    enum err rc;

    invariant(!pthread_equal(pthread_self(), w->thread), "the writer waits for itself");
    rc = mbox_create(sizeof told, 1, &waiting.reply, why);
    if (rc == ERR_OK)
        rc = writer_post(w, &op, why);
    if (rc == ERR_OK) {
        mbox_take(waiting.reply, &told, 1, -1);
        rc = told.rc;
        if (why != NULL)
            *why = told.why;
    }
    mbox_destroy(&waiting.reply);
    return rc;
}

void writer_stats_read(struct writer *w, struct writer_stats *stats_out)
{
    *stats_out = (struct writer_stats){
        .n_ops = atomic_load(&w->n_ops),
        .n_batches = atomic_load(&w->n_batches),
        .n_retried_alone = atomic_load(&w->n_retried_alone),
        .n_failed = atomic_load(&w->n_failed),
        .n_waiting = mbox_n_waiting(w->mbox),
        .is_ready = atomic_load(&w->is_ready_shown),
    };
}

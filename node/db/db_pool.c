#include "node/db/db_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "node/db/db_priv.h"

/* A statement of those who share takes less than a millisecond, on a busy machine some dozens.
 * Two that meet are no reason for a second session, which would live for half a minute; and
 * nobody who shares is waited for so closely. */
#define PATIENCE_MS 250
#define IDLE_CAP    32 /* what comes back above it is closed */

struct db_pool {
    struct db_conf conf;
    const struct stmt_table *tables;
    pthread_mutex_t lock; /* over the rest */
    pthread_cond_t back;
    struct db *idle[IDLE_CAP]; /* the last one goes out next */
    int n_idle, n_out;
};

enum err db_pool_create(const struct db_conf *conf, const struct stmt_table *tables,
                        struct db_pool **pool_out, struct fail *why)
{
    struct db_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t attr;

    *pool_out = NULL;
    if (pool == NULL)
        return fail_set(why, ERR_NOMEM, "sessions that are shared");
    invariant(conf->pool == NULL && !conf->is_one_session, "a pool of %s", conf->name);
    pool->conf = *conf;
    pool->tables = tables;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->back, &attr);
    pthread_condattr_destroy(&attr);
    *pool_out = pool;
    return ERR_OK;
}

void db_pool_destroy(struct db_pool **pool)
{
    struct db_pool *p = *pool;

    if (p == NULL)
        return;
    invariant(p->n_out == 0, "%d sessions are out", p->n_out);
    for (int i = 0; i < p->n_idle; i++)
        db_close(&p->idle[i]);
    pthread_cond_destroy(&p->back);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *pool = NULL;
}

static struct timespec patience_end(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += PATIENCE_MS * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static void note_back(struct db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->n_out--;
    pthread_mutex_unlock(&pool->lock);
}

enum err db_pool_take(struct db_pool *pool, struct db **session_out, struct fail *why)
{
    const struct timespec until = patience_end();
    int waited = 0;
    enum err rc;

    *session_out = NULL;
    pthread_mutex_lock(&pool->lock);
    while (pool->n_idle == 0 && pool->n_out > 0 && waited == 0)
        waited = pthread_cond_timedwait(&pool->back, &pool->lock, &until);
    if (pool->n_idle > 0)
        *session_out = pool->idle[--pool->n_idle];
    pool->n_out++;
    pthread_mutex_unlock(&pool->lock);
    if (*session_out != NULL)
        return ERR_OK;
    rc = db_open(&pool->conf, pool->tables, session_out, why);
    if (rc != ERR_OK)
        note_back(pool);
    return rc;
}

void db_pool_give(struct db_pool *pool, struct db *session)
{
    pthread_mutex_lock(&pool->lock);
    pool->n_out--;
    if (pool->n_idle < IDLE_CAP) {
        pool->idle[pool->n_idle++] = session;
        session = NULL;
        pthread_cond_signal(&pool->back);
    }
    pthread_mutex_unlock(&pool->lock);
    db_close(&session);
}

enum err db_borrow(struct db *db, struct db **session_out, struct fail *why)
{
    if (db->conf.pool != NULL)
        return db_pool_take(db->conf.pool, session_out, why);
    *session_out = db;
    return ERR_OK;
}

void db_give_back(struct db *db, struct db **session)
{
    if (*session == NULL)
        return;
    invariant(!db_is_in_transaction(*session), "a session is given back in a transaction");
    if (db->conf.pool != NULL)
        db_pool_give(db->conf.pool, *session);
    *session = NULL;
}

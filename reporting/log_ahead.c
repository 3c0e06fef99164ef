#include "reporting/log_ahead.h"

#include <pthread.h>
#include <stdlib.h>

#define STACK_BYTES ((size_t)256 * 1024)

struct log_ahead {
    const struct log_source *source;
    struct db *db;
    const struct log_ask *ask;
    int n_cap;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct db_rows *rows; /* fetched and not yet taken */
    bool is_last, is_stopping;
    enum err rc;
    struct fail why;
};

/* Waits until the page before is taken; false: stop. */
static bool hand_over(struct log_ahead *a, struct db_rows *rows, bool is_last)
{
    bool goes_on;

    pthread_mutex_lock(&a->lock);
    while (a->rows != NULL && !a->is_stopping)
        pthread_cond_wait(&a->changed, &a->lock);
    goes_on = !a->is_stopping && !is_last;
    if (a->is_stopping)
        db_rows_free(&rows);
    else
        a->rows = rows;
    a->is_last = is_last;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    return goes_on;
}

static void *ahead_main(void *arg)
{
    struct log_ahead *a = arg;
    struct log_place after = log_place_first(a->ask);
    bool goes_on = true;

    pthread_setname_np(pthread_self(), "logs-ahead");
    while (goes_on) {
        struct db_rows *rows = NULL;
        struct fail why = {.code = ERR_OK};
        enum err rc = log_source_page(a->source, a->db, a->ask, &after, a->n_cap, &rows, &why);
        int n = rc == ERR_OK ? db_rows_n(rows) : 0;

        if (n > 0)
            after = log_place_of(rows, n - 1);
        if (rc != ERR_OK) {
            pthread_mutex_lock(&a->lock);
            a->rc = rc;
            a->why = why;
            pthread_mutex_unlock(&a->lock);
        }
        goes_on = hand_over(a, rows, n < a->n_cap);
    }
    return NULL;
}

static enum err start_thread(struct log_ahead *a, struct fail *why)
{
    pthread_attr_t attr;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    failed = pthread_create(&a->thread, &attr, ahead_main, a);
    pthread_attr_destroy(&attr);
    return failed == 0 ? ERR_OK : fail_set(why, ERR_NOMEM, "a thread of the logs");
}

enum err log_ahead_start(const struct log_source *source, struct db *db,
                         const struct log_ask *ask, int n_cap, struct log_ahead **ahead_out,
                         struct fail *why)
{
    struct log_ahead *a = calloc(1, sizeof *a);
    enum err rc;

    *ahead_out = NULL;
    if (a == NULL)
        return fail_set(why, ERR_NOMEM, "pages ahead");
    a->source = source;
    a->db = db;
    a->ask = ask;
    a->n_cap = n_cap;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    rc = start_thread(a, why);
    if (rc == ERR_OK) {
        *ahead_out = a;
        return ERR_OK;
    }
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
    return rc;
}

enum err log_ahead_take(struct log_ahead *a, struct db_rows **rows_out, struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&a->lock);
    while (a->rows == NULL && !a->is_last)
        pthread_cond_wait(&a->changed, &a->lock);
    *rows_out = a->rows;
    a->rows = NULL;
    rc = a->rc;
    if (rc != ERR_OK && why != NULL)
        *why = a->why;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    if (rc != ERR_OK)
        db_rows_free(rows_out);
    return rc;
}

void log_ahead_stop(struct log_ahead **ahead)
{
    struct log_ahead *a = *ahead;

    *ahead = NULL;
    if (a == NULL)
        return;
    pthread_mutex_lock(&a->lock);
    a->is_stopping = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    db_rows_free(&a->rows);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

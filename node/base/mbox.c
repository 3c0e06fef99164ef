#include "node/base/mbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct mbox {
    pthread_mutex_t lock;
    pthread_cond_t came;
    size_t message_bytes, n_cap, first, n;
    int event_fd, closed;
    uint8_t *ring;
};

enum err mbox_create(size_t message_bytes, size_t n_cap, struct mbox **mbox_out,
                     struct fail *why)
{
    struct mbox *m = calloc(1, sizeof *m);
    pthread_condattr_t attr;

    *mbox_out = NULL;
    if (m == NULL)
        return fail_set(why, ERR_NOMEM, "mailbox");
    m->message_bytes = message_bytes;
    m->n_cap = n_cap;
    m->ring = calloc(n_cap, message_bytes);
    m->event_fd = -1;
    if (m->ring == NULL) {
        free(m);
        return fail_set(why, ERR_NOMEM, "mailbox of %zu messages", n_cap);
    }
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&m->came, &attr);
    pthread_condattr_destroy(&attr);
    *mbox_out = m;
    return ERR_OK;
}

void mbox_destroy(struct mbox **mbox)
{
    struct mbox *m = *mbox;

    if (m == NULL)
        return;
    if (m->event_fd >= 0)
        close(m->event_fd);
    pthread_cond_destroy(&m->came);
    pthread_mutex_destroy(&m->lock);
    free(m->ring);
    free(m);
    *mbox = NULL;
}

/* Only an owner that sits in epoll pays for the descriptor. */
static void event_set(struct mbox *m)
{
    if (m->event_fd >= 0)
        eventfd_write(m->event_fd, 1);
}

enum err mbox_post(struct mbox *m, const void *message, struct fail *why)
{
    enum err rc = ERR_OK;

    pthread_mutex_lock(&m->lock);
    if (m->closed) {
        rc = ERR_UNAVAILABLE;
    } else if (m->n == m->n_cap) {
        rc = ERR_BUSY;
    } else {
        size_t at = (m->first + m->n) % m->n_cap;

        memcpy(m->ring + at * m->message_bytes, message, m->message_bytes);
        if (m->n++ == 0) {
            event_set(m);
            pthread_cond_signal(&m->came);
        }
    }
    pthread_mutex_unlock(&m->lock);
    return rc == ERR_OK ? rc : fail_set(why, rc, "mailbox of %zu messages", m->n_cap);
}

static void wait_for_first(struct mbox *m, int wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    while (m->n == 0 && !m->closed) {
        if (wait_ms < 0)
            pthread_cond_wait(&m->came, &m->lock);
        else if (pthread_cond_timedwait(&m->came, &m->lock, &until) == ETIMEDOUT)
            return;
    }
}

size_t mbox_take(struct mbox *m, void *messages_out, size_t n_cap, int wait_ms)
{
    uint8_t *out = messages_out;
    size_t n;

    pthread_mutex_lock(&m->lock);
    if (wait_ms != 0)
        wait_for_first(m, wait_ms);
    n = m->n < n_cap ? m->n : n_cap;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * m->message_bytes, m->ring + m->first * m->message_bytes,
               m->message_bytes);
        m->first = (m->first + 1) % m->n_cap;
    }
    m->n -= n;
    /* A post wakes one taker, and only when it fills an empty box: who leaves messages behind
     * wakes the next, or a pool's second thread would sleep beside them. */
    if (m->n > 0)
        pthread_cond_signal(&m->came);
    if (m->n == 0 && !m->closed && m->event_fd >= 0) {
        eventfd_t seen;

        eventfd_read(m->event_fd, &seen);
    }
    pthread_mutex_unlock(&m->lock);
    return n;
}

void mbox_close(struct mbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->closed = 1;
    event_set(m);
    pthread_cond_broadcast(&m->came);
    pthread_mutex_unlock(&m->lock);
}

int mbox_is_done(struct mbox *m)
{
    int done;

    pthread_mutex_lock(&m->lock);
    done = m->closed && m->n == 0;
    pthread_mutex_unlock(&m->lock);
    return done;
}

int mbox_event_fd(struct mbox *m)
{
    int fd;

    pthread_mutex_lock(&m->lock);
    if (m->event_fd < 0) {
        m->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (m->n > 0 || m->closed)
            event_set(m);
    }
    fd = m->event_fd;
    pthread_mutex_unlock(&m->lock);
    return fd;
}

size_t mbox_n_waiting(struct mbox *m)
{
    size_t n;

    pthread_mutex_lock(&m->lock);
    n = m->n;
    pthread_mutex_unlock(&m->lock);
    return n;
}

#include "node/base/mbox.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/span.h"
#include "tests/t.h"

static struct mbox *box_of(size_t n_cap)
{
    struct mbox *m = NULL;

    T_EQ(mbox_create(sizeof(int), n_cap, &m, NULL), ERR_OK, "mailbox");
    return m;
}

static bool is_readable(struct mbox *m)
{
    struct pollfd fd = {.fd = mbox_event_fd(m), .events = POLLIN};

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) != 0;
}

T_CASE(mbox_takes_in_the_order_of_posts)
{
    struct mbox *m = box_of(5);
    int got[8], next = 0, posted = 0;

    for (int round = 0; round < 20; round++) { /* the ring wraps */
        for (int i = 0; i < 3; i++, posted++)
            T_EQ(mbox_post(m, &posted, NULL), ERR_OK, "posts");
        T_EQ(mbox_n_waiting(m), 3, "waiting");
        T_EQ(mbox_take(m, got, 2, 0), 2, "no more than asked for");
        T_EQ(mbox_take(m, got + 2, 6, 0), 1, "no more than there is");
        for (int i = 0; i < 3; i++)
            T_EQ(got[i], next++, "in order");
    }
    T_EQ(mbox_take(m, got, 8, 0), 0, "empty");
    mbox_destroy(&m);
    T_OK(m == NULL, "destroy leaves NULL");
    mbox_destroy(&m);
}

T_CASE(mbox_messages_are_copies)
{
    struct mbox *m = box_of(2);
    int message = 7, got = 0;

    T_EQ(mbox_post(m, &message, NULL), ERR_OK, "posts");
    message = 8;
    T_EQ(mbox_take(m, &got, 1, 0), 1, "takes");
    T_EQ(got, 7, "as it was when posted");
    mbox_destroy(&m);
}

T_CASE(mbox_full_refuses)
{
    struct mbox *m = box_of(2);
    struct fail why = {0};
    int i = 1, got[4];

    T_EQ(mbox_post(m, &i, &why), ERR_OK, "first");
    T_EQ(mbox_post(m, &i, &why), ERR_OK, "second");
    T_EQ(mbox_post(m, &i, &why), ERR_BUSY, "third");
    T_EQ(why.code, ERR_BUSY, "why");
    T_EQ(mbox_n_waiting(m), 2, "nothing is lost for it");
    T_EQ(mbox_take(m, got, 4, 0), 2, "takes");
    T_EQ(mbox_post(m, &i, &why), ERR_OK, "room again");
    mbox_destroy(&m);
}

T_CASE(mbox_take_waits_as_long_as_asked)
{
    struct mbox *m = box_of(2);
    int got;
    int64_t began = clock_mono_us();

    T_EQ(mbox_take(m, &got, 1, 0), 0, "not at all");
    T_EQ(mbox_take(m, &got, 1, 30), 0, "30 ms");
    T_OK(clock_mono_us() - began >= 30000, "not less");
    mbox_destroy(&m);
}

static void *post_one(void *arg)
{
    int message = 42;

    usleep(10000);
    (void)!mbox_post(arg, &message, NULL);
    return NULL;
}

static void *close_it(void *arg)
{
    usleep(10000);
    mbox_close(arg);
    return NULL;
}

T_CASE(mbox_post_wakes_a_waiting_owner)
{
    static const int waits_ms[] = {-1, 10000};

    for (size_t i = 0; i < T_COUNT(waits_ms); i++) {
        struct mbox *m = box_of(2);
        pthread_t thread;
        int got = 0;

        T_EQ(pthread_create(&thread, NULL, post_one, m), 0, "thread");
        T_EQ(mbox_take(m, &got, 1, waits_ms[i]), 1, "woken");
        T_EQ(got, 42, "by the message");
        pthread_join(thread, NULL);
        mbox_destroy(&m);
    }
}

T_CASE(mbox_close_wakes_a_waiting_owner)
{
    static const int waits_ms[] = {-1, 10000};

    for (size_t i = 0; i < T_COUNT(waits_ms); i++) {
        struct mbox *m = box_of(2);
        pthread_t thread;
        int got = 0;

        T_EQ(pthread_create(&thread, NULL, close_it, m), 0, "thread");
        T_EQ(mbox_take(m, &got, 1, waits_ms[i]), 0, "woken without a message");
        T_OK(mbox_is_done(m), "closed and empty");
        pthread_join(thread, NULL);
        mbox_destroy(&m);
    }
}

T_CASE(mbox_close_refuses_posts_and_gives_what_is_queued)
{
    struct mbox *m = box_of(4);
    int i = 1, got[4];

    T_EQ(mbox_post(m, &i, NULL), ERR_OK, "posts");
    T_OK(!mbox_is_done(m), "open");
    mbox_close(m);
    T_OK(!mbox_is_done(m), "closed but not empty");
    T_EQ(mbox_post(m, &i, NULL), ERR_UNAVAILABLE, "no further post");
    T_EQ(mbox_take(m, got, 4, -1), 1, "what is queued is still taken");
    T_OK(mbox_is_done(m), "done");
    T_EQ(mbox_take(m, got, 4, -1), 0, "then nothing, at once");
    mbox_close(m);
    T_OK(mbox_is_done(m), "closing twice is closing");
    mbox_destroy(&m);
}

T_CASE(mbox_event_fd_is_readable_while_messages_wait)
{
    struct mbox *m = box_of(4);
    int i = 1, got[4];

    T_OK(!is_readable(m), "empty");
    T_EQ(mbox_post(m, &i, NULL), ERR_OK, "posts");
    T_EQ(mbox_post(m, &i, NULL), ERR_OK, "posts");
    T_OK(is_readable(m), "two wait");
    T_EQ(mbox_take(m, got, 1, 0), 1, "takes one");
    T_OK(is_readable(m), "one waits");
    T_EQ(mbox_take(m, got, 4, 0), 1, "takes the other");
    T_OK(!is_readable(m), "empty again");
    mbox_close(m);
    T_OK(is_readable(m), "closing wakes an owner in epoll");
    mbox_destroy(&m);
}

T_CASE(mbox_event_fd_made_late_knows_what_was_before)
{
    struct mbox *m = box_of(4);
    int i = 1, got;

    T_EQ(mbox_post(m, &i, NULL), ERR_OK, "posts before the descriptor is there");
    T_OK(is_readable(m), "a message waits");
    T_EQ(mbox_event_fd(m), mbox_event_fd(m), "one descriptor");
    T_EQ(mbox_take(m, &got, 1, 0), 1, "takes it");
    T_OK(!is_readable(m), "empty");
    mbox_destroy(&m);
    m = box_of(4);
    mbox_close(m);
    T_OK(is_readable(m), "closed before the descriptor was there");
    mbox_destroy(&m);
}

enum { N_POSTERS = 4, N_EACH = 20000 };
struct poster {
    struct mbox *mbox;
    int id, n_busy;
};

static void *post_many(void *arg)
{
    struct poster *p = arg;

    for (int i = 0; i < N_EACH; i++) {
        int message = p->id * N_EACH + i;

        while (mbox_post(p->mbox, &message, NULL) != ERR_OK) {
            p->n_busy++;
            sched_yield();
        }
    }
    return NULL;
}

T_CASE(mbox_many_posters_one_owner)
{
    struct mbox *m = box_of(16);
    struct poster posters[N_POSTERS];
    pthread_t threads[N_POSTERS];
    int seen[N_POSTERS] = {0}, got[7], n_all = 0;
    bool in_order = true;

    for (int i = 0; i < N_POSTERS; i++) {
        posters[i] = (struct poster){m, i, 0};
        T_EQ(pthread_create(&threads[i], NULL, post_many, &posters[i]), 0, "thread");
    }
    while (n_all < N_POSTERS * N_EACH) {
        size_t n = mbox_take(m, got, T_COUNT(got), -1);

        for (size_t i = 0; i < n; i++, n_all++)
            in_order = in_order && got[i] % N_EACH == seen[got[i] / N_EACH]++;
    }
    for (int i = 0; i < N_POSTERS; i++)
        pthread_join(threads[i], NULL);
    T_OK(in_order, "each poster's messages in its order, none lost, none doubled");
    T_EQ(mbox_n_waiting(m), 0, "none left");
    mbox_destroy(&m);
}

struct pair {
    struct mbox *m;
    pthread_barrier_t both; /* passed only when each of two takers holds a message */
};

static void *take_one_with_another(void *arg)
{
    struct pair *pair = arg;
    int got;

    while (mbox_take(pair->m, &got, 1, -1) == 1)
        pthread_barrier_wait(&pair->both);
    return NULL;
}

/* Two posts at once, to two sleeping takers: if the second were not woken, the first would wait
 * at the barrier for ever (the box would never be empty again). */
T_CASE(mbox_wakes_as_many_takers_as_there_are_messages)
{
    enum { N_ROUNDS = 300 };
    struct pair pair = {.m = box_of(4)};
    pthread_t takers[2];
    int64_t until = clock_mono_us() + 60000000;

    pthread_barrier_init(&pair.both, NULL, 2);
    for (int i = 0; i < 2; i++)
        pthread_create(&takers[i], NULL, take_one_with_another, &pair);
    for (int i = 0; i < N_ROUNDS && clock_mono_us() < until; i++) {
        T_EQ(mbox_post(pair.m, &i, NULL), ERR_OK, "first");
        T_EQ(mbox_post(pair.m, &i, NULL), ERR_OK, "second");
        while (mbox_n_waiting(pair.m) > 0 && clock_mono_us() < until)
            usleep(50);
        if (mbox_n_waiting(pair.m) > 0)
            break;
        usleep(100); /* both go back to sleep */
    }
    T_EQ(mbox_n_waiting(pair.m), 0, "no message lies beside a sleeping taker");
    if (mbox_n_waiting(pair.m) >
        0) /* let the other pass the barrier, so that the case can end */
        T_EQ(mbox_post(pair.m, &(int){0}, NULL), ERR_OK, "wake");
    mbox_close(pair.m);
    for (int i = 0; i < 2; i++)
        pthread_join(takers[i], NULL);
    pthread_barrier_destroy(&pair.both);
    mbox_destroy(&pair.m);
}

#include "tenants/signin/pace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/db/digest.h"
#include "node/db/hash256.h"

#define N_DURATIONS 16u
#define FRESH_MS    UINT32_C(5000)
#define N_PLACES    4096u
#define N_CAP       4096u /* far more than connections there can be */

struct wait {
    int64_t at_mono_us;
    void (*let_go)(void *arg);
    void *arg;
};

struct pace {
    struct hash256 seed; /* so that nobody can aim at a word of somebody else's */
    int n_threads;
    _Atomic uint64_t durations[N_DURATIONS]; /* us (32 bits) | ms when it was noted (32) */
    _Atomic uint32_t n_noted;
    _Atomic int64_t ends[N_PLACES]; /* when a place's last attempt would be worked off */
    struct mbox *posted;
    pthread_t thread;
    bool has_thread;
    struct wait heap[N_CAP]; /* pace's thread's: the earliest first */
    size_t n;
};

/* -- the thread -- */

static void swap(struct wait *a, struct wait *b)
{
    struct wait kept = *a;

    *a = *b;
    *b = kept;
}

static void push(struct pace *p, const struct wait *w)
{
    size_t i = p->n++;

    p->heap[i] = *w;
    for (; i > 0 && p->heap[i].at_mono_us < p->heap[(i - 1) / 2].at_mono_us; i = (i - 1) / 2)
        swap(&p->heap[i], &p->heap[(i - 1) / 2]);
}

static struct wait pop(struct pace *p)
{
    struct wait first = p->heap[0];
    size_t i = 0;

    p->heap[0] = p->heap[--p->n];
    for (;;) {
        size_t least = i;

        for (size_t k = 2 * i + 1; k <= 2 * i + 2; k++)
            if (k < p->n && p->heap[k].at_mono_us < p->heap[least].at_mono_us)
                least = k;
        if (least == i)
            return first;
        swap(&p->heap[i], &p->heap[least]);
        i = least;
    }
}

static int wait_ms(const struct pace *p)
{
    int64_t left_us = p->n == 0 ? -1 : p->heap[0].at_mono_us - clock_mono_us();

    if (p->n == 0)
        return -1;
    if (left_us <= 0)
        return 0;
    return left_us > PACE_AHEAD_US ? (int)(PACE_AHEAD_US / 1000) : (int)(left_us / 1000 + 1);
}

static void *pace_loop(void *arg)
{
    struct pace *p = arg;
    struct wait w;

    while (!mbox_is_done(p->posted)) {
        if (mbox_take(p->posted, &w, 1, wait_ms(p)) == 1)
            push(p, &w);
        while (p->n == N_CAP || (p->n > 0 && p->heap[0].at_mono_us <= clock_mono_us())) {
            w = pop(p);
            w.let_go(w.arg);
        }
    }
    while (p->n > 0) {
        w = pop(p);
        w.let_go(w.arg);
    }
    return NULL;
}

/* -- from any thread -- */

enum err pace_create(int n_threads, int64_t first_us, struct pace **pace_out, struct fail *why)
{
    struct pace *p = calloc(1, sizeof *p);
    enum err rc;

    *pace_out = NULL;
    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "pace");
    p->n_threads = n_threads;
    digest_random(&p->seed, sizeof p->seed);
    pace_note(p, first_us);
    rc = mbox_create(sizeof(struct wait), N_CAP, &p->posted, why);
    if (rc == ERR_OK) {
        p->has_thread = pthread_create(&p->thread, NULL, pace_loop, p) == 0;
        if (!p->has_thread)
            rc = fail_set(why, ERR_NOMEM, "pace's thread");
    }
    if (rc != ERR_OK)
        pace_destroy(&p);
    *pace_out = p;
    return rc;
}

void pace_destroy(struct pace **pace)
{
    struct pace *p = *pace;

    if (p == NULL)
        return;
    if (p->posted != NULL)
        mbox_close(p->posted);
    if (p->has_thread)
        pthread_join(p->thread, NULL);
    mbox_destroy(&p->posted);
    free(p);
    *pace = NULL;
}

static uint32_t now_ms(void)
{
    return (uint32_t)(clock_mono_us() / 1000);
}

void pace_note(struct pace *p, int64_t duration_us)
{
    uint32_t i = atomic_fetch_add(&p->n_noted, 1);

    atomic_store(&p->durations[i % N_DURATIONS],
                 (uint64_t)(uint32_t)duration_us << 32 | now_ms());
}

/* How busy the machine is changes within seconds. When the last real one is longer ago it is
 * idle as far as we know, and a hash takes as long as the shortest of them. */
int64_t pace_draw(struct pace *p)
{
    uint32_t n = atomic_load(&p->n_noted), n_fresh = 0, chance, fresh[N_DURATIONS];
    uint32_t least = UINT32_MAX, now = now_ms();

    for (uint32_t i = 0; i < N_DURATIONS && i < n; i++) {
        uint64_t word = atomic_load(&p->durations[i]);
        uint32_t us = (uint32_t)(word >> 32);

        if (now - (uint32_t)word < FRESH_MS)
            fresh[n_fresh++] = us;
        if (us < least)
            least = us;
    }
    if (n_fresh == 0)
        return least;
    digest_random(&chance, sizeof chance);
    return fresh[chance % n_fresh];
}

int64_t pace_reserve(struct pace *p, struct span place, int64_t now_mono_us)
{
    struct hash256 parts[2] = {p->seed, hash256_of(place)};
    struct hash256 hash = hash256_of(span_of(parts, sizeof parts));
    _Atomic int64_t *end = &p->ends[(hash.b[0] | (uint32_t)hash.b[1] << 8) % N_PLACES];
    int64_t step_us = pace_draw(p) / p->n_threads, old = atomic_load(end), at;

    do {
        /* Further ahead than there can be: the clock was moved back. */
        bool is_ahead = old > now_mono_us && old <= now_mono_us + PACE_AHEAD_US;

        at = (is_ahead ? old : now_mono_us) + step_us;
        if (at > now_mono_us + PACE_AHEAD_US)
            at = now_mono_us + PACE_AHEAD_US;
    } while (!atomic_compare_exchange_weak(end, &old, at));
    return at;
}

void pace_post(struct pace *p, int64_t at_mono_us, void (*let_go)(void *arg), void *arg)
{
    const struct wait w = {at_mono_us, let_go, arg};

    if (mbox_post(p->posted, &w, NULL) != ERR_OK)
        let_go(arg);
}

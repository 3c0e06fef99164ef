#include "tenants/signin/password.h"

#include <argon2.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node/base/mbox.h"
#include "node/db/digest.h"

#define MEMORY_KIB    19456 /* 19 MiB */
#define N_PASSES      2
#define N_LANES       1
#define SALT_BYTES    16
#define HASH_BYTES    32
#define N_THREADS_CAP 2
#define N_TURNS       5 /* every fifth is the second lane's */

struct work {
    void (*run)(void *arg);
    void *arg;
};

struct hasher {
    struct mbox *lanes[HASH_LANES_N]; /* of struct work */
    struct mbox *tickets;             /* one for each work, posted after it */
    atomic_uint turn;
    pthread_t threads[N_THREADS_CAP];
    int n_threads;
};

enum err password_hash(struct span password, char phc_out[PASSWORD_HASH_CAP], struct fail *why)
{
    uint8_t salt[SALT_BYTES];
    int rc;

    digest_random(salt, sizeof salt);
    rc = argon2id_hash_encoded(N_PASSES, MEMORY_KIB, N_LANES, password.p, password.len, salt,
                               sizeof salt, HASH_BYTES, phc_out, PASSWORD_HASH_CAP);
    if (rc == ARGON2_OK)
        return ERR_OK;
    return fail_set(why, rc == ARGON2_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INTERNAL,
                    "argon2id: %s", argon2_error_message(rc));
}

enum err password_check(const char *phc, struct span password, struct fail *why)
{
    int rc = argon2id_verify(phc, password.p, password.len);

    if (rc == ARGON2_OK)
        return ERR_OK;
    if (rc == ARGON2_VERIFY_MISMATCH)
        return fail_set(why, ERR_DENIED, "password");
    return fail_set(why, rc == ARGON2_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INTERNAL,
                    "argon2id: %s", argon2_error_message(rc));
}

void password_make(char out[PASSWORD_MADE_CAP])
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* no i l o 0 1 */
    const unsigned n_letters = sizeof alphabet - 1;
    size_t n = 0;

    while (n < PASSWORD_MADE_CAP - 1) {
        uint8_t byte;

        if (n % 5 == 4) {
            out[n++] = '-';
            continue;
        }
        digest_random(&byte, 1);
        if (byte < 256 / n_letters * n_letters) /* no letter more likely than another */
            out[n++] = alphabet[byte % n_letters];
    }
    out[n] = '\0';
}

/* Whoever holds a ticket finds a work: there are never fewer works than tickets. */
static struct work take_work(struct hasher *h)
{
    bool is_seconds = atomic_fetch_add(&h->turn, 1) % N_TURNS == N_TURNS - 1;
    struct work work;

    for (;; is_seconds = !is_seconds)
        if (mbox_take(h->lanes[is_seconds ? HASH_SECOND : HASH_FIRST], &work, 1, 0) == 1)
            return work;
}

static void *work_loop(void *arg)
{
    struct hasher *h = arg;
    struct work work;
    char ticket;

    /* A class that signs in must not be felt by those who are in: Linux keeps a nice value for
     * each thread. Refused, it is only less polite. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
    while (!mbox_is_done(h->tickets)) {
        if (mbox_take(h->tickets, &ticket, 1, -1) != 1)
            continue;
        work = take_work(h);
        work.run(work.arg);
    }
    return NULL;
}

enum err hasher_create(int n_threads, size_t n_waiting_cap, struct hasher **hasher_out,
                       struct fail *why)
{
    struct hasher *h = calloc(1, sizeof *h);
    enum err rc;

    *hasher_out = NULL;
    invariant(n_threads >= 1 && n_threads <= N_THREADS_CAP, "%d hashing threads", n_threads);
    /* Once 19 MiB were freed, glibc would keep as much in its heaps: two threads left 40 MB
     * resident for good; with a fixed threshold 1.7 MB stay. */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    if (h == NULL)
        return fail_set(why, ERR_NOMEM, "hasher");
    rc = mbox_create(1, n_waiting_cap * HASH_LANES_N, &h->tickets, why);
    for (int i = 0; i < HASH_LANES_N && rc == ERR_OK; i++)
        rc = mbox_create(sizeof(struct work), n_waiting_cap, &h->lanes[i], why);
    while (rc == ERR_OK && h->n_threads < n_threads) {
        if (pthread_create(&h->threads[h->n_threads], NULL, work_loop, h) == 0)
            h->n_threads++;
        else
            rc = fail_set(why, ERR_NOMEM, "hashing thread");
    }
    if (rc != ERR_OK)
        hasher_destroy(&h);
    *hasher_out = h;
    return rc;
}

void hasher_destroy(struct hasher **hasher)
{
    struct hasher *h = *hasher;

    if (h == NULL)
        return;
    for (int i = 0; i < HASH_LANES_N; i++)
        if (h->lanes[i] != NULL)
            mbox_close(h->lanes[i]);
    if (h->tickets != NULL)
        mbox_close(h->tickets);
    for (int i = 0; i < h->n_threads; i++)
        pthread_join(h->threads[i], NULL);
    for (int i = 0; i < HASH_LANES_N; i++)
        mbox_destroy(&h->lanes[i]);
    mbox_destroy(&h->tickets);
    free(h);
    *hasher = NULL;
}

enum err hasher_post_lane(struct hasher *h, enum hash_lane lane, void (*run)(void *arg),
                          void *arg, struct fail *why)
{
    const struct work work = {run, arg};
    const char ticket = 0;
    enum err rc = mbox_post(h->lanes[lane], &work, why);

    if (rc == ERR_OK && mbox_post(h->tickets, &ticket, NULL) != ERR_OK)
        invariant(false, "a work without a ticket");
    return rc;
}

enum err hasher_post(struct hasher *h, void (*run)(void *arg), void *arg, struct fail *why)
{
    return hasher_post_lane(h, HASH_FIRST, run, arg, why);
}

size_t hasher_n_waiting(struct hasher *h)
{
    size_t n = 0;

    for (int i = 0; i < HASH_LANES_N; i++)
        n += mbox_n_waiting(h->lanes[i]);
    return n;
}

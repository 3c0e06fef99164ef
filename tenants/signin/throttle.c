#include "tenants/signin/throttle.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "node/db/digest.h"
#include "node/db/hash256.h"

/* 4,096 sets of 4 words: 128 KB count 16,384 pairs. */
#define N_SETS      4096u
#define N_WAYS      4
#define TRY_CAP     255u
#define MINUTE_S    60u
#define SECOND_MASK UINT64_C(0xffffff)

/* A word: tag (32 bits) | second of the last counted try (24) | tries (8); 0 is empty. */
struct throttle {
    struct hash256 seed; /* so that nobody can aim at a word of somebody else's */
    _Atomic uint64_t words[N_SETS][N_WAYS];
};

enum err throttle_create(struct throttle **throttle_out, struct fail *why)
{
    struct throttle *t = calloc(1, sizeof *t);

    *throttle_out = t;
    if (t == NULL)
        return fail_set(why, ERR_NOMEM, "throttle");
    digest_random(&t->seed, sizeof t->seed);
    return ERR_OK;
}

void throttle_destroy(struct throttle **throttle)
{
    free(*throttle);
    *throttle = NULL;
}

static struct hash256 hash_pair(const struct throttle *t, struct span account,
                                struct span address)
{
    struct hash256 parts[3] = {t->seed, hash256_of(account), hash256_of(address)};

    return hash256_of(span_of(parts, sizeof parts));
}

static uint64_t age_s(uint64_t word, uint64_t now_s)
{
    return word == 0 ? UINT64_MAX : (now_s - (word >> 8)) & SECOND_MASK;
}

/* The pair's own word, else an empty one, else the one left alone the longest. */
static _Atomic uint64_t *pick(_Atomic uint64_t set[N_WAYS], uint64_t tag, uint64_t now_s)
{
    _Atomic uint64_t *best = &set[0];
    uint64_t best_age = 0;

    for (int i = 0; i < N_WAYS; i++) {
        uint64_t word = atomic_load(&set[i]), age = age_s(word, now_s);

        if (word != 0 && word >> 32 == tag)
            return &set[i];
        if (age > best_age) {
            best_age = age;
            best = &set[i];
        }
    }
    return best;
}

static _Atomic uint64_t *find(struct throttle *t, struct span account, struct span address,
                              uint64_t now_s, uint64_t *tag_out)
{
    struct hash256 hash = hash_pair(t, account, address);
    uint64_t tag = 0;

    for (int i = 0; i < 4; i++)
        tag = tag << 8 | hash.b[i];
    *tag_out = tag;
    return pick(t->words[(hash.b[4] | (uint32_t)hash.b[5] << 8) % N_SETS], tag, now_s);
}

enum err throttle_try(struct throttle *t, struct span account, struct span address, int n_cap,
                      int64_t mono_us, struct fail *why)
{
    uint64_t now_s = (uint64_t)mono_us / 1000000, tag;
    _Atomic uint64_t *at = find(t, account, address, now_s, &tag);

    for (;;) {
        uint64_t old = atomic_load(at), n_tries = old & TRY_CAP;

        if (old >> 32 != tag || age_s(old, now_s) >= MINUTE_S)
            n_tries = 0;
        if (n_tries >= (uint64_t)n_cap || n_tries == TRY_CAP)
            return fail_set(why, ERR_RATE, "%d tries in a minute", n_cap);
        if (atomic_compare_exchange_weak(
                at, &old, tag << 32 | (now_s & SECOND_MASK) << 8 | (n_tries + 1)))
            return ERR_OK;
    }
}

void throttle_note(struct throttle *t, struct span account, struct span address,
                   int64_t mono_us)
{
    uint64_t now_s = (uint64_t)mono_us / 1000000, tag, n_tries, old;
    _Atomic uint64_t *at = find(t, account, address, now_s, &tag);

    do {
        old = atomic_load(at);
        n_tries = old >> 32 == tag ? old & TRY_CAP : 0;
        n_tries += n_tries < TRY_CAP;
    } while (!atomic_compare_exchange_weak(at, &old,
                                           tag << 32 | (now_s & SECOND_MASK) << 8 | n_tries));
}

int throttle_count(struct throttle *t, struct span account, struct span address, int window_s,
                   int64_t mono_us)
{
    uint64_t now_s = (uint64_t)mono_us / 1000000, tag;
    uint64_t word = atomic_load(find(t, account, address, now_s, &tag));

    if (word >> 32 != tag || age_s(word, now_s) >= (uint64_t)window_s)
        return 0;
    return (int)(word & TRY_CAP);
}

#include "tenants/throttle.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "node/db/digest.h"
#include "node/db/hash256.h"

/* 4,096 sets of 4 words: 128 KB count 16,384 pairs a minute. */
#define N_SETS  4096u
#define N_WAYS  4
#define TRY_CAP 255u

/* A word: tag (32 bits) | minute (24) | tries (8); 0 is empty. */
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

/* The pair's own word, else an empty or past one, else the one counted longest ago. */
static _Atomic uint64_t *pick(_Atomic uint64_t set[N_WAYS], uint64_t tag, uint64_t minute)
{
    _Atomic uint64_t *best = &set[0];
    uint64_t best_minute = UINT64_MAX;

    for (int i = 0; i < N_WAYS; i++) {
        uint64_t word = atomic_load(&set[i]), its_minute = word >> 8 & 0xffffff;

        if (word >> 32 == tag && its_minute == minute)
            return &set[i];
        if (its_minute < best_minute) {
            best_minute = its_minute;
            best = &set[i];
        }
    }
    return best;
}

enum err throttle_try(struct throttle *t, struct span account, struct span address, int n_cap,
                      int64_t mono_us, struct fail *why)
{
    uint64_t minute = ((uint64_t)mono_us / 60000000 + 1) & 0xffffff, tag = 0;
    struct hash256 hash = hash_pair(t, account, address);
    _Atomic uint64_t *at;

    for (int i = 0; i < 4; i++)
        tag = tag << 8 | hash.b[i];
    at = pick(t->words[(hash.b[4] | (uint32_t)hash.b[5] << 8) % N_SETS], tag, minute);
    for (;;) {
        uint64_t old = atomic_load(at), n_tries = old & 0xff;
        bool is_ours = old >> 32 == tag && (old >> 8 & 0xffffff) == minute;

        if (!is_ours)
            n_tries = 0;
        if (n_tries >= (uint64_t)n_cap || n_tries == TRY_CAP)
            return fail_set(why, ERR_RATE, "%d tries in a minute", n_cap);
        if (atomic_compare_exchange_weak(at, &old, tag << 32 | minute << 8 | (n_tries + 1)))
            return ERR_OK;
    }
}

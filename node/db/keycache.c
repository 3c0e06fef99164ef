#include "node/db/keycache.h"

#include <openssl/crypto.h>

#include "node/db/lockmem.h"

#define N_WAYS 4
#define N_SETS (KEYCACHE_N / N_WAYS)

struct entry {
    struct id key; /* ID_NONE: free */
    uint64_t used;
    uint8_t bytes[KEYCACHE_KEY_BYTES];
};

struct keycache {
    uint64_t clock;
    struct entry sets[N_SETS][N_WAYS];
};

enum err keycache_create(struct keycache **cache_out, struct fail *why)
{
    void *p;
    enum err rc = lockmem_create(sizeof(struct keycache), &p, why);

    *cache_out = p;
    return rc;
}

void keycache_destroy(struct keycache **cache)
{
    void *p = *cache;

    lockmem_destroy(&p, sizeof(struct keycache));
    *cache = NULL;
}

/* Ids are UUIDv7: the last bytes are random. */
static struct entry *set_of(struct keycache *cache, struct id key)
{
    return cache->sets[((size_t)key.b[14] << 8 | key.b[15]) % N_SETS];
}

static struct entry *find(struct keycache *cache, struct id key)
{
    struct entry *set = set_of(cache, key);

    for (size_t i = 0; i < N_WAYS; i++)
        if (id_eq(set[i].key, key))
            return &set[i];
    return NULL;
}

bool keycache_find(struct keycache *cache, struct id key, uint8_t out[KEYCACHE_KEY_BYTES])
{
    struct entry *e = find(cache, key);

    if (e == NULL)
        return false;
    e->used = ++cache->clock;
    memcpy(out, e->bytes, sizeof e->bytes);
    return true;
}

void keycache_put(struct keycache *cache, struct id key,
                  const uint8_t bytes[KEYCACHE_KEY_BYTES])
{
    struct entry *set = set_of(cache, key), *e = find(cache, key);

    if (e == NULL) {
        e = &set[0];
        for (size_t i = 1; i < N_WAYS; i++)
            if (set[i].used < e->used)
                e = &set[i];
    }
    e->key = key;
    e->used = ++cache->clock;
    memcpy(e->bytes, bytes, sizeof e->bytes);
}

void keycache_drop(struct keycache *cache, struct id key)
{
    struct entry *e = find(cache, key);

    if (e != NULL)
        OPENSSL_cleanse(e, sizeof *e);
}

void keycache_clear(struct keycache *cache)
{
    OPENSSL_cleanse(cache, sizeof *cache);
}

#include "federation/nonces.h"

#include <stdlib.h>

#include "node/db/digest.h"

#define FIRST_CAP 64 /* slots of a kid at first; doubled as needed */
#define NONE      UINT32_MAX

struct slot {
    uint8_t nonce[PROFILE_NONCE_BYTES];
    int64_t until_us, created_us;
    uint32_t hash, next; /* next of the same bucket; NONE ends it */
};

/* What one kid used: a ring in order of arrival, found through buckets. cap is a power of two;
 * 0: nothing allocated. */
struct used {
    char kid[FED_KID_CAP];
    struct slot *slots;
    uint32_t *buckets;
    uint32_t first, n, cap;
    int64_t forgot_us; /* the latest `created` among those that left */
};

struct nonces {
    struct used **kids; /* in order of kid */
    size_t n_kids, cap_kids;
    int64_t forgot_us; /* of kids that left */
    /* So that a peer cannot choose nonces that fall into one bucket. */
    uint8_t key[16];
};

enum err nonces_create(struct nonces **nonces_out, struct fail *why)
{
    struct nonces *nonces = calloc(1, sizeof *nonces);

    *nonces_out = nonces;
    if (nonces == NULL)
        return fail_set(why, ERR_NOMEM, "a cache of nonces");
    nonces->forgot_us = INT64_MIN;
    digest_random(nonces->key, sizeof nonces->key);
    return ERR_OK;
}

static void used_destroy(struct used *used)
{
    free(used->slots);
    free(used->buckets);
    free(used);
}

void nonces_destroy(struct nonces **nonces)
{
    if (*nonces == NULL)
        return;
    for (size_t i = 0; i < (*nonces)->n_kids; i++)
        used_destroy((*nonces)->kids[i]);
    free((*nonces)->kids);
    free(*nonces);
    *nonces = NULL;
}

size_t nonces_count(const struct nonces *nonces)
{
    size_t n = 0;

    for (size_t i = 0; i < nonces->n_kids; i++)
        n += nonces->kids[i]->n;
    return n;
}

static uint32_t hash_of(const struct nonces *nonces, const uint8_t nonce[PROFILE_NONCE_BYTES])
{
    uint8_t keyed[sizeof nonces->key + PROFILE_NONCE_BYTES];
    struct hash256 h;
    uint32_t hash;

    memcpy(keyed, nonces->key, sizeof nonces->key);
    memcpy(keyed + sizeof nonces->key, nonce, PROFILE_NONCE_BYTES);
    h = hash256_of(span_of(keyed, sizeof keyed));
    memcpy(&hash, h.b, sizeof hash);
    return hash;
}

/* ---- one kid ---- */

static uint32_t slot_at(const struct used *used, uint32_t i)
{
    return (used->first + i) & (used->cap - 1);
}

static void link_slot(struct used *used, uint32_t at)
{
    uint32_t *bucket = &used->buckets[used->slots[at].hash & (used->cap - 1)];

    used->slots[at].next = *bucket;
    *bucket = at;
}

static void unlink_slot(struct used *used, uint32_t at)
{
    uint32_t *link = &used->buckets[used->slots[at].hash & (used->cap - 1)];

    while (*link != at)
        link = &used->slots[*link].next;
    *link = used->slots[at].next;
}

/* The oldest leave when their time has come. A clock set back only keeps them longer: each
 * waits for those before it. */
static void forget(struct used *used, int64_t now_us)
{
    while (used->n > 0 && used->slots[used->first].until_us <= now_us) {
        int64_t created_us = used->slots[used->first].created_us;

        unlink_slot(used, used->first);
        if (created_us > used->forgot_us)
            used->forgot_us = created_us;
        used->first = slot_at(used, 1);
        used->n--;
    }
}

static bool has(const struct used *used, uint32_t hash,
                const uint8_t nonce[PROFILE_NONCE_BYTES])
{
    uint32_t at = used->cap == 0 ? NONE : used->buckets[hash & (used->cap - 1)];

    for (; at != NONE; at = used->slots[at].next)
        if (memcmp(used->slots[at].nonce, nonce, PROFILE_NONCE_BYTES) == 0)
            return true;
    return false;
}

static bool grow(struct used *used)
{
    uint32_t cap = used->cap == 0 ? FIRST_CAP : used->cap * 2;
    struct slot *slots = calloc(cap, sizeof *slots);
    uint32_t *buckets = malloc(cap * sizeof *buckets);

    if (slots == NULL || buckets == NULL) {
        free(slots);
        free(buckets);
        return false;
    }
    for (uint32_t i = 0; i < used->n; i++)
        slots[i] = used->slots[slot_at(used, i)];
    free(used->slots);
    free(used->buckets);
    used->slots = slots;
    used->buckets = buckets;
    used->cap = cap;
    used->first = 0;
    memset(buckets, 0xff, cap * sizeof *buckets); /* NONE */
    for (uint32_t i = 0; i < used->n; i++)
        link_slot(used, i);
    return true;
}

static enum fed_code keep(struct used *used, const struct slot *slot)
{
    uint32_t at;

    if (used->n == NONCES_PER_KID)
        return FED_NONCE_FULL;
    if (used->n == used->cap && !grow(used))
        return FED_UNAVAILABLE;
    at = slot_at(used, used->n);
    used->slots[at] = *slot;
    used->n++;
    link_slot(used, at);
    return FED_OK;
}

/* ---- all of them ---- */

/* Where the kid stands, or belongs. */
static size_t place_of(const struct nonces *nonces, const char *kid, bool *is_there_out)
{
    size_t low = 0, high = nonces->n_kids;

    *is_there_out = false;
    while (low < high && !*is_there_out) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(kid, nonces->kids[middle]->kid);

        if (order > 0)
            low = middle + 1;
        else
            high = middle;
        if (order == 0) {
            *is_there_out = true;
            low = middle;
        }
    }
    return low;
}

/* Kids that hold nothing any more make room: keys come and go over the years. */
static void drop_empty(struct nonces *nonces, int64_t now_us)
{
    size_t n = 0;

    for (size_t i = 0; i < nonces->n_kids; i++) {
        struct used *used = nonces->kids[i];

        forget(used, now_us);
        if (used->n > 0) {
            nonces->kids[n++] = used;
            continue;
        }
        if (used->forgot_us > nonces->forgot_us)
            nonces->forgot_us = used->forgot_us;
        used_destroy(used);
    }
    nonces->n_kids = n;
}

static bool make_room(struct nonces *nonces)
{
    size_t cap = nonces->cap_kids == 0 ? 16 : nonces->cap_kids * 2;
    struct used **kids;

    if (nonces->n_kids < nonces->cap_kids)
        return true;
    kids = realloc(nonces->kids, cap * sizeof(struct used *));
    if (kids == NULL)
        return false;
    nonces->kids = kids;
    nonces->cap_kids = cap;
    return true;
}

static enum fed_code used_of(struct nonces *nonces, const char *kid, int64_t now_us,
                             struct used **used_out)
{
    struct used *used;
    bool is_there;
    size_t at = place_of(nonces, kid, &is_there);

    if (is_there) {
        *used_out = nonces->kids[at];
        return FED_OK;
    }
    if (nonces->n_kids == NONCES_KID_MOST) {
        drop_empty(nonces, now_us);
        at = place_of(nonces, kid, &is_there);
    }
    if (nonces->n_kids == NONCES_KID_MOST)
        return FED_NONCE_FULL;
    used = make_room(nonces) ? calloc(1, sizeof *used) : NULL;
    if (used == NULL)
        return FED_UNAVAILABLE;
    memcpy(used->kid, kid, strlen(kid) + 1);
    used->forgot_us = INT64_MIN;
    memmove(nonces->kids + at + 1, nonces->kids + at,
            (nonces->n_kids - at) * sizeof(struct used *));
    nonces->kids[at] = used;
    nonces->n_kids++;
    *used_out = used;
    return FED_OK;
}

enum fed_code nonces_take(struct nonces *nonces, struct span kid,
                          const uint8_t nonce[PROFILE_NONCE_BYTES], int64_t created_utc_us,
                          int64_t now_utc_us)
{
    struct slot slot = {.until_us = now_utc_us + NONCES_KEPT_US, .created_us = created_utc_us};
    char name[FED_KID_CAP] = "";
    struct used *used = NULL;
    enum fed_code code;

    invariant(kid.len > 0 && kid.len < sizeof name, "a kid of %zu bytes", kid.len);
    memcpy(name, kid.p, kid.len);
    memcpy(slot.nonce, nonce, PROFILE_NONCE_BYTES);
    slot.hash = hash_of(nonces, nonce);
    code = used_of(nonces, name, now_utc_us, &used);
    if (code != FED_OK)
        return code;
    forget(used, now_utc_us);
    if (has(used, slot.hash, nonce))
        return FED_REPLAYED;
    if (created_utc_us <= used->forgot_us || created_utc_us <= nonces->forgot_us)
        return FED_BAD_TIME;
    return keep(used, &slot);
}

#include "voice/ice.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>

#define N_WAYS    (VOICE_SESSIONS * ICE_WAYS)
#define N_BUCKETS (2 * N_WAYS) /* half full at most, so that a search is short */
#define NOBODY    UINT16_MAX
#define NO_WAY    (-1)

/* A session's place among the ways is its number times ICE_WAYS. */
struct place {
    struct way way;
    int64_t heard_ms;
    bool is_used;
};

struct member {
    bool is_open;
    int8_t chosen;    /* among its places, or NO_WAY */
    int64_t heard_ms; /* the last signed request */
    char ufrag[ICE_NAME_CHARS];
    struct mac mac;
};

struct ice {
    uint64_t seed;
    uint16_t bucket[N_BUCKETS]; /* of hashed ways: a place, or NOBODY */
    struct member member[VOICE_SESSIONS];
    struct place place[N_WAYS];
};
_Static_assert(N_WAYS < NOBODY, "places are numbered by 16 bits");
_Static_assert(VOICE_SESSIONS <= 64 * 64, "two characters name a session");

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum err ice_create(struct ice **ice_out, struct fail *why)
{
    struct ice *ice = calloc(1, sizeof *ice);

    *ice_out = NULL;
    if (ice == NULL)
        return fail_set(why, ERR_NOMEM, "ICE");
    if (RAND_bytes((uint8_t *)&ice->seed, sizeof ice->seed) != 1) {
        free(ice);
        return fail_set(why, ERR_INTERNAL, "random bytes");
    }
    memset(ice->bucket, 0xff, sizeof ice->bucket);
    *ice_out = ice;
    return ERR_OK;
}

void ice_destroy(struct ice **ice)
{
    if (*ice == NULL)
        return;
    for (int i = 0; i < VOICE_SESSIONS; i++)
        if ((*ice)->member[i].is_open)
            mac_wipe(&(*ice)->member[i].mac);
    free(*ice);
    *ice = NULL;
}

/* ---- ways by their address ---- */

static uint32_t mixed(uint64_t h)
{
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(h >> 32);
}

static uint32_t way_bucket(const struct ice *ice, const struct way *way)
{
    uint64_t high, low;

    memcpy(&high, way->ip, sizeof high);
    memcpy(&low, way->ip + sizeof high, sizeof low);
    return mixed(mixed(ice->seed ^ high) ^ low ^
                 ((uint64_t)way->connection << 16 ^ way->port) * UINT64_C(0x9e3779b97f4a7c15)) %
           N_BUCKETS;
}

/* The bucket that holds way, or the empty one where it would go. */
static uint32_t bucket_find(const struct ice *ice, const struct way *way)
{
    uint32_t b = way_bucket(ice, way);

    while (ice->bucket[b] != NOBODY && !way_is_same(&ice->place[ice->bucket[b]].way, way))
        b = (b + 1) % N_BUCKETS;
    return b;
}

/* Empties a bucket and moves those behind it up that would not be found any more. */
static void bucket_clear(struct ice *ice, uint32_t hole)
{
    uint32_t b = hole;

    for (;;) {
        uint32_t home;

        b = (b + 1) % N_BUCKETS;
        if (ice->bucket[b] == NOBODY)
            break;
        home = way_bucket(ice, &ice->place[ice->bucket[b]].way);
        if ((b - home) % N_BUCKETS < (b - hole) % N_BUCKETS)
            continue;
        ice->bucket[hole] = ice->bucket[b];
        hole = b;
    }
    ice->bucket[hole] = NOBODY;
}

static int place_find(const struct ice *ice, const struct way *way)
{
    uint16_t place = ice->bucket[bucket_find(ice, way)];

    return place == NOBODY ? NO_WAY : place;
}

static void place_drop(struct ice *ice, int at)
{
    struct member *member = &ice->member[at / ICE_WAYS];

    bucket_clear(ice, bucket_find(ice, &ice->place[at].way));
    ice->place[at].is_used = false;
    if (member->chosen == at % ICE_WAYS) {
        member->chosen = NO_WAY;
    }
}

/* A free place of the session, or that of the way which was silent longest and is not chosen.
 */
static int place_free(struct ice *ice, int session)
{
    const struct member *member = &ice->member[session];
    int oldest = NO_WAY;

    for (int i = 0; i < ICE_WAYS; i++) {
        int at = session * ICE_WAYS + i;

        if (!ice->place[at].is_used)
            return at;
        if (i != member->chosen &&
            (oldest == NO_WAY || ice->place[at].heard_ms < ice->place[oldest].heard_ms))
            oldest = at;
    }
    place_drop(ice, oldest);
    return oldest;
}

/* The place of way under session, made if need be. NO_WAY: it is another's who is there. */
static int place_take(struct ice *ice, int session, const struct way *way, int64_t now_ms)
{
    int at = place_find(ice, way);

    if (at != NO_WAY && at / ICE_WAYS != session) {
        if (now_ms - ice->place[at].heard_ms < ICE_CONSENT_MS)
            return NO_WAY;
        place_drop(ice, at);
        at = NO_WAY;
    }
    if (at == NO_WAY) {
        at = place_free(ice, session);
        ice->place[at] = (struct place){.way = *way, .is_used = true};
        ice->bucket[bucket_find(ice, way)] = (uint16_t)at;
    }
    ice->place[at].heard_ms = now_ms;
    return at;
}

/* ---- sessions ---- */

enum err ice_open(struct ice *ice, int session, int64_t now_ms, struct ice_name *name_out,
                  struct fail *why)
{
    struct member *member = &ice->member[session];
    uint8_t random[ICE_NAME_CHARS + ICE_PASSWORD_CHARS];

    memset(name_out, 0, sizeof *name_out);
    invariant(!member->is_open, "session %d", session);
    if (RAND_bytes(random, sizeof random) != 1)
        return fail_set(why, ERR_INTERNAL, "random bytes");
    for (int i = 0; i < ICE_NAME_CHARS; i++)
        name_out->ufrag[i] = alphabet[random[i] % 64];
    for (int i = 0; i < ICE_PASSWORD_CHARS; i++)
        name_out->password[i] = alphabet[random[ICE_NAME_CHARS + i] % 64];
    /* The name begins with the session, so that no table of names is needed. */
    name_out->ufrag[0] = alphabet[session / 64];
    name_out->ufrag[1] = alphabet[session % 64];
    OPENSSL_cleanse(random, sizeof random);

    *member = (struct member){.is_open = true, .chosen = NO_WAY, .heard_ms = now_ms};
    memcpy(member->ufrag, name_out->ufrag, ICE_NAME_CHARS);
    mac_init(&member->mac, span_of(name_out->password, ICE_PASSWORD_CHARS));
    return ERR_OK;
}

void ice_close(struct ice *ice, int session)
{
    struct member *member = &ice->member[session];

    if (!member->is_open)
        return;
    for (int at = session * ICE_WAYS; at < (session + 1) * ICE_WAYS; at++)
        if (ice->place[at].is_used)
            place_drop(ice, at);
    mac_wipe(&member->mac);
    member->is_open = false;
}

static int digit_of(uint8_t c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

static int name_find(const struct ice *ice, struct span ufrag)
{
    int high, low, session;

    if (ufrag.len != ICE_NAME_CHARS)
        return -1;
    high = digit_of(ufrag.p[0]);
    low = digit_of(ufrag.p[1]);
    session = high * 64 + low;
    if (high < 0 || low < 0 || session >= VOICE_SESSIONS || !ice->member[session].is_open ||
        memcmp(ice->member[session].ufrag, ufrag.p, ICE_NAME_CHARS) != 0)
        return -1;
    return session;
}

enum ice_verdict ice_feed(struct ice *ice, const struct way *way, struct span datagram,
                          int64_t now_ms, int *session_out, uint8_t answer_out[STUN_ANSWER_CAP],
                          size_t *len_out)
{
    struct stun_request request;
    struct member *member;
    int session, at;

    if (!stun_read(datagram, &request))
        return ICE_MALFORMED;
    session = name_find(ice, request.ours);
    if (session < 0)
        return ICE_STRANGER;
    member = &ice->member[session];
    if (!stun_is_signed(&request, &member->mac))
        return ICE_FORGED;
    *session_out = session;
    if (request.n_unknown > 0 || request.is_controlled) {
        *len_out = stun_error_write(
            &request, request.n_unknown > 0 ? STUN_UNKNOWN_ATTRIBUTE : STUN_ROLE_CONFLICT,
            &member->mac, answer_out);
        return ICE_ANSWERED;
    }
    at = place_take(ice, session, way, now_ms);
    if (at == NO_WAY)
        return ICE_TAKEN;
    member->heard_ms = now_ms;
    if (request.is_nominating || member->chosen == NO_WAY)
        member->chosen = (int8_t)(at % ICE_WAYS);
    *len_out = stun_success_write(&request, way, &member->mac, answer_out);
    return ICE_ANSWERED;
}

int ice_session_find(const struct ice *ice, const struct way *way)
{
    int at = place_find(ice, way);

    return at == NO_WAY ? -1 : at / ICE_WAYS;
}

bool ice_way_find(const struct ice *ice, int session, struct way *way_out)
{
    const struct member *member = &ice->member[session];

    if (!member->is_open || member->chosen == NO_WAY)
        return false;
    *way_out = ice->place[session * ICE_WAYS + member->chosen].way;
    return true;
}

bool ice_is_gone(const struct ice *ice, int session, int64_t now_ms)
{
    return now_ms - ice->member[session].heard_ms >= ICE_CONSENT_MS;
}

void ice_way_drop(struct ice *ice, const struct way *way)
{
    int at = place_find(ice, way);

    if (at != NO_WAY)
        place_drop(ice, at);
}

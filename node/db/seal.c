#include "node/db/seal.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/gcm.h"

#define VERSION    1
#define HEAD_BYTES (1 + 16 + GCM_NONCE_BYTES)
#define NONCES_N   32  /* drawn at once */
#define AAD_CAP    192 /* two names of at most 63 bytes (PostgreSQL's limit) and two ids */

_Static_assert(HEAD_BYTES + GCM_TAG_BYTES == SEAL_OVERHEAD_BYTES, "seal.h says the form");

/* Random nonces of this thread, each used once: drawing a few at a time costs what drawing one
 * does. A child of fork draws its own. */
static bool draw_nonce(uint8_t nonce_out[GCM_NONCE_BYTES])
{
    static _Thread_local struct {
        uint8_t at[NONCES_N][GCM_NONCE_BYTES];
        size_t n_left;
        pid_t pid;
    } drawn;

    if (drawn.n_left == 0 || drawn.pid != getpid()) {
        drawn.n_left = 0;
        if (RAND_bytes(&drawn.at[0][0], sizeof drawn.at) != 1)
            return false;
        drawn.n_left = NONCES_N;
        drawn.pid = getpid();
    }
    memcpy(nonce_out, drawn.at[--drawn.n_left], GCM_NONCE_BYTES);
    return true;
}

static struct span aad_of(const struct seal_place *place, struct id key, uint8_t out[AAD_CAP])
{
    size_t table_len = strlen(place->table) + 1, column_len = strlen(place->column) + 1;

    invariant(table_len + column_len + 32 <= AAD_CAP, "%s.%s", place->table, place->column);
    memcpy(out, place->table, table_len);
    memcpy(out + table_len, place->column, column_len);
    memcpy(out + table_len + column_len, place->row.b, 16);
    memcpy(out + table_len + column_len + 16, key.b, 16);
    return span_of(out, table_len + column_len + 32);
}

enum err seal(struct keyring *keyring, struct id key, const struct seal_place *place,
              struct span plain, struct arena *arena, struct span *sealed_out, struct fail *why)
{
    uint8_t bytes[KEY_BYTES], aad[AAD_CAP], *out;
    enum err rc = keyring_open_key(keyring, key, bytes, why);

    *sealed_out = SPAN_NONE;
    if (rc != ERR_OK)
        return rc;
    out = arena_alloc(arena, plain.len + SEAL_OVERHEAD_BYTES);
    if (out == NULL) {
        rc = fail_set(why, ERR_NOMEM, "%zu bytes to seal", plain.len);
        goto out;
    }
    out[0] = VERSION;
    memcpy(out + 1, key.b, sizeof key.b);
    /* A random nonce, because a counter would have to survive crashes and restores; a person's
     * key seals far fewer than the 2^32 messages at which chance becomes a question. */
    if (!draw_nonce(out + 17))
        rc = fail_set(why, ERR_INTERNAL, "no random bytes");
    else
        rc = gcm_seal(bytes, out + 17, aad_of(place, key, aad), plain, out + HEAD_BYTES, why);
    if (rc == ERR_OK)
        *sealed_out = span_of(out, plain.len + SEAL_OVERHEAD_BYTES);
out:
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

static enum err check_form(const struct seal_place *place, struct span sealed,
                           struct id *key_out, struct fail *why)
{
    if (sealed.len < SEAL_OVERHEAD_BYTES || sealed.p[0] != VERSION)
        return fail_set(why, ERR_PROTO, "%zu bytes of %s.%s are not a sealed value", sealed.len,
                        place->table, place->column);
    memcpy(key_out->b, sealed.p + 1, sizeof key_out->b);
    return ERR_OK;
}

/* By the cipher, or by the key's bytes. */
static enum err open_value(struct gcm_key *cipher, const uint8_t *bytes, struct id key,
                           const struct seal_place *place, struct span sealed,
                           struct arena *arena, struct span *plain_out, struct fail *why)
{
    uint8_t *out = arena_alloc(arena, sealed.len - SEAL_OVERHEAD_BYTES + 1), aad[AAD_CAP];
    struct span rest = span_from(sealed, HEAD_BYTES);
    enum err rc;

    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "%zu sealed bytes", sealed.len);
    if (cipher != NULL)
        rc = gcm_key_open(cipher, sealed.p + 17, aad_of(place, key, aad), rest, out, why);
    else
        rc = gcm_open(bytes, sealed.p + 17, aad_of(place, key, aad), rest, out, why);
    if (rc == ERR_PROTO)
        return fail_set(why, rc, "a value of %s.%s was not sealed for its row", place->table,
                        place->column);
    if (rc == ERR_OK)
        *plain_out = span_of(out, sealed.len - SEAL_OVERHEAD_BYTES);
    return rc;
}

enum err unseal(struct keyring *keyring, const struct seal_place *place, struct span sealed,
                struct arena *arena, struct span *plain_out, struct fail *why)
{
    uint8_t bytes[KEY_BYTES];
    struct id key;
    enum err rc = check_form(place, sealed, &key, why);

    *plain_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = keyring_open_key(keyring, key, bytes, why);
    if (rc != ERR_OK)
        return rc;
    rc = open_value(NULL, bytes, key, place, sealed, arena, plain_out, why);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

/* ---- very many ---- */

#define SLOTS 2048 /* of keys, by their last bytes, which are random */

struct unsealer {
    struct keyring *keyring;
    uint64_t epoch;
    struct {
        struct id key;
        struct gcm_key *cipher; /* NULL: empty */
        struct keyring_about about;
    } slots[SLOTS];
};

enum err unsealer_create(struct keyring *keyring, struct unsealer **unsealer_out,
                         struct fail *why)
{
    struct unsealer *u = calloc(1, sizeof *u);

    *unsealer_out = u;
    if (u == NULL)
        return fail_set(why, ERR_NOMEM, "ciphers");
    u->keyring = keyring;
    u->epoch = keyring_epoch(keyring);
    return ERR_OK;
}

static void forget_all(struct unsealer *u)
{
    for (size_t i = 0; i < SLOTS; i++)
        gcm_key_destroy(&u->slots[i].cipher);
}

void unsealer_destroy(struct unsealer **unsealer)
{
    if (*unsealer != NULL)
        forget_all(*unsealer);
    free(*unsealer);
    *unsealer = NULL;
}

static enum err need_slot(struct unsealer *u, struct id key, size_t i, struct fail *why)
{
    uint8_t bytes[KEY_BYTES];
    uint64_t epoch = keyring_epoch(u->keyring);
    enum err rc;

    if (epoch != u->epoch)
        forget_all(u);
    u->epoch = epoch;
    if (u->slots[i].cipher != NULL && id_eq(u->slots[i].key, key))
        return ERR_OK;
    gcm_key_destroy(&u->slots[i].cipher);
    rc = keyring_open_key(u->keyring, key, bytes, why);
    if (rc != ERR_OK)
        return rc;
    rc = keyring_key_about(u->keyring, key, &u->slots[i].about, why);
    if (rc == ERR_OK)
        rc = gcm_key_create(bytes, &u->slots[i].cipher, why);
    u->slots[i].key = key;
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

enum err unsealer_open(struct unsealer *unsealer, const struct seal_place *place,
                       struct span sealed, struct arena *arena, struct span *plain_out,
                       const struct keyring_about **about_out, struct fail *why)
{
    struct id key = ID_NONE;
    enum err rc = check_form(place, sealed, &key, why);
    size_t i = ((size_t)key.b[14] << 8 | key.b[15]) % SLOTS;

    *plain_out = SPAN_NONE;
    *about_out = NULL;
    if (rc == ERR_OK)
        rc = need_slot(unsealer, key, i, why);
    if (rc != ERR_OK)
        return rc;
    *about_out = &unsealer->slots[i].about;
    return open_value(unsealer->slots[i].cipher, NULL, key, place, sealed, arena, plain_out,
                      why);
}

enum err seal_same(struct keyring *keyring, const struct seal_place *place, struct span a,
                   struct span b, struct arena *arena, bool *is_same_out, struct fail *why)
{
    struct span plain_a = SPAN_NONE, plain_b = SPAN_NONE;
    enum err rc = ERR_OK;

    *is_same_out = a.len == b.len;
    if (!*is_same_out || a.len == 0)
        return ERR_OK;
    rc = unseal(keyring, place, a, arena, &plain_a, why);
    if (rc == ERR_OK)
        rc = unseal(keyring, place, b, arena, &plain_b, why);
    *is_same_out = rc == ERR_OK && span_eq(plain_a, plain_b);
    return rc;
}

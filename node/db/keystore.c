#include "node/db/keystore.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "node/base/bytes.h"

static const char magic[] = "ibasho-keystore/1\n";
#define MAGIC_LEN       (sizeof magic - 1)
#define HEAD_BYTES      (MAGIC_LEN + 16 + 4 + 8 + 4)
#define RECORD_LEAST    43 /* without name and blob */
#define STATE_LIVE      1
#define STATE_DESTROYED 2

_Static_assert(KEY_KIND_N == KEYSTORE_KIND_COUNT, "the kinds of the file are fixed");
_Static_assert(KEY_PERSON == 0 && KEY_CLASS == 1 && KEY_BACKUP == 2 && KEY_RECORD == 3 &&
                   KEY_MAC == 4 && KEY_SIGN == 5,
               "the numbers of the kinds stand in the file");

void keystore_init(struct keystore *store, struct id node)
{
    *store = (struct keystore){.node = node};
}

/* Wrapped keys are wiped: a destroyed one must not lie about in freed memory. */
static void records_free(struct keystore_record *records, size_t n)
{
    if (records != NULL)
        OPENSSL_cleanse(records, n * sizeof *records);
    free(records);
}

void keystore_fini(struct keystore *store)
{
    records_free(store->records, store->n);
    free(store->by_key);
    free(store->by_name);
    *store = (struct keystore){.n = 0};
}

/* ---- the two indices: open addressing over indices + 1, at most half full ---- */

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return h;
}

static size_t slot_of_key(const struct keystore *store, struct id key)
{
    return (size_t)hash_bytes(UINT64_C(0xcbf29ce484222325), key.b, sizeof key.b) &
           (store->n_slots - 1);
}

static size_t slot_of_name(const struct keystore *store, unsigned kind, struct id subject,
                           const char *name)
{
    uint64_t h = hash_bytes(UINT64_C(0xcbf29ce484222325), subject.b, sizeof subject.b);

    h = hash_bytes(h, name, strlen(name));
    return (size_t)(h ^ kind) & (store->n_slots - 1);
}

static void index_put(const struct keystore *store, uint32_t *table, size_t slot, size_t i)
{
    while (table[slot] != 0)
        slot = (slot + 1) & (store->n_slots - 1);
    table[slot] = (uint32_t)i + 1;
}

static void index_record(struct keystore *store, size_t i)
{
    const struct keyd_key *key = &store->records[i].key;

    index_put(store, store->by_key, slot_of_key(store, key->key), i);
    index_put(store, store->by_name, slot_of_name(store, key->kind, key->subject, key->name),
              i);
}

/* Room for n records in all. */
static enum err reserve(struct keystore *store, size_t n, struct fail *why)
{
    size_t cap = store->cap == 0 ? 64 : store->cap;
    struct keystore_record *records;
    uint32_t *by_key, *by_name;

    if (n <= store->cap)
        return ERR_OK;
    while (cap < n)
        cap *= 2;
    by_key = calloc(2 * cap, sizeof *by_key);
    by_name = calloc(2 * cap, sizeof *by_name);
    records = by_key == NULL || by_name == NULL ? NULL : calloc(cap, sizeof *records);
    if (records == NULL) {
        free(by_key);
        free(by_name);
        return fail_set(why, ERR_NOMEM, "%zu keys", n);
    }
    if (store->n > 0)
        memcpy(records, store->records, store->n * sizeof *records);
    records_free(store->records, store->n);
    free(store->by_key);
    free(store->by_name);
    store->records = records;
    store->by_key = by_key;
    store->by_name = by_name;
    store->cap = cap;
    store->n_slots = 2 * cap;
    for (size_t i = 0; i < store->n; i++)
        index_record(store, i);
    return ERR_OK;
}

struct keystore_record *keystore_find_key(const struct keystore *store, struct id key)
{
    if (store->n_slots == 0)
        return NULL;
    for (size_t slot = slot_of_key(store, key); store->by_key[slot] != 0;
         slot = (slot + 1) & (store->n_slots - 1)) {
        struct keystore_record *r = &store->records[store->by_key[slot] - 1];

        if (id_eq(r->key.key, key))
            return r;
    }
    return NULL;
}

struct keystore_record *keystore_find(const struct keystore *store, enum key_kind kind,
                                      struct id subject, const char *name)
{
    if (store->n_slots == 0)
        return NULL;
    for (size_t slot = slot_of_name(store, (unsigned)kind, subject, name);
         store->by_name[slot] != 0; slot = (slot + 1) & (store->n_slots - 1)) {
        struct keystore_record *r = &store->records[store->by_name[slot] - 1];

        if (r->key.kind == (unsigned)kind && id_eq(r->key.subject, subject) &&
            strcmp(r->key.name, name) == 0)
            return r;
    }
    return NULL;
}

enum err keystore_add(struct keystore *store, const struct keystore_record *record,
                      struct fail *why)
{
    const struct keyd_key *key = &record->key;
    enum err rc;

    if (store->n >= KEYSTORE_MAX_KEYS)
        return fail_set(why, ERR_TOO_LARGE, "a keystore holds %d keys", KEYSTORE_MAX_KEYS);
    rc = reserve(store, store->n + 1, why);
    if (rc != ERR_OK)
        return rc;
    if (keystore_find_key(store, key->key) != NULL ||
        keystore_find(store, (enum key_kind)key->kind, key->subject, key->name) != NULL)
        return fail_set(why, ERR_CONFLICT, "that key is there already or was destroyed");
    store->records[store->n] = *record;
    index_record(store, store->n++);
    return ERR_OK;
}

void keystore_record_destroy(struct keystore_record *record, int64_t now_utc_us)
{
    record->destroyed = true;
    record->at_utc_us = now_utc_us;
    OPENSSL_cleanse(record->blob, sizeof record->blob);
}

enum err keystore_copy(const struct keystore *from, struct keystore *to_out, struct fail *why)
{
    enum err rc;

    keystore_init(to_out, from->node);
    to_out->generation = from->generation;
    to_out->sequence = from->sequence;
    rc = reserve(to_out, from->n, why);
    for (size_t i = 0; rc == ERR_OK && i < from->n; i++) {
        to_out->records[i] = from->records[i];
        to_out->n = i + 1;
        index_record(to_out, i);
    }
    return rc;
}

/* ---- the file ---- */

/* False when the record is short or breaks a rule. */
static bool get_record(struct bytes_in *in, struct keystore_record *r)
{
    uint64_t state = bytes_get_number(in, 1), kind = bytes_get_number(in, 1), at, name_len;

    memset(r, 0, sizeof *r);
    bytes_get(in, r->key.key.b, sizeof r->key.key.b);
    bytes_get(in, r->key.subject.b, sizeof r->key.subject.b);
    at = bytes_get_number(in, 8);
    name_len = bytes_get_number(in, 1);
    if ((state != STATE_LIVE && state != STATE_DESTROYED) || kind >= KEYSTORE_KIND_COUNT ||
        at > INT64_MAX || name_len >= KEYD_NAME_CAP)
        return false;
    r->key.kind = (uint8_t)kind;
    r->destroyed = state == STATE_DESTROYED;
    r->at_utc_us = (int64_t)at;
    bytes_get(in, r->key.name, name_len);
    if (!r->destroyed)
        bytes_get(in, r->blob, sizeof r->blob);
    return !in->is_short && !id_is_none(r->key.key) &&
           keyd_name_is_valid(span_of(r->key.name, name_len)) &&
           (name_len > 0 || !id_is_none(r->key.subject));
}

enum err keystore_parse(struct span bytes, struct keystore *store_out, struct fail *why)
{
    struct bytes_in in = {.rest = bytes};
    uint8_t hash[SHA256_DIGEST_LENGTH], head[MAGIC_LEN];
    uint64_t n;
    enum err rc;

    keystore_init(store_out, ID_NONE);
    if (bytes.len < HEAD_BYTES + sizeof hash || bytes.len > KEYSTORE_MAX_BYTES)
        return fail_set(why, ERR_PROTO, "a keystore of %zu bytes", bytes.len);
    in.rest.len -= sizeof hash;
    SHA256(in.rest.p, in.rest.len, hash);
    if (memcmp(hash, bytes.p + in.rest.len, sizeof hash) != 0)
        return fail_set(why, ERR_PROTO, "the keystore is torn: its checksum differs");
    bytes_get(&in, head, sizeof head);
    if (memcmp(head, magic, sizeof head) != 0)
        return fail_set(why, ERR_PROTO, "not a keystore of this version");
    bytes_get(&in, store_out->node.b, sizeof store_out->node.b);
    store_out->generation = (uint32_t)bytes_get_number(&in, 4);
    store_out->sequence = bytes_get_number(&in, 8);
    n = bytes_get_number(&in, 4);
    if (store_out->generation == 0 || n > in.rest.len / RECORD_LEAST)
        return fail_set(why, ERR_PROTO, "a keystore of %llu records in %zu bytes",
                        (unsigned long long)n, bytes.len);
    rc = reserve(store_out, n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        struct keystore_record r;

        if (!get_record(&in, &r) || keystore_add(store_out, &r, NULL) != ERR_OK)
            rc = fail_set(why, ERR_PROTO, "record %zu of the keystore", i);
        OPENSSL_cleanse(&r, sizeof r);
    }
    if (rc == ERR_OK && in.rest.len != 0)
        rc = fail_set(why, ERR_PROTO, "%zu bytes behind the last record", in.rest.len);
    return rc;
}

static void put_record(struct bytes_out *out, const struct keystore_record *r)
{
    size_t name_len = strlen(r->key.name);

    bytes_put_number(out, r->destroyed ? STATE_DESTROYED : STATE_LIVE, 1);
    bytes_put_number(out, r->key.kind, 1);
    bytes_put(out, r->key.key.b, sizeof r->key.key.b);
    bytes_put(out, r->key.subject.b, sizeof r->key.subject.b);
    bytes_put_number(out, (uint64_t)r->at_utc_us, 8);
    bytes_put_number(out, name_len, 1);
    bytes_put(out, r->key.name, name_len);
    if (!r->destroyed)
        bytes_put(out, r->blob, sizeof r->blob);
}

enum err keystore_print(const struct keystore *store, uint8_t **bytes_out, size_t *len_out,
                        struct fail *why)
{
    size_t most = HEAD_BYTES + store->n * (RECORD_LEAST + KEYD_NAME_CAP + KEYD_BLOB_BYTES) +
                  SHA256_DIGEST_LENGTH;
    struct bytes_out out = {.p = malloc(most), .cap = most};

    *bytes_out = NULL;
    if (out.p == NULL)
        return fail_set(why, ERR_NOMEM, "a keystore of %zu keys", store->n);
    bytes_put(&out, magic, MAGIC_LEN);
    bytes_put(&out, store->node.b, sizeof store->node.b);
    bytes_put_number(&out, store->generation, 4);
    bytes_put_number(&out, store->sequence, 8);
    bytes_put_number(&out, store->n, 4);
    for (size_t i = 0; i < store->n; i++)
        put_record(&out, &store->records[i]);
    SHA256(out.p, out.len, out.p + out.len);
    out.len += SHA256_DIGEST_LENGTH;
    *bytes_out = out.p;
    *len_out = out.len;
    return ERR_OK;
}

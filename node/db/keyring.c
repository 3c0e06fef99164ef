#include "node/db/keyring.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/db/keyring_priv.h"

const struct conf_row keyring_conf_rows[KEYRING_CONF_N] = {
    {.name = "keys.dir",
     .type = CONF_PATH,
     .help = "鍵束（keystore）を置くディレクトリ。データベースとその控えの外に置きます"},
    {.name = "keys.copies",
     .type = CONF_TEXT,
     .initial = "",
     .help = "鍵束の写しのファイル名。コンマで区切ります。消した鍵は写しからも消えます"},
};

enum err keyring_conf_read(const struct conf *conf, struct keyring_conf *out, struct fail *why)
{
    *out = (struct keyring_conf){.dir = conf_text(conf, "keys.dir"),
                                 .copies = conf_text(conf, "keys.copies"),
                                 .agent_socket = conf_text(conf, "keyd.socket")};
    return node_conf_id(conf, &out->node, why);
}

/* ---- the store and its changes ---- */

enum err store_reload(struct keyring *keyring, struct fail *why)
{
    struct keystore store;
    enum err rc = keyfiles_load(keyring->files, &store, why);

    if (rc != ERR_OK) {
        keystore_fini(&store);
        return rc;
    }
    keystore_fini(&keyring->store);
    keyring->store = store;
    keyring->has_store = true;
    return ERR_OK;
}

enum err change_begin(struct keyring *keyring, struct change *change, struct fail *why)
{
    enum err rc = keyfiles_lock(keyring->files, why);

    change->keyring = keyring;
    keystore_init(&change->store, keyring->node);
    if (rc != ERR_OK)
        return rc;
    if (keyring->has_store && keyfiles_changed(keyring->files))
        rc = store_reload(keyring, why);
    if (rc == ERR_OK)
        rc = keystore_copy(&keyring->store, &change->store, why);
    if (rc != ERR_OK)
        change_drop(change);
    return rc;
}

void change_drop(struct change *change)
{
    keystore_fini(&change->store);
    keyfiles_unlock(change->keyring->files);
}

enum err change_end(struct change *change, enum keyfiles_strict strict, struct fail *why)
{
    struct keyring *keyring = change->keyring;
    enum err rc;

    change->store.sequence++;
    rc = keyfiles_save(keyring->files, &change->store, strict, why);
    if (rc == ERR_OK || rc == ERR_UNCERTAIN) {
        keystore_fini(&keyring->store);
        keyring->store = change->store;
        keyring->has_store = true;
        keystore_init(&change->store, keyring->node);
    }
    change_drop(change);
    return rc;
}

/* ---- open and close ---- */

/* Every key of kind and subject becomes a destroyed one in store; returns how many did. */
static size_t subject_destroy(struct keyring *keyring, struct keystore *store,
                              enum key_kind kind, struct id subject)
{
    size_t n = 0;

    for (size_t i = 0; i < store->n; i++) {
        struct keystore_record *r = &store->records[i];

        if (r->key.kind != (unsigned)kind || !id_eq(r->key.subject, subject) || r->destroyed)
            continue;
        keycache_drop(keyring->cache, r->key.key);
        keystore_record_destroy(r, clock_utc_us());
        n++;
    }
    if (n > 0)
        keyring_forgets(keyring);
    return n;
}

/* The keystore may be younger or older than the list (a crash between the two, or a copy
 * brought back by hand): both learn from each other, and destruction wins. */
static enum err erased_replay(struct keyring *keyring, struct fail *why)
{
    struct arena *arena = NULL;
    struct id *persons;
    size_t n, n_destroyed = 0;
    struct change change;
    enum err rc = arena_create(4096, &arena, why);

    if (rc != ERR_OK)
        return rc;
    rc = keyfiles_erased_read(keyring->files, arena, &persons, &n, why);
    if (rc == ERR_OK)
        rc = change_begin(keyring, &change, why);
    if (rc != ERR_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        n_destroyed += subject_destroy(keyring, &change.store, KEY_PERSON, persons[i]);
    if (n_destroyed == 0) {
        change_drop(&change);
        goto out;
    }
    log_warn("keyring.erased_again", L_INT("n", n_destroyed));
    rc = change_end(&change, KEYFILES_LENIENT, why);
out:
    arena_destroy(&arena);
    return rc;
}

static enum err store_open(struct keyring *keyring, struct fail *why)
{
    enum err rc = keyfiles_lock(keyring->files, why);

    if (rc != ERR_OK)
        return rc;
    rc = store_reload(keyring, why);
    keyfiles_unlock(keyring->files);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK; /* before the first initialisation */
    if (rc == ERR_OK)
        rc = erased_replay(keyring, why);
    return rc == ERR_OK ? keyring_settle(keyring, why) : rc;
}

enum err keyring_open(const struct keyring_conf *conf, struct keyring **keyring_out,
                      struct fail *why)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    enum err rc;

    *keyring_out = NULL;
    if (keyring == NULL)
        return fail_set(why, ERR_NOMEM, "keyring");
    pthread_mutex_init(&keyring->lock, NULL);
    keyring->node = conf->node;
    keystore_init(&keyring->store, conf->node);
    rc = agent_create(conf->agent_socket, &keyring->agent, why);
    if (rc == ERR_OK)
        rc = keycache_create(&keyring->cache, why);
    if (rc == ERR_OK)
        rc = keyfiles_open(conf->dir, conf->copies, conf->node, &keyring->files, why);
    if (rc == ERR_OK)
        rc = store_open(keyring, why);
    if (rc != ERR_OK)
        keyring_close(&keyring);
    *keyring_out = keyring;
    return rc;
}

void keyring_close(struct keyring **keyring)
{
    struct keyring *k = *keyring;

    if (k == NULL)
        return;
    keycache_destroy(&k->cache);
    agent_destroy(&k->agent);
    keyfiles_close(&k->files);
    keystore_fini(&k->store);
    pthread_mutex_destroy(&k->lock);
    free(k);
    *keyring = NULL;
}

uint64_t keyring_epoch(const struct keyring *keyring)
{
    return atomic_load(&keyring->epoch);
}

void keyring_forgets(struct keyring *keyring)
{
    atomic_fetch_add(&keyring->epoch, 1);
    for (int i = 0; i < KEEPERS_CAP; i++)
        if (keyring->keepers[i].forget != NULL)
            keyring->keepers[i].forget(keyring->keepers[i].arg);
}

void keyring_on_forget(struct keyring *keyring, void (*forget)(void *arg), void *arg)
{
    bool is_kept = false;

    pthread_mutex_lock(&keyring->lock);
    for (int i = 0; i < KEEPERS_CAP && !is_kept; i++) {
        if (keyring->keepers[i].forget != NULL)
            continue;
        keyring->keepers[i].forget = forget;
        keyring->keepers[i].arg = arg;
        is_kept = true;
    }
    pthread_mutex_unlock(&keyring->lock);
    invariant(is_kept, "more than %d keep what keys gave", KEEPERS_CAP);
}

void keyring_off_forget(struct keyring *keyring, const void *arg)
{
    pthread_mutex_lock(&keyring->lock);
    for (int i = 0; i < KEEPERS_CAP; i++)
        if (keyring->keepers[i].arg == arg)
            keyring->keepers[i].forget = NULL;
    pthread_mutex_unlock(&keyring->lock);
}

/* ---- keys ---- */

static enum err name_check(struct id subject, const char **name, struct fail *why)
{
    if (*name == NULL)
        *name = "";
    if (!keyd_name_is_valid(span_text(*name)))
        return fail_set(why, ERR_INVALID, "a key's name is [a-z0-9._-]{0,40}");
    if (id_is_none(subject) && (*name)[0] == '\0')
        return fail_set(why, ERR_INVALID, "a key has a subject or a name");
    return ERR_OK;
}

/* A miss may be news: another program (the one that takes over this node) may have written. */
static struct keystore_record *find(struct keyring *keyring, enum key_kind kind,
                                    struct id subject, const char *name)
{
    struct keystore_record *r = keystore_find(&keyring->store, kind, subject, name);

    if (r != NULL || !keyring->has_store || !keyfiles_changed(keyring->files))
        return r;
    if (keyfiles_lock(keyring->files, NULL) != ERR_OK)
        return NULL;
    if (store_reload(keyring, NULL) == ERR_OK)
        r = keystore_find(&keyring->store, kind, subject, name);
    keyfiles_unlock(keyring->files);
    return r;
}

static enum err wrap(struct keyring *keyring, struct keystore_record *record,
                     const uint8_t bytes[KEY_BYTES], struct fail *why)
{
    struct keyd_request request = {.op = KEYD_WRAP, .key = record->key};
    struct keyd_reply reply;
    enum err rc;

    memcpy(request.bytes, bytes, KEY_BYTES);
    rc = agent_call(keyring->agent, &request, &reply, why);
    if (rc == ERR_OK)
        memcpy(record->blob, reply.blob, sizeof record->blob);
    OPENSSL_cleanse(&request, sizeof request);
    OPENSSL_cleanse(&reply, sizeof reply);
    return rc;
}

/* Keystore and agent must mean the same generation, or the new key would be lost: a rotation
 * whose last step was cut off is ended here. Under the files' lock. */
static enum err generation_check(struct keyring *keyring, struct fail *why)
{
    struct keyd_request request = {.op = KEYD_STATUS};
    struct keyd_reply reply;

    if (!keyring->has_store)
        return fail_set(why, ERR_LOCKED, "there is no keystore: no sheet yet, or it was lost");
    for (int i = 0; i < 2; i++) {
        enum err rc = agent_call(keyring->agent, &request, &reply, why);

        if (rc != ERR_OK)
            return rc;
        if (!reply.status.unlocked)
            return fail_set(why, ERR_LOCKED, "the key agent waits for the sheet");
        if (reply.status.generation == keyring->store.generation)
            return ERR_OK;
        rc = keyring_settle_locked(keyring, why);
        if (rc != ERR_OK)
            return rc;
    }
    return fail_set(why, ERR_LOCKED, "the agent holds generation %u, the keystore %u",
                    (unsigned)reply.status.generation, (unsigned)keyring->store.generation);
}

/* A key of random bytes, wrapped and added to a change that is not saved yet. */
static enum err make_key(struct keyring *keyring, struct change *change,
                         struct keystore_record *record, uint8_t bytes_out[KEY_BYTES],
                         struct fail *why)
{
    enum err rc;

    if (RAND_priv_bytes(bytes_out, KEY_BYTES) != 1)
        return fail_set(why, ERR_INTERNAL, "no random bytes");
    rc = wrap(keyring, record, bytes_out, why);
    return rc == ERR_OK ? keystore_add(&change->store, record, why) : rc;
}

/* Under the lock. */
static enum err create(struct keyring *keyring, enum key_kind kind, struct id subject,
                       const char *name, struct id *key_out, struct fail *why)
{
    struct keystore_record record = {
        .key = {.key = id_new(), .subject = subject, .kind = (uint8_t)kind},
        .at_utc_us = clock_utc_us()};
    uint8_t bytes[KEY_BYTES] = {0};
    struct change change;
    enum err rc = change_begin(keyring, &change, why);

    if (rc != ERR_OK)
        return rc;
    memcpy(record.key.name, name, strlen(name));
    if (keystore_find(&change.store, kind, subject, name) != NULL)
        rc = fail_set(why, ERR_CONFLICT, "that key is there already or was destroyed");
    if (rc == ERR_OK)
        rc = generation_check(keyring, why);
    if (rc == ERR_OK)
        rc = make_key(keyring, &change, &record, bytes, why);
    if (rc != ERR_OK) {
        change_drop(&change);
        goto out;
    }
    rc = change_end(&change, KEYFILES_ADDED, why);
    if (rc != ERR_OK)
        goto out;
    keycache_put(keyring->cache, record.key.key, bytes);
    *key_out = record.key.key;
out:
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(&record, sizeof record);
    return rc;
}

/* ---- many keys, one replacement of the keystore ---- */

struct batch {
    const struct id *subjects;
    struct id *keys_out;
    bool *is_new;
    uint8_t *bytes; /* KEY_BYTES a subject; of those made here */
    size_t n, n_new;
    enum key_kind kind;
};

/* Into the change; nothing is saved yet. */
static enum err batch_fill(struct keyring *keyring, struct change *change, struct batch *b,
                           struct fail *why)
{
    struct keystore_record record;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < b->n; i++) {
        const struct keystore_record *r =
            keystore_find(&change->store, b->kind, b->subjects[i], "");

        if (r != NULL) {
            b->keys_out[i] = r->key.key;
            if (r->destroyed)
                rc = fail_set(why, ERR_NOT_FOUND, "a key of the batch was destroyed");
            continue;
        }
        record = (struct keystore_record){
            .key = {.key = id_new(), .subject = b->subjects[i], .kind = (uint8_t)b->kind},
            .at_utc_us = clock_utc_us()};
        if (id_is_none(record.key.subject))
            rc = fail_set(why, ERR_INVALID, "a key of nobody in the batch");
        if (rc == ERR_OK && b->n_new++ == 0)
            rc = generation_check(keyring, why);
        if (rc == ERR_OK)
            rc = make_key(keyring, change, &record, b->bytes + i * KEY_BYTES, why);
        b->is_new[i] = true;
        b->keys_out[i] = record.key.key;
    }
    OPENSSL_cleanse(&record, sizeof record);
    return rc;
}

/* Under the lock. */
static enum err batch_run(struct keyring *keyring, struct batch *b, struct fail *why)
{
    struct change change;
    enum err rc = change_begin(keyring, &change, why);

    if (rc != ERR_OK)
        return rc;
    rc = batch_fill(keyring, &change, b, why);
    if (rc != ERR_OK || b->n_new == 0) {
        change_drop(&change);
        return rc;
    }
    rc = change_end(&change, KEYFILES_ADDED, why);
    for (size_t i = 0; rc == ERR_OK && i < b->n; i++)
        if (b->is_new[i])
            keycache_put(keyring->cache, b->keys_out[i], b->bytes + i * KEY_BYTES);
    return rc;
}

enum err keyring_need_keys(struct keyring *keyring, enum key_kind kind,
                           const struct id *subjects, size_t n, struct id *keys_out,
                           struct fail *why)
{
    struct batch b = {.subjects = subjects, .keys_out = keys_out, .n = n, .kind = kind};
    enum err rc;

    if (n == 0)
        return ERR_OK;
    if (n > KEYRING_BATCH_MOST)
        return fail_set(why, ERR_TOO_LARGE, "%zu keys at once", n);
    memset(keys_out, 0, n * sizeof *keys_out);
    b.is_new = calloc(n, sizeof *b.is_new);
    b.bytes = calloc(n, KEY_BYTES);
    if (b.is_new == NULL || b.bytes == NULL) {
        rc = fail_set(why, ERR_NOMEM, "%zu keys", n);
    } else {
        pthread_mutex_lock(&keyring->lock);
        rc = batch_run(keyring, &b, why);
        pthread_mutex_unlock(&keyring->lock);
    }
    if (rc != ERR_OK)
        memset(keys_out, 0, n * sizeof *keys_out);
    if (b.bytes != NULL)
        OPENSSL_cleanse(b.bytes, n * KEY_BYTES);
    free(b.bytes);
    free(b.is_new);
    return rc;
}

enum err keyring_create_key(struct keyring *keyring, enum key_kind kind, struct id subject,
                            const char *name, struct id *key_out, struct fail *why)
{
    enum err rc = name_check(subject, &name, why);

    *key_out = ID_NONE;
    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&keyring->lock);
    rc = create(keyring, kind, subject, name, key_out, why);
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

static enum err find_or(struct keyring *keyring, enum key_kind kind, struct id subject,
                        const char *name, bool or_create, struct id *key_out, struct fail *why)
{
    const struct keystore_record *r;
    enum err rc = name_check(subject, &name, why);

    *key_out = ID_NONE;
    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&keyring->lock);
    r = find(keyring, kind, subject, name);
    if (r != NULL && !r->destroyed)
        *key_out = r->key.key;
    else if (r == NULL && or_create)
        rc = create(keyring, kind, subject, name, key_out, why);
    else
        rc = fail_set(why, ERR_NOT_FOUND, r == NULL ? "no such key" : "the key was destroyed");
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

enum err keyring_find_key(struct keyring *keyring, enum key_kind kind, struct id subject,
                          const char *name, struct id *key_out, struct fail *why)
{
    return find_or(keyring, kind, subject, name, false, key_out, why);
}

enum err keyring_need_key(struct keyring *keyring, enum key_kind kind, struct id subject,
                          const char *name, struct id *key_out, struct fail *why)
{
    return find_or(keyring, kind, subject, name, true, key_out, why);
}

static enum err unwrap_once(struct keyring *keyring, struct id key,
                            uint8_t bytes_out[KEY_BYTES], struct fail *why)
{
    const struct keystore_record *r = keystore_find_key(&keyring->store, key);
    struct keyd_request request = {.op = KEYD_UNWRAP};
    struct keyd_reply reply;
    enum err rc;

    if (r == NULL || r->destroyed)
        return fail_set(why, ERR_NOT_FOUND,
                        r == NULL ? "no such key" : "the key was destroyed");
    request.key = r->key;
    memcpy(request.blob, r->blob, sizeof request.blob);
    rc = agent_call(keyring->agent, &request, &reply, why);
    if (rc == ERR_OK) {
        memcpy(bytes_out, reply.bytes, KEY_BYTES);
        keycache_put(keyring->cache, key, bytes_out);
    }
    OPENSSL_cleanse(&request, sizeof request);
    OPENSSL_cleanse(&reply, sizeof reply);
    return rc;
}

/* Unknown here, or wrapped under another generation than the agent's: perhaps another program
 * wrote the keystore, or the agent came back from the middle of a rotation. */
static enum err unwrap(struct keyring *keyring, struct id key, uint8_t bytes_out[KEY_BYTES],
                       struct fail *why)
{
    enum err rc = unwrap_once(keyring, key, bytes_out, why);

    if ((rc != ERR_NOT_FOUND && rc != ERR_PROTO) || !keyring->has_store ||
        (rc == ERR_NOT_FOUND && !keyfiles_changed(keyring->files)) ||
        keyfiles_lock(keyring->files, NULL) != ERR_OK)
        return rc;
    if (keyring_settle_locked(keyring, NULL) == ERR_OK)
        rc = unwrap_once(keyring, key, bytes_out, why);
    keyfiles_unlock(keyring->files);
    return rc;
}

enum err keyring_open_key(struct keyring *keyring, struct id key, uint8_t bytes_out[KEY_BYTES],
                          struct fail *why)
{
    enum err rc = ERR_OK;

    pthread_mutex_lock(&keyring->lock);
    if (!keycache_find(keyring->cache, key, bytes_out))
        rc = unwrap(keyring, key, bytes_out, why);
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

enum err keyring_key_about(struct keyring *keyring, struct id key,
                           struct keyring_about *about_out, struct fail *why)
{
    const struct keystore_record *r;
    enum err rc = ERR_OK;

    _Static_assert(KEY_NAME_CAP >= KEYD_NAME_CAP, "a name fits");
    pthread_mutex_lock(&keyring->lock);
    r = keystore_find_key(&keyring->store, key);
    if (r == NULL) {
        rc = fail_set(why, ERR_NOT_FOUND, "no such key");
    } else {
        *about_out = (struct keyring_about){.kind = (enum key_kind)r->key.kind,
                                            .subject = r->key.subject,
                                            .is_destroyed = r->destroyed};
        memcpy(about_out->name, r->key.name, sizeof r->key.name);
    }
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

enum err keyring_prove(struct keyring *keyring, size_t *n_out, size_t *n_closed_out,
                       struct fail *why)
{
    uint8_t bytes[KEY_BYTES];
    enum err rc = ERR_OK;

    *n_out = *n_closed_out = 0;
    pthread_mutex_lock(&keyring->lock);
    for (size_t i = 0; rc == ERR_OK && i < keyring->store.n; i++) {
        const struct keystore_record *r = &keyring->store.records[i];

        if (r->destroyed)
            continue;
        ++*n_out;
        rc = unwrap_once(keyring, r->key.key, bytes, why);
        if (rc == ERR_PROTO || rc == ERR_DENIED) {
            ++*n_closed_out;
            rc = ERR_OK;
        }
    }
    pthread_mutex_unlock(&keyring->lock);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

/* ---- destruction ---- */

/* Nobody makes a key for a person who was erased before there was one. */
static enum err destroyed_add(struct keystore *store, enum key_kind kind, struct id subject,
                              struct fail *why)
{
    struct keystore_record record = {
        .key = {.key = id_new(), .subject = subject, .kind = (uint8_t)kind},
        .destroyed = true,
        .at_utc_us = clock_utc_us()};

    if (kind != KEY_PERSON || keystore_find(store, kind, subject, "") != NULL)
        return ERR_OK;
    return keystore_add(store, &record, why);
}

/* Also when nothing is left to destroy, the store is saved everywhere: a copy that was out of
 * reach the first time is what this call may be about. */
static enum err destroy(struct keyring *keyring, enum key_kind kind, struct id subject,
                        struct fail *why)
{
    struct change change;
    enum err rc;

    if (!keyring->has_store)
        return ERR_OK;
    rc = change_begin(keyring, &change, why);
    if (rc != ERR_OK)
        return rc;
    subject_destroy(keyring, &change.store, kind, subject);
    rc = destroyed_add(&change.store, kind, subject, why);
    if (rc != ERR_OK) {
        change_drop(&change);
        return rc;
    }
    rc = change_end(&change, KEYFILES_TELL, why);
    if (rc == ERR_UNCERTAIN)
        rc = ERR_IO;
    return rc;
}

/* Under the lock. */
static enum err erased_add(struct keyring *keyring, struct id person, struct fail *why)
{
    struct arena *arena = NULL;
    struct id *persons;
    size_t n;
    enum err rc = arena_create(4096, &arena, why);

    if (rc != ERR_OK)
        return rc;
    rc = keyfiles_lock(keyring->files, why);
    if (rc != ERR_OK)
        goto out;
    rc = keyfiles_erased_read(keyring->files, arena, &persons, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (id_eq(persons[i], person))
            goto unlock;
    if (rc == ERR_OK)
        rc = keyfiles_erased_add(keyring->files, person, why);
unlock:
    keyfiles_unlock(keyring->files);
out:
    arena_destroy(&arena);
    return rc;
}

/* The list first: if the power goes in between, keyring_open ends what was begun. */
enum err keyring_destroy_subject(struct keyring *keyring, enum key_kind kind, struct id subject,
                                 struct fail *why)
{
    enum err rc = ERR_OK;

    if (id_is_none(subject))
        return fail_set(why, ERR_INVALID, "whose keys?");
    pthread_mutex_lock(&keyring->lock);
    if (kind == KEY_PERSON)
        rc = erased_add(keyring, subject, why);
    if (rc == ERR_OK)
        rc = destroy(keyring, kind, subject, why);
    pthread_mutex_unlock(&keyring->lock);
    if (rc == ERR_OK)
        log_info("keyring.destroyed", L_INT("kind", kind), L_ID("subject", subject));
    return rc;
}

enum err keyring_places(struct keyring *keyring, enum key_kind kind, struct id subject,
                        struct arena *arena, struct keyring_place **places_out, size_t *n_out,
                        struct fail *why)
{
    enum err rc;

    *places_out = NULL;
    *n_out = 0;
    pthread_mutex_lock(&keyring->lock);
    rc = keyfiles_lock(keyring->files, why);
    if (rc == ERR_OK) {
        rc = keyfiles_held(keyring->files, kind, subject, arena, places_out, n_out, why);
        keyfiles_unlock(keyring->files);
    }
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

static enum err bury(struct change *change, enum key_kind kind, struct id subject,
                     struct id *key_out, struct fail *why)
{
    struct keystore_record record = {
        .key = {.key = id_new(), .subject = subject, .kind = (uint8_t)kind},
        .at_utc_us = clock_utc_us(),
        .destroyed = true};
    const struct keystore_record *r = keystore_find(&change->store, kind, subject, "");

    if (r != NULL && !r->destroyed)
        return fail_set(why, ERR_CONFLICT, "the subject has a key here");
    *key_out = r == NULL ? record.key.key : r->key.key;
    return r == NULL ? keystore_add(&change->store, &record, why) : ERR_OK;
}

enum err keyring_bury_keys(struct keyring *keyring, enum key_kind kind,
                           const struct id *subjects, size_t n, struct id *keys_out,
                           struct fail *why)
{
    struct change change;
    enum err rc;

    if (n == 0)
        return ERR_OK;
    pthread_mutex_lock(&keyring->lock);
    rc = keyring->has_store ? change_begin(keyring, &change, why)
                            : fail_set(why, ERR_LOCKED, "there is no keystore yet");
    if (rc == ERR_OK) {
        for (size_t i = 0; i < n && rc == ERR_OK; i++)
            rc = bury(&change, kind, subjects[i], &keys_out[i], why);
        if (rc == ERR_OK)
            rc = change_end(&change, KEYFILES_LENIENT, why);
        else
            change_drop(&change);
    }
    for (size_t i = 0; i < n && rc == ERR_OK && kind == KEY_PERSON; i++)
        rc = erased_add(keyring, subjects[i], why);
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

enum err keyring_erased(struct keyring *keyring, struct arena *arena, struct id **persons_out,
                        size_t *n_out, struct fail *why)
{
    enum err rc;

    *persons_out = NULL;
    *n_out = 0;
    pthread_mutex_lock(&keyring->lock);
    rc = keyfiles_lock(keyring->files, why);
    if (rc == ERR_OK) {
        rc = keyfiles_erased_read(keyring->files, arena, persons_out, n_out, why);
        keyfiles_unlock(keyring->files);
    }
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "node/base/log.h"
#include "node/db/keyring_priv.h"

static enum err ask(struct keyring *keyring, enum keyd_op op, uint32_t generation,
                    struct keyd_reply *reply_out, struct fail *why)
{
    struct keyd_request request = {.op = op, .generation = generation};

    return agent_call(keyring->agent, &request, reply_out, why);
}

static enum err ask_half(struct keyring *keyring, enum keyd_op op, unsigned flags,
                         const uint8_t *half, struct keyd_reply *reply_out, struct fail *why)
{
    struct keyd_request request = {.op = op, .flags = flags};
    enum err rc;

    if (half != NULL)
        memcpy(request.half, half, KEY_HALF_BYTES);
    rc = agent_call(keyring->agent, &request, reply_out, why);
    OPENSSL_cleanse(&request, sizeof request);
    return rc;
}

static void code_text(const uint8_t code[KEYD_CODE_BYTES], char out[KEY_CODE_CAP])
{
    snprintf(out, KEY_CODE_CAP, "%02x%02x-%02x%02x", code[0], code[1], code[2], code[3]);
}

enum err keyring_half_code(struct id node, const uint8_t half[KEY_HALF_BYTES],
                           char code_out[KEY_CODE_CAP], struct fail *why)
{
    static const char label[] = "ibasho-sheet/1";
    uint8_t hash[32];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(ctx, label, sizeof label - 1) == 1 &&
              EVP_DigestUpdate(ctx, node.b, sizeof node.b) == 1 &&
              EVP_DigestUpdate(ctx, half, KEY_HALF_BYTES) == 1 &&
              EVP_DigestFinal_ex(ctx, hash, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    code_out[0] = '\0';
    if (!ok)
        return fail_set(why, ERR_INTERNAL, "SHA-256");
    code_text(hash, code_out);
    return ERR_OK;
}

/* ---- the end of a change that was cut off ---- */

static enum err settle(struct keyring *keyring, struct fail *why)
{
    struct keyd_reply reply;
    const struct keyd_status *s = &reply.status;
    uint32_t stored = keyring->store.generation;
    enum err rc = ask(keyring, KEYD_STATUS, 0, &reply, why);

    if (rc == ERR_UNAVAILABLE)
        return ERR_OK;
    if (rc != ERR_OK || !s->initialised)
        return rc;
    if (!id_eq(s->node, keyring->node))
        return fail_set(why, ERR_INTERNAL, "the key agent is another node's");
    if (!keyring->has_store || (stored != s->generation && stored != s->staged_generation)) {
        log_error("keyring.generations_differ", L_INT("keystore", stored),
                  L_INT("agent", s->generation), L_INT("staged", s->staged_generation));
        return ERR_OK; /* nothing is changed that a person should judge */
    }
    if (s->staged_generation == 0)
        return ERR_OK;
    log_warn("keyring.settled", L_INT("generation", stored));
    return ask(keyring, stored == s->staged_generation ? KEYD_COMMIT : KEYD_ABORT,
               s->staged_generation, &reply, why);
}

enum err keyring_settle_locked(struct keyring *keyring, struct fail *why)
{
    enum err rc = ERR_OK;

    if (keyring->has_store && keyfiles_changed(keyring->files))
        rc = store_reload(keyring, why);
    return rc == ERR_OK ? settle(keyring, why) : rc;
}

/* The lock on the files keeps this from ending a change that another program is just making. */
enum err keyring_settle(struct keyring *keyring, struct fail *why)
{
    enum err rc = keyfiles_lock(keyring->files, why);

    if (rc != ERR_OK)
        return rc;
    rc = keyring_settle_locked(keyring, why);
    keyfiles_unlock(keyring->files);
    return rc;
}

/* ---- status ---- */

static void status_of_agent(const struct keyring *keyring, const struct keyd_status *s,
                            struct keyring_status *out)
{
    const uint8_t *valid = s->code, *stale = s->staged_code;

    out->agent_up = true;
    out->initialised = s->initialised;
    out->may_ask = s->may_ask;
    out->unlocked = s->unlocked && s->generation == keyring->store.generation;
    out->boot = keyd_boot_name(s->boot);
    out->n_wraps = s->n_wraps;
    out->n_unwraps = s->n_unwraps;
    out->n_refused = s->n_refused;
    if (!s->initialised)
        return;
    if (s->staged_generation != 0 && s->staged_generation == keyring->store.generation) {
        valid = s->staged_code;
        stale = s->code;
    }
    code_text(valid, out->sheet_code);
    /* A rotation of the contractor's half alone leaves the sheet as it is. */
    if (s->staged_generation != 0 && memcmp(valid, stale, KEYD_CODE_BYTES) != 0)
        code_text(stale, out->stale_code);
}

enum err keyring_status_read(struct keyring *keyring, struct keyring_status *out,
                             struct fail *why)
{
    struct keyd_reply reply;
    enum err rc;

    memset(out, 0, sizeof *out);
    out->boot = "";
    pthread_mutex_lock(&keyring->lock);
    rc = ask(keyring, KEYD_STATUS, 0, &reply, why);
    if (rc == ERR_OK)
        status_of_agent(keyring, &reply.status, out);
    else if (rc == ERR_UNAVAILABLE)
        rc = ERR_OK;
    out->initialised = out->initialised || keyring->has_store;
    out->generation = keyring->has_store ? keyring->store.generation : 0;
    for (size_t i = 0; i < keyring->store.n; i++)
        keyring->store.records[i].destroyed ? out->n_destroyed++ : out->n_keys++;
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

/* ---- initialise, unlock, check, lock ---- */

/* The keystore first: an agent with a sheet and no keystore beside it means that one was lost.
 */
static enum err init(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                     struct fail *why)
{
    struct keyd_reply reply;
    struct change change;
    enum err rc = ask(keyring, KEYD_STATUS, 0, &reply, why);

    if (rc != ERR_OK)
        return rc;
    if (reply.status.initialised)
        return fail_set(why, ERR_CONFLICT, "this node has a sheet already");
    if (keyring->store.n > 0)
        return fail_set(why, ERR_CONFLICT,
                        "there are keys, but the agent's files are gone: restore keyd.dir");
    rc = change_begin(keyring, &change, why);
    if (rc != ERR_OK)
        return rc;
    change.store.generation = 1;
    rc = change_end(&change, KEYFILES_ALL, why);
    if (rc != ERR_OK && rc != ERR_UNCERTAIN)
        return rc;
    /* A copy that lags is renewed at the next start or change; it keeps nobody from a sheet. */
    rc = ask_half(keyring, KEYD_INIT, 0, half, &reply, why);
    if (rc == ERR_UNCERTAIN) /* did it happen before the agent went away? */
        rc = ask_half(keyring, KEYD_CHECK, 0, half, &reply, why);
    return rc;
}

enum err keyring_init(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                      struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&keyring->lock);
    rc = init(keyring, half, why);
    pthread_mutex_unlock(&keyring->lock);
    if (rc == ERR_OK)
        log_info("keyring.initialised", L_NONE);
    return rc;
}

static enum err try_half(struct keyring *keyring, enum keyd_op op,
                         const uint8_t half[KEY_HALF_BYTES], struct fail *why)
{
    struct keyd_reply reply;
    enum err rc;

    pthread_mutex_lock(&keyring->lock);
    rc = keyring_settle(keyring, why);
    if (rc == ERR_OK)
        rc = ask_half(keyring, op, 0, half, &reply, why);
    if (rc == ERR_OK && reply.generation != keyring->store.generation)
        rc = fail_set(why, ERR_DENIED, "this sheet is of generation %u, the keystore of %u",
                      (unsigned)reply.generation, (unsigned)keyring->store.generation);
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

enum err keyring_unlock(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                        struct fail *why)
{
    enum err rc = try_half(keyring, KEYD_UNLOCK, half, why);

    if (rc == ERR_OK)
        log_info("keyring.unlocked", L_NONE);
    return rc;
}

enum err keyring_check_half(struct keyring *keyring, const uint8_t half[KEY_HALF_BYTES],
                            struct fail *why)
{
    return try_half(keyring, KEYD_CHECK, half, why);
}

enum err keyring_lock(struct keyring *keyring, struct fail *why)
{
    struct keyd_reply reply;
    enum err rc;

    pthread_mutex_lock(&keyring->lock);
    keycache_clear(keyring->cache);
    keyring_forgets(keyring);
    rc = ask(keyring, KEYD_LOCK, 0, &reply, why);
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

/* ---- rotation ---- */

static enum err rewrap_all(struct keyring *keyring, struct keystore *store, struct fail *why)
{
    struct keyd_request request = {.op = KEYD_REWRAP};
    struct keyd_reply reply = {.answer = KEYD_OK};
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < store->n; i++) {
        struct keystore_record *r = &store->records[i];

        if (r->destroyed)
            continue;
        request.key = r->key;
        memcpy(request.blob, r->blob, sizeof request.blob);
        rc = agent_call(keyring->agent, &request, &reply, why);
        if (rc == ERR_OK)
            memcpy(r->blob, reply.blob, sizeof r->blob);
    }
    OPENSSL_cleanse(&request, sizeof request);
    OPENSSL_cleanse(&reply, sizeof reply);
    return rc;
}

/* Whatever happened, the file in keys.dir says which generation holds. */
static void back_to_the_file(struct keyring *keyring)
{
    struct fail why;
    enum err rc = keyfiles_lock(keyring->files, &why);

    if (rc == ERR_OK) {
        rc = store_reload(keyring, &why);
        if (rc == ERR_OK)
            rc = settle(keyring, &why);
        keyfiles_unlock(keyring->files);
    }
    if (rc != ERR_OK)
        log_error("keyring.not_settled", L_FAIL(&why));
}

/* *staged_out: the generation that the keystore may be of by now, 0 when none was begun. */
static enum err rotate(struct keyring *keyring, const uint8_t *half, uint32_t *staged_out,
                       struct fail *why)
{
    unsigned flags = KEYD_NEW_CONTRACTOR | (half != NULL ? KEYD_NEW_MUNICIPALITY : 0u);
    struct keyd_reply reply;
    struct change change;
    struct fail later;
    uint32_t generation;
    enum err rc;

    *staged_out = 0;
    if (!keyring->has_store)
        return fail_set(why, ERR_NOT_FOUND, "this node has no sheet yet");
    rc = change_begin(keyring, &change, why);
    if (rc != ERR_OK)
        return rc;
    rc = ask_half(keyring, KEYD_STAGE, flags, half, &reply, why);
    generation = reply.generation;
    if (rc == ERR_OK && generation != change.store.generation + 1)
        rc =
            fail_set(why, ERR_INTERNAL, "the agent staged generation %u", (unsigned)generation);
    if (rc == ERR_OK)
        rc = rewrap_all(keyring, &change.store, why);
    if (rc != ERR_OK) {
        change_drop(&change);
        return rc == ERR_UNCERTAIN ? ERR_UNAVAILABLE : rc;
    }
    change.store.generation = *staged_out = generation;
    rc = change_end(&change, KEYFILES_ALL, why);
    if (rc != ERR_OK && rc != ERR_UNCERTAIN)
        return rc;
    /* Now the new halves are in force. A copy that lags is renewed at the next start, an agent
     * that is away just now is told when it is back. */
    if (ask(keyring, KEYD_COMMIT, generation, &reply, &later) != ERR_OK)
        log_warn("keyring.commit_later", L_FAIL(&later));
    return ERR_OK;
}

enum err keyring_rotate(struct keyring *keyring, const uint8_t *half, struct fail *why)
{
    uint32_t staged = 0;
    enum err rc;

    pthread_mutex_lock(&keyring->lock);
    rc = keyring_settle(keyring, why);
    if (rc == ERR_OK) {
        rc = rotate(keyring, half, &staged, why);
        if (rc != ERR_OK && keyring->has_store) {
            back_to_the_file(keyring);
            /* The keystore was replaced although the disk complained after: the new sheet is
             * the one that holds, and whoever holds it must be told so. */
            if (staged != 0 && keyring->store.generation == staged)
                rc = ERR_OK;
        }
    }
    if (rc == ERR_OK)
        log_info("keyring.rotated", L_INT("generation", keyring->store.generation),
                 L_INT("new_sheet", half != NULL));
    pthread_mutex_unlock(&keyring->lock);
    return rc;
}

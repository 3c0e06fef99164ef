/* The half at the prefecture's node (keyd.boot = escrow): boxed for it, asked back, opened. */
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "node/base/log.h"
#include "ops/keyd/vault_priv.h"

/* Only a node that nobody opened or closed since the agent started may have its half sent back:
 * who closes it by hand means it. */
bool vault_may_ask(const struct vault *v)
{
    return v->has_boot && v->may_ask && v->current.known.generation != 0 && !v->current.open;
}

static enum err boot_make(struct vault *v, struct fail *why)
{
    enum err rc = ERR_OK;

    if (v->has_boot)
        return ERR_OK;
    if (RAND_priv_bytes(v->boot_seed, sizeof v->boot_seed) != 1)
        rc = fail_set(why, ERR_INTERNAL, "no random bytes");
    if (rc == ERR_OK)
        rc = boot_key_write(v->conf.dir, v->boot_seed, why);
    if (rc != ERR_OK)
        OPENSSL_cleanse(v->boot_seed, sizeof v->boot_seed);
    v->has_boot = rc == ERR_OK;
    return rc;
}

enum keyd_answer vault_boot_seal(struct vault *v, struct keyd_reply *reply)
{
    struct fail why;
    enum err rc;

    if (v->conf.boot != KEYD_BOOT_ESCROW)
        return KEYD_CONFLICT;
    if (!v->current.open)
        return KEYD_LOCKED;
    rc = boot_make(v, &why);
    if (rc == ERR_OK)
        rc = boot_key_public(v->conf.node, v->boot_seed, reply->bytes, &why);
    if (rc == ERR_OK)
        rc = boot_key_box(v->conf.node, v->boot_seed, v->current.municipality, reply->blob,
                          &why);
    reply->generation = v->current.known.generation;
    return vault_said(rc, "keyd.boot_failed", &why);
}

enum keyd_answer vault_boot_ask(struct vault *v, struct keyd_reply *reply)
{
    struct fail why;
    enum err rc;

    if (!vault_may_ask(v))
        return KEYD_CONFLICT;
    rc = half_box_pair(v->ask_secret, reply->bytes, &why);
    v->has_ask = rc == ERR_OK;
    if (rc == ERR_OK)
        rc = boot_key_public(v->conf.node, v->boot_seed, reply->peer, &why);
    return vault_said(rc, "keyd.boot_failed", &why);
}

enum keyd_answer vault_boot_sign(const struct vault *v, const struct keyd_request *request,
                                 struct keyd_reply *reply)
{
    struct fail why;

    if (!vault_may_ask(v))
        return KEYD_CONFLICT;
    return vault_said(boot_key_sign(v->conf.node, v->boot_seed,
                                    span_of(request->message, request->message_len),
                                    reply->signature, &why),
                      "keyd.boot_failed", &why);
}

/* The pair of one request is used once, whatever comes of it. */
enum keyd_answer vault_boot_open(struct vault *v, const struct keyd_request *request,
                                 uint32_t *generation_out)
{
    uint8_t box[HALF_BOX_BYTES], *half;
    struct fail why;
    enum keyd_answer answer;
    enum err rc;

    if (!vault_may_ask(v) || !v->has_ask)
        return KEYD_CONFLICT;
    half = OPENSSL_secure_zalloc(KEYD_HALF_BYTES);
    if (half == NULL)
        return KEYD_FAULT;
    rc = half_box_open(v->conf.node, v->ask_secret, request->peer, request->sealed, box, &why);
    OPENSSL_cleanse(v->ask_secret, sizeof v->ask_secret);
    v->has_ask = false;
    if (rc == ERR_OK)
        rc = boot_key_unbox(v->conf.node, v->boot_seed, box, half, &why);
    if (rc == ERR_PROTO) {
        v->n_refused++;
        log_warn("keyd.bad_box", L_INT("n_refused", v->n_refused));
        answer = KEYD_BAD_BLOB;
    } else {
        answer = rc == ERR_OK ? vault_unlock(v, half, generation_out)
                              : vault_said(rc, "keyd.boot_failed", &why);
    }
    OPENSSL_secure_clear_free(half, KEYD_HALF_BYTES);
    return answer;
}

enum keyd_answer vault_boot_forget(struct vault *v)
{
    struct fail why;
    enum err rc;

    if (v->conf.boot != KEYD_BOOT_ESCROW)
        return KEYD_CONFLICT;
    rc = boot_key_forget(v->conf.dir, &why);
    if (rc == ERR_OK) {
        OPENSSL_cleanse(v->boot_seed, sizeof v->boot_seed);
        v->has_boot = false;
        log_info("keyd.boot_forgotten", L_NONE);
    }
    return vault_said(rc, "keyd.boot_failed", &why);
}

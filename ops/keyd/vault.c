#include "ops/keyd/vault_priv.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "node/base/log.h"

static void slot_close(struct slot *slot)
{
    slot->open = false;
    OPENSSL_cleanse(slot->nk, sizeof slot->nk);
    OPENSSL_cleanse(slot->municipality, sizeof slot->municipality);
}

static void slot_clear(struct slot *slot)
{
    slot_close(slot);
    memset(slot, 0, sizeof *slot);
}

static bool is_known(const struct vault *v, uint32_t generation)
{
    return generation != 0 && (generation == v->current.known.generation ||
                               generation == v->staged.known.generation);
}

/* Wipes the halves of generations that the check file does not know; whether there were any. */
static bool halves_tidy(const struct vault *v, struct store_halves *halves)
{
    bool any = false;

    for (size_t i = 0; i < 2; i++) {
        if (halves->at[i].generation == 0 || is_known(v, halves->at[i].generation))
            continue;
        OPENSSL_cleanse(&halves->at[i], sizeof halves->at[i]);
        any = true;
    }
    return any;
}

static void file_tidy(const struct vault *v, const char *name)
{
    struct store_halves *halves = OPENSSL_secure_zalloc(sizeof *halves);
    struct fail why;
    enum err rc = halves == NULL ? fail_set(&why, ERR_NOMEM, "locked memory") : ERR_OK;

    if (rc == ERR_OK)
        rc = store_halves_read(v->conf.dir, name, halves, &why);
    if (rc == ERR_OK && halves_tidy(v, halves)) {
        log_info("keyd.tidied", L_TEXT("file", name));
        rc = store_halves_write(v->conf.dir, name, halves, &why);
    }
    if (rc != ERR_OK)
        log_error("keyd.tidy_failed", L_FAIL(&why));
    OPENSSL_secure_clear_free(halves, sizeof *halves);
}

/* Drops the halves of every generation that the check file does not know: those that a change
 * replaced or that a crash left. They mean nothing any more, so a failure is told and made good
 * at the next start, unlock or change. Before the first check file nothing is known and nothing
 * dropped: an initialisation that was cut off goes on with the half it made. */
static void tidy(struct vault *v)
{
    if (v->current.known.generation == 0)
        return;
    (void)halves_tidy(v, &v->contractor);
    file_tidy(v, STORE_CONTRACTOR);
    if (v->conf.boot == KEYD_BOOT_TOKEN)
        file_tidy(v, STORE_TOKEN);
}

static struct store_checks checks_of(const struct vault *v)
{
    return (struct store_checks){v->current.known, v->staged.known};
}

enum err vault_create(const struct vault_conf *conf, struct vault **vault_out, struct fail *why)
{
    struct vault *v = OPENSSL_secure_zalloc(sizeof *v);
    struct store_checks checks;
    enum err rc;

    *vault_out = NULL;
    if (v == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    v->conf = *conf;
    rc = store_checks_read(conf->dir, conf->node, &checks, why);
    if (rc == ERR_OK)
        rc = store_halves_read(conf->dir, STORE_CONTRACTOR, &v->contractor, why);
    if (rc == ERR_OK && conf->boot == KEYD_BOOT_ESCROW)
        rc = boot_key_read(conf->dir, v->boot_seed, &v->has_boot, why);
    v->may_ask = true;
    v->current.known = checks.current;
    v->staged.known = checks.staged;
    if (rc == ERR_OK && checks.current.generation != 0 &&
        store_half_find(&v->contractor, checks.current.generation) == NULL)
        rc = fail_set(why, ERR_NOT_FOUND, "no contractor half of generation %u in %s",
                      (unsigned)checks.current.generation, conf->dir);
    if (rc == ERR_OK)
        tidy(v);
    else
        vault_destroy(&v);
    *vault_out = v;
    return rc;
}

void vault_destroy(struct vault **vault)
{
    OPENSSL_secure_clear_free(*vault, sizeof **vault);
    *vault = NULL;
}

struct keyd_status vault_status(const struct vault *v)
{
    struct keyd_status s = {
        .boot = v->conf.boot,
        .initialised = v->current.known.generation != 0,
        .unlocked = v->current.open,
        .staged_open = v->staged.open,
        .may_ask = vault_may_ask(v),
        .generation = v->current.known.generation,
        .staged_generation = v->staged.known.generation,
        .n_wraps = v->n_wraps,
        .n_unwraps = v->n_unwraps,
        .n_refused = v->n_refused,
        .node = v->conf.node,
    };

    memcpy(s.code, v->current.known.code, sizeof s.code);
    memcpy(s.staged_code, v->staged.known.code, sizeof s.staged_code);
    return s;
}

static enum keyd_answer answer_of(enum err rc)
{
    return rc == ERR_OK         ? KEYD_OK
           : rc == ERR_INTERNAL ? KEYD_FAULT
           : rc == ERR_NOSPACE  ? KEYD_NOSPACE
                                : KEYD_IO;
}

enum keyd_answer vault_said(enum err rc, const char *event, const struct fail *why)
{
    if (rc != ERR_OK)
        log_error(event, L_FAIL(why));
    return answer_of(rc);
}

/* Derives into scratch and compares: a slot is only touched by a half that is right. */
static enum err slot_try(const struct vault *v, const struct slot *slot,
                         const uint8_t half[KEYD_HALF_BYTES], struct slot *scratch,
                         bool *fits_out, struct fail *why)
{
    const uint8_t *contractor = store_half_find(&v->contractor, slot->known.generation);
    uint8_t check[NK_CHECK_BYTES];
    enum err rc;

    *fits_out = false;
    if (contractor == NULL)
        return ERR_OK;
    rc = nk_derive(v->conf.node, slot->known.generation, contractor, half, scratch->nk, why);
    if (rc == ERR_OK)
        rc = nk_check_value(scratch->nk, slot->known.generation, check, why);
    if (rc != ERR_OK)
        return rc;
    *fits_out = CRYPTO_memcmp(check, slot->known.check, sizeof check) == 0;
    scratch->known = slot->known;
    scratch->open = true;
    memcpy(scratch->municipality, half, KEYD_HALF_BYTES);
    return ERR_OK;
}

/* Which generation a half belongs to, the current one first; opens what fits when asked to. */
static enum keyd_answer half_try(struct vault *v, const uint8_t half[KEYD_HALF_BYTES],
                                 bool open, uint32_t *generation_out)
{
    struct slot *slots[] = {&v->current, &v->staged};
    struct slot *scratch = OPENSSL_secure_zalloc(sizeof *scratch);
    struct fail why;
    enum err rc = ERR_OK;

    *generation_out = 0;
    if (scratch == NULL)
        return KEYD_FAULT;
    for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
        bool fits;

        rc = slot_try(v, slots[i], half, scratch, &fits, &why);
        if (rc != ERR_OK || !fits)
            continue;
        if (*generation_out == 0)
            *generation_out = slots[i]->known.generation;
        if (open) {
            *slots[i] = *scratch;
            v->may_ask = false;
        }
    }
    OPENSSL_secure_clear_free(scratch, sizeof *scratch);
    if (rc != ERR_OK)
        return vault_said(rc, "keyd.derive_failed", &why);
    if (*generation_out != 0)
        return KEYD_OK;
    v->n_refused++;
    log_warn("keyd.wrong_half", L_INT("n_refused", v->n_refused));
    return KEYD_WRONG_HALF;
}

enum keyd_answer vault_unlock(struct vault *v, const uint8_t half[KEYD_HALF_BYTES],
                              uint32_t *generation_out)
{
    enum keyd_answer answer = half_try(v, half, true, generation_out);

    if (answer == KEYD_OK)
        tidy(v);
    return answer;
}

/* Fills a slot that is not written anywhere yet. */
static enum err slot_make(const struct vault *v, uint32_t generation,
                          const uint8_t contractor[KEYD_HALF_BYTES],
                          const uint8_t municipality[KEYD_HALF_BYTES], struct slot *slot,
                          struct fail *why)
{
    enum err rc = nk_derive(v->conf.node, generation, contractor, municipality, slot->nk, why);

    slot->known.generation = generation;
    if (rc == ERR_OK)
        rc = nk_check_value(slot->nk, generation, slot->known.check, why);
    if (rc == ERR_OK)
        rc = nk_sheet_code(v->conf.node, municipality, slot->known.code, why);
    if (rc == ERR_OK) {
        memcpy(slot->municipality, municipality, KEYD_HALF_BYTES);
        slot->open = true;
    }
    return rc;
}

/* With keyd.boot=token the municipality's halves stand in a file beside the contractor's. */
static enum err token_write(const struct vault *v, const struct slot *a, const struct slot *b,
                            struct fail *why)
{
    struct store_halves *token;
    enum err rc;

    if (v->conf.boot != KEYD_BOOT_TOKEN)
        return ERR_OK;
    token = OPENSSL_secure_zalloc(sizeof *token);
    if (token == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    token->at[0].generation = a->known.generation;
    memcpy(token->at[0].half, a->municipality, KEYD_HALF_BYTES);
    token->at[1].generation = b->known.generation;
    memcpy(token->at[1].half, b->municipality, KEYD_HALF_BYTES);
    rc = store_halves_write(v->conf.dir, STORE_TOKEN, token, why);
    OPENSSL_secure_clear_free(token, sizeof *token);
    return rc;
}

static bool is_zero(const uint8_t half[KEYD_HALF_BYTES])
{
    static const uint8_t zeros[KEYD_HALF_BYTES];

    return CRYPTO_memcmp(half, zeros, KEYD_HALF_BYTES) == 0;
}

/* A contractor half that stands there without a check file is the left-over of an
 * initialisation that was cut off: it is used, never overwritten. */
static enum keyd_answer do_init(struct vault *v, const uint8_t half[KEYD_HALF_BYTES])
{
    struct slot *first = &v->current;
    struct store_half *mine = &v->contractor.at[0];
    struct fail why;
    enum err rc = ERR_OK;

    if (first->known.generation != 0)
        return KEYD_CONFLICT;
    if (is_zero(half))
        return KEYD_WRONG_HALF;
    if (mine->generation != 1) {
        if (RAND_priv_bytes(mine->half, sizeof mine->half) == 1) {
            mine->generation = 1;
        } else { /* nothing that looks like a half may be left for the next try */
            OPENSSL_cleanse(mine, sizeof *mine);
            rc = fail_set(&why, ERR_INTERNAL, "no random bytes");
        }
    }
    if (rc == ERR_OK)
        rc = slot_make(v, 1, mine->half, half, first, &why);
    if (rc == ERR_OK)
        rc = store_halves_write(v->conf.dir, STORE_CONTRACTOR, &v->contractor, &why);
    if (rc == ERR_OK)
        rc = token_write(v, first, &(struct slot){0}, &why);
    if (rc == ERR_OK) {
        struct store_checks checks = checks_of(v);

        rc = store_checks_write(v->conf.dir, v->conf.node, &checks, &why);
    }
    if (rc != ERR_OK)
        slot_clear(first);
    return vault_said(rc, "keyd.init_failed", &why);
}

/* The half files with the lines of the two slots and no others. */
static enum err halves_write(struct vault *v, const struct store_halves *contractor,
                             struct fail *why)
{
    enum err rc = store_halves_write(v->conf.dir, STORE_CONTRACTOR, contractor, why);

    if (rc == ERR_OK)
        v->contractor = *contractor;
    return rc;
}

static enum err stage(struct vault *v, const struct keyd_request *request, struct slot *next,
                      struct store_halves *contractor, struct fail *why)
{
    const uint8_t *mine = store_half_find(&v->contractor, v->current.known.generation);
    uint32_t generation = v->current.known.generation + 1;
    struct store_checks checks = {.current = v->current.known};
    enum err rc;

    contractor->at[0].generation = v->current.known.generation;
    memcpy(contractor->at[0].half, mine, KEYD_HALF_BYTES);
    contractor->at[1].generation = generation;
    memcpy(contractor->at[1].half, mine, KEYD_HALF_BYTES);
    if ((request->flags & KEYD_NEW_CONTRACTOR) != 0 &&
        RAND_priv_bytes(contractor->at[1].half, KEYD_HALF_BYTES) != 1)
        return fail_set(why, ERR_INTERNAL, "no random bytes");
    rc = slot_make(v, generation, contractor->at[1].half,
                   (request->flags & KEYD_NEW_MUNICIPALITY) != 0 ? request->half
                                                                 : v->current.municipality,
                   next, why);
    checks.staged = next->known;
    if (rc == ERR_OK)
        rc = halves_write(v, contractor, why);
    if (rc == ERR_OK)
        rc = token_write(v, &v->current, next, why);
    if (rc == ERR_OK)
        rc = store_checks_write(v->conf.dir, v->conf.node, &checks, why);
    if (rc == ERR_OK)
        v->staged = *next;
    return rc;
}

static enum keyd_answer do_stage(struct vault *v, const struct keyd_request *request,
                                 uint32_t *generation_out)
{
    struct {
        struct slot next;
        struct store_halves contractor;
    } * work;
    struct fail why;
    enum err rc;

    if (!v->current.open)
        return KEYD_LOCKED;
    if (v->staged.known.generation != 0)
        return KEYD_CONFLICT;
    if ((request->flags & KEYD_NEW_MUNICIPALITY) != 0 && is_zero(request->half))
        return KEYD_WRONG_HALF;
    work = OPENSSL_secure_zalloc(sizeof *work);
    if (work == NULL)
        return KEYD_FAULT;
    rc = stage(v, request, &work->next, &work->contractor, &why);
    OPENSSL_secure_clear_free(work, sizeof *work);
    *generation_out = v->staged.known.generation;
    return vault_said(rc, "keyd.stage_failed", &why);
}

/* Ends a stage: the staged generation becomes the current one, or is forgotten. Asking twice is
 * no conflict: the node asks again after a crash in between. */
static enum keyd_answer do_settle(struct vault *v, uint32_t generation, bool commit)
{
    struct store_checks checks = {.current = commit ? v->staged.known : v->current.known};
    struct fail why;
    enum err rc;

    if (v->current.known.generation == 0)
        return KEYD_EMPTY;
    if (v->staged.known.generation == 0) {
        bool done = commit ? v->current.known.generation == generation
                           : v->current.known.generation + 1 == generation;

        return done ? KEYD_OK : KEYD_CONFLICT;
    }
    if (v->staged.known.generation != generation)
        return KEYD_CONFLICT;
    rc = store_checks_write(v->conf.dir, v->conf.node, &checks, &why);
    if (rc != ERR_OK)
        return vault_said(rc, "keyd.settle_failed", &why);
    if (commit)
        v->current = v->staged;
    slot_clear(&v->staged);
    tidy(v);
    log_info(commit ? "keyd.committed" : "keyd.aborted",
             L_INT("generation", v->current.known.generation));
    return KEYD_OK;
}

static enum keyd_answer do_wrap(struct vault *v, const struct keyd_request *request,
                                struct keyd_reply *reply)
{
    struct fail why;
    enum err rc;

    if (!v->current.open)
        return KEYD_LOCKED;
    rc = nk_wrap(v->current.nk, v->current.known.generation, &request->key, request->bytes,
                 reply->blob, &why);
    v->n_wraps++;
    return vault_said(rc, "keyd.wrap_failed", &why);
}

static enum keyd_answer unwrap(struct vault *v, const struct keyd_request *request,
                               uint8_t bytes_out[KEYD_KEY_BYTES])
{
    struct fail why;
    enum err rc;

    if (!v->current.open)
        return KEYD_LOCKED;
    rc = nk_unwrap(v->current.nk, v->current.known.generation, &request->key, request->blob,
                   bytes_out, &why);
    v->n_unwraps++;
    if (rc == ERR_PROTO) {
        v->n_refused++;
        log_warn("keyd.bad_blob", L_ID("key", request->key.key));
        return KEYD_BAD_BLOB;
    }
    return vault_said(rc, "keyd.unwrap_failed", &why);
}

static enum keyd_answer do_rewrap(struct vault *v, const struct keyd_request *request,
                                  struct keyd_reply *reply)
{
    uint8_t *bytes;
    struct fail why;
    enum keyd_answer answer;

    if (!v->staged.open)
        return v->staged.known.generation == 0 ? KEYD_CONFLICT : KEYD_LOCKED;
    bytes = OPENSSL_secure_malloc(KEYD_KEY_BYTES);
    if (bytes == NULL)
        return KEYD_FAULT;
    answer = unwrap(v, request, bytes);
    if (answer == KEYD_OK) {
        answer = vault_said(nk_wrap(v->staged.nk, v->staged.known.generation, &request->key,
                                    bytes, reply->blob, &why),
                            "keyd.wrap_failed", &why);
        v->n_wraps++;
    }
    OPENSSL_secure_clear_free(bytes, KEYD_KEY_BYTES);
    return answer;
}

static enum keyd_answer answer_to(struct vault *v, const struct keyd_request *request,
                                  struct keyd_reply *reply)
{
    bool empty = v->current.known.generation == 0;

    switch (request->op) {
    case KEYD_STATUS:
        reply->status = vault_status(v);
        return KEYD_OK;
    case KEYD_INIT:
        reply->generation = 1;
        return do_init(v, request->half);
    case KEYD_UNLOCK:
        return empty ? KEYD_EMPTY : vault_unlock(v, request->half, &reply->generation);
    case KEYD_CHECK:
        return empty ? KEYD_EMPTY : half_try(v, request->half, false, &reply->generation);
    case KEYD_WRAP:
        return do_wrap(v, request, reply);
    case KEYD_UNWRAP:
        return unwrap(v, request, reply->bytes);
    case KEYD_STAGE:
        return do_stage(v, request, &reply->generation);
    case KEYD_REWRAP:
        return do_rewrap(v, request, reply);
    case KEYD_COMMIT:
        return do_settle(v, request->generation, true);
    case KEYD_ABORT:
        return do_settle(v, request->generation, false);
    case KEYD_LOCK:
        slot_close(&v->current);
        slot_close(&v->staged);
        v->may_ask = false;
        return KEYD_OK;
    case KEYD_BOOT_SEAL:
        return vault_boot_seal(v, reply);
    case KEYD_BOOT_ASK:
        return vault_boot_ask(v, reply);
    case KEYD_BOOT_SIGN:
        return vault_boot_sign(v, request, reply);
    case KEYD_BOOT_OPEN:
        return vault_boot_open(v, request, &reply->generation);
    case KEYD_BOOT_FORGET:
        return vault_boot_forget(v);
    case KEYD_OP_N:
        break;
    }
    return KEYD_BAD_FRAME;
}

void vault_do(struct vault *vault, const struct keyd_request *request,
              struct keyd_reply *reply_out)
{
    memset(reply_out, 0, sizeof *reply_out);
    reply_out->op = request->op;
    reply_out->answer = answer_to(vault, request, reply_out);
}

enum err vault_open_token(struct vault *vault, struct fail *why)
{
    struct store_halves *token = OPENSSL_secure_zalloc(sizeof *token);
    uint32_t generation = 0;
    enum err rc;

    if (token == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    rc = store_halves_read(vault->conf.dir, STORE_TOKEN, token, why);
    if (rc == ERR_OK && token->at[0].generation == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no token in %s", vault->conf.dir);
    for (size_t i = 0; rc == ERR_OK && i < 2; i++)
        if (token->at[i].generation != 0 && vault->current.known.generation != 0)
            (void)half_try(vault, token->at[i].half, true, &generation);
    OPENSSL_secure_clear_free(token, sizeof *token);
    if (rc == ERR_OK && generation == 0 && !vault->current.open && !vault->staged.open)
        rc = fail_set(why, ERR_DENIED, "the token belongs to no generation of this node");
    return rc;
}

enum err vault_rehearse(struct fail *why)
{
    struct {
        struct keyd_key key;
        uint8_t half[KEYD_HALF_BYTES], nk[NK_BYTES], check[NK_CHECK_BYTES];
        uint8_t code[KEYD_CODE_BYTES], blob[KEYD_BLOB_BYTES], bytes[KEYD_KEY_BYTES];
        uint8_t from[HALF_POINT_BYTES], sealed[HALF_SEALED_BYTES];
        uint8_t signature[KEYD_SIGNATURE_BYTES];
    } w = {.half = {1}};
    enum err rc = nk_derive(ID_NONE, 1, w.half, w.half, w.nk, why);

    if (rc == ERR_OK)
        rc = nk_check_value(w.nk, 1, w.check, why);
    if (rc == ERR_OK)
        rc = nk_sheet_code(ID_NONE, w.half, w.code, why);
    if (rc == ERR_OK)
        rc = nk_wrap(w.nk, 1, &w.key, w.half, w.blob, why);
    if (rc == ERR_OK)
        rc = nk_unwrap(w.nk, 1, &w.key, w.blob, w.bytes, why);
    if (rc == ERR_OK && RAND_priv_bytes(w.bytes, sizeof w.bytes) != 1)
        rc = fail_set(why, ERR_INTERNAL, "no random bytes");
    if (rc == ERR_OK)
        rc = boot_key_sign(ID_NONE, w.half, SPAN("rehearsed"), w.signature, why);
    if (rc == ERR_OK)
        rc = half_box_pair(w.nk, w.bytes, why);
    if (rc == ERR_OK)
        rc = half_box_seal(ID_NONE, w.bytes, w.blob, w.from, w.sealed, why);
    if (rc == ERR_OK)
        rc = half_box_open(ID_NONE, w.nk, w.from, w.sealed, w.blob, why);
    return rc;
}

/* Decisions about this node's own place - roots pinned, keys made, splits noted and cleared up
 * - and what peers say their registry is. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "federation/trust_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"

#define STEPS_MOST  2
#define CHUNK_BYTES 16384

struct steps {
    struct trust *trust;
    struct trust_step_row rows[STEPS_MOST];
    int n;
    void (*done)(void *arg, enum err rc, const struct fail *why); /* NULL: nobody waits */
    void *arg;
    uint8_t bytes[]; /* of all rows */
};

static enum err steps_run(struct tx *tx, void *arg, struct fail *why)
{
    struct steps *steps = arg;
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < steps->n; i++)
        rc = trust_store_step_add(tx, &steps->rows[i], why);
    return rc;
}

static void steps_done(void *arg, enum err rc, const struct fail *why)
{
    struct steps *steps = arg;
    struct trust *trust = steps->trust;

    /* After ERR_UNCERTAIN the rows may be there; they count from the next start on, and asking
     * for the same again is harmless. */
    pthread_mutex_lock(&trust->lock);
    for (int i = 0; rc == ERR_OK && i < steps->n; i++)
        trust_step_apply(trust, &steps->rows[i].step);
    pthread_mutex_unlock(&trust->lock);
    if (steps->done != NULL)
        steps->done(steps->arg, rc, why);
    else if (rc != ERR_OK)
        log_error("federation.step", L_FAIL(why));
    free(steps);
}

enum err trust_steps_post(struct trust *trust, const struct trust_step *steps, int n,
                          void (*done)(void *arg, enum err rc, const struct fail *why),
                          void *arg, struct fail *why)
{
    struct steps *own;
    size_t n_bytes = 0;
    enum err rc;

    invariant(n >= 1 && n <= STEPS_MOST, "%d steps", n);
    if (trust->is_spoilt) /* set once, before anybody else knows trust */
        return fail_set(why, ERR_UNAVAILABLE, "what is stored does not verify");
    for (int i = 0; i < n; i++)
        n_bytes += steps[i].bytes.len;
    own = calloc(1, sizeof *own + n_bytes);
    if (own == NULL)
        return fail_set(why, ERR_NOMEM, "%d steps", n);
    *own = (struct steps){.trust = trust, .n = n, .done = done, .arg = arg};
    n_bytes = 0;
    for (int i = 0; i < n; i++) {
        own->rows[i] = (struct trust_step_row){
            .id = id_new(), .at_utc_us = clock_utc_us(), .step = steps[i]};
        if (steps[i].bytes.len > 0)
            memcpy(own->bytes + n_bytes, steps[i].bytes.p, steps[i].bytes.len);
        own->rows[i].step.bytes = span_of(own->bytes + n_bytes, steps[i].bytes.len);
        n_bytes += steps[i].bytes.len;
    }
    rc = writer_post(trust->conf.writer, &(const struct writer_op){steps_run, steps_done, own},
                     why);
    if (rc != ERR_OK)
        free(own);
    return rc;
}

static void tell(void *arg, enum err rc, const struct fail *why)
{
    trust_wait_tell(arg, rc, TRUST_TAKEN, why);
}

static enum err steps_wait(struct trust *trust, const struct trust_step *step, struct fail *why)
{
    struct trust_wait wait;
    enum err rc;

    trust_wait_init(&wait);
    rc = trust_steps_post(trust, step, 1, tell, &wait, why);
    if (rc != ERR_OK)
        trust_wait_tell(&wait, rc, TRUST_TAKEN, why);
    return trust_wait_end(&wait, why);
}

/* ---- roots ---- */

static bool is_pinned(const struct trust_view *view, const struct fed_invitation *invitation)
{
    const struct fed_public *roots = view->now == NULL ? view->pins : registry_roots(view->now);

    if (!span_eq(invitation->federation, span_text(view->federation)))
        return false;
    for (int i = 0; i < FED_ROOTS_N; i++)
        if (memcmp(roots[i].ed25519, invitation->roots[i].ed25519, FED_PUBLIC_BYTES) != 0)
            return false;
    return true;
}

enum err trust_pin_plan(struct trust *trust, struct span invitation_text, int64_t now_utc_us,
                        struct trust_step *step_out, bool *is_new_out, struct fail *why)
{
    struct arena *arena = NULL;
    struct fed_invitation invitation;
    struct trust_view view;
    enum err rc = arena_create(CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = fed_invitation_read(invitation_text, now_utc_us, arena, &invitation, why);
    if (rc == ERR_OK) {
        trust_view_copy(trust, &view);
        *is_new_out = view.now == NULL && !view.has_pins;
        if (!*is_new_out && !is_pinned(&view, &invitation))
            rc = fail_set(why, ERR_CONFLICT, "this node believes other roots");
        registry_unref(&view.now);
        *step_out = (struct trust_step){.kind = TRUST_STEP_PIN, .bytes = invitation_text};
    }
    arena_destroy(&arena);
    return rc;
}

enum err trust_pin(struct trust *trust, struct span invitation_text, int64_t now_utc_us,
                   struct fail *why)
{
    struct trust_step step = {.number = 0};
    bool is_new = false;
    enum err rc = trust_pin_plan(trust, invitation_text, now_utc_us, &step, &is_new, why);

    return rc == ERR_OK && is_new ? steps_wait(trust, &step, why) : rc;
}

/* ---- own keys ---- */

/* Under the lock: the newest of ours, when no registry lists it yet. */
static const struct own_key *waiting(const struct trust *trust, struct span kid_base)
{
    const struct own_key *last;
    const struct fed_member *member;
    const struct fed_key *key;
    struct span kid;

    if (trust->n_own == 0)
        return NULL;
    last = &trust->own[trust->n_own - 1];
    kid = span_text(last->key.kid);
    if (!span_has_prefix(kid, kid_base) || kid.p[kid_base.len] != '-' ||
        strspn(last->key.kid + kid_base.len + 1, "0123456789") != kid.len - kid_base.len - 1)
        return NULL;
    /* Listed under our name, good or not (not yet, no longer): then it does not wait. */
    if (trust->view.now == NULL)
        return last;
    for (int i = 0; i < registry_n_members(trust->view.now); i++) {
        member = registry_member_at(trust->view.now, i);
        for (int k = 0; k < member->n_keys; k++) {
            key = &member->keys[k];
            if (strcmp(key->kid, last->key.kid) == 0)
                return NULL;
        }
    }
    return last;
}

void trust_key_name(int64_t n, char name_out[TRUST_KEY_NAME_CAP])
{
    snprintf(name_out, TRUST_KEY_NAME_CAP, "federation-%" PRId64, n);
}

enum err trust_key_plan(struct trust *trust, struct span kid_base, struct trust_step *step_out,
                        struct fed_public *key_out, bool *is_new_out, struct fail *why)
{
    const struct own_key *there;
    struct fed_public key = {.kid = ""};
    int64_t n;
    enum err rc = ERR_OK;

    /* Room for "-N" behind it. */
    if (!fed_kid_is_good(kid_base) || kid_base.len + 8 > FED_KID_CAP)
        return fail_field(why, ERR_INVALID, "kid", "not of a-z, 0-9 and hyphens, or too long");
    pthread_mutex_lock(&trust->lock);
    there = waiting(trust, kid_base);
    if (there != NULL)
        key = there->key;
    n = there != NULL ? there->n : trust->n_own == 0 ? 1 : trust->own[trust->n_own - 1].n + 1;
    pthread_mutex_unlock(&trust->lock);
    *is_new_out = there == NULL;
    if (n > 99999)
        return fail_set(why, ERR_TOO_LARGE, "key %" PRId64, n);
    if (*is_new_out) {
        char name[TRUST_KEY_NAME_CAP];

        trust_key_name(n, name);
        snprintf(key.kid, sizeof key.kid, "%.*s-%" PRId64, SPAN_ARG(kid_base), n);
        rc = keyring_public_key(trust->conf.keyring, name, key.ed25519, why);
    }
    if (rc != ERR_OK)
        return rc;
    *key_out = key;
    *step_out = (struct trust_step){.kind = TRUST_STEP_KEY, .number = n};
    memcpy(step_out->kid, key.kid, FED_KID_CAP);
    step_out->bytes = span_of(key_out->ed25519, FED_PUBLIC_BYTES);
    return ERR_OK;
}

enum err trust_key_make(struct trust *trust, struct span kid_base, struct fed_public *key_out,
                        struct fail *why)
{
    struct trust_step step = {.number = 0};
    bool is_new = false;
    enum err rc = trust_key_plan(trust, kid_base, &step, key_out, &is_new, why);

    return rc == ERR_OK && is_new ? steps_wait(trust, &step, why) : rc;
}

/* ---- splits ---- */

enum err trust_settle(struct trust *trust, int64_t seq, struct fail *why)
{
    const struct trust_step step = {.kind = TRUST_STEP_SETTLE, .number = seq};
    bool is_split;

    pthread_mutex_lock(&trust->lock);
    is_split = trust->is_split && trust->split_seq == seq;
    pthread_mutex_unlock(&trust->lock);
    return is_split ? steps_wait(trust, &step, why)
                    : fail_set(why, ERR_NOT_FOUND, "no split of %" PRId64, seq);
}

/* Under the lock: once for each peer and number, and not without end. */
static bool is_new_note(struct trust *trust, struct id peer, int64_t seq)
{
    for (int i = 0; i < trust->n_noted; i++)
        if (trust->noted[i].seq == seq && id_eq(trust->noted[i].peer, peer))
            return false;
    if (trust->n_noted == NOTED_MOST)
        return false;
    trust->noted[trust->n_noted].peer = peer;
    trust->noted[trust->n_noted++].seq = seq;
    return true;
}

static void note_split(struct trust *trust, struct id peer, int64_t seq, const uint8_t hash8[8])
{
    const struct trust_step step = {
        .kind = TRUST_STEP_SPLIT, .number = seq, .peer = peer, .bytes = span_of(hash8, 8)};
    struct fail why;

    log_error("federation.registry-split", L_INT("seq", seq), L_ID("heard_from", peer));
    if (trust_steps_post(trust, &step, 1, NULL, NULL, &why) != ERR_OK)
        log_error("federation.step", L_FAIL(&why));
}

enum fed_code trust_head_heard(struct trust *trust, struct id peer, int64_t seq,
                               const uint8_t hash8[8], int64_t now_utc_us, bool *is_behind_out)
{
    enum fed_code code = FED_OK;
    bool is_behind = false, is_note = false;
    struct fed_head head = {.seq = 0};

    pthread_mutex_lock(&trust->lock);
    if (trust->view.now != NULL)
        head = registry_head(trust->view.now);
    if (trust->view.now == NULL) {
        code = FED_UNAVAILABLE;
    } else if (seq > head.seq) {
        is_behind = trust->is_behind = true;
    } else if (seq < head.seq) {
        code = now_utc_us - trust->taken_utc_us > TRUST_LAG_US ? FED_REGISTRY_STALE : FED_OK;
    } else if (memcmp(head.sha256.b, hash8, 8) != 0) {
        code = FED_REGISTRY_SPLIT;
        is_note = is_new_note(trust, peer, seq);
    }
    pthread_mutex_unlock(&trust->lock);
    if (is_note)
        note_split(trust, peer, seq, hash8);
    if (is_behind_out != NULL)
        *is_behind_out = is_behind;
    return code;
}

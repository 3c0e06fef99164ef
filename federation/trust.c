#include "federation/trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "federation/trust_priv.h"
#include "node/base/log.h"

#define CHUNK_BYTES   65536
#define TIME_RENEW_US (15 * MINUTE_US)

/* ---- opening ---- */

/* Two of its own roots signed it: whoever could change the database alone cannot say so. */
static enum err check_stored(const struct trust_row *row, struct arena *arena,
                             struct registry **out, struct fail *why)
{
    struct registry *registry = NULL;
    struct fed_sigs sigs;
    int n = 0;
    enum err rc = registry_parse(row->bytes, &registry, why);

    if (rc == ERR_OK)
        rc = fed_sigs_read(row->sig_lines, &sigs, why);
    if (rc == ERR_OK)
        rc = fed_doc_signers(FED_DOC_REGISTRY, row->bytes, &sigs, registry_roots(registry),
                             FED_ROOTS_N, arena, &n, why);
    if (rc == ERR_OK && (n < FED_ROOTS_NEEDED || registry_head(registry).seq != row->seq))
        rc = fail_set(why, ERR_PROTO, "stored registry %" PRId64 " does not verify", row->seq);
    if (rc != ERR_OK)
        registry_unref(&registry);
    *out = registry;
    return rc == ERR_DENIED || rc == ERR_CONFLICT ? ERR_PROTO : rc;
}

static enum err load_before(struct tx *tx, struct db *db, struct arena *arena,
                            struct trust_loaded *out, struct fail *why)
{
    struct hash256 prev = registry_prev(out->now);
    struct registry *before = NULL;
    struct trust_row row;
    int64_t seq = registry_head(out->now).seq;
    enum err rc;

    if (seq == 1)
        return ERR_OK;
    rc = trust_store_find(tx, db, seq - 1, arena, &row, why);
    if (rc == ERR_NOT_FOUND) /* ours was the first here */
        return ERR_OK;
    if (rc == ERR_OK && !hash256_eq(&prev, &row.sha256))
        rc = fail_set(why, ERR_PROTO, "stored registries %" PRId64 " do not follow", seq);
    if (rc == ERR_OK)
        rc = check_stored(&row, arena, &before, why);
    if (rc == ERR_OK) {
        memcpy(out->roots_before, registry_roots(before), sizeof out->roots_before);
        out->has_roots_before = true;
    }
    registry_unref(&before);
    return rc;
}

bool trust_first_place(struct trust *trust, char endpoint_out[FED_ENDPOINT_CAP],
                       uint8_t spki_out[FED_SPKI_BYTES])
{
    bool is_wanted;

    pthread_mutex_lock(&trust->lock);
    is_wanted = trust->view.now == NULL && trust->first_endpoint[0] != '\0';
    memcpy(endpoint_out, trust->first_endpoint, FED_ENDPOINT_CAP);
    memcpy(spki_out, trust->first_spki, FED_SPKI_BYTES);
    pthread_mutex_unlock(&trust->lock);
    return is_wanted;
}

enum err trust_load(struct tx *tx, struct db *db, struct arena *arena, struct trust_loaded *out,
                    struct fail *why)
{
    struct trust_row row;
    enum err rc;

    *out = (struct trust_loaded){.now = NULL};
    rc = trust_store_find(tx, db, 0, arena, &row, why);
    if (rc == ERR_OK) {
        out->taken_utc_us = row.taken_utc_us;
        rc = check_stored(&row, arena, &out->now, why);
        if (rc == ERR_OK)
            rc = load_before(tx, db, arena, out, why);
    } else if (rc == ERR_NOT_FOUND) {
        rc = ERR_OK;
    }
    if (rc == ERR_OK)
        rc = trust_store_steps(tx, db, arena, &out->steps, &out->n_steps, why);
    if (rc != ERR_OK)
        registry_unref(&out->now);
    return rc;
}

/* The invitation was checked when it was pinned; its time may be over. */
static void apply_pin(struct trust *trust, struct span text)
{
    struct fed_invitation invitation;
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    enum err rc = arena_create(CHUNK_BYTES, &arena, &why);

    if (rc == ERR_OK)
        rc = fed_invitation_read(text, FED_ANY_TIME, arena, &invitation, &why);
    if (rc == ERR_OK) {
        memcpy(trust->view.pins, invitation.roots, sizeof trust->view.pins);
        memset(trust->view.federation, 0, sizeof trust->view.federation);
        memcpy(trust->view.federation, invitation.federation.p, invitation.federation.len);
        trust->view.least_seq = invitation.seq;
        trust->view.has_pins = true;
        memset(trust->first_endpoint, 0, sizeof trust->first_endpoint);
        if (invitation.has_endpoint && invitation.endpoint.len < FED_ENDPOINT_CAP) {
            memcpy(trust->first_endpoint, invitation.endpoint.p, invitation.endpoint.len);
            memcpy(trust->first_spki, invitation.spki, sizeof trust->first_spki);
        }
    } else {
        log_error("federation.pin", L_FAIL(&why));
    }
    arena_destroy(&arena);
}

void trust_step_apply(struct trust *trust, const struct trust_step *step)
{
    switch (step->kind) {
    case TRUST_STEP_PIN:
        apply_pin(trust, step->bytes);
        break;
    case TRUST_STEP_KEY:
        if (trust->n_own == OWN_KEYS_MOST) { /* the oldest is long out of use */
            memmove(trust->own, trust->own + 1, (OWN_KEYS_MOST - 1) * sizeof trust->own[0]);
            trust->n_own--;
        }
        trust->own[trust->n_own] = (struct own_key){.n = step->number};
        memcpy(trust->own[trust->n_own].key.kid, step->kid, FED_KID_CAP);
        if (step->bytes.len == FED_PUBLIC_BYTES)
            memcpy(trust->own[trust->n_own++].key.ed25519, step->bytes.p, FED_PUBLIC_BYTES);
        break;
    case TRUST_STEP_SPLIT:
        if (step->bytes.len != HASH256_BYTES) /* a peer's word alone */
            break;
        trust->is_split = true;
        trust->split_seq = step->number;
        break;
    case TRUST_STEP_SETTLE:
        trust->is_split = false;
        break;
    }
}

void trust_install(struct trust *trust, struct trust_loaded *loaded)
{
    struct registry *old;

    pthread_mutex_lock(&trust->lock);
    old = trust->view.now;
    trust->view.now = loaded->now;
    trust->view.has_roots_before = loaded->has_roots_before;
    memcpy(trust->view.roots_before, loaded->roots_before, sizeof trust->view.roots_before);
    trust->taken_utc_us = loaded->taken_utc_us;
    trust->n_own = 0;
    trust->is_split = false;
    for (size_t i = 0; i < loaded->n_steps; i++)
        trust_step_apply(trust, &loaded->steps[i].step);
    if (trust->view.now != NULL && !trust->view.has_pins)
        snprintf(trust->view.federation, sizeof trust->view.federation, "%s",
                 registry_federation(trust->view.now));
    pthread_mutex_unlock(&trust->lock);
    loaded->now = NULL;
    registry_unref(&old);
}

enum err trust_open(const struct trust_conf *conf, struct db *db, struct trust **trust_out,
                    struct fail *why)
{
    struct trust *trust = calloc(1, sizeof *trust);
    struct arena *arena = NULL;
    struct trust_loaded loaded;
    enum err rc;

    *trust_out = NULL;
    if (trust == NULL)
        return fail_set(why, ERR_NOMEM, "trust");
    trust->conf = *conf;
    pthread_mutex_init(&trust->lock, NULL);
    rc = arena_create(CHUNK_BYTES, &arena, why);
    if (rc == ERR_OK)
        rc = trust_load(NULL, db, arena, &loaded, why);
    if (rc == ERR_PROTO && why != NULL)
        log_error("federation.spoilt", L_FAIL(why));
    trust->is_spoilt = rc == ERR_PROTO;
    if (rc == ERR_OK)
        trust_install(trust, &loaded);
    else if (rc == ERR_PROTO)
        rc = ERR_OK;
    else
        trust_close(&trust);
    arena_destroy(&arena);
    *trust_out = trust;
    return rc;
}

void trust_close(struct trust **trust)
{
    if (*trust == NULL)
        return;
    registry_unref(&(*trust)->view.now);
    pthread_mutex_destroy(&(*trust)->lock);
    free(*trust);
    *trust = NULL;
}

/* ---- looking ---- */

struct id trust_node(const struct trust *trust)
{
    return trust->conf.node;
}

struct registry *trust_now(struct trust *trust)
{
    struct registry *now;

    pthread_mutex_lock(&trust->lock);
    now = trust->view.now == NULL ? NULL : registry_ref(trust->view.now);
    pthread_mutex_unlock(&trust->lock);
    return now;
}

void trust_view_copy(struct trust *trust, struct trust_view *out)
{
    pthread_mutex_lock(&trust->lock);
    *out = trust->view;
    if (out->now != NULL)
        registry_ref(out->now);
    pthread_mutex_unlock(&trust->lock);
}

enum err trust_document(struct trust *trust, struct db *db, int64_t seq, struct arena *arena,
                        struct span *bytes_out, struct span *sig_lines_out, struct fail *why)
{
    struct trust_row row;
    enum err rc = trust_store_find(NULL, db, seq, arena, &row, why);

    (void)trust;
    if (rc == ERR_OK) {
        *bytes_out = row.bytes;
        *sig_lines_out = row.sig_lines;
    }
    return rc;
}

/* Under the lock. */
static bool is_fresh(const struct trust *trust, int64_t now_utc_us)
{
    const struct registry *now = trust->view.now;
    struct fed_head head;

    if (now == NULL || trust->is_split || !trust->has_time)
        return false;
    head = registry_head(now);
    return now_utc_us < registry_expires_utc_us(now) &&
           now_utc_us < trust->time.expires_utc_us && trust->time.head.seq == head.seq &&
           hash256_eq(&trust->time.head.sha256, &head.sha256);
}

bool trust_is_fresh(struct trust *trust, int64_t now_utc_us)
{
    bool is;

    pthread_mutex_lock(&trust->lock);
    is = is_fresh(trust, now_utc_us);
    pthread_mutex_unlock(&trust->lock);
    return is;
}

/* ---- the own key ---- */

/* Under the lock. The newest of ours that the registry says is ours and good. */
static const struct fed_key *own_key(const struct trust *trust, int64_t now_utc_us)
{
    const struct fed_member *member;
    const struct fed_key *key;

    for (int i = trust->n_own - 1; trust->view.now != NULL && i >= 0; i--)
        if (registry_key_at(trust->view.now, span_text(trust->own[i].key.kid), now_utc_us,
                            &member, &key) == FED_OK &&
            !key->is_revoked && id_eq(member->node, trust->conf.node) &&
            memcmp(key->ed25519, trust->own[i].key.ed25519, FED_PUBLIC_BYTES) == 0)
            return key;
    return NULL;
}

bool trust_own_kid(struct trust *trust, int64_t now_utc_us, char kid_out[FED_KID_CAP])
{
    const struct fed_key *key;

    pthread_mutex_lock(&trust->lock);
    key = own_key(trust, now_utc_us);
    if (key != NULL)
        memcpy(kid_out, key->kid, FED_KID_CAP);
    pthread_mutex_unlock(&trust->lock);
    return key != NULL;
}

enum err trust_sign(struct trust *trust, const char *kid, struct span bytes,
                    uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    char name[TRUST_KEY_NAME_CAP];
    int64_t n = 0;

    pthread_mutex_lock(&trust->lock);
    for (int i = 0; i < trust->n_own; i++)
        if (strcmp(trust->own[i].key.kid, kid) == 0)
            n = trust->own[i].n;
    pthread_mutex_unlock(&trust->lock);
    if (n == 0)
        return fail_set(why, ERR_NOT_FOUND, "a key of ours");
    trust_key_name(n, name);
    return keyring_sign(trust->conf.keyring, name, bytes, signature_out, why);
}

/* ---- time ---- */

/* Keeps it unless a later one came meanwhile. */
static void time_install(struct trust *trust, const struct trust_time *time, struct span bytes,
                         struct span sig_lines)
{
    pthread_mutex_lock(&trust->lock);
    if ((!trust->has_time || trust->time.head.seq < time->head.seq ||
         trust->time.issued_utc_us < time->issued_utc_us) &&
        bytes.len <= TIME_BYTES_CAP && sig_lines.len <= TIME_SIGS_CAP) {
        trust->time = *time;
        trust->has_time = true;
        memcpy(trust->time_bytes, bytes.p, bytes.len);
        memcpy(trust->time_sigs, sig_lines.p, sig_lines.len);
        trust->n_time_bytes = bytes.len;
        trust->n_time_sigs = sig_lines.len;
    }
    pthread_mutex_unlock(&trust->lock);
}

/* A reference of the caller's and, when there is one for this registry, the last time. */
static struct registry *time_view(struct trust *trust, struct trust_time *last_out,
                                  bool *has_last_out)
{
    struct registry *now;

    pthread_mutex_lock(&trust->lock);
    now = trust->view.now == NULL ? NULL : registry_ref(trust->view.now);
    *last_out = trust->time;
    *has_last_out =
        now != NULL && trust->has_time && trust->time.head.seq == registry_head(now).seq;
    pthread_mutex_unlock(&trust->lock);
    return now;
}

enum err trust_time_take(struct trust *trust, struct span bytes, struct span sig_lines,
                         int64_t now_utc_us, enum trust_verdict *verdict_out, struct fail *why)
{
    struct trust_time last, time;
    bool has_last;
    struct registry *now = time_view(trust, &last, &has_last);
    enum trust_verdict verdict = TRUST_NO_ROOTS;
    enum err rc = ERR_OK;

    if (now != NULL && (bytes.len > TIME_BYTES_CAP || sig_lines.len > TIME_SIGS_CAP))
        verdict = TRUST_FORM;
    else if (now != NULL)
        rc = trust_time_judge(now, has_last ? &last : NULL, bytes, sig_lines, now_utc_us,
                              &verdict, &time, why);
    if (rc == ERR_OK && verdict == TRUST_TAKEN)
        time_install(trust, &time, bytes, sig_lines);
    if (rc == ERR_OK && verdict == TRUST_GAP) {
        pthread_mutex_lock(&trust->lock);
        trust->is_behind = true;
        pthread_mutex_unlock(&trust->lock);
    }
    registry_unref(&now);
    if (rc == ERR_OK)
        *verdict_out = verdict;
    return rc;
}

enum err trust_time_document(struct trust *trust, struct arena *arena, struct span *bytes_out,
                             struct span *sig_lines_out, struct fail *why)
{
    enum err rc = ERR_OK;

    pthread_mutex_lock(&trust->lock);
    *bytes_out = arena_copy(arena, span_of(trust->time_bytes, trust->n_time_bytes));
    *sig_lines_out = arena_copy(arena, span_of(trust->time_sigs, trust->n_time_sigs));
    if (!trust->has_time)
        rc = ERR_NOT_FOUND;
    else if (bytes_out->p == NULL || sig_lines_out->p == NULL)
        rc = ERR_NOMEM;
    pthread_mutex_unlock(&trust->lock);
    return rc == ERR_OK ? rc : fail_set(why, rc, "a timestamp");
}

static enum err sign_for_doc(void *arg, const char *kid, struct span bytes,
                             uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    return trust_sign(arg, kid, bytes, signature_out, why);
}

static enum err time_make(struct trust *trust, const struct registry *now, const char *kid,
                          int64_t now_utc_us, struct arena *arena, struct fail *why)
{
    const struct fed_doc_signer signer = {kid, sign_for_doc, trust};
    struct trust_time time = {.head = registry_head(now),
                              .issued_utc_us = now_utc_us,
                              .expires_utc_us = now_utc_us + TRUST_TIME_MOST_US};
    struct span bytes, sig_lines;
    enum err rc;

    snprintf(time.federation, sizeof time.federation, "%s", registry_federation(now));
    rc = trust_time_write(&time, arena, &bytes, why);
    if (rc == ERR_OK)
        rc = fed_doc_sign(FED_DOC_TIMESTAMP, bytes, &signer, arena, &sig_lines, why);
    if (rc == ERR_OK)
        time_install(trust, &time, bytes, sig_lines);
    return rc;
}

enum err trust_time_make(struct trust *trust, int64_t now_utc_us, struct arena *arena,
                         struct span *bytes_out, struct span *sig_lines_out, struct fail *why)
{
    struct trust_time last;
    bool has_last;
    struct registry *now = time_view(trust, &last, &has_last);
    const struct fed_member *self = now == NULL ? NULL : registry_member(now, trust->conf.node);
    char kid[FED_KID_CAP];
    enum err rc = ERR_OK;

    if (now == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no registry");
    if (self == NULL || (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) == 0 ||
        !fed_member_is_in_contract(self, now_utc_us) || !trust_own_kid(trust, now_utc_us, kid))
        rc = fail_set(why, ERR_DENIED, "no coordinator");
    else if (!has_last || now_utc_us - last.issued_utc_us >= TIME_RENEW_US)
        rc = time_make(trust, now, kid, now_utc_us, arena, why);
    registry_unref(&now);
    return rc == ERR_OK ? trust_time_document(trust, arena, bytes_out, sig_lines_out, why) : rc;
}

/* ---- showing ---- */

static void status_own(const struct trust *trust, int64_t now_utc_us, struct trust_status *out)
{
    const struct fed_key *key = own_key(trust, now_utc_us);
    const struct fed_member *self =
        trust->view.now == NULL ? NULL : registry_member(trust->view.now, trust->conf.node);
    const struct fed_member *member;
    const struct fed_key *listed;

    if (key != NULL) {
        memcpy(out->own_kid, key->kid, FED_KID_CAP);
        out->own_not_after_utc_us = key->not_after_utc_us;
    }
    if (self != NULL)
        out->own_contract_to_utc_us = self->contract_to_utc_us;
    if (trust->n_own == 0)
        return;
    memcpy(out->waiting_kid, trust->own[trust->n_own - 1].key.kid, FED_KID_CAP);
    if (trust->view.now != NULL && registry_key_at(trust->view.now, span_text(out->waiting_kid),
                                                   now_utc_us, &member, &listed) == FED_OK)
        out->waiting_kid[0] = '\0';
}

void trust_status_read(struct trust *trust, int64_t now_utc_us, struct trust_status *out)
{
    const struct registry *now;

    *out = (struct trust_status){.has_roots = false};
    pthread_mutex_lock(&trust->lock);
    now = trust->view.now;
    out->has_roots = trust->view.has_pins || now != NULL;
    out->has_registry = now != NULL;
    out->is_split = trust->is_split;
    out->is_spoilt = trust->is_spoilt;
    out->split_seq = trust->is_split ? trust->split_seq : 0;
    out->n_claims = trust->n_noted;
    out->is_fresh = is_fresh(trust, now_utc_us);
    out->is_behind = trust->is_behind;
    out->taken_utc_us = trust->taken_utc_us;
    out->time_expires_utc_us = trust->has_time ? trust->time.expires_utc_us : 0;
    memcpy(out->federation, trust->view.federation, sizeof out->federation);
    if (now != NULL) {
        out->head = registry_head(now);
        out->issued_utc_us = registry_issued_utc_us(now);
        out->expires_utc_us = registry_expires_utc_us(now);
        out->n_members = registry_n_members(now);
    }
    if (trust->view.has_pins || now != NULL)
        fed_roots_code(span_text(trust->view.federation),
                       now == NULL ? trust->view.pins : registry_roots(now), out->roots_code);
    status_own(trust, now_utc_us, out);
    pthread_mutex_unlock(&trust->lock);
}

/* ---- waiting for the writer ---- */

void trust_wait_init(struct trust_wait *wait)
{
    memset(wait, 0, sizeof *wait);
    pthread_mutex_init(&wait->lock, NULL);
    pthread_cond_init(&wait->told, NULL);
}

void trust_wait_tell(struct trust_wait *wait, enum err rc, enum trust_verdict verdict,
                     const struct fail *why)
{
    pthread_mutex_lock(&wait->lock);
    wait->rc = rc;
    wait->verdict = verdict;
    if (why != NULL)
        wait->why = *why;
    wait->is_told = true;
    pthread_cond_signal(&wait->told);
    pthread_mutex_unlock(&wait->lock);
}

enum err trust_wait_end(struct trust_wait *wait, struct fail *why)
{
    pthread_mutex_lock(&wait->lock);
    while (!wait->is_told)
        pthread_cond_wait(&wait->told, &wait->lock);
    pthread_mutex_unlock(&wait->lock);
    if (why != NULL)
        *why = wait->why;
    pthread_cond_destroy(&wait->told);
    pthread_mutex_destroy(&wait->lock);
    return wait->rc;
}

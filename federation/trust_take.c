/* Registries in: judged against what is believed, written, believed. A writer's conflict means
 * that another thread was first (or that an answer to COMMIT was lost): what stands in the
 * database is read again and the document judged anew. */
#include <inttypes.h>
#include <stdlib.h>

#include "federation/trust_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"

#define TRIES_MOST 4

struct take {
    struct trust *trust;
    struct span bytes, sig_lines; /* copies, behind this struct */
    struct id heard_from;
    void (*done)(void *arg, enum err rc, enum trust_verdict verdict, const struct fail *why);
    void *arg;
    int n_tries;
    enum trust_verdict judged, verdict;
    struct registry *candidate;
    bool is_new;
    struct trust_loaded loaded;
};

static enum err take_go(struct take *take, struct fail *why);

/* ---- on the writer's thread ---- */

static enum err add_split(struct take *take, struct tx *tx, struct trust_row *row,
                          int64_t now_utc_us, struct fail *why)
{
    const struct trust_step_row step = {
        .id = id_new(),
        .at_utc_us = now_utc_us,
        .step = {.kind = TRUST_STEP_SPLIT,
                 .number = row->seq,
                 .peer = take->heard_from,
                 .bytes = hash256_span(&row->sha256)},
    };
    enum err rc;

    row->is_chain = false;
    rc = trust_store_add(tx, row, &take->is_new, why);
    return rc == ERR_OK && take->is_new ? trust_store_step_add(tx, &step, why) : rc;
}

/* An older number: known, never seen (older than our first one), or another history. */
static enum err look_back(struct take *take, struct tx *tx, struct trust_row *row,
                          int64_t now_utc_us, struct fail *why)
{
    struct trust_row stored;
    enum err rc = trust_store_find(tx, NULL, row->seq, tx_arena(tx), &stored, why);

    take->verdict = TRUST_OLD;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_OK || hash256_eq(&stored.sha256, &row->sha256))
        return rc;
    take->verdict = TRUST_SPLIT;
    return add_split(take, tx, row, now_utc_us, why);
}

static enum err take_run(struct tx *tx, void *arg, struct fail *why)
{
    struct take *take = arg;
    struct fed_head head = registry_head(take->candidate);
    int64_t now_utc_us = clock_utc_us();
    struct trust_row row = {
        .id = id_new(),
        .seq = head.seq,
        .sha256 = head.sha256,
        .bytes = take->bytes,
        .sig_lines = take->sig_lines,
        .is_chain = take->judged == TRUST_TAKEN,
        .heard_from = take->heard_from,
        .taken_utc_us = now_utc_us,
    };

    take->is_new = false;
    take->verdict = take->judged;
    if (take->judged == TRUST_TAKEN)
        return trust_store_add(tx, &row, &take->is_new, why);
    if (take->judged == TRUST_OLD)
        return look_back(take, tx, &row, now_utc_us, why);
    return add_split(take, tx, &row, now_utc_us, why);
}

static void take_end(struct take *take, enum err rc, const struct fail *why)
{
    take->done(take->arg, rc, take->verdict, why);
    registry_unref(&take->candidate);
    free(take);
}

/* The next one is in force from here on. */
static void believe(struct take *take)
{
    struct trust *trust = take->trust;
    struct fed_head head = registry_head(take->candidate);
    struct registry *old;

    pthread_mutex_lock(&trust->lock);
    old = trust->view.now;
    trust->view.has_roots_before = old != NULL;
    if (old != NULL)
        memcpy(trust->view.roots_before, registry_roots(old), sizeof trust->view.roots_before);
    trust->view.now = registry_ref(take->candidate);
    trust->taken_utc_us = clock_utc_us();
    trust->is_behind = false;
    pthread_mutex_unlock(&trust->lock);
    registry_unref(&old);
    log_info("federation.registry", L_INT("seq", head.seq),
             L_INT("members", registry_n_members(take->candidate)));
}

static void say_split(struct take *take)
{
    struct trust *trust = take->trust;
    struct fed_head head = registry_head(take->candidate);

    pthread_mutex_lock(&trust->lock);
    trust->is_split = true;
    trust->split_seq = head.seq;
    pthread_mutex_unlock(&trust->lock);
    log_error("federation.registry-split", L_INT("seq", head.seq),
              L_ID("heard_from", take->heard_from));
}

static enum err reload_run(struct tx *tx, void *arg, struct fail *why)
{
    struct take *take = arg;

    registry_unref(&take->loaded.now); /* of a run that was rolled back */
    return trust_load(tx, NULL, tx_arena(tx), &take->loaded, why);
}

static void reload_done(void *arg, enum err rc, const struct fail *why)
{
    struct take *take = arg;
    struct fail fail = *why;

    if (rc == ERR_OK) {
        trust_install(take->trust, &take->loaded);
        rc = take_go(take, &fail);
        if (rc == ERR_OK)
            return;
    }
    registry_unref(&take->loaded.now);
    take_end(take, rc, &fail);
}

static void take_done(void *arg, enum err rc, const struct fail *why)
{
    struct take *take = arg;
    const struct writer_op reload = {reload_run, reload_done, take};
    struct fail fail = *why;

    if ((rc == ERR_CONFLICT || rc == ERR_UNCERTAIN) && take->n_tries < TRIES_MOST) {
        rc = writer_post(take->trust->conf.writer, &reload, &fail);
        if (rc == ERR_OK)
            return;
    }
    if (rc == ERR_OK && take->verdict == TRUST_TAKEN)
        believe(take);
    else if (rc == ERR_OK && take->is_new)
        say_split(take);
    take_end(take, rc, &fail);
}

/* ---- on the caller's ---- */

/* Judges and posts, or judges and tells. An error: nobody was told. */
static enum err take_go(struct take *take, struct fail *why)
{
    const struct writer_op op = {take_run, take_done, take};
    const struct fail fine = {.code = ERR_OK};
    struct trust_view view;
    enum err rc;

    take->n_tries++;
    registry_unref(&take->candidate);
    trust_view_copy(take->trust, &view);
    rc = trust_judge(&view, take->bytes, take->sig_lines, clock_utc_us(), &take->judged,
                     &take->candidate, why);
    registry_unref(&view.now);
    if (rc != ERR_OK)
        return rc;
    if (take->judged == TRUST_GAP) {
        pthread_mutex_lock(&take->trust->lock);
        take->trust->is_behind = true;
        pthread_mutex_unlock(&take->trust->lock);
    }
    if (take->candidate != NULL)
        return writer_post(take->trust->conf.writer, &op, why);
    take->verdict = take->judged;
    take_end(take, ERR_OK, &fine);
    return ERR_OK;
}

enum err trust_take_post(struct trust *trust, struct span bytes, struct span sig_lines,
                         struct id heard_from,
                         void (*done)(void *arg, enum err rc, enum trust_verdict verdict,
                                      const struct fail *why),
                         void *arg, struct fail *why)
{
    struct take *take;
    uint8_t *copy;
    enum err rc;

    if (bytes.len > FED_DOC_CAP || sig_lines.len > (size_t)FED_DOC_SIGS_MOST * FED_SIG_LINE_CAP)
        return fail_set(why, ERR_TOO_LARGE, "a registry of %zu bytes", bytes.len);
    take = calloc(1, sizeof *take + bytes.len + sig_lines.len);
    if (take == NULL)
        return fail_set(why, ERR_NOMEM, "a registry of %zu bytes", bytes.len);
    copy = (uint8_t *)(take + 1);
    if (bytes.len > 0)
        memcpy(copy, bytes.p, bytes.len);
    if (sig_lines.len > 0)
        memcpy(copy + bytes.len, sig_lines.p, sig_lines.len);
    take->trust = trust;
    take->bytes = span_of(copy, bytes.len);
    take->sig_lines = span_of(copy + bytes.len, sig_lines.len);
    take->heard_from = heard_from;
    take->done = done;
    take->arg = arg;
    rc = take_go(take, why);
    if (rc != ERR_OK) {
        registry_unref(&take->candidate);
        free(take);
    }
    return rc;
}

static void tell(void *arg, enum err rc, enum trust_verdict verdict, const struct fail *why)
{
    trust_wait_tell(arg, rc, verdict, why);
}

enum err trust_take(struct trust *trust, struct span bytes, struct span sig_lines,
                    struct id heard_from, enum trust_verdict *verdict_out, struct fail *why)
{
    struct trust_wait wait;
    enum err rc;

    trust_wait_init(&wait);
    rc = trust_take_post(trust, bytes, sig_lines, heard_from, tell, &wait, why);
    if (rc != ERR_OK)
        trust_wait_tell(&wait, rc, TRUST_FORM, why);
    rc = trust_wait_end(&wait, why);
    if (rc == ERR_OK)
        *verdict_out = wait.verdict;
    return rc;
}

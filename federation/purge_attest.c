/* What was cleared is said: under a checkpoint of our log, by our key. */
#include <string.h>

#include "federation/purge_clear_store.h"
#include "federation/purge_priv.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/audit_proof.h"
#include "node/db/note.h"

#define VACUUM_MS 600000

/* The table's owner alone may. */
static enum err vacuum(const struct federation *f, struct fail *why)
{
    struct db_conf owner = f->conf.db;
    struct db *db = NULL;
    enum err rc;

    owner.pool = NULL;
    owner.user = "ibasho";
    owner.statement_timeout_ms = VACUUM_MS;
    rc = db_open(&owner, NULL, &db, why);
    if (rc == ERR_OK)
        rc = db_exec(db, purge_vacuum_sql, why);
    db_close(&db);
    return rc;
}

static enum err put_rows(struct job_call *call, const struct purge_row *row,
                         struct purge_receipt *out, struct fail *why)
{
    struct purge_part *parts = NULL;
    struct purge_gone *gone;
    size_t n = 0;
    enum err rc = purge_part_list(NULL, call->db, row, call->arena, &parts, &n, why);

    gone = rc == ERR_OK ? arena_alloc(call->arena, (n + 1) * sizeof *gone) : NULL;
    if (gone == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "%zu parts", n) : rc;
    out->rows = (struct jx_list){gone, 0};
    for (size_t i = 0; i < n; i++)
        if (span_eq(parts[i].part, SPAN(PURGE_KEY_PART)))
            out->n_keys = parts[i].n;
        else
            gone[out->rows.n++] = (struct purge_gone){parts[i].part, parts[i].n};
    return ERR_OK;
}

static enum err put_series(struct job_call *call, const struct purge_row *row,
                           struct purge_receipt *out, struct fail *why)
{
    struct id *all = NULL;
    struct purge_series *series;
    size_t n = 0;
    enum err rc = purge_series_all(call->db, row->node, call->arena, &all, &n, why);

    series = rc == ERR_OK ? arena_alloc(call->arena, (n + 1) * sizeof *series) : NULL;
    if (series == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "%zu series", n) : rc;
    for (size_t i = 0; i < n; i++)
        series[i].series = all[i];
    out->series = (struct jx_list){series, n};
    return ERR_OK;
}

static enum err put_key(struct job_call *call, struct purge_receipt *out, struct fail *why)
{
    char *text = arena_alloc(call->arena, NOTE_KEY_TEXT_CAP);
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    struct note_key key;
    enum err rc = text == NULL ? fail_set(why, ERR_NOMEM, "a key") : ERR_OK;

    if (rc == ERR_OK)
        rc = keyring_public_key(call->services->keyring, AUDIT_KEY_NAME, public_key, why);
    if (rc == ERR_OK)
        rc = note_key_init(span_text(conf_text(call->services->conf, "node.origin")),
                           public_key, &key, why);
    if (rc != ERR_OK)
        return rc;
    note_key_text(&key, text);
    out->log_key = span_text(text);
    return ERR_OK;
}

static enum err put_proof(struct job_call *call, uint64_t size, struct purge_receipt *out,
                          struct fail *why)
{
    struct merkle_proof proof;
    struct hash256 leaf;
    struct purge_hash *hashes = NULL;
    enum err rc =
        audit_prove_inclusion(call->db, (uint64_t)out->leaf, size, &leaf, &proof, why);

    if (rc == ERR_OK)
        hashes = arena_alloc(call->arena, (proof.n + 1) * sizeof *hashes);
    if (hashes == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "a proof") : rc;
    out->proof = (struct jx_list){hashes, proof.n};
    out->leaf_hash = arena_copy(call->arena, hash256_span(&leaf));
    if (out->leaf_hash.p == NULL)
        return fail_set(why, ERR_NOMEM, "a proof");
    for (size_t i = 0; i < proof.n; i++) {
        hashes[i].hash = arena_copy(call->arena, hash256_span(&proof.at[i]));
        if (hashes[i].hash.p == NULL)
            return fail_set(why, ERR_NOMEM, "a proof");
    }
    return ERR_OK;
}

/* A checkpoint that has our leaf under it, made now when there is none yet. */
static enum err put_log(struct job_call *call, const struct purge_row *row,
                        struct purge_receipt *out, struct fail *why)
{
    uint64_t size = 0;
    enum err rc = audit_checkpoint(call->services->audit, call->services->writer, why);

    if (rc == ERR_OK)
        rc = purge_step_leaf(call->db, row->step, &out->leaf, why);
    if (rc == ERR_OK)
        rc = audit_last_note(call->db, call->arena, &out->checkpoint, &size, why);
    if (rc == ERR_OK && size <= (uint64_t)out->leaf)
        rc = fail_set(why, ERR_BUSY, "no checkpoint over leaf %lld yet", (long long)out->leaf);
    if (rc == ERR_OK)
        rc = put_proof(call, size, out, why);
    return rc == ERR_OK ? put_key(call, out, why) : rc;
}

static enum err keep_run(struct tx *tx, void *arg, struct fail *why)
{
    return purge_row_change(tx, arg, why);
}

enum err purge_attest(struct job_call *call, struct purge_row *row, struct fail *why)
{
    struct federation *f = call->services->federation;
    struct purge_receipt receipt = {
        .from = row->node,
        .by = f->conf.node,
        .contract = row->contract,
        .ask = row->ask,
        .asked_utc_us = row->asked_utc_us,
        .cleared_utc_us = row->cleared_utc_us,
        .box = span_eq(row->box, SPAN("gone")) ? PURGE_BOX_GONE : PURGE_BOX_NONE,
    };
    enum err rc = vacuum(f, why);

    if (rc == ERR_OK)
        rc = put_rows(call, row, &receipt, why);
    if (rc == ERR_OK)
        rc = put_series(call, row, &receipt, why);
    if (rc == ERR_OK)
        rc = put_log(call, row, &receipt, why);
    receipt.at_utc_us = clock_utc_us();
    if (rc == ERR_OK)
        rc = purge_receipt_sign(f, &receipt, call->arena, &row->receipt, why);
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, keep_run, row, why);
    if (rc == ERR_OK)
        log_warn("purge.done", L_ID("of", row->node), L_INT("keys", receipt.n_keys));
    return rc;
}

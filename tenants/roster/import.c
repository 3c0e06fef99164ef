#include "tenants/roster/import.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/jobs.h"
#include "tenants/roster/apply.h"
#include "tenants/roster/feature.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define APPLY_KIND  "roster.apply"
#define N_TRIES     5

/* ---- received ---- */

static enum err put_file(const struct services *services, struct id id, struct id import,
                         const char *name, const char *media_type, struct span bytes,
                         struct file_put **put_out, struct fail *why)
{
    const struct file_new file = {.id = id,
                                  .key_kind = KEY_RECORD,
                                  .owner = import,
                                  .name = span_text(name),
                                  .media_type = media_type};
    enum err rc = file_put_begin(services->files, &file, put_out, why);

    if (rc == ERR_OK)
        rc = file_put_bytes(*put_out, bytes, why);
    return rc == ERR_OK ? file_put_finish(*put_out, why) : rc;
}

static enum err put_files(const struct services *services, struct span zip,
                          const struct preview *p, struct import_pending *pending,
                          struct fail *why)
{
    struct import_row *row = &pending->row;
    struct id key;
    enum err rc = keyring_need_key(services->keyring, KEY_RECORD, row->id, NULL, &key, why);

    row->file = id_new();
    row->changes = id_new();
    if (rc == ERR_OK)
        rc = put_file(services, row->file, row->id, "roster.zip", "application/zip", zip,
                      &pending->zip, why);
    if (rc == ERR_OK)
        rc = put_file(services, row->changes, row->id, "changes.csv", "text/csv", p->changes,
                      &pending->changes, why);
    return rc;
}

static enum err n_erased(struct keyring *keyring, struct arena *arena, int64_t *n_out,
                         struct fail *why)
{
    struct id *persons;
    size_t n = 0;
    enum err rc = keyring_erased(keyring, arena, &persons, &n, why);

    *n_out = (int64_t)n;
    return rc;
}

static enum err keep_text(struct arena *arena, struct span text, struct span *out,
                          struct fail *why)
{
    *out = arena_copy(arena, text);
    return out->p == NULL && text.len > 0 ? fail_set(why, ERR_NOMEM, "import") : ERR_OK;
}

/* What outlives the preview goes into the caller's arena. */
static enum err fill_row(struct preview *p, struct import_row *row, struct arena *arena,
                         struct fail *why)
{
    static const struct roster_diff nothing;
    struct span findings = SPAN_NONE, counts = p->counts;
    struct roster_counts none;
    enum err rc = roster_findings_csv(&p->roster->findings, false, arena, &findings, why);

    row->state = p->roster->is_refused ? IMPORT_REFUSED : IMPORT_CHECKED;
    row->n_errors = (int64_t)p->roster->findings.n_errors;
    row->n_warnings = (int64_t)p->roster->findings.n_warnings;
    row->findings = findings;
    if (rc == ERR_OK && p->roster->is_refused) {
        rc = roster_counts_of(&nothing, arena, &none, why);
        if (rc == ERR_OK)
            rc = jx_write(&roster_counts_shape, &none, arena, &counts, why);
    }
    memcpy(row->fingerprint, p->snapshot.fingerprint, FINGERPRINT_BYTES);
    if (rc == ERR_OK)
        rc = keep_text(arena, counts, &row->counts, why);
    if (rc == ERR_OK)
        rc = keep_text(arena, span_text(p->text), &row->preview, why);
    return rc == ERR_OK ? keep_text(arena, p->roster->version, &row->version, why) : rc;
}

enum err import_prepare(const struct services *services, struct db *db, struct span zip,
                        struct id by, const char *role, struct arena *arena,
                        struct import_pending *pending_out, struct fail *why)
{
    struct arena *names = NULL;
    struct preview p;
    enum err rc;

    *pending_out = (struct import_pending){.row = {.id = id_new(),
                                                   .made_by = by,
                                                   .made_utc_us = clock_utc_us(),
                                                   .role = span_text(role)}};
    rc = arena_create(ARENA_BYTES, &names, why);
    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(names);
    rc = n_erased(services->keyring, names, &pending_out->row.n_erased, why);
    if (rc == ERR_OK)
        rc =
            preview_make(services->keyring, services->settings, db, zip, false, names, &p, why);
    if (rc == ERR_OK)
        rc = fill_row(&p, &pending_out->row, arena, why);
    if (rc == ERR_OK && !p.roster->is_refused)
        rc = put_files(services, zip, &p, pending_out, why);
    arena_destroy(&names);
    return rc;
}

enum err import_tx_add(struct tx *tx, const struct import_pending *pending, struct fail *why)
{
    enum err rc = ERR_OK;

    if (pending->zip != NULL)
        rc = files_tx_add(tx, pending->zip, why);
    if (rc == ERR_OK && pending->changes != NULL)
        rc = files_tx_add(tx, pending->changes, why);
    return rc == ERR_OK ? import_store_add(tx, &pending->row, why) : rc;
}

void import_end(struct import_pending *pending, enum err rc)
{
    if (pending->zip != NULL)
        file_put_end(&pending->zip, rc);
    if (pending->changes != NULL)
        file_put_end(&pending->changes, rc);
}

/* ---- decided ---- */

enum err import_tx_decide(struct tx *tx, struct import_decision *d, struct fail *why)
{
    struct import_row row;
    uint8_t now[FINGERPRINT_BYTES];
    char id[ID_TEXT_CAP], payload[64], key[64];
    struct job_post post = {.kind = APPLY_KIND};
    enum err rc = import_store_find(tx, NULL, d->id, tx_arena(tx), &row, why);

    if (rc != ERR_OK)
        return rc;
    if (!span_eq(row.preview, d->preview) || row.state == IMPORT_REFUSED)
        return fail_field(why, ERR_CONFLICT, "preview", "another preview than this import's");
    d->is_repeated = (row.state == IMPORT_APPLYING || row.state == IMPORT_APPLIED) &&
                     row.admit_erased == d->admit_erased;
    if (d->is_repeated)
        return ERR_OK;
    rc = roster_store_fingerprint(tx, NULL, now, why);
    if (rc == ERR_OK && (row.state != IMPORT_CHECKED || row.closed_utc_us != 0 ||
                         memcmp(now, row.fingerprint, sizeof now) != 0))
        rc = fail_field(why, ERR_CONFLICT, "preview", "the roster changed since the preview");
    row.applied_by = d->by;
    row.applied_role = span_text(d->role);
    row.admit_erased = d->admit_erased;
    if (rc == ERR_OK)
        rc = import_store_decide(tx, &row, why);
    id_text(d->id, id);
    snprintf(payload, sizeof payload, "{\"import\":\"%s\"}", id);
    snprintf(key, sizeof key, APPLY_KIND ":%s", id);
    post.key = span_text(key);
    post.payload = span_text(payload);
    return rc == ERR_OK ? jobs_tx_post(tx, &post, why) : rc;
}

/* ---- done ---- */

struct gathered {
    uint8_t *p;
    size_t len, cap;
};

static enum err gather(void *arg, struct span bytes, struct fail *why)
{
    struct gathered *g = arg;

    if (bytes.len > g->cap - g->len)
        return fail_set(why, ERR_IO, "a file is longer than its row says");
    memcpy(g->p + g->len, bytes.p, bytes.len);
    g->len += bytes.len;
    return ERR_OK;
}

static enum err read_file(const struct services *services, struct db *db, struct id file,
                          struct arena *arena, struct span *bytes_out, struct fail *why)
{
    struct file_info info;
    struct gathered g = {0};
    enum err rc = files_find(services->files, db, file, arena, &info, why);

    if (rc != ERR_OK)
        return rc;
    g.cap = (size_t)info.n_bytes;
    g.p = arena_alloc(arena, g.cap + 1);
    if (g.p == NULL)
        return fail_set(why, ERR_NOMEM, "a file of %zu bytes", g.cap);
    rc = files_get(services->files, db, file, gather, &g, why);
    if (rc == ERR_OK)
        *bytes_out = span_of(g.p, g.len);
    return rc;
}

enum err import_changes(const struct services *services, struct db *db,
                        const struct import_row *row, struct arena *arena,
                        struct span *changes_out, struct fail *why)
{
    if (id_is_none(row->changes))
        return fail_set(why, ERR_NOT_FOUND, "the list of changes is not kept");
    return read_file(services, db, row->changes, arena, changes_out, why);
}

struct telling {
    const struct services *services;
    struct id import;
    int64_t n_done, n_total;
    enum import_state state;
};

static enum err progress_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct telling *t = arg;

    return import_store_progress(tx, t->import, t->n_done, t->n_total, why);
}

static enum err tell_progress(void *arg, size_t n_done, size_t n_total, struct fail *why)
{
    struct telling *t = arg;

    t->n_done = (int64_t)n_done;
    t->n_total = (int64_t)n_total;
    return writer_wait(t->services->writer, progress_run, t, why);
}

static enum err state_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct telling *t = arg;

    return import_store_end(tx, t->import, t->state, clock_utc_us(), why);
}

struct apply_payload {
    struct id import;
};
static const struct jx_field payload_fields[] = {
    {.name = "import", .type = JX_ID, .offset = offsetof(struct apply_payload, import)}};
static const struct jx_shape payload_shape =
    JX_SHAPE("RosterApplyJob", struct apply_payload, payload_fields);

static enum err apply_package(struct job_call *call, const struct import_row *row,
                              struct arena *names, struct fail *why)
{
    struct telling telling = {.services = call->services, .import = row->id};
    const struct apply_progress progress = {tell_progress, &telling};
    struct span zip = SPAN_NONE;
    struct preview p;
    enum err rc = read_file(call->services, call->db, row->file, names, &zip, why);

    if (rc == ERR_OK)
        rc = preview_make(call->services->keyring, call->services->settings, call->db, zip,
                          row->admit_erased, names, &p, why);
    if (rc == ERR_OK && p.roster->is_refused) /* a rule became stricter meanwhile */
        rc = fail_set(why, ERR_CONFLICT, "the package would be refused now");
    return rc == ERR_OK ? roster_apply(call->services, call->db, row, &p, &progress, names, why)
                        : rc;
}

/* Harmless to repeat: what was applied is in state APPLIED, by the same transaction. */
static enum err apply_job(struct job_call *call, struct fail *why)
{
    struct apply_payload in;
    struct import_row row = {.state = IMPORT_REFUSED};
    struct arena *names = NULL;
    struct telling end = {.services = call->services};
    enum err rc = jx_read(call->payload, &payload_shape, call->arena, &in, NULL, why);

    if (rc == ERR_OK)
        rc = import_store_find(NULL, call->db, in.import, call->arena, &row, why);
    if (rc != ERR_OK || row.state != IMPORT_APPLYING)
        return rc;
    rc = arena_create(ARENA_BYTES, &names, why);
    if (rc == ERR_OK) {
        arena_mark_secret(names);
        rc = apply_package(call, &row, names, why);
    }
    arena_destroy(&names);
    if (rc == ERR_OK || (rc != ERR_CONFLICT && call->n_try < N_TRIES))
        return rc;
    end.import = row.id;
    end.state = rc == ERR_CONFLICT ? IMPORT_STALE : IMPORT_FAILED;
    log_warn("roster.not_applied", L_ID("import", row.id), L_FAIL(why));
    if (writer_wait(call->services->writer, state_run, &end, why) == ERR_OK)
        return end.state == IMPORT_STALE ? ERR_OK : rc;
    return why->code;
}

/* ---- forgotten ---- */

struct closing {
    const struct import_row *row;
    int64_t now_utc_us;
};

static enum err delete_row(struct tx *tx, struct id file, struct fail *why)
{
    enum err rc = id_is_none(file) ? ERR_OK : files_tx_delete(tx, file, why);

    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err close_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct closing *c = arg;
    enum err rc = delete_row(tx, c->row->file, why);

    if (rc == ERR_OK)
        rc = delete_row(tx, c->row->changes, why);
    return rc == ERR_OK ? import_store_close(tx, c->row->id, c->now_utc_us, why) : rc;
}

static enum err close_import(const struct services *services, const struct import_row *row,
                             int64_t now_utc_us, struct fail *why)
{
    struct closing closing = {row, now_utc_us};
    enum err rc = keyring_destroy_subject(services->keyring, KEY_RECORD, row->id, why);

    if (rc == ERR_OK)
        rc = writer_wait(services->writer, close_run, &closing, why);
    if (rc == ERR_OK && !id_is_none(row->file))
        rc = files_drop(services->files, row->file, why);
    if (rc == ERR_OK && !id_is_none(row->changes))
        rc = files_drop(services->files, row->changes, why);
    return rc;
}

enum err import_sweep(const struct services *services, struct db *db, int64_t now_utc_us,
                      size_t *n_out, struct fail *why)
{
    int64_t keep_us = settings_int(services->settings, &setting_roster_keep_days) * DAY_US;
    struct import_row *rows = NULL;
    struct arena *arena = NULL;
    size_t n = 0, n_closed = 0;
    int64_t n_now = 0;
    enum err rc = arena_create(65536, &arena, why);

    if (rc == ERR_OK)
        rc = n_erased(services->keyring, arena, &n_now, why);
    if (rc == ERR_OK)
        rc = import_store_open(db, arena, &rows, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        bool is_over = rows[i].made_utc_us + keep_us < now_utc_us || rows[i].n_erased < n_now;

        if (!is_over || rows[i].state == IMPORT_APPLYING)
            continue;
        rc = close_import(services, &rows[i], now_utc_us, why);
        n_closed += rc == ERR_OK;
    }
    arena_destroy(&arena);
    if (n_closed > 0)
        log_info("roster.forgotten", L_INT("imports", n_closed));
    if (n_out != NULL)
        *n_out = n_closed;
    return rc;
}

static enum err sweep_job(struct job_call *call, struct fail *why)
{
    return import_sweep(call->services, call->db, clock_utc_us(), NULL, why);
}

const struct job_kind roster_jobs[ROSTER_JOBS_N] = {
    {.name = APPLY_KIND, .run = apply_job, .n_tries_cap = N_TRIES, .lease_s = 60},
    {.name = "roster.sweep",
     .run = sweep_job,
     .n_tries_cap = 5,
     .lease_s = 600,
     .period_s = 3600,
     .at_start = true},
};

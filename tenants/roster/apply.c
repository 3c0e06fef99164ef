#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "tenants/people/account.h"
#include "tenants/people/life.h"
#include "tenants/rights/rights.h"
#include "tenants/roster/apply_priv.h"

#define KEY_NAME   "blind.roster_id"
#define BATCH_KEYS 512

/* ---- ids ---- */

/* Follows from the import and the source id: version 8 of RFC 9562, made with a key. */
static enum err new_id(struct apply *a, enum roster_kind kind, size_t row, struct id *id_out,
                       struct fail *why)
{
    uint8_t text[16 + 1 + PERSON_INDEX_BYTES];
    enum err rc;

    memcpy(text, a->import->id.b, 16);
    text[16] = (uint8_t)kind;
    memcpy(text + 17, a->p->diff.keys[kind][row], PERSON_INDEX_BYTES);
    rc = keyring_blind(a->services->keyring, KEY_NAME, span_of(text, sizeof text), id_out->b,
                       why);
    id_out->b[6] = (uint8_t)((id_out->b[6] & 0x0f) | 0x80);
    id_out->b[8] = (uint8_t)((id_out->b[8] & 0x3f) | 0x80);
    return rc;
}

static enum err find_ids(struct apply *a, enum roster_kind kind, struct fail *why)
{
    const struct roster_diff *d = &a->p->diff;
    size_t n = roster_n_rows(a->p->roster, kind);
    enum err rc = ERR_OK;

    a->ids[kind] = arena_alloc(a->arena, (n + 1) * sizeof *a->ids[kind]);
    if (a->ids[kind] == NULL)
        return fail_set(why, ERR_NOMEM, "%zu ids", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        size_t stored = d->stored_of[kind][i];

        if (kind == KIND_PERSON && d->is_kept_out[i])
            continue;
        if (stored != SNAPSHOT_NONE)
            a->ids[kind][i] = a->p->snapshot.rows[kind][stored].id;
        if (id_is_none(a->ids[kind][i])) /* new, or made up for an export until now */
            rc = new_id(a, kind, i, &a->ids[kind][i], why);
    }
    return rc;
}

/* ---- preparing ---- */

static enum err tell(struct apply *a, size_t n_done, struct fail *why)
{
    return a->progress == NULL ? ERR_OK
                               : a->progress->tell(a->progress->arg, n_done, a->p->diff.n, why);
}

/* Keys of new persons, a batch at a time: one replacement of the keystore each. */
static enum err make_keys(struct apply *a, struct fail *why)
{
    const struct roster_diff *d = &a->p->diff;
    struct id *persons = arena_alloc(a->arena, BATCH_KEYS * sizeof *persons);
    struct id *keys = arena_alloc(a->arena, BATCH_KEYS * sizeof *keys);
    size_t n = 0;
    enum err rc = ERR_OK;

    if (persons == NULL || keys == NULL)
        return fail_set(why, ERR_NOMEM, "keys");

    for (size_t i = 0; rc == ERR_OK && i <= d->n; i++) {
        const struct roster_change *c = i < d->n ? &d->changes[i] : NULL;

        if (c != NULL && c->kind == KIND_PERSON && c->row != ROSTER_NONE &&
            c->what != WHAT_KEPT_OUT)
            persons[n++] = a->ids[KIND_PERSON][c->row];
        if (n == BATCH_KEYS || (c == NULL && n > 0)) {
            rc = keyring_need_keys(a->services->keyring, KEY_PERSON, persons, n, keys, why);
            n = 0;
            if (rc == ERR_OK)
                rc = tell(a, i < d->n ? i / 2 : d->n / 2, why);
        }
    }
    return rc;
}

static enum err prepare_change(struct apply *a, const struct roster_change *c, struct fail *why)
{
    struct apply_put *put = &a->puts[a->n_puts];
    enum err rc;

    if (c->what == WHAT_KEPT_OUT)
        return ERR_OK;
    if (c->what == WHAT_LEFT) {
        a->leaves[a->n_leaves++] =
            (struct apply_leave){c->kind, a->p->snapshot.rows[c->kind][c->stored].id};
        return ERR_OK;
    }
    put->kind = c->kind;
    rc = c->kind == KIND_PERSON ? apply_person(a, c, put, why) : apply_row(a, c, put, why);
    a->n_puts += rc == ERR_OK;
    return rc;
}

static enum err prepare(struct apply *a, struct fail *why)
{
    const struct roster_diff *d = &a->p->diff;
    enum err rc = ERR_OK;

    a->puts = arena_alloc(a->arena, (d->n + 1) * sizeof *a->puts);
    a->leaves = arena_alloc(a->arena, (d->n + 1) * sizeof *a->leaves);
    a->parents = arena_alloc(a->arena, (a->p->roster->n_orgs + 1) * sizeof *a->parents);
    if (a->puts == NULL || a->leaves == NULL || a->parents == NULL)
        return fail_set(why, ERR_NOMEM, "%zu changes", d->n);
    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++)
        rc = find_ids(a, (enum roster_kind)k, why);
    if (rc == ERR_OK)
        rc = make_keys(a, why);
    for (size_t i = 0; rc == ERR_OK && i < d->n; i++)
        rc = prepare_change(a, &d->changes[i], why);
    if (rc == ERR_OK)
        rc = apply_links(a, why);
    if (rc == ERR_OK)
        rc = apply_accounts(a, why);
    return rc == ERR_OK ? tell(a, d->n, why) : rc;
}

/* ---- the one transaction ---- */

static enum err write_puts(struct tx *tx, const struct apply *a, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < a->n_puts; i++) {
        const struct apply_put *put = &a->puts[i];

        if (put->kind != KIND_PERSON)
            rc = roster_store_put(tx, put->kind, &put->row, why);
        else
            rc = put->is_new ? person_store_add(tx, &put->person, why)
                             : person_store_change(tx, &put->person, why);
    }
    for (size_t i = 0; rc == ERR_OK && i < a->n_parents; i++)
        rc = roster_store_org_parent(tx, a->parents[i].one, a->parents[i].other, why);
    for (size_t i = 0; rc == ERR_OK && i < a->n_leaves; i++)
        rc = roster_store_leave(tx, a->leaves[i].kind, a->leaves[i].id, a->now_utc_us, why);
    return rc;
}

static enum err write_people(struct tx *tx, const struct apply *a, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < a->n_unlinks; i++) {
        rc = guardian_link_store_end(tx, a->unlinks[i].one, a->unlinks[i].other, a->now_utc_us,
                                     why);
        if (rc == ERR_OK)
            rc = guardian_link_store_end(tx, a->unlinks[i].other, a->unlinks[i].one,
                                         a->now_utc_us, why);
    }
    for (size_t i = 0; rc == ERR_OK && i < a->n_links; i++)
        rc =
            guardian_link_store_add(tx, a->links[i].one, a->links[i].other, a->now_utc_us, why);
    for (size_t i = 0; rc == ERR_OK && i < a->n_steps; i++)
        rc = account_step_append(tx, &a->steps[i], why);
    for (size_t i = 0; rc == ERR_OK && a->import->admit_erased && i < a->n_puts; i++) {
        const struct person_row *p = &a->puts[i].person;

        if (a->puts[i].kind == KIND_PERSON && a->puts[i].is_new) {
            rc = roster_store_admit(tx, p->source_index, why);
            if (rc == ERR_OK && p->has_master)
                rc = roster_store_admit(tx, p->master_index, why);
        }
    }
    return rc;
}

/* Who is at another school now has no right at the one before. */
static enum err end_rights(struct tx *tx, const struct apply *a, struct fail *why)
{
    struct rights_decision decision = {.by = a->import->applied_by,
                                       .now_utc_us = a->now_utc_us};
    enum err rc = role_parse(a->import->applied_role, &decision.by_role, why);

    return rc == ERR_OK ? rights_tx_end_left(tx, &decision, why) : rc;
}

static enum err write_record(struct tx *tx, const struct apply *a, struct fail *why)
{
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = a->now_utc_us,
        .route = "roster.applied",
        .role = arena_text(a->arena, a->import->applied_role),
        .account = a->import->applied_by,
        .address = SPAN(""),
        .object = a->import->id,
        .action = "change",
        .outcome = err_code(ERR_OK),
    };
    enum err rc = import_store_end(tx, a->import->id, IMPORT_APPLIED, a->now_utc_us, why);

    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

/* Nobody else writes meanwhile: the fingerprint decides. */
static enum err apply_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct apply *a = arg;
    uint8_t now[FINGERPRINT_BYTES];
    enum err rc = roster_store_fingerprint(tx, NULL, now, why);

    if (rc == ERR_OK && memcmp(now, a->import->fingerprint, sizeof now) != 0)
        return fail_set(why, ERR_CONFLICT,
                        "the roster is not what the preview was made against");
    if (rc == ERR_OK)
        rc = write_puts(tx, a, why);
    if (rc == ERR_OK)
        rc = write_people(tx, a, why);
    if (rc == ERR_OK)
        rc = end_rights(tx, a, why);
    return rc == ERR_OK ? write_record(tx, a, why) : rc;
}

enum err roster_apply(const struct services *services, struct db *db,
                      const struct import_row *row, const struct preview *preview,
                      const struct apply_progress *progress, struct arena *arena,
                      struct fail *why)
{
    struct apply a = {.services = services,
                      .db = db,
                      .import = row,
                      .p = preview,
                      .progress = progress,
                      .arena = arena,
                      .now_utc_us = clock_utc_us()};
    int64_t begun_us = clock_mono_us(), ready_us;
    enum err rc;

    if (memcmp(preview->snapshot.fingerprint, row->fingerprint, FINGERPRINT_BYTES) != 0)
        return fail_set(why, ERR_CONFLICT,
                        "the roster is not what the preview was made against");
    rc = prepare(&a, why);
    ready_us = clock_mono_us();
    if (rc == ERR_OK)
        rc = writer_wait(services->writer, apply_run, &a, why);
    if (services->accounts != NULL)
        rights_settle(accounts_rights(services->accounts));
    if (rc == ERR_OK)
        life_steps_drop(services, a.steps, a.n_steps);
    if (rc == ERR_OK)
        log_info("roster.applied", L_ID("import", row->id), L_INT("rows", a.n_puts),
                 L_INT("left", a.n_leaves), L_INT("steps", a.n_steps),
                 L_INT("prepare_ms", (ready_us - begun_us) / 1000),
                 L_INT("write_ms", (clock_mono_us() - ready_us) / 1000));
    return rc;
}

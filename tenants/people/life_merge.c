/* Two rows for one person become one: the other's account is closed, what it had goes over to
 * the one that is kept, and the other is marked, never deleted. */
#include <stddef.h>

#include "node/db/seal.h"
#include "node/io/live.h"
#include "tenants/people/account.h"
#include "tenants/people/life.h"
#include "tenants/people/link_store.h"
#include "tenants/people/registration_store.h"
#include "tenants/rights/rights.h"
#include "tenants/tenants.h"

struct merge_input {
    struct id into;
};

static const struct jx_field merge_fields[] = {
    {.name = "into",
     .type = JX_ID,
     .offset = offsetof(struct merge_input, into),
     .title_ja = "残す人のID"},
};
static const struct jx_shape merge_shape =
    JX_SHAPE("PeopleMerge", struct merge_input, merge_fields);

struct merge {
    struct req *req;
    struct id from, into, step;
    struct person_row other, kept; /* kept as it will be */
    bool takes_source;
    bool has_facts; /* the other's facts of admission are written down for the kept, too */
    struct registration_row facts;
    struct span reason_sealed;
    struct life_refusal refusal;
};

/* ---- the writer's thread ---- */

static bool is_open(const struct life_row *row)
{
    return row->has_account && row->state != ACCOUNT_CLOSED;
}

static bool is_in(const struct life_row *row)
{
    return is_open(row) && row->was_active && row->state != ACCOUNT_ISSUED;
}

/* What a merge must not be: a way to tie a stranger's request, another school's child or an ID
 * that is used to somebody else's. */
static enum err check_strangers(struct merge *m, const struct life_row *from,
                                const struct life_row *into, struct fail *why)
{
    if (from->has_account && !from->was_approved)
        return life_say_no(&m->refusal, "merge-not-approved",
                           "承認されていない申請の人は、まとめられません。申請を終わらせて"
                           "ください。",
                           why);
    if (from->kind == PERSON_STUDENT && !id_is_none(from->school) &&
        !id_is_none(into->school) && !id_eq(from->school, into->school))
        return life_say_no(&m->refusal, "merge-schools",
                           "学校がちがう二人の児童生徒は、まとめられません。", why);
    if (is_in(from) && is_in(into))
        return life_say_no(&m->refusal, "merge-both-active",
                           "二人ともIDを使っているため、まとめられません。使わないほうのIDを"
                           "終わらせてください。",
                           why);
    return ERR_OK;
}

static enum err check_pair(struct merge *m, const struct life_row *from,
                           const struct life_row *into, struct fail *why)
{
    if (!id_is_none(from->merged_into) || !id_is_none(into->merged_into))
        return life_say_no(&m->refusal, "merged-already",
                           "どちらかはもう、ほかの人としてまとめられています。", why);
    if (from->kind != into->kind)
        return life_say_no(&m->refusal, "merge-kinds",
                           "児童生徒・保護者・教職員など、立場のちがう人はまとめられません。",
                           why);
    if (is_open(from) && is_open(into) && from->role != into->role)
        return life_say_no(&m->refusal, "merge-roles",
                           "二人のIDの役割がちがうため、まとめられません。", why);
    if (is_open(from) && !is_open(into))
        return life_say_no(&m->refusal, "merge-other-way",
                           "使えるIDがある人のほうを残してください。", why);
    return check_strangers(m, from, into, why);
}

static enum err close_other(struct tx *tx, struct merge *m, const struct life_row *from,
                            struct fail *why)
{
    struct account_step step = life_step(m->req, from, ACCOUNT_CLOSED);
    enum err rc = life_check_board(tx, m->req, from, &m->refusal, why);

    step.id = m->step;
    step.reason_sealed = m->reason_sealed;
    if (rc == ERR_OK)
        rc = account_step_append(tx, &step, why);
    return rc == ERR_OK ? life_store_first_password_drop(tx, from->person, why) : rc;
}

/* The roster's id goes over first: it can stand with one person only. */
static enum err move_rows(struct tx *tx, const struct merge *m, struct fail *why)
{
    const struct link_step step = {.merged = m->from,
                                   .at_utc_us = m->req->now_utc_us,
                                   .actor = m->req->caller.account,
                                   .actor_role = m->req->caller.role};
    struct person_row other = m->other;
    enum err rc;

    other.merged_into = m->into;
    if (m->takes_source) {
        other.has_source = false;
        other.has_master = false;
    }
    rc = person_store_change(tx, &other, why);
    if (rc == ERR_OK)
        rc = person_store_change(tx, &m->kept, why);
    if (rc == ERR_OK)
        rc = link_step_moved(tx, &step, m->into, why);
    if (rc == ERR_OK)
        rc = life_store_ties_move(tx, m->from, m->into, why);
    if (rc == ERR_OK && m->has_facts)
        rc = registration_store_add(tx, &m->facts, why);
    return rc;
}

static enum err merge_run(struct tx *tx, void *arg, struct fail *why)
{
    struct merge *m = arg;
    const struct id both[] = {m->from, m->into};
    struct access_entry access = access_of(m->req);
    struct life_row from, into;
    enum err rc = life_store_find(tx, NULL, m->from, &from, why);

    m->refusal = (struct life_refusal){NULL, NULL};
    access.shown = both;
    access.n_shown = 2;
    if (rc == ERR_OK)
        rc = life_store_find(tx, NULL, m->into, &into, why);
    if (rc == ERR_OK)
        rc = check_pair(m, &from, &into, why);
    if (rc == ERR_OK && is_open(&from))
        rc = close_other(tx, m, &from, why);
    if (rc == ERR_OK)
        rc = move_rows(tx, m, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void merge_done(void *arg, enum err rc, const struct fail *why)
{
    struct merge *m = arg;

    if (rc != ERR_OK) {
        life_refuse(m->req, &m->refusal, why);
        return;
    }
    live_drop_account(m->req->services->live, m->from, ID_NONE); /* closed, now or before */
    m->req->access_recorded = 1;
    reply_none(m->req);
}

/* ---- the worker ---- */

/* What only the other knows is sealed anew under the key of the one that is kept. */
static enum err fill_kept(struct merge *m, struct fail *why)
{
    struct keyring *keyring = m->req->services->keyring;
    struct arena *arena = m->req->arena;
    struct span plain[PERSON_SEALED_N];
    struct person_row *kept = &m->kept;
    const struct person_row *other = &m->other;
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < PERSON_SEALED_N; i++) {
        const struct person_row *of = kept->sealed[i].len > 0 ? kept : other;

        rc = person_unseal(keyring, of, (enum person_column)i, arena, &plain[i], why);
    }
    if (rc == ERR_OK)
        rc = person_seal(keyring, kept, plain, arena, why);
    if (id_is_none(kept->school))
        kept->school = other->school;
    if (kept->grade.len == 0)
        kept->grade = other->grade;
    m->takes_source = !kept->has_source && other->has_source;
    if (m->takes_source) {
        kept->has_source = true;
        memcpy(kept->source_index, other->source_index, PERSON_INDEX_BYTES);
        kept->has_master = other->has_master;
        memcpy(kept->master_index, other->master_index, PERSON_INDEX_BYTES);
        kept->left_utc_us = other->left_utc_us;
    }
    return rc;
}

static enum err take_note(struct merge *m, struct fail *why)
{
    struct keyring *keyring = m->req->services->keyring;
    const struct seal_place old = {"registration", "note_sealed", m->facts.id};
    struct id fresh = id_new(), key;
    const struct seal_place new = {"registration", "note_sealed", fresh};
    struct span note;
    enum err rc = ERR_OK;

    if (m->facts.note_sealed.len > 0) {
        rc = unseal(keyring, &old, m->facts.note_sealed, m->req->arena, &note, why);
        if (rc == ERR_OK)
            rc = keyring_need_key(keyring, KEY_PERSON, m->into, NULL, &key, why);
        if (rc == ERR_OK)
            rc = seal(keyring, key, &new, note, m->req->arena, &m->facts.note_sealed, why);
    }
    m->facts.id = fresh;
    return rc;
}

/* The facts of admission, consent among them, unless the one that is kept has its own. */
static enum err take_facts(struct merge *m, struct fail *why)
{
    struct req *req = m->req;
    struct registration_row own;
    enum err rc = registration_store_latest(NULL, req->db, m->into, req->arena, &own, why);

    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = registration_store_latest(NULL, req->db, m->from, req->arena, &m->facts, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = take_note(m, why);
    m->has_facts = rc == ERR_OK;
    m->facts.person = m->into;
    m->facts.recorded_utc_us = req->now_utc_us;
    m->facts.recorded_by = req->caller.account;
    m->facts.role = span_text(role_id(req->caller.role));
    return rc;
}

static enum err begin(struct merge *m, struct id into, struct fail *why)
{
    struct req *req = m->req;
    struct rights_found found;
    enum err rc = rights_of_path(req, SHOWS_NAME | SHOWS_WORK, &found, why);

    m->from = req->person;
    m->into = into;
    m->step = id_new();
    if (rc == ERR_OK)
        rc = rights_person(accounts_rights(req->services->accounts), req->db, &req->caller,
                           into, SHOWS_NAME | SHOWS_WORK, req->now_utc_us, &found, why);
    if (rc == ERR_OK && id_eq(m->from, m->into))
        rc = fail_field(why, ERR_INVALID, "/into", "the same person");
    if (rc == ERR_OK)
        rc = person_store_find(NULL, req->db, m->from, req->arena, &m->other, why);
    if (rc == ERR_OK)
        rc = person_store_find(NULL, req->db, m->into, req->arena, &m->kept, why);
    if (rc == ERR_OK)
        rc = fill_kept(m, why);
    if (rc == ERR_OK)
        rc = take_facts(m, why);
    return rc == ERR_OK ? life_reason_seal(req, m->from, m->step,
                                           SPAN("同じ人の登録が二つあったため、まとめた"),
                                           &m->reason_sealed, why)
                        : rc;
}

static void people_merge(struct req *req)
{
    const struct merge_input *in = req->input;
    struct merge *m = req_alloc(req, sizeof *m);
    const struct writer_op op = {merge_run, merge_done, m};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (m == NULL)
        return;
    *m = (struct merge){.req = req};
    rc = begin(m, in->into, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route life_merge_routes[LIFE_MERGE_ROUTES_N] = {{
    .name = "people.merge",
    .method = HTTP_POST,
    .path = "/api/v1/people/{id}/merge",
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .object = OBJECT_ANY_HERE,
    .audit = AUDIT_CHANGE,
    .input = &merge_shape,
    .summary_ja = "同じ人の二つの登録をまとめる",
    .handle = people_merge,
}};

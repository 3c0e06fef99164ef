#include "node/db/seal.h"
#include "node/db/settings.h"
#include "tenants/roster/apply_priv.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/received.h"

/* ---- a person's row ---- */

static enum person_kind kind_of(const struct roster *r, const struct roster_user *u)
{
    if (u->roles.n == 0)
        return u->grade.len > 0 ? PERSON_STUDENT : PERSON_STAFF;
    switch (r->roles[u->roles.at[0]].kind) {
    case ROSTER_STUDENT:
        return PERSON_STUDENT;
    case ROSTER_GUARDIAN:
        return PERSON_GUARDIAN;
    case ROSTER_TEACHER:
    case ROSTER_PRINCIPAL:
    case ROSTER_SITE_ADMIN:
    case ROSTER_DISTRICT_ADMIN:
    case ROSTER_OTHER_STAFF:
        break;
    }
    return PERSON_STAFF;
}

static bool is_school(const struct roster *r, size_t org)
{
    return org != ROSTER_NONE && r->orgs[org].kind == ROSTER_ORG_SCHOOL;
}

/* The primary org when it is a school; else the school of a role; else of a class. */
static size_t school_of(const struct roster *r, const struct roster_user *u)
{
    if (is_school(r, u->primary_org))
        return u->primary_org;
    for (size_t i = 0; i < u->roles.n; i++)
        if (is_school(r, r->roles[u->roles.at[i]].org))
            return r->roles[u->roles.at[i]].org;
    for (size_t i = 0; i < u->enrolments.n; i++)
        if (is_school(r, r->enrolments[u->enrolments.at[i]].school))
            return r->enrolments[u->enrolments.at[i]].school;
    return ROSTER_NONE;
}

static struct span prefer(struct span preferred, struct span other)
{
    return preferred.len > 0 ? preferred : other;
}

enum err apply_person(struct apply *a, const struct roster_change *change,
                      struct apply_put *put, struct fail *why)
{
    const struct roster *r = a->p->roster;
    const struct roster_user *u = &r->users[change->row];
    size_t school = school_of(r, u);
    struct person_row *p = &put->person;
    const struct span plain[PERSON_SEALED_N] = {
        [PERSON_FAMILY] = prefer(u->preferred_family, u->family),
        [PERSON_GIVEN] = prefer(u->preferred_given, u->given),
        [PERSON_FAMILY_KANA] = prefer(u->preferred_family_kana, u->family_kana),
        [PERSON_GIVEN_KANA] = prefer(u->preferred_given_kana, u->given_kana),
        [PERSON_ROSTER] = a->p->diff.received[KIND_PERSON][change->row],
    };
    enum err rc = ERR_OK;

    put->is_new = change->stored == SNAPSHOT_NONE;
    if (put->is_new)
        *p = (struct person_row){.id = a->ids[KIND_PERSON][change->row],
                                 .kind = kind_of(r, u),
                                 .created_utc_us = a->now_utc_us};
    else
        *p = a->p->snapshot.people[change->stored]; /* what it was merged into stays */
    p->school = school == ROSTER_NONE ? ID_NONE : a->ids[KIND_ORG][school];
    p->grade = u->grade;
    p->left_utc_us = 0;
    p->has_source = true;
    memcpy(p->source_index, a->p->diff.keys[KIND_PERSON][change->row], PERSON_INDEX_BYTES);
    p->has_master = u->master.len > 0;
    if (p->has_master)
        rc = person_master_index(a->services->keyring, u->master, p->master_index, why);
    return rc == ERR_OK ? person_seal(a->services->keyring, p, plain, a->arena, why) : rc;
}

/* ---- guardians and children ---- */

static enum person_kind kind_at(const struct apply *a, size_t user)
{
    size_t stored = a->p->diff.stored_of[KIND_PERSON][user];

    return stored != SNAPSHOT_NONE ? a->p->snapshot.people[stored].kind
                                   : kind_of(a->p->roster, &a->p->roster->users[user]);
}

/* Either may name the other as agent. */
static void link_of(struct apply *a, size_t one, size_t other)
{
    const enum person_kind kinds[2] = {kind_at(a, one), kind_at(a, other)};
    const struct id ids[2] = {a->ids[KIND_PERSON][one], a->ids[KIND_PERSON][other]};

    if (id_is_none(ids[0]) || id_is_none(ids[1]))
        return;
    if (kinds[0] == PERSON_STUDENT && kinds[1] == PERSON_GUARDIAN)
        a->links[a->n_links++] = (struct apply_pair){ids[1], ids[0]};
    else if (kinds[0] == PERSON_GUARDIAN && kinds[1] == PERSON_STUDENT)
        a->links[a->n_links++] = (struct apply_pair){ids[0], ids[1]};
}

/* Agents that the row named before. Those still named are linked again after it, so only what
 * the roster itself had said is taken back, never a link made by hand. */
static enum err unlink_before(struct apply *a, const struct roster_change *c, struct fail *why)
{
    const struct roster_stored *stored = &a->p->snapshot.rows[KIND_PERSON][c->stored];
    size_t column = roster_column_find(&roster_shapes[FILE_USERS], "agentSourcedIds");
    struct span *cells = NULL, rest;
    enum err rc = received_read(FILE_USERS, stored->received, a->arena, &cells, why);

    if (rc != ERR_OK || cells[column].len == 0)
        return rc;
    for (rest = cells[column]; rc == ERR_OK && rest.len > 0;) {
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.p);
        uint8_t key[PERSON_INDEX_BYTES];
        size_t at;

        rc = snapshot_key(a->services->keyring, KIND_PERSON, span_cut(rest, 0, len), key, why);
        at = rc == ERR_OK ? index_map_find(&a->p->snapshot.by_source[KIND_PERSON], key)
                          : SNAPSHOT_NONE;
        if (at != SNAPSHOT_NONE)
            a->unlinks[a->n_unlinks++] =
                (struct apply_pair){stored->id, a->p->snapshot.rows[KIND_PERSON][at].id};
        rest = span_from(rest, len + 1);
    }
    return rc;
}

/* How many agents all rows name, before and now, at most. */
static size_t n_pairs_most(const struct apply *a)
{
    size_t n = 1;

    for (size_t i = 0; i < a->p->roster->n_users; i++)
        n += a->p->roster->users[i].agents.n;
    for (size_t i = 0; i < a->p->snapshot.n[KIND_PERSON]; i++) {
        struct span received = a->p->snapshot.rows[KIND_PERSON][i].received;

        n += 1;
        for (size_t k = 0; k < received.len; k++)
            n += received.p[k] == ',';
    }
    return n;
}

enum err apply_links(struct apply *a, struct fail *why)
{
    const struct roster_diff *d = &a->p->diff;
    size_t n = n_pairs_most(a);
    enum err rc = ERR_OK;

    a->links = arena_alloc(a->arena, n * sizeof *a->links);
    a->unlinks = arena_alloc(a->arena, n * sizeof *a->unlinks);
    if (a->links == NULL || a->unlinks == NULL)
        return fail_set(why, ERR_NOMEM, "%zu links", n);
    for (size_t i = 0; rc == ERR_OK && i < d->n; i++) {
        const struct roster_change *c = &d->changes[i];

        if (c->kind != KIND_PERSON || c->what == WHAT_KEPT_OUT)
            continue;
        if (c->stored != SNAPSHOT_NONE)
            rc = unlink_before(a, c, why);
        if (rc == ERR_OK && c->row != ROSTER_NONE)
            for (size_t k = 0; k < a->p->roster->users[c->row].agents.n; k++)
                link_of(a, c->row, a->p->roster->users[c->row].agents.at[k]);
    }
    return rc;
}

/* ---- accounts of those who leave and return ---- */

static bool was_left(struct apply *a, const struct roster_account *account)
{
    const struct seal_place place = {"account_step", "reason_sealed", account->last_step};
    struct span reason;

    return account->reason_sealed.len > 0 &&
           unseal(a->services->keyring, &place, account->reason_sealed, a->arena, &reason,
                  NULL) == ERR_OK &&
           span_eq(reason, SPAN(APPLY_REASON_LEFT));
}

static enum err add_step(struct apply *a, struct id account, enum account_state before,
                         enum account_state after, struct span reason, struct fail *why)
{
    struct account_step *step = &a->steps[a->n_steps];
    const struct seal_place place = {"account_step", "reason_sealed", id_new()};
    struct id key;
    enum err rc = keyring_find_key(a->services->keyring, KEY_PERSON, account, NULL, &key, why);

    *step = (struct account_step){.id = place.row,
                                  .account = account,
                                  .before = before,
                                  .after = after,
                                  .at_utc_us = a->now_utc_us,
                                  .actor = a->import->applied_by,
                                  .actor_role = arena_text(a->arena, a->import->applied_role)};
    if (rc == ERR_OK)
        rc = seal(a->services->keyring, key, &place, reason, a->arena, &step->reason_sealed,
                  why);
    a->n_steps += rc == ERR_OK;
    return rc;
}

static enum err step_of(struct apply *a, enum roster_what what,
                        const struct roster_account *account, struct fail *why)
{
    if (what == WHAT_LEFT && !account->is_suspended)
        return add_step(a, account->id, account->is_active ? ACCOUNT_ACTIVE : ACCOUNT_ISSUED,
                        ACCOUNT_SUSPENDED, SPAN(APPLY_REASON_LEFT), why);
    if (what == WHAT_RETURNED && account->is_suspended && was_left(a, account))
        return add_step(a, account->id, ACCOUNT_SUSPENDED,
                        span_eq(account->last_before, SPAN("active")) ? ACCOUNT_ACTIVE
                                                                      : ACCOUNT_ISSUED,
                        SPAN("roster.returned"), why);
    return ERR_OK;
}

enum err apply_accounts(struct apply *a, struct fail *why)
{
    bool is_suspending = settings_bool(a->services->settings, &setting_roster_suspend_leavers);
    const struct roster_diff *d = &a->p->diff;
    struct roster_account *accounts = NULL;
    struct index_map by_id;
    size_t n = 0;
    enum err rc = roster_store_accounts(a->db, a->arena, &accounts, &n, why);

    if (rc == ERR_OK)
        rc = index_map_make(n, a->arena, &by_id, why);
    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        index_map_put(&by_id, accounts[i].id.b, i);
    a->steps = arena_alloc(a->arena, (n + 1) * sizeof *a->steps);
    if (a->steps == NULL)
        return fail_set(why, ERR_NOMEM, "%zu accounts", n);
    for (size_t i = 0; rc == ERR_OK && i < d->n; i++) {
        const struct roster_change *c = &d->changes[i];
        size_t at = SNAPSHOT_NONE;

        if (c->kind == KIND_PERSON && c->stored != SNAPSHOT_NONE)
            at = index_map_find(&by_id, a->p->snapshot.people[c->stored].id.b);
        if (at != SNAPSHOT_NONE && (c->what != WHAT_LEFT || is_suspending))
            rc = step_of(a, c->what, &accounts[at], why);
    }
    return rc;
}

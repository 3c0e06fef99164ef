#include "node/db/seal.h"
#include "tenants/roster/apply_priv.h"

static struct span day_text(struct apply *a, struct roster_day day)
{
    if (day.year == 0)
        return SPAN("");
    return span_text(arena_printf(a->arena, "%04d-%02d-%02d", day.year, day.month, day.day));
}

static struct id id_at(const struct apply *a, enum roster_kind kind, size_t row)
{
    return row == ROSTER_NONE ? ID_NONE : a->ids[kind][row];
}

static void fill_org(struct apply *a, const struct roster_org *org, struct roster_put *put)
{
    static const char *const kinds[] = {[ROSTER_ORG_DISTRICT] = "district",
                                        [ROSTER_ORG_SCHOOL] = "school",
                                        [ROSTER_ORG_OTHER] = "other"};

    put->title = org->name;
    put->code = org->identifier;
    put->org_kind = kinds[org->kind];
    a->parents[a->n_parents++] = (struct apply_pair){put->id, id_at(a, KIND_ORG, org->parent)};
}

/* The school year of its latest term; of its course when it names none. */
static int class_year(const struct roster *r, const struct roster_class *c)
{
    int year = 0;

    for (size_t i = 0; i < c->terms.n; i++)
        if (r->sessions[c->terms.at[i]].school_year > year)
            year = r->sessions[c->terms.at[i]].school_year;
    if (year == 0 && c->course != ROSTER_NONE && r->courses[c->course].session != ROSTER_NONE)
        year = r->sessions[r->courses[c->course].session].school_year;
    return year;
}

static void fill_class(struct apply *a, const struct roster_class *c, struct roster_put *put)
{
    put->title = c->title;
    put->org = id_at(a, KIND_ORG, c->school);
    put->course = id_at(a, KIND_COURSE, c->course);
    put->is_homeroom = c->is_homeroom;
    put->grades = c->grades;
    put->school_year = class_year(a->p->roster, c);
}

static const char *role_text(enum roster_role_kind kind)
{
    switch (kind) {
    case ROSTER_STUDENT:
        return "student";
    case ROSTER_GUARDIAN:
        return "guardian";
    case ROSTER_TEACHER:
        return "teacher";
    case ROSTER_PRINCIPAL:
        return "principal";
    case ROSTER_SITE_ADMIN:
        return "site_admin";
    case ROSTER_DISTRICT_ADMIN:
        return "district_admin";
    case ROSTER_OTHER_STAFF:
        break;
    }
    return "other";
}

static void fill_role(struct apply *a, const struct roster_role *role, struct roster_put *put)
{
    put->person = id_at(a, KIND_PERSON, role->user);
    put->org = id_at(a, KIND_ORG, role->org);
    put->role = role_text(role->kind);
    put->is_primary = role->is_primary;
    put->begins_on = day_text(a, role->begins);
    put->ends_on = day_text(a, role->ends);
}

static void fill_enrolment(struct apply *a, const struct roster_enrolment *e,
                           struct roster_put *put)
{
    put->person = id_at(a, KIND_PERSON, e->user);
    put->class = id_at(a, KIND_CLASS, e->class);
    put->role = arena_text(a->arena, e->role);
    put->is_primary = e->is_primary;
    put->number = e->number;
    put->begins_on = day_text(a, e->begins);
    put->ends_on = day_text(a, e->ends);
}

/* Under the key of the person it is about. */
static enum err seal_received(struct apply *a, const char *table, struct span received,
                              struct roster_put *put, struct fail *why)
{
    const struct seal_place place = {table, "received_sealed", put->id};
    struct keyring *keyring = a->services->keyring;
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, put->person, NULL, &key, why);

    return rc == ERR_OK
               ? seal(keyring, key, &place, received, a->arena, &put->received_sealed, why)
               : rc;
}

enum err apply_row(struct apply *a, const struct roster_change *change, struct apply_put *into,
                   struct fail *why)
{
    const struct roster *r = a->p->roster;
    const struct roster_diff *d = &a->p->diff;
    struct roster_put *put = &into->row;
    size_t i = change->row;
    struct span received = d->received[change->kind][i];

    *put = (struct roster_put){.id = a->ids[change->kind][i],
                               .source_id = roster_row_at(r, change->kind, i)->source_id,
                               .received = received,
                               .now_utc_us = a->now_utc_us};
    memcpy(put->index, d->keys[change->kind][i], PERSON_INDEX_BYTES);
    switch (change->kind) {
    case KIND_SESSION:
        put->title = r->sessions[i].title;
        put->school_year = r->sessions[i].school_year;
        put->begins_on = day_text(a, r->sessions[i].begins);
        put->ends_on = day_text(a, r->sessions[i].ends);
        return ERR_OK;
    case KIND_ORG:
        fill_org(a, &r->orgs[i], put);
        return ERR_OK;
    case KIND_COURSE:
        put->title = r->courses[i].title;
        put->org = id_at(a, KIND_ORG, r->courses[i].org);
        put->session = id_at(a, KIND_SESSION, r->courses[i].session);
        return ERR_OK;
    case KIND_CLASS:
        fill_class(a, &r->classes[i], put);
        return ERR_OK;
    case KIND_ROLE:
        fill_role(a, &r->roles[i], put);
        return seal_received(a, "person_role", received, put, why);
    case KIND_ENROLMENT:
        fill_enrolment(a, &r->enrolments[i], put);
        return seal_received(a, "enrolment", received, put, why);
    case KIND_PERSON:
    case ROSTER_KINDS_N:
        break;
    }
    return fail_set(why, ERR_INTERNAL, "not a row of this kind");
}

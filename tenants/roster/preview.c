#include "tenants/roster/preview.h"

#include <stdio.h>

#include "node/base/hex.h"
#include "node/db/hash256.h"
#include "node/io/csv.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/received.h"

#define LINE_FIELDS   7
#define ROWS_MOST     1000000
#define FINDINGS_MOST 2000 /* kept and shown; all are counted */

struct roster_options preview_options(const struct settings *settings)
{
    static const enum roster_severity severities[] = {ROSTER_IGNORE, ROSTER_WARNING,
                                                      ROSTER_ERROR}; /* of the choices */
    struct roster_options o = roster_options_default;

    o.master_missing = severities[settings_int(settings, &setting_roster_master_missing)];
    o.kana_missing = severities[settings_int(settings, &setting_roster_kana_missing)];
    o.preferred_missing = severities[settings_int(settings, &setting_roster_preferred_missing)];
    o.n_findings = FINDINGS_MOST;
    return o;
}

/* ---- the list for people ---- */

struct tell {
    struct keyring *keyring;
    const struct preview *p;
    struct arena *arena;
    struct csv_writer csv;
};

static struct span name_text(struct arena *arena, struct span family, struct span given,
                             struct span family_kana, struct span given_kana)
{
    if (family_kana.len + given_kana.len == 0)
        return span_text(arena_printf(arena, "%.*s %.*s", SPAN_ARG(family), SPAN_ARG(given)));
    return span_text(arena_printf(arena, "%.*s %.*s（%.*s %.*s）", SPAN_ARG(family),
                                  SPAN_ARG(given), SPAN_ARG(family_kana),
                                  SPAN_ARG(given_kana)));
}

static struct span prefer(struct span preferred, struct span other)
{
    return preferred.len > 0 ? preferred : other;
}

static struct span user_text(struct arena *arena, const struct roster_user *u)
{
    return name_text(arena, prefer(u->preferred_family, u->family),
                     prefer(u->preferred_given, u->given),
                     prefer(u->preferred_family_kana, u->family_kana),
                     prefer(u->preferred_given_kana, u->given_kana));
}

static struct span stored_person_text(struct tell *t, size_t i)
{
    struct snapshot_name name;

    if (i == SNAPSHOT_NONE ||
        snapshot_name(t->keyring, &t->p->snapshot.people[i], t->arena, &name, NULL) != ERR_OK)
        return SPAN_NONE;
    return name_text(t->arena, name.family, name.given, name.family_kana, name.given_kana);
}

static struct span stored_label(const struct snapshot *s, enum roster_kind kind, struct id id)
{
    size_t i = index_map_find(&s->by_id[kind], id.b);

    return i == SNAPSHOT_NONE ? SPAN_NONE : s->rows[kind][i].label;
}

/* Of somebody or something that the package does not have any more. */
static void tell_stored(struct tell *t, const struct roster_change *c, struct span *label,
                        struct span *detail)
{
    const struct snapshot *s = &t->p->snapshot;
    const struct roster_stored *r = &s->rows[c->kind][c->stored];

    switch (c->kind) {
    case KIND_SESSION:
    case KIND_ORG:
    case KIND_COURSE:
    case KIND_CLASS:
    case ROSTER_KINDS_N:
        *label = r->label;
        return;
    case KIND_PERSON:
        *label = stored_person_text(t, c->stored);
        *detail = span_text(
            arena_printf(t->arena, "%.*s %.*s", SPAN_ARG(s->people[c->stored].grade),
                         SPAN_ARG(stored_label(s, KIND_ORG, s->people[c->stored].school))));
        return;
    case KIND_ROLE:
        *detail = stored_label(s, KIND_ORG, r->other);
        break;
    case KIND_ENROLMENT:
        *detail = stored_label(s, KIND_CLASS, r->other);
        break;
    }
    *label = stored_person_text(t, index_map_find(&s->by_id[KIND_PERSON], r->person.b));
}

static struct span org_name(const struct roster *r, size_t org)
{
    return org == ROSTER_NONE ? SPAN_NONE : r->orgs[org].name;
}

static struct span label_of_user(struct tell *t, size_t user)
{
    return user == ROSTER_NONE ? SPAN_NONE : user_text(t->arena, &t->p->roster->users[user]);
}

static void tell_row(struct tell *t, const struct roster_change *c, struct span *label,
                     struct span *detail)
{
    const struct roster *r = t->p->roster;
    const struct roster_enrolment *e;

    switch (c->kind) {
    case KIND_SESSION:
        *label = r->sessions[c->row].title;
        return;
    case KIND_ORG:
        *label = r->orgs[c->row].name;
        return;
    case KIND_COURSE:
        *label = r->courses[c->row].title;
        return;
    case KIND_CLASS:
        *label = r->classes[c->row].title;
        *detail = org_name(r, r->classes[c->row].school);
        return;
    case KIND_PERSON:
        *label = label_of_user(t, c->row);
        *detail =
            span_text(arena_printf(t->arena, "%.*s %.*s", SPAN_ARG(r->users[c->row].grade),
                                   SPAN_ARG(org_name(r, r->users[c->row].primary_org))));
        return;
    case KIND_ROLE:
        *label = label_of_user(t, r->roles[c->row].user);
        *detail = org_name(r, r->roles[c->row].org);
        return;
    case KIND_ENROLMENT:
        e = &r->enrolments[c->row];
        *label = label_of_user(t, e->user);
        *detail = e->class == ROSTER_NONE ? SPAN_NONE : r->classes[e->class].title;
        return;
    case ROSTER_KINDS_N:
        return;
    }
}

static void tell_change(struct tell *t, const struct roster_change *c)
{
    const struct snapshot *s = &t->p->snapshot;
    struct span label = SPAN_NONE, detail = SPAN_NONE;
    char object[ID_TEXT_CAP] = "", same[ID_TEXT_CAP] = "";

    if (c->row == ROSTER_NONE)
        tell_stored(t, c, &label, &detail);
    else
        tell_row(t, c, &label, &detail);
    if (c->stored != SNAPSHOT_NONE && !id_is_none(s->rows[c->kind][c->stored].id))
        id_text(s->rows[c->kind][c->stored].id, object);
    if (c->same_as != SNAPSHOT_NONE)
        id_text(s->people[c->same_as].id, same);
    csv_write(&t->csv, span_text(roster_kind_id(c->kind)));
    csv_write(&t->csv, span_text(roster_what_id(c->what)));
    csv_write(&t->csv, span_text(object));
    csv_write(&t->csv, label);
    csv_write(&t->csv, detail);
    csv_write(&t->csv, span_text(c->fields));
    csv_write(&t->csv, span_text(same));
    csv_end_row(&t->csv);
}

static enum err tell_all(struct keyring *keyring, struct preview *p, struct arena *arena,
                         struct fail *why)
{
    struct tell t = {.keyring = keyring, .p = p, .arena = arena};
    struct span text;
    enum err rc;

    csv_writer_init(&t.csv, 0);
    for (size_t i = 0; i < p->diff.n; i++)
        tell_change(&t, &p->diff.changes[i]);
    rc = csv_written(&t.csv, &text, why);
    if (rc == ERR_OK) {
        p->changes = arena_copy(arena, text);
        if (p->changes.p == NULL && text.len > 0)
            rc = fail_set(why, ERR_NOMEM, "a list of %zu bytes", text.len);
    }
    csv_writer_fini(&t.csv);
    return rc;
}

enum err preview_lines(struct span changes, struct span kind, int64_t after, size_t n_cap,
                       struct arena *arena, struct preview_line **lines_out, size_t *n_out,
                       bool *has_more_out, struct fail *why)
{
    const struct csv_caps caps = {ROWS_MOST, LINE_FIELDS, 65536};
    struct preview_line *lines = arena_alloc(arena, (n_cap + 1) * sizeof *lines);
    struct csv_reader reader;
    struct csv_row row;
    size_t n = 0;
    bool more = true;
    enum err rc = ERR_OK;

    if (lines == NULL)
        return fail_set(why, ERR_NOMEM, "lines");

    csv_open(&reader, changes, &caps, arena);
    for (int64_t at = 1; rc == ERR_OK && n <= n_cap; at++) {
        rc = csv_next(&reader, &row, &more, why);
        if (rc != ERR_OK || !more)
            break;
        if (row.is_broken || row.n != LINE_FIELDS)
            rc = fail_set(why, ERR_PROTO, "line %lld of a kept list", (long long)at);
        else if (at > after && (kind.len == 0 || span_eq(row.fields[0], kind)))
            lines[n++] = (struct preview_line){
                row.fields[0], row.fields[1], row.fields[2], row.fields[3],
                row.fields[4], row.fields[5], row.fields[6], at};
    }
    if (rc != ERR_OK)
        return rc;
    *has_more_out = n > n_cap;
    *lines_out = lines;
    *n_out = n > n_cap ? n_cap : n;
    return ERR_OK;
}

/* ---- all of it ---- */

static void make_text(struct preview *p, struct span zip)
{
    struct hash256 package = hash256_of(zip), hash;
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, SPAN("ibasho-roster-preview/1\n"));
    hash256_put(&state, hash256_span(&package));
    hash256_put(&state, span_of(p->snapshot.fingerprint, FINGERPRINT_BYTES));
    hash256_put(&state, p->changes);
    hash = hash256_end(&state);
    *hex_write(hash.b, HASH256_BYTES, p->text) = '\0';
}

enum err preview_make(struct keyring *keyring, const struct settings *settings, struct db *db,
                      struct span zip, bool admit_erased, struct arena *arena,
                      struct preview *preview_out, struct fail *why)
{
    const struct roster_options options = preview_options(settings);
    struct preview *p = preview_out;
    struct roster_counts counts;
    enum err rc;

    *p = (struct preview){.text = ""};
    rc = roster_read(zip, &options, arena, &p->roster, why);
    if (rc != ERR_OK || p->roster->is_refused)
        return rc;
    rc = snapshot_load(keyring, db, arena, &p->snapshot, why);
    if (rc == ERR_OK)
        rc = roster_diff_make(keyring, p->roster, &p->snapshot, admit_erased, arena, &p->diff,
                              why);
    if (rc == ERR_OK)
        rc = tell_all(keyring, p, arena, why);
    if (rc == ERR_OK)
        rc = roster_counts_of(&p->diff, arena, &counts, why);
    if (rc == ERR_OK)
        rc = jx_write(&roster_counts_shape, &counts, arena, &p->counts, why);
    if (rc == ERR_OK)
        make_text(p, zip);
    return rc;
}

#include "tenants/roster/diff.h"

#include <stddef.h>

#include "node/base/utf.h"
#include "node/db/hash256.h"
#include "tenants/roster/received.h"

static const char *const what_ids[ROSTER_WHATS_N] = {
    [WHAT_ADDED] = "added",       [WHAT_CHANGED] = "changed",   [WHAT_LEFT] = "left",
    [WHAT_RETURNED] = "returned", [WHAT_KEPT_OUT] = "kept_out",
};

const char *roster_what_id(enum roster_what what)
{
    return what_ids[what];
}

size_t roster_n_rows(const struct roster *roster, enum roster_kind kind)
{
    switch (kind) {
    case KIND_SESSION:
        return roster->n_sessions;
    case KIND_ORG:
        return roster->n_orgs;
    case KIND_COURSE:
        return roster->n_courses;
    case KIND_CLASS:
        return roster->n_classes;
    case KIND_PERSON:
        return roster->n_users;
    case KIND_ROLE:
        return roster->n_roles;
    case KIND_ENROLMENT:
        return roster->n_enrolments;
    case ROSTER_KINDS_N:
        break;
    }
    return 0;
}

const struct roster_row *roster_row_at(const struct roster *roster, enum roster_kind kind,
                                       size_t i)
{
    switch (kind) {
    case KIND_SESSION:
        return &roster->sessions[i].row;
    case KIND_ORG:
        return &roster->orgs[i].row;
    case KIND_COURSE:
        return &roster->courses[i].row;
    case KIND_CLASS:
        return &roster->classes[i].row;
    case KIND_PERSON:
        return &roster->users[i].row;
    case KIND_ROLE:
        return &roster->roles[i].row;
    case KIND_ENROLMENT:
        return &roster->enrolments[i].row;
    case ROSTER_KINDS_N:
        break;
    }
    invariant(false, "kind %d", (int)kind);
    return NULL;
}

struct work {
    struct keyring *keyring;
    const struct roster *roster;
    const struct snapshot *snapshot;
    struct arena *arena;
    struct roster_diff *diff;
    bool admit_erased;
    size_t cap;
    bool *is_seen[ROSTER_KINDS_N]; /* of the snapshot: the package has it */
};

static enum err note(struct work *w, const struct roster_change *change, struct fail *why)
{
    struct roster_diff *d = w->diff;

    if (d->n == w->cap) {
        size_t cap = w->cap == 0 ? 256 : 2 * w->cap;
        struct roster_change *more = arena_alloc(w->arena, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu changes", cap);
        if (d->n > 0)
            memcpy(more, d->changes, d->n * sizeof *more);
        d->changes = more;
        w->cap = cap;
    }
    d->changes[d->n++] = *change;
    d->counts[change->kind][change->what]++;
    return ERR_OK;
}

/* ---- which stored row is meant ---- */

/* A school that was entered by hand before any roster came. */
static size_t org_by_code(const struct work *w, size_t i)
{
    const struct roster_org *org = &w->roster->orgs[i];

    for (size_t r = 0; org->identifier.len > 0 && r < w->snapshot->n[KIND_ORG]; r++) {
        const struct roster_stored *stored = &w->snapshot->rows[KIND_ORG][r];

        if (stored->is_by_hand && !w->is_seen[KIND_ORG][r] &&
            span_eq(stored->code, org->identifier))
            return r;
    }
    return SNAPSHOT_NONE;
}

static enum err person_by_master(struct work *w, size_t i, size_t *stored_out, struct fail *why)
{
    const struct roster_user *user = &w->roster->users[i];
    uint8_t index[PERSON_INDEX_BYTES];
    enum err rc = ERR_OK;

    *stored_out = SNAPSHOT_NONE;
    if (user->master.len > 0)
        rc = person_master_index(w->keyring, user->master, index, why);
    if (rc != ERR_OK || user->master.len == 0)
        return rc;
    if (!w->admit_erased && index_map_find(&w->snapshot->by_erased, index) != SNAPSHOT_NONE)
        w->diff->is_kept_out[i] = true;
    *stored_out = index_map_find(&w->snapshot->by_master, index);
    if (*stored_out != SNAPSHOT_NONE && w->is_seen[KIND_PERSON][*stored_out])
        *stored_out = SNAPSHOT_NONE;
    return ERR_OK;
}

static enum err find_keys(struct work *w, enum roster_kind kind, struct fail *why)
{
    size_t n = roster_n_rows(w->roster, kind);
    struct roster_diff *d = w->diff;
    enum err rc = ERR_OK;

    d->keys[kind] = arena_alloc(w->arena, (n + 1) * sizeof *d->keys[kind]);
    d->stored_of[kind] = arena_alloc(w->arena, (n + 1) * sizeof *d->stored_of[kind]);
    d->received[kind] = arena_alloc(w->arena, (n + 1) * sizeof *d->received[kind]);
    w->is_seen[kind] = arena_alloc(w->arena, w->snapshot->n[kind] + 1);
    if (d->keys[kind] == NULL || d->stored_of[kind] == NULL || d->received[kind] == NULL ||
        w->is_seen[kind] == NULL)
        return fail_set(why, ERR_NOMEM, "%zu rows", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        const struct roster_row *row = roster_row_at(w->roster, kind, i);
        size_t at;

        rc = snapshot_key(w->keyring, kind, row->source_id, d->keys[kind][i], why);
        if (rc == ERR_OK)
            rc = received_write(roster_kind_file[kind], row->cells, w->arena,
                                &d->received[kind][i], why);
        if (rc != ERR_OK)
            break;
        at = index_map_find(&w->snapshot->by_source[kind], d->keys[kind][i]);
        d->stored_of[kind][i] = at;
        if (at != SNAPSHOT_NONE)
            w->is_seen[kind][at] = true;
    }
    return rc;
}

/* The second look, when every first one is done: nobody is taken from under his own row. */
static enum err find_again(struct work *w, enum roster_kind kind, struct fail *why)
{
    struct roster_diff *d = w->diff;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < roster_n_rows(w->roster, kind); i++) {
        size_t at = d->stored_of[kind][i];

        if (kind == KIND_PERSON && !w->admit_erased && at == SNAPSHOT_NONE)
            d->is_kept_out[i] =
                index_map_find(&w->snapshot->by_erased, d->keys[kind][i]) != SNAPSHOT_NONE;
        if (at != SNAPSHOT_NONE)
            continue;
        if (kind == KIND_ORG)
            at = org_by_code(w, i);
        else
            rc = person_by_master(w, i, &at, why);
        d->stored_of[kind][i] = at;
        if (at != SNAPSHOT_NONE) {
            w->is_seen[kind][at] = true;
            if (kind == KIND_PERSON) /* he is here: whoever was erased is not */
                d->is_kept_out[i] = false;
        }
    }
    return rc;
}

/* ---- somebody who may be somebody else's double ---- */

/* Reading, grade and school folded together; empty when there is no reading. */
static enum err double_key(const struct work *w, struct span family, struct span given,
                           struct span grade, struct span school,
                           uint8_t out[PERSON_INDEX_BYTES], bool *has_out, struct fail *why)
{
    struct fold folds[2];
    struct hash256_state state;
    struct hash256 hash;
    enum err rc;

    *has_out = family.len > 0 && given.len > 0;
    if (!*has_out)
        return ERR_OK;
    rc = utf_fold(family, FOLD_SEARCH, w->arena, &folds[0], why);
    if (rc == ERR_OK)
        rc = utf_fold(given, FOLD_SEARCH, w->arena, &folds[1], why);
    if (rc != ERR_OK)
        return rc;
    hash256_init(&state);
    hash256_put(&state, folds[0].text);
    hash256_put(&state, SPAN("\n"));
    hash256_put(&state, folds[1].text);
    hash256_put(&state, SPAN("\n"));
    hash256_put(&state, grade);
    hash256_put(&state, SPAN("\n"));
    hash256_put(&state, school);
    hash = hash256_end(&state);
    memcpy(out, hash.b, PERSON_INDEX_BYTES);
    return ERR_OK;
}

/* Those of the store whom the package does not have: entered by hand, or known by another id.
 */
static enum err map_unseen(struct work *w, struct index_map *map, struct fail *why)
{
    const struct snapshot *s = w->snapshot;
    enum err rc = index_map_make(s->n[KIND_PERSON], w->arena, map, why);

    for (size_t i = 0; rc == ERR_OK && i < s->n[KIND_PERSON]; i++) {
        const struct person_row *p = &s->people[i];
        struct snapshot_name name;
        uint8_t *key;
        size_t school;
        bool has = false;

        if (w->is_seen[KIND_PERSON][i] || !id_is_none(p->merged_into))
            continue;
        key = arena_alloc(w->arena, PERSON_INDEX_BYTES);
        if (key == NULL)
            return fail_set(why, ERR_NOMEM, "doubles");
        rc = snapshot_name(w->keyring, p, w->arena, &name, why);
        if (rc == ERR_NOT_FOUND) { /* under erasure */
            rc = ERR_OK;
            continue;
        }
        school = index_map_find(&s->by_id[KIND_ORG], p->school.b);
        if (rc == ERR_OK)
            rc = double_key(w, name.family_kana, name.given_kana, p->grade,
                            school == SNAPSHOT_NONE ? SPAN_NONE
                                                    : s->rows[KIND_ORG][school].source_id,
                            key, &has, why);
        if (rc == ERR_OK && has)
            index_map_put(map, key, i);
    }
    return rc;
}

static enum err find_double(struct work *w, const struct index_map *unseen, size_t i,
                            size_t *same_out, struct fail *why)
{
    const struct roster_user *u = &w->roster->users[i];
    uint8_t key[PERSON_INDEX_BYTES];
    struct span school = SPAN_NONE;
    bool has;
    enum err rc;

    *same_out = SNAPSHOT_NONE;
    if (u->primary_org != ROSTER_NONE)
        school = w->roster->orgs[u->primary_org].row.source_id;
    rc = double_key(w, u->family_kana, u->given_kana, u->grade, school, key, &has, why);
    if (rc == ERR_OK && has)
        *same_out = index_map_find(unseen, key);
    return rc;
}

/* ---- the changes ---- */

static size_t user_of(const struct work *w, enum roster_kind kind, size_t i)
{
    switch (kind) {
    case KIND_PERSON:
        return i;
    case KIND_ROLE:
        return w->roster->roles[i].user;
    case KIND_ENROLMENT:
        return w->roster->enrolments[i].user;
    case KIND_SESSION:
    case KIND_ORG:
    case KIND_COURSE:
    case KIND_CLASS:
    case ROSTER_KINDS_N:
        break;
    }
    return ROSTER_NONE;
}

static enum err compare(struct work *w, enum roster_kind kind, size_t i,
                        const struct index_map *unseen, struct fail *why)
{
    const struct roster_diff *d = w->diff;
    size_t at = d->stored_of[kind][i], user = user_of(w, kind, i);
    const struct roster_stored *stored =
        at == SNAPSHOT_NONE ? NULL : &w->snapshot->rows[kind][at];
    struct roster_change change = {kind, WHAT_ADDED, i, at, "", SNAPSHOT_NONE};
    enum err rc = ERR_OK;

    if (user != ROSTER_NONE && d->is_kept_out[user]) {
        change.what = WHAT_KEPT_OUT;
        return note(w, &change, why);
    }
    if (stored == NULL) {
        if (kind == KIND_PERSON)
            rc = find_double(w, unseen, i, &change.same_as, why);
        w->diff->n_doubles += change.same_as != SNAPSHOT_NONE;
        return rc == ERR_OK ? note(w, &change, why) : rc;
    }
    rc = received_differ(roster_kind_file[kind], stored->received, d->received[kind][i],
                         w->arena, &change.fields, why);
    change.what = stored->has_left ? WHAT_RETURNED : WHAT_CHANGED;
    if (rc == ERR_OK && (stored->has_left || *change.fields != '\0'))
        rc = note(w, &change, why);
    return rc;
}

static enum err find_left(struct work *w, enum roster_kind kind, struct fail *why)
{
    const struct snapshot *s = w->snapshot;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < s->n[kind]; i++) {
        const struct roster_stored *r = &s->rows[kind][i];
        const struct roster_change change = {kind, WHAT_LEFT, ROSTER_NONE,
                                             i,    "",        SNAPSHOT_NONE};

        if (!w->is_seen[kind][i] && !r->has_left && !r->is_by_hand)
            rc = note(w, &change, why);
    }
    return rc;
}

static enum err make(struct work *w, struct fail *why)
{
    struct index_map unseen = {0};
    enum err rc = ERR_OK;

    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++)
        rc = find_keys(w, (enum roster_kind)k, why);
    if (rc == ERR_OK)
        rc = find_again(w, KIND_ORG, why);
    if (rc == ERR_OK)
        rc = find_again(w, KIND_PERSON, why);
    if (rc == ERR_OK)
        rc = map_unseen(w, &unseen, why);
    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++) {
        enum roster_kind kind = (enum roster_kind)k;

        if (!w->roster->is_present[roster_kind_file[kind]])
            continue;
        for (size_t i = 0; rc == ERR_OK && i < roster_n_rows(w->roster, kind); i++)
            rc = compare(w, kind, i, &unseen, why);
        if (rc == ERR_OK)
            rc = find_left(w, kind, why);
    }
    return rc;
}

enum err roster_diff_make(struct keyring *keyring, const struct roster *roster,
                          const struct snapshot *snapshot, bool admit_erased,
                          struct arena *arena, struct roster_diff *diff_out, struct fail *why)
{
    struct work w = {.keyring = keyring,
                     .roster = roster,
                     .snapshot = snapshot,
                     .arena = arena,
                     .diff = diff_out,
                     .admit_erased = admit_erased};

    *diff_out = (struct roster_diff){.n = 0};
    diff_out->is_kept_out = arena_alloc(arena, roster->n_users + 1);
    if (diff_out->is_kept_out == NULL)
        return fail_set(why, ERR_NOMEM, "users");
    return roster->is_no_change ? ERR_OK : make(&w, why);
}

/* ---- counts ---- */

#define COUNT(name_, title) \
    { \
        .name = #name_, .type = JX_INT, .offset = offsetof(struct roster_count, name_), \
        .title_ja = (title) \
    }
static const struct jx_field count_fields[] = {
    {.name = "kind",
     .type = JX_TEXT,
     .most = 20,
     .offset = offsetof(struct roster_count, kind),
     .title_ja = "種類"},
    COUNT(added, "増える"),
    COUNT(changed, "変わる"),
    COUNT(left, "なくなる"),
    COUNT(returned, "もどる"),
    COUNT(kept_out, "消した人なので入れない"),
};
static const struct jx_shape count_shape =
    JX_SHAPE("RosterCount", struct roster_count, count_fields);
static const struct jx_field counts_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &count_shape,
     .offset = offsetof(struct roster_counts, items),
     .title_ja = "種類ごとの件数"},
    {.name = "n_doubles",
     .type = JX_INT,
     .offset = offsetof(struct roster_counts, n_doubles),
     .title_ja = "すでにいる人と同じかもしれない人の数"},
};
const struct jx_shape roster_counts_shape =
    JX_SHAPE("RosterCounts", struct roster_counts, counts_fields);

enum err roster_counts_of(const struct roster_diff *diff, struct arena *arena,
                          struct roster_counts *counts_out, struct fail *why)
{
    struct roster_count *items = arena_alloc(arena, ROSTER_KINDS_N * sizeof *items);

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "counts");
    for (int k = 0; k < ROSTER_KINDS_N; k++) {
        const size_t *c = diff->counts[k];

        items[k] = (struct roster_count){.kind = span_text(roster_kind_id((enum roster_kind)k)),
                                         .added = (int64_t)c[WHAT_ADDED],
                                         .changed = (int64_t)c[WHAT_CHANGED],
                                         .left = (int64_t)c[WHAT_LEFT],
                                         .returned = (int64_t)c[WHAT_RETURNED],
                                         .kept_out = (int64_t)c[WHAT_KEPT_OUT]};
    }
    *counts_out = (struct roster_counts){{items, ROSTER_KINDS_N}, (int64_t)diff->n_doubles};
    return ERR_OK;
}

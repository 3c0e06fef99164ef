#include "tenants/roster/snapshot.h"

#include "node/db/hash256.h"
#include "node/db/seal.h"
#include "tenants/roster/byhand.h"
#include "tenants/roster/received.h"

#define N_TRIES   3
#define PAGE_ROWS 500

const enum roster_file roster_kind_file[ROSTER_KINDS_N] = {
    [KIND_SESSION] = FILE_SESSIONS,     [KIND_ORG] = FILE_ORGS,
    [KIND_COURSE] = FILE_COURSES,       [KIND_CLASS] = FILE_CLASSES,
    [KIND_PERSON] = FILE_USERS,         [KIND_ROLE] = FILE_ROLES,
    [KIND_ENROLMENT] = FILE_ENROLMENTS,
};

/* ---- maps: open addressing, at most half full ---- */

enum err index_map_make(size_t n, struct arena *arena, struct index_map *map_out,
                        struct fail *why)
{
    struct index_map map = {.n_slots = 16};

    while (map.n_slots < 2 * n)
        map.n_slots *= 2;
    map.keys = arena_alloc(arena, map.n_slots * sizeof *map.keys);
    map.rows = arena_alloc(arena, map.n_slots * sizeof *map.rows);
    if (map.keys == NULL || map.rows == NULL)
        return fail_set(why, ERR_NOMEM, "a map of %zu", n);
    *map_out = map;
    return ERR_OK;
}

/* The keys are hashes already, or ids, whose random bytes come last. */
static size_t slot_of(const struct index_map *map, const uint8_t *key)
{
    uint64_t h;

    memcpy(&h, &key[PERSON_INDEX_BYTES - sizeof h], sizeof h);
    h = (size_t)(h & (map->n_slots - 1));
    while (map->keys[h] != NULL && memcmp(map->keys[h], key, PERSON_INDEX_BYTES) != 0)
        h = (h + 1) & (map->n_slots - 1);
    return (size_t)h;
}

void index_map_put(struct index_map *map, const uint8_t key[PERSON_INDEX_BYTES], size_t row)
{
    size_t slot = slot_of(map, key);

    if (map->keys[slot] != NULL)
        return;
    map->keys[slot] = key;
    map->rows[slot] = row;
}

size_t index_map_find(const struct index_map *map, const uint8_t key[PERSON_INDEX_BYTES])
{
    size_t slot = slot_of(map, key);

    return map->keys[slot] == NULL ? SNAPSHOT_NONE : map->rows[slot];
}

/* ---- keys ---- */

enum err snapshot_key(struct keyring *keyring, enum roster_kind kind, struct span source_id,
                      uint8_t out[PERSON_INDEX_BYTES], struct fail *why)
{
    struct hash256 hash;

    switch (kind) {
    case KIND_SESSION:
    case KIND_ORG:
    case KIND_COURSE:
    case KIND_CLASS:
        hash = hash256_of(source_id);
        memcpy(out, hash.b, PERSON_INDEX_BYTES);
        return ERR_OK;
    case KIND_PERSON:
        return person_source_index(keyring, source_id, out, why);
    case KIND_ROLE:
    case KIND_ENROLMENT:
    case ROSTER_KINDS_N:
        break;
    }
    /* A role and an enrolment may bear the same id: each kind has its own map. */
    return keyring_blind(keyring, ROSTER_LINK_KEY, source_id, out, why);
}

enum err snapshot_name(struct keyring *keyring, const struct person_row *person,
                       struct arena *arena, struct snapshot_name *name_out, struct fail *why)
{
    enum err rc = person_unseal(keyring, person, PERSON_FAMILY, arena, &name_out->family, why);

    if (rc == ERR_OK)
        rc = person_unseal(keyring, person, PERSON_GIVEN, arena, &name_out->given, why);
    if (rc == ERR_OK)
        rc = person_unseal(keyring, person, PERSON_FAMILY_KANA, arena, &name_out->family_kana,
                           why);
    if (rc == ERR_OK)
        rc = person_unseal(keyring, person, PERSON_GIVEN_KANA, arena, &name_out->given_kana,
                           why);
    return rc;
}

/* ---- loading ---- */

struct load {
    struct keyring *keyring;
    struct db *db;
    struct arena *arena;
    struct snapshot *s;
};

static enum err load_people(struct load *l, struct fail *why)
{
    struct snapshot *s = l->s;
    size_t n = 0, cap = PAGE_ROWS;
    struct person_row *people = arena_alloc(l->arena, cap * sizeof *people);
    enum err rc = ERR_OK;

    if (people == NULL)
        return fail_set(why, ERR_NOMEM, "people");

    for (size_t n_page = PAGE_ROWS; rc == ERR_OK && n_page == PAGE_ROWS;) {
        struct person_row *page = NULL;

        rc = person_store_page(NULL, l->db, n == 0 ? ID_NONE : people[n - 1].id, PAGE_ROWS,
                               l->arena, &page, &n_page, why);
        if (rc == ERR_OK && n + n_page > cap) {
            struct person_row *more = arena_alloc(l->arena, 2 * cap * sizeof *more);

            if (more == NULL)
                return fail_set(why, ERR_NOMEM, "people");
            memcpy(more, people, n * sizeof *more);
            people = more;
            cap *= 2;
        }
        if (rc == ERR_OK && n_page > 0)
            memcpy(people + n, page, n_page * sizeof *people);
        n += rc == ERR_OK ? n_page : 0;
    }
    if (rc != ERR_OK)
        return rc;
    s->people = people;
    s->n[KIND_PERSON] = n;
    s->rows[KIND_PERSON] = arena_alloc(l->arena, (n + 1) * sizeof *s->rows[0]);
    return s->rows[KIND_PERSON] == NULL ? fail_set(why, ERR_NOMEM, "people") : ERR_OK;
}

static enum err fill_things(struct load *l, enum roster_kind kind, struct fail *why)
{
    struct snapshot *s = l->s;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < s->n[kind]; i++) {
        struct roster_stored *r = &s->rows[kind][i];

        r->is_by_hand = r->source_id.len == 0;
        if (r->is_by_hand)
            rc = byhand_source(l->keyring, r->id, l->arena, &r->source_id, why);
        if (rc == ERR_OK)
            rc = snapshot_key(l->keyring, kind, r->source_id, r->index, why);
    }
    return rc;
}

static enum err fill_links(struct load *l, enum roster_kind kind, const char *table,
                           struct fail *why)
{
    struct snapshot *s = l->s;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < s->n[kind]; i++) {
        struct roster_stored *r = &s->rows[kind][i];
        const struct seal_place place = {table, "received_sealed", r->id};

        r->is_by_hand = !r->has_index;
        if (r->received_sealed.len > 0)
            rc = unseal(l->keyring, &place, r->received_sealed, l->arena, &r->received, why);
        /* A person under erasure: the key goes before the rows. */
        if (rc == ERR_NOT_FOUND) {
            r->received = SPAN_NONE;
            rc = ERR_OK;
        }
    }
    return rc;
}

static struct span source_of(const struct snapshot *s, enum roster_kind kind, struct id id)
{
    size_t i = index_map_find(&s->by_id[kind], id.b);

    return i == SNAPSHOT_NONE ? SPAN_NONE : s->rows[kind][i].source_id;
}

static bool is_district(const struct roster_stored *org)
{
    static const char mark[] = "\"district\"";

    return org->received.len > 0 &&
           memmem(org->received.p, org->received.len, mark, sizeof mark - 1) != NULL;
}

/* The district's, else any school's: somebody without a school belongs there. */
static struct span any_org(const struct snapshot *s)
{
    struct span found = SPAN_NONE;

    for (size_t i = 0; i < s->n[KIND_ORG]; i++) {
        const struct roster_stored *r = &s->rows[KIND_ORG][i];

        if (!r->has_left && is_district(r))
            return r->source_id;
        if (!r->has_left && found.len == 0)
            found = r->source_id;
    }
    return found;
}

/* Whether the org of that source id is no school. */
static bool is_district_id(const struct snapshot *s, struct span source_id)
{
    for (size_t i = 0; i < s->n[KIND_ORG]; i++)
        if (span_eq(s->rows[KIND_ORG][i].source_id, source_id))
            return is_district(&s->rows[KIND_ORG][i]);
    return false;
}

static bool goes_out(const struct person_row *p, const struct snapshot_name *name)
{
    if (p->left_utc_us != 0 || !id_is_none(p->merged_into) || name->family.len == 0 ||
        name->given.len == 0)
        return false;
    return p->kind != PERSON_STAFF || !id_is_none(p->school);
}

/* A person entered by hand: the rows that an export makes of him. */
static enum err fill_by_hand(struct load *l, const struct person_row *p,
                             struct roster_stored *r, struct roster_stored *role,
                             size_t *n_roles, struct fail *why)
{
    struct byhand_person made = {.row = p};
    struct span role_source;
    enum err rc = byhand_source(l->keyring, p->id, l->arena, &made.source_id, why);

    r->source_id = made.source_id;
    if (rc == ERR_OK)
        rc = person_source_index(l->keyring, made.source_id, r->index, why);
    if (rc == ERR_OK && p->sealed[PERSON_FAMILY].len > 0)
        rc = snapshot_name(l->keyring, p, l->arena, &made.name, why);
    made.org = source_of(l->s, KIND_ORG, p->school);
    if (made.org.len == 0)
        made.org = any_org(l->s);
    if (rc != ERR_OK || !goes_out(p, &made.name) || made.org.len == 0)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    rc = byhand_user(l->keyring, &made, l->arena, &r->received, why);
    if (rc == ERR_OK)
        rc = byhand_role(l->keyring, &made, l->arena, &role_source, &role->received, why);
    if (rc == ERR_OK)
        rc = snapshot_key(l->keyring, KIND_ROLE, role_source, role->index, why);
    if (rc != ERR_OK)
        return rc;
    role->source_id = role_source;
    role->person = p->id;
    role->other = p->school;
    role->is_by_hand = true;
    ++*n_roles;
    return ERR_OK;
}

/* What changed here since the row came (a roll-over) stands in it too, so that the roster as it
 * is now is compared and given out: the grade, and a school that was left empty. */
static enum err patch_received(struct load *l, const struct person_row *p,
                               struct span *received, struct fail *why)
{
    const struct roster_shape *shape = &roster_shapes[FILE_USERS];
    size_t grades = roster_column_find(shape, "grades");
    size_t org = roster_column_find(shape, "primaryOrgSourcedId");
    struct span *cells = NULL, first;
    const uint8_t *comma;
    enum err rc = received_read(FILE_USERS, *received, l->arena, &cells, why);

    if (rc != ERR_OK)
        return rc;
    comma = cells[grades].len == 0 ? NULL : memchr(cells[grades].p, ',', cells[grades].len);
    first = comma == NULL ? cells[grades]
                          : span_cut(cells[grades], 0, (size_t)(comma - cells[grades].p));
    if (span_eq(first, p->grade) && (!id_is_none(p->school) || p->left_utc_us != 0))
        return ERR_OK;
    if (!span_eq(first, p->grade))
        cells[grades] = p->grade;
    if (id_is_none(p->school) && cells[org].len > 0 && !is_district_id(l->s, cells[org]))
        cells[org] = SPAN_NONE;
    return received_write(FILE_USERS, cells, l->arena, received, why);
}

static enum err fill_people(struct load *l, struct fail *why)
{
    struct snapshot *s = l->s;
    size_t n_roles = s->n[KIND_ROLE];
    struct roster_stored *roles =
        arena_alloc(l->arena, (n_roles + s->n[KIND_PERSON] + 1) * sizeof *roles);
    enum err rc = ERR_OK;

    if (roles == NULL)
        return fail_set(why, ERR_NOMEM, "roles");
    if (n_roles > 0)
        memcpy(roles, s->rows[KIND_ROLE], n_roles * sizeof *roles);
    for (size_t i = 0; rc == ERR_OK && i < s->n[KIND_PERSON]; i++) {
        struct roster_stored *r = &s->rows[KIND_PERSON][i];
        const struct person_row *p = &s->people[i];

        r->id = r->person = p->id;
        r->has_left = p->left_utc_us != 0;
        r->is_by_hand = !p->has_source;
        if (r->is_by_hand) {
            rc = fill_by_hand(l, p, r, &roles[n_roles], &n_roles, why);
            continue;
        }
        memcpy(r->index, p->source_index, PERSON_INDEX_BYTES);
        rc = person_unseal(l->keyring, p, PERSON_ROSTER, l->arena, &r->received, why);
        if (rc == ERR_NOT_FOUND) {
            r->received = SPAN_NONE;
            rc = ERR_OK;
        } else if (rc == ERR_OK && r->received.len > 0) {
            rc = patch_received(l, p, &r->received, why);
        }
    }
    s->rows[KIND_ROLE] = roles;
    s->n[KIND_ROLE] = n_roles;
    return rc;
}

/* Schools entered by hand (by the screen of schools) go out below the district. */
static enum err fill_orgs(struct load *l, struct fail *why)
{
    struct snapshot *s = l->s;
    struct span district = any_org(s);
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < s->n[KIND_ORG]; i++) {
        struct roster_stored *r = &s->rows[KIND_ORG][i];

        if (r->is_by_hand && !r->has_left)
            rc = byhand_org(r, "school", span_eq(district, r->source_id) ? SPAN_NONE : district,
                            l->arena, &r->received, why);
    }
    return rc;
}

static enum err make_maps(struct load *l, struct fail *why)
{
    struct snapshot *s = l->s;
    enum err rc = ERR_OK;

    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++) {
        rc = index_map_make(s->n[k], l->arena, &s->by_source[k], why);
        for (size_t i = 0; rc == ERR_OK && i < s->n[k]; i++)
            index_map_put(&s->by_source[k], s->rows[k][i].index, i);
    }
    if (rc == ERR_OK)
        rc = index_map_make(s->n[KIND_PERSON], l->arena, &s->by_master, why);
    for (size_t i = 0; rc == ERR_OK && i < s->n[KIND_PERSON]; i++)
        if (s->people[i].has_master)
            index_map_put(&s->by_master, s->people[i].master_index, i);
    if (rc == ERR_OK)
        rc = index_map_make(s->n_erased, l->arena, &s->by_erased, why);
    for (size_t i = 0; rc == ERR_OK && i < s->n_erased; i++)
        index_map_put(&s->by_erased, s->erased[i], i);
    return rc;
}

static enum err make_id_map(struct load *l, enum roster_kind kind, struct fail *why)
{
    struct snapshot *s = l->s;
    enum err rc = index_map_make(s->n[kind], l->arena, &s->by_id[kind], why);

    for (size_t i = 0; rc == ERR_OK && i < s->n[kind]; i++)
        index_map_put(&s->by_id[kind], s->rows[kind][i].id.b, i);
    return rc;
}

static enum err load_once(struct load *l, struct fail *why)
{
    struct snapshot *s = l->s;
    enum err rc = roster_store_fingerprint(NULL, l->db, s->fingerprint, why);

    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++)
        rc = k == KIND_PERSON ? load_people(l, why)
                              : roster_store_all(l->db, (enum roster_kind)k, l->arena,
                                                 &s->rows[k], &s->n[k], why);
    for (int k = 0; rc == ERR_OK && k < KIND_PERSON; k++)
        rc = fill_things(l, (enum roster_kind)k, why);
    if (rc == ERR_OK)
        rc = fill_orgs(l, why);
    if (rc == ERR_OK)
        rc = make_id_map(l, KIND_ORG, why);
    if (rc == ERR_OK)
        rc = fill_links(l, KIND_ROLE, "person_role", why);
    if (rc == ERR_OK)
        rc = fill_links(l, KIND_ENROLMENT, "enrolment", why);
    if (rc == ERR_OK)
        rc = fill_people(l, why);
    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++)
        rc = k == KIND_ORG ? ERR_OK : make_id_map(l, (enum roster_kind)k, why);
    if (rc == ERR_OK)
        rc = roster_store_erased(l->db, l->arena, &s->erased, &s->n_erased, why);
    return rc == ERR_OK ? make_maps(l, why) : rc;
}

enum err snapshot_load(struct keyring *keyring, struct db *db, struct arena *arena,
                       struct snapshot *snapshot_out, struct fail *why)
{
    for (int i = 0; i < N_TRIES; i++) {
        struct load l = {keyring, db, arena, snapshot_out};
        uint8_t after[FINGERPRINT_BYTES];
        enum err rc;

        *snapshot_out = (struct snapshot){.n_erased = 0};
        rc = load_once(&l, why);
        if (rc == ERR_OK)
            rc = roster_store_fingerprint(NULL, db, after, why);
        if (rc != ERR_OK)
            return rc;
        if (memcmp(after, snapshot_out->fingerprint, sizeof after) == 0)
            return ERR_OK;
    }
    return fail_set(why, ERR_CONFLICT, "the roster is being written to");
}

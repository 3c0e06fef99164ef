#include "federation/transfer_pack.h"

#include "federation/transfer_store.h"
#include "node/base/jx_scalar.h"
#include "node/db/seal.h"
#include "node/support/contact_store.h"
#include "node/support/step_store.h"
#include "tenants/ending/ending_names.h"
#include "tenants/people/account.h"
#include "tenants/people/day.h"
#include "tenants/people/people_index.h"
#include "tenants/people/registration_store.h"
#include "tenants/profile/profile_store.h"

#define NAMES_OF_ONE 7 /* put into a mask: whole, family, given, in both scripts; display */

/* Everybody but the child, in masks of as many names as one takes; the newest first. */
struct mask {
    struct ending_names names;
    struct mask *next;
};
struct pack {
    const struct transfer_packing *p;
    struct arena *arena;
    struct people *people;
    struct mask *masks;
    struct transfer_parcel parcel;
};

/* ---- names of others ---- */

/* 山田　花子 is also 山田 and 花子. */
static enum err add_name(struct ending_names *mask, struct span name, struct arena *arena,
                         struct fail *why)
{
    static const char gap[] = "\xe3\x80\x80";
    enum err rc = ending_names_add(mask, name, true, arena, why);

    for (size_t i = 0; rc == ERR_OK && i + 3 <= name.len; i++) {
        if (memcmp(name.p + i, gap, 3) != 0)
            continue;
        rc = ending_names_add(mask, span_of(name.p, i), false, arena, why);
        if (rc == ERR_OK)
            rc = ending_names_add(mask, span_of(name.p + i + 3, name.len - i - 3), false, arena,
                                  why);
        break;
    }
    return rc;
}

/* One with room for a person's names. NULL: no memory. */
static struct ending_names *roomy(struct pack *k)
{
    struct mask *mask = k->masks;

    if (mask != NULL && mask->names.n + NAMES_OF_ONE <= ENDING_NAMES_CAP)
        return &mask->names;
    mask = arena_alloc(k->arena, sizeof *mask);
    if (mask == NULL)
        return NULL;
    mask->names.n = 0;
    mask->next = k->masks;
    k->masks = mask;
    return &mask->names;
}

static enum err add_masks(struct pack *k, const struct id *ids, size_t n, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        const struct people_entry *entry = people_find(k->people, ids[i]);
        struct ending_names *mask;

        if (entry == NULL || id_eq(ids[i], k->p->child))
            continue;
        mask = roomy(k);
        if (mask == NULL)
            return fail_set(why, ERR_NOMEM, "names");
        rc = add_name(mask, entry->name, k->arena, why);
        if (rc == ERR_OK)
            rc = add_name(mask, entry->kana, k->arena, why);
        if (rc == ERR_OK)
            rc = ending_names_add(mask, entry->display, true, k->arena, why);
    }
    return rc;
}

/* A note keeps the display name somebody has given up since. */
static enum err add_past_names(struct pack *k, struct fail *why)
{
    struct transfer_name *rows = NULL;
    size_t n = 0;
    enum err rc = transfer_store_names(k->p->req->db, k->arena, &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        const struct seal_place at = {"profile_version", "name_sealed", rows[i].row};
        struct ending_names *mask = roomy(k);
        struct span name = SPAN("");

        if (id_eq(rows[i].account, k->p->child))
            continue;
        if (mask == NULL)
            return fail_set(why, ERR_NOMEM, "names");
        rc = unseal(k->p->req->services->keyring, &at, rows[i].sealed, k->arena, &name, why);
        if (rc == ERR_OK)
            rc = ending_names_add(mask, name, true, k->arena, why);
        rc = rc == ERR_NOT_FOUND ? ERR_OK : rc; /* its key is gone */
    }
    return rc;
}

static enum err without_others(struct pack *k, struct span *text, struct fail *why)
{
    enum err rc = ERR_OK;

    for (const struct mask *m = k->masks; m != NULL && rc == ERR_OK && text->len > 0;
         m = m->next)
        rc = ending_names_mask(&m->names, *text, k->arena, text, why);
    return rc;
}

/* A sealed text in clear, others' names hidden; "" when there is none or its key is gone. */
static enum err open_text(struct pack *k, const char *table, const char *column, struct id row,
                          struct span sealed, struct span *out, struct fail *why)
{
    const struct seal_place at = {table, column, row};
    enum err rc;

    *out = SPAN("");
    if (sealed.len == 0)
        return ERR_OK;
    rc = unseal(k->p->req->services->keyring, &at, sealed, k->arena, out, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    return rc == ERR_OK ? without_others(k, out, why) : rc;
}

/* ---- the parts ---- */

static enum err put_profile(struct pack *k, const struct people_entry *entry, struct fail *why)
{
    struct transfer_profile *out = &k->parcel.profile;
    struct profile_state state;
    struct avatar avatar = avatar_of_account(k->p->child);
    enum err rc = profile_store_find(NULL, k->p->req->db, k->p->child, k->arena, &state, why);

    *out = (struct transfer_profile){.display = entry->display, .line = SPAN("")};
    if (rc == ERR_OK && state.has_row) {
        avatar = state.row.avatar;
        rc = open_text(k, "profile_version", "note_sealed", state.row.id, state.row.note_sealed,
                       &out->line, why);
    }
    out->figure = avatar_kind_id(avatar.kind);
    out->colour = avatar_colour_id(avatar.colour);
    k->parcel.has_profile = true;
    return rc;
}

static enum err put_facts(struct pack *k, struct fail *why)
{
    struct transfer_facts *out = &k->parcel.facts;
    struct registration_row row;
    enum err rc =
        registration_store_latest(NULL, k->p->req->db, k->p->child, k->arena, &row, why);

    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc; /* nothing was ever registered */
    *out = (struct transfer_facts){
        .school_year = row.school_year,
        .target = row.target,
        .since = row.target_since,
        .route = row.route,
        .wish = row.wish,
        .wish_by = row.wish_by,
        .support = row.support,
        .admission = row.admission,
        .consent_version = row.consent_version,
        .consent_on = row.consent_on,
        .consent_by = row.consent_by,
    };
    k->parcel.has_facts = true;
    return open_text(k, "registration", "note_sealed", row.id, row.note_sealed, &out->note,
                     why);
}

static enum err put_steps(struct pack *k, struct fail *why)
{
    struct step_row *rows = NULL;
    struct transfer_way_step *out;
    size_t n = 0;
    enum err rc = step_store_list(NULL, k->p->req->db, k->p->child, k->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    if (n > TRANSFER_STEPS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "%zu steps", n);
    out = arena_alloc(k->arena, (n + 1) * sizeof *out);
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "steps");
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        out[i] = (struct transfer_way_step){.step = rows[i].step,
                                            .on = rows[i].on,
                                            .kind = rows[i].kind,
                                            .is_back = rows[i].is_back};
        rc = open_text(k, STEP_TABLE, "place_sealed", rows[i].id, rows[i].place_sealed,
                       &out[i].place, why);
    }
    k->parcel.steps = (struct jx_list){out, n};
    return rc;
}

static enum err put_days(struct pack *k, struct fail *why)
{
    struct transfer_day *rows = NULL;
    struct transfer_visit *out;
    size_t n = 0;
    enum err rc = transfer_store_days(k->p->req->db, k->p->child, k->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    out = arena_alloc(k->arena, (n + 1) * sizeof *out);
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "days");
    for (size_t i = 0; i < n; i++)
        out[i] = (struct transfer_visit){rows[i].on, rows[i].n_visits, rows[i].n_lessons};
    k->parcel.days = (struct jx_list){out, n};
    return ERR_OK;
}

/* With whom is left out; what the role was of who wrote it is said. */
static enum err put_contacts(struct pack *k, struct fail *why)
{
    struct contact_row *rows = NULL;
    struct transfer_contact *out;
    size_t n = 0;
    enum err rc = contact_store_list(k->p->req->db, k->p->child, 0, ID_NONE,
                                     TRANSFER_CONTACTS_MOST + 1, k->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    if (n > TRANSFER_CONTACTS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "over %d contacts", TRANSFER_CONTACTS_MOST);
    out = arena_alloc(k->arena, (n + 1) * sizeof *out);
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "contacts");
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        out[i] = (struct transfer_contact){
            .at_utc_us = rows[i].who.at_utc_us,
            .kind = jx_choice_at(CONTACT_KINDS, (int)rows[i].kind),
            .role = rows[i].who.role,
            .is_answered = rows[i].is_answered,
            .is_peer = rows[i].is_peer,
        };
        rc = open_text(k, CONTACT_TABLE, "text_sealed", rows[i].id, rows[i].text_sealed,
                       &out[i].text, why);
    }
    k->parcel.contacts = (struct jx_list){out, n};
    return rc;
}

/* ---- the whole ---- */

static bool has(const struct pack *k, enum transfer_part part)
{
    return (k->p->parts & TRANSFER_PART_BIT(part)) != 0;
}

static enum err put_head(struct pack *k, const struct people_entry *entry, struct fail *why)
{
    const struct transfer_packing *p = k->p;
    char *made = arena_alloc(k->arena, DAY_TEXT_CAP);
    char *parts = arena_alloc(k->arena, TRANSFER_PARTS_CAP);

    if (made == NULL || parts == NULL)
        return fail_set(why, ERR_NOMEM, "a parcel");
    day_text(p->req->now_utc_us, made);
    transfer_parts_text(p->parts, parts);
    k->parcel = (struct transfer_parcel){
        .format = SPAN(TRANSFER_FORMAT),
        .transfer = p->transfer,
        .home = p->home,
        .receiver = p->receiver,
        .home_name = p->home_name,
        .on = p->on,
        .made_on = span_text(made),
        .consent_on = p->consent_on,
        .consent_how = p->consent_how,
        .parts = span_text(parts),
        .name = entry->name,
        .kana = entry->kana,
        .grade = span_text(entry->place.grade),
    };
    return entry->name.len > 0 ? ERR_OK
                               : fail_set(why, ERR_NOT_FOUND, "a child without a name");
}

static enum err put_parts(struct pack *k, const struct people_entry *entry, struct fail *why)
{
    enum err rc = put_head(k, entry, why);

    if (rc == ERR_OK && has(k, TRANSFER_PROFILE))
        rc = put_profile(k, entry, why);
    if (rc == ERR_OK && has(k, TRANSFER_FACTS))
        rc = put_facts(k, why);
    if (rc == ERR_OK && has(k, TRANSFER_WAY))
        rc = put_steps(k, why);
    if (rc == ERR_OK && has(k, TRANSFER_DAYS))
        rc = put_days(k, why);
    if (rc == ERR_OK && has(k, TRANSFER_CONTACTS))
        rc = put_contacts(k, why);
    return rc;
}

/* As a reader takes it: texts that came here by other ways than JSON may hold what JSON's edge
 * takes out. */
static enum err write_clean(struct pack *k, struct span *text_out, struct fail *why)
{
    static const struct jx_limits limits = {(size_t)2 * TRANSFER_PARCEL_MOST, 120000};
    struct transfer_parcel again;
    struct span text;
    enum err rc = transfer_parcel_write(&k->parcel, k->arena, &text, why);

    if (rc == ERR_OK)
        rc = jx_read_within(text, limits, &transfer_parcel_shape, k->arena, &again, NULL, why);
    if (rc == ERR_OK)
        rc = transfer_parcel_write(&again, k->arena, text_out, why);
    if (rc == ERR_OK)
        rc = transfer_parcel_read(*text_out, k->arena, &again, why);
    return rc == ERR_PROTO || rc == ERR_INVALID
               ? fail_set(why, ERR_INTERNAL, "a parcel nobody would take")
               : rc;
}

enum err transfer_pack(const struct transfer_packing *packing, struct span *text_out,
                       struct fail *why)
{
    struct req *req = packing->req;
    struct pack k = {.p = packing, .arena = req->arena};
    const struct people_entry *entry;
    struct id *ids = NULL;
    size_t n = 0;
    enum err rc = people_ref(accounts_people(req->services->accounts), req->db, &k.people, why);

    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(req->arena);
    entry = people_find(k.people, packing->child);
    if (entry == NULL)
        rc = fail_set(why, ERR_NOT_FOUND, "no such child");
    if (rc == ERR_OK)
        rc = transfer_store_people(req->db, req->arena, &ids, &n, why);
    if (rc == ERR_OK)
        rc = add_masks(&k, ids, n, why);
    if (rc == ERR_OK)
        rc = add_past_names(&k, why);
    if (rc == ERR_OK)
        rc = put_parts(&k, entry, why);
    if (rc == ERR_OK)
        rc = write_clean(&k, text_out, why);
    people_unref(&k.people);
    return rc;
}

/* Compared where both sides have it: *is_out is untouched when one has none. */
static enum err is_same(struct span a, struct span b, struct arena *arena, bool *is_out,
                        struct fail *why)
{
    struct span fa, fb;
    enum err rc;

    if (a.len == 0 || b.len == 0)
        return ERR_OK;
    rc = people_fold(a, arena, &fa, why);
    if (rc == ERR_OK)
        rc = people_fold(b, arena, &fb, why);
    if (rc == ERR_OK)
        *is_out = span_eq(fa, fb);
    return rc;
}

enum err transfer_is_child(const struct services *services, struct db *db,
                           const struct transfer_parcel *parcel, struct id account,
                           struct arena *arena, bool *is_out, struct fail *why)
{
    struct people *people = NULL;
    const struct people_entry *entry;
    enum err rc = people_ref(accounts_people(services->accounts), db, &people, why);

    *is_out = false;
    if (rc != ERR_OK)
        return rc;
    entry = people_find(people, account);
    if (entry != NULL) /* a parcel always has a name; a reading alone is many a child's */
        rc = is_same(parcel->name, entry->name, arena, is_out, why);
    if (*is_out && rc == ERR_OK)
        rc = is_same(parcel->kana, entry->kana, arena, is_out, why);
    people_unref(&people);
    return rc;
}

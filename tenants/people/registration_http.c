/* Registration facts: why a child is here, by which way, of its own wish or not, with which
 * other support, admitted how, with whose consent (SE-4.1-1, SE-2.2-1, AI-1-1, HI-3.3-1,
 * HI-3.3-2). The welfare and household side: contractor, supporters and families do not know it
 * is there. */
#include "tenants/people/registration.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/seal.h"
#include "tenants/people/account.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/day.h"
#include "tenants/people/registration_store.h"
#include "tenants/rights/rights.h"
#include "tenants/watch/watch.h"

#define READERS   (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_SCHOOL_STAFF))
#define YEAR_MOST 2200

/* -- what goes out -- */

struct facts {
    struct id id;
    int64_t school_year, recorded_at;
    struct span target, target_since, route, wish, wish_by, support, admission;
    struct span consent_version, consent_on, consent_by, note, role;
    bool has_consent, has_note, is_consent_current;
};
#define FACT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct facts, name_), \
        .title_ja = (title) \
    }
#define FACT_OPTIONAL(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL | JX_RAW_TEXT, \
        .offset = offsetof(struct facts, name_), .has_offset = offsetof(struct facts, has_), \
        .title_ja = (title) \
    }
static const struct jx_field facts_fields[] = {
    FACT(JX_ID, id, "記録のID"),
    FACT(JX_INT, school_year, "年度"),
    FACT(JX_TEXT, target, "対象の区分"),
    FACT(JX_TEXT, target_since, "いつからその区分か"),
    FACT(JX_TEXT, route, "どこから"),
    FACT(JX_TEXT, wish, "本人の希望"),
    FACT(JX_TEXT, wish_by, "だれの言葉か"),
    FACT(JX_TEXT, support, "ほかの支援"),
    FACT(JX_TEXT, admission, "受け入れの区分"),
    FACT_OPTIONAL(consent_version, has_consent, "同意書の版"),
    FACT_OPTIONAL(consent_on, has_consent, "同意した日"),
    FACT_OPTIONAL(consent_by, has_consent, "だれが同意したか"),
    FACT(JX_BOOL, is_consent_current, "いまの版に同意しているか"),
    FACT_OPTIONAL(note, has_note, "メモ"),
    FACT(JX_TIME, recorded_at, "記録した時刻"),
    FACT(JX_TEXT, role, "記録した人の役割"),
};
static const struct jx_shape facts_shape =
    JX_SHAPE("RegistrationFacts", struct facts, facts_fields);

struct view {
    int64_t school_year;
    struct span policy, consent_version;
    struct jx_texts consent_items;
    struct facts facts;
    bool is_due, has_facts;
};
static const struct jx_field view_fields[] = {
    {.name = "school_year",
     .type = JX_INT,
     .offset = offsetof(struct view, school_year),
     .title_ja = "いまの年度"},
    {.name = "is_due",
     .type = JX_BOOL,
     .offset = offsetof(struct view, is_due),
     .title_ja = "今年度の記録がまだないか"},
    {.name = "policy",
     .type = JX_TEXT,
     .offset = offsetof(struct view, policy),
     .title_ja = "だれを受け入れるか"},
    {.name = "consent_version",
     .type = JX_TEXT,
     .offset = offsetof(struct view, consent_version),
     .title_ja = "いまの同意書の版"},
    {.name = "consent_items",
     .type = JX_TEXTS,
     .offset = offsetof(struct view, consent_items),
     .title_ja = "同意が必要なこと"},
    {.name = "facts",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &facts_shape,
     .offset = offsetof(struct view, facts),
     .has_offset = offsetof(struct view, has_facts),
     .title_ja = "最後の記録"},
};
static const struct jx_shape view_shape = JX_SHAPE("Registration", struct view, view_fields);

static struct facts facts_of(const struct registration_row *row, struct span note,
                             const struct settings *settings)
{
    return (struct facts){
        .id = row->id,
        .school_year = row->school_year,
        .target = row->target,
        .target_since = row->target_since,
        .route = row->route,
        .wish = row->wish,
        .wish_by = row->wish_by,
        .support = row->support,
        .admission = row->admission,
        .consent_version = row->consent_version,
        .consent_on = row->consent_on,
        .consent_by = row->consent_by,
        .has_consent = row->consent_on.len > 0,
        .is_consent_current =
            registration_is_consented(settings, row->consent_version, row->consent_on),
        .note = note,
        .has_note = note.len > 0,
        .recorded_at = row->recorded_utc_us,
        .role = row->role,
    };
}

/* row NULL: there is none. */
static enum err fill_view(const struct req *req, const struct registration_row *row,
                          struct span note, struct view *out, struct fail *why)
{
    const struct settings *settings = req->services->settings;

    *out = (struct view){
        .school_year = day_school_year(req->now_utc_us),
        .policy = settings_text(settings, &setting_admission_policy),
        .consent_version = settings_text(settings, &setting_consent_version),
        .has_facts = row != NULL,
    };
    out->is_due = row == NULL || row->school_year < out->school_year;
    if (row != NULL)
        out->facts = facts_of(row, note, settings);
    return registration_items(settings, req->arena, &out->consent_items, why);
}

/* -- GET /api/v1/people/{id}/registration -- */

/* A child, of whom the caller may know these facts; everybody else is not there. */
static enum err child_of_path(struct req *req, struct fail *why)
{
    struct rights_found found;
    enum err rc = rights_of_path(req, SHOWS_FACTS, &found, why);

    if (rc == ERR_OK && found.place.kind != PERSON_STUDENT)
        rc = fail_set(why, ERR_NOT_FOUND, "no child");
    return rc;
}

static enum err read_latest(const struct req *req, struct registration_row *row_out,
                            struct span *note_out, struct fail *why)
{
    struct seal_place place = {"registration", "note_sealed", ID_NONE};
    enum err rc =
        registration_store_latest(NULL, req->db, req->person, req->arena, row_out, why);

    *note_out = SPAN_NONE;
    if (rc != ERR_OK || row_out->note_sealed.len == 0)
        return rc;
    place.row = row_out->id;
    return unseal(req->services->keyring, &place, row_out->note_sealed, req->arena, note_out,
                  why);
}

static void registration_show(struct req *req)
{
    struct registration_row row;
    struct span note;
    struct view view;
    struct fail why = {.code = ERR_OK};
    bool has_row = false;
    enum err rc = child_of_path(req, &why);

    if (rc == ERR_OK && !watch_spend(req, WATCH_RECORDS, &req->person, 1))
        return;
    if (rc == ERR_OK) {
        arena_mark_secret(req->arena);
        rc = read_latest(req, &row, &note, &why);
        has_row = rc == ERR_OK;
        if (rc == ERR_NOT_FOUND)
            rc = ERR_OK;
    }
    if (rc == ERR_OK)
        rc = fill_view(req, has_row ? &row : NULL, note, &view, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

/* -- PUT /api/v1/people/{id}/registration -- */

struct consent_input {
    struct span version, on;
    struct jx_texts items;
    int by;
};
static const struct jx_field consent_fields[] = {
    {.name = "version",
     .type = JX_TEXT,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct consent_input, version),
     .title_ja = "同意書の版"},
    {.name = "on",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct consent_input, on),
     .title_ja = "同意した日"},
    {.name = "by",
     .type = JX_ENUM,
     .choices = REGISTRATION_CONSENT_BY,
     .offset = offsetof(struct consent_input, by),
     .title_ja = "だれが同意したか"},
    {.name = "items",
     .type = JX_TEXTS,
     .most = 1000,
     .offset = offsetof(struct consent_input, items),
     .title_ja = "同意したこと"},
};
static const struct jx_shape consent_shape =
    JX_SHAPE("RegistrationConsent", struct consent_input, consent_fields);

struct record_input {
    struct id id;
    int64_t school_year;
    struct span target_since, note;
    struct consent_input consent;
    int target, route, wish, wish_by, support, admission;
    bool has_year, has_note, has_consent;
};
#define CODE(name_, choices_, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct record_input, name_), .title_ja = (title) \
    }
static const struct jx_field record_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct record_input, id),
     .title_ja = "記録のID"},
    {.name = "school_year",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 2000,
     .most = YEAR_MOST,
     .offset = offsetof(struct record_input, school_year),
     .has_offset = offsetof(struct record_input, has_year),
     .title_ja = "年度（ないときはいまの年度）"},
    CODE(target, REGISTRATION_TARGETS, "対象の区分"),
    {.name = "target_since",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct record_input, target_since),
     .title_ja = "いつからその区分か"},
    CODE(route, REGISTRATION_ROUTES, "どこから"),
    CODE(wish, REGISTRATION_WISHES, "本人の希望"),
    CODE(wish_by, REGISTRATION_WISH_BY, "だれの言葉か"),
    CODE(support, REGISTRATION_SUPPORTS, "ほかの支援"),
    CODE(admission, REGISTRATION_ADMISSIONS, "受け入れの区分"),
    {.name = "consent",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &consent_shape,
     .offset = offsetof(struct record_input, consent),
     .has_offset = offsetof(struct record_input, has_consent),
     .title_ja = "同意（まだなら入れない）"},
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .least = 1,
     .most = REGISTRATION_NOTE_MOST,
     .offset = offsetof(struct record_input, note),
     .has_offset = offsetof(struct record_input, has_note),
     .title_ja = "メモ"},
};
static const struct jx_shape record_shape =
    JX_SHAPE("RegistrationRecord", struct record_input, record_fields);

struct recording {
    struct req *req;
    struct registration_row row;
    struct span note;
    struct view view;
};

/* The rules no field table can say; every defect is listed. */
static enum err check_record(const struct req *req, const struct record_input *in,
                             struct jx_defects *defects)
{
    const struct settings *settings = req->services->settings;
    int64_t year = day_school_year(req->now_utc_us), since;
    const struct registration_consent consent = {in->consent.version, in->consent.on,
                                                 in->consent.items};
    enum err rc = ERR_OK, more;

    if (!day_begin(in->target_since, &since))
        rc = jx_defect_add(defects, req->arena, "/target_since", "format",
                           "「いつからその区分か」は 2026-04-01 のように入れてください。");
    if (rc == ERR_OK && in->has_year &&
        (in->school_year < year - 1 || in->school_year > year + 1))
        rc = jx_defect_add(defects, req->arena, "/school_year", "range",
                           "「年度」は、いまの年度とその前後だけです。");
    if (rc == ERR_OK && (in->wish == 2) != (in->wish_by == 3))
        rc = jx_defect_add(
            defects, req->arena, "/wish_by", "choice",
            "希望をまだ聞いていないときだけ、「だれの言葉か」は「だれでもない」です。");
    if (rc != ERR_OK)
        return rc;
    more = registration_check_admission(
        settings, jx_choice_at(REGISTRATION_ADMISSIONS, in->admission), req->arena, defects);
    if (more == ERR_NOMEM)
        return more;
    if (in->has_consent)
        more = registration_check_consent(settings, &consent, req->now_utc_us, req->arena,
                                          defects);
    return more == ERR_NOMEM ? more : defects->n > 0 ? ERR_INVALID : ERR_OK;
}

static enum err fill_row(struct recording *r, const struct record_input *in, struct fail *why)
{
    const struct req *req = r->req;
    const struct seal_place place = {"registration", "note_sealed", in->id};
    struct id key;
    enum err rc = ERR_OK;

    r->row = (struct registration_row){
        .id = in->id,
        .person = req->person,
        .school_year = in->has_year ? in->school_year : day_school_year(req->now_utc_us),
        .target = jx_choice_at(REGISTRATION_TARGETS, in->target),
        .target_since = in->target_since,
        .route = jx_choice_at(REGISTRATION_ROUTES, in->route),
        .wish = jx_choice_at(REGISTRATION_WISHES, in->wish),
        .wish_by = jx_choice_at(REGISTRATION_WISH_BY, in->wish_by),
        .support = jx_choice_at(REGISTRATION_SUPPORTS, in->support),
        .admission = jx_choice_at(REGISTRATION_ADMISSIONS, in->admission),
        .recorded_utc_us = req->now_utc_us,
        .recorded_by = req->caller.account,
        .role = span_text(role_id(req->caller.role)),
    };
    if (in->has_consent) {
        r->row.consent_version = in->consent.version;
        r->row.consent_on = in->consent.on;
        r->row.consent_by = jx_choice_at(REGISTRATION_CONSENT_BY, in->consent.by);
    }
    r->note = in->has_note ? in->note : SPAN_NONE;
    if (in->has_note)
        rc = keyring_need_key(req->services->keyring, KEY_PERSON, req->person, NULL, &key, why);
    if (rc == ERR_OK && in->has_note)
        rc = seal(req->services->keyring, key, &place, in->note, req->arena,
                  &r->row.note_sealed, why);
    return rc;
}

/* Sent again after a lost answer it finds its row and adds none. */
static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct recording *r = arg;
    const struct req *req = r->req;
    struct access_entry entry = access_of(req);
    struct registration_row before;
    enum err rc = registration_store_latest(tx, NULL, req->person, tx_arena(tx), &before, NULL);

    entry.object = r->row.id;
    if (rc == ERR_OK && id_eq(before.id, r->row.id))
        return access_append(tx, &entry, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return fail_set(why, rc, "registration");
    rc = registration_store_add(tx, &r->row, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void record_done(void *arg, enum err rc, const struct fail *why)
{
    struct recording *r = arg;

    if (rc != ERR_OK) {
        reply_fail(r->req, why);
        return;
    }
    r->req->access_recorded = 1;
    reply_json(r->req, 200, &r->view);
}

static enum err begin_record(struct recording *r, const struct record_input *in,
                             struct fail *why)
{
    const struct writer_op op = {record_run, record_done, r};
    enum err rc = fill_row(r, in, why);

    if (rc == ERR_OK)
        rc = fill_view(r->req, &r->row, r->note, &r->view, why);
    return rc == ERR_OK ? writer_post(r->req->services->writer, &op, why) : rc;
}

static void registration_record(struct req *req)
{
    const struct record_input *in = req->input;
    struct recording *r = arena_alloc(req->arena, sizeof *r);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = child_of_path(req, &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK) {
        rc = check_record(req, in, &defects);
        if (rc == ERR_INVALID) {
            reply_defects(req, &defects);
            return;
        }
        if (rc != ERR_OK || r == NULL)
            rc = fail_set(&why, ERR_NOMEM, "registration");
    }
    if (rc == ERR_OK && r != NULL) {
        *r = (struct recording){.req = req};
        rc = begin_record(r, in, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route registration_routes[REGISTRATION_ROUTES_N] = {
    {
        .name = "registration.show",
        .method = HTTP_GET,
        .path = "/api/v1/people/{id}/registration",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_READ,
        .output = &view_shape,
        .summary_ja = "利用登録のときの状況と同意を見る",
        .handle = registration_show,
    },
    {
        .name = "registration.record",
        .method = HTTP_PUT,
        .path = "/api/v1/people/{id}/registration",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_CHANGE,
        .input = &record_shape,
        .output = &view_shape,
        .summary_ja = "利用登録のときの状況と同意を記録する（前の記録は残る）",
        .handle = registration_record,
    },
};

/* A child's page for staff: steps 0 to 4 with all that was noted of them, contacts, whether he
 * is here now (KP-2-4, AI-4.4-カ-ハ-2); and the noting of steps. A child never reaches this,
 * nor sees a step anywhere. The place of a step and the words of a contact are for who wrote
 * them, the board, and the school by duty: the others see that there was something, and when.
 */
#include "node/base/jx_scalar.h"
#include "node/db/settings.h"
#include "node/db/writer.h"
#include "node/place/presence.h"
#include "node/support/alone.h"
#include "node/support/child.h"
#include "node/support/console.h"
#include "node/support/console_rows.h"
#include "node/support/incident_store.h"
#include "node/support/sos_store.h"
#include "node/support/step.h"
#include "tenants/people/day.h"
#include "tenants/watch/watch.h"

#define CONTACTS_PAGE 50
#define STEPS_MOST    1000
#define CASES_MOST    50 /* of the newest */

/* ---- what it shows ---- */

struct step_output {
    struct id id, by;
    int64_t step, at;
    struct span on, kind, role, by_name, place;
    bool is_back, has_by, has_role, has_by_name, has_place;
};
static const struct jx_field step_fields[] = {
    PLACE_FIELD(JX_ID, step_output, id, "記録のID"),
    PLACE_FIELD(JX_INT, step_output, step, "段階（0から4）"),
    PLACE_FIELD(JX_TEXT, step_output, on, "とどいた日、またはもどった日"),
    PLACE_FIELD(JX_TEXT, step_output, kind, "何で"),
    PLACE_FIELD(JX_BOOL, step_output, is_back, "もどったことの記録か"),
    PLACE_MAYBE(JX_TEXT, step_output, place, has_place, "場所"),
    PLACE_FIELD(JX_TIME, step_output, at, "いつ書いたか"),
    PLACE_MAYBE(JX_ID, step_output, by, has_by, "だれが（ないときは自動）"),
    PLACE_MAYBE(JX_TEXT, step_output, by_name, has_by_name, "その表示名"),
    PLACE_MAYBE(JX_TEXT, step_output, role, has_role, "その役割"),
};
static const struct jx_shape step_shape =
    JX_SHAPE("ChildStep", struct step_output, step_fields);

struct contact_output {
    struct id id, other, by;
    int64_t at;
    int kind;
    struct span other_name, by_name, role, text;
    bool is_peer, is_answered, has_other_name, has_by, has_by_name, has_role, has_text;
};
static const struct jx_field contact_fields[] = {
    PLACE_FIELD(JX_ID, contact_output, id, "記録のID"),
    PLACE_FIELD(JX_TIME, contact_output, at, "いつ"),
    PLACE_CHOICE(contact_output, kind, CONTACT_KINDS, "何で"),
    PLACE_FIELD(JX_BOOL, contact_output, is_answered, "返事があったか"),
    PLACE_FIELD(JX_BOOL, contact_output, is_peer, "相手も児童生徒か"),
    PLACE_FIELD(JX_ID, contact_output, other, "だれと"),
    PLACE_MAYBE(JX_TEXT, contact_output, other_name, has_other_name, "その表示名"),
    PLACE_MAYBE(JX_ID, contact_output, by, has_by, "だれが書いたか（ないときは自動）"),
    PLACE_MAYBE(JX_TEXT, contact_output, by_name, has_by_name, "その表示名"),
    PLACE_MAYBE(JX_TEXT, contact_output, role, has_role, "その役割"),
    CHILD_TEXT(contact_output, text, has_text, "ひとこと"),
};
static const struct jx_shape contact_shape =
    JX_SHAPE("ChildContact", struct contact_output, contact_fields);

struct sos_output {
    struct id sos;
    int64_t at;
    int state;
};
static const struct jx_field sos_fields[] = {
    PLACE_FIELD(JX_ID, sos_output, sos, "SOSのID"),
    PLACE_FIELD(JX_TIME, sos_output, at, "届いた時刻"),
    PLACE_CHOICE(sos_output, state, SOS_STATES, "どうなったか"),
};
static const struct jx_shape sos_shape = JX_SHAPE("ChildSos", struct sos_output, sos_fields);

struct incident_output {
    struct id incident;
    int64_t at, urgency, severity;
    int kind, state;
};
static const struct jx_field incident_fields[] = {
    PLACE_FIELD(JX_ID, incident_output, incident, "報告のID"),
    PLACE_FIELD(JX_TIME, incident_output, at, "いつ"),
    PLACE_CHOICE(incident_output, kind, INCIDENT_KINDS, "種類"),
    PLACE_FIELD(JX_INT, incident_output, urgency, "緊急性（1から3）"),
    PLACE_FIELD(JX_INT, incident_output, severity, "深刻性（1から3）"),
    PLACE_CHOICE(incident_output, state, INCIDENT_STATES, "どうなったか"),
};
static const struct jx_shape incident_shape =
    JX_SHAPE("ChildIncident", struct incident_output, incident_fields);

struct child_output {
    struct id account;
    struct span name, login, floor, next;
    int64_t now, step, weeks, weeks_needed, contact_at, alone_min;
    struct jx_list steps, contacts, sos, incidents;
    bool is_here, has_name, has_floor, has_step, has_contact_at, has_alone_min, has_next;
};
static const struct jx_field child_fields[] = {
    PLACE_FIELD(JX_ID, child_output, account, "だれの"),
    PLACE_MAYBE(JX_TEXT, child_output, name, has_name, "表示名"),
    PLACE_FIELD(JX_TEXT, child_output, login, "ID"),
    PLACE_FIELD(JX_TIME, child_output, now, "いつの様子か"),
    PLACE_FIELD(JX_BOOL, child_output, is_here, "いまつながっているか"),
    PLACE_MAYBE(JX_TEXT, child_output, floor, has_floor, "いまいるフロア"),
    PLACE_MAYBE(JX_INT, child_output, alone_min, has_alone_min,
                "入ってから、または最後の接点から何分か"),
    PLACE_MAYBE(JX_INT, child_output, step, has_step, "いまの段階（0から4）"),
    {.name = "steps",
     .type = JX_LIST,
     .shape = &step_shape,
     .most = STEPS_MOST,
     .offset = offsetof(struct child_output, steps),
     .title_ja = "段階の記録（書かれた順）"},
    PLACE_FIELD(JX_INT, child_output, weeks, "この4週間のうち、職員との接点のあった週の数"),
    PLACE_FIELD(JX_INT, child_output, weeks_needed, "段階1とみなす週の数"),
    PLACE_MAYBE(JX_TIME, child_output, contact_at, has_contact_at, "最後の職員との接点"),
    {.name = "contacts",
     .type = JX_LIST,
     .shape = &contact_shape,
     .most = CONTACTS_PAGE,
     .offset = offsetof(struct child_output, contacts),
     .title_ja = "接点（新しい順）"},
    PLACE_MAYBE(JX_TEXT, child_output, next, has_next, "接点の続きを見るときの before の値"),
    {.name = "sos",
     .type = JX_LIST,
     .shape = &sos_shape,
     .most = CASES_MOST,
     .offset = offsetof(struct child_output, sos),
     .title_ja = "SOS（新しい順）"},
    {.name = "incidents",
     .type = JX_LIST,
     .shape = &incident_shape,
     .most = CASES_MOST,
     .offset = offsetof(struct child_output, incidents),
     .title_ja = "報告（新しい順）"},
};
static const struct jx_shape child_shape = JX_SHAPE("Child", struct child_output, child_fields);

/* ---- showing ---- */

struct showing {
    struct req *req;
    struct id child;
    struct child_names names;
    struct child_output out;
};

/* Whoever wrote it, the board, the school by duty. */
static bool may_read(const struct showing *s, struct id by)
{
    enum role role = s->req->caller.role;

    return role == ROLE_COMMISSIONER || role == ROLE_SCHOOL_STAFF ||
           id_eq(by, s->req->caller.account);
}

static enum err step_of(struct showing *s, const struct step_row *row, struct step_output *out,
                        struct fail *why)
{
    *out = (struct step_output){
        .id = row->id,
        .step = row->step,
        .on = row->on,
        .kind = row->kind,
        .is_back = row->is_back,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = !id_is_none(row->who.by),
        .role = row->who.role,
        .has_role = row->who.role.len > 0,
        .by_name = child_display(&s->names, row->who.by),
    };
    out->has_by_name = out->by_name.len > 0;
    if (!may_read(s, row->who.by))
        return ERR_OK;
    out->has_place = row->place_sealed.len > 0;
    return child_unseal(s->req, STEP_TABLE, "place_sealed", row->id, row->place_sealed,
                        &out->place, why);
}

/* The first entry stands as step 0 from the moment it is in the record of visits; the row comes
 * with the next run of the job. */
static enum err add_entry(struct showing *s, struct step_row *rows, size_t *n, struct fail *why)
{
    struct step_entry *entries = NULL;
    size_t n_entries = 0;
    char *day = arena_alloc(s->req->arena, DAY_TEXT_CAP);
    enum err rc = day == NULL ? fail_set(why, ERR_NOMEM, "a day")
                              : step_store_entered(s->req->db, s->child, 1, s->req->arena,
                                                   &entries, &n_entries, why);

    if (rc != ERR_OK || n_entries == 0)
        return rc;
    day_text(entries[0].at_utc_us, day);
    memmove(rows + 1, rows, *n * sizeof *rows);
    rows[0] = (struct step_row){.id = step_entry_id(s->child),
                                .child = s->child,
                                .on = span_text(day),
                                .kind = SPAN("auto"),
                                .who = {.at_utc_us = entries[0].at_utc_us, .role = SPAN("")}};
    (*n)++;
    return ERR_OK;
}

static enum err show_steps(struct showing *s, struct fail *why)
{
    struct arena *arena = s->req->arena;
    struct step_row *stored = NULL, *rows;
    struct step_output *items;
    size_t n = 0;
    enum err rc = step_store_list(NULL, s->req->db, s->child, arena, &stored, &n, why);

    if (rc != ERR_OK)
        return rc;
    rows = arena_alloc(arena, (n + 1) * sizeof *rows);
    items = arena_alloc(arena, (n + 1) * sizeof *items);
    if (rows == NULL || items == NULL)
        return fail_set(why, ERR_NOMEM, "steps");
    if (n > 0)
        memcpy(rows, stored, n * sizeof *rows);
    rc = add_entry(s, rows, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = step_of(s, &rows[i], &items[i], why);
    s->out.steps = (struct jx_list){items, n};
    s->out.step = step_now(rows, n);
    s->out.has_step = s->out.step >= 0;
    return rc;
}

static enum err contact_of(struct showing *s, const struct contact_row *row,
                           struct contact_output *out, struct fail *why)
{
    *out = (struct contact_output){
        .id = row->id,
        .at = row->who.at_utc_us,
        .kind = (int)row->kind,
        .is_answered = row->is_answered,
        .is_peer = row->is_peer,
        .other = row->other,
        .other_name = child_display(&s->names, row->other),
        .by = row->who.by,
        .has_by = !id_is_none(row->who.by),
        .by_name = child_display(&s->names, row->who.by),
        .role = row->who.role,
        .has_role = row->who.role.len > 0,
    };
    out->has_other_name = out->other_name.len > 0;
    out->has_by_name = out->by_name.len > 0;
    if (!may_read(s, row->who.by))
        return ERR_OK;
    out->has_text = row->text_sealed.len > 0;
    return child_unseal(s->req, CONTACT_TABLE, "text_sealed", row->id, row->text_sealed,
                        &out->text, why);
}

static enum err show_contacts(struct showing *s, struct fail *why)
{
    struct req *req = s->req;
    struct contact_row *rows = NULL;
    struct contact_output *items;
    struct id before;
    int64_t before_us;
    size_t n = 0, n_shown;
    enum err rc = place_query_row(req, "before", &before_us, &before, why);

    if (rc == ERR_OK)
        rc = contact_store_list(req->db, s->child, before_us, before, CONTACTS_PAGE + 1,
                                req->arena, &rows, &n, why);
    if (rc != ERR_OK)
        return rc;
    n_shown = n > CONTACTS_PAGE ? CONTACTS_PAGE : n;
    items = arena_alloc(req->arena, (n_shown + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "contacts");
    for (size_t i = 0; i < n_shown && rc == ERR_OK; i++)
        rc = contact_of(s, &rows[i], &items[i], why);
    if (n > n_shown)
        s->out.next =
            place_row_text(req, rows[n_shown - 1].who.at_utc_us, rows[n_shown - 1].id);
    s->out.has_next = s->out.next.p != NULL;
    s->out.contacts = (struct jx_list){items, n_shown};
    return rc;
}

static enum err show_weeks(struct showing *s, struct fail *why)
{
    struct req *req = s->req;
    struct contact_weeks *weeks = NULL;
    char day[DAY_TEXT_CAP];
    size_t n = 0;
    enum err rc;

    day_text(req->now_utc_us, day);
    rc = contact_store_weeks(req->db, span_text(day), s->child, req->arena, &weeks, &n, why);
    s->out.weeks = n == 0 ? 0 : weeks[0].n_weeks;
    s->out.weeks_needed = settings_int(req->services->settings, &setting_care_regular_weeks);
    return rc;
}

static enum err show_sos(struct showing *s, struct fail *why)
{
    const struct sos_ask ask = {.account = s->child, .n_cap = CASES_MOST};
    struct arena *arena = s->req->arena;
    struct sos_listed *all = NULL;
    struct sos_output *items;
    size_t n = 0;
    enum err rc = sos_store_list(NULL, s->req->db, &ask, arena, &all, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "calls");
    for (size_t i = 0; i < n; i++)
        items[i] = (struct sos_output){all[i].row.id, all[i].row.at_utc_us,
                                       (int)sos_state_of(&all[i].facts)};
    s->out.sos = (struct jx_list){items, n};
    return ERR_OK;
}

static enum err show_incidents(struct showing *s, struct fail *why)
{
    const struct incident_ask ask = {.account = s->child, .n_cap = CASES_MOST};
    struct arena *arena = s->req->arena;
    struct incident_listed *all = NULL;
    struct incident_output *items;
    size_t n = 0;
    enum err rc = incident_store_list(NULL, s->req->db, &ask, arena, &all, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "incidents");
    for (size_t i = 0; i < n; i++)
        items[i] = (struct incident_output){.incident = all[i].row.id,
                                            .at = all[i].row.at_utc_us,
                                            .kind = (int)all[i].row.kind,
                                            .urgency = all[i].facts.urgency,
                                            .severity = all[i].facts.severity,
                                            .state = (int)incident_state_of(&all[i].facts)};
    s->out.incidents = (struct jx_list){items, n};
    return ERR_OK;
}

static void show_now(struct showing *s)
{
    struct req *req = s->req;
    const struct presence *presence = presence_now(req->services->place);
    const struct presence_person *p = presence_find(presence, s->child);
    struct contact_times times = {0, 0};

    if (req->services->console != NULL)
        times = contact_desk_times(console_contacts(req->services->console), s->child);
    s->out.contact_at = times.staff_utc_us;
    s->out.has_contact_at = times.staff_utc_us != 0;
    s->out.is_here = p != NULL;
    if (p != NULL && !p->is_in_lobby) {
        s->out.floor = arena_copy(req->arena, p->floor);
        s->out.has_floor = s->out.floor.p != NULL;
        s->out.alone_min = alone_minutes(p->since_utc_us, times.any_utc_us, req->now_utc_us);
        s->out.has_alone_min = true;
    }
    presence_unref(&presence);
}

static enum err show_all(struct showing *s, struct fail *why)
{
    const struct people_entry *entry = child_entry(&s->names, s->child);
    enum err rc = show_steps(s, why);

    if (entry != NULL) {
        s->out.name = arena_copy(s->req->arena, entry->display);
        s->out.login = arena_copy(s->req->arena, entry->login);
        s->out.has_name = s->out.name.len > 0;
    }
    if (rc == ERR_OK)
        rc = show_contacts(s, why);
    if (rc == ERR_OK)
        rc = show_weeks(s, why);
    if (rc == ERR_OK)
        rc = show_sos(s, why);
    if (rc == ERR_OK)
        rc = show_incidents(s, why);
    if (rc == ERR_OK)
        show_now(s);
    return rc;
}

static void show_child(struct req *req)
{
    struct showing s = {.req = req};
    struct fail why = {.code = ERR_OK};
    enum err rc = child_of_path(req, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!watch_spend(req, WATCH_RECORDS, &req->person, 1))
        return;
    s.child = req->person;
    s.out.account = s.child;
    s.out.now = req->now_utc_us;
    rc = child_names_open(req, &s.names, &why);
    if (rc == ERR_OK)
        rc = show_all(&s, &why);
    child_names_close(&s.names);
    if (rc == ERR_OK)
        reply_json(req, 200, &s.out);
    else
        reply_fail(req, &why);
}

/* ---- noting a step ---- */

struct step_input {
    struct id id;
    int64_t step;
    struct span on, kind, place;
    bool is_back, has_place, has_back;
};
static const struct jx_field input_fields[] = {
    PLACE_FIELD(JX_ID, step_input, id, "記録のID"),
    {.name = "step",
     .type = JX_INT,
     .least = 1,
     .most = 4,
     .offset = offsetof(struct step_input, step),
     .title_ja = "段階"},
    PLACE_FIELD(JX_TEXT, step_input, on, "いつ（日）"),
    PLACE_FIELD(JX_TEXT, step_input, kind, "何で"),
    PLACE_MAYBE(JX_BOOL, step_input, is_back, has_back, "もどったことの記録か"),
    CHILD_TEXT(step_input, place, has_place, "場所"),
};
static const struct jx_shape input_shape =
    JX_SHAPE("ChildStepNew", struct step_input, input_fields);

struct made_output {
    struct id id;
    int64_t step;
    bool has_step;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, id, "記録のID"),
    PLACE_MAYBE(JX_INT, made_output, step, has_step, "いまの段階"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("ChildStepMade", struct made_output, made_fields);

struct stepping {
    struct req *req;
    struct step_row row;
    int now; /* filled: the step that holds from now on */
};

static enum err step_run(struct tx *tx, void *arg, struct fail *why)
{
    struct stepping *s = arg;
    const struct access_entry access = access_of(s->req);
    struct step_row *rows = NULL;
    size_t n = 0;
    bool was_there = false;
    enum err rc = step_store_list(tx, NULL, s->row.child, tx_arena(tx), &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        was_there = was_there || id_eq(rows[i].id, s->row.id);
    if (rc == ERR_OK && !was_there && s->row.is_back && !step_holds(rows, n, s->row.step))
        rc = fail_set(why, ERR_CONFLICT, "not at that step");
    if (rc == ERR_OK)
        rc = step_store_add(tx, &s->row, &was_there, why);
    if (rc == ERR_OK)
        rc = step_store_list(tx, NULL, s->row.child, tx_arena(tx), &rows, &n, why);
    s->now = step_now(rows, n);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void step_done(void *arg, enum err rc, const struct fail *why)
{
    const struct stepping *s = arg;
    const struct made_output out = {s->row.id, s->now, s->now >= 0};

    if (rc == ERR_OK) {
        s->req->access_recorded = 1;
        reply_json(s->req, 201, &out);
    } else if (rc == ERR_CONFLICT) {
        reply_problem(s->req, 409, "not-at-step",
                      "いま、その段階の記録がないので、「もどった」とは書けません。");
    } else {
        reply_fail(s->req, why);
    }
}

/* What the shape cannot say. A day is at most a school year ago. */
static enum err check_step(const struct req *req, const struct step_input *in, struct fail *why)
{
    int64_t begin;

    if (!day_begin(in->on, &begin) || begin > req->now_utc_us ||
        begin < req->now_utc_us - 400 * INT64_C(86400) * 1000000)
        return fail_field(why, ERR_INVALID, "/on", "a day of the last year");
    if (jx_choice_find(step_kinds((int)in->step), in->kind) < 0)
        return fail_field(why, ERR_INVALID, "/kind", "no kind of that step");
    if (in->step == 3 && !in->has_place && !in->is_back)
        return fail_field(why, ERR_INVALID, "/place", "where");
    return ERR_OK;
}

static enum err check_role(const struct req *req, const struct step_input *in, struct fail *why)
{
    /* Step 1 is noted by the node; that it is over, staff may say earlier. */
    unsigned roles = in->step == 1 && in->is_back ? CHILD_STAFF : step_roles((int)in->step);

    return (ROLE_BIT(req->caller.role) & roles) != 0
               ? ERR_OK
               : fail_set(why, ERR_DENIED, "not this step by this role");
}

static void note_step(struct req *req)
{
    const struct step_input *in = req->input;
    struct stepping *s = req_alloc(req, sizeof *s);
    const struct writer_op op = {step_run, step_done, s};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (s == NULL)
        return;
    rc = child_of_path(req, &why);
    if (rc == ERR_OK && check_role(req, in, &why) != ERR_OK) {
        reply_problem(req, 403, "step-role",
                      "この段階は、学校の先生が記録します。段階1は自動で記録されます。");
        return;
    }
    if (rc == ERR_OK)
        rc = check_step(req, in, &why);
    *s = (struct stepping){.req = req,
                           .row = {.id = in->id,
                                   .child = req->person,
                                   .step = (int)in->step,
                                   .on = in->on,
                                   .kind = in->kind,
                                   .is_back = in->is_back,
                                   .who = place_decider_of(req)}};
    if (rc == ERR_OK && in->has_place)
        rc = child_seal(req, STEP_TABLE, "place_sealed", in->id, req->person, in->place,
                        &s->row.place_sealed, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route child_routes[CHILD_ROUTES_N] = {
    {.name = "children.show",
     .method = HTTP_GET,
     .path = "/api/v1/children/{id}",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &child_shape,
     .summary_ja = "児童生徒の段階と接点を見る",
     .handle = show_child},
    {.name = "children.step",
     .method = HTTP_POST,
     .path = "/api/v1/children/{id}/steps",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &input_shape,
     .output = &made_shape,
     .summary_ja = "児童生徒の段階を記録する",
     .handle = note_step},
};

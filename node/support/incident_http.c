/* Staff see, report and work on incidents (AI-4.4-カ-ハ-1b, KP-3-安全-4). Of whom one may not
 * know, one sees no incident; those about nobody are the desk's. */
#include "node/support/call.h"
#include "node/support/incident.h"
#include "node/support/procedure.h"
#include "node/support/support.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"

#define PAGE SUPPORT_PAGE

/* ---- GET /api/v1/incidents, GET /api/v1/incidents/{incident} ---- */

struct step_output {
    struct id id, by, told;
    int64_t at, opened_at, n_made, urgency, severity, tick;
    int act;
    struct span role, by_name, told_name, text;
    bool has_by, has_role, has_by_name, has_told, has_told_name, has_text, has_opened_at,
        has_grade, has_tick;
};
static const struct jx_field step_fields[] = {
    PLACE_FIELD(JX_ID, step_output, id, "記録のID"),
    PLACE_FIELD(JX_TIME, step_output, at, "いつ"),
    PLACE_CHOICE(step_output, act, INCIDENT_ACTS, "何を"),
    PLACE_MAYBE(JX_ID, step_output, by, has_by, "だれが"),
    PLACE_MAYBE(JX_TEXT, step_output, by_name, has_by_name, "その表示名"),
    PLACE_MAYBE(JX_TEXT, step_output, role, has_role, "その役割"),
    PLACE_MAYBE(JX_ID, step_output, told, has_told, "だれに知らせたか"),
    PLACE_MAYBE(JX_TEXT, step_output, told_name, has_told_name, "その表示名"),
    PLACE_FIELD(JX_INT, step_output, n_made, "いくつの宛先に知らせたか"),
    PLACE_MAYBE(JX_TIME, step_output, opened_at, has_opened_at, "そのお知らせが開かれた時刻"),
    PLACE_MAYBE(JX_INT, step_output, urgency, has_grade, "変えたあとの緊急性"),
    PLACE_MAYBE(JX_INT, step_output, severity, has_grade, "変えたあとの深刻性"),
    PLACE_MAYBE(JX_INT, step_output, tick, has_tick, "手順の何番目か"),
    SUPPORT_TEXT_MAYBE(step_output, text, has_text, "職員の書いたこと"),
};
static const struct jx_shape step_shape =
    JX_SHAPE("IncidentStep", struct step_output, step_fields);

struct case_output {
    struct id incident, account, by, line, taken_by;
    int64_t at, urgency, severity, read_at, taken_at, closed_at, n_told;
    int kind, state;
    struct span display_name, login, by_name, role, floor, template, procedure, text, quote,
        taken_by_name;
    struct jx_list steps;
    bool has_account, has_display, has_login, has_by, has_by_name, has_role, has_line,
        has_floor, has_template, has_procedure, has_text, has_quote, has_read_at, has_taken_at,
        has_taken_by, has_taken_by_name, has_closed_at;
};
static const struct jx_field case_fields[] = {
    PLACE_FIELD(JX_ID, case_output, incident, "報告のID"),
    PLACE_FIELD(JX_TIME, case_output, at, "いつ"),
    PLACE_CHOICE(case_output, kind, INCIDENT_KINDS, "種類"),
    PLACE_FIELD(JX_INT, case_output, urgency, "緊急性（1〜3）"),
    PLACE_FIELD(JX_INT, case_output, severity, "深刻性（1〜3）"),
    PLACE_CHOICE(case_output, state, INCIDENT_STATES, "どうなったか"),
    PLACE_MAYBE(JX_ID, case_output, account, has_account, "だれについてか"),
    PLACE_MAYBE(JX_TEXT, case_output, display_name, has_display, "表示名"),
    PLACE_MAYBE(JX_TEXT, case_output, login, has_login, "ID"),
    PLACE_MAYBE(JX_ID, case_output, by, has_by, "だれが"),
    PLACE_MAYBE(JX_TEXT, case_output, by_name, has_by_name, "その表示名"),
    PLACE_MAYBE(JX_TEXT, case_output, role, has_role, "その役割"),
    PLACE_MAYBE(JX_ID, case_output, line, has_line, "どの発言か"),
    PLACE_MAYBE(JX_TEXT, case_output, floor, has_floor, "どのフロアか"),
    PLACE_MAYBE(JX_TEXT, case_output, template, has_template, "どの文例か"),
    PLACE_MAYBE(JX_TEXT, case_output, procedure, has_procedure, "どの手順か"),
    PLACE_MAYBE(JX_TIME, case_output, read_at, has_read_at, "読まれた時刻"),
    PLACE_MAYBE(JX_TIME, case_output, taken_at, has_taken_at, "担当が決まった時刻"),
    PLACE_MAYBE(JX_ID, case_output, taken_by, has_taken_by, "だれが担当か"),
    PLACE_MAYBE(JX_TEXT, case_output, taken_by_name, has_taken_by_name, "その表示名"),
    PLACE_MAYBE(JX_TIME, case_output, closed_at, has_closed_at, "終わりにした時刻"),
    PLACE_FIELD(JX_INT, case_output, n_told, "担当に知らせた回数"),
    SUPPORT_TEXT_MAYBE(case_output, text, has_text, "書いたこと（一件を見るとき）"),
    PLACE_MAYBE(JX_TEXT, case_output, quote, has_quote, "問題になった発言（一件を見るとき）"),
    {.name = "steps",
     .type = JX_LIST,
     .shape = &step_shape,
     .offset = offsetof(struct case_output, steps),
     .title_ja = "したことの記録（一件を見るとき）"},
};
static const struct jx_shape case_shape =
    JX_SHAPE("IncidentCase", struct case_output, case_fields);

struct cases_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field cases_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &case_shape,
     .most = PAGE,
     .offset = offsetof(struct cases_output, items),
     .title_ja = "報告（新しい順）"},
    PLACE_MAYBE(JX_TEXT, cases_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape cases_shape =
    JX_SHAPE("IncidentCases", struct cases_output, cases_fields);

static struct case_output case_of(const struct incident_listed *incident,
                                  const struct support_names *names)
{
    const struct incident_row *row = &incident->row;
    const struct incident_facts *facts = &incident->facts;
    struct case_output out = {
        .incident = row->id,
        .at = row->at_utc_us,
        .kind = (int)row->kind,
        .urgency = facts->urgency,
        .severity = facts->severity,
        .state = (int)incident_state_of(facts),
        .account = row->account,
        .has_account = !id_is_none(row->account),
        .display_name = support_display(names, row->account),
        .login = support_login(names, row->account),
        .by = row->by,
        .has_by = !id_is_none(row->by),
        .by_name = support_display(names, row->by),
        .role = row->role,
        .has_role = row->role.len > 0,
        .line = row->line,
        .has_line = !id_is_none(row->line),
        .floor = row->floor,
        .has_floor = row->floor.len > 0,
        .template = row->template,
        .has_template = row->template.len > 0,
        .procedure = row->procedure,
        .has_procedure = row->procedure.len > 0,
        .read_at = facts->read_utc_us,
        .has_read_at = facts->read_utc_us != 0,
        .taken_at = facts->taken_utc_us,
        .has_taken_at = facts->taken_utc_us != 0,
        .taken_by = facts->taken_by,
        .has_taken_by = !id_is_none(facts->taken_by),
        .taken_by_name = support_display(names, facts->taken_by),
        .closed_at = facts->closed_utc_us,
        .has_closed_at = facts->closed_utc_us != 0,
        .n_told = facts->n_told,
    };

    out.has_display = out.display_name.len > 0;
    out.has_login = out.login.len > 0;
    out.has_by_name = out.by_name.len > 0;
    out.has_taken_by_name = out.taken_by_name.len > 0;
    return out;
}

static void ask_names(struct support_names *names, const struct incident_listed *incident)
{
    support_names_ask(names, incident->row.account);
    support_names_ask(names, incident->row.by);
    support_names_ask(names, incident->facts.taken_by);
}

static enum err read_ask(const struct req *req, struct incident_ask *ask, struct fail *why)
{
    enum err rc = place_query_row(req, "before", &ask->before_utc_us, &ask->before, why);

    ask->n_cap = support_look(req);
    ask->school = support_school(req);
    ask->reader = req->caller.account;
    ask->is_open_only = !span_eq(req_query(req, "state"), SPAN("all"));
    return rc == ERR_OK ? place_query_id(req, "account", &ask->account, why) : rc;
}

static void list_incidents(struct req *req)
{
    struct incident_ask ask = {.n_cap = 0};
    struct cases_output out = {.has_next = false};
    struct incident_listed *rows = NULL;
    struct case_output *items = NULL;
    struct support_names names;
    struct fail why = {.code = ERR_OK};
    size_t n = 0, n_shown = 0;
    enum err rc = read_ask(req, &ask, &why);

    if (rc == ERR_OK)
        rc = incident_store_list(NULL, req->db, &ask, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        rc = support_names_open(req, 3 * n, &names, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "incidents") : ERR_OK;
    }
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    for (size_t i = 0; i < n; i++)
        ask_names(&names, &rows[i]);
    if (!support_names_read(req, &names))
        return;
    for (size_t i = 0; i < n && n_shown <= PAGE; i++)
        if (support_may_see(req, &names, rows[i].row.account))
            items[n_shown++] = case_of(&rows[i], &names);
    out.has_next = n_shown > PAGE;
    out.items = (struct jx_list){items, out.has_next ? PAGE : n_shown};
    if (out.has_next)
        out.next = place_row_text(req, items[PAGE - 1].at, items[PAGE - 1].incident);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

static void put_step(struct req *req, const struct incident_step_row *row,
                     const struct support_names *names, struct step_output *out)
{
    *out = (struct step_output){
        .id = row->id,
        .at = row->at_utc_us,
        .act = (int)row->act,
        .by = row->by,
        .has_by = !id_is_none(row->by),
        .by_name = support_display(names, row->by),
        .role = row->role,
        .has_role = row->role.len > 0,
        .told = row->told,
        .has_told = !id_is_none(row->told),
        .told_name = support_display(names, row->told),
        .n_made = row->n_made,
        .urgency = row->urgency,
        .severity = row->severity,
        .has_grade = row->urgency != 0,
        .tick = row->tick,
        .has_tick = row->tick != 0,
        .text =
            support_unseal(req, INCIDENT_STEP_TABLE, "text_sealed", row->id, row->text_sealed),
    };
    out->has_by_name = out->by_name.len > 0;
    out->has_told_name = out->told_name.len > 0;
    out->has_text = out->text.len > 0;
    if (row->n_made > 0)
        out->opened_at = support_opened(req, row->id, row->told);
    out->has_opened_at = out->opened_at != 0;
}

/* The incident of the path, if the caller may know of it; what is hidden asks the database the
 * same as what is missing. False: answered. */
static bool find_incident(struct req *req, struct incident_listed *out,
                          struct incident_step_row **steps, size_t *n,
                          struct support_names *names)
{
    struct fail why = {.code = ERR_OK};
    enum err found, rc = support_path_id(req, "incident", &why);

    *out = (struct incident_listed){.row = {.account = ID_NONE}};
    found = rc == ERR_OK
                ? incident_store_find(NULL, req->db, req->object, req->arena, out, &why)
                : rc;
    rc = found == ERR_NOT_FOUND ? ERR_OK : found;
    if (rc == ERR_OK)
        rc = incident_store_steps(NULL, req->db, req->object, req->arena, steps, n, &why);
    if (rc == ERR_OK)
        rc = support_names_open(req, 3 + 2 * *n, names, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    ask_names(names, out);
    for (size_t i = 0; i < *n; i++) {
        support_names_ask(names, (*steps)[i].by);
        support_names_ask(names, (*steps)[i].told);
    }
    if (!support_names_read(req, names))
        return false;
    req->person = out->row.account;
    if (found == ERR_OK && !incident_is_hidden(&out->row, req->caller.account) &&
        support_may_see(req, names, out->row.account))
        return true;
    if (found == ERR_OK)
        fail_set(&why, ERR_DENIED, "not of those he may know");
    req->n_shown = 0;
    reply_fail(req, &why);
    return false;
}

static void show_incident(struct req *req)
{
    struct incident_listed incident;
    struct incident_step_row *steps = NULL;
    struct step_output *items;
    struct support_names names;
    struct case_output out;
    size_t n = 0;

    if (!find_incident(req, &incident, &steps, &n, &names))
        return;
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        put_step(req, &steps[i], &names, &items[i]);
    out = case_of(&incident, &names);
    out.text = support_unseal(req, INCIDENT_TABLE, "text_sealed", incident.row.id,
                              incident.row.text_sealed);
    out.has_text = out.text.len > 0;
    out.quote = support_unseal(req, INCIDENT_TABLE, "quote_sealed", incident.row.id,
                               incident.row.quote_sealed);
    out.has_quote = out.quote.len > 0;
    out.steps = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/incidents/{incident}/act ---- */

struct act_input {
    struct id id;
    int act;
    int64_t urgency, severity, tick;
    struct span text;
    bool has_urgency, has_severity, has_tick, has_text;
};
#define STAFF_ACTS "read|take|note|grade|tick|close"
static const enum incident_act staff_acts[] = {INCIDENT_READ,  INCIDENT_TAKE, INCIDENT_NOTE,
                                               INCIDENT_GRADE, INCIDENT_TICK, INCIDENT_CLOSE};
#define OPTIONAL_INT(name_, has_, most_, title) \
    { \
        .name = #name_, .type = JX_INT, .flags = JX_OPTIONAL, .least = 1, .most = (most_), \
        .offset = offsetof(struct act_input, name_), \
        .has_offset = offsetof(struct act_input, has_), .title_ja = (title) \
    }
static const struct jx_field act_fields[] = {
    PLACE_FIELD(JX_ID, act_input, id, "操作のID"),
    PLACE_CHOICE(act_input, act, STAFF_ACTS, "何をするか"),
    OPTIONAL_INT(urgency, has_urgency, 3, "緊急性"),
    OPTIONAL_INT(severity, has_severity, 3, "深刻性"),
    OPTIONAL_INT(tick, has_tick, PROCEDURE_STEPS_MOST, "手順の何番目か"),
    SUPPORT_TEXT_MAYBE(act_input, text, has_text, "書きのこすこと"),
};
static const struct jx_shape act_shape = JX_SHAPE("IncidentAct", struct act_input, act_fields);

struct acted_output {
    struct id incident;
    int state;
    int64_t urgency, severity;
};
static const struct jx_field acted_fields[] = {
    PLACE_FIELD(JX_ID, acted_output, incident, "報告のID"),
    PLACE_CHOICE(acted_output, state, INCIDENT_STATES, "どうなったか"),
    PLACE_FIELD(JX_INT, acted_output, urgency, "緊急性"),
    PLACE_FIELD(JX_INT, acted_output, severity, "深刻性"),
};
static const struct jx_shape acted_shape =
    JX_SHAPE("IncidentActed", struct acted_output, acted_fields);

struct acting {
    struct req *req;
    struct incident_listed incident; /* before it: a run may come again, so none changes it */
    struct incident_listed after;
    struct incident_step_row step;
    bool is_call; /* it became grave by this */
};

/* What became grave goes to those on duty from now on. */
static enum err graded(struct tx *tx, struct acting *a, struct fail *why)
{
    const struct duty_call call = {.id = a->step.incident,
                                   .purpose = DUTY_INCIDENT,
                                   .account = a->step.account,
                                   .set_utc_us = a->step.at_utc_us,
                                   .due_utc_us = a->step.at_utc_us};

    a->is_call = incident_is_grave(a->step.urgency, a->step.severity) &&
                 !incident_is_grave(a->incident.facts.urgency, a->incident.facts.severity) &&
                 a->incident.row.kind != INCIDENT_DRILL;
    return a->is_call ? duty_store_call_set(tx, &call, why) : ERR_OK;
}

static enum err follow(struct tx *tx, struct acting *a, struct fail *why)
{
    switch (a->step.act) {
    case INCIDENT_GRADE:
        return graded(tx, a, why);
    case INCIDENT_READ:
    case INCIDENT_TAKE:
    case INCIDENT_CLOSE: /* a grave one is reported all the same */
        return call_read(tx, a->step.incident, a->step.by, a->step.at_utc_us, why);
    case INCIDENT_SENT:
    case INCIDENT_PASSED:
    case INCIDENT_ALL:
    case INCIDENT_NOTE:
    case INCIDENT_TICK:
    case INCIDENT_ACT_N:
        break;
    }
    return ERR_OK;
}

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct acting *a = arg;
    const struct access_entry access = access_of(a->req);
    bool was_there = false;
    enum err rc = incident_store_step(tx, &a->step, &was_there, why);

    a->is_call = false;
    if (rc == ERR_OK && !was_there)
        rc = follow(tx, a, why);
    if (rc == ERR_OK)
        rc = incident_store_find(tx, NULL, a->step.incident, a->req->arena, &a->after, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct acting *a = arg;
    struct acted_output out;

    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    if (a->is_call)
        incident_told(a->req->services, &a->after.row);
    out = (struct acted_output){a->step.incident, (int)incident_state_of(&a->after.facts),
                                a->after.facts.urgency, a->after.facts.severity};
    reply_json(a->req, 200, &out);
}

static enum err check_act(const struct acting *a, const struct act_input *in, struct fail *why)
{
    const struct procedure *procedure = procedure_find(a->incident.row.procedure);
    enum incident_act act = staff_acts[in->act];

    if (act == INCIDENT_NOTE && !in->has_text)
        return fail_field(why, ERR_INVALID, "text", "a note without text");
    if (act == INCIDENT_GRADE && (!in->has_urgency || !in->has_severity))
        return fail_field(why, ERR_INVALID, in->has_urgency ? "severity" : "urgency",
                          "a grade without its numbers");
    if (act == INCIDENT_TICK &&
        (procedure == NULL || !in->has_tick || in->tick > procedure_n_steps(procedure)))
        return fail_field(why, ERR_INVALID, "tick", "no such step of a procedure");
    return ERR_OK;
}

static enum err start_act(struct acting *a, const struct act_input *in, struct fail *why)
{
    struct req *req = a->req;
    enum incident_act act = staff_acts[in->act];
    const struct writer_op op = {act_run, act_done, a};
    enum err rc = check_act(a, in, why);

    a->step = (struct incident_step_row){
        .id = in->id,
        .at_utc_us = req->now_utc_us,
        .incident = req->object,
        .account = a->incident.row.account,
        .act = act,
        .by = req->caller.account,
        .role = support_role(req),
        .urgency = act == INCIDENT_GRADE ? in->urgency : 0,
        .severity = act == INCIDENT_GRADE ? in->severity : 0,
        .tick = act == INCIDENT_TICK ? in->tick : 0,
    };
    if (rc == ERR_OK)
        rc = incident_seal(req->services, INCIDENT_STEP_TABLE, "text_sealed", in->id,
                           a->step.account, req->caller.account,
                           in->has_text ? in->text : SPAN_NONE, req->arena,
                           &a->step.text_sealed, why);
    return rc == ERR_OK ? writer_post(req->services->writer, &op, why) : rc;
}

static void act(struct req *req)
{
    struct acting *a = req_alloc(req, sizeof *a);
    struct incident_step_row *steps = NULL;
    struct support_names names;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (a == NULL)
        return;
    *a = (struct acting){.req = req};
    if (!find_incident(req, &a->incident, &steps, &n, &names))
        return;
    req->n_shown = 0;
    if (start_act(a, req->input, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route incident_routes[INCIDENT_ROUTES_N] = {
    {.name = "incidents.list",
     .method = HTTP_GET,
     .path = "/api/v1/incidents",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &cases_shape,
     .summary_ja = "報告の一覧を見る（終わっていないもの。state=all ですべて）",
     .handle = list_incidents},
    {.name = "incidents.show",
     .method = HTTP_GET,
     .path = "/api/v1/incidents/{incident}",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &case_shape,
     .summary_ja = "一つの報告と、したことの記録を見る",
     .handle = show_incident},
    {.name = "incidents.act",
     .method = HTTP_POST,
     .path = "/api/v1/incidents/{incident}/act",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &act_shape,
     .output = &acted_shape,
     .summary_ja =
         "報告を読んだ・担当する・書き足す・段階を変える・手順を終えた・終わりにしたと"
         "記す",
     .handle = act},
};

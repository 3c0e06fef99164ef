/* Staff report what happened, or begin a procedure (AI-4.4-カ-ハ-1b, KP-3-安全-4). */
#include "node/support/incident.h"
#include "node/support/procedure.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"

#define GRADE_FIELD(struct_, name_, title) \
    { \
        .name = #name_, .type = JX_INT, .least = 1, .most = 3, \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

/* ---- POST /api/v1/incidents ---- */

struct new_input {
    struct id id, account;
    int kind;
    int64_t urgency, severity;
    struct span floor, procedure, text;
    bool has_account, has_floor, has_procedure, has_text;
};
#define HAND_KINDS "manual|drill"
static const struct jx_field new_fields[] = {
    PLACE_FIELD(JX_ID, new_input, id, "操作のID"),
    PLACE_CHOICE(new_input, kind, HAND_KINDS, "報告か訓練か"),
    PLACE_MAYBE(JX_ID, new_input, account, has_account, "だれについてか"),
    GRADE_FIELD(new_input, urgency, "緊急性"),
    GRADE_FIELD(new_input, severity, "深刻性"),
    {.name = "floor",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct new_input, floor),
     .has_offset = offsetof(struct new_input, has_floor),
     .title_ja = "フロア"},
    {.name = "procedure",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct new_input, procedure),
     .has_offset = offsetof(struct new_input, has_procedure),
     .title_ja = "手順"},
    SUPPORT_TEXT_MAYBE(new_input, text, has_text, "何があったか"),
};
static const struct jx_shape new_shape =
    JX_SHAPE("IncidentReport", struct new_input, new_fields);

struct made_output {
    struct id incident;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, incident, "報告のID"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("IncidentMade", struct made_output, made_fields);

struct making {
    struct req *req;
    struct incident_new incident;
};

static enum err make_run(struct tx *tx, void *arg, struct fail *why)
{
    struct making *m = arg;
    const struct access_entry access = access_of(m->req);
    enum err rc = incident_put(m->req->services, tx, &m->incident, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void make_done(void *arg, enum err rc, const struct fail *why)
{
    struct making *m = arg;
    const struct made_output out = {m->incident.row.id};

    if (rc != ERR_OK) {
        reply_fail(m->req, why);
        return;
    }
    m->req->access_recorded = 1;
    if (!m->incident.was_there)
        incident_told(m->req->services, &m->incident.row);
    reply_json(m->req, 201, &out);
}

/* The person a report is about is one the caller may know. False: answered. */
static bool check_account(struct req *req, struct id account)
{
    struct support_names names;
    struct fail why = {.code = ERR_OK};

    if (support_names_open(req, 1, &names, &why) != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    support_names_ask(&names, account);
    if (!support_names_read(req, &names))
        return false;
    req->n_shown = 0;
    req->person = account;
    if (support_may_see(req, &names, account))
        return true;
    fail_field(&why, ERR_NOT_FOUND, "account", "nobody he may know");
    reply_fail(req, &why);
    return false;
}

static void make_incident(struct req *req)
{
    const struct new_input *in = req->input;
    struct making *m = req_alloc(req, sizeof *m);
    const struct writer_op op = {make_run, make_done, m};
    struct fail why = {.code = ERR_OK};

    if (m == NULL || !check_account(req, in->has_account ? in->account : ID_NONE))
        return;
    if (in->has_procedure && procedure_find(in->procedure) == NULL) {
        fail_field(&why, ERR_INVALID, "procedure", "no such procedure");
        reply_fail(req, &why);
        return;
    }
    *m = (struct making){
        .req = req,
        .incident = {.row = {.id = in->id,
                             .at_utc_us = req->now_utc_us,
                             .account = in->has_account ? in->account : ID_NONE,
                             .kind = in->kind == 0 ? INCIDENT_MANUAL : INCIDENT_DRILL,
                             .urgency = in->urgency,
                             .severity = in->severity,
                             .floor = in->has_floor ? in->floor : SPAN(""),
                             .template = SPAN(""),
                             .procedure = in->has_procedure ? in->procedure : SPAN(""),
                             .by = req->caller.account,
                             .role = support_role(req)},
                     .text = in->has_text ? in->text : SPAN_NONE}};
    req->object = in->id;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- GET /api/v1/procedures ---- */

struct procedure_step_output {
    int64_t n, within_min;
    struct span text, who;
    bool has_within;
};
static const struct jx_field procedure_step_fields[] = {
    PLACE_FIELD(JX_INT, procedure_step_output, n, "何番目か"),
    PLACE_FIELD(JX_TEXT, procedure_step_output, text, "何をするか"),
    PLACE_FIELD(JX_TEXT, procedure_step_output, who, "だれが"),
    PLACE_MAYBE(JX_INT, procedure_step_output, within_min, has_within, "何分以内に"),
};
static const struct jx_shape procedure_step_shape =
    JX_SHAPE("ProcedureStep", struct procedure_step_output, procedure_step_fields);
struct procedure_output {
    struct span id, title;
    struct jx_list steps;
};
static const struct jx_field procedure_fields[] = {
    PLACE_FIELD(JX_TEXT, procedure_output, id, "手順の記号"),
    PLACE_FIELD(JX_TEXT, procedure_output, title, "何のときの手順か"),
    {.name = "steps",
     .type = JX_LIST,
     .shape = &procedure_step_shape,
     .offset = offsetof(struct procedure_output, steps),
     .title_ja = "すること"},
};
static const struct jx_shape procedure_shape =
    JX_SHAPE("Procedure", struct procedure_output, procedure_fields);
struct procedures_output {
    struct jx_list items;
};
static const struct jx_field procedures_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &procedure_shape,
     .offset = offsetof(struct procedures_output, items),
     .title_ja = "手順のカード"},
};
static const struct jx_shape procedures_shape =
    JX_SHAPE("Procedures", struct procedures_output, procedures_fields);

static bool put_procedure(struct req *req, const struct procedure *from,
                          struct procedure_output *out)
{
    int n = procedure_n_steps(from);
    struct procedure_step_output *steps = req_alloc(req, ((size_t)n + 1) * sizeof *steps);

    if (steps == NULL)
        return false;
    for (int i = 0; i < n; i++)
        steps[i] = (struct procedure_step_output){
            .n = i + 1,
            .text = span_text(from->steps[i].text_ja),
            .who = span_text(from->steps[i].who_ja),
            .within_min = from->steps[i].within_min,
            .has_within = from->steps[i].within_min > 0,
        };
    *out = (struct procedure_output){
        span_text(from->id), span_text(from->title_ja), {steps, (size_t)n}};
    return true;
}

static void list_procedures(struct req *req)
{
    struct procedure_output *items = req_alloc(req, PROCEDURES_N * sizeof *items);
    const struct procedures_output out = {{items, PROCEDURES_N}};

    if (items == NULL)
        return;
    for (size_t i = 0; i < PROCEDURES_N; i++)
        if (!put_procedure(req, &procedures[i], &items[i]))
            return;
    reply_json(req, 200, &out);
}

const struct route incident_report_routes[INCIDENT_REPORT_ROUTES_N] = {
    {.name = "incidents.report",
     .method = HTTP_POST,
     .path = "/api/v1/incidents",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_DESK,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &new_shape,
     .output = &made_shape,
     .summary_ja = "トラブルや心配なことを報告する・手順を始める",
     .handle = make_incident},
    {.name = "procedures.list",
     .method = HTTP_GET,
     .path = "/api/v1/procedures",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &procedures_shape,
     .summary_ja = "迷惑行為・いじめ・危機介入の手順を見る",
     .handle = list_procedures},
};

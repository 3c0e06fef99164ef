/* Staff see calls for help and answer them. Of whom one may not know, one sees no call. */
#include "node/support/call.h"
#include "node/support/incident.h"
#include "node/support/support.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"
#include "node/support/support_say.h"

#define PAGE SUPPORT_PAGE

/* ---- GET /api/v1/sos, GET /api/v1/sos/{sos} ---- */

struct step_output {
    struct id id, by, told;
    int64_t at, opened_at, n_made;
    int act;
    struct span role, by_name, told_name, text;
    bool has_by, has_role, has_by_name, has_told, has_told_name, has_text, has_opened_at;
};
static const struct jx_field step_fields[] = {
    PLACE_FIELD(JX_ID, step_output, id, "記録のID"),
    PLACE_FIELD(JX_TIME, step_output, at, "いつ"),
    PLACE_CHOICE(step_output, act, SOS_ACTS_SHOWN, "何を"),
    PLACE_MAYBE(JX_ID, step_output, by, has_by, "だれが"),
    PLACE_MAYBE(JX_TEXT, step_output, by_name, has_by_name, "その表示名"),
    PLACE_MAYBE(JX_TEXT, step_output, role, has_role, "その役割"),
    PLACE_MAYBE(JX_ID, step_output, told, has_told, "だれに知らせたか"),
    PLACE_MAYBE(JX_TEXT, step_output, told_name, has_told_name, "その表示名"),
    PLACE_FIELD(JX_INT, step_output, n_made, "いくつの宛先に知らせたか"),
    PLACE_MAYBE(JX_TIME, step_output, opened_at, has_opened_at, "そのお知らせが開かれた時刻"),
    SUPPORT_TEXT_MAYBE(step_output, text, has_text, "職員の書いたこと"),
};
static const struct jx_shape step_shape = JX_SHAPE("SosStep", struct step_output, step_fields);

struct case_output {
    struct id sos, account, answered_by;
    int64_t at, client_at, undo_until, seen_at, answered_at, closed_at, n_told;
    int state;
    bool is_open_hours;
    struct span display_name, login, kind, page, answered_by_name;
    struct jx_list steps;
    bool has_display, has_login, has_kind, has_page, has_client_at, has_seen_at,
        has_answered_at, has_answered_by, has_answered_by_name, has_closed_at;
};
static const struct jx_field case_fields[] = {
    PLACE_FIELD(JX_ID, case_output, sos, "SOSのID"),
    PLACE_FIELD(JX_TIME, case_output, at, "届いた時刻"),
    PLACE_FIELD(JX_ID, case_output, account, "だれが"),
    PLACE_MAYBE(JX_TEXT, case_output, display_name, has_display, "表示名"),
    PLACE_MAYBE(JX_TEXT, case_output, login, has_login, "ID"),
    PLACE_MAYBE(JX_TEXT, case_output, kind, has_kind, "どんなことか"),
    PLACE_MAYBE(JX_TEXT, case_output, page, has_page, "どの画面から"),
    PLACE_MAYBE(JX_TIME, case_output, client_at, has_client_at, "端末の時計で押した時刻"),
    PLACE_FIELD(JX_BOOL, case_output, is_open_hours, "開設時間のなかか"),
    PLACE_FIELD(JX_TIME, case_output, undo_until, "いつまで取り消せるか"),
    PLACE_CHOICE(case_output, state, SOS_STATES, "どうなったか"),
    PLACE_MAYBE(JX_TIME, case_output, seen_at, has_seen_at, "確認された時刻"),
    PLACE_MAYBE(JX_TIME, case_output, answered_at, has_answered_at, "応答された時刻"),
    PLACE_MAYBE(JX_ID, case_output, answered_by, has_answered_by, "だれが応答したか"),
    PLACE_MAYBE(JX_TEXT, case_output, answered_by_name, has_answered_by_name, "その表示名"),
    PLACE_MAYBE(JX_TIME, case_output, closed_at, has_closed_at, "終わりにした時刻"),
    PLACE_FIELD(JX_INT, case_output, n_told, "当番に知らせた回数"),
    {.name = "steps",
     .type = JX_LIST,
     .shape = &step_shape,
     .offset = offsetof(struct case_output, steps),
     .title_ja = "したことの記録（一件を見るとき）"},
};
static const struct jx_shape case_shape = JX_SHAPE("SosCase", struct case_output, case_fields);

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
     .title_ja = "SOS（新しい順）"},
    PLACE_MAYBE(JX_TEXT, cases_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape cases_shape =
    JX_SHAPE("SosCases", struct cases_output, cases_fields);

static struct case_output case_of(const struct sos_listed *sos,
                                  const struct support_names *names)
{
    const struct sos_row *row = &sos->row;
    const struct sos_facts *facts = &sos->facts;
    struct case_output out = {
        .sos = row->id,
        .at = row->at_utc_us,
        .account = row->account,
        .display_name = support_display(names, row->account),
        .login = support_login(names, row->account),
        .kind = row->kind,
        .has_kind = row->kind.len > 0,
        .page = row->page,
        .has_page = row->page.len > 0,
        .client_at = row->client_utc_us,
        .has_client_at = row->has_client_at,
        .is_open_hours = row->is_open_hours,
        .undo_until = row->undo_until_utc_us,
        .state = (int)sos_state_of(facts),
        .seen_at = facts->seen_utc_us,
        .has_seen_at = facts->seen_utc_us != 0,
        .answered_at = facts->answered_utc_us,
        .has_answered_at = facts->answered_utc_us != 0,
        .answered_by = facts->answered_by,
        .has_answered_by = !id_is_none(facts->answered_by),
        .answered_by_name = support_display(names, facts->answered_by),
        .closed_at = facts->closed_utc_us,
        .has_closed_at = facts->closed_utc_us != 0,
        .n_told = facts->n_told,
    };

    out.has_display = out.display_name.len > 0;
    out.has_login = out.login.len > 0;
    out.has_answered_by_name = out.answered_by_name.len > 0;
    return out;
}

static void list_sos(struct req *req)
{
    struct sos_ask ask = {.n_cap = support_look(req),
                          .school = support_school(req),
                          .is_open_only = !span_eq(req_query(req, "state"), SPAN("all"))};
    struct cases_output out = {.has_next = false};
    struct sos_listed *rows = NULL;
    struct case_output *items = NULL;
    struct support_names names;
    struct fail why = {.code = ERR_OK};
    size_t n = 0, n_shown = 0;
    enum err rc = place_query_row(req, "before", &ask.before_utc_us, &ask.before, &why);

    if (rc == ERR_OK)
        rc = sos_store_list(NULL, req->db, &ask, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        rc = support_names_open(req, 2 * n, &names, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "calls") : ERR_OK;
    }
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    names.is_of_calls = true;
    for (size_t i = 0; i < n; i++) {
        support_names_ask(&names, rows[i].row.account);
        support_names_ask(&names, rows[i].facts.answered_by);
    }
    if (!support_names_read(req, &names))
        return;
    for (size_t i = 0; i < n && n_shown <= PAGE; i++)
        if (support_may_see(req, &names, rows[i].row.account))
            items[n_shown++] = case_of(&rows[i], &names);
    out.has_next = n_shown > PAGE;
    out.items = (struct jx_list){items, out.has_next ? PAGE : n_shown};
    if (out.has_next)
        out.next = place_row_text(req, items[PAGE - 1].at, items[PAGE - 1].sos);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

static void put_step(struct req *req, const struct sos_step_row *row,
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
        .text = support_unseal(req, SOS_STEP_TABLE, "text_sealed", row->id, row->text_sealed),
    };
    out->has_by_name = out->by_name.len > 0;
    out->has_told_name = out->told_name.len > 0;
    out->has_text = out->text.len > 0;
    if (row->n_made > 0)
        out->opened_at = support_opened(req, row->id, row->told);
    out->has_opened_at = out->opened_at != 0;
}

/* The call of the path, if the caller may know of it; what is hidden asks the database the same
 * as what is missing. False: answered. */
static bool find_case(struct req *req, struct sos_listed *sos, struct sos_step_row **steps,
                      size_t *n, struct support_names *names)
{
    struct fail why = {.code = ERR_OK};
    enum err found, rc = support_path_id(req, "sos", &why);

    *sos = (struct sos_listed){.row = {.account = ID_NONE}};
    found =
        rc == ERR_OK ? sos_store_find(NULL, req->db, req->object, req->arena, sos, &why) : rc;
    rc = found == ERR_NOT_FOUND ? ERR_OK : found;
    if (rc == ERR_OK)
        rc = sos_store_steps(NULL, req->db, req->object, req->arena, steps, n, &why);
    if (rc == ERR_OK)
        rc = support_names_open(req, 2 + 2 * *n, names, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    names->is_of_calls = true;
    support_names_ask(names, sos->row.account);
    support_names_ask(names, sos->facts.answered_by);
    for (size_t i = 0; i < *n; i++) {
        support_names_ask(names, (*steps)[i].by);
        support_names_ask(names, (*steps)[i].told);
    }
    if (!support_names_read(req, names))
        return false;
    req->person = sos->row.account;
    if (found == ERR_OK && support_may_see(req, names, sos->row.account))
        return true;
    if (found == ERR_OK)
        fail_set(&why, ERR_DENIED, "not of those he may know");
    req->n_shown = 0;
    reply_fail(req, &why);
    return false;
}

static void show_sos(struct req *req)
{
    struct sos_listed sos;
    struct sos_step_row *steps = NULL;
    struct step_output *items;
    struct support_names names;
    struct case_output out;
    size_t n = 0, n_items = 0;

    if (!find_case(req, &sos, &steps, &n, &names))
        return;
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        if (steps[i].act != SOS_KIND) /* the case itself says which it is */
            put_step(req, &steps[i], &names, &items[n_items++]);
    out = case_of(&sos, &names);
    out.steps = (struct jx_list){items, n_items};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/sos/{sos}/act ---- */

struct act_input {
    struct id id;
    int act;
    struct span text;
    bool has_text;
};
#define STAFF_ACTS "seen|answer|close"
static const enum sos_act staff_acts[] = {SOS_SEEN, SOS_ANSWER, SOS_CLOSE};
static const struct jx_field act_fields[] = {
    PLACE_FIELD(JX_ID, act_input, id, "操作のID"),
    PLACE_CHOICE(act_input, act, STAFF_ACTS, "何をするか"),
    SUPPORT_TEXT_MAYBE(act_input, text, has_text, "書きのこすこと"),
};
static const struct jx_shape act_shape = JX_SHAPE("SosAct", struct act_input, act_fields);

struct acted_output {
    struct id sos;
    int state;
};
static const struct jx_field acted_fields[] = {
    PLACE_FIELD(JX_ID, acted_output, sos, "SOSのID"),
    PLACE_CHOICE(acted_output, state, SOS_STATES, "どうなったか"),
};
static const struct jx_shape acted_shape =
    JX_SHAPE("SosActed", struct acted_output, acted_fields);

struct acting {
    struct req *req;
    struct sos_listed sos;
    struct sos_step_row step;
};

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct acting *a = arg;
    const struct access_entry access = access_of(a->req);
    bool was_there = false;
    enum err rc = sos_store_step(tx, &a->step, &was_there, why);

    if (rc == ERR_OK && !was_there && a->step.act != SOS_SEEN)
        rc = call_end(tx, DUTY_SOS, a->step.sos, a->req->caller.account, a->req->now_utc_us,
                      why);
    if (rc == ERR_OK)
        rc = sos_store_find(tx, NULL, a->step.sos, a->req->arena, &a->sos, why);
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
    support_say_sos(a->req->services, &a->sos);
    out = (struct acted_output){a->step.sos, (int)sos_state_of(&a->sos.facts)};
    reply_json(a->req, 200, &out);
}

static enum err start_act(struct acting *a, struct fail *why)
{
    struct req *req = a->req;
    const struct act_input *in = req->input;
    const struct writer_op op = {act_run, act_done, a};
    enum err rc;

    a->step = (struct sos_step_row){.id = in->id,
                                    .at_utc_us = req->now_utc_us,
                                    .sos = req->object,
                                    .account = a->sos.row.account,
                                    .act = staff_acts[in->act],
                                    .by = req->caller.account,
                                    .role = support_role(req)};
    rc = incident_seal(req->services, SOS_STEP_TABLE, "text_sealed", in->id, a->step.account,
                       req->caller.account, in->has_text ? in->text : SPAN_NONE, req->arena,
                       &a->step.text_sealed, why);
    return rc == ERR_OK ? writer_post(req->services->writer, &op, why) : rc;
}

static void act(struct req *req)
{
    struct acting *a = req_alloc(req, sizeof *a);
    struct sos_step_row *steps = NULL;
    struct support_names names;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (a == NULL)
        return;
    *a = (struct acting){.req = req};
    if (!find_case(req, &a->sos, &steps, &n, &names))
        return;
    req->n_shown = 0;
    if (start_act(a, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route sos_staff_routes[SOS_STAFF_ROUTES_N] = {
    {.name = "sos.list",
     .method = HTTP_GET,
     .path = "/api/v1/sos",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &cases_shape,
     .summary_ja = "SOSの一覧を見る（終わっていないもの。state=all ですべて）",
     .handle = list_sos},
    {.name = "sos.show",
     .method = HTTP_GET,
     .path = "/api/v1/sos/{sos}",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &case_shape,
     .summary_ja = "一つのSOSと、したことの記録を見る",
     .handle = show_sos},
    {.name = "sos.act",
     .method = HTTP_POST,
     .path = "/api/v1/sos/{sos}/act",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &act_shape,
     .output = &acted_shape,
     .summary_ja = "SOSを確認した・応答した・終わりにしたと記す",
     .handle = act},
};

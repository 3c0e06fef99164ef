/* Who is told of calls for help and of grave incidents, and in which order. */
#include "node/support/duty_store.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"

/* ---- GET /api/v1/duty ---- */

struct duty_output {
    struct id account;
    int purpose;
    int64_t position, at;
    struct span display_name, login, role;
    bool has_display, has_login, has_role;
};
static const struct jx_field duty_fields[] = {
    PLACE_CHOICE(duty_output, purpose, DUTY_PURPOSES, "何の当番か"),
    PLACE_FIELD(JX_INT, duty_output, position, "知らせる順番"),
    PLACE_FIELD(JX_ID, duty_output, account, "だれが"),
    PLACE_MAYBE(JX_TEXT, duty_output, display_name, has_display, "表示名"),
    PLACE_MAYBE(JX_TEXT, duty_output, login, has_login, "ID"),
    PLACE_MAYBE(JX_TEXT, duty_output, role, has_role, "役割"),
    PLACE_FIELD(JX_TIME, duty_output, at, "いつから"),
};
static const struct jx_shape duty_shape = JX_SHAPE("Duty", struct duty_output, duty_fields);

struct duties_output {
    struct jx_list items;
};
static const struct jx_field duties_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &duty_shape,
     .offset = offsetof(struct duties_output, items),
     .title_ja = "当番（目的ごとに、知らせる順）"},
};
static const struct jx_shape duties_shape =
    JX_SHAPE("Duties", struct duties_output, duties_fields);

static void list_duty(struct req *req)
{
    struct duty_row *rows[2] = {NULL, NULL};
    struct duty_output *items = NULL;
    struct duties_output out;
    struct support_names names;
    struct fail why = {.code = ERR_OK};
    size_t n[2] = {0, 0}, n_items = 0;
    enum err rc = duty_store_list(NULL, req->db, DUTY_SOS, req->arena, &rows[0], &n[0], &why);

    if (rc == ERR_OK)
        rc = duty_store_list(NULL, req->db, DUTY_INCIDENT, req->arena, &rows[1], &n[1], &why);
    if (rc == ERR_OK)
        rc = support_names_open(req, n[0] + n[1], &names, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n[0] + n[1] + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < n[p]; i++)
            support_names_ask(&names, rows[p][i].account);
    if (!support_names_read(req, &names))
        return;
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < n[p]; i++) {
            const struct duty_row *row = &rows[p][i];
            const struct place_name *name = place_name_find(names.names, names.n, row->account);
            struct duty_output *item = &items[n_items++];

            *item = (struct duty_output){.account = row->account,
                                         .purpose = (int)row->purpose,
                                         .position = row->position,
                                         .at = row->at_utc_us,
                                         .display_name = support_display(&names, row->account),
                                         .login = support_login(&names, row->account),
                                         .role = name == NULL ? SPAN_NONE : name->role_id};
            item->has_display = item->display_name.len > 0;
            item->has_login = item->login.len > 0;
            item->has_role = item->role.len > 0;
        }
    out.items = (struct jx_list){items, n_items};
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/duty ---- */

struct decide_input {
    struct id id, account;
    int purpose;
    int64_t position;
    bool is_on;
};
static const struct jx_field decide_fields[] = {
    PLACE_FIELD(JX_ID, decide_input, id, "操作のID"),
    PLACE_CHOICE(decide_input, purpose, DUTY_PURPOSES, "何の当番か"),
    PLACE_FIELD(JX_ID, decide_input, account, "だれを"),
    {.name = "position",
     .type = JX_INT,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct decide_input, position),
     .title_ja = "知らせる順番"},
    PLACE_FIELD(JX_BOOL, decide_input, is_on, "当番に入れるか"),
};
static const struct jx_shape decide_shape =
    JX_SHAPE("DutyDecision", struct decide_input, decide_fields);

struct deciding {
    struct req *req;
    struct duty_row row;
};

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    struct deciding *d = arg;
    const struct access_entry access = access_of(d->req);
    enum err rc = duty_store_decide(tx, &d->row, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void decide_done(void *arg, enum err rc, const struct fail *why)
{
    const struct deciding *d = arg;

    if (rc == ERR_OK) {
        d->req->access_recorded = 1;
        reply_none(d->req);
    } else if (rc == ERR_TOO_LARGE) {
        reply_problem(d->req, 409, "too-many-on-duty",
                      "当番に入れられる人数が上限です。先に外してから入れてください。");
    } else if (rc == ERR_NOT_FOUND) {
        reply_problem(d->req, 422, "not-for-duty",
                      "この人は当番に入れられません。支援員・委託者・受託者のIDを選んで"
                      "ください。");
    } else {
        reply_fail(d->req, why);
    }
}

static void decide(struct req *req)
{
    const struct decide_input *in = req->input;
    struct deciding *d = req_alloc(req, sizeof *d);
    const struct writer_op op = {decide_run, decide_done, d};
    struct fail why = {.code = ERR_OK};

    if (d == NULL)
        return;
    *d = (struct deciding){.req = req,
                           .row = {.id = in->id,
                                   .purpose = (enum duty_purpose)in->purpose,
                                   .account = in->account,
                                   .position = in->position,
                                   .is_on = in->is_on,
                                   .at_utc_us = req->now_utc_us,
                                   .by = req->caller.account,
                                   .role = support_role(req)}};
    req->object = in->id;
    req->person = in->account;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route duty_routes[DUTY_ROUTES_N] = {
    {.name = "duty.list",
     .method = HTTP_GET,
     .path = "/api/v1/duty",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &duties_shape,
     .summary_ja = "SOSと緊急の報告を知らせる人の順番を見る",
     .handle = list_duty},
    {.name = "duty.decide",
     .method = HTTP_POST,
     .path = "/api/v1/duty",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &decide_shape,
     .summary_ja = "SOSと緊急の報告を知らせる人と順番を決める",
     .handle = decide},
};

/* Staff warn a child (AI-4.4-カ-ハ-1a): with a text that stands ready, to that child alone; the
 * line it is about is kept with it, and an incident opens. */
#include "node/base/clock.h"
#include "node/place/chat_store.h"
#include "node/support/incident.h"
#include "node/support/procedure.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"
#include "node/support/support_say.h"

/* ---- GET /api/v1/warnings/templates ---- */

struct template_output {
    struct span id, kind, title, text;
};
static const struct jx_field template_fields[] = {
    PLACE_FIELD(JX_TEXT, template_output, id, "文例の記号"),
    PLACE_FIELD(JX_TEXT, template_output, kind, "どんなときの文例か"),
    PLACE_FIELD(JX_TEXT, template_output, title, "見出し"),
    PLACE_FIELD(JX_TEXT, template_output, text, "文"),
};
static const struct jx_shape template_shape =
    JX_SHAPE("WarningTemplate", struct template_output, template_fields);
struct templates_output {
    struct jx_list items;
};
static const struct jx_field templates_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &template_shape,
     .offset = offsetof(struct templates_output, items),
     .title_ja = "注意の文例"},
};
static const struct jx_shape templates_shape =
    JX_SHAPE("WarningTemplates", struct templates_output, templates_fields);

static void list_templates(struct req *req)
{
    struct template_output *items = req_alloc(req, WARNING_TEMPLATES_N * sizeof *items);
    const struct templates_output out = {{items, WARNING_TEMPLATES_N}};

    if (items == NULL)
        return;
    for (size_t i = 0; i < WARNING_TEMPLATES_N; i++) {
        const struct warning_template *t = &warning_templates[i];

        items[i] = (struct template_output){span_text(t->id), span_text(t->kind),
                                            span_text(t->title_ja), span_text(t->text_ja)};
    }
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/warnings ---- */

struct warn_input {
    struct id id, account, line;
    struct span template;
    int64_t urgency, severity;
    bool has_line;
};
#define GRADE_FIELD(name_, title) \
    { \
        .name = #name_, .type = JX_INT, .least = 1, .most = 3, \
        .offset = offsetof(struct warn_input, name_), .title_ja = (title) \
    }
static const struct jx_field warn_fields[] = {
    PLACE_FIELD(JX_ID, warn_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, warn_input, account, "だれに"),
    {.name = "template",
     .type = JX_TEXT,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct warn_input, template),
     .title_ja = "文例"},
    PLACE_MAYBE(JX_ID, warn_input, line, has_line, "どの発言について"),
    GRADE_FIELD(urgency, "緊急性"),
    GRADE_FIELD(severity, "深刻性"),
};
static const struct jx_shape warn_shape = JX_SHAPE("Warning", struct warn_input, warn_fields);

struct warned_output {
    struct id incident;
};
static const struct jx_field warned_fields[] = {
    PLACE_FIELD(JX_ID, warned_output, incident, "報告のID"),
};
static const struct jx_shape warned_shape =
    JX_SHAPE("WarningMade", struct warned_output, warned_fields);

struct warning {
    struct req *req;
    struct incident_new incident;
    const struct warning_template *template;
};

static enum err warn_run(struct tx *tx, void *arg, struct fail *why)
{
    struct warning *w = arg;
    const struct access_entry access = access_of(w->req);
    enum err rc = incident_put(w->req->services, tx, &w->incident, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void warn_done(void *arg, enum err rc, const struct fail *why)
{
    struct warning *w = arg;
    struct req *req = w->req;
    const struct incident_row *row = &w->incident.row;
    const struct warned_output out = {row->id};
    const struct support_word word = {.event = SUPPORT_WARNED,
                                      .to = row->account,
                                      .subject = row->id,
                                      .title = span_text(w->template->title_ja),
                                      .text = span_text(w->template->text_ja),
                                      .quoted = w->incident.quote};

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    if (!w->incident.was_there) {
        support_say(req->services, &word);
        incident_told(req->services, row);
    }
    reply_json(req, 201, &out);
}

/* Only a line of the child's own is quoted. */
static enum err read_quote(struct req *req, const struct warn_input *in, struct span *quote_out,
                           struct fail *why)
{
    struct chat_line_row line;
    struct chat_text text;
    enum err rc;

    *quote_out = SPAN_NONE;
    if (!in->has_line)
        return ERR_OK;
    rc = chat_line_read(NULL, req->db, in->line, req->arena, &line, why);
    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && !id_eq(line.account, in->account)))
        return fail_field(why, ERR_INVALID, "line", "no line of that child");
    if (rc == ERR_OK)
        rc = chat_line_open(req->services->keyring, &line, req->arena, &text, why);
    if (rc == ERR_OK)
        *quote_out = text.text;
    return rc;
}

/* ERR_NOT_FOUND: no child he may know. False of the return: answered. */
static bool find_child(struct req *req, struct id account, struct fail *why, enum err *rc_out)
{
    struct support_names names;
    const struct place_name *name;

    *rc_out = support_names_open(req, 1, &names, why);
    if (*rc_out != ERR_OK)
        return true;
    support_names_ask(&names, account);
    if (!support_names_read(req, &names))
        return false;
    req->n_shown = 0;
    name = place_name_find(names.names, names.n, account);
    if (!names.is_blind && (name == NULL || !span_eq(name->role_id, SPAN("student"))))
        *rc_out = fail_field(why, ERR_NOT_FOUND, "account", "no child he may know");
    return true;
}

static void warn(struct req *req)
{
    const struct warn_input *in = req->input;
    struct warning *w = req_alloc(req, sizeof *w);
    const struct writer_op op = {warn_run, warn_done, w};
    struct fail why = {.code = ERR_OK};
    struct span quote = SPAN_NONE;
    enum err rc = ERR_OK;

    if (w == NULL)
        return;
    *w = (struct warning){.req = req, .template = warning_template_find(in->template)};
    req->object = in->id;
    req->person = in->account;
    if (!find_child(req, in->account, &why, &rc))
        return;
    if (rc == ERR_OK && w->template == NULL)
        rc = fail_field(&why, ERR_INVALID, "template", "no such text");
    if (rc == ERR_OK)
        rc = read_quote(req, in, &quote, &why);
    if (rc == ERR_OK) {
        w->incident = (struct incident_new){
            .row = {.id = in->id,
                    .at_utc_us = req->now_utc_us,
                    .account = in->account,
                    .kind = INCIDENT_WARNING,
                    .urgency = in->urgency,
                    .severity = in->severity,
                    .line = in->has_line ? in->line : ID_NONE,
                    .floor = SPAN(""),
                    .template = span_text(w->template->id),
                    .procedure = SPAN(""),
                    .by = req->caller.account,
                    .role = support_role(req)},
            .text = span_text(w->template->text_ja),
            .quote = quote,
        };
        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- GET /api/v1/warnings/mine ---- */

#define MINE_SINCE (14 * DAY_US)
#define MINE_MOST  100 /* of the newest incidents about one child */

struct mine_item {
    struct id incident;
    int64_t at;
    struct span title, text, quoted;
    bool has_quoted;
};
static const struct jx_field mine_item_fields[] = {
    PLACE_FIELD(JX_ID, mine_item, incident, "ID"),
    PLACE_FIELD(JX_TIME, mine_item, at, "いつ"),
    PLACE_FIELD(JX_TEXT, mine_item, title, "見出し"),
    PLACE_FIELD(JX_TEXT, mine_item, text, "文"),
    PLACE_MAYBE(JX_TEXT, mine_item, quoted, has_quoted, "どの書きこみか"),
};
static const struct jx_shape mine_item_shape =
    JX_SHAPE("MyWarning", struct mine_item, mine_item_fields);
struct mine_output {
    struct jx_list items;
};
static const struct jx_field mine_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &mine_item_shape,
     .offset = offsetof(struct mine_output, items),
     .title_ja = "自分への注意（新しい順。2週間のあいだのもの）"},
};
static const struct jx_shape mine_shape =
    JX_SHAPE("MyWarnings", struct mine_output, mine_fields);

static bool is_mine(const struct req *req, const struct incident_row *row)
{
    return row->kind == INCIDENT_WARNING && row->at_utc_us > req->now_utc_us - MINE_SINCE;
}

/* For whoever was not there when it was said. Nothing else of an incident is told. */
static void list_mine(struct req *req)
{
    const struct incident_ask ask = {.account = req->caller.account, .n_cap = MINE_MOST};
    struct incident_listed *rows = NULL;
    struct mine_output out;
    struct mine_item *items;
    struct fail why = {.code = ERR_OK};
    size_t n = 0, n_mine = 0;

    if (incident_store_list(NULL, req->db, &ask, req->arena, &rows, &n, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct incident_row *row = &rows[i].row;
        const struct warning_template *t = warning_template_find(row->template);
        struct mine_item *item = &items[n_mine];

        if (t == NULL || !is_mine(req, row))
            continue;
        *item = (struct mine_item){
            row->id,   row->at_utc_us, span_text(t->title_ja), span_text(t->text_ja),
            SPAN_NONE, false};
        item->quoted =
            support_unseal(req, INCIDENT_TABLE, "quote_sealed", row->id, row->quote_sealed);
        item->has_quoted = item->quoted.len > 0;
        n_mine++;
    }
    out.items = (struct jx_list){items, n_mine};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

const struct route warning_routes[WARNING_ROUTES_N] = {
    {.name = "warnings.templates",
     .method = HTTP_GET,
     .path = "/api/v1/warnings/templates",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &templates_shape,
     .summary_ja = "児童生徒への注意の文例を見る",
     .handle = list_templates},
    {.name = "warnings.mine",
     .method = HTTP_GET,
     .path = "/api/v1/warnings/mine",
     .listeners = PLACE_LISTENERS,
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &mine_shape,
     .summary_ja = "自分への注意を見る",
     .handle = list_mine},
    {.name = "warnings.give",
     .method = HTTP_POST,
     .path = "/api/v1/warnings",
     .listeners = PLACE_LISTENERS,
     .roles = SUPPORT_DESK,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &warn_shape,
     .output = &warned_shape,
     .summary_ja = "児童生徒一人に注意を伝え、報告を残す",
     .handle = warn},
};

/* incident.share: the host's staff stopped somebody of ours; his own commissioner and
 * supporters are to look into it (CARD-9, CARD-10). What crosses is the act, the time, a
 * pseudonym and the numbers of his last lines: the words stand in both towns' rows, and equal
 * macs say that they are the same. */
#include <stdio.h>

#include "federation/federation_priv.h"
#include "federation/mirrors_priv.h"
#include "node/place/chat_store.h"
#include "node/support/incident.h"
#include "node/support/procedure.h"

static const struct jx_field number_fields[] = {
    {.name = "number",
     .type = JX_INT,
     .least = 1,
     .most = INT64_C(9007199254740991),
     .offset = offsetof(struct mirror_share_number, number)},
};
static const struct jx_shape number_shape =
    JX_SHAPE("IncidentShareNumber", struct mirror_share_number, number_fields);
static const struct jx_field share_fields[] = {
    {.name = "act", .type = JX_ID, .offset = offsetof(struct mirror_share_body, act)},
    {.name = "series", .type = JX_ID, .offset = offsetof(struct mirror_share_body, series)},
    {.name = "class",
     .type = JX_INT,
     .most = UINT32_MAX,
     .offset = offsetof(struct mirror_share_body, class)},
    {.name = "pseud",
     .type = JX_BYTES,
     .least = FRAME_PSEUD_BYTES,
     .most = FRAME_PSEUD_BYTES,
     .offset = offsetof(struct mirror_share_body, pseud)},
    {.name = "what",
     .type = JX_INT,
     .least = 1,
     .most = MIRROR_WHATS,
     .offset = offsetof(struct mirror_share_body, what)},
    {.name = "on", .type = JX_BOOL, .offset = offsetof(struct mirror_share_body, on)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct mirror_share_body, at_utc_us)},
    {.name = "numbers",
     .type = JX_LIST,
     .shape = &number_shape,
     .most = MIRROR_EVIDENCE_MOST,
     .offset = offsetof(struct mirror_share_body, numbers)},
    {.name = "template",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct mirror_share_body, template),
     .has_offset = offsetof(struct mirror_share_body, has_template)},
    {.name = "quoted",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = INT64_C(9007199254740991),
     .offset = offsetof(struct mirror_share_body, quoted),
     .has_offset = offsetof(struct mirror_share_body, has_quoted)},
};
const struct jx_shape mirror_share_shape =
    JX_SHAPE("IncidentShare", struct mirror_share_body, share_fields);

struct shared {
    struct id incident;
};
static const struct jx_field shared_fields[] = {
    {.name = "incident", .type = JX_ID, .offset = offsetof(struct shared, incident)},
};
static const struct jx_shape shared_shape =
    JX_SHAPE("IncidentShared", struct shared, shared_fields);

static char *text_of(const struct fed_req *req, const struct mirror_share_body *in)
{
    struct span what = mirror_what_ja((unsigned)in->what);
    const struct mirror_share_number *numbers = in->numbers.at;
    char *list = arena_printf(req->arena, "%s", in->numbers.n == 0 ? "なし" : "");

    for (size_t i = in->numbers.n; i > 0 && list != NULL; i--)
        list = arena_printf(req->arena, "%s%s%lld", list, i == in->numbers.n ? "" : "・",
                            (long long)numbers[i - 1].number);
    return list == NULL ? NULL
                        : arena_printf(req->arena,
                                       "%.*sの職員が、連続講座で、この人の%.*sを止めました。"
                                       "証拠の番号：%s",
                                       SPAN_ARG(req->peer->name_ja), SPAN_ARG(what), list);
}

static enum err put_row(struct tx *tx, const struct fed_req *req,
                        const struct mirror_context *context, struct fail *why)
{
    const struct mirror_share_body *in = req->input;
    struct mirror_act_row row = {
        .id = req->op,
        .at_utc_us = req->now_utc_us,
        .lesson = context->lesson,
        .class = context->class,
        .kind = MIRROR_ACT_SHARED,
        .act = in->act,
        .node = req->federation->conf.node,
        .what = (unsigned)in->what,
    };

    memcpy(row.pseud, in->pseud.p, sizeof row.pseud);
    /* Ids of rows are ours: that of the operation may be the act's, which has a row. */
    row.id.b[0] ^= 0x80;
    return mirror_act_add(tx, &row, why);
}

#define SHARES_MOST 200 /* of one lesson: more than anybody can look into */

static enum err check_few(struct tx *tx, struct fed_req *req,
                          const struct mirror_context *context, struct fail *why)
{
    struct mirror_act_row *acts = NULL;
    size_t n = 0, n_shared = 0;
    enum err rc = mirror_act_list(tx, NULL, context->lesson, req->arena, &acts, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        n_shared += acts[i].kind == MIRROR_ACT_SHARED;
    return rc == ERR_OK && n_shared >= SHARES_MOST ? fed_refuse(req, FED_TOO_LARGE, why) : rc;
}

/* A warning has a text of ours and stops nothing; what stops has none. */
static bool is_consistent(const struct mirror_share_body *in)
{
    if (in->has_template)
        return in->what == MIRROR_WARN && warning_template_find(in->template) != NULL;
    return !in->has_quoted;
}

/* The words themselves, as he wrote them here; a line that is not his is quoted to nobody. */
static enum err find_quote(struct tx *tx, const struct fed_req *req,
                           const struct mirror_context *context, struct incident_new *incident,
                           struct fail *why)
{
    const struct mirror_share_body *in = req->input;
    const struct mirror_line_ask ask = {.lesson = context->lesson,
                                        .node = req->federation->conf.node,
                                        .after = (uint64_t)in->quoted - 1,
                                        .n_cap = 1};
    struct mirror_line_row *rows = NULL;
    struct chat_line_row line;
    struct chat_text text;
    size_t n = 0;
    enum err rc = mirror_line_list(tx, NULL, &ask, req->arena, &rows, &n, why);

    if (rc == ERR_OK && (n == 0 || rows[0].number != (uint64_t)in->quoted ||
                         memcmp(rows[0].pseud, in->pseud.p, sizeof rows[0].pseud) != 0))
        rc = fail_set(why, ERR_NOT_FOUND, "no line of his");
    if (rc == ERR_OK)
        rc = chat_line_read(tx, NULL, rows[0].line, req->arena, &line, why);
    if (rc == ERR_OK && !id_eq(line.account, incident->row.account))
        rc = fail_set(why, ERR_NOT_FOUND, "a line of somebody else");
    if (rc == ERR_OK)
        rc = chat_line_open(req->services->keyring, &line, req->arena, &text, why);
    if (rc != ERR_OK)
        return rc;
    incident->row.line = rows[0].line;
    incident->quote = text.text;
    return ERR_OK;
}

/* The child's own town warns it, as by its own staff. */
static enum err as_warning(struct tx *tx, const struct fed_req *req,
                           const struct mirror_context *context, struct incident_new *incident,
                           struct fail *why)
{
    const struct mirror_share_body *in = req->input;
    const struct warning_template *template = warning_template_find(in->template);
    const char *text = arena_printf(req->arena, "%.*sの職員から：%s",
                                    SPAN_ARG(req->peer->name_ja), template->text_ja);

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a sentence");
    incident->row.kind = INCIDENT_WARNING;
    incident->row.urgency = incident->row.severity = 1;
    incident->row.template = span_text(template->id);
    incident->text = span_text(text);
    return in->has_quoted ? find_quote(tx, req, context, incident, why) : ERR_OK;
}

static void tell_later(const struct fed_req *req, const struct incident_new *incident)
{
    struct mirrors *mirrors = req->services->mirrors;

    if (mirrors == NULL)
        return;
    if (incident->row.kind == INCIDENT_WARNING)
        mirror_warned_later(mirrors, incident->row.id, incident->row.account,
                            warning_template_find(incident->row.template), incident->quote);
    else
        mirror_told_later(mirrors, incident->row.id, incident->row.account);
}

/* Only the host of that lesson tells of it, and only of somebody who was there. */
static enum err share_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct mirror_share_body *in = req->input;
    struct mirror_context context;
    struct shared out = {req->op};
    struct incident_new incident = {
        .row = {.at_utc_us = req->now_utc_us,
                .kind = INCIDENT_MANUAL,
                .urgency = 2,
                .severity = 2,
                .floor = SPAN(""),
                .template = SPAN(""),
                .procedure = SPAN(""),
                .role = SPAN("")},
    };
    struct incident_row *row = &incident.row;
    const char *text = text_of(req, in);
    enum err rc =
        mirror_context_by_class(tx, req->peer->node, (uint32_t)in->class, &context, why);

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a sentence");
    if (!is_consistent(in))
        return fed_refuse(req, FED_BAD_JSON, why);
    if (rc == ERR_OK)
        rc = mirror_seat_find(tx, context.lesson, in->pseud.p, &row->account, why);
    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && !id_eq(context.series, in->series)))
        return fed_refuse(req, FED_NOT_FOUND, why);
    row->id = req->op;
    incident.text = span_text(text);
    if (rc == ERR_OK && in->has_template) {
        rc = as_warning(tx, req, &context, &incident, why);
        if (rc == ERR_NOT_FOUND)
            return fed_refuse(req, FED_NOT_FOUND, why);
    }
    if (rc == ERR_OK)
        rc = check_few(tx, req, &context, why);
    if (rc == ERR_OK)
        rc = incident_put(req->services, tx, &incident, why);
    if (rc == ERR_OK)
        rc = put_row(tx, req, &context, why);
    if (rc != ERR_OK)
        return rc;
    tell_later(req, &incident);
    return fed_say_json(req, 200, &out, why);
}

const struct fed_kind mirror_kinds[MIRROR_KINDS_N] = {
    {.name = "incident.share",
     .method = "POST",
     .path = "/fed/v1/incidents",
     .roles = FED_ROLE_BIT(FED_ROLE_HOST),
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &mirror_share_shape,
     .output = &shared_shape,
     .is_recorded = true,
     .run = share_run},
};
const struct fed_kind *const mirror_kind_share = &mirror_kinds[0];

/* incident.share: the host's staff stopped somebody of ours; his own commissioner and
 * supporters are to look into it (CARD-9, CARD-10). What crosses is the act, the time, a
 * pseudonym and the numbers of his last lines: the words stand in both towns' rows, and equal
 * macs say that they are the same. */
#include <stdio.h>

#include "federation/federation_priv.h"
#include "federation/mirrors_priv.h"
#include "node/support/incident.h"

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
     .most = MIRROR_CHAT | MIRROR_REACT | MIRROR_EJECT,
     .offset = offsetof(struct mirror_share_body, what)},
    {.name = "on", .type = JX_BOOL, .offset = offsetof(struct mirror_share_body, on)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct mirror_share_body, at_utc_us)},
    {.name = "numbers",
     .type = JX_LIST,
     .shape = &number_shape,
     .most = MIRROR_EVIDENCE_MOST,
     .offset = offsetof(struct mirror_share_body, numbers)},
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
    if (rc == ERR_OK)
        rc = mirror_seat_find(tx, context.lesson, in->pseud.p, &row->account, why);
    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && !id_eq(context.series, in->series)))
        return fed_refuse(req, FED_NOT_FOUND, why);
    row->id = req->op;
    incident.text = span_text(text);
    if (rc == ERR_OK)
        rc = check_few(tx, req, &context, why);
    if (rc == ERR_OK)
        rc = incident_put(req->services, tx, &incident, why);
    if (rc == ERR_OK)
        rc = put_row(tx, req, &context, why);
    if (rc != ERR_OK)
        return rc;
    if (req->services->mirrors != NULL)
        mirror_told_later(req->services->mirrors, row->id, row->account);
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

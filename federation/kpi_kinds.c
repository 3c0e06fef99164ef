/* What nodes say to each other of figures: a release, and the question for one. */
#include "federation/kpi_priv.h"

#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/base/log.h"
#include "reporting/kpi/kpi_month.h"

#define CUTS_MOST 16

static bool is_coordinator(const struct fed_req *req)
{
    const struct fed_member *self = registry_member(req->registry, req->federation->conf.node);

    return self != NULL && (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;
}

/* ---- POST /fed/v1/kpi/release: at the coordinator ---- */

struct taken {
    int64_t revision;
};
static const struct jx_field taken_fields[] = {
    {.name = "revision", .type = JX_INT, .offset = offsetof(struct taken, revision)},
};
static const struct jx_shape taken_shape = JX_SHAPE("KpiTaken", struct taken, taken_fields);

/* NULL: there is none, or nothing to compare with: what was corrected shows less than the node
 * knows that we saw, and it judged by that. */
static enum err find_row(struct tx *tx, const struct fed_req *req, int64_t month_utc_us,
                         bool is_beside, const struct fed_kpi_row **out, struct fail *why)
{
    struct fed_kpi_row *row = arena_alloc(req->arena, sizeof *row);
    enum err rc = row == NULL
                      ? fail_set(why, ERR_NOMEM, "a row")
                      : fed_kpi_last(tx, req->peer->node, month_utc_us, req->arena, row, why);

    *out = rc == ERR_OK && (!is_beside || row->kind == KPI_SEND) ? row : NULL;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err find_before(struct tx *tx, const struct fed_req *req, struct kpi_judge *judge,
                            struct fail *why)
{
    int64_t month;
    enum err rc;

    if (!kpi_release_month(req->input, &month))
        return ERR_OK; /* refused for that */
    rc = find_row(tx, req, month, false, &judge->before, why);
    if (rc == ERR_OK)
        rc = find_row(tx, req, kpi_month_before(month), true, &judge->month_before, why);
    return rc == ERR_OK
               ? find_row(tx, req, kpi_month_next(month), true, &judge->month_after, why)
               : rc;
}

static enum err release_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    struct kpi_judge judge = {
        .now_utc_us = req->now_utc_us,
        .contract_from_utc_us = req->peer->contract_from_utc_us,
        .k = registry_thresholds(req->registry)->coordinator_k,
        .registry_seq = registry_head(req->registry).seq,
    };
    struct fed_kpi_row row;
    enum fed_code code = FED_OK;
    struct taken taken;
    enum err rc;

    if (!is_coordinator(req))
        return fed_refuse(req, FED_ROLE_DENIED, why);
    rc = find_before(tx, req, &judge, why);
    if (rc == ERR_OK)
        rc = kpi_release_judge(req->input, &judge, req->arena, &row, &code, why);
    if (rc != ERR_OK)
        return rc;
    if (code != FED_OK)
        return fed_refuse(req, code, why);
    row.id = id_new();
    row.node = req->peer->node;
    row.received_utc_us = req->now_utc_us;
    row.sum = hash256_of(req->body);
    rc = fed_kpi_add(tx, &row, why);
    taken.revision = row.revision;
    return rc == ERR_OK ? fed_say_json(req, 200, &taken, why) : rc;
}

/* At the node: it is there, or it will not be taken. */
static enum err release_settled(struct tx *tx, struct federation *f,
                                const struct fed_settled *settled, struct fail *why)
{
    bool is_there = settled->code == FED_OK && !settled->is_given_up;
    const char *code = settled->is_given_up ? "too-old" : fed_code_text(settled->code);
    const struct kpi_sent_peer peer = {
        .op = settled->op,
        .state = is_there ? KPI_RECEIVED : KPI_REFUSED,
        .code = is_there ? SPAN("") : span_text(code),
        .at_utc_us = clock_utc_us(),
    };

    (void)f;
    if (!is_there)
        log_warn("kpi.refused", L_ID("by", settled->peer), L_TEXT("code", code));
    return kpi_peer_end(tx, &peer, why);
}

/* ---- POST /fed/v1/kpi/ask: at the node ---- */

static const struct jx_field ask_fields[] = {
    {.name = "month", .type = JX_TEXT, .offset = offsetof(struct kpi_ask_body, month)},
    {.name = "cuts",
     .type = JX_TEXTS,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct kpi_ask_body, cuts)},
    {.name = "has",
     .type = JX_INT,
     .most = INT32_MAX,
     .offset = offsetof(struct kpi_ask_body, has)},
};
const struct jx_shape kpi_ask_shape = JX_SHAPE("KpiAsk", struct kpi_ask_body, ask_fields);
static const struct jx_field answer_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = KPI_ASK_STATES,
     .offset = offsetof(struct kpi_ask_answer, state)},
    {.name = "revision", .type = JX_INT, .offset = offsetof(struct kpi_ask_answer, revision)},
};
const struct jx_shape kpi_ask_answer_shape =
    JX_SHAPE("KpiAskAnswer", struct kpi_ask_answer, answer_fields);

/* By the stage of school and no further: no grade, no school, no class, nobody. */
static enum fed_code judge_cuts(const struct jx_texts *cuts)
{
    if (cuts->n > CUTS_MOST)
        return FED_BAD_JSON;
    for (size_t i = 0; i < cuts->n; i++)
        if (!span_eq(cuts->at[i], SPAN("stage")))
            return FED_CUT_TOO_FINE;
    return FED_OK;
}

/* Lost there: what went to that very node goes again. */
static enum err send_lost(struct tx *tx, struct fed_req *req, const struct kpi_sent *sent,
                          const struct kpi_sent_peer *peer, struct fail *why)
{
    const struct kpi_ask_body *in = req->input;

    return peer->state == KPI_RECEIVED && in->has < sent->revision
               ? kpi_send_again(tx, req->federation, sent, peer->op, peer->node,
                                req->now_utc_us, why)
               : ERR_OK;
}

static enum err ask_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct kpi_ask_body *in = req->input;
    struct kpi_ask_answer answer = {KPI_ASK_ABSENT, 0};
    enum fed_code code = judge_cuts(&in->cuts);
    struct kpi_sent sent;
    struct kpi_sent_peer peer;
    int64_t month;
    enum err rc;

    if (code == FED_OK && !kpi_month_parse(in->month, &month))
        code = FED_KPI_MONTH;
    if (code != FED_OK)
        return fed_refuse(req, code, why);
    rc = kpi_sent_last(tx, NULL, month, req->arena, &sent, why);
    if (rc == ERR_OK)
        rc = kpi_peer_find(tx, sent.id, req->peer->node, req->arena, &peer, why);
    if (rc == ERR_OK) {
        answer.state = sent.kind == KPI_WITHDRAW ? KPI_ASK_WITHDRAWN : KPI_ASK_SENT;
        answer.revision = sent.revision;
        rc = send_lost(tx, req, &sent, &peer, why);
    }
    return rc == ERR_OK || rc == ERR_NOT_FOUND ? fed_say_json(req, 200, &answer, why) : rc;
}

/* At the coordinator. */
static enum err ask_settled(struct tx *tx, struct federation *f,
                            const struct fed_settled *settled, struct fail *why)
{
    struct kpi_ask_answer answer = {KPI_ASK_ABSENT, 0};
    const char *code = settled->is_given_up ? "too-old" : fed_code_text(settled->code);
    struct span said = span_text(code);

    (void)f;
    if (settled->code == FED_OK && !settled->is_given_up)
        said = jx_read(settled->answer, &kpi_ask_answer_shape, tx_arena(tx), &answer, NULL,
                       NULL) == ERR_OK
                   ? jx_choice_at(KPI_ASK_STATES, answer.state)
                   : SPAN("bad-answer");
    return fed_kpi_ask_end(tx, settled->op, said, clock_utc_us(), why);
}

const struct fed_kind kpi_kinds[KPI_KINDS_N] = {
    {.name = "kpi.release",
     .method = "POST",
     .path = "/fed/v1/kpi/release",
     .roles = FED_ROLE_BIT(FED_ROLE_KPI),
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &kpi_body_shape,
     .output = &taken_shape,
     .is_recorded = true,
     .run = release_run,
     .settled = release_settled},
    {.name = "kpi.ask",
     .method = "POST",
     .path = "/fed/v1/kpi/ask",
     .roles = FED_ROLE_BIT(FED_ROLE_COORDINATOR),
     .keep = FED_KEEP_MONTH,
     .body_most = 1024,
     .input = &kpi_ask_shape,
     .output = &kpi_ask_answer_shape,
     .is_recorded = true,
     .run = ask_run,
     .settled = ask_settled},
};
const struct fed_kind *const kpi_kind_release = &kpi_kinds[0];
const struct fed_kind *const kpi_kind_ask = &kpi_kinds[1];

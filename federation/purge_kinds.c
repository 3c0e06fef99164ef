/* POST /fed/v1/purge: a member says that it leaves. */
#include <stddef.h>

#include "federation/purge_priv.h"
#include "node/base/log.h"

static const struct jx_field ask_fields[] = {
    {.name = "node", .type = JX_ID, .offset = offsetof(struct purge_ask_body, node)},
    {.name = "ask", .type = JX_ID, .offset = offsetof(struct purge_ask_body, ask)},
    {.name = "kpi",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = TOWN_AGGREGATES,
     .offset = offsetof(struct purge_ask_body, kpi),
     .has_offset = offsetof(struct purge_ask_body, has_kpi)},
};
const struct jx_shape purge_ask_shape = JX_SHAPE("PurgeAsk", struct purge_ask_body, ask_fields);
static const struct jx_field answer_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = PURGE_STATES,
     .offset = offsetof(struct purge_answer, state)},
    {.name = "receipt",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = (int64_t)PURGE_TEXT_MOST,
     .offset = offsetof(struct purge_answer, receipt),
     .has_offset = offsetof(struct purge_answer, has_receipt)},
};
const struct jx_shape purge_answer_shape =
    JX_SHAPE("PurgeAnswer", struct purge_answer, answer_fields);

/* A contract ends by everybody's own clock, and the town that leaves may be late: what it asks
 * here takes away from others nothing but what was its own. A revoked key's word is nobody's.
 */
enum fed_code purge_key_find(void *arg, struct span kid, int64_t now_utc_us,
                             const struct fed_member **member_out,
                             const struct fed_key **key_out)
{
    const struct fed_req *req = arg;
    enum fed_code code = registry_key_at(req->registry, kid, now_utc_us, member_out, key_out);

    return code == FED_OK && (*key_out)->is_revoked ? FED_UNKNOWN_KEY : code;
}

enum err purge_is_barred(struct tx *tx, const struct fed_member *peer, struct arena *arena,
                         bool *is_out, struct fail *why)
{
    struct purge_row row;
    enum err rc =
        purge_row_find(tx, NULL, peer->node, span_text(peer->contract), arena, &row, why);

    *is_out = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err begin(struct tx *tx, const struct fed_req *req, const struct purge_ask_body *in,
                      struct fail *why)
{
    const struct purge_row row = {.node = req->peer->node,
                                  .contract = span_text(req->peer->contract),
                                  .ask = in->ask,
                                  .asked_utc_us = req->now_utc_us,
                                  .takes_kpi = in->has_kpi && in->kpi == TOWN_WITHDRAW};
    const struct purge_step step = {.id = id_new(),
                                    .at_utc_us = req->now_utc_us,
                                    .kind = PURGE_ASKED,
                                    .node = row.node,
                                    .code = SPAN("")};
    enum err rc = purge_row_add(tx, &row, why);

    if (rc == ERR_OK)
        rc = purge_step_add(tx, &step, why);
    if (rc == ERR_OK)
        log_warn("purge.asked", L_ID("by", row.node));
    return rc == ERR_OK ? purge_job_post(tx, req->now_utc_us, why) : rc;
}

static enum err purge_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct purge_ask_body *in = req->input;
    struct purge_answer out = {.state = PURGE_WORKING};
    struct purge_row row;
    enum err rc;

    if (!id_eq(in->node, req->peer->node))
        return fed_refuse(req, FED_ROLE_DENIED, why); /* for itself alone */
    rc = purge_row_find(tx, NULL, in->node, span_text(req->peer->contract), req->arena, &row,
                        why);
    if (rc == ERR_NOT_FOUND)
        rc = begin(tx, req, in, why);
    else if (rc == ERR_OK && !id_eq(row.ask, in->ask))
        return fed_refuse(req, FED_OP_CONFLICT, why); /* it left before, by another word */
    else if (rc == ERR_OK && row.receipt.len > 0)
        out = (struct purge_answer){PURGE_DONE, true, row.receipt};
    else if (rc == ERR_OK)
        rc = purge_job_post(tx, req->now_utc_us, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &out, why) : rc;
}

const struct fed_kind purge_kinds[PURGE_KINDS_N] = {
    {.name = PURGE_KIND,
     .method = "POST",
     .path = "/fed/v1/purge",
     .keep = FED_KEEP_MONTH,
     .body_most = 256,
     .input = &purge_ask_shape,
     .output = &purge_answer_shape,
     .takes_stale = true,
     .is_recorded = true,
     .is_late = true,
     .run = purge_run,
     .settled = purge_settled},
};

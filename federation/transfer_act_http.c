/* What the two boards do: home opens, another one there confirms, or it is cancelled; the
 * receiver accepts or declines, and another one there names the account. */
#include "federation/outbox.h"
#include "federation/transfer_http.h"
#include "federation/transfer_pack.h"
#include "node/base/conf.h"
#include "node/base/jx_scalar.h"
#include "node/db/jobs.h"
#include "node/support/child.h"
#include "tenants/people/day.h"

#define CONSENT_DAYS 365 /* an older one is asked for again */

struct transfer_act {
    struct req *req;
    struct federation *federation;
    struct transfer_step step;
    struct transfer_row row;
    struct span sealed;  /* the parcel, of an opening */
    struct id account;   /* of taking */
    const char *refusal; /* by the last run */
    struct done_out {
        struct id transfer;
        int state;
    } done;
};
static const struct jx_field done_fields[] = {
    PLACE_FIELD(JX_ID, done_out, transfer, "転出入"),
    PLACE_CHOICE(done_out, state, TRANSFER_STATES, "状態"),
};
static const struct jx_shape done_shape =
    JX_SHAPE("TransferDone", struct done_out, done_fields);

static enum err refuse(struct transfer_act *act, const char *code, struct fail *why)
{
    act->refusal = code;
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

void transfer_refuse(struct req *req, const char *code, const struct fail *why)
{
    static const struct {
        const char *code, *title_ja;
    } said[] = {
        {"state", "いまの状態では、できません。もう一度読みこんで、たしかめてください。"},
        {"second-person", "確かめるのは、はじめに決めた人とは別の、教育委員会の担当者です。"},
        {"no-member", "登録簿にない、または契約の期間の外にある自治体です。"},
        {"consent-date", "同意の日は、この1年のあいだの、今日までの日を書いてください。"},
        {"open-already", "この児童生徒には、まだ終わっていない転出があります。"},
        {"no-pupil", "転出入に使えるのは、終わっていない児童生徒のIDだけです。"},
        {"no-name", "氏名のない児童生徒です。名簿に氏名を入れてから、記してください。"},
        {"parcel-large", "渡す内容が大きすぎます。渡す内容をへらしてください。"},
    };

    for (size_t i = 0; code != NULL && i < sizeof said / sizeof said[0]; i++)
        if (strcmp(code, said[i].code) == 0) {
            reply_problem(req, 409, said[i].code, said[i].title_ja);
            return;
        }
    reply_fail(req, why);
}

/* ---- the writer's thread ---- */

static const struct fed_member *member_of(const struct registry *registry,
                                          const struct transfer_act *act, struct id node)
{
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);

    return member != NULL && !id_eq(node, act->federation->conf.node) &&
                   fed_member_is_in_contract(member, act->req->now_utc_us)
               ? member
               : NULL;
}

static bool is_member(const struct transfer_act *act, struct id node)
{
    struct registry *registry = trust_now(act->federation->trust);
    bool is_one = member_of(registry, act, node) != NULL;

    registry_unref(&registry);
    return is_one;
}

static enum err find(struct tx *tx, struct transfer_act *act, bool is_out, struct fail *why)
{
    enum err rc =
        transfer_store_find(tx, NULL, act->step.transfer, tx_arena(tx), &act->row, why);

    if (rc == ERR_OK && act->row.is_out != is_out)
        rc = fail_set(why, ERR_NOT_FOUND, "of the other direction");
    return rc;
}

static enum err move(struct tx *tx, struct transfer_act *act, enum transfer_event event,
                     struct fail *why)
{
    enum transfer_state to;

    return transfer_follows(act->row.is_out, act->row.state, event, &to)
               ? transfer_move(tx, &act->row, event, act->req->now_utc_us, why)
               : refuse(act, "state", why);
}

static enum err open_run(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    bool is_pupil = false;
    enum err rc = transfer_store_is_pupil(tx, act->row.person, &is_pupil, why);

    if (rc == ERR_OK && !is_pupil)
        return refuse(act, "no-pupil", why);
    if (rc == ERR_OK)
        rc = transfer_store_add(tx, &act->row, why);
    if (rc == ERR_CONFLICT)
        return refuse(act, "open-already", why);
    return rc == ERR_OK ? transfer_parcel_put(tx, act->row.id, act->row.person,
                                              act->req->now_utc_us, act->sealed, why)
                        : rc;
}

static enum err confirm_run(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    const struct transfer_offer_body body = {act->row.id, act->row.on};
    enum err rc;

    if (id_eq(act->row.by, act->step.by))
        return refuse(act, "second-person", why);
    if (!is_member(act, act->row.peer))
        return refuse(act, "no-member", why);
    act->row.second = act->step.by;
    rc = move(tx, act, TRANSFER_CONFIRM, why);
    return rc == ERR_OK ? transfer_owe(tx, act->federation, &act->row, transfer_kind_offer,
                                       &body, act->req->now_utc_us, why)
                        : rc;
}

/* What was given, without a receipt: one asks, another one ends it. */
static enum err ask_to_end(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    act->row.ending_by = act->step.by;
    act->row.changed_utc_us = act->req->now_utc_us;
    act->step.code = SPAN("first");
    return transfer_store_change(tx, &act->row, why);
}

static enum err cancel_run(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    const struct transfer_end_body body = {act->row.id};
    bool is_told = act->row.state != TRANSFER_ASKED;
    enum err rc;

    if (act->row.state == TRANSFER_GIVEN) {
        if (id_is_none(act->row.ending_by))
            return ask_to_end(tx, act, why);
        if (id_eq(act->row.ending_by, act->step.by))
            return refuse(act, "second-person", why);
        act->row.code = act->step.code = SPAN(TRANSFER_CODE_NO_RECEIPT);
    }
    rc = move(tx, act, TRANSFER_CANCEL, why);
    return rc == ERR_OK && is_told
               ? transfer_owe(tx, act->federation, &act->row, transfer_kind_end, &body,
                              act->req->now_utc_us, why)
               : rc;
}

static enum err answer_run(struct tx *tx, struct transfer_act *act, bool is_yes,
                           struct fail *why)
{
    const struct transfer_answer_body body = {act->row.id, is_yes ? 0 : 1};
    enum err rc;

    if (act->row.state == TRANSFER_OFFERED)
        act->row.by = act->step.by;
    if (!is_yes && (act->row.state == TRANSFER_TAKING || act->row.code.len > 0))
        act->row.code = act->step.code = SPAN(TRANSFER_CODE_DECLINED_TAKE);
    if (!is_yes)
        act->row.person = ID_NONE; /* an account that was named has nothing of it */
    rc = move(tx, act, is_yes ? TRANSFER_ACCEPT : TRANSFER_DECLINE, why);
    return rc == ERR_OK ? transfer_owe(tx, act->federation, &act->row, transfer_kind_answer,
                                       &body, act->req->now_utc_us, why)
                        : rc;
}

/* Named again while it is under way: asked for again, now. */
static enum err take_run(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    bool is_again = act->row.state == TRANSFER_TAKING && id_eq(act->row.person, act->account);
    bool is_pupil = false;
    enum err rc;

    if (id_eq(act->row.by, act->step.by))
        return refuse(act, "second-person", why);
    rc = transfer_store_is_pupil(tx, act->account, &is_pupil, why);
    if (rc == ERR_OK && !is_pupil)
        return refuse(act, "no-pupil", why);
    if (rc == ERR_OK && !is_again) {
        act->row.person = act->account;
        act->row.second = act->step.by;
        act->row.code = SPAN("");
        rc = move(tx, act, TRANSFER_TAKE, why);
    }
    return rc == ERR_OK ? transfer_job_post(tx, why) : rc;
}

static enum err do_it(struct tx *tx, struct transfer_act *act, struct fail *why)
{
    enum err rc = ERR_OK;

    switch (act->step.kind) {
    case TRANSFER_DID_OPEN:
        return open_run(tx, act, why);
    case TRANSFER_DID_CONFIRM:
        rc = find(tx, act, true, why);
        return rc == ERR_OK ? confirm_run(tx, act, why) : rc;
    case TRANSFER_DID_CANCEL:
        rc = find(tx, act, true, why);
        return rc == ERR_OK ? cancel_run(tx, act, why) : rc;
    case TRANSFER_DID_ACCEPT:
    case TRANSFER_DID_DECLINE:
        rc = find(tx, act, false, why);
        return rc == ERR_OK ? answer_run(tx, act, act->step.kind == TRANSFER_DID_ACCEPT, why)
                            : rc;
    case TRANSFER_DID_TAKE:
        rc = find(tx, act, false, why);
        return rc == ERR_OK ? take_run(tx, act, why) : rc;
    case TRANSFER_DID_OFFER:
    case TRANSFER_DID_HEAR:
    case TRANSFER_DID_GIVE:
    case TRANSFER_DID_ARRIVE:
    case TRANSFER_DID_RECEIPT:
    case TRANSFER_DID_REFUSE:
    case TRANSFER_DID_REST:
    case TRANSFER_DID_LAPSE:
        break;
    }
    return fail_set(why, ERR_INTERNAL, "no act of this file");
}

/* Again and again the same: what it writes is what it reads here. */
static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct transfer_act *act = arg;
    struct access_entry access;
    struct transfer_row now;
    bool is_there = false;
    enum err rc;

    act->refusal = NULL;
    act->step.code = SPAN("");
    rc = transfer_step_is_there(tx, &act->step, &is_there, why);
    if (rc == ERR_OK && !is_there)
        rc = do_it(tx, act, why);
    act->step.peer = act->row.peer;
    act->step.person = act->row.person;
    act->step.sha256 = act->row.sha256;
    if (rc == ERR_OK && !is_there)
        rc = transfer_step_add(tx, &act->step, why);
    if (rc == ERR_OK)
        rc = transfer_store_find(tx, NULL, act->step.transfer, tx_arena(tx), &now, why);
    if (rc != ERR_OK)
        return rc;
    act->done = (struct done_out){now.id, (int)now.state};
    act->req->person = now.person;
    access = access_of(act->req);
    return access_append(tx, &access, why);
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct transfer_act *act = arg;
    struct req *req = act->req;

    if (rc != ERR_OK) {
        transfer_refuse(req, rc == ERR_CONFLICT ? act->refusal : NULL, why);
        return;
    }
    req->access_recorded = 1;
    outbox_wake(act->federation);
    jobs_wake(req->services->jobs);
    reply_json(req, 200, &act->done);
}

static void post(struct transfer_act *act)
{
    const struct writer_op op = {act_run, act_done, act};
    struct fail why = {.code = ERR_OK};

    if (writer_post(act->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(act->req, &why);
}

/* ---- requests ---- */

struct act_input {
    struct id id;
};
static const struct jx_field act_fields[] = {PLACE_FIELD(JX_ID, act_input, id, "操作のID")};
static const struct jx_shape act_shape = JX_SHAPE("TransferAct", struct act_input, act_fields);
struct take_input {
    struct id id, account;
};
static const struct jx_field take_fields[] = {
    PLACE_FIELD(JX_ID, take_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, take_input, account, "転入した児童生徒"),
};
static const struct jx_shape take_shape =
    JX_SHAPE("TransferTakeFor", struct take_input, take_fields);
struct open_input {
    struct id transfer, account, node;
    struct span on, parts, consent_on, consent_from;
    int consent_how;
};
static const struct jx_field open_fields[] = {
    PLACE_FIELD(JX_ID, open_input, transfer, "転出入のID"),
    PLACE_FIELD(JX_ID, open_input, account, "児童生徒"),
    PLACE_FIELD(JX_ID, open_input, node, "転出先の自治体"),
    PLACE_FIELD(JX_TEXT, open_input, on, "転出の日"),
    PLACE_FIELD(JX_TEXT, open_input, parts, "渡す内容"),
    PLACE_FIELD(JX_TEXT, open_input, consent_on, "保護者の同意の日"),
    PLACE_CHOICE(open_input, consent_how, TRANSFER_HOWS, "同意の受け方"),
    {.name = "consent_from",
     .type = JX_TEXT,
     .least = 1,
     .most = 60,
     .offset = offsetof(struct open_input, consent_from),
     .title_ja = "同意した人"},
};
static const struct jx_shape open_shape =
    JX_SHAPE("TransferOpen", struct open_input, open_fields);

/* NULL: answered. */
static struct transfer_act *begin(struct req *req, struct id op, enum transfer_step_kind kind)
{
    struct federation *f = transfer_federation(req);
    struct transfer_act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);

    if (act == NULL)
        return NULL;
    arena_mark_secret(req->arena);
    *act = (struct transfer_act){
        .req = req,
        .federation = f,
        .step =
            {
                .id = op,
                .at_utc_us = req->now_utc_us,
                .transfer = req->object,
                .kind = kind,
                .code = SPAN(""),
                .by = req->caller.account,
                .role = span_text(role_id(req->caller.role)),
            },
    };
    return act;
}

/* ---- POST /api/v1/transfers ---- */

static enum err check_days(struct transfer_act *act, const struct open_input *in,
                           struct fail *why)
{
    int64_t on, consent;

    if (!day_begin(in->on, &on))
        return fail_field(why, ERR_INVALID, "/on", "no day");
    if (!day_begin(in->consent_on, &consent))
        return fail_field(why, ERR_INVALID, "/consent_on", "no day");
    return consent > act->req->now_utc_us ||
                   consent < act->req->now_utc_us - CONSENT_DAYS * DAY_US
               ? refuse(act, "consent-date", why)
               : ERR_OK;
}

static enum err fill_row(struct transfer_act *act, const struct open_input *in,
                         struct fail *why)
{
    struct req *req = act->req;
    struct registry *registry = trust_now(act->federation->trust);
    const struct fed_member *member = member_of(registry, act, in->node);
    enum err rc = member == NULL ? refuse(act, "no-member", why) : ERR_OK;

    act->row = (struct transfer_row){
        .id = in->transfer,
        .peer = in->node,
        .peer_name = member == NULL ? SPAN("") : arena_copy(req->arena, member->name_ja),
        .is_out = true,
        .state = TRANSFER_ASKED,
        .person = in->account,
        .parts = in->parts,
        .on = in->on,
        .consent_on = in->consent_on,
        .consent_how = jx_choice_at(TRANSFER_HOWS, in->consent_how),
        .opened_utc_us = req->now_utc_us,
        .changed_utc_us = req->now_utc_us,
        .by = req->caller.account,
        .code = SPAN(""),
    };
    registry_unref(&registry);
    return rc == ERR_OK
               ? child_seal(req, TRANSFER_TABLE, "consent_from_sealed", in->transfer,
                            in->account, in->consent_from, &act->row.consent_from_sealed, why)
               : rc;
}

static enum err pack(struct transfer_act *act, const struct open_input *in, unsigned parts,
                     struct fail *why)
{
    struct req *req = act->req;
    struct hash256 *sha256 = arena_alloc(req->arena, sizeof *sha256);
    const struct transfer_packing packing = {
        .req = req,
        .transfer = in->transfer,
        .home = act->federation->conf.node,
        .receiver = in->node,
        .child = in->account,
        .home_name = span_text(conf_text(req->services->conf, "node.title_ja")),
        .on = in->on,
        .consent_on = in->consent_on,
        .consent_how = act->row.consent_how,
        .parts = parts,
    };
    struct span text;
    enum err rc = sha256 == NULL ? fail_set(why, ERR_NOMEM, "a hash")
                                 : transfer_pack(&packing, &text, why);

    if (rc == ERR_TOO_LARGE)
        return refuse(act, "parcel-large", why);
    if (rc == ERR_NOT_FOUND)
        return refuse(act, "no-name", why);
    if (rc != ERR_OK)
        return rc;
    *sha256 = hash256_of(text);
    act->row.sha256 = hash256_span(sha256);
    return transfer_seal_parcel(req->services->keyring, in->transfer, in->account, text,
                                req->arena, &act->sealed, why);
}

static void open_transfer(struct req *req)
{
    const struct open_input *in = req->input;
    struct transfer_act *act;
    struct fail why = {.code = ERR_OK};
    unsigned parts = 0;
    enum err rc = child_of(req, in->account, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    req->object = in->transfer;
    act = begin(req, in->transfer, TRANSFER_DID_OPEN);
    if (act == NULL)
        return;
    if (id_is_none(in->transfer))
        rc = fail_field(&why, ERR_INVALID, "/transfer", "no id");
    else if (!transfer_parts_read(in->parts, &parts))
        rc = fail_field(&why, ERR_INVALID, "/parts", "no parts");
    if (rc == ERR_OK)
        rc = check_days(act, in, &why);
    if (rc == ERR_OK)
        rc = fill_row(act, in, &why);
    if (rc == ERR_OK)
        rc = pack(act, in, parts, &why);
    if (rc == ERR_OK)
        post(act);
    else
        transfer_refuse(req, rc == ERR_CONFLICT ? act->refusal : NULL, &why);
}

/* ---- the others ---- */

static void act_on(struct req *req, enum transfer_step_kind kind)
{
    const struct act_input *in = req->input;
    struct transfer_act *act;

    if (!transfer_of_path(req))
        return;
    act = begin(req, in->id, kind);
    if (act != NULL)
        post(act);
}

static void confirm_transfer(struct req *req)
{
    act_on(req, TRANSFER_DID_CONFIRM);
}

static void cancel_transfer(struct req *req)
{
    act_on(req, TRANSFER_DID_CANCEL);
}

static void accept_transfer(struct req *req)
{
    act_on(req, TRANSFER_DID_ACCEPT);
}

static void decline_transfer(struct req *req)
{
    act_on(req, TRANSFER_DID_DECLINE);
}

static void take_transfer(struct req *req)
{
    const struct take_input *in = req->input;
    struct transfer_act *act;
    struct fail why = {.code = ERR_OK};

    if (child_of(req, in->account, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!transfer_of_path(req))
        return;
    act = begin(req, in->id, TRANSFER_DID_TAKE);
    if (act == NULL)
        return;
    act->account = in->account;
    post(act);
}

#define ACT \
    .listeners = PLACE_LISTENERS, .roles = TRANSFER_BOARD, .object = OBJECT_ANY_HERE, \
    .audit = AUDIT_CHANGE, .output = &done_shape

const struct route transfer_act_routes[TRANSFER_ACT_ROUTES_N] = {
    {.name = "transfers.open",
     .method = HTTP_POST,
     .path = "/api/v1/transfers",
     ACT,
     .input = &open_shape,
     .summary_ja = "転出を記し、渡す内容をまとめる",
     .handle = open_transfer},
    {.name = "transfers.confirm",
     .method = HTTP_POST,
     .path = "/api/v1/transfers/{transfer}/confirm",
     ACT,
     .input = &act_shape,
     .summary_ja = "ほかの担当者が記した転出を確かめ、相手の自治体に届ける",
     .handle = confirm_transfer},
    {.name = "transfers.cancel",
     .method = HTTP_POST,
     .path = "/api/v1/transfers/{transfer}/cancel",
     ACT,
     .input = &act_shape,
     .summary_ja = "転出を取り下げる",
     .handle = cancel_transfer},
    {.name = "transfers.accept",
     .method = HTTP_POST,
     .path = "/api/v1/transfers/{transfer}/accept",
     ACT,
     .input = &act_shape,
     .summary_ja = "転入を受ける",
     .handle = accept_transfer},
    {.name = "transfers.decline",
     .method = HTTP_POST,
     .path = "/api/v1/transfers/{transfer}/decline",
     ACT,
     .input = &act_shape,
     .summary_ja = "転入を断る",
     .handle = decline_transfer},
    {.name = "transfers.take",
     .method = HTTP_POST,
     .path = "/api/v1/transfers/{transfer}/take",
     ACT,
     .input = &take_shape,
     .summary_ja = "転入した児童生徒のIDに、受け取る内容を結びつける",
     .handle = take_transfer},
};

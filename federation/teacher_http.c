/* What people do with cards of guest teachers: making, changing, withdrawing and offering them
 * (commissioner, contractor), approving and declining (the commissioner alone). */
#include "federation/outbox.h"
#include "federation/teacher_priv.h"
#include "node/io/live.h"
#include "tenants/signin/session_store.h"
#include "tenants/words/words_refuse.h"

struct teacher_act {
    struct req *req;
    struct federation *federation;
    struct teacher_step step;
    struct teacher_card card; /* as it is to be written */
    int64_t version;          /* that was seen; 0: there was none */
    bool is_declined;
    const struct teacher_node *nodes; /* to be offered to */
    size_t n_nodes;
    const char *refusal; /* by the last run */
    struct done_out {
        struct id card;
        int64_t version;
    } done;
};
static const struct jx_field done_fields[] = {
    PLACE_FIELD(JX_ID, done_out, card, "カード"),
    PLACE_FIELD(JX_INT, done_out, version, "カードの版"),
};
static const struct jx_shape done_shape = JX_SHAPE("TeacherDone", struct done_out, done_fields);

static enum err refuse(struct teacher_act *act, const char *code, struct fail *why)
{
    act->refusal = code;
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

/* ---- the writer's thread ---- */

/* The card as it stands, not withdrawn; is_own: it must be this node's. */
static enum err find_card(struct tx *tx, struct teacher_act *act, bool is_own,
                          struct teacher_card *out, struct fail *why)
{
    enum err rc = teacher_card_find(tx, NULL, act->step.card, tx_arena(tx), out, why);

    if (rc != ERR_OK)
        return rc;
    if (is_own && !out->is_own)
        return refuse(act, "not-own", why);
    return out->ended_utc_us != 0 ? refuse(act, "withdrawn", why) : ERR_OK;
}

static enum err tell(struct tx *tx, const struct teacher_act *act,
                     const struct teacher_card *card, struct fail *why)
{
    struct teacher_answer *answers = NULL;
    size_t n = 0;
    enum err rc = teacher_answer_list(tx, NULL, card->card, tx_arena(tx), &answers, &n, why);

    return rc == ERR_OK ? teacher_tell_card(tx, act->federation, card, answers, n,
                                            act->req->now_utc_us, why)
                        : rc;
}

static enum err put_new(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    const struct teacher_answer own = {.card = act->card.card,
                                       .node = act->federation->conf.node,
                                       .home = act->card.home,
                                       .is_own = true,
                                       .version = 1,
                                       .at_utc_us = act->req->now_utc_us};
    bool is_person = false;
    int64_t n = 0;
    enum err rc = teacher_card_is_person(tx, act->card.card, &is_person, why);

    if (rc == ERR_OK && is_person)
        return refuse(act, "id-used", why);
    if (rc == ERR_OK)
        rc = teacher_card_count(tx, act->card.home, &n, why);
    if (rc == ERR_OK && n >= TEACHER_CARDS_MOST)
        return refuse(act, "cards-full", why);
    if (rc == ERR_OK)
        rc = teacher_card_put(tx, &act->card, why);
    return rc == ERR_OK ? teacher_answer_put(tx, &own, why) : rc;
}

static enum err put_run(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    struct teacher_card old = {.version = 0};
    enum err rc = find_card(tx, act, true, &old, why);

    if (rc == ERR_NOT_FOUND && act->version == 0)
        return put_new(tx, act, why);
    if (rc == ERR_OK && old.version != act->version)
        return refuse(act, "changed", why);
    if (rc == ERR_OK)
        rc = teacher_card_put(tx, &act->card, why);
    return rc == ERR_OK ? tell(tx, act, &act->card, why) : rc;
}

static enum err withdraw_run(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    enum err rc = find_card(tx, act, true, &act->card, why);

    if (rc != ERR_OK)
        return rc;
    act->card.version++;
    act->card.changed_utc_us = act->card.ended_utc_us = act->req->now_utc_us;
    act->card.by = act->req->caller.account;
    act->step.version = act->card.version;
    rc = teacher_card_put(tx, &act->card, why);
    return rc == ERR_OK ? tell(tx, act, &act->card, why) : rc;
}

static bool is_member(const struct teacher_act *act, struct id node)
{
    struct registry *registry = trust_now(act->federation->trust);
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);
    bool is_one = member != NULL && !id_eq(node, act->federation->conf.node) &&
                  fed_member_is_in_contract(member, act->req->now_utc_us);

    registry_unref(&registry);
    return is_one;
}

/* One leaf a node; the act's own is that of the first new one. */
static enum err offer_one(struct tx *tx, const struct teacher_act *act, struct id node,
                          struct fail *why)
{
    const struct teacher_answer row = {.card = act->card.card,
                                       .node = node,
                                       .home = act->card.home,
                                       .version = act->card.version,
                                       .at_utc_us = act->req->now_utc_us};
    struct teacher_step step = act->step;
    enum err rc = teacher_answer_put(tx, &row, why);

    step.id = id_new();
    step.node = node;
    step.version = act->card.version;
    return rc == ERR_OK ? teacher_step_add(tx, &step, why) : rc;
}

static enum err offer_run(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    struct teacher_answer *answers = NULL;
    size_t n = 0, n_new = 0;
    enum err rc = find_card(tx, act, true, &act->card, why);

    if (rc == ERR_OK)
        rc = teacher_answer_list(tx, NULL, act->card.card, tx_arena(tx), &answers, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < act->n_nodes; i++) {
        if (teacher_answer_of(answers, n, act->card.card, act->nodes[i].node) != NULL)
            continue;
        if (!is_member(act, act->nodes[i].node))
            return refuse(act, "no-member", why);
        if (n + n_new++ > TEACHER_NODES_MOST)
            return refuse(act, "nodes-full", why);
        rc = offer_one(tx, act, act->nodes[i].node, why);
    }
    if (rc == ERR_OK && n_new > 0)
        rc = tell(tx, act, &act->card, why);
    if (rc == ERR_OK && n_new > 0) /* who is new hears this node's own answer, too */
        rc = teacher_answer_list(tx, NULL, act->card.card, tx_arena(tx), &answers, &n, why);
    for (size_t i = 0; rc == ERR_OK && n_new > 0 && i < act->n_nodes; i++)
        rc = teacher_tell_answer(tx, act->federation, &act->card, answers, n,
                                 act->nodes[i].node, act->req->now_utc_us, why);
    act->step.version = act->card.version;
    return rc;
}

static enum err answer_run(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    struct teacher_answer *answers = NULL;
    struct teacher_answer own = {
        .card = act->step.card,
        .node = act->federation->conf.node,
        .is_own = true,
        .state = act->is_declined ? TEACHER_DECLINED : TEACHER_APPROVED,
        .version = act->version,
        .at_utc_us = act->req->now_utc_us,
    };
    size_t n = 0;
    enum err rc = find_card(tx, act, false, &act->card, why);

    if (rc == ERR_OK && act->card.version != act->version)
        return refuse(act, "changed", why);
    own.home = act->card.home;
    if (rc == ERR_OK)
        rc = teacher_answer_put(tx, &own, why);
    if (rc == ERR_OK)
        rc = teacher_answer_list(tx, NULL, act->card.card, tx_arena(tx), &answers, &n, why);
    return rc == ERR_OK ? teacher_tell_answer(tx, act->federation, &act->card, answers, n,
                                              ID_NONE, act->req->now_utc_us, why)
                        : rc;
}

static enum err do_it(struct tx *tx, struct teacher_act *act, struct fail *why)
{
    switch (act->step.kind) {
    case TEACHER_MAKE:
    case TEACHER_CHANGE:
        return put_run(tx, act, why);
    case TEACHER_WITHDRAW:
        return withdraw_run(tx, act, why);
    case TEACHER_OFFER:
        return offer_run(tx, act, why);
    case TEACHER_APPROVE:
    case TEACHER_DECLINE:
        return answer_run(tx, act, why);
    case TEACHER_RECEIVE:
    case TEACHER_HEARD:
    case TEACHER_SLOT:
    case TEACHER_SLOT_END:
        break;
    }
    return fail_set(why, ERR_INTERNAL, "no act of this file");
}

/* His sessions end with it, should he be in. */
static bool ends_rights(const struct teacher_act *act)
{
    return act->step.kind != TEACHER_APPROVE && act->step.kind != TEACHER_OFFER;
}

/* Again and again the same: what it writes is what it reads here. */
static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct teacher_act *act = arg;
    const struct access_entry access = access_of(act->req);
    struct teacher_card now;
    bool is_there = false;
    enum err rc;

    act->refusal = NULL;
    rc = teacher_step_is_there(tx, &act->step, &is_there, why);
    if (rc == ERR_OK && !is_there)
        rc = do_it(tx, act, why);
    if (rc == ERR_OK && !is_there)
        rc = teacher_step_add(tx, &act->step, why);
    if (rc == ERR_OK && !is_there && ends_rights(act))
        rc = session_store_end_others(tx, act->step.card, ID_NONE, "guest-ended",
                                      act->req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = teacher_card_find(tx, NULL, act->step.card, tx_arena(tx), &now, why);
    if (rc == ERR_OK)
        act->done = (struct done_out){now.card, now.version};
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct teacher_act *act = arg;
    struct req *req = act->req;

    if (rc != ERR_OK) {
        teacher_refuse(req, rc == ERR_CONFLICT ? act->refusal : NULL, why);
        return;
    }
    req->access_recorded = 1;
    if (ends_rights(act))
        live_drop_account(req->services->live, act->step.card, ID_NONE);
    outbox_wake(act->federation);
    reply_json(req, 200, &act->done);
}

static void post(struct teacher_act *act)
{
    const struct writer_op op = {act_run, act_done, act};
    struct fail why = {.code = ERR_OK};

    if (writer_post(act->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(act->req, &why);
}

/* ---- requests ---- */

struct teacher_input {
    struct id id;
    int64_t expected_version, version;
    struct span name, field, evidence, times;
    struct jx_list nodes;
};
#define ACT_ID PLACE_FIELD(JX_ID, teacher_input, id, "操作のID")
static const struct jx_field put_fields[] = {
    ACT_ID,
    {.name = "expected_version",
     .type = JX_INT,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct teacher_input, expected_version),
     .title_ja = "見ていた版（0は新しいカード）"},
    TEACHER_TEXT_FIELDS(teacher_input),
};
static const struct jx_shape put_shape =
    JX_SHAPE("TeacherPut", struct teacher_input, put_fields);
static const struct jx_field withdraw_fields[] = {ACT_ID};
static const struct jx_shape withdraw_shape =
    JX_SHAPE("TeacherWithdraw", struct teacher_input, withdraw_fields);
static const struct jx_field offer_fields[] = {
    ACT_ID,
    {.name = "nodes",
     .type = JX_LIST,
     .shape = &teacher_node_shape,
     .least = 1,
     .most = TEACHER_NODES_MOST,
     .offset = offsetof(struct teacher_input, nodes),
     .title_ja = "届ける自治体"},
};
static const struct jx_shape offer_shape =
    JX_SHAPE("TeacherOfferTo", struct teacher_input, offer_fields);
static const struct jx_field answer_fields[] = {
    ACT_ID,
    {.name = "version",
     .type = JX_INT,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct teacher_input, version),
     .title_ja = "読んだ版"},
};
static const struct jx_shape answer_shape =
    JX_SHAPE("TeacherDecide", struct teacher_input, answer_fields);

/* NULL: answered. */
static struct teacher_act *begin(struct req *req, enum teacher_step_kind kind)
{
    const struct teacher_input *in = req->input;
    struct federation *f = teacher_federation(req);
    struct teacher_act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);
    struct fail why = {.code = ERR_OK};

    if (act == NULL)
        return NULL;
    arena_mark_secret(req->arena);
    if (id_parse(req_param(req, "card"), &req->object, NULL) != ERR_OK ||
        id_is_none(req->object)) {
        fail_set(&why, ERR_NOT_FOUND, "no such card");
        reply_fail(req, &why);
        return NULL;
    }
    *act = (struct teacher_act){
        .req = req,
        .federation = f,
        .step = teacher_step_of(req, in->id, req->object, kind, 1),
        .version = in->version,
        .is_declined = kind == TEACHER_DECLINE,
        .nodes = in->nodes.at,
        .n_nodes = in->nodes.n,
    };
    if (kind == TEACHER_APPROVE || kind == TEACHER_DECLINE)
        act->step.version = in->version;
    return act;
}

static enum err check_words(struct req *req, const struct teacher_input *in,
                            struct jx_defects *defects, struct fail *why)
{
    struct words_desk *desk = req->services->words;
    enum err rc = words_refuse(desk, WORDS_SURFACE_NAME, in->name, "/name", "名前", req->arena,
                               defects, why);

    if (rc == ERR_OK)
        rc = words_refuse(desk, WORDS_SURFACE_PAPER, in->field, "/field", "専門・話せること",
                          req->arena, defects, why);
    if (rc == ERR_OK)
        rc = words_refuse(desk, WORDS_SURFACE_PAPER, in->evidence, "/evidence",
                          "経歴・資格など", req->arena, defects, why);
    if (rc == ERR_OK)
        rc = words_refuse(desk, WORDS_SURFACE_PAPER, in->times, "/times", "来られる日時",
                          req->arena, defects, why);
    return rc;
}

/* What decides an approval changed. */
static enum err is_core_new(struct req *req, const struct teacher_card *old,
                            const struct teacher_input *in, bool *is_new_out, struct fail *why)
{
    struct span texts[TEACHER_TEXTS_N] = {SPAN_NONE};
    enum err rc = teacher_card_open(req->services->keyring, old, req->arena, texts, why);

    *is_new_out = !span_eq(texts[TEACHER_NAME], in->name) ||
                  !span_eq(texts[TEACHER_FIELD], in->field) ||
                  !span_eq(texts[TEACHER_EVIDENCE], in->evidence);
    return rc;
}

static enum err fill_card(struct teacher_act *act, const struct teacher_input *in,
                          struct fail *why)
{
    struct req *req = act->req;
    const struct span texts[TEACHER_TEXTS_N] = {[TEACHER_NAME] = in->name,
                                                [TEACHER_FIELD] = in->field,
                                                [TEACHER_EVIDENCE] = in->evidence,
                                                [TEACHER_TIMES] = in->times};
    struct teacher_card *card = &act->card;
    bool is_core = true;
    enum err rc = teacher_card_find(NULL, req->db, req->object, req->arena, card, why);

    if (rc == ERR_OK) {
        rc = is_core_new(req, card, in, &is_core, why);
    } else if (rc == ERR_NOT_FOUND) {
        *card = (struct teacher_card){.card = req->object,
                                      .home = act->federation->conf.node,
                                      .is_own = true,
                                      .made_utc_us = req->now_utc_us};
        rc = in->expected_version == 0 ? ERR_OK : rc;
    }
    act->version = in->expected_version;
    act->step.kind = act->version == 0 ? TEACHER_MAKE : TEACHER_CHANGE;
    card->version = act->step.version = act->version + 1;
    card->core_version = is_core ? card->version : card->core_version;
    card->changed_utc_us = req->now_utc_us;
    card->by = req->caller.account;
    return rc == ERR_OK
               ? teacher_card_seal(req->services->keyring, card, texts, req->arena, why)
               : rc;
}

static void put_card(struct req *req)
{
    const struct teacher_input *in = req->input;
    struct teacher_act *act = begin(req, TEACHER_MAKE);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (act == NULL)
        return;
    rc = check_words(req, in, &defects, &why);
    if (rc == ERR_OK && defects.n > 0) {
        reply_defects(req, &defects);
        return;
    }
    if (rc == ERR_OK)
        rc = fill_card(act, in, &why);
    if (rc == ERR_OK)
        post(act);
    else
        reply_fail(req, &why);
}

static void act_on(struct req *req, enum teacher_step_kind kind)
{
    struct teacher_act *act = begin(req, kind);

    if (act != NULL)
        post(act);
}

static void withdraw_card(struct req *req)
{
    act_on(req, TEACHER_WITHDRAW);
}

static void offer_card(struct req *req)
{
    act_on(req, TEACHER_OFFER);
}

static void approve_card(struct req *req)
{
    act_on(req, TEACHER_APPROVE);
}

static void decline_card(struct req *req)
{
    act_on(req, TEACHER_DECLINE);
}

#define ACT(roles_) \
    .listeners = PLACE_LISTENERS, .roles = (roles_), .object = OBJECT_ANY_HERE, \
    .audit = AUDIT_CHANGE, .output = &done_shape

const struct route teacher_routes[TEACHER_ROUTES_N] = {
    {.name = "teachers.put",
     .method = HTTP_PUT,
     .path = "/api/v1/teachers/{card}",
     ACT(PLACE_KEEPERS),
     .input = &put_shape,
     .summary_ja = "ゲストティーチャーのカードを作る、変える",
     .handle = put_card},
    {.name = "teachers.withdraw",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/{card}/withdraw",
     ACT(PLACE_KEEPERS),
     .input = &withdraw_shape,
     .summary_ja = "カードを取り下げる",
     .handle = withdraw_card},
    {.name = "teachers.offer",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/{card}/offer",
     ACT(PLACE_KEEPERS),
     .input = &offer_shape,
     .summary_ja = "カードをほかの自治体に届ける",
     .handle = offer_card},
    {.name = "teachers.approve",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/{card}/approve",
     ACT(PLACE_DECIDERS),
     .input = &answer_shape,
     .summary_ja = "ゲストティーチャーを承認する",
     .handle = approve_card},
    {.name = "teachers.decline",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/{card}/decline",
     ACT(PLACE_DECIDERS),
     .input = &answer_shape,
     .summary_ja = "ゲストティーチャーを見送る、承認を取りやめる",
     .handle = decline_card},
};

/* Guest teachers between nodes: a card comes, an answer comes. Whatever a body says, a card is
 * its sender's and an answer its sender's own. */
#include "federation/outbox.h"
#include "federation/teacher_priv.h"
#include "federation/tell_board.h"
#include "node/base/log.h"

static const struct jx_field node_fields[] = {PLACE_FIELD(JX_ID, teacher_node, node, "ノード")};
const struct jx_shape teacher_node_shape =
    JX_SHAPE("TeacherNode", struct teacher_node, node_fields);

#define VERSION_FIELD(struct_, name_) \
    { \
        .name = #name_, .type = JX_INT, .least = 1, .most = INT32_MAX, \
        .offset = offsetof(struct struct_, name_) \
    }
static const struct jx_field offer_fields[] = {
    PLACE_FIELD(JX_ID, teacher_offer_body, card, "カード"),
    VERSION_FIELD(teacher_offer_body, version),
    VERSION_FIELD(teacher_offer_body, core_version),
    TEACHER_TEXT_FIELDS(teacher_offer_body),
    PLACE_FIELD(JX_BOOL, teacher_offer_body, is_withdrawn, "取り下げたか"),
    {.name = "nodes",
     .type = JX_LIST,
     .shape = &teacher_node_shape,
     .least = 1,
     .most = TEACHER_NODES_MOST,
     .offset = offsetof(struct teacher_offer_body, nodes)},
};
const struct jx_shape teacher_offer_shape =
    JX_SHAPE("TeacherOffer", struct teacher_offer_body, offer_fields);
static const struct jx_field answer_fields[] = {
    PLACE_FIELD(JX_ID, teacher_answer_body, card, "カード"),
    PLACE_FIELD(JX_ID, teacher_answer_body, home, "作ったノード"),
    VERSION_FIELD(teacher_answer_body, version),
    PLACE_CHOICE(teacher_answer_body, answer, TEACHER_ANSWERS, "決定"),
};
const struct jx_shape teacher_answer_shape =
    JX_SHAPE("TeacherAnswer", struct teacher_answer_body, answer_fields);

struct heard {
    int64_t version;
};
static const struct jx_field heard_fields[] = {VERSION_FIELD(heard, version)};
static const struct jx_shape heard_shape = JX_SHAPE("TeacherHeard", struct heard, heard_fields);

/* ---- telling ---- */

/* Who left the federation is not told any more. */
static enum err put_one(struct tx *tx, struct federation *f, struct id to,
                        const struct fed_kind *kind, struct span body, int64_t now_utc_us,
                        struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    bool is_there = registry != NULL && registry_member(registry, to) != NULL;

    registry_unref(&registry);
    return is_there ? outbox_put(tx, f, to, kind, id_new(), body, now_utc_us, why) : ERR_OK;
}

/* As offered: without this node and the card's home. */
static bool is_offered(const struct teacher_card *card, const struct teacher_answer *answer)
{
    return !answer->is_own && !id_eq(answer->node, card->home);
}

enum err teacher_tell_card(struct tx *tx, struct federation *f, const struct teacher_card *card,
                           const struct teacher_answer *answers, size_t n, int64_t now_utc_us,
                           struct fail *why)
{
    struct teacher_node *nodes = arena_alloc(tx_arena(tx), (n + 1) * sizeof *nodes);
    struct span texts[TEACHER_TEXTS_N] = {SPAN_NONE}, bytes;
    struct teacher_offer_body body = {.card = card->card,
                                      .version = card->version,
                                      .core_version = card->core_version,
                                      .is_withdrawn = card->ended_utc_us != 0,
                                      .nodes = {.at = nodes}};
    enum err rc;

    if (nodes == NULL)
        return fail_set(why, ERR_NOMEM, "nodes");
    for (size_t i = 0; i < n; i++)
        if (is_offered(card, &answers[i]))
            nodes[body.nodes.n++].node = answers[i].node;
    if (body.nodes.n == 0)
        return ERR_OK;
    rc = teacher_card_open(f->conf.services->keyring, card, tx_arena(tx), texts, why);
    body.name = texts[TEACHER_NAME];
    body.field = texts[TEACHER_FIELD];
    body.evidence = texts[TEACHER_EVIDENCE];
    body.times = texts[TEACHER_TIMES];
    if (rc == ERR_OK)
        rc = jx_write(&teacher_offer_shape, &body, tx_arena(tx), &bytes, why);
    for (size_t i = 0; rc == ERR_OK && i < body.nodes.n; i++)
        rc = put_one(tx, f, nodes[i].node, &teacher_kinds[0], bytes, now_utc_us, why);
    return rc;
}

enum err teacher_tell_answer(struct tx *tx, struct federation *f,
                             const struct teacher_card *card,
                             const struct teacher_answer *answers, size_t n, struct id to,
                             int64_t now_utc_us, struct fail *why)
{
    const struct teacher_answer *own = teacher_answer_of(answers, n, card->card, f->conf.node);
    struct teacher_answer_body body = {.card = card->card, .home = card->home};
    struct span bytes;
    enum err rc;

    if (own == NULL || own->state == TEACHER_OFFERED)
        return ERR_OK;
    body.version = own->version;
    body.answer = own->state == TEACHER_APPROVED ? 0 : 1;
    rc = jx_write(&teacher_answer_shape, &body, tx_arena(tx), &bytes, why);
    if (rc == ERR_OK && !id_is_none(to))
        return put_one(tx, f, to, &teacher_kinds[1], bytes, now_utc_us, why);
    if (rc == ERR_OK && !card->is_own)
        rc = put_one(tx, f, card->home, &teacher_kinds[1], bytes, now_utc_us, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (is_offered(card, &answers[i]))
            rc = put_one(tx, f, answers[i].node, &teacher_kinds[1], bytes, now_utc_us, why);
    return rc;
}

/* ---- POST /fed/v1/teachers/offer ---- */

static enum err note(struct tx *tx, const struct fed_req *req, struct id card,
                     enum teacher_step_kind kind, int64_t version, const char *code,
                     struct fail *why)
{
    const struct teacher_step step = {
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .card = card,
        .kind = kind,
        .version = version,
        .node = req->peer->node,
        .code = span_text(code),
        .role = SPAN("node"),
    };

    return teacher_step_add(tx, &step, why);
}

static enum err say_heard(struct fed_req *req, int64_t version, struct fail *why)
{
    const struct heard heard = {version};

    return fed_say_json(req, 200, &heard, why);
}

/* May the sender write this card here? *is_new_out: nothing is known of it. */
static enum err check_card(struct tx *tx, struct fed_req *req, struct teacher_card *card,
                           bool *is_new_out, struct fail *why)
{
    const struct teacher_offer_body *in = req->input;
    bool is_person = false;
    int64_t n = 0;
    enum err rc = teacher_card_find(tx, NULL, in->card, req->arena, card, why);

    *is_new_out = rc == ERR_NOT_FOUND;
    if (rc == ERR_OK && (card->is_own || !id_eq(card->home, req->peer->node)))
        return fed_refuse(req, FED_ROLE_DENIED, why);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = teacher_card_is_person(tx, in->card, &is_person, why);
    if (rc == ERR_OK && is_person)
        return fed_refuse(req, FED_ROLE_DENIED, why);
    if (rc == ERR_OK)
        rc = teacher_card_count(tx, req->peer->node, &n, why);
    if (rc == ERR_OK && n >= TEACHER_CARDS_MOST)
        return fed_refuse(req, FED_TOO_LARGE, why);
    return rc;
}

static enum err keep_card(struct tx *tx, struct fed_req *req, struct teacher_card *card,
                          bool is_new, struct fail *why)
{
    const struct teacher_offer_body *in = req->input;
    const struct span texts[TEACHER_TEXTS_N] = {[TEACHER_NAME] = in->name,
                                                [TEACHER_FIELD] = in->field,
                                                [TEACHER_EVIDENCE] = in->evidence,
                                                [TEACHER_TIMES] = in->times};
    enum err rc;

    if (is_new)
        *card = (struct teacher_card){
            .card = in->card, .home = req->peer->node, .made_utc_us = req->now_utc_us};
    card->version = in->version;
    card->core_version = in->core_version;
    card->changed_utc_us = req->now_utc_us;
    card->ended_utc_us = in->is_withdrawn ? req->now_utc_us : 0;
    rc = teacher_card_seal(req->services->keyring, card, texts, req->arena, why);
    if (rc == ERR_OK)
        rc = teacher_card_put(tx, card, why);
    if (rc == ERR_OK && is_new)
        rc = teacher_answer_clear(tx, card, why);
    return rc == ERR_OK ? note(tx, req, in->card, TEACHER_RECEIVE, in->version,
                               in->is_withdrawn ? "withdrawn" : "on", why)
                        : rc;
}

/* What was approved is a name, a field and an evidence, not a number: its home may not change
 * them under an approval, nor bring back one of before. */
static enum err check_core(struct fed_req *req, const struct teacher_card *old,
                           struct fail *why)
{
    const struct teacher_offer_body *in = req->input;
    struct span texts[TEACHER_TEXTS_N] = {SPAN_NONE};
    enum err rc = teacher_card_open(req->services->keyring, old, req->arena, texts, why);
    bool is_same;

    if (rc != ERR_OK)
        return rc;
    is_same = span_eq(texts[TEACHER_NAME], in->name) &&
              span_eq(texts[TEACHER_FIELD], in->field) &&
              span_eq(texts[TEACHER_EVIDENCE], in->evidence);
    return in->core_version < old->core_version ||
                   (!is_same && in->core_version <= old->version)
               ? fed_refuse(req, FED_BAD_JSON, why)
               : ERR_OK;
}

/* Everybody it was offered to has a row here; who is new hears what this node has answered. */
static enum err keep_nodes(struct tx *tx, struct fed_req *req, const struct teacher_card *card,
                           struct fail *why)
{
    const struct teacher_offer_body *in = req->input;
    const struct teacher_node *nodes = in->nodes.at;
    struct federation *f = req->federation;
    struct teacher_answer *answers = NULL;
    size_t n = 0;
    enum err rc = teacher_answer_list(tx, NULL, card->card, req->arena, &answers, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < in->nodes.n; i++) {
        const struct teacher_answer row = {.card = card->card,
                                           .node = nodes[i].node,
                                           .home = card->home,
                                           .is_own = id_eq(nodes[i].node, f->conf.node),
                                           .version = card->version,
                                           .at_utc_us = req->now_utc_us};

        if (teacher_answer_of(answers, n, card->card, nodes[i].node) != NULL ||
            id_eq(nodes[i].node, card->home) ||
            registry_member(req->registry, nodes[i].node) == NULL)
            continue;
        rc = teacher_answer_put(tx, &row, why);
        if (rc == ERR_OK && !row.is_own)
            rc = teacher_tell_answer(tx, f, card, answers, n, row.node, req->now_utc_us, why);
    }
    return rc;
}

static enum err offer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct teacher_offer_body *in = req->input;
    struct teacher_card card = {.version = 0};
    bool is_new = false;
    enum err rc;

    if (in->core_version > in->version || id_is_none(in->card))
        return fed_refuse(req, FED_BAD_JSON, why);
    rc = check_card(tx, req, &card, &is_new, why);
    if (rc != ERR_OK)
        return rc;
    if (is_new && in->is_withdrawn)
        return say_heard(req, in->version, why); /* nothing of it is here, and none is needed */
    if (!is_new && in->version > card.version)
        rc = check_core(req, &card, why);
    if (rc == ERR_OK && (is_new || in->version > card.version))
        rc = keep_card(tx, req, &card, is_new, why);
    if (rc == ERR_OK && in->version >= card.version && card.ended_utc_us == 0)
        rc = keep_nodes(tx, req, &card, why);
    if (rc == ERR_OK && is_new)
        rc = tell_board(tx, req->op, "teachers", req->now_utc_us, why);
    return rc == ERR_OK ? say_heard(req, card.version, why) : rc;
}

/* ---- POST /fed/v1/teachers/answer ---- */

/* May the sender have an answer here? */
static enum err check_answer(struct tx *tx, struct fed_req *req,
                             const struct teacher_card *card, const struct teacher_answer *old,
                             struct fail *why)
{
    const struct teacher_answer_body *in = req->input;
    int64_t n = 0;
    enum err rc;

    if (card != NULL && !id_eq(card->home, in->home))
        return fed_refuse(req, FED_ROLE_DENIED, why); /* another's card by that id */
    if (card != NULL && card->is_own && old == NULL)
        return fed_refuse(req, FED_ROLE_DENIED, why); /* it was never offered there */
    if (card != NULL || old != NULL)
        return ERR_OK;
    rc = teacher_answer_loose(tx, req->peer->node, &n, why);
    return rc == ERR_OK && n >= TEACHER_LOOSE_MOST ? fed_refuse(req, FED_TOO_LARGE, why) : rc;
}

static enum err keep_answer(struct tx *tx, struct fed_req *req, const struct teacher_card *card,
                            const struct teacher_answer *answers, size_t n, struct fail *why)
{
    const struct teacher_answer_body *in = req->input;
    const struct teacher_answer *old = teacher_answer_of(answers, n, in->card, req->peer->node);
    const struct teacher_answer row = {
        .card = in->card,
        .node = req->peer->node,
        .home = in->home,
        .state = in->answer == 0 ? TEACHER_APPROVED : TEACHER_DECLINED,
        .version = in->version,
        .at_utc_us = req->now_utc_us,
    };
    enum err rc = check_answer(tx, req, card, old, why);

    if (rc != ERR_OK || (old != NULL && old->state == row.state && old->version == row.version))
        return rc;
    rc = teacher_answer_put(tx, &row, why);
    if (rc == ERR_OK)
        rc = note(tx, req, in->card, TEACHER_HEARD, in->version,
                  in->answer == 0 ? "approved" : "declined", why);
    if (rc == ERR_OK && card != NULL && old == NULL)
        rc = teacher_tell_answer(tx, req->federation, card, answers, n, row.node,
                                 req->now_utc_us, why);
    return rc;
}

static enum err answer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct teacher_answer_body *in = req->input;
    struct teacher_answer *answers = NULL;
    struct teacher_card card;
    size_t n = 0;
    bool is_known;
    enum err rc = teacher_card_find(tx, NULL, in->card, req->arena, &card, why);

    if (id_is_none(in->card))
        return fed_refuse(req, FED_BAD_JSON, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    is_known = rc == ERR_OK;
    rc = teacher_answer_list(tx, NULL, in->card, req->arena, &answers, &n, why);
    if (rc == ERR_OK)
        rc = keep_answer(tx, req, is_known ? &card : NULL, answers, n, why);
    return rc == ERR_OK ? say_heard(req, in->version, why) : rc;
}

const struct fed_kind teacher_kinds[TEACHER_KINDS_N] = {
    {.name = "teacher.offer",
     .method = "POST",
     .path = "/fed/v1/teachers/offer",
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &teacher_offer_shape,
     .output = &heard_shape,
     .is_recorded = true,
     .run = offer_run},
    {.name = "teacher.answer",
     .method = "POST",
     .path = "/fed/v1/teachers/answer",
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &teacher_answer_shape,
     .output = &heard_shape,
     .is_recorded = true,
     .run = answer_run},
};

/* Cards of guest teachers, as commissioner and contractor read them. */
#include "federation/teacher_priv.h"
#include "node/classes/class_text.h"
#include "node/classes/lesson_plan_store.h"
#include "tenants/people/account_store.h"

#define SLOTS_SHOWN 50

struct node_out {
    struct id node;
    struct span name;
    int answer;
    int64_t at;
};
#define NODE_ANSWERS "offered|approved|declined|changed"
static const struct jx_field node_fields[] = {
    PLACE_FIELD(JX_ID, node_out, node, "自治体"),
    PLACE_FIELD(JX_TEXT, node_out, name, "その名前"),
    PLACE_CHOICE(node_out, answer, NODE_ANSWERS, "決定"),
    PLACE_FIELD(JX_TIME, node_out, at, "いつ"),
};
static const struct jx_shape node_shape =
    JX_SHAPE("TeacherNodeAnswer", struct node_out, node_fields);

struct slot_out {
    struct id slot, lesson;
    struct span title, day;
    int64_t from, to, ended_at;
    int part;
    bool is_given, is_over, has_ended_at;
};
static const struct jx_field slot_fields[] = {
    PLACE_FIELD(JX_ID, slot_out, slot, "わりあて"),
    PLACE_FIELD(JX_ID, slot_out, lesson, "授業"),
    PLACE_FIELD(JX_TEXT, slot_out, title, "講座名"),
    PLACE_FIELD(JX_TEXT, slot_out, day, "日"),
    PLACE_FIELD(JX_TIME, slot_out, from, "始まり"),
    PLACE_FIELD(JX_TIME, slot_out, to, "終わり"),
    PLACE_CHOICE(slot_out, part, TEACHER_PARTS, "役"),
    PLACE_FIELD(JX_BOOL, slot_out, is_given, "いまもわりあてているか"),
    PLACE_FIELD(JX_BOOL, slot_out, is_over, "授業が終わっているか"),
    PLACE_MAYBE(JX_TIME, slot_out, ended_at, has_ended_at, "取りやめた時刻"),
};
static const struct jx_shape slot_shape = JX_SHAPE("TeacherSlot", struct slot_out, slot_fields);

struct card_out {
    struct id card, home;
    struct span home_name, name, field, evidence, times, account_state;
    int64_t version, core_version, changed_at;
    bool is_own, is_withdrawn, has_account_state;
    int answer;
    struct jx_list nodes, slots;
};
#define OWN_ANSWERS "none|approved|declined|changed"
static const struct jx_field card_fields[] = {
    PLACE_FIELD(JX_ID, card_out, card, "カード"),
    PLACE_FIELD(JX_ID, card_out, home, "作った自治体"),
    PLACE_FIELD(JX_TEXT, card_out, home_name, "その名前"),
    PLACE_FIELD(JX_BOOL, card_out, is_own, "この自治体のカードか"),
    PLACE_FIELD(JX_INT, card_out, version, "カードの版"),
    PLACE_FIELD(JX_INT, card_out, core_version, "名前・専門・経歴が最後に変わった版"),
    PLACE_FIELD(JX_TEXT, card_out, name, "名前"),
    PLACE_FIELD(JX_TEXT, card_out, field, "専門・話せること"),
    PLACE_FIELD(JX_TEXT, card_out, evidence, "経歴・資格など"),
    PLACE_FIELD(JX_TEXT, card_out, times, "来られる日時"),
    PLACE_FIELD(JX_BOOL, card_out, is_withdrawn, "取り下げたか"),
    PLACE_FIELD(JX_TIME, card_out, changed_at, "最後に変わった時刻"),
    PLACE_CHOICE(card_out, answer, OWN_ANSWERS, "この自治体の決定"),
    PLACE_MAYBE(JX_TEXT, card_out, account_state, has_account_state, "この自治体でのIDの状態"),
    {.name = "nodes",
     .type = JX_LIST,
     .shape = &node_shape,
     .offset = offsetof(struct card_out, nodes),
     .title_ja = "届けた自治体と、その決定"},
    {.name = "slots",
     .type = JX_LIST,
     .shape = &slot_shape,
     .offset = offsetof(struct card_out, slots),
     .title_ja = "わりあてた授業（一枚を見るとき）"},
};
static const struct jx_shape card_shape = JX_SHAPE("TeacherCard", struct card_out, card_fields);

struct member_out {
    struct id node;
    struct span name;
};
static const struct jx_field member_fields[] = {
    PLACE_FIELD(JX_ID, member_out, node, "自治体"),
    PLACE_FIELD(JX_TEXT, member_out, name, "その名前"),
};
static const struct jx_shape member_shape =
    JX_SHAPE("TeacherMember", struct member_out, member_fields);

struct cards_out {
    struct jx_list items, members;
};
static const struct jx_field cards_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &card_shape,
     .offset = offsetof(struct cards_out, items),
     .title_ja = "カード（新しい順）"},
    {.name = "members",
     .type = JX_LIST,
     .shape = &member_shape,
     .offset = offsetof(struct cards_out, members),
     .title_ja = "カードを届けられる自治体"},
};
static const struct jx_shape cards_shape =
    JX_SHAPE("TeacherCards", struct cards_out, cards_fields);

/* ---- one card ---- */

/* What is being shown, and by which registry. */
struct showing {
    struct req *req;
    const struct registry *registry; /* NULL: none */
    const struct teacher_answer *answers;
    size_t n_answers;
};

/* Index into NODE_ANSWERS; OWN_ANSWERS differs in its first word alone. */
static int answer_of(const struct teacher_card *card, const struct teacher_answer *answer)
{
    if (answer == NULL || answer->state == TEACHER_OFFERED)
        return 0;
    if (answer->state == TEACHER_DECLINED)
        return 2;
    return teacher_is_approved(card, answer) ? 1 : 3;
}

static enum err fill_nodes(const struct showing *s, const struct teacher_card *card,
                           struct card_out *out, struct fail *why)
{
    struct node_out *nodes = arena_alloc(s->req->arena, (s->n_answers + 1) * sizeof *nodes);
    size_t n = 0;

    for (size_t i = 0; nodes != NULL && i < s->n_answers; i++) {
        const struct teacher_answer *answer = &s->answers[i];

        if (!id_eq(answer->card, card->card))
            continue;
        if (answer->is_own)
            out->answer = answer_of(card, answer);
        else
            nodes[n++] = (struct node_out){
                .node = answer->node,
                .name = teacher_node_name(s->req, s->registry, answer->node),
                .answer = answer_of(card, answer),
                .at = answer->at_utc_us,
            };
    }
    out->nodes = (struct jx_list){nodes, n};
    return nodes == NULL ? fail_set(why, ERR_NOMEM, "nodes") : ERR_OK;
}

static enum err fill_card(const struct showing *s, const struct teacher_card *card,
                          struct card_out *out, struct fail *why)
{
    struct span texts[TEACHER_TEXTS_N] = {SPAN_NONE};
    enum err rc = teacher_card_open(s->req->services->keyring, card, s->req->arena, texts, why);

    *out = (struct card_out){
        .card = card->card,
        .home = card->home,
        .home_name = teacher_node_name(s->req, s->registry, card->home),
        .is_own = card->is_own,
        .version = card->version,
        .core_version = card->core_version,
        .name = texts[TEACHER_NAME],
        .field = texts[TEACHER_FIELD],
        .evidence = texts[TEACHER_EVIDENCE],
        .times = texts[TEACHER_TIMES],
        .is_withdrawn = card->ended_utc_us != 0,
        .changed_at = card->changed_utc_us,
    };
    return rc == ERR_OK ? fill_nodes(s, card, out, why) : rc;
}

/* ---- GET /api/v1/teachers ---- */

static enum err fill_members(const struct showing *s, struct jx_list *out, struct fail *why)
{
    int n_members = s->registry == NULL ? 0 : registry_n_members(s->registry);
    struct member_out *members =
        arena_alloc(s->req->arena, ((size_t)n_members + 1) * sizeof *members);
    size_t n = 0;

    for (int i = 0; members != NULL && i < n_members; i++) {
        const struct fed_member *member = registry_member_at(s->registry, i);

        if (!id_eq(member->node, s->req->services->federation->conf.node) &&
            fed_member_is_in_contract(member, s->req->now_utc_us))
            members[n++] = (struct member_out){
                member->node, teacher_node_name(s->req, s->registry, member->node)};
    }
    *out = (struct jx_list){members, n};
    return members == NULL ? fail_set(why, ERR_NOMEM, "members") : ERR_OK;
}

static enum err read_answers(struct showing *s, struct id card, struct fail *why)
{
    struct teacher_answer *answers = NULL;
    enum err rc = teacher_answer_list(NULL, s->req->db, card, s->req->arena, &answers,
                                      &s->n_answers, why);

    s->answers = answers;
    return rc;
}

static void list_cards(struct req *req)
{
    struct federation *f = teacher_federation(req);
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct showing s = {.req = req, .registry = registry};
    struct teacher_card *cards = NULL;
    struct card_out *items = NULL;
    struct cards_out out = {.items = {NULL, 0}};
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc;

    if (f == NULL)
        return;
    arena_mark_secret(req->arena);
    rc = teacher_card_list(req->db, req->arena, &cards, &n, &why);
    if (rc == ERR_OK)
        rc = read_answers(&s, ID_NONE, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "cards") : ERR_OK;
    }
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++)
        rc = fill_card(&s, &cards[i], &items[i], &why);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        rc = fill_members(&s, &out.members, &why);
    registry_unref(&registry);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/teachers/{card} ---- */

static enum err fill_slot(struct req *req, const struct teacher_slot *slot,
                          struct slot_out *out, struct fail *why)
{
    struct lesson lesson;
    enum err rc = lesson_plan_find(req->db, slot->lesson, req->arena, &lesson, why);

    if (rc != ERR_OK)
        return rc;
    *out = (struct slot_out){
        .slot = slot->id,
        .lesson = slot->lesson,
        .day = arena_copy(req->arena, span_text(lesson.day)),
        .from = slot->from_utc_us,
        .to = slot->to_utc_us,
        .part = slot->part,
        .is_given = slot->ended_utc_us == 0 && !slot->is_cancelled && slot->is_staff,
        .is_over = slot->to_utc_us <= req->now_utc_us,
        .has_ended_at = slot->ended_utc_us != 0,
        .ended_at = slot->ended_utc_us,
    };
    return class_unseal(req->services->keyring, CLASS_COURSE_TABLE, "title_sealed",
                        lesson.course_row, lesson.title_sealed, req->arena, &out->title, why);
}

static enum err fill_slots(struct req *req, struct id card, struct card_out *out,
                           struct fail *why)
{
    struct teacher_slot *slots = NULL;
    struct slot_out *items;
    size_t n = 0;
    enum err rc =
        teacher_slot_list(NULL, req->db, card, ID_NONE, ID_NONE, req->arena, &slots, &n, why);

    if (rc != ERR_OK)
        return rc;
    if (n > SLOTS_SHOWN)
        n = SLOTS_SHOWN;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "slots");
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = fill_slot(req, &slots[i], &items[i], why);
    out->slots = (struct jx_list){items, n};
    return rc;
}

static enum err fill_account(struct req *req, struct id card, struct card_out *out,
                             struct fail *why)
{
    struct teacher_account account = {.is_there = false};
    enum err rc = teacher_account_find(NULL, req->db, card, &account, why);

    if (rc == ERR_OK && account.is_there) {
        out->has_account_state = true;
        out->account_state = span_text(account_state_id((enum account_state)account.state));
    }
    return rc;
}

static void show_card(struct req *req)
{
    struct federation *f = teacher_federation(req);
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct showing s = {.req = req, .registry = registry};
    struct card_out out = {.version = 0};
    struct teacher_card card;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (f == NULL)
        return;
    arena_mark_secret(req->arena);
    rc = id_parse(req_param(req, "card"), &req->object, NULL);
    if (rc != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such card");
    if (rc == ERR_OK)
        rc = teacher_card_find(NULL, req->db, req->object, req->arena, &card, &why);
    if (rc == ERR_OK)
        rc = read_answers(&s, req->object, &why);
    if (rc == ERR_OK)
        rc = fill_card(&s, &card, &out, &why);
    if (rc == ERR_OK)
        rc = fill_slots(req, req->object, &out, &why);
    if (rc == ERR_OK)
        rc = fill_account(req, req->object, &out, &why);
    registry_unref(&registry);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

const struct route teacher_show_routes[TEACHER_SHOW_ROUTES_N] = {
    {.name = "teachers.list",
     .method = HTTP_GET,
     .path = "/api/v1/teachers",
     .listeners = PLACE_LISTENERS,
     .roles = TEACHER_READERS,
     .audit = AUDIT_READ,
     .output = &cards_shape,
     .summary_ja = "ゲストティーチャーのカードを見る",
     .handle = list_cards},
    {.name = "teachers.show",
     .method = HTTP_GET,
     .path = "/api/v1/teachers/{card}",
     .listeners = PLACE_LISTENERS,
     .roles = TEACHER_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &card_shape,
     .summary_ja = "ゲストティーチャーのカードを一枚見る",
     .handle = show_card},
};

/* Giving a lesson to a guest teacher, and taking it back (the commissioner of the node that
 * holds it): his account, the lesson's staff and the slot in one transaction. */
#include "federation/teacher_priv.h"
#include "node/base/jx_scalar.h"
#include "node/classes/class_http.h"
#include "node/classes/class_text.h"
#include "node/classes/lessons.h"
#include "node/io/live.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/life.h"
#include "tenants/people/person_store.h"
#include "tenants/signin/session_store.h"
#include "tenants/words/words_refuse.h"

struct slot_input {
    struct id id, lesson;
    int part;
    int64_t expected_version;
};
static const struct jx_field give_fields[] = {
    PLACE_FIELD(JX_ID, slot_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, slot_input, lesson, "授業"),
    PLACE_CHOICE(slot_input, part, TEACHER_PARTS, "役"),
    {.name = "expected_version",
     .type = JX_INT,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct slot_input, expected_version),
     .title_ja = "見ていた授業の版"},
};
static const struct jx_shape give_shape =
    JX_SHAPE("TeacherSlotGive", struct slot_input, give_fields);
static const struct jx_field end_fields[] = {PLACE_FIELD(JX_ID, slot_input, id, "操作のID")};
static const struct jx_shape end_shape =
    JX_SHAPE("TeacherSlotEnd", struct slot_input, end_fields);

struct given_out {
    struct id slot, account;
    struct span account_state;
};
static const struct jx_field given_fields[] = {
    PLACE_FIELD(JX_ID, given_out, slot, "わりあて"),
    PLACE_FIELD(JX_ID, given_out, account, "その人のID"),
    PLACE_FIELD(JX_TEXT, given_out, account_state, "IDの状態"),
};
static const struct jx_shape given_shape =
    JX_SHAPE("TeacherSlotGiven", struct given_out, given_fields);

struct slot_act {
    struct req *req;
    struct federation *federation;
    struct teacher_step step;
    struct teacher_slot slot;
    int64_t version; /* of the lesson, as it was seen */
    struct id row;   /* of the lesson's next version */
    struct span link_sealed;
    struct person_row person;
    struct account_row account;
    const char *refusal;
    struct life_refusal life;
    struct given_out out;
};

static enum err refuse(struct slot_act *act, const char *code, struct fail *why)
{
    act->refusal = code;
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

/* He gets that part; a main instructor who was there goes on as sub instructor, if there is
 * none. A guest is nobody's support staff. */
static void put_in(struct class_team *team, struct id account, int part)
{
    if (id_eq(team->sub, account))
        team->sub = ID_NONE;
    if (id_eq(team->main, account))
        team->main = ID_NONE;
    if (part == CLASS_MAIN) {
        if (id_is_none(team->sub)) {
            team->sub = team->main;
            team->sub_supports = false;
        }
        team->main = account;
    } else {
        team->sub = account;
        team->sub_supports = false;
    }
}

static void take_out(struct class_team *team, struct id account)
{
    if (id_eq(team->main, account))
        team->main = ID_NONE;
    if (id_eq(team->sub, account)) {
        team->sub = ID_NONE;
        team->sub_supports = false;
    }
}

static enum err add_version(struct tx *tx, struct slot_act *act,
                            struct class_lesson_row *lesson, struct fail *why)
{
    bool was_there = false;

    lesson->id = act->row;
    lesson->who = place_decider_of(act->req);
    lesson->link_sealed = act->link_sealed;
    return class_lesson_store_add(tx, lesson, &was_there, why);
}

/* Asked for and approved by the commissioner who gives the slot; issued as every other. */
static enum err add_account(struct tx *tx, struct slot_act *act, struct fail *why)
{
    const struct life_row nobody = {.person = act->person.id};
    const struct account_step asked = life_step(act->req, &nobody, ACCOUNT_REQUESTED);
    struct account_step step;
    struct life_row row;
    enum err rc = person_store_add(tx, &act->person, why);

    if (rc == ERR_CONFLICT)
        return refuse(act, "id-used", why);
    if (rc == ERR_OK)
        rc = account_store_add(tx, &act->account, why);
    if (rc == ERR_OK)
        rc = account_step_begin(tx, &asked, why);
    if (rc == ERR_OK)
        rc = life_store_find(tx, NULL, act->person.id, &row, why);
    if (rc == ERR_OK)
        rc = life_check_second(tx, act->req, &row, ACCOUNT_REQUESTED, &act->life, why);
    if (rc != ERR_OK)
        return rc;
    step = life_step(act->req, &row, ACCOUNT_APPROVED);
    return account_step_append(tx, &step, why);
}

static enum err read_case(struct tx *tx, const struct slot_act *act, struct teacher_case *c,
                          struct fail *why)
{
    enum err rc = teacher_card_find(tx, NULL, act->slot.card, tx_arena(tx), &c->card, why);

    c->self = act->federation->conf.node;
    c->now_utc_us = act->req->now_utc_us;
    if (rc == ERR_OK)
        rc = teacher_answer_list(tx, NULL, act->slot.card, tx_arena(tx), &c->answers,
                                 &c->n_answers, why);
    return rc == ERR_OK ? teacher_guests(tx, NULL, act->slot.lesson, tx_arena(tx), &c->guests,
                                         &c->n_guests, why)
                        : rc;
}

static enum err check_all(struct tx *tx, struct slot_act *act,
                          const struct class_lesson_row *lesson,
                          struct teacher_account *account, struct fail *why)
{
    struct registry *registry = trust_now(act->federation->trust);
    struct teacher_case c = {.registry = registry};
    struct teacher_slot *slots = NULL;
    const char *code = NULL;
    size_t n = 0;
    enum err rc = read_case(tx, act, &c, why);

    if (rc == ERR_OK)
        code = teacher_judge_card(&c);
    registry_unref(&registry);
    if (rc == ERR_OK && code == NULL)
        code = teacher_judge_lesson(lesson, act->req->now_utc_us);
    if (rc == ERR_OK && code == NULL && lesson->version != act->version)
        code = "changed";
    if (rc == ERR_OK)
        rc = teacher_account_find(tx, NULL, act->slot.card, account, why);
    if (rc == ERR_OK && code == NULL)
        code = teacher_judge_account(account);
    if (rc == ERR_OK)
        rc = teacher_slot_list(tx, NULL, act->slot.card, act->slot.lesson, ID_NONE,
                               tx_arena(tx), &slots, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (slots[i].ended_utc_us == 0 && code == NULL)
            code = "slot-there";
    act->step.version = rc == ERR_OK ? c.card.version : 1;
    return rc == ERR_OK && code != NULL ? refuse(act, code, why) : rc;
}

static enum err give(struct tx *tx, struct slot_act *act, struct fail *why)
{
    struct class_lesson_row lesson;
    struct teacher_account account;
    enum err rc =
        class_lesson_store_find(tx, NULL, act->slot.lesson, tx_arena(tx), &lesson, why);

    if (rc == ERR_OK)
        rc = check_all(tx, act, &lesson, &account, why);
    if (rc != ERR_OK)
        return rc;
    if (!account.is_there)
        rc = add_account(tx, act, why);
    put_in(&lesson.team, act->slot.card, act->slot.part);
    if (rc == ERR_OK)
        rc = teacher_slot_add(tx, &act->slot, why);
    if (rc == ERR_OK)
        rc = add_version(tx, act, &lesson, why);
    return rc == ERR_OK ? teacher_step_add(tx, &act->step, why) : rc;
}

static enum err take_back(struct tx *tx, struct slot_act *act, struct fail *why)
{
    struct class_lesson_row lesson;
    struct teacher_card card;
    struct class_team before;
    enum err rc =
        class_lesson_store_find(tx, NULL, act->slot.lesson, tx_arena(tx), &lesson, why);

    if (rc == ERR_OK)
        rc = teacher_slot_end(tx, act->slot.id, act->req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = session_store_end_others(tx, act->slot.card, ID_NONE, "guest-ended",
                                      act->req->now_utc_us, why);
    if (rc != ERR_OK)
        return rc;
    act->step.version = 1; /* of a card that is gone */
    if (teacher_card_find(tx, NULL, act->slot.card, tx_arena(tx), &card, NULL) == ERR_OK)
        act->step.version = card.version;
    before = lesson.team;
    take_out(&lesson.team, act->slot.card);
    if (teacher_judge_lesson(&lesson, act->req->now_utc_us) == NULL &&
        (!id_eq(before.main, lesson.team.main) || !id_eq(before.sub, lesson.team.sub))) {
        if (lesson.version != act->version)
            return refuse(act, "changed", why);
        rc = add_version(tx, act, &lesson, why);
    }
    return rc == ERR_OK ? teacher_step_add(tx, &act->step, why) : rc;
}

static enum err slot_run(struct tx *tx, void *arg, struct fail *why)
{
    struct slot_act *act = arg;
    const struct access_entry access = access_of(act->req);
    struct teacher_account account = {.is_there = false};
    bool is_there = false;
    enum err rc;

    act->refusal = NULL;
    act->life = (struct life_refusal){NULL, NULL};
    rc = teacher_step_is_there(tx, &act->step, &is_there, why);
    if (rc == ERR_OK && !is_there)
        rc = act->step.kind == TEACHER_SLOT ? give(tx, act, why) : take_back(tx, act, why);
    if (rc == ERR_OK)
        rc = teacher_account_find(tx, NULL, act->slot.card, &account, why);
    act->out = (struct given_out){
        .slot = act->slot.id,
        .account = act->slot.card,
        .account_state = span_text(account_state_id((enum account_state)account.state))};
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void slot_done(void *arg, enum err rc, const struct fail *why)
{
    struct slot_act *act = arg;
    struct req *req = act->req;

    if (rc == ERR_CONFLICT && act->life.code != NULL) {
        life_refuse(req, &act->life, why);
    } else if (rc != ERR_OK) {
        teacher_refuse(req, rc == ERR_CONFLICT ? act->refusal : NULL, why);
    } else {
        req->access_recorded = 1;
        if (act->step.kind == TEACHER_SLOT_END)
            live_drop_account(req->services->live, act->slot.card, ID_NONE);
        lessons_poke(req->services->lessons);
        reply_json(req, 200, &act->out);
    }
}

static void post(struct slot_act *act)
{
    const struct writer_op op = {slot_run, slot_done, act};
    struct fail why = {.code = ERR_OK};

    if (writer_post(act->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(act->req, &why);
}

/* NULL: answered. */
static struct slot_act *begin(struct req *req, const char *param, enum teacher_step_kind kind)
{
    const struct slot_input *in = req->input;
    struct federation *f = teacher_federation(req);
    struct slot_act *act = f == NULL ? NULL : req_alloc(req, sizeof *act);
    struct fail why = {.code = ERR_OK};

    if (act == NULL)
        return NULL;
    arena_mark_secret(req->arena);
    if (class_path_id(req, param, &why) != ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    *act = (struct slot_act){.req = req,
                             .federation = f,
                             .step = teacher_step_of(req, in->id, req->object, kind, 1),
                             .row = id_new()};
    return act;
}

/* The link is sealed for its row: the next version has one of its own. */
static enum err plan_version(struct slot_act *act, struct fail *why)
{
    struct req *req = act->req;
    struct class_lesson_row lesson;
    struct span link = SPAN_NONE;
    enum err rc =
        class_lesson_store_find(NULL, req->db, act->slot.lesson, req->arena, &lesson, why);

    if (rc == ERR_OK)
        rc = class_lesson_link(req->services->keyring, &lesson, req->arena, &link, why);
    if (rc == ERR_OK && link.len > 0)
        rc = class_seal(req->services->keyring, CLASS_LESSON_TABLE, "link_sealed", act->row,
                        link, req->arena, &act->link_sealed, why);
    if (rc == ERR_OK && act->version == 0)
        act->version = lesson.version;
    act->step.lesson = act->slot.lesson;
    return rc;
}

/* ---- POST /api/v1/teachers/{card}/slots ---- */

/* He is called as his card says, before children, too: by this town's safe words. */
static enum err plan_account(struct slot_act *act, struct jx_defects *defects, struct fail *why)
{
    struct req *req = act->req;
    struct span names[PERSON_SEALED_N] = {SPAN_NONE}, texts[TEACHER_TEXTS_N] = {SPAN_NONE};
    struct teacher_account account = {.is_there = false};
    struct teacher_card card;
    enum err rc = teacher_card_find(NULL, req->db, req->object, req->arena, &card, why);

    if (rc == ERR_OK)
        rc = teacher_account_find(NULL, req->db, req->object, &account, why);
    if (rc != ERR_OK || account.is_there)
        return rc;
    rc = teacher_card_open(req->services->keyring, &card, req->arena, texts, why);
    names[PERSON_FAMILY] = texts[TEACHER_NAME];
    if (rc == ERR_OK)
        rc = words_refuse(req->services->words, WORDS_SURFACE_NAME, names[PERSON_FAMILY],
                          "/card", "名前", req->arena, defects, why);
    act->person = (struct person_row){
        .id = req->object, .kind = PERSON_STAFF, .created_utc_us = req->now_utc_us};
    act->account = (struct account_row){.id = req->object,
                                        .role = ROLE_GUEST_TEACHER,
                                        .id_class = id_class_of(ROLE_GUEST_TEACHER),
                                        .created_utc_us = req->now_utc_us};
    return rc == ERR_OK && defects->n == 0
               ? person_seal(req->services->keyring, &act->person, names, req->arena, why)
               : rc;
}

static void give_slot(struct req *req)
{
    const struct slot_input *in = req->input;
    struct slot_act *act = begin(req, "card", TEACHER_SLOT);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (act == NULL)
        return;
    act->slot = (struct teacher_slot){.id = in->id,
                                      .card = req->object,
                                      .lesson = in->lesson,
                                      .part = in->part,
                                      .at_utc_us = req->now_utc_us,
                                      .by = req->caller.account};
    act->version = in->expected_version;
    act->step.code = jx_choice_at(TEACHER_PARTS, in->part);
    rc = plan_account(act, &defects, &why);
    if (rc == ERR_OK && defects.n == 0)
        rc = plan_version(act, &why);
    if (class_goes_on(req, rc, &defects, &why))
        post(act);
}

/* ---- POST /api/v1/teachers/slots/{slot}/end ---- */

static void end_slot(struct req *req)
{
    struct slot_act *act = begin(req, "slot", TEACHER_SLOT_END);
    struct teacher_slot *slots = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc;

    if (act == NULL)
        return;
    rc = teacher_slot_list(NULL, req->db, ID_NONE, ID_NONE, req->object, req->arena, &slots, &n,
                           &why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such slot");
    if (rc == ERR_OK) {
        act->slot = slots[0];
        act->step.card = slots[0].card;
        act->step.code = jx_choice_at(TEACHER_PARTS, slots[0].part);
        rc = plan_version(act, &why);
    }
    if (rc == ERR_OK)
        post(act);
    else
        reply_fail(req, &why);
}

const struct route teacher_slot_routes[TEACHER_SLOT_ROUTES_N] = {
    {.name = "teachers.slot",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/{card}/slots",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &give_shape,
     .output = &given_shape,
     .summary_ja = "授業をゲストティーチャーにわりあてる",
     .handle = give_slot},
    {.name = "teachers.slot_end",
     .method = HTTP_POST,
     .path = "/api/v1/teachers/slots/{slot}/end",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &end_shape,
     .output = &given_shape,
     .summary_ja = "わりあてを取りやめる",
     .handle = end_slot},
};

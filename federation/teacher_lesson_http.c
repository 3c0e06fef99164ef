/* A lesson, and who of the guest teachers may have it: before the commissioner gives it. */
#include "federation/teacher_priv.h"
#include "node/classes/class_http.h"
#include "node/classes/class_text.h"

/* ---- GET /api/v1/teachers/lessons/{lesson} ---- */

struct missing_out {
    struct span name;
};
static const struct jx_field missing_fields[] = {
    PLACE_FIELD(JX_TEXT, missing_out, name, "まだ承認していない自治体"),
};
static const struct jx_shape missing_shape =
    JX_SHAPE("TeacherMissing", struct missing_out, missing_fields);

struct offer_out {
    struct id card, slot;
    struct span name, field, times, home_name, refusal;
    bool has_slot, has_refusal;
    int part;
    bool has_part;
    struct jx_list missing;
};
static const struct jx_field offer_fields[] = {
    PLACE_FIELD(JX_ID, offer_out, card, "カード"),
    PLACE_FIELD(JX_TEXT, offer_out, name, "名前"),
    PLACE_FIELD(JX_TEXT, offer_out, field, "専門・話せること"),
    PLACE_FIELD(JX_TEXT, offer_out, times, "来られる日時"),
    PLACE_FIELD(JX_TEXT, offer_out, home_name, "カードを作った自治体"),
    PLACE_MAYBE(JX_TEXT, offer_out, refusal, has_refusal, "わりあてられない理由"),
    {.name = "missing",
     .type = JX_LIST,
     .shape = &missing_shape,
     .offset = offsetof(struct offer_out, missing),
     .title_ja = "まだ承認していない自治体"},
    PLACE_MAYBE(JX_ID, offer_out, slot, has_slot, "わりあて"),
    {.name = "part",
     .type = JX_ENUM,
     .choices = TEACHER_PARTS,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct offer_out, part),
     .has_offset = offsetof(struct offer_out, has_part),
     .title_ja = "その役"},
};
static const struct jx_shape offer_shape =
    JX_SHAPE("TeacherForLesson", struct offer_out, offer_fields);

struct lesson_out {
    struct id lesson;
    struct span title, day, main_name, sub_name, refusal;
    int64_t from, to, version;
    bool has_main_name, has_sub_name, has_refusal;
    struct jx_list cards;
};
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_ID, lesson_out, lesson, "授業"),
    PLACE_FIELD(JX_TEXT, lesson_out, title, "講座名"),
    PLACE_FIELD(JX_TEXT, lesson_out, day, "日"),
    PLACE_FIELD(JX_TIME, lesson_out, from, "始まり"),
    PLACE_FIELD(JX_TIME, lesson_out, to, "終わり"),
    PLACE_FIELD(JX_INT, lesson_out, version, "授業の版"),
    PLACE_MAYBE(JX_TEXT, lesson_out, main_name, has_main_name, "いまのメイン授業者"),
    PLACE_MAYBE(JX_TEXT, lesson_out, sub_name, has_sub_name, "いまのサブ授業者"),
    PLACE_MAYBE(JX_TEXT, lesson_out, refusal, has_refusal, "わりあてられない理由"),
    {.name = "cards",
     .type = JX_LIST,
     .shape = &offer_shape,
     .offset = offsetof(struct lesson_out, cards),
     .title_ja = "カード"},
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("TeacherLesson", struct lesson_out, lesson_fields);

static enum err fill_missing(struct req *req, const struct teacher_case *c, struct jx_list *out,
                             struct fail *why)
{
    struct missing_out *names = arena_alloc(req->arena, (c->n_guests + 1) * sizeof *names);
    size_t n = 0;

    for (size_t i = 0; names != NULL && i < c->n_guests; i++)
        if (!teacher_has_approved(c, c->guests[i]))
            names[n++].name = teacher_node_name(req, c->registry, c->guests[i]);
    *out = (struct jx_list){names, n};
    return names == NULL ? fail_set(why, ERR_NOMEM, "names") : ERR_OK;
}

static enum err fill_offer(struct req *req, const struct teacher_case *c,
                           const struct teacher_slot *slots, size_t n_slots,
                           struct offer_out *out, struct fail *why)
{
    struct span texts[TEACHER_TEXTS_N] = {SPAN_NONE};
    const char *refusal = teacher_judge_card(c);
    enum err rc = teacher_card_open(req->services->keyring, &c->card, req->arena, texts, why);

    *out = (struct offer_out){
        .card = c->card.card,
        .name = texts[TEACHER_NAME],
        .field = texts[TEACHER_FIELD],
        .times = texts[TEACHER_TIMES],
        .home_name = teacher_node_name(req, c->registry, c->card.home),
        .has_refusal = refusal != NULL,
        .refusal = span_text(refusal == NULL ? "" : refusal),
    };
    for (size_t i = 0; i < n_slots; i++)
        if (id_eq(slots[i].card, c->card.card) && slots[i].ended_utc_us == 0) {
            out->slot = slots[i].id;
            out->part = slots[i].part;
            out->has_slot = out->has_part = true;
        }
    return rc == ERR_OK ? fill_missing(req, c, &out->missing, why) : rc;
}

static enum err fill_cards(struct req *req, struct teacher_case *c, struct id lesson,
                           struct jx_list *out, struct fail *why)
{
    struct teacher_card *cards = NULL;
    struct teacher_slot *slots = NULL;
    struct offer_out *items = NULL;
    size_t n = 0, n_slots = 0, n_items = 0;
    enum err rc = teacher_card_list(req->db, req->arena, &cards, &n, why);

    if (rc == ERR_OK)
        rc = teacher_answer_list(NULL, req->db, ID_NONE, req->arena, &c->answers, &c->n_answers,
                                 why);
    if (rc == ERR_OK)
        rc = teacher_slot_list(NULL, req->db, ID_NONE, lesson, ID_NONE, req->arena, &slots,
                               &n_slots, why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(why, ERR_NOMEM, "cards") : ERR_OK;
    }
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++) {
        c->card = cards[i];
        if (c->card.ended_utc_us == 0)
            rc = fill_offer(req, c, slots, n_slots, &items[n_items++], why);
    }
    *out = (struct jx_list){items, n_items};
    return rc;
}

static enum err fill_staff(struct req *req, const struct class_lesson_row *row,
                           struct lesson_out *out, struct fail *why)
{
    struct class_names names = {.people = NULL};
    enum err rc = class_names_open(req, &names, why);

    if (rc == ERR_OK) {
        out->main_name = class_display(&names, row->team.main);
        out->sub_name = class_display(&names, row->team.sub);
        out->has_main_name = out->main_name.len > 0;
        out->has_sub_name = out->sub_name.len > 0;
    }
    class_names_close(&names);
    return rc;
}

static enum err fill_lesson(struct req *req, const struct class_lesson_row *row,
                            struct lesson_out *out, struct fail *why)
{
    const char *refusal = teacher_judge_lesson(row, req->now_utc_us);
    struct class_course_state course;
    enum err rc =
        class_course_store_state(NULL, req->db, row->course, req->arena, &course, why);

    *out = (struct lesson_out){
        .lesson = row->lesson,
        .day = class_day_text(row->day, req->arena),
        .from = row->from_utc_us,
        .to = row->to_utc_us,
        .version = row->version,
        .has_refusal = refusal != NULL,
        .refusal = span_text(refusal == NULL ? "" : refusal),
    };
    if (rc == ERR_OK)
        rc = class_unseal(req->services->keyring, CLASS_COURSE_TABLE, "title_sealed",
                          course.row.id, course.row.title_sealed, req->arena, &out->title, why);
    return rc == ERR_OK ? fill_staff(req, row, out, why) : rc;
}

static void show_lesson(struct req *req)
{
    struct federation *f = teacher_federation(req);
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct teacher_case c = {.registry = registry, .now_utc_us = req->now_utc_us};
    struct class_lesson_row row;
    struct lesson_out out = {.version = 0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (f == NULL)
        return;
    c.self = f->conf.node;
    arena_mark_secret(req->arena);
    rc = class_path_id(req, "lesson", &why);
    if (rc == ERR_OK)
        rc = class_lesson_store_find(NULL, req->db, req->object, req->arena, &row, &why);
    if (rc == ERR_OK)
        rc = fill_lesson(req, &row, &out, &why);
    if (rc == ERR_OK)
        rc = teacher_guests(NULL, req->db, req->object, req->arena, &c.guests, &c.n_guests,
                            &why);
    if (rc == ERR_OK)
        rc = fill_cards(req, &c, req->object, &out.cards, &why);
    registry_unref(&registry);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

const struct route teacher_lesson_routes[TEACHER_LESSON_ROUTES_N] = {
    {.name = "teachers.lesson",
     .method = HTTP_GET,
     .path = "/api/v1/teachers/lessons/{lesson}",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &lesson_shape,
     .summary_ja = "授業にわりあてられるゲストティーチャーを見る",
     .handle = show_lesson},
};

/* What a child may choose, choosing it, and what there is to read in it (AI-4.4-キ-イ,
 * AI-4.3-イ-ア-1). Lessons of courses that are not decided are not there; the link of a web
 * meeting goes out to whoever has a place, while the lesson is on, and to nobody else. */
#include <stddef.h>
#include <stdio.h>

#include "node/classes/class_text.h"
#include "node/classes/lesson_names.h"
#include "node/classes/lesson_plan_store.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_state.h"
#include "node/classes/lessons.h"
#include "node/place/floor_name.h"
#include "node/place/place_http.h"
#include "node/place/presence.h"

#define SLOTS_MOST   8
#define LESSONS_MOST 64 /* of one day */

enum when { WHEN_BEFORE, WHEN_ON, WHEN_OVER, WHEN_CANCELLED };
#define WHENS      "before|on|over|cancelled"
#define SLOT_WHENS "before|on|over"

/* ---- shapes ---- */

struct lesson_out {
    struct id lesson;
    struct span title, title_kana, about, kind, picture, teacher, link, floor, area;
    int64_t places, left;
    bool has_teacher, has_places, is_chosen, has_link, has_area;
    int state;
};
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_ID, lesson_out, lesson, "授業のID"),
    PLACE_FIELD(JX_TEXT, lesson_out, title, "講座名"),
    PLACE_FIELD(JX_TEXT, lesson_out, title_kana, "講座名のよみ"),
    PLACE_FIELD(JX_TEXT, lesson_out, about, "どんな授業か"),
    PLACE_FIELD(JX_TEXT, lesson_out, kind, "種類"),
    PLACE_FIELD(JX_TEXT, lesson_out, picture, "絵"),
    PLACE_MAYBE(JX_TEXT, lesson_out, teacher, has_teacher, "授業をする人"),
    PLACE_MAYBE(JX_INT, lesson_out, places, has_places, "定員"),
    PLACE_MAYBE(JX_INT, lesson_out, left, has_places, "のこりの席"),
    PLACE_FIELD(JX_BOOL, lesson_out, is_chosen, "自分がえらんだか"),
    PLACE_CHOICE(lesson_out, state, WHENS, "始まる前か、授業中か、終わったか"),
    PLACE_MAYBE(JX_TEXT, lesson_out, link, has_link, "Web会議のリンク"),
    PLACE_FIELD(JX_TEXT, lesson_out, floor, "フロア"),
    PLACE_MAYBE(JX_TEXT, lesson_out, area, has_area, "ばしょ"),
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("MyLesson", struct lesson_out, lesson_fields);

struct slot_out {
    int64_t number, begins_at, ends_at;
    struct span from, to;
    int state;
    struct jx_list lessons;
};
static const struct jx_field slot_fields[] = {
    PLACE_FIELD(JX_INT, slot_out, number, "何コマめか"),
    PLACE_FIELD(JX_TEXT, slot_out, from, "始まり（時:分）"),
    PLACE_FIELD(JX_TEXT, slot_out, to, "終わり（時:分）"),
    PLACE_FIELD(JX_TIME, slot_out, begins_at, "始まり"),
    PLACE_FIELD(JX_TIME, slot_out, ends_at, "終わり"),
    PLACE_CHOICE(slot_out, state, SLOT_WHENS, "始まる前か、授業中か、終わったか"),
    {.name = "lessons",
     .type = JX_LIST,
     .shape = &lesson_shape,
     .offset = offsetof(struct slot_out, lessons),
     .title_ja = "えらべる授業"},
};
static const struct jx_shape slot_shape = JX_SHAPE("MySlot", struct slot_out, slot_fields);

struct day_out {
    struct span day;
    int64_t now;
    struct jx_list slots;
};
static const struct jx_field day_fields[] = {
    PLACE_FIELD(JX_TEXT, day_out, day, "日"),
    PLACE_FIELD(JX_TIME, day_out, now, "いま"),
    {.name = "slots",
     .type = JX_LIST,
     .shape = &slot_shape,
     .offset = offsetof(struct day_out, slots),
     .title_ja = "コマ（早い順）"},
};
static const struct jx_shape day_shape = JX_SHAPE("MyLessons", struct day_out, day_fields);

/* ---- one lesson ---- */

static enum when when_of(const struct lesson *lesson, int64_t now)
{
    if (lesson->is_cancelled)
        return WHEN_CANCELLED;
    return now < lesson->from_utc_us ? WHEN_BEFORE
           : now < lesson->to_utc_us ? WHEN_ON
                                     : WHEN_OVER;
}

static enum err open_texts(struct req *req, const struct lesson *lesson, struct lesson_out *out,
                           struct fail *why)
{
    struct keyring *keyring = req->services->keyring;
    struct span seen;
    enum err rc = class_unseal(keyring, CLASS_COURSE_TABLE, "title_sealed", lesson->course_row,
                               lesson->title_sealed, req->arena, &out->title, why);

    if (rc == ERR_OK)
        rc = class_unseal(keyring, CLASS_COURSE_TABLE, "summary_sealed", lesson->course_row,
                          lesson->summary_sealed, req->arena, &out->about, why);
    return rc == ERR_OK ? floor_name_split(out->title, req->arena, &seen, &out->title_kana, why)
                        : rc;
}

static enum err fill_lesson(struct req *req, const struct lesson *lesson,
                            const struct lesson_taken *taken, const struct lesson_names *names,
                            struct lesson_out *out, struct fail *why)
{
    int64_t n_taken = taken == NULL ? 0 : taken->n;
    enum err rc;

    *out = (struct lesson_out){
        .lesson = lesson->id,
        .kind = span_text(lesson->kind),
        .picture = span_text(lesson->picture),
        .teacher = lesson_display(names, lesson->team.main),
        .has_places = lesson->places > 0,
        .places = lesson->places,
        .left = lesson->places > n_taken ? lesson->places - n_taken : 0,
        .is_chosen = taken != NULL && taken->is_mine,
        .state = (int)when_of(lesson, req->now_utc_us),
        .floor = span_text(lesson->floor),
        .area = span_text(lesson->area),
        .has_area = lesson->area[0] != '\0',
    };
    out->has_teacher = out->teacher.len > 0;
    rc = open_texts(req, lesson, out, why);
    if (rc == ERR_OK && out->is_chosen && out->state == WHEN_ON)
        rc = class_unseal(req->services->keyring, CLASS_LESSON_TABLE, "link_sealed",
                          lesson->version, lesson->link_sealed, req->arena, &out->link, why);
    out->has_link = out->link.len > 0;
    return rc;
}

static const struct lesson_taken *taken_of(const struct lesson_taken *taken, size_t n,
                                           struct id lesson)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(taken[i].lesson, lesson))
            return &taken[i];
    return NULL;
}

/* ---- a day ---- */

struct listing {
    struct req *req;
    struct lesson *lessons;
    size_t n;
    struct lesson_taken *taken;
    size_t n_taken;
    struct lesson_names names;
};

/* A cancelled one only for who had chosen it: he shall know. */
static bool is_shown(const struct listing *l, const struct lesson *lesson)
{
    const struct lesson_taken *taken = taken_of(l->taken, l->n_taken, lesson->id);

    return lesson->is_decided && (!lesson->is_cancelled || (taken != NULL && taken->is_mine));
}

static struct span clock_of(struct req *req, int64_t utc_us)
{
    char text[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, text);
    return arena_copy(req->arena, span_cut(span_text(text), 11, 5));
}

static enum err fill_slot(struct listing *l, size_t from, size_t to, struct slot_out *out,
                          struct fail *why)
{
    const struct lesson *first = &l->lessons[from];
    struct lesson_out *items = arena_alloc(l->req->arena, (to - from) * sizeof *items);
    int64_t now = l->req->now_utc_us;
    enum err rc = ERR_OK;
    size_t n = 0;

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "lessons");
    for (size_t i = from; i < to && rc == ERR_OK; i++)
        if (is_shown(l, &l->lessons[i]))
            rc = fill_lesson(l->req, &l->lessons[i],
                             taken_of(l->taken, l->n_taken, l->lessons[i].id), &l->names,
                             &items[n++], why);
    *out = (struct slot_out){.number = first->slot,
                             .from = clock_of(l->req, first->from_utc_us),
                             .to = clock_of(l->req, first->to_utc_us),
                             .begins_at = first->from_utc_us,
                             .ends_at = first->to_utc_us,
                             .state = now < first->from_utc_us ? WHEN_BEFORE
                                      : now < first->to_utc_us ? WHEN_ON
                                                               : WHEN_OVER,
                             .lessons = {items, n}};
    return rc;
}

static enum err read_day(struct listing *l, struct span day, struct fail *why)
{
    struct req *req = l->req;
    struct id *ids;
    enum err rc = lesson_plan_days(req->db, day, day, req->arena, &l->lessons, &l->n, why);

    if (rc == ERR_OK && l->n > LESSONS_MOST)
        l->n = LESSONS_MOST;
    ids = arena_alloc(req->arena, (l->n + 1) * sizeof *ids);
    if (rc != ERR_OK || ids == NULL)
        return rc != ERR_OK ? rc : fail_set(why, ERR_NOMEM, "lessons");
    for (size_t i = 0; i < l->n; i++)
        ids[i] = l->lessons[i].id;
    rc = lesson_choice_count(req->db, ids, l->n, req->caller.account, req->arena, &l->taken,
                             &l->n_taken, why);
    return rc == ERR_OK ? lesson_names_open(req, &l->names, why) : rc;
}

static enum err fill_day(struct listing *l, struct day_out *out, struct fail *why)
{
    struct slot_out *slots = arena_alloc(l->req->arena, LESSONS_MOST * sizeof *slots);
    enum err rc = ERR_OK;
    size_t n = 0;

    if (slots == NULL)
        return fail_set(why, ERR_NOMEM, "slots");
    for (size_t i = 0, k; i < l->n && rc == ERR_OK; i = k) {
        k = i + 1;
        while (k < l->n && l->lessons[k].from_utc_us == l->lessons[i].from_utc_us &&
               l->lessons[k].slot == l->lessons[i].slot)
            k++;
        rc = fill_slot(l, i, k, &slots[n], why);
        n += rc == ERR_OK && slots[n].lessons.n > 0;
    }
    out->slots = (struct jx_list){slots, n};
    return rc;
}

static void list_lessons(struct req *req)
{
    struct listing l = {.req = req};
    struct day_out out = {.now = req->now_utc_us, .day = req_query(req, "day")};
    char today[DAY_TEXT_CAP];
    int64_t begin;
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    day_text(req->now_utc_us, today);
    if (out.day.len == 0)
        out.day = span_text(today);
    if (!day_begin(out.day, &begin))
        rc = fail_field(&why, ERR_INVALID, "day", "a day");
    if (rc == ERR_OK)
        rc = read_day(&l, out.day, &why);
    if (rc == ERR_OK)
        rc = fill_day(&l, &out, &why);
    lesson_names_close(&l.names);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- choosing ---- */

struct choose_input {
    bool chosen;
};
static const struct jx_field choose_fields[] = {
    PLACE_FIELD(JX_BOOL, choose_input, chosen, "えらぶか"),
};
static const struct jx_shape choose_shape =
    JX_SHAPE("MyLessonChoice", struct choose_input, choose_fields);

struct choosing {
    struct req *req;
    bool is_chosen;
    struct lesson_choice choice;
    struct id others[LESSONS_MOST];
};

static enum err choose_run(struct tx *tx, void *arg, struct fail *why)
{
    struct choosing *c = arg;
    const struct lesson_choice *choice = &c->choice;

    return c->is_chosen
               ? lesson_choice_put(tx, choice, why)
               : lesson_choice_end(tx, choice->lesson, choice->account, choice->at_utc_us, why);
}

static void choose_done(void *arg, enum err rc, const struct fail *why)
{
    const struct choosing *c = arg;
    struct req *req = c->req;
    const struct choose_input out = {c->is_chosen};

    if (rc == ERR_CONFLICT && strcmp(why->field, "full") == 0) {
        reply_problem(
            req, 409, "full",
            "いまは、いっぱいです。ほかの授業をえらぶか、あとでもう一度ためしてください。");
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    if (!c->is_chosen) /* who gives up his place is in it no more */
        lessons_drop(req->services->lessons, c->choice.lesson, c->choice.account);
    reply_json(req, 200, &out);
}

/* The others of its slot. */
static enum err fill_others(struct choosing *c, const struct lesson *lesson, struct fail *why)
{
    struct lesson *all = NULL;
    size_t n = 0;
    enum err rc = lesson_plan_days(c->req->db, span_text(lesson->day), span_text(lesson->day),
                                   c->req->arena, &all, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (all[i].slot == lesson->slot && !id_eq(all[i].id, lesson->id) &&
            c->choice.n_others < LESSONS_MOST)
            c->others[c->choice.n_others++] = all[i].id;
    c->choice.others = c->others;
    return rc;
}

/* A lesson that a child may know of. */
static enum err find_lesson(struct req *req, struct lesson *out, struct fail *why)
{
    struct id lesson;
    enum err rc = id_parse(req_param(req, "lesson"), &lesson, why);

    if (rc != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "no such lesson");
    req->object = lesson;
    rc = lesson_plan_find(req->db, lesson, req->arena, out, why);
    return rc == ERR_OK && !out->is_decided ? fail_set(why, ERR_NOT_FOUND, "not decided") : rc;
}

/* Giving up a place is always possible; taking one until the end: later it is joining late. */
static bool may_choose(struct req *req, const struct lesson *lesson, bool is_chosen)
{
    if (!is_chosen)
        return true;
    if (lesson->is_cancelled)
        reply_problem(req, 409, "cancelled", "この授業は、中止になりました。");
    else if (req->now_utc_us >= lesson->to_utc_us)
        reply_problem(req, 409, "over", "この授業は、おわりました。");
    else
        return true;
    return false;
}

static void choose(struct req *req)
{
    const struct choose_input *input = req->input;
    struct choosing *c = req_alloc(req, sizeof *c);
    const struct writer_op op = {choose_run, choose_done, c};
    struct fail why = {.code = ERR_OK};
    struct lesson lesson = {.slot = 0};
    enum err rc;

    if (c == NULL)
        return;
    memset(c, 0, sizeof *c);
    c->req = req;
    c->is_chosen = input->chosen;
    rc = find_lesson(req, &lesson, &why);
    if (rc == ERR_OK && !may_choose(req, &lesson, input->chosen))
        return;
    if (rc == ERR_OK) {
        c->choice = (struct lesson_choice){.id = id_new(),
                                           .lesson = lesson.id,
                                           .account = req->caller.account,
                                           .at_utc_us = req->now_utc_us,
                                           .is_late = req->now_utc_us >= lesson.from_utc_us,
                                           .places = lesson.places};
        rc = fill_others(c, &lesson, &why);
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- what there is in it ---- */

struct mine_out {
    struct lesson_out lesson;
    struct lesson_state state;
    bool has_state;
    struct jx_list pages; /* struct class_page */
};
static const struct jx_field mine_fields[] = {
    {.name = "lesson",
     .type = JX_OBJECT,
     .shape = &lesson_shape,
     .offset = offsetof(struct mine_out, lesson),
     .title_ja = "授業"},
    {.name = "state",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &lesson_state_shape,
     .offset = offsetof(struct mine_out, state),
     .has_offset = offsetof(struct mine_out, has_state),
     .title_ja = "授業中のようす"},
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .offset = offsetof(struct mine_out, pages),
     .title_ja = "教材（自分の速さで読める）"},
};
static const struct jx_shape mine_shape =
    JX_SHAPE("MyLessonMaterial", struct mine_out, mine_fields);

static enum err open_pages(struct req *req, const struct lesson *lesson, struct jx_list *out,
                           struct fail *why)
{
    struct class_pages pages = {.pages = {NULL, 0}};
    struct span text = SPAN_NONE;
    enum err rc = class_unseal(req->services->keyring, CLASS_PAGES_TABLE, "pages_sealed",
                               lesson->pages_row, lesson->pages_sealed, req->arena, &text, why);

    if (rc == ERR_OK && text.len > 0)
        rc = jx_read(text, &class_pages_shape, req->arena, &pages, NULL, why);
    *out = pages.pages;
    return rc;
}

/* Hands as they stand in the seats; whose they are is nobody's business here but his own. */
static enum err fill_state(struct req *req, const struct lesson *lesson, struct mine_out *out,
                           struct fail *why)
{
    const struct lesson_viewer viewer = {.account = req->caller.account};
    struct lesson_board board;
    struct lesson_seat *seats = NULL;
    struct lesson_raised *raised;
    size_t n = 0, n_raised = 0;
    enum err rc = lesson_board_read(req->services->keyring, req->db, lesson->id,
                                    req->caller.account, req->arena, &board, why);

    if (rc == ERR_OK)
        rc = lesson_store_seats_of(req->db, lesson->id, req->arena, &seats, &n, why);
    raised = arena_alloc(req->arena, (n + 1) * sizeof *raised);
    if (rc != ERR_OK || raised == NULL)
        return rc != ERR_OK ? rc : fail_set(why, ERR_NOMEM, "hands");
    out->state = (struct lesson_state){.lesson = lesson->id,
                                       .title = out->lesson.title,
                                       .n_pages = lesson->n_pages,
                                       .takes_hands = lesson->has_hand,
                                       .takes_polls = lesson->has_poll,
                                       .takes_questions = lesson->has_question};
    for (size_t i = 0; i < n; i++) {
        out->state.n_here += seats[i].member.role == ROLE_STUDENT;
        if (seats[i].member.hand_utc_us != 0)
            raised[n_raised++] = (struct lesson_raised){
                .account = seats[i].member.account, .at_utc_us = seats[i].member.hand_utc_us};
    }
    out->has_state = true;
    return lesson_state_fill(&board, &viewer, raised, n_raised, req->arena, &out->state)
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a lesson");
}

/* To whoever has a place in it; to anybody else it has no material. */
static void show_lesson(struct req *req)
{
    struct mine_out out = {.has_state = false};
    struct lesson_taken *taken = NULL;
    struct lesson_names names = {.req = req};
    struct fail why = {.code = ERR_OK};
    struct lesson lesson = {.slot = 0};
    size_t n = 0;
    enum err rc = find_lesson(req, &lesson, &why);

    if (rc == ERR_OK)
        rc = lesson_choice_count(req->db, &lesson.id, 1, req->caller.account, req->arena,
                                 &taken, &n, &why);
    if (rc == ERR_OK && (n == 0 || !taken[0].is_mine))
        rc = fail_set(&why, ERR_NOT_FOUND, "not chosen");
    if (rc == ERR_OK)
        rc = lesson_names_open(req, &names, &why);
    if (rc == ERR_OK)
        rc = fill_lesson(req, &lesson, &taken[0], &names, &out.lesson, &why);
    if (rc == ERR_OK)
        rc = open_pages(req, &lesson, &out.pages, &why);
    if (rc == ERR_OK && out.lesson.state == WHEN_ON)
        rc = fill_state(req, &lesson, &out, &why);
    lesson_names_close(&names);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

const struct route my_lesson_routes[MY_LESSON_ROUTES_N] = {
    {.name = "lessons.mine",
     .method = HTTP_GET,
     .path = "/api/v1/my/lessons",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &day_shape,
     .summary_ja = "えらべる授業を見る",
     .handle = list_lessons},
    {.name = "lessons.choose",
     .method = HTTP_PUT,
     .path = "/api/v1/my/lessons/{lesson}",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .input = &choose_shape,
     .output = &choose_shape,
     .summary_ja = "授業をえらぶ、やめる",
     .handle = choose},
    {.name = "lessons.material",
     .method = HTTP_GET,
     .path = "/api/v1/my/lessons/{lesson}",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &mine_shape,
     .summary_ja = "えらんだ授業の教材とようすを見る",
     .handle = show_lesson},
};

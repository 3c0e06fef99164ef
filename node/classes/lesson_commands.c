/* What those in a lesson do: join, leave, raise a hand, ask; what its instructors do: turn
 * pages (AI-4.4-キ-エ). Polls: lesson_poll_commands.c. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/classes/lesson_command.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_share_priv.h"
#include "node/io/care.h"
#include "node/place/chat_events.h"

#define ASK_MOST 1000 /* graphemes, of the shape; chat.text_most says less */

#define F(type_, struct_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }

/* ---- who calls ---- */

static void not_there(struct command_call *call)
{
    struct fail why = {.code = ERR_OK};

    (void)fail_set(&why, ERR_NOT_FOUND, "no such lesson");
    command_fail(call, &why);
}

static bool has_part(const struct lesson_room *room, struct id account)
{
    return lesson_part_of(&room->of.team, account) != LESSON_NOBODY;
}

/* Those who may be in it; to anybody else it is not there. */
static bool may_join(const struct lesson_room *room, const struct caller *caller)
{
    if (!room->is_planned || room->of.is_cancelled)
        return false;
    return caller->role == ROLE_STUDENT ? room->of.is_decided : has_part(room, caller->account);
}

struct lesson_room *lesson_room_in(struct command_call *call, struct id lesson,
                                   struct lesson_in **in_out)
{
    struct lessons *lessons = call->services->lessons;
    struct lesson_room *room =
        lessons == NULL ? NULL : lesson_room_of(lessons, call->caller->account, in_out);
    struct place_seen seen;

    if (room != NULL && (id_is_none(lesson) || id_eq(room->of.id, lesson)))
        return place_acts(call, SPAN_NONE, &seen) ? room : NULL;
    command_refuse(call, "not-in-lesson", "いまは、この授業に参加していません。");
    return NULL;
}

/* Of others an altered client. */
struct lesson_room *lesson_room_taught(struct command_call *call, struct id lesson)
{
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, lesson, &in);

    if (room == NULL)
        return NULL;
    if (!lesson_teaches(&room->of, call->caller->account)) {
        command_breach(call, "lesson-teach", "この操作は、授業者だけができます。");
        return NULL;
    }
    return room;
}

bool lesson_has_means(struct command_call *call, const struct lesson_room *room,
                      enum lesson_means means)
{
    const struct lesson *of = &room->of;

    switch (means) {
    case LESSON_MEANS_HAND:
        if (of->has_hand)
            return true;
        break;
    case LESSON_MEANS_POLL:
        if (of->has_poll)
            return true;
        break;
    case LESSON_MEANS_QUESTION:
        if (of->has_question)
            return true;
        break;
    }
    command_refuse(call, "lesson-means", "この授業では、つかいません。");
    return false;
}

struct lesson_act *lesson_act_in(struct command_call *call, const struct lesson_room *room)
{
    struct lesson_act *act =
        room == NULL ? NULL : lesson_act_create(call->services->lessons, call);

    if (act != NULL)
        act->lesson = room->of.id;
    return act;
}

void lesson_act_go(struct lesson_act *act,
                   enum err (*run)(struct tx *tx, struct lesson_act *act, struct fail *why),
                   void (*told)(struct lesson_act *act))
{
    act->run = run;
    act->told = told;
    lesson_act_post(act);
}

void lesson_told_touch(struct lesson_act *act)
{
    struct lesson_room *room = lesson_room_find(act->lessons, act->lesson);

    if (room != NULL)
        lesson_room_touch(act->lessons, room);
}

/* ---- joining ---- */

struct lesson_input {
    struct id lesson;
};
static const struct jx_field lesson_fields[] = {F(JX_ID, lesson_input, lesson, "授業")};
static const struct jx_shape lesson_shape =
    JX_SHAPE("LessonIn", struct lesson_input, lesson_fields);

static enum err join_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    enum err rc = act->chooses ? lesson_choice_put(tx, &act->choice, why) : ERR_OK;

    if (rc == ERR_OK && !id_is_none(act->left.stay))
        rc = lesson_store_leave(tx, &act->left, why);
    return rc == ERR_OK ? lesson_store_join(tx, &act->event, why) : rc;
}

/* He was in another until now. */
static void leave_other(struct lesson_act *act)
{
    struct lesson_room *room = lesson_room_find(act->lessons, act->left_lesson);
    struct lesson_in *in = room == NULL ? NULL : lesson_in_find(room, act->account);

    if (in != NULL && id_eq(in->member.stay, act->left.stay))
        lesson_room_drop(act->lessons, room, in, act->left.reason);
}

static void join_told(struct lesson_act *act)
{
    struct lessons *lessons = act->lessons;
    struct lesson_room *room = lesson_room_find(lessons, act->lesson);

    if (!id_is_none(act->left.stay))
        leave_other(act);
    if (room == NULL || lesson_in_find(room, act->account) != NULL)
        return; /* the seat is in its row: read at the next start */
    act->in->next = room->members;
    room->members = act->in;
    act->in = NULL;
    place_walk_to(lessons->conf.services->place, act->account, span_text(room->of.area));
    lesson_room_touch(lessons, room);
}

/* The other lessons of the slot: a child has a place in one of them. */
static void fill_choice(struct lessons *lessons, const struct lesson_room *room,
                        struct lesson_act *act)
{
    act->chooses = true;
    act->choice = (struct lesson_choice){.id = id_new(),
                                         .lesson = room->of.id,
                                         .account = act->account,
                                         .at_utc_us = act->at_utc_us,
                                         .is_late = act->at_utc_us >= room->of.from_utc_us,
                                         .places = room->of.places};
    for (const struct lesson_room *r = lessons->rooms; r != NULL; r = r->next)
        if (r != room && r->of.slot == room->of.slot && strcmp(r->of.day, room->of.day) == 0 &&
            act->choice.n_others < sizeof act->others / sizeof act->others[0])
            act->others[act->choice.n_others++] = r->of.id;
}

static bool make_joined(struct lesson_act *act, const struct lesson_room *room,
                        const struct place_seen *seen, enum role role)
{
    act->in = calloc(1, sizeof *act->in);
    if (act->in == NULL)
        return false;
    act->in->is_trial = seen->is_trial;
    act->in->member = (struct lesson_member){.account = act->account,
                                             .visit = seen->visit,
                                             .stay = id_new(),
                                             .role = role,
                                             .joined_utc_us = act->at_utc_us,
                                             .seen_utc_us = act->at_utc_us};
    snprintf(act->floor, sizeof act->floor, "%s", room->of.floor);
    snprintf(act->kind, sizeof act->kind, "%s", room->of.kind);
    snprintf(act->role, sizeof act->role, "%s", role_id(role));
    act->event = (struct lesson_event){.id = act->in->member.stay,
                                       .at_utc_us = act->at_utc_us,
                                       .account = act->account,
                                       .kind = LESSON_JOINED,
                                       .lesson = room->of.id,
                                       .course = room->of.course,
                                       .course_version = room->of.course_version,
                                       .stay = act->in->member.stay,
                                       .visit = seen->visit,
                                       .is_trial = seen->is_trial};
    return true;
}

static void fill_left(struct lesson_act *act, const struct lesson_room *other,
                      const struct lesson_in *in)
{
    bool is_cut = in->member.cut_utc_us != 0;

    act->left_lesson = other->of.id;
    act->left = lesson_left(in, is_cut ? in->member.cut_utc_us : act->at_utc_us,
                            is_cut ? LESSON_LOST : LESSON_SELF);
}

static void no_memory(struct lesson_act *act)
{
    struct fail why = {.code = ERR_OK};

    (void)fail_set(&why, ERR_NOMEM, "an act");
    command_later_fail(act->lessons->conf.services->live, &act->later, &why);
    lesson_act_free(act);
}

/* False: answered. */
static bool is_time(struct command_call *call, const struct lesson_room *room)
{
    if (call->now_utc_us < room->of.from_utc_us)
        command_refuse(call, "not-yet",
                       "まだはじまっていません。はじまるまで、まってください。");
    else if (call->now_utc_us >= room->of.to_utc_us)
        command_refuse(call, "over", "この授業は、おわりました。");
    else
        return true;
    return false;
}

static void join(struct command_call *call)
{
    const struct lesson_input *input = call->input;
    struct lessons *lessons = call->services->lessons;
    struct lesson_room *room =
        lessons == NULL || !lessons->is_begun ? NULL : lesson_room_find(lessons, input->lesson);
    struct lesson_room *other;
    struct lesson_in *in = NULL;
    struct place_seen seen;
    struct lesson_act *act;

    if (room == NULL || !may_join(room, call->caller)) {
        not_there(call);
        return;
    }
    if (!is_time(call, room) || !place_acts(call, SPAN_NONE, &seen))
        return;
    if (strcmp(seen.floor, room->of.floor) != 0) {
        command_refuse(call, "other-floor", "この授業は、ほかのフロアでひらかれています。");
        return;
    }
    other = lesson_room_of(lessons, call->caller->account, &in);
    if (other == room && id_eq(in->member.visit, seen.visit)) {
        command_ok(call, NULL);
        lesson_room_tell(lessons, room, call->caller->account);
        return;
    }
    act = lesson_act_in(call, room);
    if (act == NULL)
        return;
    if (!make_joined(act, room, &seen, call->caller->role)) {
        no_memory(act);
        return;
    }
    if (other != NULL) /* one lesson at a time; of a visit that is over, too */
        fill_left(act, other, in);
    if (call->caller->role == ROLE_STUDENT)
        fill_choice(lessons, room, act);
    lesson_act_go(act, join_run, join_told);
}

static void leave(struct command_call *call)
{
    const struct lesson_input *input = call->input;
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, input->lesson, &in);

    if (room != NULL)
        lesson_room_leave(call->services->lessons, room, in, call->now_utc_us, LESSON_SELF,
                          call);
}

/* ---- hands ---- */

struct hand_input {
    struct id lesson;
    bool on, has_seat;
    int64_t seat;
};
static const struct jx_field hand_fields[] = {
    F(JX_ID, hand_input, lesson, "授業"),
    F(JX_BOOL, hand_input, on, "あげるか"),
    {.name = "seat",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = WORLD_SEATS,
     .offset = offsetof(struct hand_input, seat),
     .has_offset = offsetof(struct hand_input, has_seat),
     .title_ja = "だれの手か（職員が下げるとき）"},
};
static const struct jx_shape hand_shape =
    JX_SHAPE("LessonHandIn", struct hand_input, hand_fields);

enum err lesson_hand_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_hand(tx, act->stay, act->is_on ? act->at_utc_us : 0, why);
}

void lesson_hand_told(struct lesson_act *act)
{
    struct lessons *lessons = act->lessons;
    struct lesson_room *room = lesson_room_find(lessons, act->lesson);
    struct lesson_in *in = room == NULL ? NULL : lesson_in_find(room, act->object);
    struct lesson_hand_seen shown = {.lesson = act->lesson, .on = act->is_on};
    struct place_seen seen;

    if (in == NULL || !id_eq(in->member.stay, act->stay))
        return;
    in->member.hand_utc_us = act->is_on ? act->at_utc_us : 0;
    if (place_seen(lessons->conf.services->place, act->object, SPAN_NONE, &seen)) {
        shown.seat = seen.seat;
        place_show(lessons->conf.services->place, act->object, lesson_event_hand, &shown);
    }
    lesson_share_look(lessons, room);
    lesson_room_touch(lessons, room);
}

static struct lesson_in *by_seat(struct lessons *lessons, const struct lesson_room *room,
                                 int64_t seat)
{
    struct lesson_in *in = room->members;
    struct place_seen seen;

    while (in != NULL &&
           !(place_seen(lessons->conf.services->place, in->member.account, SPAN_NONE, &seen) &&
             seen.seat == seat))
        in = in->next;
    return in;
}

/* What is wrong with it; false: answered. */
static bool may_hand(struct command_call *call, const struct lesson_room *room)
{
    const struct hand_input *input = call->input;

    if (!input->has_seat || (!input->on && has_part(room, call->caller->account)))
        return !input->on || lesson_has_means(call, room, LESSON_MEANS_HAND);
    command_breach(call, "lesson-hand", "ほかの人の手は、職員が下げるだけです。");
    return false;
}

static void hand(struct command_call *call)
{
    const struct hand_input *input = call->input;
    struct lessons *lessons = call->services->lessons;
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, input->lesson, &in);
    struct lesson_act *act;

    if (room == NULL || !may_hand(call, room))
        return;
    if (input->has_seat)
        in = by_seat(lessons, room, input->seat);
    if (in == NULL) {
        if (!lesson_share_lowers(call, room, input->seat)) /* of another town? */
            command_refuse(call, "gone", "その人は、もうこの授業に参加していません。");
        return;
    }
    if (input->on && in->member.hand_utc_us != 0) {
        command_ok(call, NULL); /* the first one counts: nobody jumps the queue */
        return;
    }
    act = lesson_act_in(call, room);
    if (act == NULL)
        return;
    act->object = in->member.account;
    act->stay = in->member.stay;
    act->is_on = input->on;
    lesson_act_go(act, lesson_hand_run, lesson_hand_told);
}

/* ---- the page that is shown ---- */

struct page_input {
    struct id lesson;
    int64_t page;
};
static const struct jx_field page_fields[] = {
    F(JX_ID, page_input, lesson, "授業"),
    {.name = "page",
     .type = JX_INT,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct page_input, page),
     .title_ja = "ページ"},
};
static const struct jx_shape page_shape =
    JX_SHAPE("LessonPageIn", struct page_input, page_fields);

static enum err page_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    const struct lesson_act_row row = {act->lesson, act->account, act->at_utc_us};

    return lesson_store_page(tx, &row, act->number, why);
}

static void page(struct command_call *call)
{
    const struct page_input *input = call->input;
    struct lesson_room *room = lesson_room_taught(call, input->lesson);
    struct fail why = {.code = ERR_OK};
    struct lesson_act *act;

    if (room == NULL)
        return;
    if (input->page > room->of.n_pages) {
        (void)fail_field(&why, ERR_INVALID, "/page", "there is no such page");
        command_fail(call, &why);
        return;
    }
    act = lesson_act_in(call, room);
    if (act == NULL)
        return;
    act->number = input->page;
    lesson_act_go(act, page_run, lesson_told_touch);
}

/* ---- questions ---- */

struct ask_input {
    struct id lesson, question;
    struct span text;
};
static const struct jx_field ask_fields[] = {
    F(JX_ID, ask_input, lesson, "授業"),
    F(JX_ID, ask_input, question, "質問のID"),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_EXACT | JX_PICTURES,
     .least = 1,
     .most = ASK_MOST,
     .offset = offsetof(struct ask_input, text),
     .title_ja = "質問"},
};
static const struct jx_shape ask_shape = JX_SHAPE("LessonAsk", struct ask_input, ask_fields);

static void asked(const struct services *services, const struct chat_asked *asked)
{
    struct lesson_room *room = lesson_room_find(services->lessons, asked->lesson);

    if (room != NULL)
        lesson_room_touch(services->lessons, room);
}

/* Whom it is written to in the record; all of the team read it. */
static struct id teacher_of(const struct class_team *team)
{
    if (!id_is_none(team->main))
        return team->main;
    if (!id_is_none(team->sub))
        return team->sub;
    return team->n_supporters > 0 ? team->supporters[0] : ID_NONE;
}

static void ask(struct command_call *call)
{
    const struct ask_input *input = call->input;
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, input->lesson, &in);

    if (room != NULL && lesson_has_means(call, room, LESSON_MEANS_QUESTION))
        chat_ask(call, room->of.id, teacher_of(&room->of.team), input->question, input->text,
                 asked);
}

struct answered_input {
    struct id lesson, question;
};
static const struct jx_field answered_fields[] = {
    F(JX_ID, answered_input, lesson, "授業"),
    F(JX_ID, answered_input, question, "質問のID"),
};
static const struct jx_shape answered_shape =
    JX_SHAPE("LessonAnswered", struct answered_input, answered_fields);

static enum err answered_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    const struct lesson_act_row row = {act->lesson, act->account, act->at_utc_us};

    return lesson_store_answer(tx, act->object, &row, &act->author, why);
}

/* Asked and answered in a class: the two were in touch (node/support/contact.h). */
static void answered_told(struct lesson_act *act)
{
    care_heard(act->lessons->conf.services, act->account, act->author, act->at_utc_us,
               CARE_CLASS);
    lesson_told_touch(act);
}

static void answered(struct command_call *call)
{
    const struct answered_input *input = call->input;
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, input->lesson, &in);
    struct lesson_act *act;

    if (room == NULL)
        return;
    if (!has_part(room, call->caller->account)) {
        command_breach(call, "lesson-answered", "この操作は、授業の職員だけができます。");
        return;
    }
    if (lesson_share_answers(call, room, input->question))
        return; /* asked in another town: its row is there */
    act = lesson_act_in(call, room);
    if (act == NULL)
        return;
    act->object = input->question;
    lesson_act_go(act, answered_run, answered_told);
}

/* ---- rows ---- */

#define COMMAND(name_, roles_, shape_, summary, fn) \
    { \
        .name = (name_), .roles = (roles_), .object = OBJECT_OWN_CLASS, .audit = AUDIT_NONE, \
        .input = &(shape_), .summary_ja = (summary), .handle = (fn) \
    }

const struct command lesson_commands[LESSON_COMMANDS_N] = {
    COMMAND("lesson.join", ROLE_BIT(ROLE_STUDENT) | LESSON_STAFF, lesson_shape,
            "授業に参加する", join),
    COMMAND("lesson.leave", ROLE_BIT(ROLE_STUDENT) | LESSON_STAFF, lesson_shape, "授業から出る",
            leave),
    COMMAND("lesson.hand", ROLE_BIT(ROLE_STUDENT) | LESSON_STAFF, hand_shape,
            "手をあげる、下げる。職員はほかの人の手を下げる", hand),
    COMMAND("lesson.page", LESSON_STAFF, page_shape, "授業者が教材のページをみんなに見せる",
            page),
    COMMAND("lesson.poll.open", LESSON_STAFF, lesson_poll_open_shape,
            "授業者がアンケートを始める", lesson_poll_open),
    COMMAND("lesson.poll.answer", ROLE_BIT(ROLE_STUDENT), lesson_poll_answer_shape,
            "アンケートに答える。終わるまで変えられる", lesson_poll_answer),
    COMMAND("lesson.poll.close", LESSON_STAFF, lesson_poll_close_shape,
            "授業者がアンケートを終える", lesson_poll_close),
    {.name = "lesson.ask",
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN_CLASS,
     .audit = AUDIT_NONE,
     .input = &ask_shape,
     .output = &chat_answer_shape,
     .summary_ja = "授業者に質問する",
     .handle = ask},
    COMMAND("lesson.answered", LESSON_STAFF, answered_shape, "質問に答えたことを記録する",
            answered),
};

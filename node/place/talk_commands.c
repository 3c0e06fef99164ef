/* Commands of private talks (AI-2.4-オ): staff and children at once, children among themselves
 * when the municipality allows it and the other says yes. Nobody learns that he was blocked: he
 * hears what anybody hears of one who wishes distance. */
#include <stddef.h>
#include <stdlib.h>

#include "node/db/settings.h"
#include "node/place/chat_rows.h"
#include "node/place/mirror_priv.h"
#include "node/place/talk_priv.h"
#include "tenants/profile/profile.h"

#define TALKS_MOST       8 /* of one who is no staff */
#define TALKS_MOST_STAFF 64
#define TEXT_BOUND       1000

static const char gone_ja[] = "その人は、いまはいません。";
static const char other_town_ja[] =
    "ほかのまちの人です。文字やリアクションで、こえをかけられます。";
static const char over_ja[] = "この会話は、もう終わっています。";
static const char distance_ja[] =
    "いまは、ちかづいてほしくない人です。そっとしておきましょう。";
static const char break_ja[] = "いまは、きゅうけい中の人です。またあとにしましょう。";
static const char no_talk_ja[] = "このまちでは、この人とふたりだけの会話は使えません。";
static const char hidden_ja[] = "名前をかくす会では、使えません。";
static const char many_ja[] = "会話がたくさんあります。一つ終わらせてから、ためしてください。";
static const char staff_ja[] =
    "職員からの会話は、止められません。こまったときは相談してください。";

static struct place_now now_of(const struct command_call *call)
{
    return (struct place_now){call->now_mono_us, call->now_utc_us};
}

/* Somebody on his floor whom he sees; NULL: none, and he was told so. */
static struct visit *visit_at(struct command_call *call, const struct visit *visit,
                              int64_t seat)
{
    void *owner = NULL;

    if (mirror_at(visit, (uint16_t)seat) != NULL)
        command_refuse(call, "other-town", other_town_ja);
    else if (world_seat_owner(visit->person, (uint16_t)seat, &owner, NULL) != ERR_OK)
        command_refuse(call, err_code(ERR_NOT_FOUND), gone_ja);
    return owner;
}

/* A talk of his in this state; NULL: none, and he was told so. */
static struct talk *talk_of(struct command_call *call, struct id id)
{
    struct chat *chat = ((const struct guest *)call->visitor)->place->chat;
    struct talk *talk = talk_find(chat, id);

    if (talk != NULL && talk_has(talk, call->caller->account))
        return talk;
    command_refuse(call, err_code(ERR_NOT_FOUND), over_ja);
    return NULL;
}

/* Where names are hidden children have no talks: every answer would tell who of those they know
 * it is. */
static bool is_allowed(const struct visit *a, const struct visit *b)
{
    return !a->floor->is_anonymous && a->pass.look.role == ROLE_STUDENT &&
           b->pass.look.role == ROLE_STUDENT &&
           settings_bool(a->place->conf.services->settings, &setting_chat_pupil_talk);
}

static bool is_of_staff(const struct visit *a, const struct visit *b)
{
    return a->pass.look.is_staff || b->pass.look.is_staff;
}

/* ---- talk.ask ---- */

struct seat_input {
    int64_t seat;
};

static int n_talks(const struct chat *chat, struct id account)
{
    int n = 0;

    for (const struct talk *t = chat->talks; t != NULL; t = t->next)
        n += talk_has(t, account);
    return n;
}

/* Whether the other one may be asked now; false: told why not. */
static bool may_ask(struct command_call *call, const struct visit *visit,
                    const struct visit *other)
{
    const struct chat *chat = visit->place->chat;
    struct world_where where;

    if (!is_allowed(visit, other)) {
        command_refuse(call, "no-talk", no_talk_ja);
        return false;
    }
    if (chat_is_stopped(call, visit))
        return false;
    world_where(other->person, &where);
    if (where.state == WORLD_BREAK) {
        command_refuse(call, "break", break_ja);
        return false;
    }
    if (where.state != WORLD_TALK || where.has_distance ||
        (other->pass.ways & PROFILE_WAY_PRIVATE) == 0 ||
        talk_is_blocked(chat, other->account, visit->account) ||
        talk_was_refused(chat, visit->account, other->account)) {
        command_refuse(call, "distance", distance_ja);
        return false;
    }
    return true;
}

static struct talk *talk_create(struct chat *chat, const struct visit *from,
                                const struct visit *to, struct place_now now)
{
    struct talk *talk = calloc(1, sizeof *talk);

    if (talk == NULL)
        return NULL;
    *talk = (struct talk){.next = chat->talks,
                          .id = id_new(),
                          .kind = is_of_staff(from, to) ? TALK_STAFF : TALK_PUPILS,
                          .state = TALK_IS_ASKED,
                          .members = {from->account, to->account},
                          .has_face = {true, true},
                          .faces = {talk_face(from), talk_face(to)},
                          .until_mono_us = now.mono_us + TALK_ASK_US};
    chat->talks = talk;
    return talk;
}

/* There is one of the two: it is as if he had asked and been answered. */
static void ask_again(struct command_call *call, struct visit *visit, struct talk *talk)
{
    const struct talk_answer ok = {talk->id};

    if (talk->state == TALK_IS_ASKED && id_eq(talk->members[1], visit->account)) {
        talk_begin(visit->place->chat, talk, call); /* both want it */
        return;
    }
    command_ok(call, &ok);
    if (talk->state == TALK_IS_OPEN)
        talk_tell(visit, talk, false, now_of(call));
}

static void ask(struct command_call *call)
{
    const struct seat_input *input = call->input;
    struct visit *visit = chat_acted(call);
    struct visit *other = visit == NULL ? NULL : visit_at(call, visit, input->seat);
    struct chat *chat;
    struct talk *talk;
    struct fail fail = {.code = ERR_INTERNAL};
    int most;

    if (other == NULL)
        return;
    chat = visit->place->chat;
    talk = talk_between(chat, visit->account, other->account);
    if (talk != NULL) {
        ask_again(call, visit, talk);
        return;
    }
    if (!is_of_staff(visit, other) && !may_ask(call, visit, other))
        return;
    most = visit->pass.look.is_staff ? TALKS_MOST_STAFF : TALKS_MOST;
    if (n_talks(chat, visit->account) >= most) {
        command_refuse(call, "too-many", many_ja);
        return;
    }
    talk = talk_create(chat, visit, other, now_of(call));
    if (talk == NULL) {
        (void)fail_set(&fail, ERR_NOMEM, "a talk");
        command_fail(call, &fail);
    } else if (talk->kind == TALK_STAFF) {
        talk_begin(chat, talk, call);
    } else {
        const struct talk_answer ok = {talk->id};

        command_ok(call, &ok);
        talk_ask_tell(other, visit, talk);
    }
}

/* ---- talk.answer, talk.leave ---- */

struct answer_input {
    struct id talk;
    bool yes;
};

static void answer(struct command_call *call)
{
    const struct answer_input *input = call->input;
    const struct guest *guest = place_acted(call);
    struct talk *talk = talk_of(call, input->talk);

    if (talk == NULL)
        return;
    if (talk->state != TALK_IS_ASKED || !id_eq(talk->members[1], call->caller->account)) {
        command_refuse(call, err_code(ERR_NOT_FOUND), over_ja);
    } else if (input->yes) {
        talk_begin(guest->place->chat, talk, call);
    } else {
        command_ok(call, NULL);
        talk_refuse(guest->place->chat, talk, now_of(call));
    }
}

struct talk_input {
    struct id talk;
};

static void leave(struct command_call *call)
{
    const struct talk_input *input = call->input;
    const struct guest *guest = place_acted(call);
    struct talk *talk = talk_of(call, input->talk);

    if (talk == NULL)
        return;
    command_ok(call, NULL);
    talk_close(guest->place->chat, talk, call->caller->account, TALK_LEFT, now_of(call));
}

/* ---- talk.say ---- */

struct say_input {
    struct id talk, line;
    struct span text;
};

/* A child may always write to staff, whatever was stopped. */
static bool may_say(struct command_call *call, const struct visit *visit,
                    const struct talk *talk)
{
    if (talk->state != TALK_IS_OPEN) {
        command_refuse(call, err_code(ERR_NOT_FOUND), over_ja);
        return false;
    }
    if (talk->kind == TALK_STAFF)
        return true;
    if (!settings_bool(call->services->settings, &setting_chat_pupil_talk)) {
        command_refuse(call, "no-talk", no_talk_ja);
        return false;
    }
    return !chat_is_stopped(call, visit);
}

static void say(struct command_call *call)
{
    const struct say_input *input = call->input;
    struct visit *visit = chat_acted(call);
    const struct talk *talk = visit == NULL ? NULL : talk_of(call, input->talk);
    struct chat_target target = {.talk = talk};
    struct chat_where where;

    if (talk == NULL || !may_say(call, visit, talk))
        return;
    where = chat_where_of(visit);
    target.where = &where;
    chat_put(call, visit, &target, input->line, input->text);
}

/* ---- talk.block, talk.unblock, talk.blocks ---- */

static void block(struct command_call *call)
{
    const struct seat_input *input = call->input;
    const struct guest *guest = place_acted(call);
    const struct visit *visit = guest->visit, *other;

    if (visit == NULL || visit->person == NULL) {
        command_refuse(call, "not-here", "まだフロアに入っていません。");
        return;
    }
    if (visit->floor->is_anonymous) { /* his list would tell who it is */
        command_refuse(call, "no-talk", hidden_ja);
        return;
    }
    other = visit_at(call, visit, input->seat);
    if (other == NULL)
        return;
    if (other->pass.look.is_staff)
        command_refuse(call, "staff", staff_ja);
    else
        talk_block_ask(call, visit, other);
}

struct block_input {
    struct id block;
};

static void unblock(struct command_call *call)
{
    const struct block_input *input = call->input;

    (void)place_acted(call);
    talk_unblock_ask(call, input->block);
}

static void blocks(struct command_call *call)
{
    (void)place_acted(call);
    talk_blocks_answer(call);
}

/* ---- shapes, rows ---- */

static const struct jx_field seat_fields[] = {{.name = "seat",
                                               .type = JX_INT,
                                               .least = 1,
                                               .most = WORLD_SEATS,
                                               .offset = offsetof(struct seat_input, seat),
                                               .title_ja = "相手"}};
static const struct jx_shape seat_shape = JX_SHAPE("TalkSeat", struct seat_input, seat_fields);

#define ID_FIELD(struct_, member, title_) \
    { \
        .name = #member, .type = JX_ID, .offset = offsetof(struct struct_, member), \
        .title_ja = (title_) \
    }
static const struct jx_field answer_fields[] = {
    ID_FIELD(answer_input, talk, "会話"),
    {.name = "yes",
     .type = JX_BOOL,
     .offset = offsetof(struct answer_input, yes),
     .title_ja = "返事"},
};
static const struct jx_shape answer_shape =
    JX_SHAPE("TalkReply", struct answer_input, answer_fields);

static const struct jx_field talk_fields[] = {ID_FIELD(talk_input, talk, "会話")};
static const struct jx_shape talk_shape = JX_SHAPE("TalkOf", struct talk_input, talk_fields);

static const struct jx_field say_fields[] = {
    ID_FIELD(say_input, talk, "会話"),
    ID_FIELD(say_input, line, "文の番号"),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_EXACT | JX_PICTURES,
     .least = 1,
     .most = TEXT_BOUND,
     .offset = offsetof(struct say_input, text),
     .title_ja = "文"},
};
static const struct jx_shape say_shape = JX_SHAPE("TalkSay", struct say_input, say_fields);

static const struct jx_field block_fields[] = {ID_FIELD(block_input, block, "受けない相手")};
static const struct jx_shape block_shape =
    JX_SHAPE("TalkUnblock", struct block_input, block_fields);

static const struct jx_field begun_fields[] = {ID_FIELD(talk_answer, talk, "会話")};
static const struct jx_shape begun_shape =
    JX_SHAPE("TalkBegun", struct talk_answer, begun_fields);

/* A guest teacher asks nobody for a talk of two: he comes for a lesson. */
#define ASK_ROLES (CHAT_ROLES & ~ROLE_BIT(ROLE_GUEST_TEACHER))
#define ROW(name_, input_, output_, handle_, summary_) \
    ROW_OF(name_, CHAT_ROLES, input_, output_, handle_, summary_)
#define ROW_OF(name_, roles_, input_, output_, handle_, summary_) \
    { \
        .name = (name_), .roles = (roles_), .object = OBJECT_OWN, .audit = AUDIT_NONE, \
        .input = (input_), .output = (output_), .summary_ja = (summary_), .handle = (handle_) \
    }

const struct command talk_commands[TALK_COMMANDS_N] = {
    ROW_OF("talk.ask", ASK_ROLES, &seat_shape, &begun_shape, ask, "ふたりで話したいと言う"),
    ROW("talk.answer", &answer_shape, NULL, answer, "ふたりで話すかを答える"),
    ROW("talk.say", &say_shape, &chat_answer_shape, say, "ふたりの会話で書く"),
    ROW("talk.leave", &talk_shape, NULL, leave, "ふたりの会話を終わる"),
    ROW("talk.block", &seat_shape, &talk_block_answer_shape, block,
        "この人からの申しこみを受けない"),
    ROW("talk.unblock", &block_shape, NULL, unblock, "また受ける"),
    ROW("talk.blocks", NULL, &talk_blocks_shape, blocks, "受けない相手の一覧"),
};

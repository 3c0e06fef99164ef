#include "node/place/chat_events.h"

#include <stddef.h>

#include "node/place/chat_rows.h"
#include "node/place/chat_store.h"
#include "node/place/world.h"

#define F(type_, struct_, member, name_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct struct_, member) \
    }
#define F_MAY(type_, struct_, member, has, name_) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, member), \
        .has_offset = offsetof(struct struct_, has) \
    }
#define F_ENUM(struct_, member, choices_, name_) \
    { \
        .name = (name_), .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, member) \
    }
#define F_LIST(struct_, member, shape_, name_) \
    { \
        .name = (name_), .type = JX_LIST, .shape = &(shape_), \
        .offset = offsetof(struct struct_, member) \
    }

static const struct jx_field to_fields[] = {
    F_MAY(JX_INT, chat_to, seat, has_seat, "seat"),
    F(JX_TEXT, chat_to, name, "name"),
};
static const struct jx_shape to_shape = JX_SHAPE("ChatTo", struct chat_to, to_fields);

static const struct jx_field said_fields[] = {
    F(JX_ID, chat_said, line, "line"),
    F(JX_TIME, chat_said, at_utc_us, "at"),
    F_ENUM(chat_said, channel, CHAT_CHANNELS, "channel"),
    F_MAY(JX_ID, chat_said, talk, has_talk, "talk"),
    F_MAY(JX_INT, chat_said, seat, has_seat, "seat"),
    F(JX_TEXT, chat_said, name, "name"),
    F(JX_BOOL, chat_said, is_staff, "is_staff"),
    F_MAY(JX_BOOL, chat_said, is_teacher, is_teacher, "is_teacher"),
    F(JX_TEXT, chat_said, text, "text"),
    {.name = "to",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &to_shape,
     .offset = offsetof(struct chat_said, to),
     .has_offset = offsetof(struct chat_said, has_to)},
    F_ENUM(chat_said, state, CHAT_STATES, "state"),
    F_MAY(JX_BOOL, chat_said, is_mine, has_mine, "is_mine"),
    F_MAY(JX_ID, chat_said, account, has_ids, "account"),
    F_MAY(JX_TEXT, chat_said, login, has_login, "login"),
    F_MAY(JX_TEXT, chat_said, original, has_original, "original"),
    F_MAY(JX_TEXTS, chat_said, categories, has_ids, "categories"),
    F_MAY(JX_TEXT, chat_said, town, has_town, "town"),
    F_MAY(JX_TEXT, chat_said, pseud, has_pseud, "pseud"),
};
static const struct jx_shape said_shape = JX_SHAPE("ChatLine", struct chat_said, said_fields);

static const struct jx_field lines_fields[] = {
    F_ENUM(chat_lines_event, channel, CHAT_CHANNELS, "channel"),
    F_MAY(JX_ID, chat_lines_event, talk, has_talk, "talk"),
    F_LIST(chat_lines_event, lines, said_shape, "lines"),
};
static const struct jx_shape lines_shape =
    JX_SHAPE("ChatLines", struct chat_lines_event, lines_fields);

static const struct jx_field one_fields[] = {F(JX_ID, chat_one, line, "line")};
static const struct jx_shape one_shape = JX_SHAPE("ChatOne", struct chat_one, one_fields);

static const struct jx_field held_fields[] = {
    F(JX_ID, chat_held_event, line, "line"),
    F_ENUM(chat_held_event, state, CHAT_VERDICTS, "state"),
};
static const struct jx_shape held_shape =
    JX_SHAPE("ChatHeld", struct chat_held_event, held_fields);

static const struct jx_field answer_fields[] = {
    F(JX_ID, chat_answer, line, "line"),
    F(JX_TIME, chat_answer, at_utc_us, "at"),
    F_ENUM(chat_answer, state, CHAT_STATES, "state"),
    F(JX_TEXT, chat_answer, text, "text"),
};
const struct jx_shape chat_answer_shape =
    JX_SHAPE("ChatAnswer", struct chat_answer, answer_fields);

const struct live_event chat_events[CHAT_EVENTS_N] = {
    {"chat.line", &said_shape, "文が書かれた。IDと元の文は、IDを見られる職員だけに届く"},
    {"chat.lines", &lines_shape, "きょうの文。いまいる場所の分だけ。前に知ったものは捨てる"},
    {"chat.gone", &one_shape, "職員が文をかくした"},
    {"chat.held", &held_shape, "止まっていた自分の文を、職員が見た"},
    {"held.new", &one_shape, "職員が見るまで止まっている文（IDを見られる職員だけ）"},
};
const struct live_event *const
    chat_event_line = &chat_events[0],
    *const chat_event_lines = &chat_events[1], *const chat_event_gone = &chat_events[2],
    *const chat_event_held = &chat_events[3], *const chat_event_held_new = &chat_events[4];

/* ---- talks ---- */

static const struct jx_field asked_fields[] = {
    F(JX_ID, talk_asked, talk, "talk"),
    F_MAY(JX_INT, talk_asked, seat, has_seat, "seat"),
    F(JX_TEXT, talk_asked, name, "name"),
    F(JX_BOOL, talk_asked, is_staff, "is_staff"),
};
static const struct jx_shape asked_shape =
    JX_SHAPE("TalkAsked", struct talk_asked, asked_fields);

static const struct jx_field person_fields[] = {
    F_MAY(JX_INT, talk_person, seat, has_seat, "seat"),
    F(JX_TEXT, talk_person, name, "name"),
    F(JX_BOOL, talk_person, is_staff, "is_staff"),
};
static const struct jx_shape person_shape =
    JX_SHAPE("TalkPerson", struct talk_person, person_fields);

static const struct jx_field opened_fields[] = {
    F(JX_ID, talk_opened, talk, "talk"),
    F_LIST(talk_opened, people, person_shape, "people"),
    F(JX_BOOL, talk_opened, is_first, "is_first"),
};
static const struct jx_shape opened_shape =
    JX_SHAPE("TalkOpen", struct talk_opened, opened_fields);

static const struct jx_field over_fields[] = {
    F(JX_ID, talk_over, talk, "talk"),
    F_ENUM(talk_over, why, TALK_ENDS, "why"),
};
static const struct jx_shape over_shape = JX_SHAPE("TalkOver", struct talk_over, over_fields);

const struct live_event talk_events[TALK_EVENTS_N] = {
    {"talk.asked", &asked_shape, "ふたりで話したいと言われた。1分のあいだ答えられる"},
    {"talk.open", &opened_shape, "ふたりの会話が始まった。切れたあとにも届く"},
    {"talk.over", &over_shape, "ふたりの会話が終わった"},
};
const struct live_event *const talk_event_asked = &talk_events[0],
                               *const talk_event_open = &talk_events[1],
                               *const talk_event_over = &talk_events[2];

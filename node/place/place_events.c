#include "node/place/place_events.h"

#include <stddef.h>

#include "node/base/role.h"
#include "node/place/floor.h"
#include "tenants/hours/hours.h"
#include "tenants/profile/avatar.h"

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
#define F_OF(type_, struct_, member, shape_, name_) \
    { \
        .name = (name_), .type = (type_), .shape = &(shape_), \
        .offset = offsetof(struct struct_, member) \
    }

static const struct jx_field me_fields[] = {
    F(JX_TEXT, place_me, name, "name"),
    F_ENUM(place_me, kind, AVATAR_KINDS, "kind"),
    F_ENUM(place_me, colour, AVATAR_COLOURS, "colour"),
    F_MAY(JX_TEXT, place_me, note, has_note, "note"),
    F(JX_TEXT, place_me, login, "login"),
    F_ENUM(place_me, role, ROLE_CHOICES, "role"),
    F(JX_BOOL, place_me, is_staff, "is_staff"),
    F(JX_BOOL, place_me, sees_ids, "sees_ids"),
};
static const struct jx_shape me_shape = JX_SHAPE("PersonLook", struct place_me, me_fields);

static const struct jx_field hours_fields[] = {
    F_ENUM(place_hours, kind, HOURS_STATES, "kind"),
    F(JX_BOOL, place_hours, is_bound, "is_bound"),
    F_MAY(JX_TIME, place_hours, closes_utc_us, has_closes, "closes_at"),
    F_MAY(JX_TIME, place_hours, next_utc_us, has_next, "next_at"),
    F_MAY(JX_TEXT, place_hours, next_title, has_title, "next_title"),
};
static const struct jx_shape hours_shape =
    JX_SHAPE("PlaceHours", struct place_hours, hours_fields);

static const struct jx_field session_fields[] = {
    F(JX_TEXT, place_card_session, title, "title"),
    F(JX_TIME, place_card_session, until_utc_us, "until"),
    F(JX_BOOL, place_card_session, is_anonymous, "is_anonymous"),
};
static const struct jx_shape session_shape =
    JX_SHAPE("FloorCardSession", struct place_card_session, session_fields);

static const struct jx_field card_fields[] = {
    F(JX_TEXT, place_card, id, "id"),
    F(JX_TEXT, place_card, name_ja, "name_ja"),
    F(JX_TEXT, place_card, name_en, "name_en"),
    F_ENUM(place_card, theme, FLOOR_THEMES, "theme"),
    F(JX_INT, place_card, n_people, "n_people"),
    F(JX_BOOL, place_card, is_full, "is_full"),
    F(JX_BOOL, place_card, is_waiting, "is_waiting"),
    F(JX_BOOL, place_card, is_open, "is_open"),
    F_MAY(JX_TEXT, place_card, why_shut, has_why, "why_shut"),
    {.name = "session",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &session_shape,
     .offset = offsetof(struct place_card, session),
     .has_offset = offsetof(struct place_card, has_session)},
};
static const struct jx_shape card_shape = JX_SHAPE("FloorCard", struct place_card, card_fields);

static const struct jx_field hello_fields[] = {
    F(JX_TIME, place_hello, now_utc_us, "now"),
    F_OF(JX_OBJECT, place_hello, me, me_shape, "me"),
    F_OF(JX_LIST, place_hello, floors, card_shape, "floors"),
    F_OF(JX_OBJECT, place_hello, hours, hours_shape, "hours"),
    F(JX_INT, place_hello, ping_s, "ping_s"),
    F(JX_INT, place_hello, text_most, "text_most"),
    F(JX_BOOL, place_hello, may_ask_pupils, "may_ask_pupils"),
};
static const struct jx_shape hello_shape =
    JX_SHAPE("PlaceHello", struct place_hello, hello_fields);

static const struct jx_field floors_fields[] = {
    F_OF(JX_LIST, place_floors_event, floors, card_shape, "floors"),
};
static const struct jx_shape floors_shape =
    JX_SHAPE("PlaceFloors", struct place_floors_event, floors_fields);

static const struct jx_field wait_fields[] = {
    F(JX_TEXT, place_wait, floor, "floor"),
    F(JX_INT, place_wait, position, "position"),
};
static const struct jx_shape wait_shape = JX_SHAPE("PlaceWait", struct place_wait, wait_fields);

static const struct jx_field out_fields[] = {
    F_ENUM(place_out_event, reason, PLACE_OUTS, "reason"),
    F(JX_TEXT, place_out_event, title, "title"),
};
static const struct jx_shape out_shape =
    JX_SHAPE("PlaceOut", struct place_out_event, out_fields);

static const struct jx_field closing_fields[] = {
    F(JX_INT, place_closing, minutes, "minutes"),
};
static const struct jx_shape closing_shape =
    JX_SHAPE("PlaceClosing", struct place_closing, closing_fields);

static const struct jx_field entry_fields[] = {
    F(JX_INT, place_entry, seat, "seat"),
    F(JX_TEXT, place_entry, name, "name"),
    F(JX_TEXT, place_entry, login, "login"),
    F(JX_ID, place_entry, account, "account"),
    F(JX_TEXT, place_entry, floor, "floor"),
    F(JX_TIME, place_entry, at_utc_us, "at"),
    F(JX_BOOL, place_entry, is_first, "is_first"),
    F_MAY(JX_INT, place_entry, days_absent, has_absent, "days_absent"),
};
static const struct jx_shape entry_shape =
    JX_SHAPE("PlaceEntry", struct place_entry, entry_fields);
static const struct jx_field entries_fields[] = {
    F_OF(JX_LIST, place_entries, items, entry_shape, "items"),
};
static const struct jx_shape entries_shape =
    JX_SHAPE("PlaceEntries", struct place_entries, entries_fields);

const struct live_event place_events[PLACE_EVENTS_N] = {
    {"hello", &hello_shape, "つながったときの、自分のすがた・フロア・開設時間"},
    {"floors", &floors_shape, "フロアの一覧が変わった"},
    {"hours", &hours_shape, "開設時間が変わった"},
    {"wait", &wait_shape, "順番を待っている"},
    {"out", &out_shape, "ロビーにもどった理由"},
    {"closing", &closing_shape, "もうすぐ閉まる"},
    {"entries", &entries_shape, "入室のお知らせ（IDを見られる職員だけ）"},
};
const struct live_event *const
    place_event_hello = &place_events[0],
    *const place_event_floors = &place_events[1], *const place_event_hours = &place_events[2],
    *const place_event_wait = &place_events[3], *const place_event_out = &place_events[4],
    *const place_event_closing = &place_events[5],
    *const place_event_entries = &place_events[6];

/* What is told in words: shapes and rows of the world's events, and their making. Each is made
 * once for a channel and kind of receiver, when the first one needs it. */
#include "node/place/world_priv.h"
#include "tenants/profile/avatar.h"

#define NAMELESS "だれか"

/* ---- shapes ---- */

#define FIELD(struct_, member, json, kind, title) \
    .name = (json), .type = (kind), .offset = offsetof(struct struct_, member), \
    .title_ja = (title)
#define IF(struct_, member) .flags = JX_OPTIONAL, .has_offset = offsetof(struct struct_, member)

struct seat_item {
    int64_t seat;
};
static const struct jx_field seat_fields[] = {{FIELD(seat_item, seat, "seat", JX_INT, "席")}};
static const struct jx_shape seat_shape = JX_SHAPE("FloorSeat", struct seat_item, seat_fields);

struct person_item {
    int64_t seat, days_absent, x, y;
    struct span name, note;
    /* Of our own, or of another town: no crowd's list is made larger for it. */
    union {
        struct span alias, town;
    };
    union {
        struct span login, pseud;
    };
    struct id account;
    int kind, colour, state, rung;
    bool has_note, has_alias, has_ids, has_absent, has_town, has_pseud;
    bool is_away, is_lost, is_staff, is_teacher, has_distance, is_first;
    bool is_chat_stopped, is_react_stopped, is_voice_stopped;
};
static const struct jx_field person_fields[] = {
    {FIELD(person_item, seat, "seat", JX_INT, "席")},
    {FIELD(person_item, name, "name", JX_TEXT, "名前")},
    {FIELD(person_item, kind, "kind", JX_ENUM, "すがた"), .choices = AVATAR_KINDS},
    {FIELD(person_item, colour, "colour", JX_ENUM, "色"), .choices = AVATAR_COLOURS},
    {FIELD(person_item, note, "note", JX_TEXT, "ひとこと"), IF(person_item, has_note)},
    {FIELD(person_item, state, "state", JX_ENUM, "ようす"), .choices = WORLD_STATES},
    {FIELD(person_item, is_away, "is_away", JX_BOOL, "席を外している")},
    {FIELD(person_item, is_lost, "is_lost", JX_BOOL, "つながっていない")},
    {FIELD(person_item, is_staff, "is_staff", JX_BOOL, "スタッフ")},
    {FIELD(person_item, is_teacher, "is_teacher", JX_BOOL, "先生"),
     IF(person_item, is_teacher)},
    {FIELD(person_item, has_distance, "has_distance", JX_BOOL, "近づかないでほしい")},
    {FIELD(person_item, x, "x", JX_INT, "横の位置")},
    {FIELD(person_item, y, "y", JX_INT, "縦の位置")},
    {FIELD(person_item, alias, "alias", JX_TEXT, "仮の名前"), IF(person_item, has_alias)},
    {FIELD(person_item, login, "login", JX_TEXT, "ID"), IF(person_item, has_ids)},
    {FIELD(person_item, account, "account", JX_ID, "アカウント"), IF(person_item, has_ids)},
    {FIELD(person_item, rung, "rung", JX_ENUM, "参加のしかた"), IF(person_item, has_ids),
     .choices = WORLD_RUNGS},
    {FIELD(person_item, is_first, "is_first", JX_BOOL, "はじめて"), IF(person_item, has_ids)},
    {FIELD(person_item, days_absent, "days_absent", JX_INT, "来ていなかった日数"),
     IF(person_item, has_absent)},
    {FIELD(person_item, town, "town", JX_TEXT, "ほかのまちの名前"), IF(person_item, has_town)},
    {FIELD(person_item, pseud, "pseud", JX_TEXT, "ほかのまちの人の記号"),
     IF(person_item, has_pseud)},
    {FIELD(person_item, is_chat_stopped, "is_chat_stopped", JX_BOOL, "文字を止めている"),
     IF(person_item, has_pseud)},
    {FIELD(person_item, is_react_stopped, "is_react_stopped", JX_BOOL,
           "リアクションを止めている"),
     IF(person_item, has_pseud)},
    {FIELD(person_item, is_voice_stopped, "is_voice_stopped", JX_BOOL, "声を止めている"),
     IF(person_item, has_pseud)},
};
static const struct jx_shape person_shape =
    JX_SHAPE("FloorPerson", struct person_item, person_fields);
/* Where nobody is of another town: without the fields that are of such people alone, for in a
 * crowd each is looked at for everybody. */
#define N_OF_TOWNS 3
static const struct jx_shape own_shape = {
    .name = "FloorPerson",
    .bytes = sizeof(struct person_item),
    .fields = person_fields,
    .n_fields = sizeof person_fields / sizeof person_fields[0] - N_OF_TOWNS};

struct area_item {
    struct span id;
    int64_t n;
    bool has_n, is_full, is_in_use;
    int lock;
};
static const struct jx_field area_fields[] = {
    {FIELD(area_item, id, "id", JX_TEXT, "区画の記号")},
    {FIELD(area_item, n, "n", JX_INT, "人数"), IF(area_item, has_n)},
    {FIELD(area_item, is_full, "is_full", JX_BOOL, "満員")},
    {FIELD(area_item, is_in_use, "is_in_use", JX_BOOL, "使用中")},
    {FIELD(area_item, lock, "lock", JX_ENUM, "鍵"), .choices = FLOOR_LOCKS},
};
static const struct jx_shape area_shape = JX_SHAPE("AreaState", struct area_item, area_fields);

struct here {
    struct span floor, hash, title, room;
    int64_t copy, version, seat;
    bool is_anonymous, has_title, has_room;
    struct jx_list people, areas;
};
#define HERE_OF(person) \
    { \
        {FIELD(here, floor, "floor", JX_TEXT, "フロア")}, \
            {FIELD(here, copy, "copy", JX_INT, "何番目の部屋")}, \
            {FIELD(here, version, "version", JX_INT, "版")}, \
            {FIELD(here, hash, "hash", JX_TEXT, "ハッシュ")}, \
            {FIELD(here, is_anonymous, "is_anonymous", JX_BOOL, "名前をかくす")}, \
            {FIELD(here, title, "title", JX_TEXT, "開催の名前"), IF(here, has_title)}, \
            {FIELD(here, seat, "seat", JX_INT, "自分の席")}, \
            {FIELD(here, room, "room", JX_TEXT, "いる部屋"), IF(here, has_room)}, \
            {FIELD(here, people, "people", JX_LIST, "いる人"), .shape = &(person)}, \
            {FIELD(here, areas, "areas", JX_LIST, "区画"), .shape = &area_shape}, \
    }
static const struct jx_field here_fields[] = HERE_OF(person_shape);
static const struct jx_shape here_shape = JX_SHAPE("FloorHere", struct here, here_fields);
static const struct jx_field own_here_fields[] = HERE_OF(own_shape);
static const struct jx_shape own_here_shape =
    JX_SHAPE("FloorHere", struct here, own_here_fields);

struct list_of {
    struct jx_list list;
};
static const struct jx_field people_fields[] = {
    {FIELD(list_of, list, "people", JX_LIST, "人"), .shape = &person_shape}};
static const struct jx_shape people_shape =
    JX_SHAPE("FloorPeople", struct list_of, people_fields);
static const struct jx_field own_people_fields[] = {
    {FIELD(list_of, list, "people", JX_LIST, "人"), .shape = &own_shape}};
static const struct jx_shape own_people_shape =
    JX_SHAPE("FloorPeople", struct list_of, own_people_fields);
static const struct jx_field seats_fields[] = {
    {FIELD(list_of, list, "seats", JX_LIST, "席"), .shape = &seat_shape}};
static const struct jx_shape seats_shape = JX_SHAPE("FloorSeats", struct list_of, seats_fields);
static const struct jx_field areas_fields[] = {
    {FIELD(list_of, list, "areas", JX_LIST, "区画"), .shape = &area_shape}};
static const struct jx_shape areas_shape = JX_SHAPE("FloorAreas", struct list_of, areas_fields);

struct call_of {
    int64_t seat;
    struct span name, area;
    bool is_welcome;
};
static const struct jx_field wave_fields[] = {
    {FIELD(call_of, seat, "seat", JX_INT, "席")},
    {FIELD(call_of, name, "name", JX_TEXT, "名前")},
};
static const struct jx_shape wave_shape = JX_SHAPE("FloorWave", struct call_of, wave_fields);
static const struct jx_field knock_fields[] = {
    {FIELD(call_of, seat, "seat", JX_INT, "席")},
    {FIELD(call_of, name, "name", JX_TEXT, "名前")},
    {FIELD(call_of, area, "area", JX_TEXT, "区画")},
};
static const struct jx_shape knock_shape = JX_SHAPE("AreaKnock", struct call_of, knock_fields);
static const struct jx_field invite_fields[] = {
    {FIELD(call_of, name, "name", JX_TEXT, "名前")},
    {FIELD(call_of, area, "area", JX_TEXT, "区画")},
};
static const struct jx_shape invite_shape =
    JX_SHAPE("AreaInvited", struct call_of, invite_fields);
static const struct jx_field answer_fields[] = {
    {FIELD(call_of, area, "area", JX_TEXT, "区画")},
    {FIELD(call_of, is_welcome, "welcome", JX_BOOL, "どうぞ")},
};
static const struct jx_shape answer_shape =
    JX_SHAPE("AreaKnockAnswer", struct call_of, answer_fields);

enum {
    EV_HERE,
    EV_CAME,
    EV_LEFT,
    EV_CHANGED,
    EV_AREAS,
    EV_WAVE,
    EV_KNOCK,
    EV_ANSWER,
    EV_INVITED
};
const struct live_event world_events[WORLD_EVENTS_N] = {
    [EV_HERE] = {"floor.here", &here_shape,
                 "フロアに着いた。いる人と区画のすべて。前に知ったことはすべて捨てる"},
    [EV_CAME] = {"people.came", &people_shape, "見えるところに来た人"},
    [EV_LEFT] = {"people.left", &seats_shape, "見えるところからいなくなった席"},
    [EV_CHANGED] = {"people.changed", &people_shape, "ようすや名前の変わった人"},
    [EV_AREAS] = {"areas", &areas_shape, "区画の人数・満員・使用中・鍵。変わったものだけ"},
    [EV_WAVE] = {"wave", &wave_shape, "だれかが手をふった"},
    [EV_KNOCK] = {"knock", &knock_shape, "だれかがドアをノックした"},
    [EV_ANSWER] = {"knock.answer", &answer_shape, "ノックの返事。どうぞなら1分のあいだ入れる"},
    [EV_INVITED] = {"invited", &invite_shape, "部屋へのさそい。1分のあいだ入れる"},
};

static const struct live_event own_events[] = {
    [EV_HERE] = {.name = "floor.here", .shape = &own_here_shape},
    [EV_CAME] = {.name = "people.came", .shape = &own_people_shape},
    [EV_CHANGED] = {.name = "people.changed", .shape = &own_people_shape},
};

/* ---- filling ---- */

/* Texts of a look end with a NUL. */
struct span world_name(const struct world_person *person, bool has_ids)
{
    const struct world_look *look = &person->look;

    if (!person->copy->is_anonymous || has_ids)
        return span_text(look->name);
    if (look->alias[0] != '\0')
        return span_text(look->alias);
    return look->is_staff ? span_text(look->name) : SPAN(NAMELESS);
}

static void person_fill(const struct world_person *person, bool has_ids,
                        struct person_item *item)
{
    const struct world_copy *copy = person->copy;
    const struct world_body *body = world_body_of(person);
    const struct world_look *look = &person->look;
    const struct world_puppet *puppet = person->puppet;
    bool is_hidden = copy->is_anonymous && !has_ids && puppet == NULL;

    item->seat = body->seat;
    item->x = world_told_spot(body).x;
    item->y = world_told_spot(body).y;
    item->name = world_name(person, has_ids);
    item->kind = is_hidden ? AVATAR_NEUTRAL : look->kind;
    item->colour = is_hidden ? AVATAR_NEUTRAL_COLOUR : look->colour;
    item->has_note = !is_hidden && look->note[0] != '\0';
    item->note = span_text(look->note);
    item->state = (int)person->state;
    item->is_away = person->is_away;
    item->is_lost = puppet != NULL ? puppet->look.is_lost : copy->peers[person->at] == NULL;
    item->is_staff = look->is_staff;
    item->is_teacher = look->is_teacher;
    item->has_distance = world_has_distance(person);
    item->has_town = puppet != NULL;
    item->has_pseud = puppet != NULL && has_ids;
    if (puppet != NULL) {
        item->is_chat_stopped = has_ids && (puppet->look.stops & MIRROR_STOPS_CHAT) != 0;
        item->is_react_stopped = has_ids && (puppet->look.stops & MIRROR_STOPS_REACT) != 0;
        item->is_voice_stopped = has_ids && (puppet->look.stops & MIRROR_STOPS_VOICE) != 0;
        item->town = span_text(puppet->look.town);
        item->pseud = span_text(puppet->look.pseud);
    }
    if (!has_ids || puppet != NULL)
        return;
    item->has_ids = true;
    item->has_alias = copy->is_anonymous && look->alias[0] != '\0';
    item->alias = span_text(look->alias);
    item->login = span_text(look->login);
    item->account = look->account;
    item->rung = (int)person->rung;
    item->is_first = look->is_first;
    item->has_absent = look->days_absent > 0;
    item->days_absent = look->days_absent;
}

static void area_fill(const struct world_copy *copy, size_t i, struct area_item *item)
{
    uint64_t bit = FLOOR_AREA_BIT(i);
    const struct floor_area *area = floor_area_nth(copy->ground->floor, i);

    item->id = area->id;
    item->lock = world_lock_of(copy, i);
    if ((copy->rooms & bit) != 0) {
        item->is_full = (copy->told_full & bit) != 0;
        item->is_in_use = (copy->told_in_use & bit) != 0;
        return;
    }
    /* Somebody at the board of a closed room counts as little as he is seen. */
    item->has_n = true;
    item->n = copy->n_told[i];
    item->is_full = copy->n_told[i] >= area->capacity;
    item->is_in_use = copy->n_told[i] > 0;
}

static enum err areas_fill(const struct world_copy *copy, uint64_t which, struct jx_list *list)
{
    size_t n = copy->ground->floor->areas.n;
    struct area_item *items = arena_alloc(copy->world->arena, (n + 1) * sizeof *items);

    if (items == NULL)
        return ERR_NOMEM;
    list->at = items;
    for (size_t i = 0; i < n; i++)
        if ((which & FLOOR_AREA_BIT(i)) != 0)
            area_fill(copy, i, &items[list->n++]);
    return ERR_OK;
}

/* ---- making ---- */

static enum err make(struct world *world, int event, const void *of,
                     struct ws_shared **frame_out)
{
    return live_event_make(&world_events[event], 0, of, world->arena, frame_out, NULL);
}

static enum err make_of_people(const struct world_copy *copy, int event, const void *of,
                               struct ws_shared **frame_out)
{
    const struct live_event *events = copy->n_puppets > 0 ? world_events : own_events;

    return live_event_make(&events[event], 0, of, copy->world->arena, frame_out, NULL);
}

static bool is_of(const struct world_body *body, unsigned channel, unsigned flag)
{
    return body->channel == channel && (flag == 0 || (body->flags & flag) != 0);
}

/* Of the bodies from..to those of the channel with the flag (0: all of them). */
static enum err people_make(struct world_copy *copy, unsigned channel, unsigned flag,
                            uint32_t from, bool has_ids, struct ws_shared **frame_out)
{
    uint32_t to = copy->n - from < WORLD_N_AT_ONCE ? copy->n : from + WORLD_N_AT_ONCE;
    struct world *world = copy->world;
    struct list_of of = {.list = {0}};
    struct person_item *items = arena_alloc(world->arena, (to - from + 1) * sizeof *items);
    enum err rc = ERR_NOMEM;

    if (items != NULL) {
        of.list.at = items;
        for (uint32_t i = from; i < to; i++)
            if (is_of(&copy->bodies[i], channel, flag))
                person_fill(copy->people[i], has_ids, &items[of.list.n++]);
        rc = make_of_people(copy,
                            (flag & (BODY_CHANGED | BODY_MARKED)) != 0 ? EV_CHANGED : EV_CAME,
                            &of, frame_out);
    }
    arena_reset(world->arena);
    return rc;
}

static bool has_any(const struct world_copy *copy, unsigned channel, unsigned flag,
                    uint32_t from)
{
    for (uint32_t i = from; i < copy->n && i - from < WORLD_N_AT_ONCE; i++)
        if (is_of(&copy->bodies[i], channel, flag))
            return true;
    return false;
}

static void people_part_send(struct world_copy *copy, unsigned channel, unsigned flag,
                             uint32_t from)
{
    struct ws_shared *frames[2] = {NULL, NULL};

    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];
        bool has_ids = (body->flags & BODY_IDS) != 0;

        if (copy->peers[i] == NULL || !world_can_see(copy, body, channel) ||
            (flag == BODY_MARKED && !has_ids))
            continue;
        if (frames[has_ids] == NULL &&
            people_make(copy, channel, flag, from, has_ids, &frames[has_ids]) != ERR_OK) {
            copy->is_stale = true;
            break;
        }
        copy->world->conf.send(copy->peers[i], frames[has_ids], WS_KEEP);
    }
    ws_shared_unref(&frames[0]);
    ws_shared_unref(&frames[1]);
}

void world_people_send(struct world_copy *copy, unsigned channel, unsigned flag)
{
    for (uint32_t from = 0; from < copy->n; from += WORLD_N_AT_ONCE)
        if (has_any(copy, channel, flag, from))
            people_part_send(copy, channel, flag, from);
}

/* A picture says all that was passed over of those who were not known yet. */
static void rest_end(struct world_person *person, int64_t now_ms)
{
    world_rest_set(person, false);
    world_picture_send(person, now_ms);
}

void world_rest_send(struct world_copy *copy, int64_t now_ms)
{
    struct ws_shared *frames[WORLD_N_MOST / WORLD_N_AT_ONCE + 1][2] = {{NULL, NULL}};

    for (uint32_t i = 0; copy->n_rest > 0 && i < copy->n; i++) {
        struct world_body *body = &copy->bodies[i];
        struct world_person *person = copy->people[i];
        struct ws_shared **frame =
            &frames[person->told / WORLD_N_AT_ONCE][(body->flags & BODY_IDS) != 0];

        if ((body->flags & BODY_REST) == 0)
            continue;
        if (copy->peers[i] != NULL && person->told < copy->n) {
            if (*frame == NULL && people_make(copy, CHANNEL_PUBLIC, 0, person->told,
                                              (body->flags & BODY_IDS) != 0, frame) != ERR_OK)
                continue; /* the next tick tries again */
            copy->world->conf.send(copy->peers[i], *frame, WS_KEEP);
            person->told += WORLD_N_AT_ONCE;
        }
        if (copy->peers[i] == NULL || person->told >= copy->n)
            rest_end(person, now_ms);
    }
    for (size_t k = 0; k < sizeof frames / sizeof frames[0]; k++) {
        ws_shared_unref(&frames[k][0]);
        ws_shared_unref(&frames[k][1]);
    }
}

void world_rest_set(struct world_person *person, bool is_on)
{
    struct world_body *body = world_body_of(person);

    if (((body->flags & BODY_REST) != 0) == is_on)
        return;
    body->flags = (uint16_t)(body->flags ^ BODY_REST);
    person->copy->n_rest += is_on ? 1 : UINT32_MAX;
}

static void left_send(struct world_copy *copy, unsigned channel)
{
    struct seat_item items[WORLD_N_LEFT];
    struct list_of of = {.list = {items, 0}};
    struct ws_shared *frame = NULL;

    for (size_t i = 0; i < copy->n_left; i++)
        if (copy->left[i].channel == channel)
            items[of.list.n++].seat = copy->left[i].seat;
    if (of.list.n == 0)
        return;
    if (make(copy->world, EV_LEFT, &of, &frame) == ERR_OK)
        world_send(copy, channel, frame, WS_KEEP);
    else
        copy->is_stale = true;
    arena_reset(copy->world->arena);
    ws_shared_unref(&frame);
}

void world_left_send(struct world_copy *copy)
{
    world_watch_left(copy);
    for (unsigned c = 0; copy->n_left > 0 && c < CHANNELS_N; c++)
        left_send(copy, c);
    copy->n_left = 0;
}

void world_left_put(struct world_person *person)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);

    if (copy->n_left == WORLD_N_LEFT)
        world_left_send(copy);
    copy->has_left =
        copy->has_left || (body->channel == CHANNEL_PUBLIC && person->puppet == NULL);
    copy->left[copy->n_left++] =
        (struct world_left){.account = person->look.account,
                            .seat = body->seat,
                            .channel = body->channel,
                            .is_shown = (body->flags & BODY_SHOWN) != 0};
    body->flags = (uint16_t)(body->flags & ~BODY_SHOWN);
}

void world_areas_send(struct world_copy *copy)
{
    struct list_of of = {.list = {0}};
    struct ws_shared *frame = NULL;
    enum err rc;

    if (copy->dirty == 0)
        return;
    rc = areas_fill(copy, copy->dirty, &of.list);
    if (rc == ERR_OK)
        rc = make(copy->world, EV_AREAS, &of, &frame);
    arena_reset(copy->world->arena);
    if (rc == ERR_OK) {
        copy->dirty = 0;
        world_send(copy, CHANNEL_PUBLIC, frame, WS_KEEP);
    }
    ws_shared_unref(&frame);
}

static enum err here_make(struct world_person *person, struct ws_shared **frame_out)
{
    struct world_copy *copy = person->copy;
    const struct floor *floor = copy->ground->floor;
    const struct world_body *body = world_body_of(person);
    struct here here = {.floor = floor->id,
                        .hash = span_text(floor->hash),
                        .title = span_text(copy->title),
                        .copy = copy->number,
                        .version = floor->version,
                        .seat = body->seat,
                        .is_anonymous = copy->is_anonymous,
                        .has_title = copy->title[0] != '\0',
                        .has_room = body->channel != CHANNEL_PUBLIC};
    struct person_item *items = arena_alloc(copy->world->arena, copy->n * sizeof *items);

    if (items == NULL || areas_fill(copy, ~UINT64_C(0), &here.areas) != ERR_OK)
        return ERR_NOMEM;
    if (here.has_room)
        here.room = floor_area_nth(floor, body->channel)->id;
    here.people.at = items;
    for (uint32_t i = 0; i < copy->n; i++) {
        bool is_now = i < WORLD_N_AT_ONCE || i == person->at;
        unsigned channel = copy->bodies[i].channel;

        if (world_can_see(copy, body, channel) && (is_now || channel != CHANNEL_PUBLIC))
            person_fill(copy->people[i], (body->flags & BODY_IDS) != 0,
                        &items[here.people.n++]);
    }
    return make_of_people(copy, EV_HERE, &here, frame_out);
}

void world_here_send(struct world_person *person, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    struct world_body *body = world_body_of(person);
    struct ws_shared *frame = NULL;

    body->flags = (uint16_t)(body->flags & ~BODY_HERE);
    if (copy->peers[person->at] == NULL)
        return;
    if (here_make(person, &frame) == ERR_OK) {
        copy->world->conf.send(copy->peers[person->at], frame, WS_KEEP);
        world_picture_send(person, now_ms);
        person->told = WORLD_N_AT_ONCE;
        world_rest_set(person, copy->n > WORLD_N_AT_ONCE);
    } else {
        body->flags |= BODY_HERE;
    }
    arena_reset(copy->world->arena);
    ws_shared_unref(&frame);
}

/* A word to one, whether his line is cut or not. */
static void call_send(const struct world_person *to, int event, const struct call_of *of)
{
    if (to->owner != NULL)
        to->copy->world->conf.call(to->owner, &world_events[event], of);
}

static struct span id_of(const struct world_person *person, int area)
{
    return floor_area_nth(person->copy->ground->floor, (size_t)area)->id;
}

void world_wave_send(struct world_person *to, const struct world_person *from)
{
    call_send(to, EV_WAVE,
              &(struct call_of){.seat = world_body_of(from)->seat,
                                .name = world_name(from, to->look.may_see_ids)});
}

void world_knock_send(struct world_person *to, const struct world_person *from, int area)
{
    call_send(to, EV_KNOCK,
              &(struct call_of){.seat = world_body_of(from)->seat,
                                .name = world_name(from, to->look.may_see_ids),
                                .area = id_of(to, area)});
}

void world_answer_send(struct world_person *to, int area, bool is_welcome)
{
    call_send(to, EV_ANSWER,
              &(struct call_of){.area = id_of(to, area), .is_welcome = is_welcome});
}

void world_invite_send(struct world_person *to, const struct world_person *from, int area)
{
    call_send(to, EV_INVITED,
              &(struct call_of){.name = world_name(from, to->look.may_see_ids),
                                .area = id_of(to, area)});
}

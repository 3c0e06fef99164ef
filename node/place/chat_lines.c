/* Today's lines in memory, who may read which, and the telling of them. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/chat_priv.h"
#include "node/place/mirror_priv.h"

#define TOLD_US 300000 /* whoever goes in and out of rooms is told so often at most */

/* ---- lines ---- */

static struct span put_text(uint8_t **at, struct span text)
{
    struct span copy = {*at, text.len};

    if (text.len > 0)
        memcpy(*at, text.p, text.len);
    *at += text.len;
    return copy;
}

struct chat_line *chat_line_create(const struct chat_line *of)
{
    size_t bytes = of->n_heard * sizeof(struct id) + of->name.len + of->text.len +
                   of->to_name.len + of->display.len + of->login.len + of->original.len +
                   of->to_real.len + of->town.len + of->pseud.len;
    struct chat_line *line = malloc(sizeof *line + bytes);
    uint8_t *at;

    if (line == NULL)
        return NULL;
    *line = *of;
    line->next = NULL;
    at = (uint8_t *)(line + 1);
    if (of->n_heard > 0)
        memcpy(at, of->heard, of->n_heard * sizeof(struct id));
    line->heard = (const struct id *)(const void *)at;
    at += of->n_heard * sizeof(struct id);
    line->name = put_text(&at, of->name);
    line->text = put_text(&at, of->text);
    line->to_name = put_text(&at, of->to_name);
    line->display = put_text(&at, of->display);
    line->login = put_text(&at, of->login);
    line->original = put_text(&at, of->original);
    line->to_real = put_text(&at, of->to_real);
    line->town = put_text(&at, of->town);
    line->pseud = put_text(&at, of->pseud);
    return line;
}

/* Ids are made by the device: who chooses them badly has a long list of his own lines at worst,
 * CHAT_LINES_KEPT. */
static size_t list_of(struct id id)
{
    return id.b[sizeof id.b - 1] % CHAT_LINE_LISTS;
}

struct chat_line *chat_lines_find(const struct chat_lines *lines, struct id id)
{
    struct chat_line *line = lines->by_id[list_of(id)];

    while (line != NULL && !id_eq(line->id, id))
        line = line->next_by_id;
    return line;
}

static void drop_first(struct chat_lines *lines)
{
    struct chat_line *line = lines->first, **at = &lines->by_id[list_of(line->id)];

    while (*at != line)
        at = &(*at)->next_by_id;
    *at = line->next_by_id;
    lines->first = line->next;
    if (lines->first == NULL)
        lines->last = NULL;
    lines->n--;
    free(line);
}

void chat_lines_put(struct chat_lines *lines, struct chat_line *line)
{
    struct chat_line **at = &lines->first;

    if (lines->last != NULL && lines->last->at_utc_us <= line->at_utc_us)
        at = &lines->last->next; /* as good as always */
    while (*at != NULL && (*at)->at_utc_us <= line->at_utc_us)
        at = &(*at)->next;
    line->next = *at;
    *at = line;
    if (line->next == NULL)
        lines->last = line;
    line->next_by_id = lines->by_id[list_of(line->id)];
    lines->by_id[list_of(line->id)] = line;
    if (++lines->n > CHAT_LINES_KEPT)
        drop_first(lines);
}

void chat_lines_drop(struct chat_lines *lines, int64_t before_utc_us)
{
    while (lines->first != NULL && lines->first->at_utc_us < before_utc_us)
        drop_first(lines);
}

bool chat_line_was_heard(const struct chat_line *line, struct id account)
{
    for (size_t i = 0; i < line->n_heard; i++)
        if (id_eq(line->heard[i], account))
            return true;
    return false;
}

/* ---- channels ---- */

struct chat_where chat_where_of(const struct visit *visit)
{
    struct chat_where where = {.copy = visit->copy};
    struct span room = world_voice(visit->person);

    snprintf(where.floor, sizeof where.floor, "%s", visit->floor->id);
    snprintf(where.room, sizeof where.room, "%.*s", SPAN_ARG(room));
    if (visit->floor->is_anonymous)
        where.session = visit->floor->session;
    return where;
}

static bool where_eq(const struct chat_where *a, const struct chat_where *b)
{
    return a->copy == b->copy && id_eq(a->session, b->session) &&
           strcmp(a->floor, b->floor) == 0 && strcmp(a->room, b->room) == 0;
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211); /* FNV-1a */
    return hash;
}

uint64_t chat_where_key(const struct chat_where *where)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    hash = hash_bytes(hash, where->floor, strlen(where->floor) + 1);
    hash = hash_bytes(hash, where->room, strlen(where->room) + 1);
    hash = hash_bytes(hash, &where->copy, sizeof where->copy);
    return hash_bytes(hash, where->session.b, sizeof where->session.b);
}

struct chat_spot *chat_spot_find(struct chat *chat, const struct chat_where *where)
{
    struct chat_spot *spot = chat->spots;

    while (spot != NULL && !where_eq(&spot->where, where))
        spot = spot->next;
    return spot;
}

struct chat_spot *chat_spot_need(struct chat *chat, const struct chat_where *where)
{
    struct chat_spot *spot = chat_spot_find(chat, where);

    if (spot != NULL)
        return spot;
    spot = calloc(1, sizeof *spot);
    if (spot == NULL)
        return NULL;
    spot->where = *where;
    spot->next = chat->spots;
    chat->spots = spot;
    return spot;
}

bool chat_is_there(const struct visit *visit, const struct chat_where *where)
{
    const struct place_floor *floor = visit->floor;

    return visit->person != NULL && visit->copy == where->copy &&
           id_eq(floor->is_anonymous ? floor->session : ID_NONE, where->session) &&
           strcmp(floor->id, where->floor) == 0 &&
           world_hears(visit->person, span_text(where->room));
}

void chat_forget(struct chat *chat, int64_t before_utc_us)
{
    struct chat_spot **at = &chat->spots;

    for (struct talk *talk = chat->talks; talk != NULL; talk = talk->next)
        chat_lines_drop(&talk->lines, before_utc_us);
    while (*at != NULL) {
        struct chat_spot *spot = *at;

        chat_lines_drop(&spot->lines, before_utc_us);
        if (spot->lines.n > 0) {
            at = &spot->next;
            continue;
        }
        *at = spot->next;
        free(spot);
    }
}

static void keep_figures(struct chat_lines *lines)
{
    struct chat_line *line = lines->first, *next;

    *lines = (struct chat_lines){.n = 0};
    for (; line != NULL; line = next) {
        next = line->next;
        line->to_name.len = line->to_real.len = 0;
        if (line->is_figure)
            chat_lines_put(lines, line);
        else
            free(line);
    }
}

void chat_forget_rows(struct chat *chat)
{
    for (struct talk *talk = chat->talks; talk != NULL; talk = talk->next)
        chat_lines_drop(&talk->lines, INT64_MAX);
    for (struct chat_spot *spot = chat->spots; spot != NULL; spot = spot->next)
        keep_figures(&spot->lines);
}

/* ---- one line as an event ---- */

static bool fill_categories(unsigned categories, struct arena *arena, struct jx_texts *out)
{
    out->at = arena_alloc(arena, WORDS_CATEGORIES_N * sizeof *out->at);
    out->n = 0;
    for (int c = 0; out->at != NULL && c < WORDS_CATEGORIES_N; c++)
        if ((categories & (1u << c)) != 0)
            out->at[out->n++] = span_text(words_category_name((enum words_category)c));
    return out->at != NULL;
}

static bool fill(const struct chat_line *line, enum chat_channel channel, struct id talk,
                 bool sees_ids, struct arena *arena, struct chat_said *out)
{
    bool has_ids = sees_ids && !line->is_figure; /* who is of another town has none */

    *out = (struct chat_said){
        .line = line->id,
        .at_utc_us = line->at_utc_us,
        .channel = (int)channel,
        .has_talk = channel == CHAT_TALK,
        .talk = talk,
        .has_seat = line->seat != 0,
        .seat = line->seat,
        .name = has_ids && line->display.len > 0 ? line->display : line->name,
        .text = line->text,
        .is_staff = line->is_staff,
        .is_teacher = line->is_teacher,
        .has_town = line->is_figure,
        .town = line->town,
        .has_pseud = line->is_figure && sees_ids,
        .pseud = line->pseud,
        .has_to = line->to_name.len > 0,
        .to = {.has_seat = line->to_seat != 0,
               .seat = line->to_seat,
               .name = sees_ids ? line->to_real : line->to_name},
        .state = (int)line->state,
        .has_ids = has_ids,
        .account = line->author,
        .has_login = has_ids && line->login.len > 0,
        .login = line->login,
        .has_original = has_ids && !span_eq(line->original, line->text),
        .original = line->original,
    };
    return !has_ids || fill_categories(line->categories, arena, &out->categories);
}

static enum chat_channel channel_of(const struct chat_where *where, const struct talk *talk)
{
    if (talk != NULL)
        return CHAT_TALK;
    return where->room[0] != '\0' ? CHAT_ROOM : CHAT_FLOOR;
}

/* ---- to a channel: one frame for each kind of receiver ---- */

struct frames {
    const struct live_event *event;
    const void *of[2]; /* [has_ids]; NULL: such a receiver hears nothing */
    struct ws_shared *frame[2];
};

static void frames_send(struct place *place, struct frames *frames, const struct visit *visit)
{
    int kind = visit->pass.look.may_see_ids;
    struct fail fail = {.code = ERR_INTERNAL};

    if (frames->of[kind] == NULL)
        return;
    if (frames->frame[kind] == NULL &&
        live_event_make(frames->event, 0, frames->of[kind], place->arena, &frames->frame[kind],
                        &fail) != ERR_OK) {
        log_error("chat.event", L_TEXT("event", frames->event->name), L_FAIL(&fail));
        frames->of[kind] = NULL;
        return;
    }
    live_send(visit->guest->conn, frames->frame[kind], WS_KEEP);
}

/* A room's lines go to who was inside when they were written, and to staff who overhear it. */
static bool may_hear(const struct visit *visit, const struct chat_where *where,
                     const struct chat_line *line)
{
    return chat_is_there(visit, where) &&
           (where->room[0] == '\0' || chat_line_was_heard(line, visit->account));
}

static const struct place_floor *floor_of(const struct place *place,
                                          const struct chat_where *where)
{
    const struct place_floor *floor = place->floors;

    while (floor != NULL && strcmp(floor->id, where->floor) != 0)
        floor = floor->next;
    return floor;
}

static void send_openly(struct chat *chat, const struct chat_where *where,
                        const struct chat_line *line, struct frames *frames)
{
    const struct place_floor *floor = floor_of(chat->place, where);

    for (const struct visit *v = floor == NULL ? NULL : floor->visits; v != NULL;
         v = v->floor_next)
        if (v->guest != NULL && may_hear(v, where, line))
            frames_send(chat->place, frames, v);
    ws_shared_unref(&frames->frame[0]);
    ws_shared_unref(&frames->frame[1]);
}

static void send_in_talk(struct chat *chat, const struct talk *talk,
                         const struct frames *frames, struct place_now now)
{
    for (int i = 0; i < TALK_MEMBERS; i++) {
        struct visit *visit = visit_find(chat->place, talk->members[i]);
        const void *of = visit == NULL ? NULL : frames->of[visit->pass.look.may_see_ids];

        if (of != NULL)
            visit_tell(visit, frames->event, of, now);
    }
}

void chat_line_send(struct chat *chat, const struct chat_where *where, const struct talk *talk,
                    const struct chat_line *line, struct place_now now)
{
    struct id id = talk == NULL ? ID_NONE : talk->id;
    enum chat_channel channel = channel_of(where, talk);
    struct chat_said plain, ids;
    struct frames frames = {.event = chat_event_line};

    if (line->state != CHAT_SAID && line->state != CHAT_HELD)
        return;
    if (line->state == CHAT_SAID && fill(line, channel, id, false, chat->place->arena, &plain))
        frames.of[0] = &plain;
    if (fill(line, channel, id, true, chat->place->arena, &ids))
        frames.of[1] = &ids;
    if (talk != NULL)
        send_in_talk(chat, talk, &frames, now);
    else
        send_openly(chat, where, line, &frames);
    if (talk == NULL && line->state == CHAT_SAID)
        mirror_said(chat->place, where, line);
}

void chat_gone_send(struct chat *chat, const struct chat_where *where, const struct talk *talk,
                    const struct chat_line *line, struct place_now now)
{
    const struct chat_one gone = {line->id};
    struct frames frames = {.event = chat_event_gone, .of = {&gone, &gone}};

    if (line->state == CHAT_KEPT)
        frames.of[0] = NULL; /* they never heard of it; its author is told by chat.held */
    if (talk != NULL)
        send_in_talk(chat, talk, &frames, now);
    else
        send_openly(chat, where, line, &frames);
}

/* ---- today's ---- */

static bool is_shown(const struct chat_line *line, const struct visit *visit, bool is_room)
{
    bool is_mine = id_eq(line->author, visit->account);

    if (is_room && !chat_line_was_heard(line, visit->account))
        return false;
    if (line->state == CHAT_HELD)
        return is_mine || visit->pass.look.may_see_ids;
    return line->state == CHAT_SAID;
}

/* The newest of them: behind how many it begins. */
static size_t n_passed(const struct chat_lines *lines, const struct visit *visit, bool is_room)
{
    size_t n = 0, bytes = 0, n_over = 0;

    for (const struct chat_line *l = lines->first; l != NULL; l = l->next) {
        if (is_shown(l, visit, is_room)) {
            n++;
            bytes += l->text.len + l->original.len;
        }
    }
    for (const struct chat_line *l = lines->first;
         l != NULL && (n > CHAT_LINES_TOLD || bytes > CHAT_LINES_BYTES); l = l->next) {
        if (is_shown(l, visit, is_room)) {
            n--;
            n_over++;
            bytes -= l->text.len + l->original.len;
        }
    }
    return n_over;
}

static void send_lines(struct visit *visit, const struct chat_lines *lines,
                       enum chat_channel channel, struct id talk)
{
    static const struct chat_lines none = {.n = 0};
    const struct chat_lines *from = lines == NULL ? &none : lines;
    struct arena *arena = visit->place->arena;
    bool is_room = channel == CHAT_ROOM, has_ids = visit->pass.look.may_see_ids;
    size_t passed = n_passed(from, visit, is_room);
    struct chat_said *all = arena_alloc(arena, (from->n + 1) * sizeof *all);
    struct chat_lines_event event = {
        .channel = (int)channel, .has_talk = channel == CHAT_TALK, .talk = talk};

    if (all == NULL || visit->guest == NULL)
        return;
    event.lines.at = all;
    for (const struct chat_line *l = from->first; l != NULL; l = l->next) {
        struct chat_said *said = &all[event.lines.n];

        if (!is_shown(l, visit, is_room))
            continue;
        if (passed > 0) {
            passed--;
            continue;
        }
        if (!fill(l, channel, talk, has_ids, arena, said))
            return;
        said->has_mine = true;
        said->is_mine = id_eq(l->author, visit->account);
        event.lines.n++;
    }
    live_event_send(visit->guest->conn, chat_event_lines, 0, &event, arena);
}

void chat_talk_lines_send(struct visit *visit, const struct talk *talk, struct place_now now)
{
    (void)now;
    send_lines(visit, &talk->lines, CHAT_TALK, talk->id);
}

/* ---- who came, went in or out ---- */

static bool is_told(const struct visit *visit, unsigned gen, struct span room)
{
    const struct chat_told *told = &visit->told;
    const struct place_floor *floor = visit->floor;

    return told->is_told && told->gen == gen && told->floor == floor &&
           told->copy == visit->copy && span_eq(span_text(told->room), room) &&
           id_eq(told->session, floor->is_anonymous ? floor->session : ID_NONE);
}

static void tell(struct chat *chat, struct visit *visit, struct place_now now)
{
    struct chat_where where = chat_where_of(visit);
    const struct chat_spot *spot = chat_spot_find(chat, &where);
    bool is_back = !visit->told.is_told || visit->told.gen != chat->gen;

    visit->told = (struct chat_told){.is_told = true,
                                     .gen = chat->gen,
                                     .floor = visit->floor,
                                     .copy = visit->copy,
                                     .session = where.session,
                                     .mono_us = now.mono_us};
    memcpy(visit->told.room, where.room, sizeof visit->told.room);
    send_lines(visit, spot == NULL ? NULL : &spot->lines, channel_of(&where, NULL), ID_NONE);
    if (is_back)
        talks_tell_again(visit, now);
}

void chat_lines_sweep(struct chat *chat, struct place_now now)
{
    for (struct visit *v = chat->place->visits; v != NULL; v = v->next) {
        if (v->guest == NULL || v->person == NULL ||
            is_told(v, chat->gen, world_voice(v->person)))
            continue;
        if (!v->told.is_told || now.mono_us - v->told.mono_us >= TOLD_US)
            tell(chat, v, now);
    }
}

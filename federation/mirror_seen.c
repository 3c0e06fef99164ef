/* Between the room of a shared lesson and the place: own people told on, others shown. What the
 * place tells may not call the place: it becomes frames and rows alone. */
#include <stdlib.h>

#include "federation/mirrors_priv.h"
#include "node/base/jx_scalar.h"
#include "node/base/log.h"
#include "node/place/react_kinds.h"

_Static_assert(WORLD_NAME_CAP == FRAME_NAME_MOST + 1, "a name of the place fits a frame");
_Static_assert(WORLD_BREAK + 1 == FRAME_STATES_N, "states of the place are those of a frame");

static struct frame_spot spot_of(struct floor_spot at)
{
    return (struct frame_spot){(uint16_t)(at.x < 0            ? 0
                                          : at.x > UINT16_MAX ? UINT16_MAX
                                                              : at.x),
                               (uint16_t)(at.y < 0            ? 0
                                          : at.y > UINT16_MAX ? UINT16_MAX
                                                              : at.y)};
}

/* ---- own people ---- */

struct seating {
    struct mirrors *mirrors;
    struct id lesson, account;
    uint8_t pseud[FRAME_PSEUD_BYTES];
    int64_t now_utc_us;
};

static enum err seat_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct seating *s = arg;

    return mirror_seat_put(tx, s->lesson, s->pseud, s->account, s->now_utc_us, why);
}

static void seat_done(void *arg, enum err rc, const struct fail *why)
{
    struct seating *s = arg;

    if (rc != ERR_OK) {
        atomic_fetch_add(&s->mirrors->n_unwritten, 1);
        log_warn("mirror.seat", L_ID("account", s->account), L_FAIL(why));
    }
    free(s);
}

/* Who he was to the others, for whatever they say of him later. */
static void write_seat(struct mirrored *lesson, struct id account,
                       const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    struct seating *s = calloc(1, sizeof *s);
    const struct writer_op op = {seat_run, seat_done, s};

    if (s == NULL)
        return;
    *s = (struct seating){.mirrors = lesson->mirrors,
                          .lesson = lesson->at.lesson,
                          .account = account,
                          .now_utc_us = clock_utc_us()};
    memcpy(s->pseud, pseud, sizeof s->pseud);
    if (writer_post(lesson->mirrors->conf.services->writer, &op, NULL) != ERR_OK)
        free(s);
}

static void here(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    struct mirrored *lesson = arg;
    struct room_look room = {.is_staff = look->is_staff,
                             .is_teacher = look->is_teacher,
                             .has_distance = look->has_distance,
                             .is_away = look->is_away,
                             .kind = look->kind,
                             .colour = look->colour,
                             .state = (uint8_t)look->state,
                             .at = spot_of(at)};
    uint8_t pseud[FRAME_PSEUD_BYTES];
    bool is_new = !mirror_room_pseud_of(lesson->room, account, pseud);
    struct fail why;
    enum err rc = ERR_OK;

    memcpy(room.name, look->name, sizeof room.name);
    if (is_new)
        rc =
            series_pseud(lesson->mirrors->conf.series, lesson->at.series, account, pseud, &why);
    if (rc == ERR_OK)
        rc = mirror_room_here(lesson->room, account, pseud, &room, &why);
    if (rc != ERR_OK)
        log_warn("mirror.here", L_ID("account", account), L_FAIL(&why));
    else if (is_new)
        write_seat(lesson, account, pseud);
}

static void left(void *arg, struct id account)
{
    struct mirrored *lesson = arg;

    mirror_room_left(lesson->room, account);
}

static void moved(void *arg, struct id account, const struct mirror_move *move)
{
    struct mirrored *lesson = arg;
    struct frame_pos pos = {
        .at = spot_of(move->at), .speed_cm_s = move->speed_cm_s, .age_ms = move->age_ms};

    /* The first point of a way is where he stands. */
    if (move->n > 1) {
        pos.at = spot_of(move->points[0]);
        pos.n = (uint8_t)(move->n - 1);
        for (int i = 1; i < move->n; i++)
            pos.points[i - 1] = spot_of(move->points[i]);
    }
    mirror_room_moved(lesson->room, account, &pos, move->is_steered);
}

static void gone(void *arg, struct id line)
{
    struct mirrored *lesson = arg;

    mirror_room_gone(lesson->room, line);
}

static void reacted(void *arg, struct id account, int kind)
{
    struct mirrored *lesson = arg;

    mirror_room_reacted(lesson->room, account, (uint8_t)kind);
}

static void voiced(void *arg, struct id account, const struct mirror_voice *voice)
{
    struct mirrored *lesson = arg;
    const struct frame_voice frame = {.is_announce = voice->is_announce,
                                      .number = voice->number,
                                      .time = voice->time,
                                      .has_level = voice->has_level,
                                      .level = voice->level,
                                      .opus = voice->opus};

    atomic_fetch_add(&lesson->mirrors->n_voiced, 1);
    mirror_room_voiced(lesson->room, account, &frame);
}

/* ---- others ---- */

static void look_of(const struct puppet *puppet, struct mirror_look *out)
{
    const struct room_figure *figure = puppet->room;
    const struct room_look *look = &figure->look;

    *out = (struct mirror_look){
        .kind = look->kind,
        .colour = look->colour,
        .state = (enum world_state)look->state,
        .is_staff = look->is_staff,
        .is_teacher = look->is_teacher,
        .is_away = look->is_away,
        .is_lost = figure->is_lost,
        .has_distance = look->has_distance,
        .stops = (uint8_t)mirror_room_stops(puppet->lesson->room, figure->pseud),
    };
    memcpy(out->name, look->name, sizeof out->name);
    mirror_town(puppet->lesson->mirrors, figure->node, out->town);
    series_pseud_text(figure->pseud, out->pseud);
}

static struct floor_spot floor_spot_of(struct frame_spot at)
{
    return (struct floor_spot){.x = at.x, .y = at.y};
}

static void show_unshown(struct mirrored *lesson, struct puppet *puppet)
{
    for (struct unshown **at = &lesson->unshown; *at != NULL;) {
        struct unshown *one = *at;
        struct mirror_line line = {
            .line = one->line, .at_utc_us = one->at_utc_us, .text = span_text(one->text)};

        if (memcmp(one->pseud, puppet->room->pseud, sizeof one->pseud) != 0) {
            at = &one->next;
            continue;
        }
        if (mirror_say(lesson->mirror, puppet->figure, &line, NULL) != ERR_OK)
            log_debug("mirror.unshown", L_ID("line", one->line)); /* it is there already */
        *at = one->next;
        free(one->text);
        free(one);
    }
}

static void put(void *arg, struct room_figure *figure)
{
    struct mirrored *lesson = arg;
    struct puppet *puppet = calloc(1, sizeof *puppet);
    struct mirror_look look;
    struct fail why = {.code = ERR_NOMEM};
    enum err rc = ERR_NOMEM;

    if (puppet != NULL) {
        puppet->lesson = lesson;
        puppet->room = figure;
        look_of(puppet, &look);
        rc = mirror_put(lesson->mirror, puppet, &look, floor_spot_of(figure->look.at),
                        &puppet->figure, &why);
    }
    if (rc != ERR_OK) { /* told on all the same, and heard of with the next look */
        log_warn("mirror.put", L_ID("lesson", lesson->at.lesson), L_FAIL(&why));
        free(puppet);
        return;
    }
    figure->owner = puppet;
    show_unshown(lesson, puppet);
}

static void changed(void *arg, struct room_figure *figure)
{
    struct puppet *puppet = figure->owner;
    const struct mirror_move stand = {.at = floor_spot_of(figure->look.at)};
    struct mirror_look look;

    if (puppet == NULL) {
        put(arg, figure);
        return;
    }
    look_of(puppet, &look);
    mirror_look_change(puppet->figure, &look);
    mirror_move(puppet->figure, &stand);
}

static void walked(void *arg, struct room_figure *figure, const struct frame_pos *pos,
                   bool is_steered)
{
    struct puppet *puppet = figure->owner;
    struct mirror_move move = {.at = floor_spot_of(pos->at),
                               .speed_cm_s = pos->speed_cm_s,
                               .age_ms = pos->age_ms,
                               .is_steered = is_steered};

    (void)arg;
    if (puppet == NULL)
        return;
    if (pos->n > 0) {
        move.n = 1;
        move.points[0] = move.at;
        for (int i = 0; i < pos->n && move.n < PATH_POINTS_CAP; i++)
            move.points[move.n++] = floor_spot_of(pos->points[i]);
    }
    mirror_move(puppet->figure, &move);
}

static void taken(void *arg, struct room_figure *figure)
{
    struct mirrored *lesson = arg;
    struct puppet *puppet = figure->owner;

    if (lesson->board != NULL)
        mirror_lesson_left(lesson->board, figure->pseud);
    if (puppet == NULL)
        return;
    mirror_take(&puppet->figure);
    free(puppet->window);
    free(puppet);
}

static void showed(void *arg, struct room_figure *figure, uint8_t kind)
{
    const struct puppet *puppet = figure->owner;

    (void)arg;
    if (puppet != NULL && kind < REACT_KINDS_N)
        mirror_react(puppet->figure, kind);
}

static void spoke(void *arg, struct room_figure *figure, const struct frame_voice *frame)
{
    const struct mirrored *lesson = arg;
    const struct puppet *puppet = figure->owner;
    const struct mirror_voice voice = {.is_announce = frame->is_announce,
                                       .number = frame->number,
                                       .time = frame->time,
                                       .has_level = frame->has_level,
                                       .level = frame->level,
                                       .opus = frame->opus};

    atomic_fetch_add(&lesson->mirrors->n_voices, 1);
    if (puppet != NULL)
        mirror_voice(puppet->figure, &voice);
}

static void line_gone(void *arg, struct id line)
{
    struct mirrored *lesson = arg;

    mirror_gone(lesson->mirror, line);
}

static void send(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    struct mirrored *lesson = arg;
    struct fail why;
    enum err rc = links_send(lesson->mirrors->conf.links, peer, is_rt, frame, &why);

    if (rc != ERR_OK && !is_rt && rc != ERR_NOT_FOUND)
        log_warn("mirror.unsent", L_ID("peer", peer),
                 L_TEXT("frame", frame_type_name(frame->type)), L_FAIL(&why));
}

static bool board(void *arg, struct id peer, const struct frame *frame)
{
    struct mirrored *lesson = arg;

    return lesson->board == NULL ||
           mirror_lesson_frame(lesson->board, peer, frame, NULL) == ERR_OK;
}

void mirror_seen_stops(struct mirrored *lesson, const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    struct room_figure *figure = mirror_room_find(lesson->room, pseud);
    const struct puppet *puppet = figure == NULL ? NULL : figure->owner;
    struct mirror_look look;

    if (puppet != NULL) {
        look_of(puppet, &look);
        mirror_look_change(puppet->figure, &look);
    }
    mirror_seen_out(lesson);
}

void mirror_seen_out(struct mirrored *lesson)
{
    struct mirror_out *out;
    const struct room_act *act;
    int n = 0, at = 0;

    if (!lesson->at.is_host || lesson->room == NULL || lesson->mirror == NULL)
        return;
    out = arena_alloc(lesson->mirrors->arena, MIRROR_OUT_MOST * sizeof *out);
    while (out != NULL && n < MIRROR_OUT_MOST &&
           (act = mirror_room_out_next(lesson->room, &at)) != NULL) {
        out[n] = (struct mirror_out){.name = ""};
        memcpy(out[n].name, act->name, sizeof act->name);
        mirror_town(lesson->mirrors, act->node, out[n].town);
        series_pseud_text(act->pseud, out[n++].pseud);
    }
    if (out != NULL)
        mirror_out_set(lesson->mirror, out, n);
}

void mirror_seen_set(struct mirrored *lesson)
{
    lesson->feature = (struct room_feature){
        .arg = lesson,
        .send = send,
        .name = mirror_name,
        .put = put,
        .changed = changed,
        .moved = walked,
        .taken = taken,
        .reacted = showed,
        .voiced = spoke,
        .heard = mirror_heard,
        .gone = line_gone,
        .stop = mirror_acts_stop,
        .blocked = mirror_acts_blocked,
        .confirmed = mirror_acts_confirmed,
        .late = mirror_acts_late,
        .board = board,
    };
    lesson->taps = (struct mirror_feature){
        .arg = lesson,
        .came = here,
        .look = here,
        .left = left,
        .moved = moved,
        .said = mirror_own_said,
        .gone = gone,
        .reacted = reacted,
        .voiced = voiced,
        .asked = mirror_acts_asked,
        .asked_in = mirror_acts_asked_in,
        .asked_gone = mirror_acts_asked_gone,
        .asked_warn = mirror_acts_asked_warn,
    };
}

/* ---- lines of before ---- */

void mirror_unshown_add(struct mirrored *lesson, const struct mirror_line_row *row,
                        struct span text)
{
    struct unshown *one = calloc(1, sizeof *one), **at = &lesson->unshown;

    if (one == NULL)
        return;
    memcpy(one->pseud, row->pseud, sizeof one->pseud);
    one->line = row->line;
    one->at_utc_us = row->at_utc_us;
    one->text = strndup((const char *)text.p, text.len);
    if (one->text == NULL) {
        free(one);
        return;
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = one;
}

void mirror_unshown_free(struct mirrored *lesson)
{
    while (lesson->unshown != NULL) {
        struct unshown *one = lesson->unshown;

        lesson->unshown = one->next;
        free(one->text);
        free(one);
    }
}

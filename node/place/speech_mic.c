/* Microphones: on by their owner's hand, after its row is committed; off at once, then written.
 * What may stand against one: the step of taking part, staff, the place, the talk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"
#include "node/place/measure.h"
#include "node/place/speech_priv.h"

#define TRIES        3
#define LEFT_AT_ONCE 500

static const char closed_ja[] = "声の線が、まだつながっていません。";
static const char rung_ja[] = "声を出すときは、先に「声もいい」をえらんでください。";
static const char silent_ja[] = "ここは、しずかにすごす場所です。声は出せません。";
static const char state_ja[] =
    "「ひとりでいたい」か「きゅうけい」になっています。かえてから、ためしてください。";
static const char talk_ja[] = "ふたりとも「声でも話す」をえらぶと、つかえます。";
static const char announce_ja[] = "放送は、職員と先生だけがつかえます。";
static const char busy_ja[] = "マイクをつけているところです。すこし待ってください。";

/* Why his microphone may not go there now. */
struct bar {
    const char *code, *title_ja; /* code NULL: it may */
    enum speech_by by;
    enum speech_reason reason;
};

static struct bar bar_of(const struct visit *visit, const struct speech_where *is,
                         enum hub_mic to, struct place_now now)
{
    struct world_where where;

    if (visit->person == NULL || is->seat.floor == 0)
        return (struct bar){"not-here", "まだフロアに入っていません。", SPEECH_BY_SELF,
                            SPEECH_LEFT};
    world_where(visit->person, &where);
    if (where.rung < RUNG_VOICE)
        return (struct bar){"voice-watch", rung_ja, SPEECH_BY_SELF, SPEECH_RUNG};
    if (measure_stops(visit->place, visit, MEASURE_MUTE, now, NULL))
        return (struct bar){"stopped", "", SPEECH_BY_STAFF, SPEECH_MUTED};
    if (to == HUB_MIC_ZONE && is->hush == HUSH_SILENT)
        return (struct bar){"voice-silent", silent_ja, SPEECH_BY_PLACE, SPEECH_SILENT};
    if (to == HUB_MIC_ZONE && (where.state == WORLD_ALONE || where.state == WORLD_BREAK))
        return (struct bar){"voice-quiet", state_ja, SPEECH_BY_SELF, SPEECH_STATE};
    if (to == HUB_MIC_PRIVATE && speech_talk_of(visit) == NULL)
        return (struct bar){"voice-no-talk", talk_ja, SPEECH_BY_PLACE, SPEECH_TALK};
    if (to == HUB_MIC_ANNOUNCE && !visit->pass.look.is_staff && !visit->pass.look.is_teacher)
        return (struct bar){"voice-no-announce", announce_ja, SPEECH_BY_PLACE, SPEECH_SILENT};
    return (struct bar){.code = NULL};
}

/* ---- telling ---- */

static const char *reason_ja(enum speech_reason reason)
{
    switch (reason) {
    case SPEECH_MOVED:
        return "場所がかわったので、マイクをオフにしました。";
    case SPEECH_SILENT:
        return "ここは、しずかにすごす場所です。マイクをオフにしました。";
    case SPEECH_MUTED:
        return "いまは、あなたの声がほかの人にきこえません。";
    case SPEECH_TALK:
        return "ふたりの話で声をつかうのが終わったので、マイクをオフにしました。";
    case SPEECH_TAP:
    case SPEECH_LEFT:
    case SPEECH_STATE:
    case SPEECH_RUNG:
    case SPEECH_LINE:
    case SPEECH_RESTART:
    case SPEECH_REASONS_N:
        break;
    }
    return NULL;
}

static void tell_mic(const struct speech_one *one, enum speech_by by, enum speech_reason reason)
{
    const char *title_ja = reason_ja(reason);
    const struct speech_mic mic = {.to = (int)one->mic,
                                   .by = (int)by,
                                   .reason = (int)reason,
                                   .has_title = title_ja != NULL,
                                   .title = title_ja == NULL ? SPAN_NONE : span_text(title_ja)};

    speech_tell_to(one->visit, speech_event_mic, &mic);
}

/* ---- the rows ---- */

struct writing {
    const struct services *services;
    struct speech_row row;
    char floor[PLACE_FLOOR_CAP], room[PLACE_FLOOR_CAP];
    int n_tries;
    /* Of one that goes on: who waits for it. */
    struct place *place; /* NULL: it goes off, nobody waits */
    struct command_later later;
    uint16_t number;
    struct fail fail;
};

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct writing *w = arg;

    w->row.floor = span_text(w->floor);
    w->row.room = span_text(w->room);
    return speech_store_add(tx, &w->row, why);
}

static void settle(void *arg);

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct writing *w = arg;
    const struct writer_op op = {write_run, write_done, w};
    bool is_again = w->place == NULL ? rc != ERR_OK : rc == ERR_UNCERTAIN;

    if (is_again && ++w->n_tries < TRIES &&
        writer_post(w->services->writer, &op, NULL) == ERR_OK)
        return;
    if (rc != ERR_OK)
        log_warn("voice.unwritten", L_ID("row", w->row.id), L_FAIL(why));
    w->fail = *why;
    w->fail.code = rc;
    if (w->place == NULL || live_post(w->services->live, settle, w, NULL) != ERR_OK)
        free(w);
}

static struct writing *writing_of(const struct services *services, const struct speech_row *row,
                                  const char *floor, const char *room)
{
    struct writing *w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    *w = (struct writing){.services = services, .row = *row};
    snprintf(w->floor, sizeof w->floor, "%s", floor);
    snprintf(w->room, sizeof w->room, "%s", room);
    return w;
}

/* Should it not be written, the next program ends it. */
static void write_off(const struct speech *speech, const struct speech_row *on,
                      const char *floor, const char *room, enum speech_by by,
                      enum speech_reason reason, struct place_now now)
{
    const struct services *services = speech->place->conf.services;
    struct speech_row row = *on;
    struct writing *w;

    row.id = id_new();
    row.at_utc_us = now.utc_us;
    row.is_on = false;
    row.by = by;
    row.reason = reason;
    row.began = on->id;
    w = writing_of(services, &row, floor, room);
    if (w == NULL ||
        writer_post(services->writer, &(struct writer_op){write_run, write_done, w}, NULL) !=
            ERR_OK) {
        log_warn("voice.off-unwritten", L_ID("on", on->id));
        free(w);
    }
}

/* ---- off ---- */

void speech_mic_off(struct speech *speech, struct speech_one *one, enum speech_by by,
                    enum speech_reason reason, struct place_now now)
{
    if (!speech_has_mic(one))
        return;
    one->mic = HUB_MIC_NONE;
    write_off(speech, &one->on, one->on_floor, one->on_room, by, reason, now);
    tell_mic(one, by, reason);
}

/* Into or out of a closed room, onto another floor, to where microphones start off. */
static bool has_moved(const struct speech_one *one, const struct speech_where *is)
{
    const struct hub_seat *was = &one->said.seat;

    if (was->floor != is->seat.floor || was->sealed != is->seat.sealed)
        return one->mic != HUB_MIC_PRIVATE || was->sealed != is->seat.sealed;
    return one->mic == HUB_MIC_ZONE && was->zone != is->seat.zone && is->hush != HUSH_OPEN;
}

void speech_mic_rule(struct speech *speech, struct speech_one *one,
                     const struct speech_where *is, struct place_now now)
{
    struct bar bar;

    if (!speech_has_mic(one))
        return;
    bar = bar_of(one->visit, is, one->mic, now);
    if (bar.code == NULL && has_moved(one, is))
        bar = (struct bar){"moved", "", SPEECH_BY_PLACE, SPEECH_MOVED};
    if (bar.code != NULL)
        speech_mic_off(speech, one, bar.by, bar.reason, now);
}

/* ---- on ---- */

/* Committed, or not. */
static void settle(void *arg)
{
    struct writing *w = arg;
    struct place *place = w->place;
    struct speech *speech = place->speech;
    struct speech_one *one = speech->ones[w->number];
    const struct place_now now = place_now();
    struct speech_where is;

    if (one == NULL || !id_eq(one->visit->id, w->row.visit))
        one = NULL; /* closed meanwhile */
    if (one != NULL)
        one->is_mic_asked = false;
    if (w->fail.code != ERR_OK) {
        command_later_fail(place->live, &w->later, &w->fail);
        free(w);
        arena_reset(place->arena);
        return;
    }
    is = one == NULL ? (struct speech_where){.hush = 0} : speech_where(one->visit);
    if (one == NULL || speech_has_mic(one) ||
        bar_of(one->visit, &is, (enum hub_mic)w->row.way, now).code != NULL) {
        write_off(speech, &w->row, w->floor, w->room, SPEECH_BY_PLACE, SPEECH_MOVED, now);
        command_later_refuse(place->live, &w->later, "voice-closed", closed_ja);
    } else {
        one->mic = (enum hub_mic)w->row.way;
        one->on = w->row;
        one->on.floor = one->on.room = SPAN_NONE; /* as below */
        memcpy(one->on_floor, w->floor, sizeof one->on_floor);
        memcpy(one->on_room, w->room, sizeof one->on_room);
        command_later_ok(place->live, &w->later, NULL);
        tell_mic(one, SPEECH_BY_SELF, SPEECH_TAP);
        speech_sync(speech, one, now);
    }
    free(w);
    arena_reset(place->arena);
}

static struct speech_row row_of(const struct visit *visit, enum hub_mic to,
                                struct place_now now)
{
    const struct talk *talk = to == HUB_MIC_PRIVATE ? speech_talk_of(visit) : NULL;
    struct speech_row row = {.id = id_new(),
                             .at_utc_us = now.utc_us,
                             .account = visit->account,
                             .visit = visit->id,
                             .copy = visit->copy,
                             .session = visit->floor->session,
                             .is_on = true,
                             .way = (int)to,
                             .by = SPEECH_BY_SELF,
                             .reason = SPEECH_TAP};

    if (talk != NULL) {
        row.talk = talk->id;
        row.to_account = talk_other(talk, visit->account);
    }
    return row;
}

static void put_on(struct command_call *call, struct speech_one *one, enum hub_mic to)
{
    const struct visit *visit = one->visit;
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    const struct speech_row row = row_of(visit, to, now);
    struct fail fail = {.code = ERR_NOMEM};
    struct world_where where;
    char room[PLACE_FLOOR_CAP];
    struct writing *w;

    world_where(visit->person, &where);
    snprintf(room, sizeof room, "%.*s", SPAN_ARG(where.room));
    w = writing_of(call->services, &row, visit->floor->id, room);
    if (w != NULL) {
        w->place = visit->place;
        w->number = one->number;
        w->later = command_later(call);
        if (writer_post(call->services->writer, &(struct writer_op){write_run, write_done, w},
                        &fail) == ERR_OK) {
            one->is_mic_asked = true;
            return;
        }
        command_later_fail(visit->place->live, &w->later, &fail);
        free(w);
        return;
    }
    command_fail(call, &fail);
}

void speech_mic_ask(struct command_call *call, struct speech_one *one, enum hub_mic to)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    struct speech *speech;
    struct speech_where is;
    struct bar bar;

    if (one == NULL || !one->is_open) {
        command_refuse(call, "voice-closed", closed_ja);
        return;
    }
    speech = one->visit->place->speech;
    speech_sync(speech, one, now); /* what the last tick has not looked at yet */
    is = speech_where(one->visit);
    bar = to == HUB_MIC_NONE ? (struct bar){.code = NULL} : bar_of(one->visit, &is, to, now);
    if (bar.code != NULL && bar.reason == SPEECH_MUTED &&
        measure_refuses(call, one->visit, MEASURE_MUTE))
        return;
    if (bar.code != NULL) {
        command_refuse(call, bar.code, bar.title_ja);
    } else if (one->mic == to) {
        command_ok(call, NULL);
    } else if (one->is_mic_asked) {
        command_refuse(call, "busy", busy_ja);
    } else {
        speech_mic_off(speech, one, SPEECH_BY_SELF, SPEECH_TAP, now);
        speech_sync(speech, one, now);
        if (to == HUB_MIC_NONE)
            command_ok(call, NULL);
        else
            put_on(call, one, to);
    }
}

/* ---- of a program before us ---- */

static enum err left_run(struct tx *tx, void *arg, struct fail *why)
{
    size_t n = LEFT_AT_ONCE;
    enum err rc = ERR_OK;

    (void)arg;
    while (rc == ERR_OK && n == LEFT_AT_ONCE)
        rc = speech_store_end_left(tx, LEFT_AT_ONCE, place_now().utc_us, &n, why);
    return rc;
}

static void left_done(void *arg, enum err rc, const struct fail *why)
{
    (void)arg;
    if (rc != ERR_OK)
        log_warn("voice.left-unwritten", L_FAIL(why));
}

void speech_left_end(struct place *place)
{
    const struct writer_op op = {left_run, left_done, NULL};

    if (writer_post(place->conf.services->writer, &op, NULL) != ERR_OK)
        log_warn("voice.left-unwritten", L_NONE);
}

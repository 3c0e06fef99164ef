/* Microphones: on by their owner's hand, after its row is committed; off at once, then written.
 * What may stand against one: the step of taking part, staff, the place, the talk. */
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/place/measure.h"
#include "node/place/speech_priv.h"

#define MIC_BURST 5

static const char closed_ja[] = "声の線が、まだつながっていません。";
static const char rung_ja[] = "声を出すときは、先に「声もいい」をえらんでください。";
static const char host_ja[] =
    "いまは、このへやをひらいているまちのスタッフが、声をおやすみにしています。";
static const char silent_ja[] = "ここは、しずかにすごす場所です。声は出せません。";
static const char state_ja[] =
    "「ひとりでいたい」か「きゅうけい」になっています。かえてから、ためしてください。";
static const char talk_ja[] = "ふたりとも「声でも話す」をえらぶと、つかえます。";
static const char announce_ja[] = "放送は、職員と先生だけがつかえます。";
static const char pace_ja[] =
    "マイクのオンとオフがつづいています。すこし待って、もう一度ためしてください。";
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
    if (mirror_holds(visit, MIRROR_VOICE))
        return (struct bar){"stopped", host_ja, SPEECH_BY_STAFF, SPEECH_MUTED};
    if (to == HUB_MIC_ZONE && is->hush == HUSH_SILENT)
        return (struct bar){"voice-silent", silent_ja, SPEECH_BY_PLACE, SPEECH_SILENT};
    if (to == HUB_MIC_ZONE && (where.state == WORLD_ALONE || where.state == WORLD_BREAK))
        return (struct bar){"voice-quiet", state_ja, SPEECH_BY_SELF, SPEECH_STATE};
    if (to == HUB_MIC_PRIVATE && speech_talk_of(visit) == NULL)
        return (struct bar){"voice-no-talk", talk_ja, SPEECH_BY_PLACE, SPEECH_TALK};
    if (to == HUB_MIC_ANNOUNCE && !visit->pass.look.is_staff && !visit->pass.look.is_teacher)
        return (struct bar){"voice-no-announce", announce_ja, SPEECH_BY_PLACE, SPEECH_RUNG};
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

/* ---- off ---- */

void speech_mic_off(struct speech *speech, struct speech_one *one, enum speech_by by,
                    enum speech_reason reason, struct place_now now)
{
    if (!speech_has_mic(one))
        return;
    one->mic = HUB_MIC_NONE;
    speech_write_off(speech, &one->on, one->on_floor, one->on_room, by, reason, now);
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

static void room_of(const struct visit *visit, char room[PLACE_FLOOR_CAP])
{
    struct world_where where;

    world_where(visit->person, &where);
    snprintf(room, PLACE_FLOOR_CAP, "%.*s", SPAN_ARG(where.room));
}

static void put_on(struct command_call *call, struct speech_one *one, enum hub_mic to)
{
    const struct visit *visit = one->visit;
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    const struct speech_row row = row_of(visit, to, now);
    const struct command_later later = command_later(call);
    struct fail fail = {.code = ERR_INTERNAL};
    char room[PLACE_FLOOR_CAP];

    room_of(visit, room);
    if (speech_write_on(visit->place->speech, &row, visit->floor->id, room, later, one->number,
                        &fail) == ERR_OK) {
        one->asked = row.id;
        one->asked_seat = speech_where(visit).seat;
    } else {
        command_later_fail(visit->place->live, &later, &fail);
    }
}

/* He still wants it, there where he wanted it, and may. */
static bool is_still_wanted(const struct speech_one *one, const struct speech_row *row,
                            struct place_now now)
{
    const struct speech_where is = speech_where(one->visit);
    const struct hub_seat *was = &one->asked_seat;
    const struct talk *talk = row->way == HUB_MIC_PRIVATE ? speech_talk_of(one->visit) : NULL;

    return id_eq(one->asked, row->id) && was->floor == is.seat.floor &&
           was->zone == is.seat.zone && was->sealed == is.seat.sealed &&
           id_eq(talk == NULL ? ID_NONE : talk->id, row->talk) &&
           bar_of(one->visit, &is, (enum hub_mic)row->way, now).code == NULL;
}

static void set_on(struct speech *speech, struct speech_one *one,
                   const struct speech_writing *w, struct place_now now)
{
    one->mic = (enum hub_mic)w->row.way;
    one->on = w->row;
    one->on.floor = one->on.room = SPAN_NONE; /* as below */
    memcpy(one->on_floor, w->floor, sizeof one->on_floor);
    memcpy(one->on_room, w->room, sizeof one->on_room);
    command_later_ok(speech->place->live, &w->later, NULL);
    tell_mic(one, SPEECH_BY_SELF, SPEECH_TAP);
    speech_sync(speech, one, now);
    speech_far_ask(speech); /* his first word crosses, too */
}

void speech_mic_settled(struct speech *speech, const struct speech_writing *w)
{
    struct live *live = speech->place->live;
    struct speech_one *one = speech->ones[w->number];
    const struct place_now now = place_now();
    bool is_on;

    if (one != NULL && !id_eq(one->visit->id, w->row.visit))
        one = NULL; /* closed meanwhile */
    is_on = one != NULL && w->fail.code == ERR_OK && is_still_wanted(one, &w->row, now);
    if (one != NULL && id_eq(one->asked, w->row.id))
        one->asked = ID_NONE;
    if (is_on) {
        set_on(speech, one, w, now);
        return;
    }
    /* Nobody knows whether one that is uncertain is there: an off without its on is no row. */
    if (w->fail.code == ERR_OK || w->fail.code == ERR_UNCERTAIN)
        speech_write_off(speech, &w->row, w->floor, w->room, SPEECH_BY_PLACE, SPEECH_MOVED,
                         now);
    if (w->fail.code == ERR_OK)
        command_later_refuse(live, &w->later, "voice-closed", closed_ja);
    else
        command_later_fail(live, &w->later, &w->fail);
}

/* So many at once, then one a second: each is a row for good. */
static bool take_pace(struct visit *visit, int64_t now_mono_us)
{
    int64_t from =
        visit->speech_paid_mono_us < now_mono_us ? now_mono_us : visit->speech_paid_mono_us;

    if (from - now_mono_us + SECOND_US > MIC_BURST * SECOND_US)
        return false;
    visit->speech_paid_mono_us = from + SECOND_US;
    return true;
}

void speech_refuse_closed(struct command_call *call)
{
    command_refuse(call, "voice-closed", closed_ja);
}

static void ask_off(struct command_call *call, struct speech_one *one, struct place_now now)
{
    struct speech *speech = one->visit->place->speech;

    one->asked = ID_NONE; /* what is being written goes off again at once */
    speech_mic_off(speech, one, SPEECH_BY_SELF, SPEECH_TAP, now);
    speech_sync(speech, one, now);
    command_ok(call, NULL);
}

static void ask_on(struct command_call *call, struct speech_one *one, enum hub_mic to,
                   struct place_now now)
{
    struct speech *speech = one->visit->place->speech;
    const struct speech_where is = speech_where(one->visit);
    const struct bar bar = bar_of(one->visit, &is, to, now);

    if (bar.code != NULL && bar.reason == SPEECH_MUTED &&
        measure_refuses(call, one->visit, MEASURE_MUTE))
        return;
    if (bar.code != NULL) {
        command_refuse(call, bar.code, bar.title_ja);
    } else if (one->mic == to) {
        command_ok(call, NULL);
    } else if (!id_is_none(one->asked)) {
        command_refuse(call, "busy", busy_ja);
    } else if (!take_pace(one->visit, call->now_mono_us)) {
        command_refuse(call, "too-many", pace_ja);
    } else {
        speech_mic_off(speech, one, SPEECH_BY_SELF, SPEECH_TAP, now);
        speech_sync(speech, one, now);
        put_on(call, one, to);
    }
}

void speech_mic_ask(struct command_call *call, struct speech_one *one, enum hub_mic to)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};

    if (one == NULL || !one->is_open) {
        speech_refuse_closed(call);
        return;
    }
    speech_sync(one->visit->place->speech, one, now); /* what no tick has looked at yet */
    if (to == HUB_MIC_NONE)
        ask_off(call, one, now);
    else
        ask_on(call, one, to, now);
}

/* Each line knows what it was told of each kind; whatever has become different is told. So a
 * line that comes after a cut hears all that holds, and nothing has to be said again. */
#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/place/measure.h"
#include "node/place/measure_rows.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_tell.h"
#include "tenants/hours/calendar.h"

#define FRESH_US (3 * SECOND_US) /* a client may not have heard of it yet */

_Static_assert(PLACE_STOPS_N == MEASURE_KINDS_N, "one for each kind");

struct stopped {
    int kind; /* enum measure_kind */
    bool is_on, has_until, has_seconds;
    int64_t until_utc_us, seconds;
    struct span title;
};
static const struct jx_field fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = MEASURE_KINDS,
     .offset = offsetof(struct stopped, kind),
     .title_ja = "止まったもの"},
    {.name = "is_on",
     .type = JX_BOOL,
     .offset = offsetof(struct stopped, is_on),
     .title_ja = "止まっている（falseはもどった）"},
    {.name = "until",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct stopped, until_utc_us),
     .has_offset = offsetof(struct stopped, has_until),
     .title_ja = "いつまで"},
    {.name = "seconds",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct stopped, seconds),
     .has_offset = offsetof(struct stopped, has_seconds),
     .title_ja = "書きこみの間の秒数（slow）"},
    {.name = "title",
     .type = JX_TEXT,
     .offset = offsetof(struct stopped, title),
     .title_ja = "子どもに見せる文"},
};
static const struct jx_shape stopped_shape = JX_SHAPE("PlaceStopped", struct stopped, fields);

const struct live_event measure_events[MEASURE_EVENTS_N] = {
    {"stopped", &stopped_shape,
     "書きこみなどが止まった、またはもどった。つながったとき（hello）は何も止まっていないことか"
     "ら始まる"},
};

/* ---- sentences ---- */

#define TALK_JA "話したいときは、「SOS」をおしてください。"

static const struct {
    const char *on_ja, *off_ja;
} sentences[MEASURE_KINDS_N] = {
    [MEASURE_CHAT] = {"いまは、書きこみがおやすみです。" TALK_JA, "また、書きこめます。"},
    [MEASURE_REACT] = {"いまは、リアクションがおやすみです。" TALK_JA,
                       "また、リアクションがつかえます。"},
    [MEASURE_MUTE] = {"いまは、あなたの声がほかの人にきこえません。" TALK_JA,
                      "また、声がきこえます。"},
    [MEASURE_EJECT] = {"", "また、いばしょに入れます。"},
    [MEASURE_RENAME] = {"", ""},
    [MEASURE_SLOW] = {"いまは、書きこみのあいだを、すこしあけてください。",
                      "ふつうに書きこめます。"},
};

void measure_eject_text(int64_t until_utc_us, struct place_now now,
                        char text_out[PLACE_TEXT_CAP])
{
    int32_t day = calendar_day_at(until_utc_us), today = calendar_day_at(now.utc_us);
    int minute = (int)((until_utc_us - calendar_utc(day, 0) + MINUTE_US - 1) / MINUTE_US);
    char time[TIME_TEXT_CAP];
    int year, month, mday;

    if (minute == 24 * 60) { /* rounded up to the next day */
        day++;
        minute = 0;
    }
    calendar_civil(day, &year, &month, &mday);
    calendar_time_text(minute, time);
    if (day == today)
        snprintf(
            text_out, PLACE_TEXT_CAP,
            "いまは、いばしょをおやすみする時間です。きょうの%sから、また入れます。" TALK_JA,
            time);
    else
        snprintf(text_out, PLACE_TEXT_CAP,
                 "いまは、いばしょをおやすみする時間です。%d月%d日の%sから、また"
                 "入れます。" TALK_JA,
                 month, mday, time);
}

/* ---- what holds for a line ---- */

static struct place_stop stop_of(const struct guest *guest, enum measure_kind kind,
                                 struct place_now now)
{
    const struct place *place = guest->place;
    const struct visit *visit = guest->visit;
    struct place_stop stop = {.mono_us = now.mono_us};

    if (!place_is_bound(guest->pass->look.role))
        return stop;
    stop.is_on = visit != NULL ? measure_stops(place, visit, kind, now, &stop.until_utc_us)
                               : measure_stops_account(place, guest->pass->look.account, kind,
                                                       now, &stop.until_utc_us);
    if (visit != NULL && ((kind == MEASURE_CHAT && mirror_holds(visit, MIRROR_CHAT)) ||
                          (kind == MEASURE_REACT && mirror_holds(visit, MIRROR_REACT)) ||
                          (kind == MEASURE_MUTE && mirror_holds(visit, MIRROR_VOICE)))) {
        stop.is_on = true; /* by the host of the shared lesson, until it takes it back */
        stop.until_utc_us = 0;
    }
    if (stop.is_on && kind == MEASURE_SLOW && visit != NULL)
        stop.seconds = measure_slow_ms(place, visit, now) / 1000;
    return stop;
}

static void tell(const struct guest *guest, enum measure_kind kind,
                 const struct place_stop *stop, struct place_now now)
{
    char text[PLACE_TEXT_CAP];
    struct stopped event = {
        .kind = (int)kind,
        .is_on = stop->is_on,
        .has_until = stop->is_on && stop->until_utc_us != 0,
        .until_utc_us = stop->until_utc_us,
        .has_seconds = stop->seconds > 0,
        .seconds = stop->seconds,
        .title = span_text(stop->is_on ? sentences[kind].on_ja : sentences[kind].off_ja),
    };

    if (kind == MEASURE_EJECT && stop->is_on) {
        measure_eject_text(stop->until_utc_us, now, text);
        event.title = span_text(text);
    }
    live_event_send(guest->conn, &measure_events[0], 0, &event, guest->place->arena);
}

void measure_tell(struct guest *guest, struct place_now now)
{
    for (int k = 0; k < MEASURE_KINDS_N; k++) {
        struct place_stop *told = &guest->stops[k];
        struct place_stop stop = stop_of(guest, (enum measure_kind)k, now);

        if (stop.is_on == told->is_on && stop.until_utc_us == told->until_utc_us &&
            stop.seconds == told->seconds)
            continue;
        *told = stop;
        tell(guest, (enum measure_kind)k, &stop, now);
    }
}

void measure_tell_all(struct place *place, struct place_now now)
{
    for (struct guest *guest = place->guests; guest != NULL; guest = guest->next)
        measure_tell(guest, now);
}

void measure_tell_renamed(struct place *place, struct id account, const char *name)
{
    char text[PLACE_TEXT_CAP];
    struct stopped event = {.kind = MEASURE_RENAME, .is_on = true};

    snprintf(text, sizeof text,
             "なまえが「%s」にかわりました。べつのなまえにしたいときは、プロフィールで"
             "かえられます。" TALK_JA,
             name);
    event.title = span_text(text);
    place_tell_account(place, account, &measure_events[0], &event);
}

/* ---- commands ---- */

bool measure_refuses(struct command_call *call, const struct visit *visit,
                     enum measure_kind kind)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    const struct guest *guest = call->visitor;
    const struct place_stop *told = &guest->stops[kind];

    if (!measure_stops(guest->place, visit, kind, now, NULL))
        return false;
    if (told->is_on && now.mono_us - told->mono_us > FRESH_US)
        command_breach(call, "stopped", sentences[kind].on_ja);
    else
        command_refuse(call, "stopped", sentences[kind].on_ja);
    return true;
}

#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/place/place_priv.h"

/* A clock that jumped must not tell the warnings of a whole day. */
#define LOOK_BACK_US (5 * MINUTE_US)

static const char *const weekdays_ja[] = {"月", "火", "水", "木", "金", "土", "日"};

static bool kind_is_open(enum hours_state_kind kind)
{
    return kind == HOURS_OPEN || kind == HOURS_CLOSING;
}

bool place_is_open(const struct place *place, struct place_now now)
{
    struct hours_state_copy copy;

    hours_state(place->conf.services, now.utc_us, &copy);
    return kind_is_open(copy.state.kind);
}

void place_hours_fill(struct place *place, const struct guest *guest, struct place_now now,
                      struct hours_state_copy *copy, struct place_hours *out)
{
    const struct hours_state *state = &copy->state;

    hours_state(place->conf.services, now.utc_us, copy);
    *out = (struct place_hours){
        .kind = (int)state->kind,
        .is_bound = place_is_bound(guest->pass->look.role),
        .has_closes = kind_is_open(state->kind),
        .closes_utc_us = state->closes_utc_us,
        .has_next = state->has_next,
        .next_utc_us = state->next_utc_us,
        .has_title = state->has_next && state->next_title.len > 0,
        .next_title = state->next_title,
    };
}

#define TITLE_MOST 200

static void next_text(const struct hours_state *state, char text_out[PLACE_TEXT_CAP])
{
    char time[TIME_TEXT_CAP];
    int32_t day = calendar_day_at(state->next_utc_us);
    int year, month, mday;

    if (!state->has_next) {
        snprintf(text_out, PLACE_TEXT_CAP, "つぎにあく日は、まだきまっていません。");
        return;
    }
    calendar_civil(day, &year, &month, &mday);
    calendar_time_text((int)((state->next_utc_us - calendar_utc(day, 0)) / MINUTE_US), time);
    if (state->next_title.len == 0)
        snprintf(text_out, PLACE_TEXT_CAP, "つぎは %d月%d日（%s）%sにあきます。", month, mday,
                 weekdays_ja[calendar_weekday(day)], time);
    else
        snprintf(text_out, PLACE_TEXT_CAP, "つぎは %d月%d日（%s）%s からの「%.*s」です。",
                 month, mday, weekdays_ja[calendar_weekday(day)], time,
                 (int)utf_valid_len(span_cut(state->next_title, 0, TITLE_MOST)),
                 (const char *)state->next_title.p);
}

void place_closed_text(struct place *place, struct place_now now, char text_out[PLACE_TEXT_CAP])
{
    struct hours_state_copy copy;
    char next[PLACE_TEXT_CAP];

    hours_state(place->conf.services, now.utc_us, &copy);
    next_text(&copy.state, next);
    snprintf(text_out, PLACE_TEXT_CAP, "いまは、しまっています。%.400s", next);
}

/* ---- what falls due ---- */

static void tell_closing(struct place *place, int minutes, bool to_bound, struct place_now now)
{
    const struct place_closing closing = {minutes};

    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (place_is_bound(visit->pass.look.role) == to_bound &&
            (to_bound || visit->pass.look.is_staff))
            visit_tell(visit, place_event_closing, &closing, now);
}

static void warn(struct place *place, const struct hours_state *state, struct place_now now)
{
    struct hours_notice due[HOURS_NOTICES_MOST];
    int64_t after = place->hours_utc_us;
    int n, minutes = 0;

    if (after > now.utc_us || after < now.utc_us - LOOK_BACK_US)
        after = now.utc_us - LOOK_BACK_US;
    n = hours_due(place->conf.services, after, now.utc_us, due);
    for (int i = 0; i < n; i++)
        if (due[i].minutes > 0 && due[i].closes_utc_us > now.utc_us)
            minutes = due[i].minutes;
    /* The day was made shorter, and the time of its warning was over already. */
    if (minutes == 0 && state->kind == HOURS_CLOSING && place->hours_kind == HOURS_OPEN &&
        state->closes_utc_us < place->closes_utc_us)
        minutes = state->minutes_left;
    if (minutes > 0)
        tell_closing(place, minutes, true, now);
}

static void close_now(struct place *place, struct place_now now)
{
    char text[PLACE_TEXT_CAP], next[PLACE_TEXT_CAP];
    struct hours_state_copy copy;
    struct visit *following;
    int n = 0;

    hours_state(place->conf.services, now.utc_us, &copy);
    next_text(&copy.state, next);
    snprintf(text, sizeof text, "きょうはここまでです。来てくれて、ありがとう。%.400s", next);
    for (struct visit *visit = place->visits; visit != NULL; visit = following) {
        following = visit->next;
        if (!place_is_bound(visit->pass.look.role))
            continue;
        visit_out(&visit, PLACE_OUT_CLOSING, text, now);
        n++;
    }
    if (n > 0)
        tell_closing(place, 0, false, now);
}

static enum err make_hours(struct place *place, const struct guest *guest, struct place_now now,
                           struct ws_shared **frame_out)
{
    struct hours_state_copy copy;
    struct place_hours hours;
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    place_hours_fill(place, guest, now, &copy, &hours);
    rc = live_event_make(place_event_hours, 0, &hours, place->arena, frame_out, &fail);
    if (rc != ERR_OK)
        log_error("place.hours", L_FAIL(&fail));
    return rc;
}

/* One frame for all whom the hours bind, one for the others. */
static void tell_hours(struct place *place, struct place_now now)
{
    struct ws_shared *frames[2] = {NULL, NULL};

    for (struct guest *guest = place->guests; guest != NULL; guest = guest->next) {
        struct ws_shared **frame = &frames[place_is_bound(guest->pass->look.role)];

        if (*frame != NULL || make_hours(place, guest, now, frame) == ERR_OK)
            live_send(guest->conn, *frame, WS_KEEP);
        else
            live_close(guest->conn, 1011, true); /* he comes again, and hears it then */
    }
    ws_shared_unref(&frames[0]);
    ws_shared_unref(&frames[1]);
}

void place_hours_sweep(struct place *place, struct place_now now)
{
    struct hours_state_copy copy;
    const struct hours_state *state = &copy.state;
    int64_t next = 0;
    bool is_other;

    hours_state(place->conf.services, now.utc_us, &copy);
    next = state->has_next ? state->next_utc_us : 0;
    if (place->hours_kind >= 0 && kind_is_open(state->kind))
        warn(place, state, now);
    if (!kind_is_open(state->kind))
        close_now(place, now);
    is_other = place->hours_kind != (int)state->kind ||
               place->closes_utc_us != state->closes_utc_us || place->next_utc_us != next;
    if (is_other && place->hours_kind >= 0) {
        tell_hours(place, now);
        place->is_cards_due = true;
    }
    place->hours_kind = (int)state->kind;
    place->closes_utc_us = state->closes_utc_us;
    place->next_utc_us = next;
    place->hours_utc_us = now.utc_us;
}

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/place/chat.h"
#include "node/place/measure.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"
#include "node/place/speech.h"

static const char away_ja[] =
    "しばらくなにもしなかったので、ロビーにもどりました。いつでも、また入れます。";

struct place_now place_now(void)
{
    return (struct place_now){clock_mono_us(), clock_utc_us()};
}

int64_t place_setting(const struct place *place, const struct setting *row)
{
    return settings_int(place->conf.services->settings, row);
}

static int compare(const void *a, const void *b)
{
    const struct visit *x = a, *y = b;

    return memcmp(x->account.b, y->account.b, sizeof x->account.b);
}

struct visit *visit_find(struct place *place, struct id account)
{
    const struct visit key = {.account = account};
    void *node = tfind(&key, &place->by_account, compare);

    return node == NULL ? NULL : *(struct visit **)node;
}

struct visit *visit_create(struct place *place, const struct place_pass *pass, struct id id)
{
    struct visit *visit = calloc(1, sizeof *visit);

    if (visit == NULL)
        return NULL;
    visit->place = place;
    visit->id = id_is_none(id) ? id_new() : id;
    visit->account = pass->look.account;
    visit->pass = *pass;
    visit->is_counted = !pass->look.is_staff;
    if (tsearch(visit, &place->by_account, compare) == NULL) {
        free(visit);
        return NULL;
    }
    visit->next = place->visits;
    if (visit->next != NULL)
        visit->next->prev = visit;
    place->visits = visit;
    place->n_visits++;
    place->is_watch_due = true;
    return visit;
}

void visit_attach(struct visit *visit, struct guest *guest, struct place_now now)
{
    char alias[WORLD_NAME_CAP];

    memcpy(alias, visit->pass.look.alias, sizeof alias);
    visit->pass = *guest->pass;
    memcpy(visit->pass.look.alias, alias, sizeof alias);
    visit->guest = guest;
    guest->visit = visit;
    visit->is_page_gone = false;
    visit->told.is_told = false;
    visit->mirror_gen = 0; /* a page begins anew with hello */
    if (visit->is_lost)
        visit_log_here(visit, VISIT_ENTRY, "again", now.utc_us);
    if (visit->person != NULL)
        world_peer_change(visit->person, visit, place_ms(now));
    measure_tell(guest, now);
    speech_here(visit, now);
}

void visit_detach(struct visit *visit)
{
    if (visit->guest != NULL)
        visit->guest->visit = NULL;
    visit->guest = NULL;
}

/* A cut is noticed up to dead_ms after the last sign of life, from which the hold counts, and
 * the time until it stands in the log as lost, which is less than a minute (AI-2.5-ア). */
void visit_hold(struct visit *visit, enum live_end end, struct place_now now)
{
    struct place *place = visit->place;
    int64_t hold_ms = place->hold_ms, lost_ms = place->lost_ms - place->dead_ms;

    visit->is_page_gone = end == LIVE_END_AWAY;
    if (end == LIVE_END_CUT)
        place_meter_note(&place->meter.n_cut);
    if (end == LIVE_END_AWAY)
        hold_ms = place->hold_away_ms;
    else if (end == LIVE_END_CUT && hold_ms > place->dead_ms)
        hold_ms -= place->dead_ms;
    speech_leave(visit, true, now);
    visit_detach(visit);
    visit->held_until_mono_us = now.mono_us + hold_ms * 1000;
    visit->lost_mono_us = now.mono_us + (lost_ms > 0 ? lost_ms : 0) * 1000;
    visit->heard_utc_us = now.utc_us;
    if (visit->person != NULL)
        world_peer_change(visit->person, NULL, place_ms(now));
}

/* ---- floors ---- */

static void count(struct visit *visit, int by)
{
    if (!visit->is_counted || visit->person == NULL)
        return;
    visit->floor->copies[visit->copy - 1].n_counted += by;
    visit->place->n_counted += by;
}

void visit_off(struct visit *visit, struct place_now now)
{
    if (visit->person == NULL)
        return;
    count(visit, -1);
    world_leave(&visit->person, place_ms(now));
    visit->person = NULL;
    *visit->floor_at = visit->floor_next;
    if (visit->floor_next != NULL)
        visit->floor_next->floor_at = visit->floor_at;
    visit->floor = NULL;
    visit->place->is_queue_due = visit->place->is_cards_due = true;
}

enum err visit_stand(struct visit *visit, struct place_floor *floor, int copy,
                     const struct world_entry *asked, struct place_now now, struct fail *why)
{
    struct world_person *person = NULL;
    struct world_entry entry = *asked;
    enum err rc = place_copy_open(visit->place, floor, copy, now, why);

    entry.owner = visit;
    place_alias_give(floor, &visit->pass.look);
    if (rc == ERR_OK)
        rc = world_enter(floor->copies[copy - 1].world, &visit->pass.look, &entry,
                         visit->guest == NULL ? NULL : visit, place_ms(now), &person, why);
    if (rc != ERR_OK)
        return rc;
    if (visit->person == NULL)
        visit->since_utc_us = now.utc_us;
    visit_off(visit, now);
    visit->person = person;
    visit->floor = floor;
    visit->floor_at = &floor->visits;
    visit->floor_next = floor->visits;
    if (visit->floor_next != NULL)
        visit->floor_next->floor_at = &visit->floor_next;
    floor->visits = visit;
    visit->copy = copy;
    visit->mirror_gen = 0;
    visit->is_counted = !visit->pass.look.is_staff;
    visit->is_away_ours = false;
    visit->is_seat_due = true;
    count(visit, 1);
    visit->place->is_cards_due = true;
    chat_stand(visit, now);
    if (visit->guest != NULL)
        measure_tell(visit->guest, now);
    speech_here(visit, now);
    return ERR_OK;
}

void visit_log_here(struct visit *visit, enum visit_kind kind, const char *reason,
                    int64_t at_utc_us)
{
    const struct visit_event_row row = {
        .visit = visit->id,
        .at_utc_us = at_utc_us,
        .account = visit->account,
        .kind = kind,
        .floor = span_text(visit->floor->id),
        .copy = visit->copy,
        .session = visit->floor->session,
        .reason = span_text(reason),
        .is_trial = visit->pass.is_trial,
    };

    if (visit->is_lost && kind != VISIT_ENTRY)
        return;
    visit_log_add(visit->place->log, &row);
    if (kind == VISIT_ENTRY && !visit->is_lost)
        place_meter_note(&visit->place->meter.n_entered);
    if (kind == VISIT_LOST)
        place_meter_note(&visit->place->meter.n_lost);
    visit->is_lost = kind == VISIT_LOST;
    visit->logged_utc_us = at_utc_us;
}

/* When the line went; but a session may have begun or ended since, in his stay. */
static int64_t lost_utc_us(const struct visit *visit)
{
    return visit->heard_utc_us > visit->logged_utc_us ? visit->heard_utc_us
                                                      : visit->logged_utc_us;
}

/* ---- the end ---- */

void visit_end(struct visit **visit_at, enum visit_kind kind, const char *reason,
               int64_t at_utc_us, struct place_now now)
{
    struct visit *visit = *visit_at;
    struct place *place = visit->place;

    *visit_at = NULL;
    speech_leave(visit, false, now);
    chat_leave(place, visit->account, now);
    visit_wait_end(visit);
    if (visit->person != NULL) {
        visit_log_here(visit, kind, reason, at_utc_us);
        visit_log_drop(place->log, visit->account, visit->id);
    }
    visit_off(visit, now);
    visit_detach(visit);
    tdelete(visit, &place->by_account, compare);
    if (visit->prev != NULL)
        visit->prev->next = visit->next;
    else
        place->visits = visit->next;
    if (visit->next != NULL)
        visit->next->prev = visit->prev;
    place->n_visits--;
    place->is_watch_due = true;
    visit_ring_fini(&visit->ring);
    free(visit);
}

static const char *out_word(enum place_out reason)
{
    switch (reason) {
    case PLACE_OUT_CLOSING:
        return "closing";
    case PLACE_OUT_ACCESS:
        return "access";
    case PLACE_OUT_ELSEWHERE:
        return "elsewhere";
    case PLACE_OUT_ENDED:
        return "ended";
    case PLACE_OUT_HIDES:
        return "hides";
    case PLACE_OUT_SIGNIN:
        return "signin";
    case PLACE_OUT_FLOOR:
        return "floor";
    case PLACE_OUT_RESTART:
        return "restart";
    case PLACE_OUT_AWAY:
        return "away";
    case PLACE_OUT_EJECTED:
        return "ejected";
    }
    return "";
}

void visit_out(struct visit **visit, enum place_out reason, const char *title_ja,
               struct place_now now)
{
    const struct place_out_event out = {(int)reason, span_text(title_ja)};
    struct guest *guest = (*visit)->guest;

    visit_tell(*visit, place_event_out, &out, now);
    visit_end(visit, VISIT_EXIT, out_word(reason), now.utc_us, now);
    if (guest != NULL)
        measure_tell(guest, now); /* a floor's do not hold in the lobby */
}

static void tell(struct visit *visit, const struct live_event *event, const void *of,
                 struct visit_ring_use use, struct place_now now)
{
    uint32_t n = visit_ring_next(&visit->ring);
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};

    if (live_event_make(event, n, of, visit->place->arena, &frame, &fail) != ERR_OK) {
        log_error("place.event", L_TEXT("event", event->name), L_FAIL(&fail));
        return;
    }
    visit_ring_put(&visit->ring, frame, n, use, place_ms(now));
    if (visit->guest != NULL)
        live_send(visit->guest->conn, frame, WS_KEEP);
    ws_shared_unref(&frame);
}

void visit_tell(struct visit *visit, const struct live_event *event, const void *of,
                struct place_now now)
{
    tell(visit, event, of, (struct visit_ring_use){.for_ms = VISIT_RING_MS}, now);
}

void visit_call(void *owner, const struct live_event *event, const void *of)
{
    const struct visit_ring_use use = {.for_ms = WORLD_CALL_MS, .is_call = true};

    tell(owner, event, of, use, place_now());
}

static void send_again(struct ws_shared *frame, void *arg)
{
    struct visit *visit = arg;

    live_send(visit->guest->conn, frame, WS_KEEP);
}

void visit_replay(struct visit *visit, uint32_t after_n, struct place_now now)
{
    if (visit->guest != NULL)
        visit_ring_each(&visit->ring, after_n, place_ms(now), send_again, visit);
}

static void sit_down(struct visit *visit, int64_t away_us, struct place_now now)
{
    struct world_where where;

    if (visit->person == NULL || visit->guest == NULL ||
        now.mono_us - visit->guest->acted_mono_us < away_us)
        return;
    world_where(visit->person, &where);
    if (where.is_away)
        return;
    world_away_set(visit->person, true, place_ms(now));
    visit->is_away_ours = true;
}

/* Standing on a floor is using the session, for to watch is a whole visit; but not without end:
 * a shared tablet would stay somebody's. From the lobby the session runs idle as any other. */
static bool is_long_away(const struct visit *visit, int64_t out_us, struct place_now now)
{
    return visit->guest != NULL && now.mono_us - visit->guest->acted_mono_us >= out_us;
}

void visits_sweep(struct place *place, struct place_now now)
{
    int64_t out_us = place_setting(place, &setting_place_away_out_min) * MINUTE_US;
    int64_t away_us = place_setting(place, &setting_place_away_min) * MINUTE_US;
    struct visit *next;

    for (struct visit *visit = place->visits; visit != NULL; visit = next) {
        next = visit->next;
        if (is_long_away(visit, out_us, now)) {
            visit_out(&visit, PLACE_OUT_AWAY, away_ja, now);
            continue;
        }
        sit_down(visit, away_us, now);
        if (visit->guest != NULL)
            continue;
        if (now.mono_us >= visit->lost_mono_us && visit->person != NULL && !visit->is_page_gone)
            visit_log_here(visit, VISIT_LOST, "cut", lost_utc_us(visit));
        if (now.mono_us < visit->held_until_mono_us)
            continue;
        if (visit->is_page_gone)
            visit_end(&visit, VISIT_EXIT, "page", visit->heard_utc_us, now);
        else
            visit_end(&visit, VISIT_LOST, "cut", lost_utc_us(visit), now);
    }
}

/* The world's part goes with the world. */
static void forget(void *node)
{
    struct visit *visit = node;

    visit_ring_fini(&visit->ring);
    free(visit);
}

void visits_forget(struct place *place)
{
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->person != NULL)
            world_leave(&visit->person, place_ms(place_now()));
    tdestroy(place->by_account, forget);
    place->by_account = NULL;
    place->visits = NULL;
}

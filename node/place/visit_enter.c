#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/db/digest.h"
#include "node/place/measure.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"
#include "node/place/speech.h"

static const char no_access_ja[] =
    "このフロアには、いまは入れません。ほかのフロアをえらんでください。";
static const char elsewhere_ja[] =
    "べつの端末で、もう入っています。そちらを出てから、もう一度ためしてください。";
static const char moved_ja[] = "べつの端末で入ったので、こちらはとじました。";

static const char often_ja[] =
    "入ったり出たりがつづいています。すこし待って、もう一度ためしてください。";

#define NUMBERS_SINCE_US (INT64_C(1767225600) * SECOND_US) /* 2026-01-01 */

static const enum world_rung rungs[] = {RUNG_WATCH, RUNG_TEXT, RUNG_VOICE};
static const enum world_state states[] = {WORLD_TALK, WORLD_ALONE, WORLD_BREAK};

static enum err refuse(struct place_refusal *refusal, const char *code, const char *title_ja,
                       struct fail *why)
{
    *refusal = (struct place_refusal){code, title_ja};
    return fail_set(why, ERR_DENIED, "%s", code);
}

/* The texts of a refusal live as long as the call. */
static enum err refuse_ejected(int64_t until_utc_us, struct place_now now, struct arena *arena,
                               struct place_refusal *refusal, struct fail *why)
{
    char text[PLACE_TEXT_CAP];

    measure_eject_text(until_utc_us, now, text);
    return refuse(refusal, "ejected", arena_text(arena, span_text(text)), why);
}

static enum err refuse_closed(struct place *place, struct place_now now, struct arena *arena,
                              struct place_refusal *refusal, struct fail *why)
{
    char text[PLACE_TEXT_CAP];

    place_closed_text(place, now, text);
    return refuse(refusal, "hours-closed", arena_text(arena, span_text(text)), why);
}

/* ---- tokens ---- */

static enum err answer_with(struct visit *visit, struct span token, struct place_entered *out)
{
    *out = (struct place_entered){.kind = visit->wants != NULL ? 1 : 0,
                                  .has_position = visit->wants != NULL,
                                  .position = visit->position,
                                  .visit = visit->id,
                                  .token = token};
    return ERR_OK;
}

static enum err answer_new(struct visit *visit, struct arena *arena, struct place_entered *out,
                           struct fail *why)
{
    uint8_t *token = arena_alloc(arena, PLACE_TOKEN_BYTES);

    if (token == NULL)
        return fail_set(why, ERR_NOMEM, "token");
    digest_random(token, PLACE_TOKEN_BYTES);
    visit->token = hash256_of(span_of(token, PLACE_TOKEN_BYTES));
    visit->is_seat_due = visit->person != NULL;
    return answer_with(visit, span_of(token, PLACE_TOKEN_BYTES), out);
}

static bool token_is(const struct hash256 *kept, struct span token)
{
    struct hash256 given = hash256_of(token);

    return CRYPTO_memcmp(kept->b, given.b, sizeof given.b) == 0;
}

/* ---- second devices ---- */

/* The visit is this guest's from now on. */
static void take_over(struct visit *visit, struct guest *guest, struct place_now now)
{
    const struct place_out_event out = {PLACE_OUT_ELSEWHERE, span_text(moved_ja)};
    struct guest *older = visit->guest;

    if (older == guest)
        return;
    if (older != NULL) {
        speech_leave(visit, true, now); /* that device's microphone */
        visit_detach(visit);
        live_event_send(older->conn, place_event_out, 0, &out, guest->place->arena);
        live_close(older->conn, LIVE_CLOSE_ELSEWHERE, false);
    }
    visit_attach(visit, guest, now);
}

/* ---- entering ---- */

static enum err check(struct guest *guest, const struct place_enter *input,
                      struct place_now now, struct arena *arena, struct place_floor **floor_out,
                      struct place_refusal *refusal, struct fail *why)
{
    struct place *place = guest->place;
    struct place_floor *floor = place_floor_there(place, input->floor);
    const struct visit *other = visit_find(place, guest->pass->look.account);
    int64_t until_utc_us = 0;

    if (measure_stops_account(place, guest->pass->look.account, MEASURE_EJECT, now,
                              &until_utc_us))
        return refuse_ejected(until_utc_us, now, arena, refusal, why);
    if (floor == NULL)
        return fail_field(why, ERR_NOT_FOUND, "floor", "no such floor");
    /* Now, and not when his turn comes. */
    if (input->has_spawn && !ground_has_spawn(floor->ground, input->spawn))
        return fail_field(why, ERR_NOT_FOUND, "spawn", "no such spawn");
    if (!visit_log_has_room(place->log))
        return fail_set(why, ERR_UNAVAILABLE, "entries cannot be recorded now");
    if (place_is_bound(guest->pass->look.role) && !place_is_open(place, now))
        return refuse_closed(place, now, arena, refusal, why);
    if (!place_may(place, guest->pass, floor, now))
        return refuse(refusal, "no-access", no_access_ja, why);
    if (other != NULL && other->guest != NULL && other->guest != guest &&
        place_setting(place, &setting_place_second_device) == PLACE_SECOND_REFUSE)
        return refuse(refusal, "elsewhere", elsewhere_ja, why);
    if (!place_pace_take(place, guest->pass->look.account, now))
        return refuse(refusal, "too-many", often_ja, why);
    *floor_out = floor;
    return ERR_OK;
}

static struct world_entry entry_of(const struct place *place, const struct place_enter *input)
{
    int64_t most = place_setting(place, &setting_place_rung_most);
    struct world_entry entry = {.rung = rungs[input->rung]};

    if (input->has_spawn)
        entry.spawn = input->spawn;
    if ((int64_t)entry.rung > most)
        entry.rung = (enum world_rung)most;
    entry.state = entry.rung == RUNG_WATCH ? WORLD_WATCH
                  : input->has_state       ? states[input->state]
                                           : WORLD_TALK;
    return entry;
}

/* The spot a program before us left him on. Its entry stands in the log. */
static enum err stand_again(struct visit *visit, const struct ghost *ghost,
                            struct place_floor *floor, struct place_now now, struct fail *why)
{
    const struct visit_seat_row *row = &ghost->seat.row;
    struct world_entry entry = {.has_spot = true,
                                .spot = row->spot,
                                .room = span_text(ghost->seat.room),
                                .rung = row->rung,
                                .state = row->state};
    enum err rc = visit_stand(visit, floor, row->copy, &entry, now, why);

    if (rc == ERR_OK && row->has_distance)
        world_distance_set(visit->person, true, place_ms(now));
    return rc;
}

/* What a program before us said has numbers that nobody knows any more; the client takes only
 * higher ones. It has said less than one thing a second. */
static uint32_t numbers_anew(struct place_now now)
{
    return (uint32_t)((now.utc_us - NUMBERS_SINCE_US) / SECOND_US);
}

/* A session that hides names began or ended since he stood there: with his spot and his wishes
 * he would be known, so it is for him as for those who were inside (place_floors.c). */
static bool is_unmasked(const struct guest *guest, const struct ghost *ghost,
                        const struct place_floor *floor)
{
    const struct visit_seat_row *row = &ghost->seat.row;

    return !guest->pass->look.is_staff &&
           (floor->is_anonymous != row->is_anonymous ||
            (row->is_anonymous && !id_eq(floor->session, row->session)));
}

static void tell_ended(struct guest *guest, const struct place_floor *floor)
{
    const struct place_out_event out = {floor->is_anonymous ? PLACE_OUT_HIDES : PLACE_OUT_ENDED,
                                        span_text(place_session_text(floor->is_anonymous))};

    live_event_send(guest->conn, place_event_out, 0, &out, guest->place->arena);
}

/* As somebody of before; NULL: there is none, or he cannot be there any more. is_told: he is
 * told why. */
static struct visit *come_back(struct guest *guest, bool is_told, struct place_now now)
{
    struct place *place = guest->place;
    struct ghost *ghost = ghost_take(place, guest->pass->look.account);
    struct place_floor *floor;
    struct visit *visit = NULL;
    struct fail fail = {.code = ERR_NOMEM};

    if (ghost == NULL)
        return NULL;
    floor = place_floor_there(place, span_text(ghost->seat.floor));
    if (floor != NULL && is_unmasked(guest, ghost, floor)) {
        if (is_told)
            tell_ended(guest, floor);
        ghost_end(place, &ghost, VISIT_EXIT, floor->is_anonymous ? "hides" : "ended");
        return NULL;
    }
    if (floor != NULL && place_may(place, guest->pass, floor, now))
        visit = visit_create(place, guest->pass, ghost->seat.row.visit);
    if (visit != NULL) {
        visit->token = ghost->seat.row.token;
        visit->ring.last_n = numbers_anew(now);
        visit_attach(visit, guest, now);
        if (stand_again(visit, ghost, floor, now, &fail) != ERR_OK) {
            log_warn("place.not-back", L_FAIL(&fail));
            visit_end(&visit, VISIT_EXIT, "", now.utc_us, now);
        } else if (ghost->seat.row.is_lost) {
            visit->is_lost = true;
            visit_log_here(visit, VISIT_ENTRY, "again", now.utc_us);
        }
    }
    if (visit == NULL)
        ghost_end(place, &ghost, VISIT_LOST, "restart");
    free(ghost);
    return visit;
}

/* His own wishes hold on the spot of before, too. */
static void wish_anew(struct visit *visit, const struct world_entry *entry,
                      struct place_now now)
{
    struct fail fail = {.code = ERR_INTERNAL};

    if (world_rung_change(visit->person, entry->rung, place_ms(now), &fail) != ERR_OK ||
        world_state_change(visit->person, entry->state, place_ms(now), &fail) != ERR_OK)
        log_warn("place.wish", L_FAIL(&fail));
}

static enum err go_to(struct visit *visit, struct place_floor *floor,
                      const struct world_entry *entry, struct place_now now, struct fail *why)
{
    struct place *place = visit->place;
    bool is_move = visit->person != NULL;
    bool is_behind = floor->n_waiting > (visit->wants == floor);
    bool is_shut = !is_move && (place_is_at_ceiling(place) || place_is_kept_waiting(visit));
    enum err rc = ERR_BUSY;

    if (!visit->is_counted || (!is_behind && !is_shut))
        rc = visit_stand_where_room(visit, floor, entry, now, why);
    if (rc == ERR_BUSY) {
        visit_wait(visit, floor, entry);
        place->is_queue_due = true;
        place_serve(place, now);
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    visit_wait_end(visit);
    visit_log_here(visit, is_move ? VISIT_MOVE : VISIT_ENTRY, "", now.utc_us);
    if (!is_move)
        place_entry_put(visit, now);
    return ERR_OK;
}

static enum err enter(struct guest *guest, const struct place_enter *input,
                      struct place_now now, struct arena *arena, struct place_entered *out,
                      struct place_refusal *refusal, struct fail *why)
{
    struct place *place = guest->place;
    struct place_floor *floor = NULL;
    struct world_entry entry = entry_of(place, input);
    bool was_there;
    struct visit *visit;
    enum err rc;

    place_serve(place, now); /* nobody overtakes those who wait */
    rc = check(guest, input, now, arena, &floor, refusal, why);
    if (rc != ERR_OK)
        return rc;
    visit = visit_find(place, guest->pass->look.account);
    if (visit == NULL)
        visit = come_back(guest, false, now);
    else if (visit->floor == floor && visit->guest == guest)
        world_peer_change(visit->person, visit, place_ms(now)); /* all of it again */
    was_there = visit != NULL;
    if (!was_there)
        visit = visit_create(place, guest->pass, ID_NONE);
    if (visit == NULL)
        return fail_set(why, ERR_NOMEM, "visit");
    take_over(visit, guest, now);
    if (visit->floor == floor) {
        visit_wait_end(visit);
        wish_anew(visit, &entry, now);
    } else {
        rc = go_to(visit, floor, &entry, now, why);
    }
    if (rc == ERR_OK)
        rc = answer_new(visit, arena, out, why);
    else if (!was_there)
        visit_end(&visit, VISIT_EXIT, "", now.utc_us, now);
    return rc;
}

static enum err resume(struct guest *guest, const struct place_resume *input,
                       struct place_now now, struct arena *arena, struct place_entered *out,
                       struct place_refusal *refusal, struct fail *why)
{
    struct place *place = guest->place;
    struct id account = guest->pass->look.account;
    struct visit *visit = visit_find(place, account);
    const struct ghost *ghost = visit == NULL ? ghost_find(place, account) : NULL;

    if (ghost != NULL && id_eq(ghost->seat.row.visit, input->visit) &&
        token_is(&ghost->seat.row.token, input->token)) {
        if (place_is_bound(guest->pass->look.role) && !place_is_open(place, now))
            return refuse_closed(place, now, arena, refusal, why);
        visit = come_back(guest, true, now);
    }
    if (visit == NULL || !id_eq(visit->id, input->visit) ||
        !token_is(&visit->token, input->token))
        return fail_field(why, ERR_NOT_FOUND, "visit", "gone");
    if (visit->guest == guest && visit->person != NULL && ghost == NULL)
        world_peer_change(visit->person, visit, place_ms(now)); /* all of it again */
    take_over(visit, guest, now);
    visit_replay(visit, input->last_n > UINT32_MAX ? UINT32_MAX : (uint32_t)input->last_n, now);
    place->is_queue_due = place->is_queue_due || visit->wants != NULL;
    place_serve(place, now);
    return answer_with(visit, input->token, out);
}

static enum err met(struct guest *guest, enum err rc, const struct place_refusal *refusal,
                    const char *code)
{
    if (rc != ERR_OK)
        place_meter_refused(guest->place, refusal->code != NULL ? refusal->code : code);
    return rc;
}

enum err place_enter(struct guest *guest, const struct place_enter *input, struct place_now now,
                     struct arena *arena, struct place_entered *out,
                     struct place_refusal *refusal, struct fail *why)
{
    enum err rc = enter(guest, input, now, arena, out, refusal, why);

    if (rc == ERR_OK)
        guest->visit->told.is_told = false; /* today's words, too, are told again */
    return met(guest, rc, refusal, err_code(rc));
}

enum err place_resume(struct guest *guest, const struct place_resume *input,
                      struct place_now now, struct arena *arena, struct place_entered *out,
                      struct place_refusal *refusal, struct fail *why)
{
    enum err rc = resume(guest, input, now, arena, out, refusal, why);

    if (rc == ERR_OK)
        guest->visit->told.is_told = false;
    return met(guest, rc, refusal, rc == ERR_NOT_FOUND ? "gone" : err_code(rc));
}

void place_leave(struct guest *guest, struct place_now now)
{
    if (guest->visit != NULL)
        visit_end(&guest->visit, VISIT_EXIT, "left", now.utc_us, now);
    measure_tell(guest, now);
    place_serve(guest->place, now);
}

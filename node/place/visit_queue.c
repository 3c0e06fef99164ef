#include <stdio.h>

#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"

bool place_is_at_ceiling(const struct place *place)
{
    return place->n_counted >= place_setting(place, &setting_place_ceiling);
}

bool place_is_kept_waiting(const struct visit *visit)
{
    const struct place *place = visit->place;

    return visit->pass.look.role == ROLE_STUDENT && place->n_watching == 0 &&
           settings_bool(place->conf.services->settings, &setting_care_hold_entries);
}

/* Who goes into a closed room frees his place as if he left the floor, and coming out takes one
 * more: else a full floor with few people to be seen, or a turn that does not come when
 * somebody vanishes, would say that he is in a room. So a floor may be over its capacity by
 * what its rooms hold. */
static int n_taken(const struct place_copy *copy)
{
    return copy->n_counted - (copy->world == NULL ? 0 : world_copy_n_inside(copy->world));
}

static int n_counted(const struct place_floor *floor)
{
    int n = 0;

    for (int i = 0; i < PLACE_COPIES_CAP; i++)
        n += n_taken(&floor->copies[i]);
    return n;
}

/* A session is one room, its overflow too, and so is a floor that other towns see; else each
 * copy has the floor's capacity. */
static int room_from(const struct place_floor *floor, bool is_counted, int from)
{
    if (!is_counted)
        return from == 1 ? 1 : -1;
    if (floor->room.when_full == FACTS_WAIT || floor->mirror != NULL)
        return from == 1 && n_counted(floor) < floor->room.capacity ? 1 : -1;
    for (int i = from - 1; i < PLACE_COPIES_CAP; i++)
        if (n_taken(&floor->copies[i]) < floor->room.capacity)
            return i + 1;
    return -1;
}

int place_room_for(const struct place_floor *floor, bool is_counted)
{
    return room_from(floor, is_counted, 1);
}

/* No spot left is a full copy, too. A copy that takes nobody while it is empty is closed to him
 * in another way: so would be the next. */
enum err visit_stand_where_room(struct visit *visit, struct place_floor *floor,
                                const struct world_entry *entry, struct place_now now,
                                struct fail *why)
{
    bool is_counted = visit->is_counted, is_empty = false;
    int copy = room_from(floor, is_counted, 1);
    enum err rc = ERR_BUSY;

    if (copy < 0)
        return fail_set(why, ERR_BUSY, "floor %s is full", floor->id);
    for (; copy > 0 && rc == ERR_BUSY && !is_empty;
         copy = room_from(floor, is_counted, copy + 1)) {
        const struct world_copy *world = floor->copies[copy - 1].world;

        is_empty = world == NULL || world_copy_n(world) == 0;
        rc = visit_stand(visit, floor, copy, entry, now, why);
    }
    return rc;
}

void visit_wait(struct visit *visit, struct place_floor *floor, const struct world_entry *entry)
{
    struct place *place = visit->place;

    visit->wants_rung = entry->rung;
    visit->wants_state = entry->state;
    snprintf(visit->wants_spawn, sizeof visit->wants_spawn, "%.*s", SPAN_ARG(entry->spawn));
    if (visit->wants == floor)
        return; /* asked again: the place in the queue is kept */
    visit_wait_end(visit);
    visit->wants = floor;
    floor->n_waiting++;
    visit->wait_prev = place->wait_last;
    if (place->wait_last != NULL)
        place->wait_last->wait_next = visit;
    else
        place->wait_first = visit;
    place->wait_last = visit;
    place->is_cards_due = true;
}

void visit_wait_end(struct visit *visit)
{
    struct place *place = visit->place;

    if (visit->wants == NULL)
        return;
    visit->wants->n_waiting--;
    visit->wants = NULL;
    visit->position = 0;
    if (visit->wait_prev != NULL)
        visit->wait_prev->wait_next = visit->wait_next;
    else
        place->wait_first = visit->wait_next;
    if (visit->wait_next != NULL)
        visit->wait_next->wait_prev = visit->wait_prev;
    else
        place->wait_last = visit->wait_prev;
    visit->wait_prev = visit->wait_next = NULL;
    place->is_queue_due = place->is_cards_due = true;
}

/* False: there is no place for it yet. */
static bool give_place(struct visit *visit, struct place_now now)
{
    struct place *place = visit->place;
    struct place_floor *floor = visit->wants;
    bool is_move = visit->person != NULL;
    struct world_entry entry = {.spawn = span_text(visit->wants_spawn),
                                .rung = visit->wants_rung,
                                .state = visit->wants_state};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    if (!is_move && visit->is_counted &&
        (place_is_at_ceiling(place) || place_is_kept_waiting(visit)))
        return false;
    /* A floor published while he waited may have no such spawn: then any. */
    if (!ground_has_spawn(floor->ground, entry.spawn))
        entry.spawn = SPAN_NONE;
    rc = visit_stand_where_room(visit, floor, &entry, now, &fail);
    if (rc != ERR_OK && rc != ERR_BUSY)
        log_warn("place.no-place", L_TEXT("floor", floor->id), L_FAIL(&fail));
    if (rc != ERR_OK)
        return false;
    visit_wait_end(visit);
    visit_log_here(visit, is_move ? VISIT_MOVE : VISIT_ENTRY, "", now.utc_us);
    if (!is_move)
        place_entry_put(visit, now);
    return true;
}

static void tell_position(struct visit *visit, int64_t position, struct place_now now)
{
    const struct place_wait wait = {span_text(visit->wants->id), position};

    if (visit->position == position)
        return;
    visit->position = position;
    visit_tell(visit, place_event_wait, &wait, now);
}

/* Whoever is cut keeps his turn and is passed over until he is back. */
void place_serve(struct place *place, struct place_now now)
{
    int64_t n_before[PLACE_FLOORS_CAP] = {0}, n_all = 0;
    bool is_at_ceiling;
    struct visit *next;

    if (!place->is_queue_due)
        return;
    /* Whoever goes from floor to floor frees a place for one who was asked before him: that
     * one's turn is the next call. */
    place->is_queue_due = false;
    for (struct visit *visit = place->wait_first; visit != NULL; visit = next) {
        next = visit->wait_next;
        if (visit->guest != NULL)
            (void)give_place(visit, now);
    }
    is_at_ceiling = place_is_at_ceiling(place);
    for (struct visit *visit = place->wait_first; visit != NULL; visit = visit->wait_next) {
        int64_t of_floor = ++n_before[visit->wants->bit];

        n_all++;
        tell_position(visit, is_at_ceiling && visit->person == NULL ? n_all : of_floor, now);
    }
}

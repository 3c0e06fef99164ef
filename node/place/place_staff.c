#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/place_priv.h"

#define GROUP_US    1000000 /* of a burst one event a second */
#define ITEMS_MOST  200     /* of one event */
#define FIRST_CAP   16
#define WAITING_CAP 20000

void place_entry_put(struct visit *visit, struct place_now now)
{
    struct place *place = visit->place;
    size_t cap = place->entries_cap == 0 ? FIRST_CAP : place->entries_cap * 2;
    struct place_entry_note *entries, *note;
    const struct world_look *look = &visit->pass.look;
    struct world_where where;

    if (place->n_entries == place->entries_cap) {
        entries = place->entries_cap >= WAITING_CAP
                      ? NULL
                      : realloc(place->entries, cap * sizeof *entries);
        if (entries == NULL) {
            log_warn("place.entry-untold", L_ID("account", visit->account));
            return;
        }
        place->entries = entries;
        place->entries_cap = cap;
    }
    world_where(visit->person, &where);
    note = &place->entries[place->n_entries++];
    *note = (struct place_entry_note){.seat = where.seat,
                                      .account = visit->account,
                                      .at_utc_us = now.utc_us,
                                      .is_first = look->is_first,
                                      .days_absent = look->days_absent};
    memcpy(note->name, look->name, sizeof note->name);
    memcpy(note->login, look->login, sizeof note->login);
    snprintf(note->floor, sizeof note->floor, "%s", visit->floor->id);
}

/* One of the two: somebody's visit, held ones too, or his connection in the lobby. */
static void tell(struct place *place, struct id account, struct visit *visit,
                 struct live_conn *conn, struct place_now now)
{
    struct place_entry *items =
        arena_alloc(place->arena, ITEMS_MOST * sizeof(struct place_entry));
    size_t at = 0;

    if (items == NULL)
        return;
    while (at < place->n_entries) {
        struct place_entries event = {{items, 0}};

        for (; at < place->n_entries && event.items.n < ITEMS_MOST; at++) {
            const struct place_entry_note *note = &place->entries[at];

            if (id_eq(note->account, account))
                continue;
            items[event.items.n++] = (struct place_entry){
                .seat = note->seat,
                .name = span_text(note->name),
                .login = span_text(note->login),
                .floor = span_text(note->floor),
                .account = note->account,
                .at_utc_us = note->at_utc_us,
                .is_first = note->is_first,
                .has_absent = note->days_absent > 0,
                .days_absent = note->days_absent,
            };
        }
        if (event.items.n == 0)
            continue;
        if (visit != NULL)
            visit_tell(visit, place_event_entries, &event, now);
        else
            live_event_send(conn, place_event_entries, 0, &event, place->arena);
    }
}

void place_entries_sweep(struct place *place, struct place_now now)
{
    if (place->n_entries == 0 || now.mono_us - place->entries_mono_us < GROUP_US)
        return;
    for (struct guest *guest = place->guests; guest != NULL; guest = guest->next)
        if (guest->visit == NULL && guest->pass->look.may_see_ids)
            tell(place, guest->pass->look.account, NULL, guest->conn, now);
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->pass.look.may_see_ids)
            tell(place, visit->account, visit, NULL, now);
    place->n_entries = 0;
    place->entries_mono_us = now.mono_us;
}

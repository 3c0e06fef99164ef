#include "voice/hub_priv.h"

/* ---- rooms by number ---- */

static uint32_t hash_of(enum room_kind kind, uint32_t number, bool sealed)
{
    uint32_t h = (number ^ (uint32_t)kind << 30 ^ (sealed ? 1u << 29 : 0)) * 2654435761u;

    return (h ^ h >> 15) & (ROOM_HASH - 1);
}

int32_t room_find(const struct hub *hub, enum room_kind kind, uint32_t number, bool sealed)
{
    int32_t at = hub->hash[hash_of(kind, number, sealed)];

    while (at != NO_ROOM && (hub->rooms[at].number != number || hub->rooms[at].kind != kind ||
                             hub->rooms[at].sealed != sealed))
        at = hub->rooms[at].next;
    return at;
}

int32_t room_have(struct hub *hub, enum room_kind kind, uint32_t number, bool sealed)
{
    int32_t at = number == 0 ? NO_ROOM : room_find(hub, kind, number, sealed);
    int32_t *head = &hub->hash[hash_of(kind, number, sealed)];

    if (number == 0 || at != NO_ROOM)
        return at;
    at = hub->free_room;
    if (at == NO_ROOM) { /* more than every source at once could need */
        hub->counters.no_room++;
        return NO_ROOM;
    }
    hub->free_room = hub->rooms[at].next;
    hub->rooms[at] = (struct room){.number = number,
                                   .kind = (uint8_t)kind,
                                   .sealed = sealed,
                                   .is_used = true,
                                   .next = *head,
                                   .first = NO_LEG,
                                   .at_awake = -1};
    *head = at;
    /* In a talk both are heard when both speak; each has one slot for whoever is not himself.
     */
    zone_init(&hub->rooms[at].zone, kind == ROOM_ZONE ? VOICE_ZONE_SLOTS : 2);
    return at;
}

void room_hold(struct hub *hub, int32_t room)
{
    if (room != NO_ROOM)
        hub->rooms[room].n_holding++;
}

static void free_if_empty(struct hub *hub, int32_t room)
{
    struct room *r = &hub->rooms[room];
    int32_t *at = &hub->hash[hash_of(r->kind, r->number, r->sealed)];

    if (r->n_holding > 0 || r->is_out)
        return;
    mix_forget(hub, room);
    invariant(r->first == NO_LEG && r->at_awake < 0 && r->mixer == NULL, "room %d", room);
    while (*at != room)
        at = &hub->rooms[*at].next;
    *at = r->next;
    *r = (struct room){.next = hub->free_room};
    hub->free_room = room;
}

void room_let_go(struct hub *hub, int32_t room)
{
    if (room == NO_ROOM)
        return;
    hub->rooms[room].n_holding--;
    free_if_empty(hub, room);
}

int32_t room_of_mic(const struct hub *hub, const struct leg *leg)
{
    (void)hub;
    switch ((enum hub_mic)leg->mic) {
    case HUB_MIC_NONE:
        return NO_ROOM;
    case HUB_MIC_ZONE:
        return leg->room[ROOM_ZONE];
    case HUB_MIC_PRIVATE:
        return leg->room[ROOM_TALK];
    case HUB_MIC_ANNOUNCE: /* one who is sealed is in no floor's room */
        return leg->room[ROOM_FLOOR];
    }
    return NO_ROOM;
}

enum hub_mic room_mic(const struct room *room)
{
    return room->kind == ROOM_ZONE   ? HUB_MIC_ZONE
           : room->kind == ROOM_TALK ? HUB_MIC_PRIVATE
                                     : HUB_MIC_ANNOUNCE;
}

/* ---- who hears whom ---- */

/* Given that they are in the same room, the one to speak and the other to listen. */
bool leg_hears(const struct hub *hub, int listener, int source)
{
    const struct leg *l = &hub->legs[listener], *s = &hub->legs[source];

    if (listener == source)
        return false;
    if ((l->seat.sealed || s->seat.sealed) &&
        (l->seat.sealed != s->seat.sealed || l->seat.zone != s->seat.zone || l->seat.zone == 0))
        return false;
    for (int i = 0; i < l->n_hush; i++)
        if (l->hush[i] == source)
            return false;
    return true;
}

/* ---- slots that end ---- */

void leg_end_slot(struct hub *hub, int leg, int slot)
{
    struct leg *l = &hub->legs[leg];

    slot_end(&l->slot[slot]);
    if (l->slot[slot].tail == 0 || l->is_owed)
        return;
    l->is_owed = true;
    l->owed_next = hub->owed;
    hub->owed = leg;
}

void leg_end_zone_slots(struct hub *hub, int leg)
{
    for (int i = 0; i < VOICE_ZONE_SLOTS; i++)
        leg_end_slot(hub, leg, VOICE_SLOT_ZONE_0 + i);
}

static void end_slots_of_kind(struct hub *hub, int leg, enum room_kind kind)
{
    if (kind == ROOM_ZONE)
        leg_end_zone_slots(hub, leg);
    else
        leg_end_slot(hub, leg, kind == ROOM_TALK ? VOICE_SLOT_PRIVATE : VOICE_SLOT_ANNOUNCE);
}

/* ---- who speaks ---- */

static void wake(struct hub *hub, int32_t room)
{
    struct room *r = &hub->rooms[room];

    if (r->at_awake >= 0)
        return;
    r->at_awake = hub->n_awake;
    hub->awake[hub->n_awake++] = room;
}

static void sleep_if_quiet(struct hub *hub, int32_t room)
{
    struct room *r = &hub->rooms[room];
    int32_t last;

    if (r->at_awake < 0 || !zone_is_quiet(&r->zone))
        return;
    last = hub->awake[--hub->n_awake];
    hub->awake[r->at_awake] = last;
    hub->rooms[last].at_awake = r->at_awake;
    r->at_awake = -1;
}

static void end_voice(struct hub *hub, const struct room *r, int source)
{
    for (int32_t at = r->first; at != NO_LEG; at = hub->legs[at].next[r->kind])
        for (int i = 0; i < VOICE_SLOT_N; i++)
            if (hub->legs[at].slot[i].source == source)
                leg_end_slot(hub, at, i);
}

void room_turn(struct hub *hub, int32_t room, int source, bool is_on)
{
    struct room *r = &hub->rooms[room];
    struct hub_speaks event = {
        .source = source, .to = room_mic(r), .number = r->number, .on = is_on};

    if (is_on) {
        wake(hub, room);
    } else {
        end_voice(hub, r, source);
        mix_leave(r, source);
        sleep_if_quiet(hub, room);
    }
    if (source < VOICE_SESSIONS)
        mix_settle(hub, source); /* who is heard himself does not get the mix */
    if (hub->conf.speaks != NULL)
        hub->conf.speaks(hub->conf.arg, &event);
}

void rooms_expire(struct hub *hub, int64_t now_ms)
{
    for (int i = hub->n_awake - 1; i >= 0; i--) {
        int32_t room = hub->awake[i];
        int gone;

        while ((gone = zone_expire(&hub->rooms[room].zone, now_ms)) != ZONE_NOBODY)
            room_turn(hub, room, gone, false);
    }
}

/* ---- speech told each second ---- */

static void tell_speech_of(struct hub *hub, int source)
{
    struct leg *l = &hub->legs[source];
    int32_t room = room_of_mic(hub, l);
    int ms = l->speech_samples / (VOICE_CLOCK_RATE / 1000);

    l->speech_samples = 0;
    if (hub->conf.spoke == NULL || room == NO_ROOM || ms == 0)
        return;
    hub->conf.spoke(hub->conf.arg, source, room_mic(&hub->rooms[room]), hub->rooms[room].number,
                    ms < 1000 ? ms : 1000);
}

void speech_tell(struct hub *hub, int64_t now_ms)
{
    if (now_ms - hub->second_ms < 1000)
        return;
    hub->second_ms = now_ms;
    while (hub->speech != NO_LEG) {
        int32_t at = hub->speech;

        hub->speech = hub->legs[at].speech_next;
        hub->legs[at].speech_next = -2;
        tell_speech_of(hub, at);
    }
}

void leg_hush_up(struct hub *hub, int leg)
{
    int32_t room = room_of_mic(hub, &hub->legs[leg]);

    tell_speech_of(hub, leg); /* it was said there, not where he goes */
    if (room != NO_ROOM && zone_leave(&hub->rooms[room].zone, leg))
        room_turn(hub, room, leg, false);
}

/* ---- membership ---- */

static void unlink_listener(struct hub *hub, int leg, enum room_kind kind)
{
    struct leg *l = &hub->legs[leg];
    struct room *r = &hub->rooms[l->room[kind]];

    if (l->prev[kind] == NO_LEG)
        r->first = l->next[kind];
    else
        hub->legs[l->prev[kind]].next[kind] = l->next[kind];
    if (l->next[kind] != NO_LEG)
        hub->legs[l->next[kind]].prev[kind] = l->prev[kind];
    r->n_listeners--;
    if (l->conf.thin)
        r->n_thin--;
}

static void link_listener(struct hub *hub, int leg, enum room_kind kind)
{
    struct leg *l = &hub->legs[leg];
    struct room *r = &hub->rooms[l->room[kind]];

    l->next[kind] = r->first;
    l->prev[kind] = NO_LEG;
    if (r->first != NO_LEG)
        hub->legs[r->first].prev[kind] = leg;
    r->first = leg;
    r->n_listeners++;
    if (l->conf.thin)
        r->n_thin++;
}

void leg_move(struct hub *hub, int leg, enum room_kind kind, int32_t room)
{
    struct leg *l = &hub->legs[leg];
    int32_t old = l->room[kind];
    bool listens = leg < VOICE_SESSIONS;

    if (old == room)
        return;
    if (old != NO_ROOM && room_of_mic(hub, l) == old)
        leg_hush_up(hub, leg);
    room_hold(hub, room);
    if (kind == ROOM_ZONE && listens)
        mix_quit(hub, leg);
    if (old != NO_ROOM && listens) {
        end_slots_of_kind(hub, leg, kind);
        unlink_listener(hub, leg, kind);
    }
    l->room[kind] = room;
    if (room != NO_ROOM && listens)
        link_listener(hub, leg, kind);
    if (kind == ROOM_ZONE && listens)
        mix_settle(hub, leg);
    room_let_go(hub, old);
}

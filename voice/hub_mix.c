#include "voice/hub_priv.h"

#define STAY_MS  2000 /* a zone leaves its mix when so long at most one spoke */
#define PAUSE_MS 100  /* and he pauses */

/* ---- the pool ---- */

enum err mix_open(struct hub *hub, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < hub->conf.n_mixers; i++) {
        rc = mixer_create(&hub->mixers[i], why);
        hub->mixer_room[i] = NO_ROOM;
    }
    return rc;
}

void mix_close(struct hub *hub)
{
    for (int i = 0; i < hub->conf.n_mixers; i++)
        mixer_destroy(&hub->mixers[i]);
}

/* ---- who is on the mix ---- */

static bool wants_mix(const struct hub *hub, const struct room *r, int listener)
{
    const struct leg *l = &hub->legs[listener];

    return r->mixer != NULL && (l->conf.thin || r->is_mixed) && l->n_hush == 0 &&
           zone_find(&r->zone, listener) < 0;
}

static void set_mixed(struct hub *hub, struct room *r, int listener, bool is_mixed)
{
    struct leg *l = &hub->legs[listener];

    if (l->is_mixed == is_mixed)
        return;
    l->is_mixed = is_mixed;
    r->n_mixed += is_mixed ? 1 : -1;
    leg_end_zone_slots(hub, listener);
}

void mix_settle(struct hub *hub, int listener)
{
    int32_t room = hub->legs[listener].room[ROOM_ZONE];
    struct room *r = &hub->rooms[room];

    if (room != NO_ROOM)
        set_mixed(hub, r, listener, wants_mix(hub, r, listener));
}

void mix_quit(struct hub *hub, int listener)
{
    int32_t room = hub->legs[listener].room[ROOM_ZONE];

    if (room != NO_ROOM)
        set_mixed(hub, &hub->rooms[room], listener, false);
}

static void settle_all(struct hub *hub, struct room *r)
{
    for (int32_t at = r->first; at != NO_LEG; at = hub->legs[at].next[ROOM_ZONE])
        set_mixed(hub, r, at, wants_mix(hub, r, at));
}

/* ---- a mixer for a zone ---- */

static bool is_large(const struct hub *hub, const struct room *r)
{
    /* A zone at the border must not go in and out with each who comes and goes. */
    return r->n_listeners >= (r->is_mixed ? hub->mix_least * 4 / 5 : hub->mix_least);
}

void mix_wake(struct hub *hub, int32_t room)
{
    struct room *r = &hub->rooms[room];

    if (r->mixer != NULL || (r->n_thin == 0 && !is_large(hub, r)))
        return;
    for (int i = 0; i < hub->conf.n_mixers; i++) {
        if (hub->mixer_room[i] != NO_ROOM)
            continue;
        hub->mixer_room[i] = room;
        hub->n_mixing++;
        r->mixer = hub->mixers[i];
        r->is_mixed = false;
        mixer_begin(r->mixer);
        settle_all(hub, r);
        return;
    }
    hub->counters.no_mixer++;
}

static void release(struct hub *hub, int at)
{
    struct room *r = &hub->rooms[hub->mixer_room[at]];

    r->mixer = NULL;
    r->is_mixed = false;
    settle_all(hub, r);
    hub->mixer_room[at] = NO_ROOM;
    hub->n_mixing--;
}

void mix_forget(struct hub *hub, int32_t room)
{
    for (int i = 0; i < hub->conf.n_mixers; i++)
        if (hub->mixer_room[i] == room)
            release(hub, i);
}

void mix_take(struct room *room, int source, const struct hub_packet *p, int64_t now_ms)
{
    if (room->mixer != NULL)
        mixer_put(room->mixer, source, p->number, p->voice.time, p->n_samples, p->voice.opus,
                  now_ms);
}

void mix_leave(struct room *room, int source)
{
    if (room->mixer != NULL)
        mixer_leave(room->mixer, source);
}

/* ---- its clock ---- */

/* Forward or mix, for those whose line would bear either. */
static void choose_gear(struct hub *hub, struct room *r, int64_t now_ms)
{
    int n_speaking = 0;
    int64_t spoke_ms = INT64_MIN / 2;
    bool was_mixed = r->is_mixed;

    for (int i = 0; i < r->zone.n_places; i++) {
        if (r->zone.at[i].source == ZONE_NOBODY)
            continue;
        n_speaking++;
        if (r->zone.at[i].spoke_ms > spoke_ms)
            spoke_ms = r->zone.at[i].spoke_ms;
    }
    if (n_speaking >= 2)
        r->many_ms = now_ms;
    if (!is_large(hub, r) ||
        (n_speaking < 2 && now_ms - r->many_ms >= STAY_MS && now_ms - spoke_ms >= PAUSE_MS))
        r->is_mixed = false;
    else if (n_speaking >= 2)
        r->is_mixed = true;
    if (r->is_mixed != was_mixed)
        settle_all(hub, r);
}

static void send_mix(struct hub *hub, const struct room *r, bool to_thin, uint16_t stretch,
                     const struct mixer_packet *p, int64_t now_ms)
{
    struct slot_packet packet = {.number = p->number,
                                 .time = p->time,
                                 .n_samples = (uint32_t)p->n_samples,
                                 .stretch = stretch};
    int source = to_thin ? SOURCE_MIX_JOINED : SOURCE_MIX;

    memcpy(hub->packet + RTP_HEADER_MAX, p->opus.p, p->opus.len);
    for (int32_t at = r->first; at != NO_LEG; at = hub->legs[at].next[ROOM_ZONE]) {
        if (!hub->legs[at].is_mixed || hub->legs[at].conf.thin != to_thin)
            continue;
        if (send_into(hub, at, VOICE_SLOT_ZONE_0, source, &packet, p->opus.len, now_ms))
            hub->counters.out_mix++;
    }
}

static void tick_one(struct hub *hub, int at, int64_t now_ms)
{
    struct room *r = &hub->rooms[hub->mixer_room[at]];
    struct mixer_out out;

    choose_gear(hub, r, now_ms);
    mixer_loss(r->mixer, r->down_lost * 100 / 256);
    mixer_tick(r->mixer, r->n_mixed > 0, now_ms, &out);
    if (out.has_frame && r->is_mixed)
        send_mix(hub, r, false, out.stretch, &out.frame, now_ms);
    for (int i = 0; r->n_thin > 0 && i < out.n_joined; i++)
        send_mix(hub, r, true, out.stretch, &out.joined[i], now_ms);
    if (zone_is_quiet(&r->zone) && mixer_is_silent(r->mixer))
        release(hub, at);
}

void mix_tick(struct hub *hub, int64_t now_ms)
{
    for (int i = 0; i < hub->conf.n_mixers; i++)
        if (hub->mixer_room[i] != NO_ROOM)
            tick_one(hub, i, now_ms);
}

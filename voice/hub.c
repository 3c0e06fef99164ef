#include <stdlib.h>
#include <sys/random.h>

#include "voice/hub_priv.h"

#define PACKET_NS     1300 /* SRTP and a UDP send, measured on a 2-core machine of 2026 */
#define MIX_LEAST_MIN 20   /* below, a mix saves nothing worth its delay */

/* splitmix64: where sequences begin must not be known beforehand (RFC 3550 section 5.1). */
static uint64_t random_next(struct hub *hub)
{
    uint64_t z = (hub->random += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- begin and end ---- */

/* A mix costs one encode and the decodes of those who speak; without it each listener costs
 * the packets of two voices more than one. */
static int break_even(const struct hub_conf *conf, const struct codec_cost *cost)
{
    double packet_us = (conf->packet_ns == 0 ? PACKET_NS : conf->packet_ns) / 1e3;
    double mix_us = cost->encode_us + VOICE_ZONE_SLOTS * cost->decode_us;
    double n = mix_us / ((VOICE_ZONE_SLOTS - 1) * packet_us);

    return n < MIX_LEAST_MIN ? MIX_LEAST_MIN : n > VOICE_SESSIONS ? VOICE_SESSIONS : (int)n;
}

static void lay_out(struct hub *hub)
{
    for (int i = 0; i < ROOM_HASH; i++)
        hub->hash[i] = NO_ROOM;
    for (int i = 0; i < ROOMS; i++)
        hub->rooms[i].next = i + 1 < ROOMS ? i + 1 : NO_ROOM;
    for (int i = 0; i < HUB_SOURCES; i++) {
        hub->legs[i].speech_next = -2;
        for (int k = 0; k < ROOM_KINDS; k++)
            hub->legs[i].room[k] = NO_ROOM;
    }
    hub->owed = hub->speech = NO_LEG;
}

enum err hub_create(const struct hub_conf *conf, struct hub **hub_out, struct fail *why)
{
    struct hub *hub = NULL;
    struct codec_cost cost;
    enum err rc = ERR_INVALID;

    *hub_out = NULL;
    if (conf->send == NULL || conf->n_mixers < 0 || conf->n_mixers > HUB_MIXERS ||
        conf->mix_least < 0)
        return fail_set(why, rc, "n_mixers %d, mix_least %d", conf->n_mixers, conf->mix_least);
    rc = ERR_NOMEM;
    hub = calloc(1, sizeof *hub);
    if (hub == NULL)
        goto out;
    hub->conf = *conf;
    hub->legs = calloc(HUB_SOURCES, sizeof *hub->legs);
    hub->rooms = calloc(ROOMS, sizeof *hub->rooms);
    if (hub->legs == NULL || hub->rooms == NULL)
        goto out;
    lay_out(hub);
    rc = ERR_IO;
    if (getrandom(&hub->random, sizeof hub->random, 0) != (ssize_t)sizeof hub->random)
        goto out;
    rc = codec_measure(&cost, why);
    if (rc != ERR_OK)
        goto out;
    hub->mix_least = conf->mix_least > 0 ? conf->mix_least : break_even(conf, &cost);
    hub->silence_len = codec_silence(hub->silence);
    rc = hub->silence_len == 0 ? ERR_NOMEM : mix_open(hub, why);
out:
    if (rc == ERR_OK)
        *hub_out = hub;
    else
        hub_destroy(&hub);
    return rc == ERR_OK ? rc : fail_set(why, rc, "the voice hub");
}

void hub_destroy(struct hub **hub)
{
    if (*hub != NULL) {
        mix_close(*hub);
        free((*hub)->legs);
        free((*hub)->rooms);
    }
    free(*hub);
    *hub = NULL;
}

/* ---- sessions ---- */

static bool leg_is_sound(const struct hub_leg *leg)
{
    if (leg->payload_type > 127 || leg->mid_id > 14)
        return false;
    for (int i = 0; i < VOICE_SLOT_N; i++)
        if (memchr(leg->mid[i], '\0', HUB_MID_CAP) == NULL)
            return false;
    return true;
}

/* All but what the hub's own lists need. */
static void begin_leg(struct hub *hub, int at, const struct hub_leg *conf)
{
    struct leg *l = &hub->legs[at];
    struct leg fresh = {.is_open = true,
                        .is_owed = l->is_owed,
                        .owed_next = l->owed_next,
                        .speech_next = l->speech_next};

    if (conf != NULL)
        fresh.conf = *conf;
    for (int k = 0; k < ROOM_KINDS; k++)
        fresh.room[k] = NO_ROOM;
    source_init(&fresh.source);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        slot_init(&fresh.slot[i], (uint16_t)random_next(hub), (uint32_t)random_next(hub));
    *l = fresh;
}

static void close_leg(struct hub *hub, int at)
{
    struct leg *l = &hub->legs[at];

    if (!l->is_open)
        return;
    leg_hush_up(hub, at);
    for (enum room_kind k = 0; k < ROOM_KINDS; k++)
        leg_move(hub, at, k, NO_ROOM);
    l->is_open = false;
}

enum err hub_open(struct hub *hub, int session, const struct hub_leg *leg, int64_t now_ms,
                  struct fail *why)
{
    (void)now_ms;
    if (session < 0 || session >= VOICE_SESSIONS || !leg_is_sound(leg))
        return fail_set(why, ERR_INVALID, "session %d", session);
    if (hub->legs[session].is_open)
        return fail_set(why, ERR_CONFLICT, "session %d is open", session);
    begin_leg(hub, session, leg);
    return ERR_OK;
}

void hub_close(struct hub *hub, int session, int64_t now_ms)
{
    (void)now_ms;
    if (session >= 0 && session < VOICE_SESSIONS)
        close_leg(hub, session);
}

static bool is_foreign(int source)
{
    return source >= HUB_FOREIGN_FIRST && source < HUB_SOURCES;
}

enum err hub_foreign_open(struct hub *hub, int foreign, int64_t now_ms, struct fail *why)
{
    (void)now_ms;
    if (!is_foreign(foreign))
        return fail_set(why, ERR_INVALID, "foreign talker %d", foreign);
    if (hub->legs[foreign].is_open)
        return fail_set(why, ERR_CONFLICT, "foreign talker %d is open", foreign);
    begin_leg(hub, foreign, NULL);
    return ERR_OK;
}

void hub_foreign_close(struct hub *hub, int foreign, int64_t now_ms)
{
    (void)now_ms;
    if (is_foreign(foreign))
        close_leg(hub, foreign);
}

/* ---- what the node says of one ---- */

/* ERR_OK: it is open. */
static enum err look(const struct hub *hub, int source, int n, struct leg **leg_out,
                     struct fail *why)
{
    enum err rc = ERR_OK;

    *leg_out = NULL;
    if (source < 0 || source >= n)
        rc = ERR_INVALID;
    else if (!hub->legs[source].is_open)
        rc = ERR_NOT_FOUND;
    if (rc != ERR_OK) {
        fail_set(why, rc, "source %d", source);
        return rc;
    }
    *leg_out = &hub->legs[source];
    return ERR_OK;
}

enum err hub_seat(struct hub *hub, int source, struct hub_seat seat, int64_t now_ms,
                  struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, source, HUB_SOURCES, &l, why);
    bool crosses_wall;

    (void)now_ms;
    if (rc != ERR_OK)
        return rc;
    crosses_wall = (l->seat.sealed || seat.sealed) &&
                   (l->seat.sealed != seat.sealed || l->seat.zone != seat.zone);
    if (crosses_wall) { /* of a private talk, too, nothing goes through it */
        leg_hush_up(hub, source);
        for (int i = 0; i < VOICE_SLOT_N; i++)
            leg_end_slot(hub, source, i);
    }
    l->seat = seat;
    leg_move(hub, source, ROOM_ZONE, room_have(hub, ROOM_ZONE, seat.zone, seat.sealed));
    leg_move(hub, source, ROOM_FLOOR,
             seat.sealed ? NO_ROOM : room_have(hub, ROOM_FLOOR, seat.floor, false));
    return ERR_OK;
}

enum err hub_talk(struct hub *hub, int session, uint32_t talk, int64_t now_ms, struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, session, VOICE_SESSIONS, &l, why);

    (void)now_ms;
    if (rc == ERR_OK)
        leg_move(hub, session, ROOM_TALK, room_have(hub, ROOM_TALK, talk, false));
    return rc;
}

enum err hub_mic(struct hub *hub, int source, enum hub_mic to, int64_t now_ms, struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, source, HUB_SOURCES, &l, why);

    (void)now_ms;
    if (rc != ERR_OK)
        return rc;
    if (to < HUB_MIC_NONE || to > HUB_MIC_ANNOUNCE ||
        (is_foreign(source) && to == HUB_MIC_PRIVATE))
        return fail_set(why, ERR_INVALID, "microphone of %d to %d", source, (int)to);
    if (l->mic == to)
        return ERR_OK;
    leg_hush_up(hub, source);
    l->mic = (uint8_t)to;
    l->source.is_begun = false; /* what he did not send meanwhile is no loss */
    return ERR_OK;
}

enum err hub_mute(struct hub *hub, int source, bool is_muted, int64_t now_ms, struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, source, HUB_SOURCES, &l, why);

    (void)now_ms;
    if (rc != ERR_OK)
        return rc;
    if (is_muted && !l->is_muted)
        leg_hush_up(hub, source);
    l->is_muted = is_muted;
    if (is_muted)
        l->source.is_begun = false;
    return ERR_OK;
}

enum err hub_thin(struct hub *hub, int session, bool is_thin, int64_t now_ms, struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, session, VOICE_SESSIONS, &l, why);

    (void)now_ms;
    if (rc != ERR_OK || l->conf.thin == is_thin)
        return rc;
    for (int k = 0; k < ROOM_KINDS; k++)
        if (l->room[k] != NO_ROOM)
            hub->rooms[l->room[k]].n_thin += is_thin ? 1 : -1;
    l->conf.thin = is_thin;
    leg_end_zone_slots(hub, session);
    mix_settle(hub, session);
    return ERR_OK;
}

enum err hub_hush(struct hub *hub, int listener, const uint16_t *sources, int n, int64_t now_ms,
                  struct fail *why)
{
    struct leg *l;
    enum err rc = look(hub, listener, VOICE_SESSIONS, &l, why);

    (void)now_ms;
    if (rc != ERR_OK)
        return rc;
    if (n < 0 || n > HUB_HUSH_MAX)
        return fail_set(why, ERR_TOO_LARGE, "%d not to be heard", n);
    for (int i = 0; i < n; i++)
        if (sources[i] >= HUB_SOURCES)
            return fail_set(why, ERR_INVALID, "source %u", sources[i]);
    for (int i = 0; i < n; i++)
        l->hush[i] = sources[i];
    l->n_hush = n;
    for (int i = 0; i < VOICE_SLOT_N; i++) {
        int32_t heard = l->slot[i].source;

        if (heard >= 0 && heard < HUB_SOURCES && !leg_hears(hub, listener, heard))
            leg_end_slot(hub, listener, i);
    }
    mix_settle(hub, listener);
    return ERR_OK;
}

/* ---- other nodes ---- */

enum err hub_out(struct hub *hub, enum hub_mic what, uint32_t number, bool is_asked,
                 struct fail *why)
{
    enum room_kind kind = what == HUB_MIC_ZONE ? ROOM_ZONE : ROOM_FLOOR;
    int32_t room;

    if ((what != HUB_MIC_ZONE && what != HUB_MIC_ANNOUNCE) || number == 0)
        return fail_set(why, ERR_INVALID, "asked out: %d of %u", (int)what, number);
    room = room_find(hub, kind, number, false);
    if (is_asked == (room != NO_ROOM && hub->rooms[room].is_out))
        return ERR_OK;
    if (!is_asked) {
        hub->rooms[room].is_out = false;
        hub->n_out--;
        room_hold(hub, room); /* so that letting go frees it if nobody is there */
        room_let_go(hub, room);
        return ERR_OK;
    }
    if (hub->n_out == HUB_OUT)
        return fail_set(why, ERR_NOSPACE, "%d are asked out", HUB_OUT);
    room = room_have(hub, kind, number, false);
    if (room == NO_ROOM)
        return fail_set(why, ERR_NOSPACE, "no room is left");
    hub->rooms[room].is_out = true;
    hub->n_out++;
    return ERR_OK;
}

/* ---- the clock ---- */

void hub_tick(struct hub *hub, int64_t now_ms)
{
    rooms_expire(hub, now_ms);
    mix_tick(hub, now_ms);
    send_owed(hub, now_ms);
    reports_tick(hub, now_ms);
    speech_tell(hub, now_ms);
}

bool hub_is_awake(const struct hub *hub)
{
    return hub->n_awake > 0 || hub->owed != NO_LEG || hub->speech != NO_LEG ||
           hub->n_mixing > 0;
}

/* ---- looks ---- */

const struct hub_counters *hub_counters(const struct hub *hub)
{
    return &hub->counters;
}

int hub_mix_least(const struct hub *hub)
{
    return hub->mix_least;
}

struct span hub_silence(const struct hub *hub)
{
    return span_of(hub->silence, hub->silence_len);
}

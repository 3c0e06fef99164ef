#include "voice/hub_priv.h"

/* Header and payload as one packet, in hub->packet. */
static void send_packet(struct hub *hub, int listener, int slot, const struct rtp *rtp,
                        size_t n_bytes)
{
    const struct leg *l = &hub->legs[listener];
    uint8_t header[RTP_HEADER_MAX];
    size_t len = rtp_write_header(rtp, l->conf.mid_id, header);
    uint8_t *start = hub->packet + RTP_HEADER_MAX - len;

    memcpy(start, header, len);
    hub->counters.out++;
    hub->conf.send(hub->conf.arg, listener, (enum voice_slot)slot,
                   span_of(start, len + n_bytes));
}

static struct rtp rtp_for(const struct hub *hub, int listener, int slot)
{
    const struct leg *l = &hub->legs[listener];

    return (struct rtp){.payload_type = l->conf.payload_type,
                        .ssrc = HUB_SSRC(slot),
                        .mid = span_text(l->conf.mid[slot])};
}

/* Not in hub->packet: what the others are to get lies there. */
static void send_silence(struct hub *hub, int listener, int slot, const struct slot_step *step)
{
    struct leg *l = &hub->legs[listener];
    struct rtp rtp = rtp_for(hub, listener, slot);
    uint8_t packet[RTP_HEADER_MAX + CODEC_PACKET_CAP];
    size_t len;

    rtp.marker = true;
    rtp.number = step->silence_number;
    rtp.time = step->silence_time;
    len = rtp_write_header(&rtp, l->conf.mid_id, packet);
    memcpy(packet + len, hub->silence, hub->silence_len);
    l->slot[slot].n_packets++;
    l->slot[slot].n_bytes += (uint32_t)hub->silence_len;
    l->has_report = true;
    hub->counters.out++;
    hub->counters.out_silence++;
    hub->conf.send(hub->conf.arg, listener, (enum voice_slot)slot,
                   span_of(packet, len + hub->silence_len));
}

bool send_into(struct hub *hub, int listener, int slot, int source,
               const struct slot_packet *packet, size_t n_bytes, int64_t now_ms)
{
    struct leg *l = &hub->legs[listener];
    struct rtp rtp = rtp_for(hub, listener, slot);
    struct slot_step step;

    if (!slot_take(&l->slot[slot], source, packet, now_ms, &step)) {
        hub->counters.out_late++;
        return false;
    }
    if (step.has_silence)
        send_silence(hub, listener, slot, &step);
    rtp.number = step.number;
    rtp.time = step.time;
    rtp.has_csrc = source < HUB_SOURCES;
    rtp.csrc = (uint32_t)source + 1;
    l->slot[slot].n_packets++;
    l->slot[slot].n_bytes += (uint32_t)n_bytes;
    l->has_report = true;
    send_packet(hub, listener, slot, &rtp, n_bytes);
    return true;
}

/* Of one leg; false: nothing more is owed to it. */
static bool send_owed_to(struct hub *hub, int leg, int64_t now_ms)
{
    struct leg *l = &hub->legs[leg];
    struct slot_step step;
    bool is_owed = false;

    for (int i = 0; l->is_open && i < VOICE_SLOT_N; i++) {
        if (slot_tail(&l->slot[i], now_ms, &step))
            send_silence(hub, leg, i, &step);
        is_owed = is_owed || l->slot[i].tail > 0;
    }
    return is_owed;
}

void send_owed(struct hub *hub, int64_t now_ms)
{
    int32_t *at = &hub->owed;

    while (*at != NO_LEG) {
        struct leg *l = &hub->legs[*at];

        if (send_owed_to(hub, *at, now_ms)) {
            at = &l->owed_next;
        } else {
            l->is_owed = false;
            *at = l->owed_next;
        }
    }
}

/* The slot in which this listener hears that place of the room, or -1: another voice of the
 * room has his only one. */
static int slot_for(const struct hub *hub, const struct room *r, int listener, int source,
                    int place)
{
    int slot = r->kind == ROOM_TALK ? VOICE_SLOT_PRIVATE : VOICE_SLOT_ANNOUNCE;
    const struct slot *s;

    if (r->kind == ROOM_ZONE)
        return VOICE_SLOT_ZONE_0 + place;
    s = &hub->legs[listener].slot[slot];
    if (s->source != source && s->source != SLOT_NOBODY && s->tail == 0 &&
        zone_find(&r->zone, s->source) >= 0)
        return -1;
    return slot;
}

static void forward(struct hub *hub, const struct room *r, int place, int source,
                    const struct hub_packet *p, int64_t now_ms)
{
    struct slot_packet packet = {.number = p->number,
                                 .time = p->voice.time,
                                 .n_samples = (uint32_t)p->n_samples,
                                 .stretch = p->stretch};

    memcpy(hub->packet + RTP_HEADER_MAX, p->voice.opus.p, p->voice.opus.len);
    for (int32_t at = r->first; at != NO_LEG; at = hub->legs[at].next[r->kind]) {
        int slot;

        if ((r->kind == ROOM_ZONE && hub->legs[at].is_mixed) || !leg_hears(hub, at, source))
            continue;
        slot = slot_for(hub, r, at, source, place);
        if (slot >= 0)
            (void)send_into(hub, at, slot, source, &packet, p->voice.opus.len, now_ms);
    }
}

static void note_speech(struct hub *hub, int source, int n_samples, int64_t now_ms)
{
    struct leg *l = &hub->legs[source];

    if (hub->speech == NO_LEG && now_ms - hub->second_ms >= 1000)
        hub->second_ms = now_ms;
    l->speech_samples += n_samples;
    if (l->speech_next != -2)
        return;
    l->speech_next = hub->speech;
    hub->speech = source;
}

/* A fresh packet for the room: is he heard, and by whom? */
static void offer(struct hub *hub, int32_t room, int source, const struct hub_packet *p,
                  int64_t now_ms)
{
    struct room *r = &hub->rooms[room];
    struct leg *l = &hub->legs[source];
    struct zone_turn turn =
        zone_offer(&r->zone, source, p->is_speech, source_loudness(&l->source), now_ms);

    if (turn.gone != ZONE_NOBODY)
        room_turn(hub, room, turn.gone, false);
    if (turn.came)
        room_turn(hub, room, source, true);
    if (turn.place < 0) {
        hub->counters.in_unheard++;
        return;
    }
    if (p->is_speech)
        note_speech(hub, source, p->n_samples, now_ms);
    if (r->kind == ROOM_ZONE)
        mix_wake(hub, room);
    forward(hub, r, turn.place, source, p, now_ms);
    if (r->kind == ROOM_ZONE)
        mix_take(r, source, p, now_ms);
    if (r->is_out && source < VOICE_SESSIONS && hub->conf.out != NULL)
        hub->conf.out(hub->conf.arg, source, room_mic(r), r->number, &p->voice);
}

void hub_take(struct hub *hub, int source, uint32_t ssrc, const struct hub_voice *voice,
              int64_t now_ms)
{
    struct leg *l = &hub->legs[source];
    int32_t room = l->is_muted ? NO_ROOM : room_of_mic(hub, l);
    struct source_packet packet = {.ssrc = ssrc,
                                   .time = voice->time,
                                   .number = voice->number,
                                   .has_level = voice->has_level,
                                   .level = voice->level & 127,
                                   .n_bytes = voice->opus.len};
    struct hub_packet p = {.voice = *voice, .n_samples = codec_samples(voice->opus)};
    struct source_taken taken;

    if (room == NO_ROOM) {
        hub->counters.in_muted++;
        return;
    }
    if (p.n_samples == 0 || voice->opus.len > HUB_OPUS_MAX) {
        hub->counters.in_malformed++;
        return;
    }
    switch (source_take(&l->source, &packet, now_ms, &taken)) {
    case SOURCE_FRESH:
        break;
    case SOURCE_LATE:
        hub->counters.in_late++;
        return;
    case SOURCE_STREAM:
        hub->counters.in_stream++;
        return;
    case SOURCE_RUSH:
        hub->counters.in_rush++;
        return;
    }
    l->has_report = true;
    p.number = taken.number;
    p.is_speech = taken.is_speech;
    p.stretch = l->source.stretch;
    offer(hub, room, source, &p, now_ms);
}

void hub_rtp(struct hub *hub, int session, struct span rtp, int64_t now_ms)
{
    struct rtp_ids ids = {0};
    struct rtp r;
    struct hub_voice voice;

    hub->counters.in++;
    if (session < 0 || session >= VOICE_SESSIONS || !hub->legs[session].is_open) {
        hub->counters.in_strange++;
        return;
    }
    ids.level = hub->legs[session].conf.level_id;
    if (rtp.len > VOICE_PACKET_MAX || !rtp_read(rtp, &ids, &r)) {
        hub->counters.in_malformed++;
        return;
    }
    if (r.payload_type != hub->legs[session].conf.payload_type) {
        hub->counters.in_strange++;
        return;
    }
    voice = (struct hub_voice){.opus = r.payload,
                               .time = r.time,
                               .number = r.number,
                               .has_level = r.has_level,
                               .level = r.level};
    hub_take(hub, session, r.ssrc, &voice, now_ms);
}

void hub_voice(struct hub *hub, int source, const struct hub_voice *voice, int64_t now_ms)
{
    hub->counters.in++;
    if (source < 0 || source >= HUB_SOURCES || !hub->legs[source].is_open)
        hub->counters.in_strange++;
    else
        hub_take(hub, source, 0, voice, now_ms);
}

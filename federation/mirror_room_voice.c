/* Voices of a shared lesson: of our own people to every peer, of others to where their figures
 * stand; the host tells them on. Nothing waits here and nothing is kept. */
#include "federation/mirror_room_priv.h"

#define VOICE_BURST      (SECOND_US / 2)
#define VOICE_PEER_BURST (SECOND_US / 2)
#define HOST_TIMES       4 /* it speaks for several towns */

/* ---- own ---- */

void mirror_room_voiced(struct mirror_room *room, struct id account,
                        const struct frame_voice *voice)
{
    const struct room_own *own = room_own_of(room, account);
    uint8_t bytes[FRAME_VOICE_BYTES + ROOM_VOICE_BYTES];
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (own == NULL || own->is_refused || voice->opus.len > ROOM_VOICE_BYTES ||
        frame_voice_write(voice, &out, NULL) != ERR_OK)
        return;
    room_send_all(room, ID_NONE, true, FRAME_VOICE, voice->is_announce ? FRAME_ANNOUNCE : 0,
                  own->pseud, span_of(out.p, out.len));
}

/* ---- others ---- */

/* It lay in a queue on its way: longer than the quickest ones took. A clock that was set is
 * followed when both times are over. */
static bool is_late(struct room_peer *peer, int64_t ts_ms, int64_t now_us)
{
    int64_t lag_ms = now_us / 1000 - ts_ms, least_ms;

    if (!peer->has_quick || now_us - peer->quick_us >= 2 * ROOM_QUICK_US) {
        peer->has_quick = true;
        peer->quick_ms = peer->before_ms = lag_ms;
        peer->quick_us = now_us;
    } else if (now_us - peer->quick_us >= ROOM_QUICK_US) {
        peer->before_ms = peer->quick_ms;
        peer->quick_ms = lag_ms;
        peer->quick_us = now_us;
    }
    if (lag_ms < peer->quick_ms)
        peer->quick_ms = lag_ms;
    least_ms = peer->quick_ms < peer->before_ms ? peer->quick_ms : peer->before_ms;
    return lag_ms - least_ms > ROOM_VOICE_LATE_MS;
}

static bool is_paced(const struct mirror_room *room, struct room_peer *peer,
                     struct room_figure *figure, int64_t now_us)
{
    int64_t cost_us = SECOND_US / ROOM_VOICE_PEER_S;

    return room_pace(&figure->spoke_us, now_us, SECOND_US / ROOM_VOICE_S, VOICE_BURST, 0) &&
           room_pace(&peer->voice_us, now_us,
                     room->conf.is_host ? cost_us : cost_us / HOST_TIMES, VOICE_PEER_BURST, 0);
}

/* Why it is not heard; ROOM_RULES_N: it is. */
static enum room_rule judge(const struct mirror_room *room, struct room_peer *peer,
                            struct room_figure *figure, const struct frame *frame,
                            const struct frame_voice *voice, int64_t now_us)
{
    if (voice->opus.len > ROOM_VOICE_BYTES)
        return ROOM_RULE_BODY;
    if (!is_paced(room, peer, figure, now_us))
        return ROOM_RULE_PACE;
    if (is_late(peer, frame->ts_ms, now_us))
        return ROOM_RULE_LATE;
    if ((mirror_room_stops(room, figure->pseud) & (ROOM_VOICE | ROOM_EJECT)) != 0)
        return ROOM_RULE_STOPPED;
    if (voice->is_announce && !figure->look.is_staff && !figure->look.is_teacher)
        return ROOM_RULE_ROLE;
    /* A line that is cut is silent, whatever comes on the other one. */
    return figure->is_lost || figure->is_leaving || !figure->is_shown ? ROOM_RULE_UNKNOWN
                                                                      : ROOM_RULES_N;
}

enum room_got room_take_voice(struct mirror_room *room, struct room_peer *peer,
                              struct room_figure *figure, const struct frame *frame,
                              int64_t now_us, enum room_rule *rule_out)
{
    const struct room_feature *feature = room->conf.feature;
    struct frame_voice voice;
    enum room_rule rule;

    if (frame_voice_read(frame, &voice, NULL) != ERR_OK)
        return *rule_out = ROOM_RULE_BODY, ROOM_FAULT;
    rule = judge(room, peer, figure, frame, &voice, now_us);
    if (rule != ROOM_RULES_N)
        return *rule_out = rule, ROOM_DROPPED;
    feature->voiced(feature->arg, figure, &voice);
    if (room->conf.is_host)
        room_send_all(room, figure->node, true, FRAME_VOICE, frame->flags, figure->pseud,
                      frame->payload);
    return ROOM_TAKEN;
}

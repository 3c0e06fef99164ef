/* What leaves a room, as frames. */
#include <stdlib.h>

#include "federation/mirror_room_priv.h"

#define BLOCKED_US    (SECOND_US / 10)
#define BLOCKED_BURST (SECOND_US * 5)

void room_send(struct mirror_room *room, struct room_peer *peer, bool is_rt,
               enum frame_type type, uint8_t flags, const uint8_t *pseud, struct span payload)
{
    struct frame frame = {
        .type = type, .flags = flags, .class = room->conf.class, .payload = payload};

    if (!peer->is_known || (is_rt && !peer->is_up))
        return;
    if (pseud != NULL)
        memcpy(frame.pseud, pseud, sizeof frame.pseud);
    room->conf.feature->send(room->conf.feature->arg, peer->node, is_rt, &frame);
}

void room_send_all(struct mirror_room *room, struct id but, bool is_rt, enum frame_type type,
                   uint8_t flags, const uint8_t *pseud, struct span payload)
{
    for (int i = 0; i < room->n_peers; i++)
        if (!id_eq(room->peers[i].node, but))
            room_send(room, &room->peers[i], is_rt, type, flags, pseud, payload);
}

static void send_look(struct mirror_room *room, struct room_peer *peer, enum frame_type type,
                      const uint8_t *pseud, const struct room_look *look, struct id node,
                      bool is_lost)
{
    const struct frame_look body = {
        .is_staff = look->is_staff,
        .is_teacher = look->is_teacher,
        .has_distance = look->has_distance,
        .is_away = look->is_away,
        .is_lost = is_lost,
        .kind = look->kind,
        .colour = look->colour,
        .state = look->state,
        .at = look->at,
        .node = node,
        .name = span_text(look->name),
    };
    uint8_t bytes[FRAME_PAYLOAD_MOST];
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (frame_look_write(&body, &out, NULL) == ERR_OK)
        room_send(room, peer, false, type, 0, pseud, span_of(out.p, out.len));
}

void room_send_look(struct mirror_room *room, struct room_peer *peer, enum frame_type type,
                    const struct room_figure *figure)
{
    send_look(room, peer, type, figure->pseud, &figure->look, figure->node, figure->is_lost);
}

void room_send_own(struct mirror_room *room, struct room_peer *peer, enum frame_type type,
                   const struct room_own *own)
{
    send_look(room, peer, type, own->pseud, &own->look, room->conf.self, false);
}

void room_tell_look(struct mirror_room *room, enum frame_type type,
                    const struct room_figure *figure)
{
    if (!room->conf.is_host)
        return;
    for (int i = 0; i < room->n_peers; i++)
        if (!id_eq(room->peers[i].node, figure->node))
            room_send_look(room, &room->peers[i], type, figure);
}

void room_send_line(struct mirror_room *room, struct room_peer *peer,
                    const struct room_line *line)
{
    const struct frame_chat body = {
        .node = line->node, .number = line->number, .line = line->line, .text = line->text};
    struct frame_chat chat = body;
    uint8_t bytes[FRAME_PAYLOAD_MOST];
    struct bytes_out out = {bytes, 0, sizeof bytes};
    struct frame frame = {.type = FRAME_CHAT, .class = room->conf.class, .ts_ms = line->at_ms};

    memcpy(chat.to_pseud, line->to_pseud, sizeof chat.to_pseud);
    memcpy(frame.pseud, line->pseud, sizeof frame.pseud);
    if (!peer->is_known || frame_chat_write(&chat, &out, NULL) != ERR_OK)
        return;
    frame.payload = span_of(out.p, out.len);
    room->conf.feature->send(room->conf.feature->arg, peer->node, false, &frame);
}

void room_send_act(struct mirror_room *room, const struct room_act *act)
{
    struct room_peer *peer = room_peer_find(room, act->node);
    const struct frame_mute mute = {.act = act->act, .what = (uint8_t)act->what, .on = act->on};
    uint8_t bytes[64];
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (peer == NULL)
        return;
    if ((act->what & ROOM_EJECT) != 0 && act->on)
        room_send(room, peer, false, FRAME_EJECT, 0, act->pseud,
                  span_of(act->act.b, sizeof act->act.b));
    else if (frame_mute_write(&mute, &out, NULL) == ERR_OK)
        room_send(room, peer, false, FRAME_MUTE, 0, act->pseud, span_of(out.p, out.len));
}

/* now_us INT64_MIN: whatever the pace. */
void room_send_blocked(struct mirror_room *room, struct room_peer *peer, const uint8_t *pseud,
                       struct id line, uint8_t why, int64_t now_us)
{
    const struct frame_blocked body = {line, why};
    uint8_t bytes[64];
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (now_us != INT64_MIN &&
        !room_pace(&peer->blocked_us, now_us, BLOCKED_US, BLOCKED_BURST, 0))
        return;
    if (frame_blocked_write(&body, &out, NULL) == ERR_OK)
        room_send(room, peer, false, FRAME_BLOCKED, 0, pseud, span_of(out.p, out.len));
}

struct anew {
    struct room_peer *peer;
};

static void say_figure(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    struct anew *anew = arg;

    if (figure->is_shown && !id_eq(figure->node, anew->peer->node))
        room_send_look(room, anew->peer, FRAME_JOIN, figure);
}

static void say_kept(struct mirror_room *room, struct room_peer *peer)
{
    for (unsigned i = 0; i < ROOM_LINES_KEPT; i++) {
        const struct room_kept *kept = &room->kept[(room->kept_next + i) % ROOM_LINES_KEPT];
        bool is_ours = id_eq(kept->line.node, room->conf.self);

        if (kept->text != NULL && !id_eq(kept->line.node, peer->node) &&
            (is_ours || room->conf.is_host))
            room_send_line(room, peer, &kept->line);
    }
}

void room_send_all_anew(struct mirror_room *room, struct room_peer *peer, bool is_whole)
{
    const struct frame_on on = {room->conf.begins_ms, room->conf.ends_ms};
    uint8_t bytes[64];
    struct bytes_out out = {bytes, 0, sizeof bytes};
    struct anew anew = {peer};

    for (struct room_own *own = room->own; own != NULL; own = own->next)
        if (!own->is_refused)
            room_send_own(room, peer, FRAME_JOIN, own);
    if (room->conf.is_host)
        room_each(room, say_figure, &anew);
    if (is_whole)
        return;
    say_kept(room, peer);
    for (int i = 0; i < room->n_acts; i++)
        if (id_eq(room->acts[i].node, peer->node))
            room_send_act(room, &room->acts[i]);
    if (frame_on_write(&on, &out, NULL) == ERR_OK)
        room_send(room, peer, false, FRAME_ON, 0, NULL, span_of(out.p, out.len));
}

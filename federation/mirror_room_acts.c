/* What the host's staff stop: it holds here at once, then at that one's home. */
#include <stdlib.h>

#include "federation/mirror_room_priv.h"

struct room_act *room_act_find(struct mirror_room *room, struct id act)
{
    for (int i = 0; i < room->n_acts; i++)
        if (id_eq(room->acts[i].act, act))
            return &room->acts[i];
    return NULL;
}

unsigned mirror_room_stops(const struct mirror_room *room,
                           const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    unsigned stops = 0;

    for (int i = 0; i < room->n_acts; i++) {
        const struct room_act *act = &room->acts[i];

        if (memcmp(act->pseud, pseud, FRAME_PSEUD_BYTES) == 0)
            stops = act->on ? stops | act->what : stops & ~act->what;
    }
    return stops;
}

const struct room_act *mirror_room_out(const struct mirror_room *room,
                                       const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    const struct room_act *out = NULL;

    for (int i = 0; i < room->n_acts; i++) {
        const struct room_act *act = &room->acts[i];

        if ((act->what & ROOM_EJECT) != 0 && memcmp(act->pseud, pseud, FRAME_PSEUD_BYTES) == 0)
            out = act->on ? act : NULL;
    }
    return out;
}

const struct room_act *mirror_room_out_next(const struct mirror_room *room, int *at)
{
    while (*at < room->n_acts) {
        const struct room_act *act = &room->acts[(*at)++];

        if (mirror_room_out(room, act->pseud) == act)
            return act;
    }
    return NULL;
}

static enum err add(struct mirror_room *room, const struct room_act *act, struct room_act **out,
                    struct fail *why)
{
    if (room->n_acts == ROOM_ACTS_MOST)
        return fail_set(why, ERR_BUSY, "%d acts", ROOM_ACTS_MOST);
    if (room->n_acts == room->acts_cap) {
        int cap = room->acts_cap == 0 ? 16 : room->acts_cap * 2;
        struct room_act *acts = realloc(room->acts, (size_t)cap * sizeof *acts);

        if (acts == NULL)
            return fail_set(why, ERR_NOMEM, "an act");
        room->acts = acts;
        room->acts_cap = cap;
    }
    room->acts[room->n_acts] = *act;
    *out = &room->acts[room->n_acts++];
    return ERR_OK;
}

/* ---- at the host ---- */

enum err mirror_room_stop(struct mirror_room *room, const struct room_act *act, int64_t now_us,
                          struct fail *why)
{
    struct room_figure *figure = mirror_room_find(room, act->pseud);
    struct room_act *own = NULL;
    bool is_eject = (act->what & ROOM_EJECT) != 0;
    const struct room_act *out = NULL;
    struct id node;
    enum err rc;

    if (!room->conf.is_host || (is_eject && act->what != ROOM_EJECT) ||
        (act->what & (ROOM_CHAT | ROOM_REACT | ROOM_VOICE | ROOM_EJECT)) == 0)
        return fail_set(why, ERR_INVALID, "no act of a host");
    if (room_act_find(room, act->act) != NULL)
        return ERR_OK;
    if (is_eject && !act->on)
        out = mirror_room_out(room, act->pseud);
    if (out == NULL && (figure == NULL || (is_eject && !act->on)))
        return fail_set(why, ERR_NOT_FOUND, "nobody is here by that");
    node = out != NULL ? out->node : figure->node; /* `out` may move with the next line */
    rc = add(room, act, &own, why);
    if (rc != ERR_OK || own == NULL)
        return rc;
    own->node = node;
    own->name[0] = '\0';
    if (figure != NULL)
        memcpy(own->name, figure->look.name, sizeof own->name);
    own->is_acked = own->is_late = false;
    own->due_us = now_us + ROOM_ACK_US;
    room_send_act(room, own);
    if (is_eject && act->on && figure != NULL)
        room_figure_drop(room, figure, false);
    return ERR_OK;
}

enum err mirror_room_stop_restore(struct mirror_room *room, const struct room_act *act,
                                  struct fail *why)
{
    struct room_act *own = NULL;
    enum err rc = room_act_find(room, act->act) != NULL ? ERR_OK : add(room, act, &own, why);

    if (own != NULL)
        own->is_late = true; /* whoever was to hear of it did, or the program ended */
    return rc;
}

void room_acts_tick(struct mirror_room *room, int64_t now_us)
{
    const struct room_feature *feature = room->conf.feature;

    if (!room->conf.is_host)
        return;
    for (int i = 0; i < room->n_acts; i++) {
        struct room_act *act = &room->acts[i];

        if (act->is_acked || act->is_late || now_us < act->due_us)
            continue;
        act->is_late = true;
        feature->late(feature->arg, act);
    }
}

enum room_got room_take_ack(struct mirror_room *room, struct room_peer *peer,
                            const struct frame *frame, enum room_rule *rule_out)
{
    const struct room_feature *feature = room->conf.feature;
    struct room_act *act;
    struct id id;

    if (frame_id_read(frame, &id, NULL) != ERR_OK)
        return *rule_out = ROOM_RULE_BODY, ROOM_FAULT;
    act = room_act_find(room, id);
    if (!room->conf.is_host)
        return *rule_out = ROOM_RULE_ROLE, ROOM_FAULT;
    if (act == NULL)
        return *rule_out = ROOM_RULE_UNKNOWN, ROOM_DROPPED;
    if (!id_eq(act->node, peer->node))
        return *rule_out = ROOM_RULE_FOREIGN, ROOM_FAULT;
    if (act->is_acked)
        return ROOM_AGAIN;
    act->is_acked = true;
    feature->confirmed(feature->arg, act);
    return ROOM_TAKEN;
}

/* ---- at a guest ---- */

static void send_ack(struct mirror_room *room, const struct room_act *act)
{
    room_send_all(room, ID_NONE, false, FRAME_ACK, 0, act->pseud,
                  span_of(act->act.b, sizeof act->act.b));
}

static bool read_act(const struct frame *frame, struct room_act *out)
{
    struct frame_mute mute;

    *out = (struct room_act){.what = ROOM_EJECT, .on = true};
    memcpy(out->pseud, frame->pseud, sizeof out->pseud);
    if (frame->type == FRAME_EJECT)
        return frame_id_read(frame, &out->act, NULL) == ERR_OK;
    if (frame_mute_read(frame, &mute, NULL) != ERR_OK)
        return false;
    out->act = mute.act;
    out->what = mute.what;
    out->on = mute.on;
    return true;
}

/* Whoever it is about may have gone since: then it holds for when he comes back, and the
 * feature, which knows who he is, is asked all the same. */
enum room_got room_take_act(struct mirror_room *room, struct room_peer *peer,
                            const struct frame *frame, enum room_rule *rule_out)
{
    const struct room_feature *feature = room->conf.feature;
    struct id account = ID_NONE;
    struct room_act act, *own;

    (void)peer;
    if (room->conf.is_host)
        return *rule_out = ROOM_RULE_ROLE, ROOM_FAULT;
    if (!read_act(frame, &act))
        return *rule_out = ROOM_RULE_BODY, ROOM_FAULT;
    if (mirror_room_find(room, act.pseud) != NULL)
        return *rule_out = ROOM_RULE_FOREIGN, ROOM_FAULT;
    own = room_act_find(room, act.act);
    if (own == NULL) {
        act.node = room->conf.self;
        if (add(room, &act, &own, NULL) != ERR_OK)
            return *rule_out = ROOM_RULE_PACE, ROOM_DROPPED;
    } else if (own->is_acked) {
        send_ack(room, own); /* the first one may have been lost */
        return ROOM_AGAIN;
    }
    (void)mirror_room_account_of(room, act.pseud, &account);
    if (feature->stop(feature->arg, own, account))
        mirror_room_confirm(room, act.act);
    return ROOM_TAKEN;
}

void mirror_room_confirm(struct mirror_room *room, struct id id)
{
    struct room_act *act = room_act_find(room, id);

    if (act == NULL || room->conf.is_host)
        return;
    act->is_acked = true;
    send_ack(room, act);
}

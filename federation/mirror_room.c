#include "federation/mirror_room.h"

#include <stdlib.h>

#include "federation/mirror_room_priv.h"

#define SLACK_FOR_US (30 * SECOND_US) /* what waited comes within this */
#define SLACK_MOST   (10 * MINUTE_US) /* what a link replays */

static const char *const rule_names[ROOM_RULES_N] = {
    [ROOM_RULE_STRANGER] = "stranger",
    [ROOM_RULE_BODY] = "body",
    [ROOM_RULE_FOREIGN] = "foreign-pseud",
    [ROOM_RULE_UNKNOWN] = "unknown-pseud",
    [ROOM_RULE_NODE] = "node",
    [ROOM_RULE_SEATS] = "seats",
    [ROOM_RULE_STOPPED] = "stopped",
    [ROOM_RULE_EJECTED] = "ejected",
    [ROOM_RULE_PACE] = "pace",
    [ROOM_RULE_NUMBER] = "number",
    [ROOM_RULE_ROLE] = "role",
    [ROOM_RULE_LATE] = "late",
};

const char *room_rule_name(enum room_rule rule)
{
    return rule_names[rule];
}

enum err mirror_room_create(const struct room_conf *conf, struct mirror_room **out,
                            struct fail *why)
{
    struct mirror_room *room = calloc(1, sizeof *room);

    *out = room;
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "a shared lesson");
    room->conf = *conf;
    return ERR_OK;
}

static void drop_quietly(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    (void)arg;
    room_figure_drop(room, figure, true);
}

void mirror_room_destroy(struct mirror_room **out)
{
    struct mirror_room *room = *out;

    *out = NULL;
    if (room == NULL)
        return;
    for (int i = 0; i < room->n_peers; i++)
        room->peers[i].is_known = false; /* nothing is told any more */
    room_each(room, drop_quietly, NULL);
    while (room->own != NULL) {
        struct room_own *own = room->own;

        room->own = own->next;
        free(own);
    }
    room_kept_clear(room);
    free(room->acts);
    free(room);
}

struct room_peer *room_peer_find(struct mirror_room *room, struct id node)
{
    for (int i = 0; i < room->n_peers; i++)
        if (id_eq(room->peers[i].node, node))
            return &room->peers[i];
    return NULL;
}

enum err mirror_room_peer(struct mirror_room *room, struct id node, int places,
                          struct fail *why)
{
    struct room_peer *peer = room_peer_find(room, node);

    if (peer == NULL && room->n_peers == ROOM_PEERS_MOST)
        return fail_set(why, ERR_BUSY, "%d peers", ROOM_PEERS_MOST);
    if (peer == NULL) {
        peer = &room->peers[room->n_peers++];
        *peer = (struct room_peer){.node = node};
    }
    peer->places = places;
    return ERR_OK;
}

static void drop_of(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct id *node = arg;

    if (!room->conf.is_host || id_eq(figure->node, *node))
        room_figure_drop(room, figure, false);
}

void mirror_room_peer_gone(struct mirror_room *room, struct id node)
{
    struct room_peer *peer = room_peer_find(room, node);

    if (peer == NULL)
        return;
    room_each(room, drop_of, &node);
    *peer = room->peers[--room->n_peers];
}

void mirror_room_times(struct mirror_room *room, int64_t begins_ms, int64_t ends_ms)
{
    room->conf.begins_ms = begins_ms;
    room->conf.ends_ms = ends_ms;
}

/* ---- the links ---- */

struct cut {
    struct room_peer *peer;
    bool is_whole;
};

static bool is_behind(const struct mirror_room *room, const struct room_figure *figure,
                      const struct room_peer *peer)
{
    return !room->conf.is_host || id_eq(figure->node, peer->node);
}

static void found_again(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct room_feature *feature = room->conf.feature;
    const struct cut *cut = arg;

    if (!is_behind(room, figure, cut->peer))
        return;
    figure->is_stale = !cut->is_whole;
    if (!figure->is_lost)
        return;
    figure->is_lost = false;
    if (!figure->is_shown) {
        if (cut->is_whole)
            room_figure_show(room, figure);
        return;
    }
    feature->changed(feature->arg, figure);
    room_tell_look(room, FRAME_LOOK, figure);
}

void mirror_room_up(struct mirror_room *room, struct id node, bool is_whole, int64_t now_us)
{
    struct room_peer *peer = room_peer_find(room, node);
    struct cut cut = {peer, is_whole};
    int64_t away_us;

    if (peer == NULL)
        return;
    away_us = peer->is_known && is_whole ? now_us - peer->down_us : SLACK_MOST;
    peer->slack_us = away_us < SLACK_MOST ? away_us : SLACK_MOST;
    peer->slack_until_us = now_us + SLACK_FOR_US;
    peer->is_up = peer->is_known = true;
    peer->is_closed = false;
    room_each(room, found_again, &cut);
    if (!is_whole)
        for (struct room_own *own = room->own; own != NULL; own = own->next)
            own->is_refused = false;
    room_send_all_anew(room, peer, is_whole);
}

static void lose(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct room_feature *feature = room->conf.feature;
    const struct cut *cut = arg;

    if (!is_behind(room, figure, cut->peer) || figure->is_lost)
        return;
    figure->is_lost = true;
    if (!figure->is_shown)
        return;
    feature->changed(feature->arg, figure);
    room_tell_look(room, FRAME_LOOK, figure);
}

void mirror_room_down(struct mirror_room *room, struct id node, int64_t now_us)
{
    struct room_peer *peer = room_peer_find(room, node);
    struct cut cut = {peer, false};

    if (peer == NULL || !peer->is_up)
        return;
    peer->is_up = false;
    peer->down_us = now_us;
    room_each(room, lose, &cut);
}

struct ageing {
    const struct room_peer *peer;
    int64_t now_us;
};

static void age(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct ageing *ageing = arg;
    int64_t lost_us = ageing->now_us - ageing->peer->down_us;

    if (!is_behind(room, figure, ageing->peer))
        return;
    if (lost_us >= ROOM_FORGET_US)
        room_figure_drop(room, figure, false);
    else if (lost_us >= ROOM_LOST_US)
        room_figure_hide(room, figure);
}

static void end_leaving(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    (void)arg;
    if (figure->is_leaving && figure->n_pending == 0)
        room_figure_drop(room, figure, false);
}

void mirror_room_tick(struct mirror_room *room, int64_t now_us)
{
    room_acts_tick(room, now_us);
    room_names_tick(room);
    room_each(room, end_leaving, NULL);
    for (int i = 0; i < room->n_peers; i++) {
        struct ageing ageing = {&room->peers[i], now_us};

        if (!room->peers[i].is_up && room->peers[i].is_known)
            room_each(room, age, &ageing);
    }
}

void mirror_room_over(struct mirror_room *room)
{
    const uint8_t why = 0;

    room_send_all(room, ID_NONE, false, FRAME_OFF, 0, NULL, span_of(&why, 1));
}

/* ---- looking ---- */

void mirror_room_status(const struct mirror_room *room, struct room_status *out)
{
    *out = (struct room_status){
        .n_figures = room->n_figures,
        .n_peers = room->n_peers,
        .n_taken = room->n_taken,
        .n_again = room->n_again,
    };
    memcpy(out->n_dropped, room->n_dropped, sizeof out->n_dropped);
    for (const struct room_own *own = room->own; own != NULL; own = own->next)
        out->n_own++;
    for (int i = 0; i < room->n_peers; i++)
        out->n_up += room->peers[i].is_up;
    for (int i = 0; i < room->n_acts && room->conf.is_host; i++)
        out->n_waiting += !room->acts[i].is_acked;
    for (int i = 0; i < ROOM_BUCKETS; i++)
        for (const struct room_figure *f = room->buckets[i]; f != NULL; f = f->next)
            out->n_lost += f->is_lost;
}

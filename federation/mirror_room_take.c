/* What a peer says. */
#include "federation/mirror_room_priv.h"

#define JOIN_US     (SECOND_US / 10)
#define JOIN_BURST  64 /* and twice the seats */
#define LOOK_US     (SECOND_US / 2)
#define LOOK_BURST  (SECOND_US * 10)
#define REACT_US    (SECOND_US / 3)
#define REACT_BURST (SECOND_US * 4)
#define BOARD_US    (SECOND_US / 20) /* hands, counts, questions, pages: of a whole town */
#define BOARD_BURST (SECOND_US * 20)
#define ANEW_US     SECOND_US /* everything is said anew: much for a little word */
#define ANEW_BURST  (SECOND_US * 20)

static const uint8_t nobody[FRAME_PSEUD_BYTES];

struct taking {
    struct mirror_room *room;
    struct room_peer *peer;
    const struct frame *frame;
    int64_t now_us;
    struct room_figure *figure; /* of that peer; NULL: none */
    enum room_rule *rule_out;
};

static enum room_got drop(const struct taking *t, enum room_rule rule)
{
    *t->rule_out = rule;
    return ROOM_DROPPED;
}

static enum room_got fault(const struct taking *t, enum room_rule rule)
{
    *t->rule_out = rule;
    return ROOM_FAULT;
}

static void block(const struct taking *t, struct id line, uint8_t why)
{
    if (t->room->conf.is_host)
        room_send_blocked(t->room, t->peer, t->frame->pseud, line, why, t->now_us);
}

static int64_t slack_of(const struct taking *t)
{
    return t->now_us < t->peer->slack_until_us ? t->peer->slack_us : 0;
}

/* ---- who is there ---- */

static void look_of(const struct frame_look *body, struct room_look *out)
{
    *out = (struct room_look){
        .is_staff = body->is_staff,
        .is_teacher = body->is_teacher,
        .has_distance = body->has_distance,
        .is_away = body->is_away,
        .kind = body->kind,
        .colour = body->colour,
        .state = body->state,
        .at = body->at,
    };
    memcpy(out->name, body->name.p, body->name.len);
}

static void name_it(const struct taking *t, struct room_look *look, struct id node)
{
    const struct room_feature *feature = t->room->conf.feature;

    if (feature->name(feature->arg, node, look))
        block(t, ID_NONE, ROOM_BLOCKED_NAME);
}

/* May one more of this node come? Staff and teachers: by a bound of their own. */
static bool has_seat(const struct taking *t, const struct frame_look *body)
{
    bool is_adult = body->is_staff || body->is_teacher;
    int n = room_count_of(t->room, body->node, is_adult);

    if (t->room->n_figures >= ROOM_FIGURES_MOST)
        return false;
    if (!t->room->conf.is_host)
        return true;
    return n < (is_adult ? ROOM_STAFF_MOST : t->peer->places);
}

/* A figure does not become staff, a teacher, nor a child, by saying so later: it would get
 * round its seats. */
static enum room_got change(const struct taking *t, const struct frame_look *body)
{
    struct room_figure *figure = t->figure;
    const struct room_feature *feature = t->room->conf.feature;
    struct room_look look;

    if (!id_eq(figure->node, body->node) || figure->look.is_staff != body->is_staff ||
        figure->look.is_teacher != body->is_teacher)
        return fault(t, ROOM_RULE_NODE);
    if (t->room->conf.is_host &&
        !room_pace(&figure->looked_us, t->now_us, LOOK_US, LOOK_BURST, slack_of(t)))
        return drop(t, ROOM_RULE_PACE);
    look_of(body, &look);
    name_it(t, &look, body->node);
    figure->look = look;
    figure->is_lost = body->is_lost && !t->room->conf.is_host;
    figure->is_stale = figure->is_leaving = false;
    if (!figure->is_shown) {
        room_figure_show(t->room, figure);
        return ROOM_TAKEN;
    }
    feature->changed(feature->arg, figure);
    room_tell_look(t->room, FRAME_LOOK, figure);
    return ROOM_TAKEN;
}

static enum room_got come(const struct taking *t, const struct frame_look *body)
{
    struct mirror_room *room = t->room;
    int64_t burst = (JOIN_BURST + 2 * (int64_t)t->peer->places) * JOIN_US;
    struct room_figure *figure;
    struct room_look look;

    if ((mirror_room_stops(room, t->frame->pseud) & ROOM_EJECT) != 0) {
        block(t, ID_NONE, ROOM_BLOCKED_EJECTED);
        return drop(t, ROOM_RULE_EJECTED);
    }
    if (!has_seat(t, body)) {
        block(t, ID_NONE, ROOM_BLOCKED_SEATS);
        return drop(t, ROOM_RULE_SEATS);
    }
    if (room->conf.is_host &&
        !room_pace(&t->peer->joined_us, t->now_us, JOIN_US, burst, slack_of(t))) {
        block(t, ID_NONE, ROOM_BLOCKED_PACE);
        return drop(t, ROOM_RULE_PACE);
    }
    look_of(body, &look);
    name_it(t, &look, body->node);
    figure = room_figure_add(room, t->frame->pseud, body->node);
    if (figure == NULL)
        return drop(t, ROOM_RULE_PACE);
    figure->look = look;
    figure->is_lost = body->is_lost && !room->conf.is_host;
    room_figure_show(room, figure);
    return ROOM_TAKEN;
}

static enum room_got take_join(const struct taking *t)
{
    struct frame_look body;

    if (frame_look_read(t->frame, &body, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    /* A guest speaks of its own people; the host of everybody but ours. */
    if (t->room->conf.is_host ? !id_eq(body.node, t->peer->node)
                              : id_eq(body.node, t->room->conf.self))
        return fault(t, ROOM_RULE_NODE);
    if (t->figure != NULL)
        return change(t, &body);
    return t->frame->type == FRAME_JOIN ? come(t, &body) : drop(t, ROOM_RULE_UNKNOWN);
}

/* Its last lines may still be on their way to the disk: it goes when they have come. */
static enum room_got take_leave(const struct taking *t)
{
    if (t->frame->payload.len != 0)
        return fault(t, ROOM_RULE_BODY);
    if (t->figure->n_pending > 0)
        t->figure->is_leaving = true;
    else
        room_figure_drop(t->room, t->figure, false);
    return ROOM_TAKEN;
}

/* ---- what they do ---- */

static enum room_got take_pos(const struct taking *t)
{
    const struct room_feature *feature = t->room->conf.feature;
    struct room_figure *figure = t->figure;
    struct frame_pos pos;

    if (frame_pos_read(t->frame, &pos, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    if (!room_pace(&figure->moved_us, t->now_us, SECOND_US / ROOM_MOVES_S, SECOND_US, 0))
        return drop(t, ROOM_RULE_PACE);
    figure->look.at = pos.n > 0 ? pos.points[pos.n - 1] : pos.at;
    if (figure->is_shown)
        feature->moved(feature->arg, figure, &pos, (t->frame->flags & FRAME_STEERED) != 0);
    if (t->room->conf.is_host)
        room_send_all(t->room, figure->node, true, FRAME_POS, t->frame->flags, figure->pseud,
                      t->frame->payload);
    return ROOM_TAKEN;
}

static enum room_got take_react(const struct taking *t)
{
    const struct room_feature *feature = t->room->conf.feature;
    uint8_t kind;

    if (frame_byte_read(t->frame, &kind, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    if ((mirror_room_stops(t->room, t->frame->pseud) & ROOM_REACT) != 0)
        return drop(t, ROOM_RULE_STOPPED);
    if (t->room->conf.is_host &&
        !room_pace(&t->figure->reacted_us, t->now_us, REACT_US, REACT_BURST, slack_of(t)))
        return drop(t, ROOM_RULE_PACE);
    if (t->figure->is_shown)
        feature->reacted(feature->arg, t->figure, kind);
    if (t->room->conf.is_host)
        room_send_all(t->room, t->figure->node, false, FRAME_REACT, 0, t->figure->pseud,
                      t->frame->payload);
    return ROOM_TAKEN;
}

/* ---- words ---- */

/* A guest hears the others through the host, which has held each to its pace, and after a cut
 * all at once: here the sum is bounded, against a host that means ill. */
static bool is_paced(const struct taking *t, size_t len)
{
    int64_t slack = slack_of(t), cost = MINUTE_US * (int64_t)len / ROOM_BYTES_MINUTE;

    if (!t->room->conf.is_host)
        return room_pace(&t->peer->bytes_us, t->now_us, cost / ROOM_PEERS_MOST, MINUTE_US,
                         slack);
    return room_pace(&t->figure->said_us, t->now_us, ROOM_SAY_US, ROOM_SAY_BURST * ROOM_SAY_US,
                     slack) &&
           room_pace(&t->peer->bytes_us, t->now_us, cost, MINUTE_US, slack);
}

static enum room_got hear(const struct taking *t, const struct frame_chat *chat)
{
    const struct room_feature *feature = t->room->conf.feature;
    struct room_numbers *numbers = room_numbers_of(t->room, chat->node);
    struct room_line line = {.node = chat->node,
                             .number = chat->number,
                             .line = chat->line,
                             .at_ms = t->frame->ts_ms,
                             .text = chat->text};

    if (numbers == NULL || chat->number == 0 || chat->number > INT64_MAX ||
        (numbers->highest != 0 && chat->number > numbers->highest + ROOM_NUMBER_GAP))
        return fault(t, ROOM_RULE_NUMBER);
    if (!room_numbers_put(numbers, chat->number))
        return ROOM_AGAIN;
    if (room_kept_find(t->room, chat->line) != NULL)
        return ROOM_AGAIN; /* a line's id is one line's: nobody's words under another's */
    if ((mirror_room_stops(t->room, t->frame->pseud) & ROOM_CHAT) != 0) {
        block(t, chat->line, ROOM_BLOCKED_STOPPED);
        return drop(t, ROOM_RULE_STOPPED);
    }
    if (!is_paced(t, chat->text.len)) {
        block(t, chat->line, ROOM_BLOCKED_PACE);
        return drop(t, ROOM_RULE_PACE);
    }
    memcpy(line.pseud, t->frame->pseud, sizeof line.pseud);
    memcpy(line.to_pseud, chat->to_pseud, sizeof line.to_pseud);
    t->figure->n_pending++;
    feature->heard(feature->arg, t->figure, &line);
    return ROOM_TAKEN;
}

static enum room_got take_chat(const struct taking *t)
{
    struct frame_chat chat;

    if (frame_chat_read(t->frame, &chat, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    if (!id_eq(chat.node, t->figure->node))
        return fault(t, ROOM_RULE_NODE);
    return hear(t, &chat);
}

/* A guest takes away lines of its own people, the host of everybody. */
static enum room_got take_gone(const struct taking *t)
{
    const struct room_feature *feature = t->room->conf.feature;
    const struct room_kept *kept;
    struct id line, node;

    if (frame_id_read(t->frame, &line, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    kept = t->room->conf.is_host ? room_kept_find(t->room, line) : NULL;
    if (kept != NULL && !id_eq(kept->line.node, t->peer->node))
        return fault(t, ROOM_RULE_FOREIGN);
    node = room_kept_drop(t->room, line);
    room_gone_note(t->room, line);
    /* Of a line that is no longer kept nobody knows whose it was: the host shows it on. */
    if (id_is_none(node) && t->room->conf.is_host)
        return drop(t, ROOM_RULE_UNKNOWN);
    feature->gone(feature->arg, line);
    if (t->room->conf.is_host)
        room_send_all(t->room, t->peer->node, false, FRAME_GONE, 0, NULL, t->frame->payload);
    return ROOM_TAKEN;
}

/* Each may become an incident here: an honest host has few. */
static enum room_got take_blocked(const struct taking *t)
{
    const struct room_feature *feature = t->room->conf.feature;
    struct room_own *own = room_own_by(t->room, t->frame->pseud);
    struct frame_blocked body;

    if (t->room->conf.is_host)
        return fault(t, ROOM_RULE_ROLE);
    if (frame_blocked_read(t->frame, &body, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    if (own == NULL)
        return drop(t, ROOM_RULE_UNKNOWN);
    if (!room_pace(&t->peer->board_us, t->now_us, BOARD_US, BOARD_BURST, slack_of(t)))
        return drop(t, ROOM_RULE_PACE);
    if (id_is_none(body.line) && body.why == ROOM_BLOCKED_SEATS)
        own->is_refused = true;
    feature->blocked(feature->arg, t->frame->pseud, body.line, body.why);
    return ROOM_TAKEN;
}

/* ---- what is over, or whole ---- */

static void sweep(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct taking *t = arg;

    if (figure->is_stale && (!room->conf.is_host || id_eq(figure->node, t->peer->node)))
        room_figure_drop(room, figure, false);
}

static void leave_all(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct taking *t = arg;

    if (!room->conf.is_host || id_eq(figure->node, t->peer->node))
        room_figure_drop(room, figure, false);
}

static enum room_got take_on(struct taking *t)
{
    struct frame_on on;

    if (frame_on_read(t->frame, &on, NULL) != ERR_OK)
        return fault(t, ROOM_RULE_BODY);
    room_each(t->room, sweep, t);
    if (t->peer->is_closed) {
        if (!room_pace(&t->peer->anew_us, t->now_us, ANEW_US, ANEW_BURST, 0))
            return fault(t, ROOM_RULE_PACE);
        t->peer->is_closed = false;
        room_send_all_anew(t->room, t->peer, false);
    }
    return ROOM_TAKEN;
}

static enum room_got take_off(struct taking *t)
{
    t->peer->is_closed = true;
    room_each(t->room, leave_all, t);
    return ROOM_TAKEN;
}

static enum room_got take_board(const struct taking *t)
{
    const struct room_feature *feature = t->room->conf.feature;
    bool is_of_one = memcmp(t->frame->pseud, nobody, sizeof nobody) != 0;
    unsigned stops = mirror_room_stops(t->room, t->frame->pseud);

    if (is_of_one && (stops & ROOM_EJECT) != 0)
        return drop(t, ROOM_RULE_EJECTED);
    if ((t->frame->type == FRAME_ASK && (stops & ROOM_CHAT) != 0) ||
        (t->frame->type == FRAME_HAND && (stops & ROOM_REACT) != 0))
        return drop(t, ROOM_RULE_STOPPED);
    if (!room_pace(&t->peer->board_us, t->now_us, BOARD_US, BOARD_BURST, slack_of(t)) ||
        (t->frame->type == FRAME_ASK && !is_paced(t, t->frame->payload.len)))
        return drop(t, ROOM_RULE_PACE);
    return feature->board(feature->arg, t->peer->node, t->frame) ? ROOM_TAKEN
                                                                 : fault(t, ROOM_RULE_BODY);
}

/* ---- one frame ---- */

/* Does it speak for somebody, whose figure must be that peer's? */
static bool is_of_somebody(enum frame_type type)
{
    switch (type) {
    case FRAME_LEAVE:
    case FRAME_POS:
    case FRAME_REACT:
    case FRAME_CHAT:
    case FRAME_HAND:
    case FRAME_ASK:
    case FRAME_VOICE:
        return true;
    case FRAME_HELLO:
    case FRAME_JOIN:
    case FRAME_LOOK:
    case FRAME_GONE:
    case FRAME_BLOCKED:
    case FRAME_MUTE:
    case FRAME_EJECT:
    case FRAME_ACK:
    case FRAME_PAGE:
    case FRAME_POLL:
    case FRAME_VOTES:
    case FRAME_ANSWERED:
    case FRAME_ON:
    case FRAME_OFF:
    case FRAME_CREDIT:
    case FRAME_TYPES_N:
        break;
    }
    return false;
}

static enum room_got take(struct taking *t)
{
    switch (t->frame->type) {
    case FRAME_JOIN:
    case FRAME_LOOK:
        return take_join(t);
    case FRAME_LEAVE:
        return take_leave(t);
    case FRAME_POS:
        return take_pos(t);
    case FRAME_REACT:
        return take_react(t);
    case FRAME_CHAT:
        return take_chat(t);
    case FRAME_GONE:
        return take_gone(t);
    case FRAME_BLOCKED:
        return take_blocked(t);
    case FRAME_MUTE:
    case FRAME_EJECT:
        return room_take_act(t->room, t->peer, t->frame, t->rule_out);
    case FRAME_ACK:
        return room_take_ack(t->room, t->peer, t->frame, t->rule_out);
    case FRAME_ON:
        return take_on(t);
    case FRAME_OFF:
        return take_off(t);
    case FRAME_HAND:
    case FRAME_PAGE:
    case FRAME_POLL:
    case FRAME_VOTES:
    case FRAME_ASK:
    case FRAME_ANSWERED:
        return take_board(t);
    case FRAME_VOICE:
        return room_take_voice(t->room, t->peer, t->figure, t->frame, t->now_us, t->rule_out);
    case FRAME_HELLO: /* the link's own: never come so far */
    case FRAME_CREDIT:
    case FRAME_TYPES_N:
        break;
    }
    return drop(t, ROOM_RULE_BODY);
}

/* Two nodes name one pseudonym. It is the same through a series, so one that has seen it may
 * have joined by it before its owner: who comes second is refused, and not cut off for it. Who
 * speaks for another's without that means ill. */
static enum room_got contest(const struct taking *t, struct room_figure *figure)
{
    if (t->frame->type == FRAME_JOIN) {
        figure->rival = t->peer->node;
        block(t, ID_NONE, ROOM_BLOCKED_SEATS);
    }
    return id_eq(figure->rival, t->peer->node) ? drop(t, ROOM_RULE_FOREIGN)
                                               : fault(t, ROOM_RULE_FOREIGN);
}

/* Whose pseudonym is it? *figure_out: that peer's, or NULL. */
static enum room_got find(struct taking *t)
{
    struct room_figure *figure = mirror_room_find(t->room, t->frame->pseud);
    bool is_own = room_own_by(t->room, t->frame->pseud) != NULL;
    bool is_joining = t->frame->type == FRAME_JOIN || t->frame->type == FRAME_LOOK;

    if (!is_of_somebody(t->frame->type) && !is_joining)
        return ROOM_TAKEN;
    if (memcmp(t->frame->pseud, nobody, sizeof nobody) == 0)
        return fault(t, ROOM_RULE_BODY); /* every line to nobody by name would be to him */
    if (is_own && t->frame->type == FRAME_HAND && !t->room->conf.is_host)
        return ROOM_TAKEN; /* the host's team puts down a hand of ours (mirror_lesson.h) */
    if (is_own)
        return fault(t, ROOM_RULE_FOREIGN);
    if (figure != NULL && t->room->conf.is_host && !id_eq(figure->node, t->peer->node))
        return contest(t, figure);
    t->figure = figure;
    if (figure != NULL || is_joining)
        return ROOM_TAKEN;
    if ((mirror_room_stops(t->room, t->frame->pseud) & ROOM_EJECT) != 0)
        return drop(t, ROOM_RULE_EJECTED);
    return drop(t, ROOM_RULE_UNKNOWN);
}

enum room_got mirror_room_take(struct mirror_room *room, struct id peer,
                               const struct frame *frame, int64_t now_us,
                               enum room_rule *rule_out)
{
    enum room_rule rule = ROOM_RULE_STRANGER;
    struct taking t = {.room = room,
                       .peer = room_peer_find(room, peer),
                       .frame = frame,
                       .now_us = now_us,
                       .rule_out = &rule};
    enum room_got got = t.peer == NULL ? fault(&t, ROOM_RULE_STRANGER) : find(&t);

    if (got == ROOM_TAKEN)
        got = take(&t);
    if (got == ROOM_DROPPED || got == ROOM_FAULT)
        room->n_dropped[rule]++;
    room->n_taken += got == ROOM_TAKEN;
    room->n_again += got == ROOM_AGAIN;
    *rule_out = rule;
    return got;
}

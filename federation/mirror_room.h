/* federation/mirror_room.h - the state of one shared lesson while it is on, at the host or at a
 * guest (CARD-2, CARD-6, CARD-9, CARD-10, CARD-12): who of which town is there under which
 * pseudonym, what each may say, what is told to whom. It knows no socket, clock, database or
 * world: times are given, frames go in and out, what is to be seen goes to a function. So that
 * everything here can be tried by itself, over hostile frames too.
 *
 * The host is the hub: what a guest says is told on, once, to every other guest, and guests
 * have no link with each other. What a peer says is believed of its own people alone: a
 * pseudonym belongs to the node that joined it, a guest to its seats (children; staff by a
 * bound of their own), everybody to a pace. What is refused is counted by rule and, to the one
 * who meant it well, said (FRAME_BLOCKED).
 *
 * A cut changes nothing of one's own side. The figures of the other side are lost, are not
 * shown after ROOM_LOST_US and forgotten after ROOM_FORGET_US. A link that went on (is_whole)
 * replays what was said meanwhile, and where everybody stands is said once more; otherwise
 * everything is said anew, with the lines of before, and ends with FRAME_ON: who was not named
 * is not there any more. A line has a number of its home, so it is heard once. FRAME_OFF: it is
 * not on at the other side (not yet, or over); when it is, that side says FRAME_ON and is told
 * everything anew.
 *
 * Threads: one room belongs to one thread.  Owns: figures, kept lines, acts; what a function of
 * struct room_feature is given is borrowed until it returns, a figure until `taken`. */
#ifndef FEDERATION_MIRROR_ROOM_H
#define FEDERATION_MIRROR_ROOM_H

#include "federation/frame_voice.h"
#include "node/base/clock.h"

#define ROOM_PEERS_MOST   16
#define ROOM_STAFF_MOST   16 /* of one guest */
#define ROOM_FIGURES_MOST 1000
#define ROOM_LINES_KEPT   256 /* to be said again to who lost them */
#define ROOM_ACTS_MOST    1024
#define ROOM_ACK_US       SECOND_US /* an act that is not confirmed by then is late */
#define ROOM_LOST_US      (2 * MINUTE_US)
#define ROOM_FORGET_US    (11 * MINUTE_US) /* longer than a link replays */

/* Paces: of a figure, and of all that a peer says. */
#define ROOM_MOVES_S      30
#define ROOM_SAY_US       (SECOND_US * 5 / 6) /* a line for long; home's own pace is a second */
#define ROOM_SAY_BURST    20
#define ROOM_BYTES_MINUTE 65536 /* of lines, of one guest */
#define ROOM_VOICE_S      120   /* packets of one talker: 10 ms each, and some */
#define ROOM_VOICE_PEER_S 800   /* of all of a guest; four times that of the host */
#define ROOM_VOICE_BYTES  400   /* of one packet: 60 ms at more than we ask browsers for */
/* A packet that waited so long on its way is not heard late: against the quickest of its peer's
 * in the last ROOM_QUICK_US or two of them, for clocks of two nodes differ. */
#define ROOM_VOICE_LATE_MS 150
#define ROOM_QUICK_US      (20 * SECOND_US)

/* Why a frame was not taken. */
enum room_rule {
    ROOM_RULE_STRANGER, /* not a peer of this lesson */
    ROOM_RULE_BODY,
    ROOM_RULE_FOREIGN, /* a pseudonym of somebody else's: foreign-pseud */
    ROOM_RULE_UNKNOWN, /* nobody joined by it (on rt: it may overtake its join) */
    ROOM_RULE_NODE,    /* says another town's name for its own */
    ROOM_RULE_SEATS,
    ROOM_RULE_STOPPED, /* by the host's staff */
    ROOM_RULE_EJECTED,
    ROOM_RULE_PACE,
    ROOM_RULE_NUMBER, /* of a line: none, or far from the one before */
    ROOM_RULE_ROLE,   /* the host alone may; of voices, staff and teachers */
    ROOM_RULE_LATE,   /* of voices */
    ROOM_RULES_N
};
const char *room_rule_name(enum room_rule rule); /* "foreign-pseud" */

/* FRAME_BLOCKED.why: the protocol. */
enum room_blocked {
    ROOM_BLOCKED_WORDS = 1, /* a contact detail or a word of need: its home looks after it */
    ROOM_BLOCKED_STOPPED = 2,
    ROOM_BLOCKED_SEATS = 3,
    ROOM_BLOCKED_NAME = 4, /* shown under another name */
    ROOM_BLOCKED_PACE = 5,
    ROOM_BLOCKED_EJECTED = 6,
};

/* As node/place/mirror.h and FRAME_MUTE; an ejection is an act of its own. */
#define ROOM_CHAT  1u
#define ROOM_REACT 2u
#define ROOM_EJECT 4u
#define ROOM_VOICE 8u

struct room_look {
    bool is_staff, is_teacher; /* at most one; either is no child: other seats, other names */
    bool has_distance, is_away;
    uint8_t kind, colour, state;
    struct frame_spot at;
    char name[FRAME_NAME_MOST + 1];
};

/* Somebody of another node. */
struct room_figure {
    uint8_t pseud[FRAME_PSEUD_BYTES];
    struct id node;
    struct room_look look;
    bool is_lost;
    void *owner; /* the feature's: what it shows him as; NULL: not shown */
    /* The room's. */
    struct room_figure *next;
    struct id rival; /* would have joined by that pseudonym, too */
    bool is_shown, is_stale, is_leaving;
    int n_pending;
    int64_t said_us, moved_us, reacted_us, looked_us, spoke_us; /* paces */
};

/* Of one line; text borrowed. */
struct room_line {
    struct id node;
    uint64_t number;
    struct id line;
    uint8_t pseud[FRAME_PSEUD_BYTES], to_pseud[FRAME_PSEUD_BYTES];
    int64_t at_ms;
    struct span text;
};

/* What the host's staff stopped or gave back. */
struct room_act {
    struct id act, node; /* node: of the figure */
    uint8_t pseud[FRAME_PSEUD_BYTES];
    unsigned what; /* of ROOM_CHAT, ROOM_REACT, ROOM_VOICE, or ROOM_EJECT alone */
    bool on;
    char name[FRAME_NAME_MOST + 1]; /* the room's: as he was seen; "" not known any more */
    bool is_acked, is_late;         /* the room's */
    int64_t due_us;                 /* the room's */
};

struct room_feature {
    void *arg;
    void (*send)(void *arg, struct id peer, bool is_rt, const struct frame *frame);
    /* May this be shown as a name here? Else it is replaced and true returned. */
    bool (*name)(void *arg, struct id node, struct room_look *look);
    void (*put)(void *arg, struct room_figure *figure);
    void (*changed)(void *arg, struct room_figure *figure); /* look, place or is_lost */
    void (*moved)(void *arg, struct room_figure *figure, const struct frame_pos *pos,
                  bool is_steered);
    void (*taken)(void *arg, struct room_figure *figure); /* owner is NULL afterwards */
    void (*reacted)(void *arg, struct room_figure *figure, uint8_t kind);
    /* A packet of somebody who is shown and not lost. */
    void (*voiced)(void *arg, struct room_figure *figure, const struct frame_voice *voice);
    /* A line that is new: to be judged and written; then mirror_room_pass or _unheard. */
    void (*heard)(void *arg, const struct room_figure *figure, const struct room_line *line);
    void (*gone)(void *arg, struct id line);
    /* The host's staff about one of ours. False: it does not hold yet (no ack; it comes again).
     */
    bool (*stop)(void *arg, const struct room_act *act, struct id account);
    /* Something of ours is not shown there; line: ID_NONE for the person himself. */
    void (*blocked)(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line,
                    uint8_t why);
    /* The home confirmed, or did not within ROOM_ACK_US (once each). */
    void (*confirmed)(void *arg, const struct room_act *act);
    void (*late)(void *arg, const struct room_act *act);
    /* A frame of the lesson's board; its pseudonym is that peer's and may speak. False: fault.
     */
    bool (*board)(void *arg, struct id peer, const struct frame *frame);
};

struct room_conf {
    bool is_host;
    struct id self;
    uint32_t class;
    int64_t begins_ms, ends_ms;
    const struct room_feature *feature; /* kept by reference */
};
struct mirror_room;
NODISCARD enum err mirror_room_create(const struct room_conf *conf, struct mirror_room **out,
                                      struct fail *why);
/* Figures are taken. */
void mirror_room_destroy(struct mirror_room **room);
/* At the host a guest with its seats (again: their new number; who is there stays); at a guest
 * the host alone. ERR_BUSY. */
NODISCARD enum err mirror_room_peer(struct mirror_room *room, struct id peer, int places,
                                    struct fail *why);
/* It left the series. */
void mirror_room_peer_gone(struct mirror_room *room, struct id peer);
void mirror_room_times(struct mirror_room *room, int64_t begins_ms, int64_t ends_ms);

/* ---- the links ---- */

void mirror_room_up(struct mirror_room *room, struct id peer, bool is_whole, int64_t now_us);
void mirror_room_down(struct mirror_room *room, struct id peer, int64_t now_us);
/* Every ROOM_TICK_US or so: what is late, lost, forgotten. */
#define ROOM_TICK_US (SECOND_US / 5)
void mirror_room_tick(struct mirror_room *room, int64_t now_us);
/* The lesson is over here: FRAME_OFF to all. */
void mirror_room_over(struct mirror_room *room);

enum room_got {
    ROOM_TAKEN,
    ROOM_AGAIN,   /* a line that was heard before */
    ROOM_DROPPED, /* refused by *rule_out; the link may stay */
    ROOM_FAULT,   /* no honest node says this: the link is to be closed */
};
enum room_got mirror_room_take(struct mirror_room *room, struct id peer,
                               const struct frame *frame, int64_t now_us,
                               enum room_rule *rule_out);

/* ---- own people ---- */

/* Comes, or is there and looks like this from now on. ERR_NOMEM. */
NODISCARD enum err mirror_room_here(struct mirror_room *room, struct id account,
                                    const uint8_t pseud[FRAME_PSEUD_BYTES],
                                    const struct room_look *look, struct fail *why);
void mirror_room_left(struct mirror_room *room, struct id account);
void mirror_room_moved(struct mirror_room *room, struct id account, const struct frame_pos *pos,
                       bool is_steered);
void mirror_room_reacted(struct mirror_room *room, struct id account, uint8_t kind);
/* He is heard in the open there; one that is larger than others take is not told. */
void mirror_room_voiced(struct mirror_room *room, struct id account,
                        const struct frame_voice *voice);
/* One line of ours, written and numbered: to every peer. */
NODISCARD enum err mirror_room_say(struct mirror_room *room, const struct room_line *line,
                                   struct fail *why);
/* A line of ours (at the host: of anybody) was taken away by staff here. */
void mirror_room_gone(struct mirror_room *room, struct id line);
/* False: nobody of ours is there by that. */
bool mirror_room_account_of(const struct mirror_room *room,
                            const uint8_t pseud[FRAME_PSEUD_BYTES], struct id *account_out);
bool mirror_room_pseud_of(const struct mirror_room *room, struct id account,
                          uint8_t pseud_out[FRAME_PSEUD_BYTES]);
/* The names of our own staff who are there, for who would pass for them; NULL: no more. */
const struct room_look *mirror_room_staff(const struct mirror_room *room, int i);

/* ---- lines of others ---- */

/* It is written: told on (at the host) with this text, kept. The figure to show it as; NULL: he
 * is not to be heard any more. */
NODISCARD enum err mirror_room_pass(struct mirror_room *room, const struct room_line *line,
                                    struct room_figure **figure_out, struct fail *why);
/* It is not shown: blocked (why 0: nobody is told), or it could not be written (is_again: it
 * may come again). */
void mirror_room_unheard(struct mirror_room *room, const struct room_line *line, uint8_t why,
                         bool is_again);
/* A line or number of before this program began: heard, kept if it has text. */
NODISCARD enum err mirror_room_restore(struct mirror_room *room, const struct room_line *line,
                                       struct fail *why);

/* ---- the host's staff ---- */

/* ERR_NOT_FOUND: no such figure, or nobody of that pseudonym was put out who is to be let in
 * again; ERR_BUSY: ROOM_ACTS_MOST; ERR_INVALID: not at a guest. A known act is not put again.
 */
NODISCARD enum err mirror_room_stop(struct mirror_room *room, const struct room_act *act,
                                    int64_t now_us, struct fail *why);
/* Of before this program began, oldest first: it holds; it is said again, unless acked. */
NODISCARD enum err mirror_room_stop_restore(struct mirror_room *room,
                                            const struct room_act *act, struct fail *why);
/* At a guest: the act could not be done at once, and holds now. */
void mirror_room_confirm(struct mirror_room *room, struct id act);

/* ---- looking ---- */

struct room_figure *mirror_room_find(struct mirror_room *room,
                                     const uint8_t pseud[FRAME_PSEUD_BYTES]);
void mirror_room_figures(const struct mirror_room *room,
                         void (*fn)(void *arg, const struct room_figure *figure), void *arg);
/* ROOM_CHAT.. that the host's staff stopped. */
unsigned mirror_room_stops(const struct mirror_room *room,
                           const uint8_t pseud[FRAME_PSEUD_BYTES]);
/* The act that put him out, as long as it holds; NULL: none. */
const struct room_act *mirror_room_out(const struct mirror_room *room,
                                       const uint8_t pseud[FRAME_PSEUD_BYTES]);
/* Those one after the other; *at begins with 0. NULL: no more. */
const struct room_act *mirror_room_out_next(const struct mirror_room *room, int *at);
struct room_status {
    int n_own, n_figures, n_lost, n_up, n_peers, n_waiting; /* acts that wait for their ack */
    uint64_t n_taken, n_again, n_dropped[ROOM_RULES_N];
};
void mirror_room_status(const struct mirror_room *room, struct room_status *out);

#endif

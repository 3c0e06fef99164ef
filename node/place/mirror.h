/* node/place/mirror.h - a floor that several towns stand on at once (CARD-4): copy 1 of it
 * is told to a feature above us, and people who stand on it at other nodes are figures here.
 * They have no account: they are in floor.here, people.came, chat.line with their `town`, are
 * seen, read and kept distance from, and counted nowhere: not in capacity, presence, logs,
 * attendance, contacts or what needs staff. Nobody waves to them, knocks, invites or talks with
 * them
 * (`other-town`). What they write lies with today's lines in memory, and is never a row here.
 *
 * Told of own people: came, look, left, moved with the tick that tells it to those on the
 * floor; said, gone, reacted after their commit. Only who is on the public channel of copy 1,
 * and only what everybody on it reads. While a mirror is begun no copy 2 is opened.
 *
 * A floor whose id begins with `shared-` is opened by the gate alone (place_shared_gate_set).
 * Threads: everything here belongs to the live thread (or to whoever has ended it, before
 * place_close).  Owns: a mirror its figures. */
#ifndef NODE_PLACE_MIRROR_H
#define NODE_PLACE_MIRROR_H

#include "node/io/live.h"
#include "node/place/place.h"
#include "node/place/world_mirror.h"

#define MIRROR_FLOOR_PREFIX "shared-"
/* A person's name or line of another node: longer texts are refused. */
#define MIRROR_TEXT_MOST 4000 /* bytes of one line */

struct mirror;
struct mirror_figure;

/* What a person of the host node's staff may stop (mirror_stop), and local staff ask for
 * (figure.stop). */
enum mirror_what { MIRROR_CHAT = 1, MIRROR_REACT = 2, MIRROR_EJECT = 4, MIRROR_VOICE = 8 };
#define MIRROR_WHATS 15 /* all of them */
/* In rows and between nodes what a warning (figure.warn) is about: it stops nothing, and is
 * told apart by the kind of its row and by its text. */
#define MIRROR_WARN 8

/* One Opus packet of somebody who is heard in the open (voice/hub.h); opus is borrowed. */
struct mirror_voice {
    bool is_announce; /* to the whole floor; else where he stands */
    uint16_t number;
    uint32_t time;
    bool has_level;
    uint8_t level;
    struct span opus;
};

/* One line; spans are borrowed until the call returns. */
struct mirror_line {
    struct id line, author; /* author: account; ID_NONE for a figure */
    int64_t at_utc_us;
    struct span name, text; /* as others read them */
    bool is_staff;
    /* Whom it addresses: at most one of them. */
    struct id to_account;     /* ID_NONE: nobody of ours */
    struct mirror_figure *to; /* NULL: no figure */
};

/* The feature's side: all are called on the live thread. came .. reacted may call nothing of
 * the place; asked and asked_gone may. */
struct mirror_feature {
    void *arg;
    void (*came)(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at);
    void (*look)(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at);
    void (*left)(void *arg, struct id account);
    void (*moved)(void *arg, struct id account, const struct mirror_move *move);
    /* Committed and said; a held line, too, when staff release it. */
    void (*said)(void *arg, const struct mirror_line *line);
    /* Staff took away a line of our own people. */
    void (*gone)(void *arg, struct id line);
    void (*reacted)(void *arg, struct id account, int kind); /* react_kinds.h */
    /* He is heard by those who stand with him, or announces; never from a closed room, never in
     * a talk of two. */
    void (*voiced)(void *arg, struct id account, const struct mirror_voice *voice);
    /* Staff who may see IDs ask that a figure be stopped (command figure.stop; what: one enum
     * mirror_stop), or that a figure's line be taken away (figure.hide; then mirror_gone). The
     * feature answers by command_later_*, after whatever it has written. */
    void (*asked)(void *arg, struct command_later later, struct id by,
                  struct mirror_figure *figure, enum mirror_what what, bool on);
    /* They ask that somebody who was put out (mirror_out_set) may come again (figure.admit). */
    void (*asked_in)(void *arg, struct command_later later, struct id by, struct span pseud);
    void (*asked_gone)(void *arg, struct command_later later, struct id by, struct id line);
    /* They ask that a figure be warned (figure.warn): template is a name that nobody has looked
     * up yet; line: which of its lines is quoted, ID_NONE: none. */
    void (*asked_warn)(void *arg, struct command_later later, struct id by,
                       struct mirror_figure *figure, struct span template, struct id line);
};

/* feature is kept by reference until mirror_end. Who is there is told by came() with the next
 * tick. ERR_NOT_FOUND: no such floor in force; ERR_CONFLICT: it has a mirror. */
NODISCARD enum err mirror_begin(struct place *place, struct span floor,
                                const struct mirror_feature *feature,
                                struct mirror **mirror_out, struct fail *why);
/* All figures go, all stops end; lines stay with today's. Accepts NULL, leaves NULL. */
void mirror_end(struct mirror **mirror);

/* ---- figures ---- */

/* owner: the feature's, given back by mirror_owner. ERR_BUSY: MIRROR_FIGURES_MOST. */
NODISCARD enum err mirror_put(struct mirror *mirror, void *owner,
                              const struct mirror_look *look, struct floor_spot at,
                              struct mirror_figure **figure_out, struct fail *why);
void *mirror_owner(const struct mirror_figure *figure);
void mirror_look_change(struct mirror_figure *figure, const struct mirror_look *look);
void mirror_move(struct mirror_figure *figure, const struct mirror_move *move);
/* It goes; accepts NULL, leaves NULL. */
void mirror_take(struct mirror_figure **figure);
void mirror_react(struct mirror_figure *figure, int kind);
/* It is heard where it stands, as one of our own would be; nothing while it is lost or its
 * voice is stopped, where the area asks for silence, or without a media program. */
void mirror_voice(struct mirror_figure *figure, const struct mirror_voice *voice);
/* Something else that is seen of it, with its seat (as place_show of our own people). The seat
 * is another when a session that hides names begins or ends. */
uint16_t mirror_seat(const struct mirror_figure *figure);
void mirror_show(struct mirror_figure *figure, const struct live_event *event, const void *of);

/* ---- words ---- */

/* As event chat.line, with the figure's seat and town, and kept with today's lines; author,
 * name, is_staff and at_utc_us of line are not looked at: they are the figure's, and now.
 * ERR_CONFLICT: a line with that id is there; ERR_INVALID: its text is empty, too long or no
 * UTF-8. Safe words are the caller's. */
NODISCARD enum err mirror_say(struct mirror *mirror, struct mirror_figure *figure,
                              const struct mirror_line *line, struct fail *why);
/* A line of a figure, or of our own people, is seen no more here (chat.gone). No row says so:
 * of an own one whoever wants it to stay so after a restart writes the decision himself. Not
 * there: nothing. gone() does not come of it. */
void mirror_gone(struct mirror *mirror, struct id line);

/* ---- what holds for our own people there ---- */

/* Of home, by the host's staff: what he writes or shows is refused (`stopped`), or he is put
 * out to the lobby and not let in again, each until taken back or mirror_end. what: a set of
 * enum mirror_what. ERR_NOMEM: it does not hold. ERR_DENIED: staff here; no other town parts
 * them from their children. */
NODISCARD enum err mirror_stop(struct mirror *mirror, struct id account, unsigned what, bool on,
                               struct fail *why);
/* The line to the other towns is cut since then, or is back: event mirror.state to everybody on
 * the floor and to whoever comes. */
void mirror_notice(struct mirror *mirror, bool is_cut, int64_t since_utc_us);

/* Who of other towns was put out by our staff and not let in again: staff who may see IDs are
 * told, with mirror.state. Copied; at most MIRROR_OUT_MOST are kept. */
#define MIRROR_OUT_MOST 100
struct mirror_out {
    char name[WORLD_NAME_CAP]; /* "": not known any more */
    char town[MIRROR_TOWN_CAP], pseud[MIRROR_PSEUD_CAP];
};
void mirror_out_set(struct mirror *mirror, const struct mirror_out *out, int n);

/* ---- who may come to floors "shared-..." ---- */

/* Asked whenever somebody's rights are looked at, and once a second of everybody connected; so
 * it is quick, and its answer may change by the clock. NULL: staff alone may come. */
void place_shared_gate_set(struct place *place,
                           bool (*may)(void *arg, struct span floor,
                                       const struct place_pass *pass, int64_t now_utc_us),
                           void *arg);

#endif

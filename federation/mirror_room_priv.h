/* federation/mirror_room_priv.h - what mirror_room*.c share. Nothing outside this folder's
 * mirror_room*.c includes it. */
#ifndef FEDERATION_MIRROR_ROOM_PRIV_H
#define FEDERATION_MIRROR_ROOM_PRIV_H

#include "federation/mirror_room.h"

#define ROOM_BUCKETS    256
#define ROOM_NUMBERS    1024 /* the last ones of a home that are told apart */
#define ROOM_GONE_KEPT  64
#define ROOM_NUMBER_GAP UINT64_C(1000000) /* a home does not skip so many */

/* Numbers of lines heard of one home: the highest, and which of the last ROOM_NUMBERS. */
struct room_numbers {
    struct id node;
    uint64_t highest;
    uint64_t bits[ROOM_NUMBERS / 64];
};
/* Sets it; false: it was set, or is older than what is told apart. */
bool room_numbers_put(struct room_numbers *numbers, uint64_t number);
void room_numbers_drop(struct room_numbers *numbers, uint64_t number);

/* A pace: *at runs ahead of now by `cost` a time, by `burst` at most; slack: so long nothing
 * could come, so that all of it comes now. */
bool room_pace(int64_t *at_us, int64_t now_us, int64_t cost_us, int64_t burst_us,
               int64_t slack_us);

struct room_peer {
    struct id node;
    int places;
    bool is_up, is_known; /* known: a link has stood, so what is sent waits while it is cut */
    bool is_closed;       /* said that it is not on there: what it was told it has not */
    int64_t down_us;      /* since then; 0: never up */
    int64_t slack_us, slack_until_us;
    int64_t joined_us, bytes_us, blocked_us, board_us, anew_us, voice_us; /* paces */
    /* How far the clock of its frames is behind ours, at least: now, and in the time before. */
    bool has_quick;
    int64_t quick_ms, before_ms, quick_us; /* quick_us: since then */
};

struct room_own {
    struct id account;
    uint8_t pseud[FRAME_PSEUD_BYTES];
    struct room_look look;
    bool is_refused; /* no seat there */
    struct room_own *next;
};

/* A line that may have to be said again. */
struct room_kept {
    struct room_line line;
    uint8_t *text;
};

struct mirror_room {
    struct room_conf conf;
    struct room_peer peers[ROOM_PEERS_MOST];
    int n_peers;
    struct room_figure *buckets[ROOM_BUCKETS];
    int n_figures;
    struct room_own *own;
    bool is_name_due; /* one of ours came under whose name or pseudonym another is there */
    struct room_numbers numbers[ROOM_PEERS_MOST + 1];
    int n_numbers;
    struct room_kept kept[ROOM_LINES_KEPT];
    unsigned kept_next;
    /* Lines that were taken away, maybe while they were still being written here. */
    struct id gone[ROOM_GONE_KEPT];
    unsigned gone_next;
    struct room_act *acts;
    int n_acts, acts_cap;
    uint64_t n_taken, n_again, n_dropped[ROOM_RULES_N];
};

struct room_peer *room_peer_find(struct mirror_room *room, struct id node);
struct room_own *room_own_of(const struct mirror_room *room, struct id account);
struct room_own *room_own_by(const struct mirror_room *room,
                             const uint8_t pseud[FRAME_PSEUD_BYTES]);

/* ---- figures (mirror_room_people.c) ---- */

struct room_figure *room_figure_add(struct mirror_room *room,
                                    const uint8_t pseud[FRAME_PSEUD_BYTES], struct id node);
/* Not shown any more, and forgotten; the others are told unless is_quiet. */
void room_figure_drop(struct mirror_room *room, struct room_figure *figure, bool is_quiet);
void room_figure_show(struct mirror_room *room, struct room_figure *figure);
void room_figure_hide(struct mirror_room *room, struct room_figure *figure);
int room_count_of(const struct mirror_room *room, struct id node, bool is_adult);
void room_names_tick(struct mirror_room *room);
/* fn for every figure; it may drop that one. */
void room_each(struct mirror_room *room,
               void (*fn)(struct mirror_room *room, struct room_figure *figure, void *arg),
               void *arg);

/* ---- sending (mirror_room_send.c) ---- */

void room_send(struct mirror_room *room, struct room_peer *peer, bool is_rt,
               enum frame_type type, uint8_t flags, const uint8_t *pseud, struct span payload);
/* To every peer but the home of it (ID_NONE: to every one). */
void room_send_all(struct mirror_room *room, struct id but, bool is_rt, enum frame_type type,
                   uint8_t flags, const uint8_t *pseud, struct span payload);
void room_send_look(struct mirror_room *room, struct room_peer *peer, enum frame_type type,
                    const struct room_figure *figure);
void room_send_own(struct mirror_room *room, struct room_peer *peer, enum frame_type type,
                   const struct room_own *own);
void room_tell_look(struct mirror_room *room, enum frame_type type,
                    const struct room_figure *figure);
void room_send_line(struct mirror_room *room, struct room_peer *peer,
                    const struct room_line *line);
void room_send_act(struct mirror_room *room, const struct room_act *act);
void room_send_blocked(struct mirror_room *room, struct room_peer *peer, const uint8_t *pseud,
                       struct id line, uint8_t why, int64_t now_us);
void room_send_all_anew(struct mirror_room *room, struct room_peer *peer, bool is_whole);

/* ---- voices (mirror_room_voice.c) ---- */

enum room_got room_take_voice(struct mirror_room *room, struct room_peer *peer,
                              struct room_figure *figure, const struct frame *frame,
                              int64_t now_us, enum room_rule *rule_out);

/* ---- lines (mirror_room_lines.c) ---- */

struct room_numbers *room_numbers_of(struct mirror_room *room, struct id node);
enum err room_keep(struct mirror_room *room, const struct room_line *line, struct fail *why);
void room_kept_clear(struct mirror_room *room);
/* NULL: none is kept. */
const struct room_kept *room_kept_find(const struct mirror_room *room, struct id line);
/* The home of a kept line; ID_NONE: none is kept. It is forgotten. */
struct id room_kept_drop(struct mirror_room *room, struct id line);

void room_gone_note(struct mirror_room *room, struct id line);

/* ---- acts (mirror_room_acts.c) ---- */

struct room_act *room_act_find(struct mirror_room *room, struct id act);
/* At a guest: an act of the host came. */
enum room_got room_take_act(struct mirror_room *room, struct room_peer *peer,
                            const struct frame *frame, enum room_rule *rule_out);
enum room_got room_take_ack(struct mirror_room *room, struct room_peer *peer,
                            const struct frame *frame, enum room_rule *rule_out);
void room_acts_tick(struct mirror_room *room, int64_t now_us);

#endif

/* node/place/chat_priv.h - between the files of what is written in the place. Lines of today
 * lie in memory: of each channel the newest, so that who comes in reads what was said before. A
 * channel is a copy of a floor or an area in which words stay; during a session that hides
 * names it is one of that session. Nothing is there before it was committed. Threads: the live
 * thread's, unless said otherwise.  Owns: nothing. */
#ifndef NODE_PLACE_CHAT_PRIV_H
#define NODE_PLACE_CHAT_PRIV_H

#include "node/place/chat.h"
#include "node/place/chat_ask.h"
#include "node/place/chat_events.h"
#include "node/place/chat_store.h"
#include "node/place/talk_store.h"
#include "tenants/words/words.h"

#define CHAT_LINES_KEPT   200 /* of a channel */
#define CHAT_LINE_LISTS   64  /* of its lines, by id */
#define CHAT_PERSON_LISTS 256 /* of those who write, by account */
#define CHAT_LINES_TOLD   100 /* of them at once */
#define CHAT_LINES_BYTES \
    65536 /* and so much text: a frame stays far below what a queue holds */
/* Everybody who may hold a ticket. */
#define CHAT_ROLES \
    (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_SUPPORTER) | \
     ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | \
     ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* ---- one line in memory; texts lie behind it ---- */

struct chat_line {
    struct chat_line *next, *next_by_id;
    struct id id, author, to; /* to: ID_NONE, nobody */
    int64_t at_utc_us;
    enum chat_state state;
    unsigned categories;
    bool is_staff, is_teacher,
        is_figure;          /* is_figure: of another town (mirror.h), and no row */
    uint64_t to_figure;     /* whom it addresses there; 0: nobody */
    uint16_t seat, to_seat; /* then; 0: not known any more */
    const struct id *heard; /* of a room: who was inside */
    size_t n_heard;
    struct span town, pseud;                       /* of a figure */
    struct span name, text, to_name;               /* as others read them */
    struct span display, login, original, to_real; /* as staff who may see IDs do */
};
/* A copy with all its texts in one piece; NULL: no memory. Any thread. */
struct chat_line *chat_line_create(const struct chat_line *of);
struct chat_lines {
    struct chat_line *first, *last; /* the oldest first */
    size_t n;
    struct chat_line *by_id[CHAT_LINE_LISTS];
};
/* In its place by time; taken. None with that id is there. */
void chat_lines_put(struct chat_lines *lines, struct chat_line *line);
struct chat_line *chat_lines_find(const struct chat_lines *lines, struct id id);
void chat_lines_drop(struct chat_lines *lines, int64_t before_utc_us);
/* By whom a room's line may be read: he was inside. */
bool chat_line_was_heard(const struct chat_line *line, struct id account);

/* ---- channels ---- */

struct chat_where {
    char floor[PLACE_FLOOR_CAP], room[PLACE_FLOOR_CAP]; /* room "": the whole copy */
    int copy;
    struct id session; /* that hides names; ID_NONE */
};
struct chat_spot {
    struct chat_spot *next;
    struct chat_where where;
    struct chat_lines lines;
};

/* ---- talks ---- */

enum talk_state {
    TALK_IS_ASKED,   /* members[0] asked members[1] */
    TALK_IS_OPENING, /* being written */
    TALK_IS_OPEN
};
struct talk {
    struct talk *next;
    struct id id;
    enum talk_kind kind;
    enum talk_state state;
    struct id members[TALK_MEMBERS];
    int64_t until_mono_us; /* asked; or restored: who is not back by then has left */
    bool is_restored;
    /* As what each is known to the other: the session under whose alias; ID_NONE, by name. Not
     * has_face: read again, and he has not stood anywhere yet. */
    bool has_face[TALK_MEMBERS];
    struct id faces[TALK_MEMBERS];
    /* Who wants to talk aloud; with both, the number by which the media program knows them. */
    bool is_aloud[TALK_MEMBERS];
    uint32_t voice;
    struct chat_lines lines;
};
struct chat_block {
    struct chat_block *next;
    struct id id, account, other;
    int64_t at_utc_us;
    char name[WORLD_NAME_CAP];
};
/* Who asked whom and was refused: not again for a while. */
struct talk_refusal {
    struct talk_refusal *next;
    struct id from, to;
    int64_t until_mono_us;
};

/* ---- who writes: pace, and the last lines for the safe words ---- */

struct chat_window {
    struct chat_window *next;
    uint64_t key;
    struct words_window window;
};
struct chat_person {
    struct chat_person *next;
    struct id account;
    int64_t said_mono_us, touched_mono_us; /* said: the last line in the open */
    int64_t paced_mono_us;                 /* of the pace: when the next line is in time */
    struct chat_window *windows;
};

struct chat_past; /* chat_held.c: what staff decided, committed; any thread. Takes the memory of
                     it. */
struct chat_decided {
    const struct services *services;
    struct id line, author, to, talk; /* talk: ID_NONE, openly */
    enum chat_act act;
    bool was_held; /* until now: its author has waited for an answer */
    struct chat_where where;
    struct chat_line *said; /* as it is told, should it not be in memory; may be NULL */
};
void chat_decided_post(struct chat_decided *decided);
struct chat_where chat_where_of_row(const struct chat_line_row *row);
/* Fills what a row says of itself; texts are borrowed, the arena's. */
NODISCARD enum err chat_line_of_row(const struct chat_line_row *row,
                                    const struct chat_text *text, struct arena *arena,
                                    struct chat_line *line_out, struct fail *why);

/* chat_past.c */
struct chat {
    struct place *place;
    struct chat_spot *spots;
    struct talk *talks;
    struct chat_block *blocks;
    struct talk_refusal *refusals;
    struct chat_person *persons[CHAT_PERSON_LISTS]; /* by account */
    struct chat_past *past;
    unsigned gen;           /* rises when everybody is to be told anew */
    uint64_t epoch;         /* of the keyring: keys went, so do texts */
    int64_t last_at_utc_us; /* of the newest line: times rise */
    int64_t second_mono_us;
    int32_t day; /* in Japan */
};

/* chat.c */
struct chat_person *chat_person_of(struct chat *chat, struct id account, struct place_now now);
/* NULL: no memory. */
struct words_window *chat_window_of(struct chat_person *person, uint64_t key);
int64_t chat_at(struct chat *chat, struct place_now now);

/* chat_lines.c */
struct chat_where chat_where_of(const struct visit *visit);
uint64_t chat_where_key(const struct chat_where *where);
struct chat_spot *chat_spot_find(struct chat *chat, const struct chat_where *where);
struct chat_spot *chat_spot_need(struct chat *chat, const struct chat_where *where);
/* He is there and reads what is written there. */
bool chat_is_there(const struct visit *visit, const struct chat_where *where);
/* A said or held line to all who may read it now: held ones go to staff who may see IDs. */
void chat_line_send(struct chat *chat, const struct chat_where *where, const struct talk *talk,
                    const struct chat_line *line, struct place_now now);
void chat_gone_send(struct chat *chat, const struct chat_where *where, const struct talk *talk,
                    const struct chat_line *line, struct place_now now);
/* chat.lines of a talk to one of its members. */
void chat_talk_lines_send(struct visit *visit, const struct talk *talk, struct place_now now);
/* To everybody who came, went in or out since the last tick. */
void chat_lines_sweep(struct chat *chat, struct place_now now);
void chat_forget(struct chat *chat, int64_t before_utc_us); /* lines older than that */
/* All that has rows; of a figure's line, whom it addressed. */
void chat_forget_rows(struct chat *chat);

/* chat_past.c */
NODISCARD enum err chat_past_open(struct chat *chat, struct fail *why);
void chat_past_again(struct chat *chat);
void chat_past_sweep(struct chat *chat, struct place_now now);
void chat_past_close(struct chat *chat);

/* chat_say.c: one line, to an open channel or a talk */
struct chat_target {
    const struct chat_where *where;        /* where he stands */
    const struct talk *talk;               /* NULL: openly */
    const struct visit *to;                /* whom he addresses; NULL: nobody */
    const struct mirror_figure *to_figure; /* or whom of another town */
    uint16_t to_seat;
    /* Of a question (chat_ask.h): instead of the telling; else NULL. */
    void (*told)(const struct services *services, const struct chat_asked *asked);
};
/* He did something; NULL: he may not write now, and was told so. */
struct visit *chat_acted(struct command_call *call);
void chat_put(struct command_call *call, struct visit *visit, const struct chat_target *target,
              struct id line, struct span text);
bool chat_is_stopped(struct command_call *call, const struct visit *visit);

/* talk.c */
struct talk *talk_find(struct chat *chat, struct id id);
bool talk_has(const struct talk *talk, struct id account);
struct id talk_other(const struct talk *talk, struct id account);
/* The session whose alias he bears where he stands; ID_NONE: staff, or no such session. */
struct id talk_face(const struct visit *visit);
/* To one member, as after a cut: talk.open and today's lines. */
void talk_tell(struct visit *visit, const struct talk *talk, bool is_first,
               struct place_now now);
void talks_tell_again(struct visit *visit, struct place_now now);
/* The seat of other, as far as viewer sees it. */
bool talk_seat_for(const struct visit *other, const struct visit *viewer, int64_t *seat_out);
/* Over for both: told, written, freed. by: who left; he hears closed. */
void talk_close(struct chat *chat, struct talk *talk, struct id by, enum talk_end why,
                struct place_now now);
void talks_sweep(struct chat *chat, struct place_now now);
void talks_free(struct chat *chat);
bool talk_is_blocked(const struct chat *chat, struct id account, struct id other);
bool talk_was_refused(const struct chat *chat, struct id from, struct id to);

#endif

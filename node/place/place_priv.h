/* node/place/place_priv.h - between the files of the place that make a visit. A guest is one
 * open connection; a visit is somebody's stay, from his entry until he leaves, over any number
 * of connections. Who is connected and on no floor is in the lobby. Bound is whom the hours
 * bind; counted, who takes up one of a floor's places: staff are neither.
 * Threads: the live thread's, unless said otherwise.  Owns: nothing. */
#ifndef NODE_PLACE_PLACE_PRIV_H
#define NODE_PLACE_PLACE_PRIV_H

#include <stdatomic.h>

#include "node/place/facts.h"
#include "node/place/look.h"
#include "node/place/place.h"
#include "node/place/place_alias.h"
#include "node/place/place_events.h"
#include "node/place/place_meter.h"
#include "node/place/visit_log.h"
#include "node/place/visit_ring.h"
#include "tenants/hours/hours_now.h"

#define PLACE_FLOOR_CAP   33 /* an id of a floor, of a room, of a spawn */
#define PLACE_TITLE_CAP   256
#define PLACE_COPIES_CAP  64 /* of one floor */
#define PLACE_FLOORS_CAP  64 /* so that a set of floors fits 64 bits */
#define PLACE_PEOPLE_CAP  30000
#define PLACE_TOKEN_BYTES 32
#define PLACE_TEXT_CAP    512 /* a sentence */

struct visit;
struct place_floor;
struct mirror; /* mirror.h */

#define PLACE_LINES_MOST 8 /* open lines of one account */

/* What a line was last told of one kind of measure (measure.h). */
#define PLACE_STOPS_N 6
struct place_stop {
    bool is_on;
    int64_t until_utc_us, seconds;
    int64_t mono_us; /* when */
};

/* One open connection; what live_feature calls the visitor. */
struct guest {
    struct place *place;
    struct live_conn *conn;
    struct place_pass *pass;
    struct visit *visit; /* NULL: in the lobby */
    struct guest *prev, *next;
    int64_t acted_mono_us, acted_utc_us; /* a command, or when it came */
    int64_t came_utc_us;
    uint64_t access;    /* bits of the floors he may enter */
    bool is_owed_cards; /* of the round of news under way: place_cards.c */
    struct place_stop stops[PLACE_STOPS_N];
};

/* Where he was when chat.lines told him of today's words (chat_lines.c). */
struct chat_told {
    bool is_told;
    unsigned gen;
    const struct place_floor *floor;
    int copy;
    char room[PLACE_FLOOR_CAP];
    struct id session;
    int64_t mono_us;
};

/* Who waits stands in place->wait_first ... in the order of asking. */
struct visit {
    struct place *place;
    struct id id, account;
    struct guest *guest; /* NULL: held */
    struct visit *prev, *next;
    struct world_person *person; /* NULL: on no floor (yet) */
    struct place_floor *floor;
    struct visit *floor_next, **floor_at; /* in its visits */
    int copy;
    bool is_counted;
    int64_t since_utc_us;       /* on floors, without a break */
    int64_t react_paid_mono_us; /* up to then his reactions are paid for */
    /* Waiting. */
    struct place_floor *wants;
    struct visit *wait_prev, *wait_next;
    int64_t position; /* as told; 0: not yet */
    char wants_spawn[PLACE_FLOOR_CAP];
    enum world_rung wants_rung;
    enum world_state wants_state;
    struct hash256 token;
    int64_t held_until_mono_us; /* with guest NULL */
    int64_t logged_utc_us;      /* the newest of its rows in the record */
    int64_t lost_mono_us;       /* then the record has him as lost, though his spot is kept */
    bool is_lost;               /* it has: whoever comes back has entered again */
    int64_t heard_utc_us;       /* with guest NULL: when the line went */
    bool is_page_gone;          /* closed by the page: an exit, not lost */
    bool is_away_ours;          /* sat down by us, not by himself */
    bool is_seat_due;           /* not written since he stands there */
    int64_t seat_mono_us;       /* when it was last written */
    struct world_where seat;    /* as it was last written; its room is not looked at */
    struct visit_ring ring;
    struct chat_told told;
    unsigned mirror_gen;       /* of what it was told of the line to other towns; 0: nothing */
    struct speech_one *speech; /* speech.h; NULL: no voice */
    int64_t speech_paid_mono_us; /* up to then his microphone's turns are paid for */
    struct place_pass pass;      /* last: loops over visits read only what stands before */
};

/* Somebody whom a program before us left on a spot; his place is kept for him. */
struct ghost {
    struct visit_log_seat seat; /* row.is_lost: the record has him as lost already */
    struct ghost *next;
};

struct place_copy {
    struct world_copy *world; /* NULL: not open */
    int n_counted;            /* with ghosts */
};
struct place_alias {
    struct id account;
    unsigned number;
};

/* A lock of staff on a room, by whatever copy it is asked: it holds for all of them. */
struct place_lock {
    struct place_lock *next;
    char floor[PLACE_FLOOR_CAP], area[PLACE_FLOOR_CAP];
    enum floor_lock lock;
};

struct place_floor {
    struct place_floor *next;
    char id[PLACE_FLOOR_CAP];
    unsigned bit;
    struct ground *ground;  /* a reference */
    struct visit *visits;   /* on all its copies, linked by floor_next */
    bool is_there;          /* in the facts in force, and not hidden */
    struct facts_room room; /* session: not to be used, the facts may have gone */
    struct id session;      /* ID_NONE: none runs */
    bool is_anonymous;
    int64_t session_until_utc_us;
    char title[PLACE_TITLE_CAP];
    struct place_copy copies[PLACE_COPIES_CAP]; /* number 1 first */
    int n_waiting;
    int n_seen;                  /* on its public channels, a second ago at most */
    int64_t staffless_utc_us;    /* presence.h; 0: not so */
    struct place_alias *aliases; /* of the session, whoever was there */
    size_t n_aliases, aliases_cap;
    struct mirror *mirror; /* NULL: it is seen here alone */
    bool is_shared;        /* opened by the gate alone (mirror.h) */
};

/* place_meter.h */
struct place_meter {
    struct {
        char id[PLACE_FLOOR_CAP];
        atomic_int n_people, n_waiting;
    } floors[PLACE_FLOORS_CAP];
    atomic_int n_floors, n_lobby, n_held, n_unwritten, seats, n_seats_tries;
    atomic_uint_least64_t n_entered, n_cut, n_lost, refused[PLACE_REFUSALS_N];
};

struct pace; /* place_pace.c */
struct presence_desk;
struct measure;
struct reacts;
struct chat;
struct speech;
struct speech_one;
struct ghosts_reading;

struct place {
    struct place_conf conf;
    struct live *live;
    struct live_feature feature;
    struct arena *arena; /* emptied after each call of the live server */
    struct world *world;
    struct look *look;
    struct place_facts *facts; /* in force */
    struct visit_log *log;
    struct place_floor *floors;
    int n_floors;
    struct guest *guests;
    int n_guests;
    struct visit *visits;
    void *by_account; /* tsearch */
    int n_visits, n_counted;
    struct visit *wait_first, *wait_last;
    bool is_queue_due; /* a place may have come free */
    bool is_watch_due; /* who is connected changed */
    bool is_ending;
    /* Seats of before: read once on the writer's thread, which then adds one to `begun`;
     * place_live_set adds the other, and who comes second opens the doors. */
    struct ghost *ghosts;
    struct place_lock *locks;       /* what staff have locked; of a program before us, too */
    struct chat *chat;              /* what is written; chat.h */
    struct measure *measures;       /* what they have stopped; measure.h */
    struct reacts *reacts;          /* react.c */
    struct speech *speech;          /* speech.h */
    struct ghosts_reading *reading; /* NULL: over; who has it: visit_seats.c */
    atomic_int begun;
    atomic_bool is_closing, is_read; /* is_read: no reading is under way any more */
    int64_t ghosts_until_mono_us, ghosts_lost_mono_us;
    /* The hours as they were last looked at. */
    int64_t hours_utc_us, closes_utc_us, next_utc_us;
    int hours_kind;                                       /* -1: not yet */
    bool has_begun;                                       /* ghosts_begin */
    int64_t second_mono_us, seats_mono_us, watch_mono_us; /* when it was last done */
    int64_t access_until_utc_us;      /* then a rule begins or ends for somebody here */
    bool is_cards_due, is_floors_due; /* to the lobby; to those on floors */
    int64_t cards_mono_us, cards_all_mono_us;
    bool is_cards_round;              /* somebody is owed a list yet */
    struct place_entry_note *entries; /* not told yet */
    size_t n_entries, entries_cap;
    int64_t entries_mono_us;
    int32_t hold_ms, lost_ms, hold_away_ms, dead_ms, ping_s;
    void *paces; /* tsearch */
    struct pace *pace_first, *pace_last;
    struct place_meter meter;
    struct presence_desk *presence; /* presence.c */
    int n_watching;                 /* staff who see IDs, on floors, a second ago at most */
    int n_mirrors;
    unsigned mirror_gen; /* the last that was given */
    uint64_t n_figures;  /* ever */
    bool (*gate)(void *arg, struct span floor, const struct place_pass *pass,
                 int64_t now_utc_us); /* of shared floors; NULL: staff alone */
    void *gate_arg;
    bool (*teaches)(void *arg, struct span floor, struct id account,
                    int64_t now_utc_us); /* place_guest.h; NULL: nobody */
    void *teaches_arg;
};

/* Why a command is refused, for people; the texts live until the call ends. */
struct place_refusal {
    const char *code, *title_ja; /* NULL: by the struct fail */
};

struct place_now {
    int64_t mono_us, utc_us;
};
static inline int64_t place_ms(struct place_now now)
{
    return now.mono_us / 1000;
}
struct place_now place_now(void);

static inline bool place_is_bound(enum role role)
{
    return role == ROLE_STUDENT || role == ROLE_GUARDIAN || role == ROLE_GUEST_TEACHER;
}
int64_t place_setting(const struct place *place, const struct setting *row);

/* ---- visit.c: beginning, holding, ending ---- */

struct visit *visit_find(struct place *place, struct id account);
/* id: ID_NONE for a new one. NULL: no memory. */
struct visit *visit_create(struct place *place, const struct place_pass *pass, struct id id);
void visit_attach(struct visit *visit, struct guest *guest, struct place_now now);
/* Its guest, if any, is in the lobby then; the visit is held by nobody yet. */
void visit_detach(struct visit *visit);
/* The line went: kept for a while. */
void visit_hold(struct visit *visit, enum live_end end, struct place_now now);
/* On or to a floor; is on the floor of before when it fails. spot and room of entry are used
 * as they are. */
NODISCARD enum err visit_stand(struct visit *visit, struct place_floor *floor, int copy,
                               const struct world_entry *entry, struct place_now now,
                               struct fail *why);
/* Off the floor, without a word in the log. */
void visit_off(struct visit *visit, struct place_now now);
/* Of whom the record has as lost it says nothing more, but that he entered again. */
void visit_log_here(struct visit *visit, enum visit_kind kind, const char *reason,
                    int64_t at_utc_us);
/* Over: off the floor, out of the queue, written, freed. Its guest is in the lobby. */
void visit_end(struct visit **visit, enum visit_kind kind, const char *reason,
               int64_t at_utc_us, struct place_now now);
/* Told why, then over. */
void visit_out(struct visit **visit, enum place_out reason, const char *title_ja,
               struct place_now now);
/* A numbered event, kept for a resume. */
void visit_tell(struct visit *visit, const struct live_event *event, const void *of,
                struct place_now now);
/* The world's word to this visit alone (world_conf.call): numbered, too. */
void visit_call(void *owner, const struct live_event *event, const void *of);
void visit_replay(struct visit *visit, uint32_t after_n, struct place_now now);
/* Those whose time is over; those who have not moved for long sit down. */
void visits_sweep(struct place *place, struct place_now now);
/* The program ends: all of them go without a word. */
void visits_forget(struct place *place);

/* ---- visit_enter.c: coming in, waiting ---- */

struct place_enter {
    struct span floor;
    bool has_spawn, has_state;
    struct span spawn;
    int rung, state; /* of PLACE_ENTER_RUNGS, PLACE_ENTER_STATES */
};
#define PLACE_ENTER_RUNGS  "watch|text|voice"
#define PLACE_ENTER_STATES "talk|alone|break"
struct place_entered {
    int kind; /* 0 here, 1 waiting */
    bool has_position;
    int64_t position;
    struct id visit;
    struct span token;
};
#define PLACE_ENTERED_KINDS "here|waiting"
struct place_resume {
    struct id visit;
    struct span token;
    int64_t last_n;
};
NODISCARD enum err place_enter(struct guest *guest, const struct place_enter *input,
                               struct place_now now, struct arena *arena,
                               struct place_entered *out, struct place_refusal *refusal,
                               struct fail *why);
NODISCARD enum err place_resume(struct guest *guest, const struct place_resume *input,
                                struct place_now now, struct arena *arena,
                                struct place_entered *out, struct place_refusal *refusal,
                                struct fail *why);
void place_leave(struct guest *guest, struct place_now now);

/* ---- visit_queue.c ---- */

/* The number of a copy that has a place; -1: none, so he waits. */
int place_room_for(const struct place_floor *floor, bool is_counted);
/* The node takes no more in all. */
bool place_is_at_ceiling(const struct place *place);
/* A child who comes in anew waits at the door: nobody is there who watches (care.hold_entries).
 */
bool place_is_kept_waiting(const struct visit *visit);
/* On the first copy that has a place and a spot for him. ERR_BUSY: none has, so he waits. */
NODISCARD enum err visit_stand_where_room(struct visit *visit, struct place_floor *floor,
                                          const struct world_entry *entry, struct place_now now,
                                          struct fail *why);
void visit_wait(struct visit *visit, struct place_floor *floor,
                const struct world_entry *entry);
void visit_wait_end(struct visit *visit);
/* Gives places that are free to those who wait, in their order; tells positions. */
void place_serve(struct place *place, struct place_now now);

/* ---- place_floors.c: floors in force ---- */

struct place_floor *place_floor_there(struct place *place, struct span id); /* there; or NULL */
/* Whatever was read anew holds from now on, for everybody inside too. Takes the reference. */
void place_facts_set(struct place *place, struct place_facts *facts, struct place_now now);
/* Rules and sessions that begin or end by the clock; copies nobody is on. */
void place_floors_sweep(struct place *place, struct place_now now);
bool place_may(struct place *place, const struct place_pass *pass,
               const struct place_floor *floor, struct place_now now);
void place_access_read(struct guest *guest, struct place_now now);
NODISCARD enum err place_copy_open(struct place *place, struct place_floor *floor, int copy,
                                   struct place_now now, struct fail *why);
/* look->alias for the session that runs on floor; staff keep their names. "": no alias. */
void place_alias_give(struct place_floor *floor, struct world_look *look);
/* What is said to those whom a session that hides names, or its end, puts out. */
const char *place_session_text(bool hides);
/* On it and in no closed room. */
int place_floor_n(const struct place_floor *floor);
void place_floors_close(struct place *place);

/* ---- place_commands.c ---- */

struct command_call;
/* Somebody did something: who sat down because he did not, stands up. */
struct guest *place_acted(struct command_call *call);

/* ---- place_locks.c: what staff locked, kept ---- */

struct command_call;
/* area.lock: the row, then the lock, then the answer. */
void place_lock_ask(struct command_call *call, const struct world_person *person,
                    struct span area, enum floor_lock lock);
/* On top of what is there; NULL: no memory. Any thread, while no other has the list. */
struct place_lock *place_lock_put(struct place_lock **locks, struct span floor,
                                  struct span area, enum floor_lock lock);
/* A copy that was opened, or has a new ground. */
void place_locks_apply(const struct place *place, const struct place_floor *floor,
                       struct world_copy *copy, struct place_now now);
/* All of them: they have been read. */
void place_locks_begin(struct place *place, struct place_now now);
void place_locks_free(struct place_lock **locks);

/* ---- place_pace.c ---- */

/* May this account enter once more? It has, then. */
bool place_pace_take(struct place *place, struct id account, struct place_now now);
void place_paces_free(struct place *place);

/* ---- place_meter.c ---- */

static inline void place_meter_note(atomic_uint_least64_t *n)
{
    atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}
void place_meter_add(struct place *place, const struct place_floor *floor);
void place_meter_sweep(struct place *place);
void place_meter_refused(struct place *place, const char *code);
void place_meter_seats(struct place *place, enum place_seats_state state, int n_tries);

/* ---- presence.c: each second for all who look from outside ---- */

NODISCARD enum err presence_open(struct place *place, struct fail *why);
void presence_sweep(struct place *place, struct place_now now);
void presence_close(struct place *place); /* whoever holds one may go on */

/* ---- place_hours.c ---- */

bool place_is_open(const struct place *place, struct place_now now);
void place_hours_fill(struct place *place, const struct guest *guest, struct place_now now,
                      struct hours_state_copy *copy, struct place_hours *out);
/* A sentence with the next opening. */
void place_closed_text(struct place *place, struct place_now now,
                       char text_out[PLACE_TEXT_CAP]);
void place_hours_sweep(struct place *place, struct place_now now);

/* ---- place_cards.c: what the lobby shows ---- */

void place_hello_send(struct guest *guest, struct place_now now);
void place_cards_sweep(struct place *place, struct place_now now);
/* Part of a round: at most 16 different lists are made. False: some are owed theirs yet. */
bool place_cards_serve(struct place *place, bool is_open);

/* ---- place_staff.c: who came in ---- */

/* What is told of one entry; texts of its own. */
struct place_entry_note {
    uint16_t seat;
    char name[WORLD_NAME_CAP], login[WORLD_LOGIN_CAP], floor[PLACE_FLOOR_CAP];
    struct id account;
    int64_t at_utc_us;
    bool is_first;
    int days_absent;
};
void place_entry_put(struct visit *visit, struct place_now now);
void place_entries_sweep(struct place *place, struct place_now now);

/* ---- visit_seats.c ---- */

/* Posts the reading of what a program before us left; when it is there, adds to `begun`. */
NODISCARD enum err ghosts_open(struct place *place, struct fail *why);
/* The first thing the live thread does, before anybody comes back: places are kept for them,
 * and what staff locked is locked. Again: nothing. */
void ghosts_begin(struct place *place, struct place_now now);
/* Taken out of the list, the caller's; NULL: none. */
struct ghost *ghost_take(struct place *place, struct id account);
struct ghost *ghost_find(struct place *place, struct id account);
/* His visit is over: written so. */
void ghost_end(struct place *place, struct ghost **ghost, enum visit_kind kind,
               const char *reason);
/* Looking thread: what could not be read is read again when its time has come. */
void ghosts_look(struct place *place);
/* No reading is under way any more: what is left of it. */
void ghosts_close(struct place *place);
void ghosts_sweep(struct place *place, struct place_now now);
/* Writes what is due; is_all: every seat, for the program that comes after. */
void visit_seats_sweep(struct place *place, bool is_all, struct place_now now);

#endif

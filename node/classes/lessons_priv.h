/* node/classes/lessons_priv.h - between the files of lessons that are held. A room is a lesson
 * of today, whether it has begun or not, or one that somebody is still in.
 * Threads: the live thread's, unless said otherwise.  Owns: nothing. */
#ifndef NODE_CLASSES_LESSONS_PRIV_H
#define NODE_CLASSES_LESSONS_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "node/base/mbox.h"
#include "node/classes/lesson_plan_store.h"
#include "node/classes/lesson_state.h"
#include "node/classes/lessons.h"
#include "node/db/writer.h"
#include "node/io/live.h"
#include "node/place/chat_ask.h"
#include "node/place/place_seen.h"

#define LESSON_ROOMS_MOST 64 /* told of to other threads */

/* What the thread read of one lesson, in an arena of its own. */
struct lesson_sheet {
    struct arena *arena;
    struct id lesson;
    struct lesson_board board;
};
void lesson_sheet_free(struct lesson_sheet **sheet);

struct lesson_in {
    struct lesson_in *next;
    struct lesson_member member;
    bool is_trial;
};
struct lesson_room {
    struct lesson_room *next;
    struct lesson of; /* its sealed texts are not looked at: title is */
    char title[512];  /* in the notation */
    bool is_planned;  /* in the plan as it was last read */
    struct lesson_in *members;
    struct lesson_sheet *sheet; /* NULL: not read yet */
    bool is_due;                /* the state has changed: everybody hears of it */
    int64_t held_mono_us;       /* when held questions were last looked at */
    struct lesson_gap gap;      /* who must be there, and is not */
    bool is_ended;              /* its polls were closed */
    bool is_told_due;           /* everybody hears of it with the next second */
};

struct lesson_missing {
    struct id lesson;
    unsigned missing;
    int64_t since_utc_us;
    bool is_long;
};

struct lessons {
    struct lessons_conf conf;
    pthread_t thread;
    bool has_thread;
    struct mbox *wakes; /* of struct id: a lesson whose board is to be read; none: the plan */
    /* The thread's. */
    struct db *db;
    struct arena *arena;
    bool has_seats, has_plan;
    int64_t plan_mono_us, day_mono_us;
    /* The live thread's. */
    struct lesson_room *rooms;
    struct lesson_share *shares; /* changed under the lock, too */
    bool is_begun;               /* the seats of before have been taken over */
    int64_t seen_mono_us;
    uint64_t guest_mark; /* of who teaches where now, when last looked at; 0: not yet */
    struct lesson_act *unwritten; /* leaves that could not be written: again */
    /* Any thread's, under the lock: held for a look into memory. */
    pthread_mutex_t lock;
    struct lesson_missing missing[LESSON_ROOMS_MOST];
    size_t n_missing;
};

/* ---- lesson_act.c: one act: its rows, then the answer, then the telling ---- */

struct lesson_act {
    struct lesson_act *next;
    struct lessons *lessons;
    bool has_later, is_kept; /* is_kept: tried until it is written */
    bool is_far;             /* another town's word: what our rows contradict is not kept */
    struct command_later later;
    enum err (*run)(struct tx *tx, struct lesson_act *act, struct fail *why);
    void (*told)(struct lesson_act *act); /* live thread, after COMMIT and the answer */
    int n_tries;
    struct fail fail;
    /* What it is about; each act uses what it needs. */
    struct id lesson, account, stay, object, author;
    int64_t at_utc_us, number;
    bool is_on, chooses;
    struct lesson_event event;
    struct lesson_event
        left; /* of another lesson, with the joining of this; stay ID_NONE: none */
    struct id left_lesson;
    char floor[LESSON_FLOOR_CAP], kind[LESSON_KIND_CAP], role[32];
    struct lesson_choice choice;
    struct id others[16];
    struct lesson_in *in; /* who joined; the act's until told takes it */
    struct id *stays;
    size_t n_stays;
    int64_t counts[LESSON_ANSWERS_MOST], n_counts;
    char *question, *answers; /* of a poll, as others may read them */
};
/* NULL: no memory; the call is answered. call NULL: nobody waits. */
struct lesson_act *lesson_act_create(struct lessons *lessons, struct command_call *call);
/* Takes it. */
void lesson_act_post(struct lesson_act *act);
void lesson_act_free(struct lesson_act *act);
void lesson_acts_again(struct lessons *lessons); /* those that could not be written */

/* ---- lesson_commands.c: of object's stay, up or down (is_on) ---- */

enum err lesson_hand_run(struct tx *tx, struct lesson_act *act, struct fail *why);
void lesson_hand_told(struct lesson_act *act);

/* ---- lesson_live.c: rooms ---- */

struct lesson_room *lesson_room_find(struct lessons *lessons, struct id lesson);
/* In which he is; NULL: in none. *in_out is he. */
struct lesson_room *lesson_room_of(struct lessons *lessons, struct id account,
                                   struct lesson_in **in_out);
struct lesson_in *lesson_in_find(const struct lesson_room *room, struct id account);
/* He is out of it: the row is on its way, he is told; call, if any, is answered after it. */
void lesson_room_leave(struct lessons *lessons, struct lesson_room *room, struct lesson_in *in,
                       int64_t at_utc_us, enum lesson_why why, struct command_call *call);
/* The row that says so; and the rest of it, when the row is another act's. */
struct lesson_event lesson_left(const struct lesson_in *in, int64_t at_utc_us,
                                enum lesson_why why);
void lesson_room_drop(struct lessons *lessons, struct lesson_room *room, struct lesson_in *in,
                      enum lesson_why why);
/* Something of it was committed: its board is read, then everybody hears of it. */
void lesson_room_touch(struct lessons *lessons, struct lesson_room *room);
/* To one of them, now; ID_NONE: to everybody. */
void lesson_room_tell(struct lessons *lessons, const struct lesson_room *room,
                      struct id account);
void lesson_rooms_free(struct lessons *lessons);

/* What the thread hands over: each takes its argument. */
struct lesson_plan_news {
    struct lessons *lessons;
    struct arena *arena;
    struct lesson *at;
    char (*titles)[512];
    size_t n;
};
void lesson_take_plan(void *news);
struct lesson_seat_news {
    struct lessons *lessons;
    struct lesson_seat *at; /* from malloc */
    size_t n;
};
void lesson_take_seats(void *news);
struct lesson_sheet_news {
    struct lessons *lessons;
    struct lesson_sheet *sheet;
};
void lesson_take_sheet(void *news);
void lesson_sweep(void *lessons);

/* ---- lesson_guest.c ---- */

/* Each second: guest teachers may come to the floors of their lessons. */
void lesson_guest_sweep(struct lessons *lessons, int64_t now_utc_us);

/* ---- lesson_events.c ---- */

struct lesson_hand_seen {
    struct id lesson;
    int64_t seat;
    bool on;
};
struct lesson_over {
    struct id lesson;
    int reason; /* of LESSON_WHYS */
};
struct lesson_unstaffed {
    struct id lesson;
    struct span title;
    bool no_main, no_supporter;
    int64_t since;
};
extern const struct live_event *const lesson_event_here,
    *const lesson_event_hand, *const lesson_event_over, *const lesson_event_unstaffed;

#endif

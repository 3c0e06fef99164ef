/* federation/mirrors_priv.h - what mirrors.c and mirror_{on,seen,said,acts,kinds}.c share.
 * Nothing outside this folder includes it. */
#ifndef FEDERATION_MIRRORS_PRIV_H
#define FEDERATION_MIRRORS_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "federation/inbox.h"
#include "federation/link.h"
#include "federation/mirror_lesson.h"
#include "federation/mirror_store.h"
#include "federation/mirrors.h"
#include "federation/series.h"
#include "node/place/mirror.h"
#include "node/support/procedure.h"
#include "tenants/words/words.h"

#define MIRROR_ON_MOST      32
#define MIRROR_GATE_US      SECOND_US /* who chose is read so often */
#define MIRROR_QUEUE_MOST   20000     /* of what links brought, while the live thread is busy */
#define MIRROR_PUNISHED_US  MINUTE_US
#define MIRROR_REFUSED_MOST 5000 /* frames of a peer within a second; a link replays 4,096 */
#define MIRROR_DOERS        64
#define MIRROR_TRIES        4 /* of one write */
#define MIRROR_TOWN_MOST    MIRROR_TOWN_CAP

struct mirrored;

/* A figure as it is shown; room_figure.owner. */
struct puppet {
    struct mirrored *lesson;
    struct mirror_figure *figure;
    struct room_figure *room;
    struct words_window *window; /* NULL: has said nothing yet */
};

/* A line of before this program began, until its figure is there again. */
struct unshown {
    uint8_t pseud[FRAME_PSEUD_BYTES];
    struct id line;
    int64_t at_utc_us;
    char *text;
    struct unshown *next;
};

/* One shared lesson that is on. */
struct mirrored {
    struct mirrors *mirrors;
    struct shared_lesson at;
    struct mirror_room *room; /* NULL: what was before is still being read */
    struct mirror *mirror;
    struct mirror_lesson *board;
    struct choices *chosen; /* mirror_gate.c; by account; NULL: not read yet */
    struct room_feature feature;
    struct mirror_feature taps;
    uint64_t next_number; /* of our next line */
    struct unshown *unshown;
    bool is_cut;
    /* Who of our staff decided what, as long as its confirmation may be late. */
    struct {
        struct id act, by;
    } doers[MIRROR_DOERS];
    unsigned next_doer;
    struct mirrored *next;
};

struct mirror_link {
    struct id peer;
    bool is_up;
    bool was_up;
    bool is_caller;
    int64_t since_utc_us;     /* up or down */
    int64_t until_utc_us;     /* wanted or allowed; 0: not */
    int64_t punished_mono_us; /* until then no link */
    int64_t off_mono_us;      /* the last FRAME_OFF about a lesson that is not on */
    int64_t refused_mono_us;  /* since then */
    int n_refused;
};

/* What the links' thread brought. */
struct mirror_came {
    enum { CAME_UP, CAME_DOWN, CAME_FRAME } kind;
    struct id peer;
    bool is_whole, is_rt;
    int64_t at_mono_us; /* of a frame */
    struct frame frame; /* payload below */
    struct mirror_came *next;
    uint8_t payload[];
};

struct mirrors {
    struct mirrors_conf conf;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool is_thread, is_stopping;      /* lock */
    struct id on_ids[MIRROR_ON_MOST]; /* lessons that are on (lock) */
    int n_on_ids;
    int pace_ms; /* of the thread; 0: waits (lock) */
    struct mirror_came *first, *last;
    int n_came;
    bool is_posted; /* lock */
    /* The links' thread's: whose frame was lost last. */
    struct id overrun_peer;
    int64_t overrun_mono_us;
    /* Incidents that came from other towns, to be told of (lock). */
    struct mirror_told {
        struct id incident, account;
        const struct warning_template *template; /* NULL: no warning */
        char *quoted;                            /* owned; NULL: none */
    } told[64];
    int n_told;
    /* Who of other towns is there, for whoever asks from another thread (lock). */
    struct mirror_pupil {
        struct id lesson;
        char name[FRAME_NAME_MOST + 1], town[MIRROR_TOWN_MOST];
    } * pupils;
    size_t n_pupils;
    struct db *db; /* the thread's own */
    /* The live thread's. */
    struct shared_lesson *plan;
    size_t n_plan;
    struct mirrored *lessons;
    struct mirror_link links[LINK_PEERS_MOST];
    int n_links;
    bool is_started, is_ended;
    int64_t pupils_us;   /* told of last */
    struct arena *arena; /* of one call */
    /* Any thread's. */
    _Atomic uint64_t n_said, n_heard, n_blocked, n_unwritten, n_faults, n_overrun;
    _Atomic uint64_t n_voiced, n_voices; /* packets: of our own people, of others */
    _Atomic uint64_t n_dropped[ROOM_RULES_N];
    _Atomic int n_on, n_own, n_figures, n_cut, n_waiting;
};

struct mirrored *mirrored_find(struct mirrors *mirrors, struct id lesson);
/* Town's name, of the registry; "ほかの自治体" when it is not in it. */
void mirror_town(struct mirrors *mirrors, struct id node, char out[MIRROR_TOWN_MOST]);

/* ---- mirrors.c: links ---- */

struct mirror_link *mirror_link_of(struct mirrors *mirrors, struct id peer, bool make);
void mirror_links_set(struct mirrors *mirrors, int64_t now_utc_us, int64_t now_mono_us);
void mirror_punish(struct mirrors *mirrors, struct id peer, const char *rule);

/* ---- mirror_gate.c: who may come ---- */

struct choices;
/* On the thread of this part. */
void mirror_gate_read(struct mirrors *mirrors);
bool mirror_gate_may(void *arg, struct span floor, const struct place_pass *pass,
                     int64_t now_utc_us);

/* ---- mirror_on.c: begins and ends ---- */

/* What is to be on, is; what is not, ends. */
void mirror_on_look(struct mirrors *mirrors, int64_t now_utc_us);
void mirror_on_end(struct mirrored **at);

/* ---- mirror_seen.c: between the room and the place ---- */

void mirror_seen_set(struct mirrored *lesson);
/* What our staff stopped is another set: of the figure by that pseudonym, if it is there, and
 * who was put out. */
void mirror_seen_stops(struct mirrored *lesson, const uint8_t pseud[FRAME_PSEUD_BYTES]);
void mirror_seen_out(struct mirrored *lesson);
void mirror_unshown_add(struct mirrored *lesson, const struct mirror_line_row *row,
                        struct span text);
void mirror_unshown_free(struct mirrored *lesson);

/* ---- mirror_said.c: lines ---- */

void mirror_own_said(void *arg, const struct mirror_line *line);
void mirror_heard(void *arg, const struct room_figure *figure, const struct room_line *line);
uint64_t mirror_asked_line(void *arg, bool is_own, struct id node,
                           const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line,
                           uint64_t number, struct span text);
/* A line of ours that had been said when the program ended, and did not cross. */
void mirror_said_late(struct mirrored *lesson, struct id line, struct id account,
                      int64_t at_utc_us, struct span text);
/* May it be a name here? Else it is replaced. */
bool mirror_name(void *arg, struct id node, struct room_look *look);

/* ---- mirror_acts.c: what staff stop ---- */

void mirror_acts_asked(void *arg, struct command_later later, struct id by,
                       struct mirror_figure *figure, enum mirror_what what, bool on);
void mirror_acts_asked_in(void *arg, struct command_later later, struct id by,
                          struct span pseud);
void mirror_acts_asked_gone(void *arg, struct command_later later, struct id by,
                            struct id line);
void mirror_acts_asked_warn(void *arg, struct command_later later, struct id by,
                            struct mirror_figure *figure, struct span template, struct id line);
bool mirror_acts_stop(void *arg, const struct room_act *act, struct id account);
void mirror_acts_confirmed(void *arg, const struct room_act *act);
void mirror_acts_late(void *arg, const struct room_act *act);
void mirror_acts_blocked(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line,
                         uint8_t why);

/* ---- mirror_kinds.c ---- */

#define MIRROR_KINDS_N 1
extern const struct fed_kind mirror_kinds[MIRROR_KINDS_N];
extern const struct fed_kind *const mirror_kind_share;
#define MIRROR_EVIDENCE_MOST 20
struct mirror_share_body {
    struct id act, series;
    int64_t class, what, at_utc_us;
    bool on;
    struct span pseud;
    struct jx_list numbers; /* of struct mirror_share_number */
    /* Of a warning: the text to give (node/support/procedure.h), and which of his lines it is
     * about. */
    bool has_template, has_quoted;
    struct span template;
    int64_t quoted;
};
struct mirror_share_number {
    int64_t number;
};
extern const struct jx_shape mirror_share_shape;
/* What was stopped, in words: "書きこみ"; "部屋から出しました" is the caller's. */
struct span mirror_what_ja(unsigned what);
/* Told of on the live thread, after the row is there. */
void mirror_told_later(struct mirrors *mirrors, struct id incident, struct id account);
/* The same of a warning, which he himself is told, too; quoted is copied. */
void mirror_warned_later(struct mirrors *mirrors, struct id incident, struct id account,
                         const struct warning_template *template, struct span quoted);

#endif

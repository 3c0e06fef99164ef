/* node/place/world_priv.h - between the files of the world. What every person has lies in three
 * parallel arrays of his copy (bodies, people, peers), so that a tick reads one line of memory
 * a person and sending reads only receivers. Threads: the world's.  Owns: nothing. */
#ifndef NODE_PLACE_WORLD_PRIV_H
#define NODE_PLACE_WORLD_PRIV_H

#include "node/io/live.h"
#include "node/place/path.h"
#include "node/place/world.h"
#include "node/place/world_mirror.h"

/* A channel: the index of a closed room's area, or the public one. */
#define CHANNEL_PUBLIC 60
#define CHANNELS_N     61
#define CHANNEL_BIT(c) (UINT64_C(1) << (c))

#define WORLD_AREAS_MS  1000  /* between two events about areas */
#define WORLD_BEAT_MS   10000 /* between two words about rooms */
#define WORLD_ASK_MS    60000 /* a knock, an invitation */
#define WORLD_AGAIN_MS  3000  /* the same call of the same person is heard once in these */
#define WORLD_TITLE_CAP 256
#define WORLD_N_LEFT    256
#define WORLD_N_CLAIMS  64
#define WORLD_RESTLESS  3 /* beats after the one in which somebody vanished */
#define WORLD_N_INVITES 4
#define WORLD_N_WAVES   8 /* remembered of those who waved last */
/* Of people told of in one event, so that no frame comes near to what a queue holds: the rest
 * of a crowd follows tick by tick. */
#define WORLD_N_AT_ONCE 120
#define WORLD_N_MOST    16000 /* people on a copy: fewer than seats of either kind */

/* Of a body. */
#define BODY_WALKS   0x001u /* along person->walk */
#define BODY_MOVED   0x002u /* where he is was not told yet */
#define BODY_TELLS   0x004u /* nor how he walks */
#define BODY_CAME    0x008u /* nor that he came to this channel */
#define BODY_CHANGED 0x010u /* nor how he looks now */
#define BODY_WISHES  0x020u /* others keep their distance */
#define BODY_STAFF   0x040u /* distances are not for him */
#define BODY_IDS     0x080u /* gets the staff variant */
#define BODY_HERE    0x100u /* is owed floor.here */
#define BODY_REST    0x200u /* is owed the rest of the people, from person->told */
#define BODY_MARKED  0x400u /* nor what has changed of him for staff with IDs alone */
#define BODY_LEG     0x800u /* of a stick: person->walk is how he was told to go on */
/* His channel knows told_x and told_y as where he is, so a move may be told as the way from
 * there. Not so of whoever was last told by a walk, or not at all. */
#define BODY_TOLD   0x1000u
#define BODY_PUPPET 0x2000u /* of another node: no rule is for it (world_mirror.c) */
#define BODY_SHOWN  0x4000u /* the watch of the copy knows of him */
#define BODY_UNTOLD (BODY_MOVED | BODY_TELLS | BODY_CAME | BODY_CHANGED | BODY_MARKED)

struct world_body {
    int32_t x, y;
    int32_t rest_x, rest_y; /* of a stick: what did not fill a centimetre */
    int64_t at_ms;          /* a stick has been followed until then */
    uint64_t areas;         /* he stands in */
    uint64_t sees;          /* closed rooms he sees into from outside */
    uint16_t seat, flags;
    uint16_t told_x, told_y; /* with BODY_TOLD */
    int8_t dx, dy;           /* stick, at most 127 long; 0 0: none */
    uint8_t channel;
};

struct world_walk {
    int64_t start_ms;
    int32_t gone_mm;
    uint16_t speed_cm_s;
    uint8_t n;
    bool is_open; /* of a stick: it goes on where this ends */
    struct floor_spot at[PATH_POINTS_CAP];
    int32_t mm[PATH_POINTS_CAP]; /* from at[0] to at[i] */
};

struct world_person {
    struct world_copy *copy;
    uint32_t at; /* place in the arrays */
    void *owner; /* hears what is said to him alone */
    enum world_rung rung;
    enum world_state state;
    bool has_wish, is_away;
    bool is_unsettled;       /* while a floor changes */
    uint32_t told;           /* with BODY_REST: a multiple of WORLD_N_AT_ONCE */
    uint64_t who_shut;       /* areas whose list he is not on */
    struct floor_spot stood; /* where he stood last, other than in passing */
    struct world_walk walk;
    int64_t turned_ms; /* the stick, to turn_x turn_y */
    int8_t turn_x, turn_y;
    bool is_lively; /* it had turned a moment before, too */
    struct {
        int64_t until_ms;
        int area; /* -1: none */
        struct id by;
        bool is_by_staff;
    } invites[WORLD_N_INVITES];
    int knock_area; /* -1: none */
    int64_t knock_until_ms, knocked_ms;
    struct {
        struct id from;
        int64_t until_ms;
    } waves[WORLD_N_WAVES];
    struct world_look look;
    struct world_puppet *puppet; /* NULL: one of our own; lies behind him */
};

/* Of a puppet. */
struct world_puppet {
    void *owner;
    struct mirror_look look;
};

/* Somebody waits before a closed room (world_claim.c). */
enum claim_kind { CLAIM_ASKED, CLAIM_PUT_BY, CLAIM_READY };
struct world_claim {
    struct id account;
    int area;
    enum claim_kind kind;
    int n_beats; /* since it is ready */
    int64_t asked_ms;
};

struct world_left {
    struct id account; /* with is_shown */
    uint16_t seat;
    uint8_t channel;
    bool is_shown; /* to the watch of the copy */
};

struct world_copy {
    struct world *world;
    struct world_copy *next;
    struct ground *ground;
    int number;
    bool is_anonymous, is_begun;
    bool is_stale; /* an event could not be made: everyone is owed floor.here */
    char title[WORLD_TITLE_CAP];
    int64_t base_ms, tick_ms, areas_ms, beat_ms;

    struct world_body *bodies;
    struct world_person **people;
    void **peers;
    uint32_t n, cap;
    uint64_t n_given; /* public seats */
    int n_in_channel[CHANNELS_N];
    uint32_t n_wishes, n_rest; /* bodies with that flag */
    uint32_t n_puppets;        /* of n; in no other count */
    const struct world_watch *watch;
    bool is_watch_due; /* is to be told all anew */

    uint64_t rooms;                  /* areas whose see is not everyone */
    uint64_t hushed;                 /* and those whose hear is not */
    uint64_t need[FLOOR_N_AREAS];    /* rooms one must see to see into this one */
    int n_in[FLOOR_N_AREAS];         /* really */
    int n_told[FLOOR_N_AREAS];       /* of them on the public channel */
    int lock[FLOOR_N_AREAS];         /* of staff; WORLD_LOCK_FILE */
    int64_t lock_ms[FLOOR_N_AREAS];  /* since then */
    uint64_t full, closed, by_staff; /* sets of areas; the second and third by their lock */
    uint64_t in_use;                 /* lock in_use, and somebody is inside */
    uint64_t was_in_use, was_full;   /* of rooms, at the last beat */
    uint64_t told_in_use, told_full; /* at the one before, as everybody is told */
    uint64_t dirty;                  /* their state is to be told */
    bool has_left;                   /* somebody left the public channel since the last beat */
    int n_restless;                  /* so many beats more people count as coming and going */
    struct world_claim claims[WORLD_N_CLAIMS]; /* in the order of their turns */
    size_t n_claims;

    struct world_left left[WORLD_N_LEFT];
    size_t n_left;
    uint32_t gen; /* of whatever a picture shows */
    struct ws_shared *picture;
    uint32_t picture_gen;
    int64_t picture_ms;
};

struct world {
    struct world_conf conf;
    struct world_copy *copies;
    int n_people;
    struct path_room *room;
    size_t n_cells; /* of room */
    struct arena *arena;
    uint8_t *bytes; /* a frame being built */
    size_t bytes_cap;
};

static inline struct world_body *world_body_of(const struct world_person *person)
{
    return &person->copy->bodies[person->at];
}
static inline const struct floor_map *world_map(const struct world_copy *copy)
{
    return copy->ground->map;
}
static inline struct floor_spot world_spot(const struct world_body *body)
{
    return (struct floor_spot){body->x, body->y};
}
/* Where his channel has him, unless he walks. */
static inline struct floor_spot world_told_spot(const struct world_body *body)
{
    return (body->flags & BODY_TOLD) == 0 ? world_spot(body)
                                          : (struct floor_spot){body->told_x, body->told_y};
}
static inline bool world_can_see(const struct world_copy *copy, const struct world_body *body,
                                 unsigned channel)
{
    return channel == CHANNEL_PUBLIC || body->channel == channel ||
           (copy->need[channel] & ~body->sees) == 0;
}
static inline int64_t world_distance2(struct floor_spot a, struct floor_spot b)
{
    int64_t dx = a.x - b.x, dy = a.y - b.y;

    return dx * dx + dy * dy;
}

/* ---- world.c ---- */

NODISCARD enum err world_room_reserve(struct world *world, const struct ground *ground,
                                      struct fail *why);
/* Clears what must not be told of an old place, and counts him at the new one. The seat is new
 * whenever the channel is. */
void world_channel_move(struct world_person *person, unsigned channel, struct floor_spot spot);
void world_areas_set(struct world_copy *copy, struct world_body *body, uint64_t areas);
uint16_t world_seat_new(struct world_copy *copy, unsigned channel);
/* What a move in the arrays may tell others (world.c). leave: he goes from his channel, the
 * last public one takes his place if he was public; his own is then person->at. last: behind
 * everybody else, whose order stays. */
void world_order_leave(struct world_copy *copy, uint32_t at);
void world_order_last(struct world_copy *copy, uint32_t at);
void world_swap(struct world_copy *copy, uint32_t a, uint32_t b);
/* The seat, when viewer may know of it; else NULL and ERR_NOT_FOUND, the same for both. */
NODISCARD enum err world_seat_find(const struct world_person *viewer, uint16_t seat,
                                   struct world_person **person_out, struct fail *why);
void world_wish_update(struct world_person *person);
void world_changed(struct world_person *person);
bool world_has_distance(const struct world_person *person);

/* ---- world_enter.c ---- */

/* Room for one more on the copy, whose clock begins with the first. */
NODISCARD enum err world_copy_reserve(struct world_copy *copy, int64_t now_ms,
                                      struct fail *why);

/* ---- world_mirror.c: of a tick, with a watch; and of puppets ---- */

void world_watch_people(struct world_copy *copy, int64_t now_ms);
void world_watch_moves(const struct world_copy *copy, int64_t now_ms);
void world_watch_left(const struct world_copy *copy); /* those of copy->left */
void world_puppet_advance(struct world_person *puppet, int64_t now_ms);
void world_puppet_settle(struct world_person *puppet);

/* ---- world_area.c: what may be entered ---- */

/* Everything that a ground decides: rooms, needs, sets. Counts and locks stay as they are. */
void world_areas_read(struct world_copy *copy);
void world_area_update(struct world_copy *copy, size_t area);
void world_rights_read(struct world_person *person);
/* A list of an area names him, or everyone. */
bool world_is_listed(const struct jx_texts *list, const struct world_look *look);
int world_lock_of(const struct world_copy *copy, size_t area);
int world_area_find(const struct world_copy *copy, struct span id); /* -1 */
/* Areas he may not walk into now; those he stands in may be among them. */
uint64_t world_shut(const struct world_person *person, int64_t now_ms);
/* ERR_OK, or why not (world.h). A room he resumes: its lock is not asked. */
NODISCARD enum err world_area_may(const struct world_person *person, size_t area, bool is_back,
                                  int64_t now_ms, struct fail *why);
unsigned world_channel_at(const struct world_copy *copy, struct floor_spot spot);

/* ---- world_room.c: invitations ---- */

/* He goes from his room: what he asked others into is over. */
void world_invites_withdraw(const struct world_person *by);

/* ---- world_claim.c: who waits before a closed room ---- */

/* People vanished so lately that nobody goes into a closed room unasked. */
bool world_is_restless(const struct world_copy *copy);
/* He was told to wait. */
void world_claim_ask(struct world_person *person, size_t area, int64_t now_ms);
bool world_claim_is_ready(const struct world_person *person, size_t area);
/* The room is empty, and another's turn. */
bool world_claim_is_others(const struct world_person *person, size_t area);
void world_claim_drop(struct world_copy *copy, struct id account);
void world_claims_clear(struct world_copy *copy, int area); /* -1: of all */
void world_claims_beat(struct world_copy *copy, int64_t now_ms);

/* ---- world_spot.c: where to stand ---- */

/* Somebody of his channel wishes distance, and to would be too near and nearer than from. */
bool world_is_too_near(const struct world_copy *copy, uint32_t self, struct floor_spot from,
                       struct floor_spot to);
/* A free spot beside centre, in the same areas, where nobody stands; centre when there is none.
 */
struct floor_spot world_spot_beside(const struct world_copy *copy, uint32_t self,
                                    struct floor_spot centre);
/* Of the cells of an area that are free and not shut: the nearest one where nobody stands. */
bool world_spot_in(const struct world_copy *copy, uint32_t self, size_t area,
                   struct floor_spot near, uint64_t shut, struct floor_spot *spot_out);
/* At the spawn called id, or at one that suits. Where all spots beside it are taken, from it
 * outwards, and where every spawn's area is full, from id or the first one, in whatever area is
 * not: a spot of its own as long as there is one. False: none, or all spawns are closed, or for
 * others. */
bool world_spot_spawn(const struct world_copy *copy, uint32_t self, struct span id,
                      uint64_t shut, struct floor_spot *spot_out);
/* As who comes in and asks for no spawn, else the nearest spot to one. When every area is full
 * one of them holds one more, and when all are closed, or for others, even so: nobody is kept
 * in a room. */
bool world_spot_public(const struct world_person *person, int64_t now_ms,
                       struct floor_spot *spot_out);

/* ---- world_walk.c ---- */

void world_advance(struct world_copy *copy, uint32_t at, int64_t now_ms);
void world_halt(struct world_person *person); /* at once, whatever is near */
/* The walk, or what was told of a stick, is over; is_told: his spot is to be told. */
void world_walk_end(struct world_person *person, bool is_told);
/* A walk ends here, or where it first stops being too near to somebody. */
void world_walk_stop(struct world_person *person);
struct floor_spot world_walk_at(const struct world_walk *walk, int32_t mm);
int32_t world_leg_mm(struct floor_spot a, struct floor_spot b);
/* One step; false: what lies ahead may not be entered. */
bool world_spot_take(struct world_person *person, struct floor_spot to, int64_t now_ms);
/* Whoever only watches does not (rule). Brings him to where he is now. */
NODISCARD enum err world_may_walk(struct world_person *person, const char *rule, int64_t now_ms,
                                  struct fail *why);
/* Finds the way to a spot and begins it; it ends before somebody who wishes distance. */
NODISCARD enum err world_walk_to(struct world_person *person, struct floor_spot to,
                                 int64_t now_ms, struct fail *why);

/* ---- world_stick.c ---- */

void world_stick_end(struct world_person *person); /* let go */
void world_stick_advance(struct world_person *person, int64_t now_ms);
/* Of a tick, after it: whether there is something to tell of him, and how. */
void world_stick_tell(struct world_person *person, int64_t now_ms);

/* ---- world_frame.c ---- */

void world_send(struct world_copy *copy, unsigned channel, struct ws_shared *frame,
                enum ws_keep keep);
void world_tick_send(struct world_copy *copy, unsigned channel, int64_t now_ms);
void world_picture_send(struct world_person *person, int64_t now_ms);

/* ---- world_event.c ---- */

/* People with this flag on the channel; the flag stays. */
void world_people_send(struct world_copy *copy, unsigned channel, unsigned flag);
void world_rest_send(struct world_copy *copy, int64_t now_ms);
void world_rest_set(struct world_person *person, bool is_on);
void world_left_send(struct world_copy *copy);
/* He goes from the channel and the seat he still has. */
void world_left_put(struct world_person *person);
void world_areas_send(struct world_copy *copy);
/* floor.here and a picture; is owed when it could not be made. */
void world_here_send(struct world_person *person, int64_t now_ms);
void world_wave_send(struct world_person *to, const struct world_person *from);
void world_knock_send(struct world_person *to, const struct world_person *from, int area);
void world_answer_send(struct world_person *to, int area, bool is_welcome);
void world_invite_send(struct world_person *to, const struct world_person *from, int area);

#endif

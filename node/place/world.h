/* node/place/world.h - who is where: copies of floors, the people on them, their walks and
 * rooms, and what of it each of them may know (design section 4; AI-2.2, AI-2.3-エ, AI-2.3-オ,
 * SE-4.1-イ, KP-3-運用-3). No clock, no database, no socket: times are given, frames go to a
 * function. So that everything here can be tried by itself.
 *
 * Channels bound what leaves the server. A copy has a public one; every area whose `see` is not
 * "everyone" has one of its own. Who is in such a room is on the room's channel alone: for the
 * others he has left the floor, in the same bytes. Inside one hears both.
 * One enters a closed room by world_area_enter alone, and leaves it to a spawn, each time with
 * a new seat: so that entering is leaving the floor, and coming out is coming to it. Seats are
 * for clients; whoever keeps one asks world_where again. A frame is built once for each channel
 * and kind of receiver (staff see IDs, others never) and shared. Who came, left and changed is
 * told with the next tick, floor.here at once. Movement goes out once a tick (WORLD_TICK_MS),
 * and may be dropped; all else is kept. What could not be told for want of memory is told anew
 * with floor.here. Threads: one world belongs to one thread.  Owns: copies, persons, references
 * to grounds. */
#ifndef NODE_PLACE_WORLD_H
#define NODE_PLACE_WORLD_H

#include "node/base/command.h"
#include "node/base/id.h"
#include "node/base/role.h"
#include "node/io/ws_shared.h"
#include "node/place/ground.h"

#define WORLD_TICK_MS    100
#define WORLD_SPEED_CM_S 150
#define WORLD_NEAR_CM    120 /* where somebody ends who goes to a person */
#define WORLD_SEATS      65535
#define WORLD_CALL_MS    50000 /* who hears of it so late has ten seconds left to act on it */

struct world;
struct world_copy;   /* one copy of a floor */
struct world_person; /* somebody on a copy */

enum world_state { WORLD_TALK, WORLD_WATCH, WORLD_ALONE, WORLD_BREAK };
#define WORLD_STATES "talk|watch|alone|break"
/* The ladder: what a person's client may do. */
enum world_rung { RUNG_WATCH, RUNG_REACT, RUNG_TEXT, RUNG_VOICE, RUNG_CAMERA };
#define WORLD_RUNGS "watch|react|text|voice|camera"

struct world_conf {
    /* To one receiver; peer is what world_enter was given. It may not call the world. */
    void (*send)(void *peer, struct ws_shared *frame, enum ws_keep keep);
    /* A word meant for one (wave, knock, knock.answer, invited): to the owner of world_entry,
     * who is told while his line is cut, too. It is of use for WORLD_CALL_MS. */
    void (*call)(void *owner, const struct live_event *event, const void *of);
    int32_t distance_cm; /* of me.distance; 150 */
    int32_t n_people_cap;
};
NODISCARD enum err world_create(const struct world_conf *conf, struct world **world_out,
                                struct fail *why);
void world_destroy(struct world **world);
void world_distance_change(struct world *world, int32_t distance_cm);

/* ---- copies of floors ---- */

/* number: 1 is the floor itself, more are its overflow. Takes a reference. is_anonymous: all
 * but the staff variant see aliases. */
NODISCARD enum err world_copy_open(struct world *world, struct ground *ground, int number,
                                   struct world_copy **copy_out, struct fail *why);
/* Nobody is on it any more. */
void world_copy_close(struct world_copy **copy);
struct ground *world_copy_ground(const struct world_copy *copy); /* borrowed */
/* On it in all; of them on the public channel (what a card may say). */
int world_copy_n(const struct world_copy *copy);
int world_copy_n_public(const struct world_copy *copy);
/* In closed rooms, staff not counted. */
int world_copy_n_inside(const struct world_copy *copy);
/* A new version of the floor: everybody stays where he stands if it is free, else comes to the
 * nearest free spot that he may enter; walks end, invitations too; a room that is gone or may
 * not be entered any more lets its people out at a spawn. Locks of staff stay by the area's id.
 * Everyone gets the floor anew. ERR_NOMEM: nothing has changed. */
NODISCARD enum err world_ground_change(struct world_copy *copy, struct ground *ground,
                                       int64_t now_ms, struct fail *why);
/* A session that hides names begins or ends; title may be empty (cut to 255 bytes). When names
 * are hidden or shown from now on, everybody gets a new seat, and whoever is in no closed room
 * comes in anew at a spawn, in any order: nothing ties a name to an alias. Give the new aliases
 * (world_look_change) before, while names still show. Everyone gets the people anew. */
void world_session_change(struct world_copy *copy, bool is_anonymous, struct span title,
                          int64_t now_ms);
/* Staff open and close a room; WORLD_LOCK_FILE: as the floor file says. */
#define WORLD_LOCK_FILE (-1)
/* The lock that holds (enum floor_lock); -1: no such area. */
int world_lock(const struct world_copy *copy, struct span area);
NODISCARD enum err world_lock_change(struct world_copy *copy, struct span area, int lock,
                                     int64_t now_ms, struct fail *why);

/* ---- people ---- */

/* All that a profile may hold, and a NUL (pass.c holds them together). */
#define WORLD_NAME_CAP   121
#define WORLD_NOTE_CAP   401
#define WORLD_LOGIN_CAP  64
#define WORLD_GROUPS_CAP 8
#define WORLD_GROUP_CAP  36 /* a class is its id in 32 hexadecimal digits */

/* How somebody looks and what his rights depend on; texts are UTF-8 with a NUL. */
struct world_look {
    struct id account;
    struct id veil; /* of the account, by a key of the node: what an alias is made of */
    enum role role;
    bool is_staff;       /* supporter, school_staff, commissioner, contractor */
    bool is_teacher;     /* instructor, guest_teacher: a mark, and no right */
    bool may_see_ids;    /* gets the staff variant: supporter, commissioner, contractor */
    bool takes_no_waves; /* of others than staff, by his profile */
    bool is_first;       /* marks for staff */
    int days_absent;     /* 0: none worth telling */
    char name[WORLD_NAME_CAP], note[WORLD_NOTE_CAP], login[WORLD_LOGIN_CAP];
    char alias[WORLD_NAME_CAP];                     /* for an anonymous session */
    uint8_t kind, colour;                           /* tenants/profile/avatar.h */
    char groups[WORLD_GROUPS_CAP][WORLD_GROUP_CAP]; /* of "group:NAME"; "" ends */
};

struct world_entry {
    struct span spawn; /* id; empty: a quiet one that is free */
    bool has_spot;     /* or a spot from before (resume after a restart); freed from walls */
    struct floor_spot spot;
    struct span room; /* with has_spot: the room he was in */
    enum world_rung rung;
    enum world_state state;
    void *owner; /* of world_conf.call; NULL: nobody hears such words */
};
/* Puts somebody on a copy: peer (may be NULL: held) gets floor.here and a picture, the others
 * people.came. Capacity of the copy is the caller's question; of the area he lands in ours: a
 * spawn whose area is full is passed over, and where all are, he comes to the nearest spot in
 * one that is not. ERR_BUSY: n_people_cap, or no spot is left: to others than staff this copy
 * is full. */
NODISCARD enum err world_enter(struct world_copy *copy, const struct world_look *look,
                               const struct world_entry *entry, void *peer, int64_t now_ms,
                               struct world_person **person_out, struct fail *why);
/* Silent: the others get people.left with the next tick. */
void world_leave(struct world_person **person, int64_t now_ms);
/* NULL: the line is cut, others see him greyed, his stick is let go; not NULL: it is back, on
 * whatever device, and gets floor.here and a picture. */
void world_peer_change(struct world_person *person, void *peer, int64_t now_ms);
/* A whole picture to one who lost movement. */
void world_refresh(struct world_person *person, int64_t now_ms);
void world_look_change(struct world_person *person, const struct world_look *look,
                       int64_t now_ms);

/* What the caller told of itself. The rest is refused; why->field names the rule.
 *
 * ERR_DENIED is what an unaltered client never does: watch-walk, watch-stick, watch-wave,
 * watch-knock, watch-invite, area-locked, area-who.
 *
 * ERR_CONFLICT is not now, to be said kindly: distance, break, no-waves, in-use, area-wait,
 * area-locked (changed a moment ago; or others than staff open a door of theirs), area-room
 * (out of a closed room or into one, no such call), area-open (it has no door to knock at),
 * seat (whom one invites is in a room), id (nowhere to stand). world_walk says area-locked and
 * area-who here too: whoever taps on a map breaks no rule; and world_area_invite says area-who
 * of the one who is asked.
 *
 * ERR_BUSY is area-full (of a public area to which one goes ERR_CONFLICT).
 *
 * ERR_NOT_FOUND: no such seat, area, board or spawn on this copy, or a seat in a closed room
 * that he does not see into: the same answer. ERR_INVALID: outside the floor, a direction of
 * -128, himself, a value that is none.
 *
 * other-town is ERR_CONFLICT: somebody who stands at another node (world_mirror.h).
 *
 * area-wait is ERR_CONFLICT: somebody else than staff asks for a closed room while people come
 * and go: for 30 to 40 s after anybody vanished from the floor. So what an attempt of theirs
 * says is never newer than the map: in-use and area-full are as told, too. Who asks again has
 * his turn within two beats (20 s; world_claim.c says it exactly), whoever comes and goes; for
 * that the empty room is put by, and until he is in or his turn is over everybody else, staff
 * too, hears area-wait.
 *
 * Walks and steps of others than staff end where nobody who wishes distance (of the same
 * channel) is nearer than distance_cm, unless he was nearer already; passing by is allowed. */
NODISCARD enum err world_walk(struct world_person *person, int32_t x, int32_t y, int64_t now_ms,
                              struct fail *why);
NODISCARD enum err world_go_seat(struct world_person *person, uint16_t seat, int64_t now_ms,
                                 struct fail *why);
/* kind: 'a' area, 'b' board, 's' spawn. */
NODISCARD enum err world_go(struct world_person *person, char kind, struct span id,
                            int64_t now_ms, struct fail *why);
/* Both: the walk ends here, or where it stops being too near to somebody. A stick of 0 0 ends
 * sticks alone. */
void world_stop(struct world_person *person, int64_t now_ms);
NODISCARD enum err world_stick(struct world_person *person, int8_t dx, int8_t dy,
                               int64_t now_ms, struct fail *why);
/* A public area: a walk into it. Leaving one: nothing. */
NODISCARD enum err world_area_enter(struct world_person *person, struct span area,
                                    int64_t now_ms, struct fail *why);
NODISCARD enum err world_area_leave(struct world_person *person, int64_t now_ms,
                                    struct fail *why);
NODISCARD enum err world_area_knock(struct world_person *person, struct span area,
                                    int64_t now_ms, struct fail *why);
NODISCARD enum err world_area_answer(struct world_person *person, uint16_t seat,
                                     bool is_welcome, int64_t now_ms, struct fail *why);
NODISCARD enum err world_area_invite(struct world_person *person, uint16_t seat, int64_t now_ms,
                                     struct fail *why);
NODISCARD enum err world_state_change(struct world_person *person, enum world_state state,
                                      int64_t now_ms, struct fail *why);
NODISCARD enum err world_rung_change(struct world_person *person, enum world_rung rung,
                                     int64_t now_ms, struct fail *why);
void world_distance_set(struct world_person *person, bool is_on, int64_t now_ms);
void world_away_set(struct world_person *person, bool is_away, int64_t now_ms);
NODISCARD enum err world_wave(struct world_person *person, uint16_t seat, int64_t now_ms,
                              struct fail *why);

/* Walks on, closes what falls due, sends a tick to every channel where something moved. now_ms
 * never steps back; a late tick catches up. */
void world_tick(struct world *world, int64_t now_ms);

/* ---- what callers may ask ---- */

struct world_where {
    struct world_copy *copy;
    uint16_t seat;
    struct floor_spot spot;
    struct span room; /* id of the closed room he is in; empty: none. Valid until he moves */
    enum world_rung rung;
    enum world_state state;
    bool has_distance, is_away;
};
void world_where(const struct world_person *person, struct world_where *where_out);

/* ---- words (world_say.c): what people write is not the world's, but who hears whom is ---- */

/* The id of the area in which his words stay; empty: all of the copy reads them. Valid until he
 * moves. */
struct span world_voice(const struct world_person *person);
/* He reads what is written in that area (empty: openly) of his copy. */
bool world_hears(const struct world_person *listener, struct span room);
/* Where what he says aloud stays: the index of the innermost area around him whose sound stays
 * inside, or that is made for talking apart (quiet, class, study, counsel); -1: the open floor.
 * And the most quiet that any area around him asks for (enum floor_hush). */
struct world_sound {
    int area, hush;
    bool is_sealed; /* he is in a closed room */
};
struct world_sound world_sound(const struct world_person *person);
/* As others read it, or (has_ids) staff who may see IDs. Valid until his look changes. */
struct span world_name(const struct world_person *person, bool has_ids);
/* The owner (world_entry) of a seat that viewer may know of and that is not his own; else
 * ERR_NOT_FOUND. */
NODISCARD enum err world_seat_owner(const struct world_person *viewer, uint16_t seat,
                                    void **owner_out, struct fail *why);

/* The events of this file; the rest of the place's are in place_events.h. */
#define WORLD_EVENTS_N 9
extern const struct live_event world_events[WORLD_EVENTS_N];

#endif

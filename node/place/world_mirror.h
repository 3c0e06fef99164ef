/* node/place/world_mirror.h - a copy of a floor that is seen at another node, too: what of its
 * own people is told there, and figures of people who stand there (puppets). A puppet is a
 * person of the world that no rule moves: where it is and how it goes is given from outside. It
 * is told to local people exactly as one of their own, keeps distance only as others keep it
 * from it, and is counted nowhere: not of a copy, an area or a floor. Without a watch and
 * without puppets a copy does nothing more than before.
 * Threads: the world's.  Owns: puppets are the copy's until taken. */
#ifndef NODE_PLACE_WORLD_MIRROR_H
#define NODE_PLACE_WORLD_MIRROR_H

#include "node/place/path.h"
#include "node/place/world.h"

#define MIRROR_TOWN_CAP     128
#define MIRROR_PSEUD_CAP    33
#define MIRROR_STOPS_CHAT   1u /* as MIRROR_CHAT, .. of mirror.h */
#define MIRROR_STOPS_REACT  2u
#define MIRROR_STOPS_VOICE  8u
#define MIRROR_FIGURES_MOST 1000 /* of one copy */

/* How somebody looks to other towns; texts are UTF-8 with a NUL. town and pseud are of puppets
 * alone: what is told of own people has them empty. */
struct mirror_look {
    char name[WORLD_NAME_CAP];
    uint8_t kind, colour; /* tenants/profile/avatar.h */
    enum world_state state;
    bool is_staff, is_teacher, is_away, is_lost, has_distance;
    uint8_t stops;                /* of puppets, at the host: enum mirror_what; staff read it */
    char town[MIRROR_TOWN_CAP];   /* "あおぞら市": everybody reads it */
    char pseud[MIRROR_PSEUD_CAP]; /* as text: staff who may see IDs read it */
};

/* Where somebody is from now on, or how he goes there. */
struct mirror_move {
    struct floor_spot at;
    int n; /* 0: stands at `at`; else 2 .. PATH_POINTS_CAP points of a way */
    uint16_t speed_cm_s, age_ms; /* of the way: so long ago he began it */
    bool is_steered;             /* by a stick: it may turn at any moment */
    struct floor_spot points[PATH_POINTS_CAP];
};

/* What is told of own people, public channel alone, with the tick that tells it to those on the
 * floor: going into a closed room is left, coming out is came. Nothing here may call the world
 * or the place. After came, look may come without any change (the floor or a session changed):
 * it says everything anew. */
struct world_watch {
    void *arg;
    void (*came)(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at);
    void (*look)(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at);
    void (*left)(void *arg, struct id account);
    void (*moved)(void *arg, struct id account, const struct mirror_move *move);
};
/* From now on; everybody who is there is told with the next tick. Kept by reference until NULL
 * is set. */
void world_watch_set(struct world_copy *copy, const struct world_watch *watch);

/* Somebody of another node comes; told with the next tick. A spot outside the floor is moved
 * onto it. owner: the caller's, given back by world_puppet_owner. ERR_BUSY:
 * MIRROR_FIGURES_MOST. */
NODISCARD enum err world_puppet_put(struct world_copy *copy, void *owner,
                                    const struct mirror_look *look, struct floor_spot at,
                                    int64_t now_ms, struct world_person **person_out,
                                    struct fail *why);
void world_puppet_look(struct world_person *puppet, const struct mirror_look *look);
void world_puppet_move(struct world_person *puppet, const struct mirror_move *move,
                       int64_t now_ms);
/* NULL for a person of our own. */
void *world_puppet_owner(const struct world_person *person);
/* As it was given last. */
const struct mirror_look *world_puppet_seen(const struct world_person *puppet);
/* The puppet at a seat that viewer may know of; else ERR_NOT_FOUND. */
NODISCARD enum err world_seat_puppet(const struct world_person *viewer, uint16_t seat,
                                     struct world_person **puppet_out, struct fail *why);
/* A puppet goes by world_leave. */

#endif

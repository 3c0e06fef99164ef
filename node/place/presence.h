/* node/place/presence.h - who is where, as one snapshot: for consoles, consultations and
 * whoever else looks from outside the live thread (AI-2.7-エ, AI-4.4-カ-ハ-2). The live thread
 * publishes a new one each second; what is in it is up to a second old. It names people: never
 * to a child's connection, never into a log.
 * Threads: any, but where it says live thread. A lock held for a look into memory.  Owns: a
 * snapshot belongs to all who hold it. */
#ifndef NODE_PLACE_PRESENCE_H
#define NODE_PLACE_PRESENCE_H

#include "node/place/world.h"

struct place;

#define PRESENCE_FLOORS_CAP 64
#define PRESENCE_TALKS_CAP  4 /* of one, told of */

struct presence_person {
    struct id account;
    struct id visit;  /* ID_NONE: in the lobby */
    struct id school; /* ID_NONE when not of one */
    enum role role;
    bool is_staff;   /* as in struct world_look */
    bool is_watcher; /* staff who see IDs: supporter, commissioner, contractor */
    bool is_trial;
    bool is_in_lobby; /* connected, and on no floor (waiting for one, too): what follows is
                         empty */
    bool is_held;     /* the line is cut, the spot is kept */
    bool is_away, has_distance;
    unsigned stops; /* what staff have stopped: bits 1 << enum measure_kind (measure.h) */
    uint16_t seat;
    enum world_state state;
    enum world_rung rung;
    int copy;                /* from 1 */
    struct floor_spot spot;  /* centimetres */
    struct span name, login; /* his display name (never an alias), his ID */
    struct span floor, room; /* ids; room empty: in no closed room */
    int64_t since_utc_us;    /* on floors without a break; in the lobby: the line is open */
    struct id talks[PRESENCE_TALKS_CAP]; /* with whom he is in an open private talk */
    int n_talks;
};

struct presence_floor {
    struct span id;
    int n_people;   /* on it, in its rooms and with their line cut, too */
    int n_children; /* of them students */
    int n_staff;    /* of them is_watcher, and their line is not cut */
    /* Children are on it and n_staff has been 0 since then; 0: not so. */
    int64_t staffless_utc_us;
};

struct presence {
    int64_t at_utc_us;
    const struct presence_person *people; /* each account once, by account */
    size_t n_people;
    const struct presence_floor *floors; /* those that are there, or hold people */
    size_t n_floors;
    int n_staff; /* on floors, of n_staff of each */
};

/* The newest one, or NULL: no place (place NULL), or it has not begun. The caller gives it
 * back.
 */
const struct presence *presence_now(struct place *place);
void presence_unref(const struct presence **presence);
/* NULL when he is not there, or presence is NULL. Borrowed. */
const struct presence_person *presence_find(const struct presence *presence, struct id account);
const struct presence_floor *presence_floor_find(const struct presence *presence,
                                                 struct span floor);

/* Live thread: of somebody connected or held; false: he is not there. */
bool presence_role(struct place *place, struct id account, enum role *role_out);

#endif

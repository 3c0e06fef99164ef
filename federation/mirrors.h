/* federation/mirrors.h - shared lessons while they are on (CARD-2, CARD-6, CARD-9, CARD-10,
 * CARD-12): from MIRROR_BEFORE_US before a shared lesson to MIRROR_AFTER_US after it, the floor
 * of it is mirrored. What its people here do is told to the other towns, what theirs do is seen
 * here; federation/mirror_room.h decides, federation/link.h carries, node/place/mirror.h shows.
 *
 * A line leaves when it is written, said and numbered here; a line of another town is looked at
 * again by our own safe words and is evidence (federation/mirror_store.h) before anybody sees
 * it. What the host's staff stop holds at once, is written, told to that one's home by the link
 * and, as an incident, by the outbox.
 *
 * Threads: everything of a lesson is the live thread's. The links' thread puts what came into a
 * queue; one thread of its own knocks at the live thread in ROOM_TICK_US while a lesson is on.
 * Owns: rooms, mirrors, its thread. */
#ifndef FEDERATION_MIRRORS_H
#define FEDERATION_MIRRORS_H

#include "federation/mirror_room.h"
#include "node/base/services.h"
#include "node/db/db.h"

#define MIRROR_BEFORE_US (10 * MINUTE_US)
#define MIRROR_AFTER_US  (5 * MINUTE_US)

struct mirrors;
struct series;
struct links;
struct federation;

struct mirrors_conf {
    const struct services *services; /* writer, keyring, live, place, words, settings */
    struct federation *federation;
    struct links *links;
    struct series *series; /* before series_start */
    struct id self;
    struct db_conf db; /* of its thread */
    const struct stmt_table *stmts;
};
NODISCARD enum err mirrors_open(const struct mirrors_conf *conf, struct mirrors **out,
                                struct fail *why);
/* The place is open: the links begin. Once; again: nothing. */
NODISCARD enum err mirrors_start(struct mirrors *mirrors, struct fail *why);
/* The live server has ended, the writer has not. NULL: nothing. */
void mirrors_stop(struct mirrors *mirrors);
/* Before place_close: mirrors end. */
void mirrors_end(struct mirrors *mirrors);
void mirrors_close(struct mirrors **mirrors); /* after the writer */

/* Children of other towns who stand in that lesson, as of a second ago; any thread. Names and
 * towns live in the arena. mirrors NULL, or it is not on: none. */
struct mirrors_pupil {
    struct span name, town;
};
NODISCARD enum err mirrors_pupils(struct mirrors *mirrors, struct id lesson,
                                  struct arena *arena, struct mirrors_pupil **out,
                                  size_t *n_out, struct fail *why);

/* For figures and the doctor; any thread. */
struct mirrors_stats {
    int n_on, n_own, n_figures, n_cut, n_waiting;
    uint64_t n_said, n_heard, n_blocked, n_unwritten, n_faults, n_overrun, n_voiced, n_voices;
    uint64_t n_dropped[ROOM_RULES_N];
};
void mirrors_stats_read(struct mirrors *mirrors, struct mirrors_stats *out);

#endif

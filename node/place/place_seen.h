/* node/place/place_seen.h - whether and where somebody is, for features above the place that
 * tie something to being there: a lesson (node/classes). Threads: the live thread.
 * Owns: nothing. */
#ifndef NODE_PLACE_PLACE_SEEN_H
#define NODE_PLACE_PLACE_SEEN_H

#include "node/io/live.h"

struct place;

#define PLACE_SEEN_FLOOR_CAP 33

struct place_seen {
    struct id visit;      /* one stay, over any number of lines */
    bool is_held;         /* the line is cut, his spot is kept */
    int64_t heard_utc_us; /* is_held: the last sign of life */
    char floor[PLACE_SEEN_FLOOR_CAP];
    bool is_inside; /* of the area asked for */
    uint16_t seat;  /* as clients know him; another when he comes in anew */
    bool is_trial;
    struct span name; /* as those on the floor read it; valid until the call ends */
};
/* area: an id of his floor; empty: none is asked for. False: he stands on no floor. */
bool place_seen(struct place *place, struct id account, struct span area,
                struct place_seen *seen_out);
/* Who calls did something, and stands on a floor; false: not, and he was told so. */
bool place_acts(struct command_call *call, struct span area, struct place_seen *seen_out);
/* He sets out for it, if he may and can. */
void place_walk_to(struct place *place, struct id account, struct span area);
/* To everybody who sees him, himself too: never an id, never a name. */
void place_show(struct place *place, struct id account, const struct live_event *event,
                const void *of);

#endif

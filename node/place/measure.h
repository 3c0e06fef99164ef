/* node/place/measure.h - what staff have stopped, for one account or on one floor (AI-2.7-ア,
 * AI-2.7-ウ-1...4, HI-3.3-4): in force in memory, asked on the way of every word and reaction.
 * Measures bind students, guardians and guest teachers (place_is_bound); a floor's hold for
 * those of them who stand there, by whatever copy. One ends when it is lifted or at its time.
 * Threads: the live thread's, unless said otherwise.  Owns: the list of a place. */
#ifndef NODE_PLACE_MEASURE_H
#define NODE_PLACE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/id.h"
#include "node/place/place_priv.h"

enum measure_kind {
    MEASURE_CHAT,   /* writes nothing */
    MEASURE_REACT,  /* no reactions */
    MEASURE_MUTE,   /* is not heard */
    MEASURE_EJECT,  /* is not in the place, on no floor */
    MEASURE_RENAME, /* an act, not a state: stops nothing here */
    MEASURE_SLOW,   /* so many seconds between two lines */
    MEASURE_KINDS_N
};
#define MEASURE_KINDS "chat|react|mute|eject|rename|slow"

/* One in force. */
struct measure {
    struct measure *next;
    struct id id, account;       /* account ID_NONE: of the floor */
    char floor[PLACE_FLOOR_CAP]; /* "": of the account */
    enum measure_kind kind;
    int64_t until_utc_us; /* 0: until it is lifted */
    int64_t seconds;      /* of slow */
};

/* Is this stopped for him now? Of several the one that lasts longest tells *until_utc_us_out
 * (may be NULL): 0, until it is lifted. */
bool measure_stops(const struct place *place, const struct visit *visit, enum measure_kind kind,
                   struct place_now now, int64_t *until_utc_us_out);
/* The same of an account that is on no floor: measures of floors are not looked at. */
bool measure_stops_account(const struct place *place, struct id account, enum measure_kind kind,
                           struct place_now now, int64_t *until_utc_us_out);
/* So long there must be between two lines of his; 0: slow mode is off. */
int64_t measure_slow_ms(const struct place *place, const struct visit *visit,
                        struct place_now now);

/* A copy of what is given; one with that id already there is replaced. NULL: no memory. Any
 * thread, while no other has the list. */
struct measure *measure_put(struct measure **list, const struct measure *of);
/* False: there is none with that id. */
bool measure_drop(struct measure **list, struct id id);
void measures_free(struct measure **list);

#endif

/* node/place/place_meter.h - how many are where and what happened at the door, as numbers, for
 * /metrics and the doctor: never a name, an ID or a room. Written on the live thread, the state
 * of the reading by whoever reads.  Threads: place_counts_read from any.  Owns: nothing. */
#ifndef NODE_PLACE_PLACE_METER_H
#define NODE_PLACE_PLACE_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place;

#define PLACE_COUNTS_FLOORS 64
#define PLACE_COUNTS_ID_CAP 33

/* Why an entry was refused; the last is every other cause. */
#define PLACE_REFUSALS \
    "hours-closed|no-access|elsewhere|too-many|not-found|unavailable|gone|ejected|other"
#define PLACE_REFUSALS_N 9

/* Of what the program before us left. */
enum place_seats_state {
    PLACE_SEATS_READING,
    PLACE_SEATS_FAILED, /* and will be tried again; the doors are shut */
    PLACE_SEATS_READ,
    PLACE_SEATS_GIVEN_UP, /* the doors are open without them */
};

struct place_counts {
    struct {
        char id[PLACE_COUNTS_ID_CAP];
        int n_people; /* in its rooms, too */
        int n_waiting;
    } floors[PLACE_COUNTS_FLOORS];
    size_t n_floors;
    int n_lobby, n_held;    /* connected and on no floor; on a floor, their line cut */
    int n_unwritten;        /* entries and exits that wait for the database */
    uint64_t n_entered;     /* visits that began */
    uint64_t n_cut, n_lost; /* lines cut under a visit; visits recorded as lost by it */
    uint64_t refused[PLACE_REFUSALS_N];
    enum place_seats_state seats;
    int n_seats_tries;
};
/* A second old at most. */
void place_counts_read(const struct place *place, struct place_counts *counts_out);

#endif

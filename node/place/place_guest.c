#include "node/place/place_guest.h"

#include "node/place/place_priv.h"

void place_guest_gate_set(struct place *place,
                          bool (*teaches)(void *arg, struct span floor, struct id account,
                                          int64_t now_utc_us),
                          void *arg)
{
    place->teaches = teaches;
    place->teaches_arg = arg;
}

void place_guest_again(struct place *place)
{
    place->access_until_utc_us = 0;
}

/* federation/series_share.h - who bears how much of a series' cost (CARD-8): the sum and the
 * way it is shared stand in the series' text, so that whoever accepts the offer has agreed to
 * them; what each town bears comes from its places or from the counts it told, and from nothing
 * about a person. Pure.  Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_SERIES_SHARE_H
#define FEDERATION_SERIES_SHARE_H

#include <stddef.h>
#include <stdint.h>

/* By its places; by who came, or took part, over all dates; all alike. */
enum series_share_by { SERIES_BY_PLACES, SERIES_BY_JOINED, SERIES_BY_ATTENDED, SERIES_BY_TOWN };
#define SERIES_SHARE_BY  "places|joined|attended|town"
#define SERIES_COST_MOST 100000000 /* yen */

/* `sum` in whole parts by weight, none lost: what is left over by rounding down goes to the
 * largest remainders, of equal ones to the first. All 0 while no weight is over 0. Weights are
 * at most 10^6 each. */
void series_share_split(int64_t sum, const int64_t *weights, size_t n, int64_t *parts_out);

#endif

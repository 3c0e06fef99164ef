/* node/place/catalogue.h - the furniture a floor may hold: footprint in whole cm at turn 0, and
 * what it does to walking. node/web/src/state/catalogue.ts holds the same rows; a test compares
 * them.  Threads: const data. */
#ifndef NODE_PLACE_CATALOGUE_H
#define NODE_PLACE_CATALOGUE_H

#define CATALOGUE_SOLID 1u /* nobody walks through it */
#define CATALOGUE_SEAT  2u /* somebody may sit on it; walking over it stays possible */
#define CATALOGUE_FLAT  4u /* lies on the ground or hangs on a wall */

struct catalogue_item {
    const char *id;
    int w_cm, h_cm;
    unsigned flags;
};

#define CATALOGUE_N 34
extern const struct catalogue_item catalogue[CATALOGUE_N];
/* The ids as jx choices, "a|b|c", in the order of the rows. */
extern const char catalogue_choices[];

#endif

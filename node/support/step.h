/* node/support/step.h - steps 0 to 4 of a child's way (KP-2-4-0 ... KP-2-4-5), from being there
 * by an avatar to the classroom. No rank and no aim: staff see where a child stands and has
 * stood, a child never sees any of it. Going back is a row of its own; nothing is erased.
 *   0 came in by an avatar: the first entry (the node notes it)
 *   1 regular contact with staff: in setting care.regular_weeks of four weeks (the node notes
 *     it, and that it is over once four weeks have passed without any)
 *   2 took part in learning or an activity (staff note it)
 *   3 in-school support centre, education support centre, separate room (school staff)
 *   4 classroom, school events, outings (school staff)
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_SUPPORT_STEP_H
#define NODE_SUPPORT_STEP_H

#include "node/support/step_store.h"

#define STEP_WEEKS 4 /* that are looked at for step 1, of seven days each */

/* What kinds there are of a step: "class|event|..." */
const char *step_kinds(int step);
/* Who may note it by hand; 0: nobody. */
unsigned step_roles(int step);
/* The highest step that holds: the newest row of which is none of going back; -1: none. rows in
 * any order. */
int step_now(const struct step_row *rows, size_t n);
/* Whether this step holds; false when there is no row. */
bool step_holds(const struct step_row *rows, size_t n, int step);

/* What the node notes of step 1. */
enum step_change { STEP_STAYS, STEP_REACHED, STEP_OVER };
enum step_change step_regular(bool holds, int64_t n_weeks_with_contact, int64_t n_weeks_needed);

#endif

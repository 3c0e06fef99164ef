/* node/server/operator_place.h - the place for whoever runs the node: lines of /metrics and a
 * finding of the doctor. Numbers alone, no names.  Threads: on a worker. */
#ifndef NODE_SERVER_OPERATOR_PLACE_H
#define NODE_SERVER_OPERATOR_PLACE_H

#include "node/place/place.h"
#include "node/server/doctor.h"
#include "node/server/text.h"

/* place NULL: nothing. */
void operator_place_metrics(const struct place *place, struct text *text);
void doctor_check_place(struct doctor *doctor);

#endif

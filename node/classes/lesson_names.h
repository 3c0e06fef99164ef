/* node/classes/lesson_names.h - names in lessons: display names as everybody on the floor reads
 * them; the ID beside one only for who may see IDs (AI-2.7-エ; register section 0: an
 * instructor sees the roster of his class by display name).
 * Threads: a request's.  Owns: a snapshot of the register, given back at close. */
#ifndef NODE_CLASSES_LESSON_NAMES_H
#define NODE_CLASSES_LESSON_NAMES_H

#include "node/base/route.h"
#include "tenants/people/people_index.h"

struct lesson_names {
    struct req *req;
    struct people *people;
    struct rights_view view;
};
NODISCARD enum err lesson_names_open(struct req *req, struct lesson_names *out,
                                     struct fail *why);
void lesson_names_close(struct lesson_names *names);
/* In the arena; empty: not known (any more), or not to be told. */
struct span lesson_display(const struct lesson_names *names, struct id account);
struct span lesson_login(const struct lesson_names *names, struct id account);

#endif

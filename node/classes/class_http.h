/* node/classes/class_http.h - what the routes of the plan share: who may, the plan of some days
 * read at once, names of staff. Threads: workers.  Owns: nothing; all is in the request's
 * arena.
 */
#ifndef NODE_CLASSES_CLASS_HTTP_H
#define NODE_CLASSES_CLASS_HTTP_H

#include "node/classes/class_plan.h"
#include "node/classes/class_store.h"
#include "node/place/place_http.h"

/* Who sees the plan and works on courses; who plans lessons and slots; who keeps what staff are
 * qualified for (register section 0; AI-4.4-カ-ロ: the commissioner sees the list). */
#define CLASS_KEEPERS  (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define CLASS_PLANNERS (CLASS_KEEPERS | ROLE_BIT(ROLE_SUPPORTER))
#define CLASS_READERS  (CLASS_PLANNERS | ROLE_BIT(ROLE_INSTRUCTOR))

#define CLASS_AHEAD_DAYS 800 /* a mistyped year is no plan */

/* A slot in JSON, "10:15" to "11:00". */
struct class_slot_doc {
    struct span from, to;
};
extern const struct jx_shape class_slot_shape;
NODISCARD enum err class_slots_write(const struct class_slots *slots, struct arena *arena,
                                     struct jx_list *out, struct fail *why);

/* What the settings say now. */
struct class_template class_template_now(const struct services *services);
/* One day as it stands: hours, slots. */
NODISCARD enum err class_day_find(struct req *req, int32_t day, struct class_plan_day *out,
                                  struct fail *why);
/* Days from..to with everything that class_plan.h needs; cancelled lessons too. */
NODISCARD enum err class_plan_find(struct req *req, int32_t from, int32_t to,
                                   struct class_plan *out, struct fail *why);
/* A day of the request, from today on and not further than CLASS_AHEAD_DAYS: adds a defect. */
NODISCARD enum err class_check_day(const struct req *req, struct span text, const char *pointer,
                                   int32_t *day_out, struct jx_defects *defects);
/* An area of that id stands on it. */
bool class_floor_has(const struct floor *floor, struct span area);
/* {course}, {lesson} ... of the path, into req->object: ERR_NOT_FOUND. */
NODISCARD enum err class_path_id(struct req *req, const char *name, struct fail *why);
struct span class_day_text(int32_t day, struct arena *arena);

/* Whose account and name a row may tell the caller: board and contractor know everybody, others
 * themselves (register section 0). */
bool class_may_name(const struct req *req, struct id account);

/* Display names of staff, which everybody reads in the place. */
struct people;
struct class_names {
    struct people *people;
    struct arena *arena;
};
NODISCARD enum err class_names_open(struct req *req, struct class_names *out, struct fail *why);
void class_names_close(struct class_names *names);
/* "" when not known, or not of staff. In the arena. */
struct span class_display(const struct class_names *names, struct id account);

/* Ends a request: defects, or why. True: there was nothing of either, go on. */
NODISCARD bool class_goes_on(struct req *req, enum err rc, const struct jx_defects *defects,
                             const struct fail *why);

#endif

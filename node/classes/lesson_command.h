/* node/classes/lesson_command.h - between the files of commands of lessons: who calls, and the
 * way every act in a lesson goes: the room, the act, what it writes, what is told after it.
 * Threads: the live thread.  Owns: nothing. */
#ifndef NODE_CLASSES_LESSON_COMMAND_H
#define NODE_CLASSES_LESSON_COMMAND_H

#include "node/classes/lessons_priv.h"

#define LESSON_STAFF \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | \
     ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* What a lesson is given by (its course): others than these are refused. */
enum lesson_means { LESSON_MEANS_HAND, LESSON_MEANS_POLL, LESSON_MEANS_QUESTION };

/* Each answers the call when it has nothing to give: NULL or false. */
/* Who is in it; lesson ID_NONE: in whatever he is. */
struct lesson_room *lesson_room_in(struct command_call *call, struct id lesson,
                                   struct lesson_in **in_out);
/* Main or sub, of a lesson that is led here. */
struct lesson_room *lesson_room_taught(struct command_call *call, struct id lesson);
bool lesson_has_means(struct command_call *call, const struct lesson_room *room,
                      enum lesson_means means);
/* An act of the caller in that room. room NULL: answered already, and NULL. */
struct lesson_act *lesson_act_in(struct command_call *call, const struct lesson_room *room);
/* Takes it: what it writes, and what is told after COMMIT. */
void lesson_act_go(struct lesson_act *act,
                   enum err (*run)(struct tx *tx, struct lesson_act *act, struct fail *why),
                   void (*told)(struct lesson_act *act));
/* The room's board is read anew, and everybody in it hears of it. */
void lesson_told_touch(struct lesson_act *act);

/* ---- lesson_poll_commands.c ---- */

/* As others may read it: words that hurt are masked, whoever writes them. From malloc; NULL:
 * failed. */
char *lesson_masked(const struct services *services, struct span text, struct arena *arena,
                    struct fail *why);

extern const struct jx_shape lesson_poll_open_shape, lesson_poll_answer_shape,
    lesson_poll_close_shape;
void lesson_poll_open(struct command_call *call);
void lesson_poll_answer(struct command_call *call);
void lesson_poll_close(struct command_call *call);

#endif

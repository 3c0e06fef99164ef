/* node/classes/lessons.h - lessons while they are held: who is in one, and what happens in it.
 * The live thread owns who is in which lesson; a thread of this part's own reads the plan every
 * two seconds, and the board of a lesson (lesson_state.h) whenever something of it was
 * committed, and hands them over. What is acknowledged is in the database first, so a killed
 * program loses none of it: the next one reads who was in which lesson, and goes on.
 * A lesson that runs without its main instructor or a support staff for class.staffless_min is
 * told to staff who see IDs, and to whoever asks here (AI-4.4-キ-ウ).
 * Threads: stated at each function.  Owns: its thread. */
#ifndef NODE_CLASSES_LESSONS_H
#define NODE_CLASSES_LESSONS_H

#include "node/base/services.h"
#include "node/classes/lesson_member.h"
#include "node/db/db.h"

struct lessons;

struct lessons_conf {
    const struct services *services;
    struct db_conf db;
    const struct stmt_table *stmts;
};
NODISCARD enum err lessons_open(const struct lessons_conf *conf, struct lessons **lessons_out,
                                struct fail *why);
/* After the place: the thread begins. Once. */
NODISCARD enum err lessons_start(struct lessons *lessons, struct fail *why);
/* The live server has ended, the writer has not: the thread ends, the last signs of life are
 * written. NULL: nothing. */
void lessons_stop(struct lessons *lessons);
/* After the writer has stopped. */
void lessons_close(struct lessons **lessons);

/* Any thread: the plan changed, look now. NULL: nothing. */
void lessons_poke(struct lessons *lessons);
/* Any thread: he gave up his place, and is out of the lesson if he is in it. */
void lessons_drop(struct lessons *lessons, struct id lesson, struct id account);

/* Any thread: who is missing in a lesson that runs now (class_rule.h: CLASS_RULE_NO_MAIN,
 * CLASS_RULE_NO_SUPPORTER), since when; 0: nobody. As of a second ago. */
unsigned lessons_missing(struct lessons *lessons, struct id lesson, int64_t *since_out);
/* Any thread: it has been so for class.staffless_min. */
bool lessons_is_unstaffed(struct lessons *lessons, struct id lesson);

#endif

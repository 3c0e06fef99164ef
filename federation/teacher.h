/* federation/teacher.h - guest teachers [ゲストティーチャー] who teach in other towns, too
 * (CARD-3): a card kept at the node that knows the teacher, offered to member nodes, approved
 * by each commissioner for his own children; and the right to one lesson at the node that holds
 * it.
 *
 *   home: card (version) --teacher.offer--> every node it is offered to, again at each change
 *   each: commissioner approves or declines --teacher.answer--> home and the other nodes,
 * signed by the answering node itself, so nobody vouches for another host: slot: account with
 * the card's id (requested and approved by that commissioner, issued as every other), put into
 * the lesson's staff
 *
 * An approval is of what was read: a change of name, field or evidence makes it count no more,
 * a change of times does. The account opens nothing but from ten minutes before the lesson to
 * its end (guest_ends() of migration 0091, read at every look of sign-in, session and place): a
 * lesson that is moved, cancelled or given to another, a card that is withdrawn, an approval
 * that is taken back move or end it at that moment, without any job. While a town that takes
 * part in the date has not approved, no slot is given, and one that was given stands still.
 *
 * Threads: routes on HTTP workers and the writer's thread, kinds on the writer's.  Owns:
 * nothing. */
#ifndef FEDERATION_TEACHER_H
#define FEDERATION_TEACHER_H

#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define TEACHER_BEFORE_MIN 10 /* of guest_ends() */

#define TEACHER_SHOW_ROUTES_N   2
#define TEACHER_ROUTES_N        5
#define TEACHER_LESSON_ROUTES_N 1
#define TEACHER_SLOT_ROUTES_N   2
#define TEACHER_ROSTER_ROUTES_N 1
extern const struct route teacher_show_routes[TEACHER_SHOW_ROUTES_N]; /* teacher_show_http.c */
extern const struct route teacher_routes[TEACHER_ROUTES_N];           /* teacher_http.c */
extern const struct route
    teacher_lesson_routes[TEACHER_LESSON_ROUTES_N]; /* teacher_lesson_http.c */
extern const struct route teacher_slot_routes[TEACHER_SLOT_ROUTES_N]; /* teacher_slot_http.c */
extern const struct route
    teacher_roster_routes[TEACHER_ROSTER_ROUTES_N]; /* teacher_roster_http.c */

#define TEACHER_STMTS_N  19
#define TEACHER_TABLES_N 4
extern const struct stmt *const teacher_stmts[TEACHER_STMTS_N];
extern const struct data_table teacher_tables[TEACHER_TABLES_N];
extern const struct audit_table teacher_step_audit_table;

#endif

/* node/classes/lesson_rows.h - rows of what happens in lessons, for node/features.c. Threads:
 * const data. */
#ifndef NODE_CLASSES_LESSON_ROWS_H
#define NODE_CLASSES_LESSON_ROWS_H

#include "node/base/command.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define LESSON_STMTS_N  18
#define LESSON_TABLES_N 7
extern const struct stmt *const lesson_stmts[LESSON_STMTS_N]; /* lesson_store.c */
#define LESSON_ACT_STMTS_N 16
extern const struct stmt *const lesson_act_stmts[LESSON_ACT_STMTS_N]; /* lesson_act_store.c */
extern const struct data_table lesson_tables[LESSON_TABLES_N];
extern const struct audit_table lesson_event_audit_table;

#define LESSON_PLAN_STMTS_N 4
extern const struct stmt
    *const lesson_plan_stmts[LESSON_PLAN_STMTS_N]; /* lesson_plan_store.c */

#define LESSON_SETTINGS_N 2
extern const struct setting *const lesson_settings[LESSON_SETTINGS_N]; /* lesson_settings.c */
extern const struct setting setting_class_attended_min, setting_class_staffless_min;

#define LESSON_COMMANDS_N 9
extern const struct command lesson_commands[LESSON_COMMANDS_N]; /* lesson_commands.c */
#define LESSON_LIVE_EVENTS_N 4
extern const struct live_event lesson_events[LESSON_LIVE_EVENTS_N]; /* lesson_events.c */

#define MY_LESSON_ROUTES_N   3
#define LESSON_ROUTES_N      2
#define MY_TEACHING_ROUTES_N 1
extern const struct route my_teaching_routes[MY_TEACHING_ROUTES_N]; /* my_teaching_http.c */
extern const struct route my_lesson_routes[MY_LESSON_ROUTES_N];     /* my_lessons_http.c */
extern const struct route lesson_routes[LESSON_ROUTES_N];           /* lesson_http.c */

#endif

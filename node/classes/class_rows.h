/* node/classes/class_rows.h - rows of the plan of classes, for node/features.c. Threads: const
 * data. */
#ifndef NODE_CLASSES_CLASS_ROWS_H
#define NODE_CLASSES_CLASS_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define CLASS_DAY_STMTS_N  5
#define CLASS_DAY_TABLES_N 1
extern const struct stmt *const class_day_stmts[CLASS_DAY_STMTS_N]; /* class_day_store.c */
extern const struct data_table class_day_tables[CLASS_DAY_TABLES_N];
extern const struct audit_table class_day_audit_table;

#define CLASS_COURSE_STMTS_N  6
#define CLASS_COURSE_TABLES_N 1
extern const struct stmt
    *const class_course_stmts[CLASS_COURSE_STMTS_N]; /* class_course_store.c */
extern const struct data_table class_course_tables[CLASS_COURSE_TABLES_N];
extern const struct audit_table class_course_audit_table;

#define CLASS_MORE_STMTS_N  9
#define CLASS_MORE_TABLES_N 2
extern const struct stmt *const class_more_stmts[CLASS_MORE_STMTS_N]; /* class_more_store.c */
extern const struct data_table class_more_tables[CLASS_MORE_TABLES_N];
extern const struct audit_table class_pages_audit_table, class_course_step_audit_table;

#define CLASS_LESSON_STMTS_N  7
#define CLASS_LESSON_TABLES_N 2
extern const struct stmt
    *const class_lesson_stmts[CLASS_LESSON_STMTS_N]; /* class_lesson_store.c */
extern const struct data_table class_lesson_tables[CLASS_LESSON_TABLES_N];
extern const struct audit_table class_lesson_audit_table;

#define QUALIFICATION_STMTS_N  10
#define QUALIFICATION_TABLES_N 2
extern const struct stmt
    *const qualification_stmts[QUALIFICATION_STMTS_N]; /* qualification_store.c */
extern const struct data_table qualification_tables[QUALIFICATION_TABLES_N];
extern const struct audit_table qualification_audit_table, qualification_end_audit_table;

#define PLAN_ROUTES_N          2
#define COURSE_ROUTES_N        4
#define COURSE_ACT_ROUTES_N    3
#define PLAN_LESSON_ROUTES_N   2
#define QUALIFICATION_ROUTES_N 3
extern const struct route plan_routes[PLAN_ROUTES_N];               /* plan_http.c */
extern const struct route course_routes[COURSE_ROUTES_N];           /* course_http.c */
extern const struct route course_act_routes[COURSE_ACT_ROUTES_N];   /* course_act_http.c */
extern const struct route plan_lesson_routes[PLAN_LESSON_ROUTES_N]; /* plan_lesson_http.c */
extern const struct route
    qualification_routes[QUALIFICATION_ROUTES_N]; /* qualification_http.c */

#define CLASS_SETTINGS_N 5
extern const struct setting *const class_settings[CLASS_SETTINGS_N]; /* class_settings.c */
extern const struct setting setting_class_slot_min, setting_class_slots,
    setting_class_short_slots, setting_class_slots_least, setting_class_parallel_most;

#endif

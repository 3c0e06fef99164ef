/* node/place/store_rows.h - rows of what the place keeps, for node/features.c. Threads: const
 * data. */
#ifndef NODE_PLACE_STORE_ROWS_H
#define NODE_PLACE_STORE_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define FLOOR_STMTS_N  15
#define FLOOR_TABLES_N 2
extern const struct stmt *const floor_stmts[FLOOR_STMTS_N]; /* floor_store.c */
extern const struct data_table floor_tables[FLOOR_TABLES_N];
extern const struct audit_table floor_version_audit_table, floor_plan_audit_table;

#define ACCESS_STMTS_N  14
#define ACCESS_TABLES_N 2
extern const struct stmt *const access_stmts[ACCESS_STMTS_N]; /* access_store.c */
extern const struct data_table access_tables[ACCESS_TABLES_N];
extern const struct audit_table floor_rule_audit_table, place_session_audit_table;

#define VISIT_STMTS_N    7
#define VISIT_TABLES_N   2
#define VISIT_SETTINGS_N 1
extern const struct stmt *const visit_stmts[VISIT_STMTS_N]; /* visit_store.c */
extern const struct data_table visit_tables[VISIT_TABLES_N];
extern const struct audit_table visit_event_audit_table;
extern const struct setting *const visit_settings[VISIT_SETTINGS_N];
extern const struct setting setting_visit_log_days;

#define LOCK_STMTS_N  7
#define LOCK_TABLES_N 1
extern const struct stmt *const lock_stmts[LOCK_STMTS_N]; /* lock_store.c */
extern const struct data_table lock_tables[LOCK_TABLES_N];
extern const struct audit_table area_lock_audit_table;

#define LOOK_STMTS_N 4
extern const struct stmt *const look_stmts[LOOK_STMTS_N]; /* look_store.c */

#define FLOOR_ROUTES_N         5
#define FLOOR_PUBLISH_ROUTES_N 5
#define FLOOR_RULE_ROUTES_N    2
#define PLACE_SESSION_ROUTES_N 4
#define VISIT_ROUTES_N         1
#define TICKET_ROUTES_N        1
extern const struct route floor_routes[FLOOR_ROUTES_N]; /* floor_http.c */
extern const struct route
    floor_publish_routes[FLOOR_PUBLISH_ROUTES_N];                 /* floor_publish_http.c */
extern const struct route floor_rule_routes[FLOOR_RULE_ROUTES_N]; /* floor_rule_http.c */
extern const struct route
    place_session_routes[PLACE_SESSION_ROUTES_N];         /* place_session_http.c */
extern const struct route visit_routes[VISIT_ROUTES_N];   /* visit_http.c */
extern const struct route ticket_routes[TICKET_ROUTES_N]; /* ticket_http.c */

#endif

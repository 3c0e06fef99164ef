/* tenants/leaving/leaving_rows.h - this folder's rows, for node/features.c. Threads: const
 * data. */
#ifndef TENANTS_LEAVING_ROWS_H
#define TENANTS_LEAVING_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define LEAVING_ROUTES_N       3
#define LEAVING_PAPER_ROUTES_N 4
#define LEAVING_ACT_ROUTES_N   4
#define TOWN_KEY_STMTS_N       4
#define LEAVING_PAPER_STMTS_N  5
#define LEAVING_STMTS_N        6
#define TOWN_KEY_TABLES_N      1
#define LEAVING_PAPER_TABLES_N 1
#define LEAVING_TABLES_N       1
#define LEAVING_SETTINGS_N     1
#define CHANGE_ROUTES_N        1
#define CHANGE_ACT_ROUTES_N    4
#define CHANGE_STMTS_N         8
#define CHANGE_ACCOUNT_STMTS_N 14
#define CHANGE_TABLES_N        3
extern const struct route leaving_routes[LEAVING_ROUTES_N];             /* leaving_http.c */
extern const struct route leaving_paper_routes[LEAVING_PAPER_ROUTES_N]; /* ..paper_http.c */
extern const struct route leaving_act_routes[LEAVING_ACT_ROUTES_N];     /* ..act_http.c */
extern const struct stmt *const town_key_stmts[TOWN_KEY_STMTS_N];
extern const struct stmt *const leaving_paper_stmts[LEAVING_PAPER_STMTS_N];
extern const struct stmt *const leaving_stmts[LEAVING_STMTS_N];
extern const struct data_table town_key_tables[TOWN_KEY_TABLES_N];
extern const struct data_table leaving_paper_tables[LEAVING_PAPER_TABLES_N];
extern const struct data_table leaving_tables[LEAVING_TABLES_N];
extern const struct setting *const leaving_settings[LEAVING_SETTINGS_N];
extern const struct setting setting_leaving_grace_days; /* leaving_settings.c */
extern const struct audit_table town_key_audit_table, leaving_paper_audit_table,
    leaving_step_audit_table;

/* A change of contractor in place: change_http.c, change_act_http.c, change_store.c. */
extern const struct route change_routes[CHANGE_ROUTES_N];
extern const struct route change_act_routes[CHANGE_ACT_ROUTES_N];
extern const struct stmt *const change_stmts[CHANGE_STMTS_N];
extern const struct stmt *const change_account_stmts[CHANGE_ACCOUNT_STMTS_N];
extern const struct data_table change_tables[CHANGE_TABLES_N];
extern const struct audit_table change_audit_table, change_step_audit_table;

#endif

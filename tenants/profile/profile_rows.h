/* tenants/profile/profile_rows.h - this folder's rows, for node/features.c. Threads: const
 * data. */
#ifndef TENANTS_PROFILE_PROFILE_ROWS_H
#define TENANTS_PROFILE_PROFILE_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define PROFILE_ROUTES_N      3
#define PROFILE_PAST_ROUTES_N 1
#define PROFILE_STMTS_N       12
#define PROFILE_TABLES_N      1
#define PROFILE_SETTINGS_N    1
extern const struct route profile_routes[PROFILE_ROUTES_N];           /* profile_http.c */
extern const struct route profile_past_routes[PROFILE_PAST_ROUTES_N]; /* profile_past_http.c */
extern const struct stmt *const profile_stmts[PROFILE_STMTS_N];       /* profile_store.c */
extern const struct data_table profile_tables[PROFILE_TABLES_N];
extern const struct audit_table profile_audit_table;
extern const struct setting *const profile_settings[PROFILE_SETTINGS_N];
extern const struct setting setting_profile_changes;

#endif

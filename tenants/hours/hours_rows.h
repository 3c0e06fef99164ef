/* tenants/hours/hours_rows.h - this folder's rows, for node/features.c. Threads: const data. */
#ifndef TENANTS_HOURS_HOURS_ROWS_H
#define TENANTS_HOURS_HOURS_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define HOURS_ROUTES_N        4
#define HOURS_CHANGE_ROUTES_N 5
#define HOURS_STMTS_N         6
#define HOURS_TABLES_N        1
#define HOURS_SETTINGS_N      4
extern const struct route hours_routes[HOURS_ROUTES_N];               /* hours_http.c */
extern const struct route hours_change_routes[HOURS_CHANGE_ROUTES_N]; /* hours_change_http.c */
extern const struct stmt *const hours_stmts[HOURS_STMTS_N];           /* hours_store.c */
extern const struct data_table hours_tables[HOURS_TABLES_N];
extern const struct audit_table hours_audit_table;
extern const struct setting *const hours_settings[HOURS_SETTINGS_N];

/* hours_settings.c */
extern const struct setting setting_hours_long_minutes, setting_hours_long_days,
    setting_hours_warn_first, setting_hours_warn_last;

#endif

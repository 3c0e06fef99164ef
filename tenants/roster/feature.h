/* tenants/roster/feature.h - this folder's rows, for node/features.c. Threads: const data. */
#ifndef TENANTS_ROSTER_FEATURE_H
#define TENANTS_ROSTER_FEATURE_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"

#define ROSTER_STMTS_N    24
#define IMPORT_STMTS_N    8
#define ROLLOVER_STMTS_N  17
#define ROSTER_TABLES_N   6
#define IMPORT_TABLES_N   1
#define ROLLOVER_TABLES_N 2
#define ROSTER_ROUTES_N   9
#define ROLLOVER_ROUTES_N 6
#define ROSTER_JOBS_N     2
#define ROSTER_SETTINGS_N 6
extern const struct stmt *const roster_stmts[ROSTER_STMTS_N];     /* roster_store.c */
extern const struct stmt *const import_stmts[IMPORT_STMTS_N];     /* import_store.c */
extern const struct stmt *const rollover_stmts[ROLLOVER_STMTS_N]; /* rollover_store.c */
extern const struct data_table roster_tables[ROSTER_TABLES_N];
extern const struct data_table import_tables[IMPORT_TABLES_N];
extern const struct data_table rollover_tables[ROLLOVER_TABLES_N];
extern const struct route roster_routes[ROSTER_ROUTES_N];     /* roster_http.c */
extern const struct route rollover_routes[ROLLOVER_ROUTES_N]; /* rollover_http.c */
extern const struct job_kind roster_jobs[ROSTER_JOBS_N];      /* import.c */
extern const struct setting *const roster_settings[ROSTER_SETTINGS_N];

/* roster_settings.c */
extern const struct setting setting_roster_suspend_leavers, setting_roster_keep_days,
    setting_roster_master_missing, setting_roster_kana_missing,
    setting_roster_preferred_missing, setting_rollover_last_grade;

#endif

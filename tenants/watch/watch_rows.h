/* tenants/watch/watch_rows.h - the rows of watching, for node/features.c. Threads: const data.
 */
#ifndef TENANTS_WATCH_WATCH_ROWS_H
#define TENANTS_WATCH_WATCH_ROWS_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define WATCH_ROUTES_N   2
#define WATCH_STMTS_N    10
#define WATCH_TABLES_N   2
#define WATCH_SETTINGS_N 6
#define WATCH_JOBS_N     1
extern const struct route watch_routes[WATCH_ROUTES_N];
extern const struct stmt *const watch_stmts[WATCH_STMTS_N];
extern const struct data_table watch_tables[WATCH_TABLES_N];
extern const struct setting *const watch_settings[WATCH_SETTINGS_N];
extern const struct job_kind watch_jobs[WATCH_JOBS_N];
extern const struct audit_table watch_notice_audit, watch_seen_audit;

/* watch_settings.c */
extern const struct setting setting_reads_10min, setting_reads_day, setting_names_10min,
    setting_names_day, setting_slow_days, setting_slow_persons;

#endif

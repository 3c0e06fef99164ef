/* reporting/weekly_rows.h - the rows of the weekly report, for node/features.c. Threads: const
 * data. */
#ifndef REPORTING_WEEKLY_ROWS_H
#define REPORTING_WEEKLY_ROWS_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define WEEKLY_ROUTES_N          5
#define WEEKLY_RECEIVER_ROUTES_N 2
#define WEEKLY_STMTS_N           13
#define WEEKLY_DELIVERY_STMTS_N  15
#define WEEKLY_TABLES_N          2
#define WEEKLY_DELIVERY_TABLES_N 3
#define WEEKLY_SETTINGS_N        2
#define WEEKLY_JOBS_N            2
extern const struct route weekly_routes[WEEKLY_ROUTES_N]; /* weekly_http.c */
extern const struct route
    weekly_receiver_routes[WEEKLY_RECEIVER_ROUTES_N];         /* weekly_receiver_http.c */
extern const struct stmt *const weekly_stmts[WEEKLY_STMTS_N]; /* weekly_store.c */
extern const struct stmt *const weekly_delivery_stmts[WEEKLY_DELIVERY_STMTS_N];
extern const struct data_table weekly_tables[WEEKLY_TABLES_N];
extern const struct data_table weekly_delivery_tables[WEEKLY_DELIVERY_TABLES_N];
extern const struct setting *const weekly_settings[WEEKLY_SETTINGS_N]; /* weekly_job.c */
extern const struct job_kind weekly_jobs[WEEKLY_JOBS_N];
extern const struct audit_table weekly_report_audit, report_receiver_audit, weekly_step_audit;

extern const struct setting setting_weekly_day, setting_weekly_hour;

#endif

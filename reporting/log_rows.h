/* reporting/log_rows.h - rows of the logs' export and search, for node/features.c. Threads:
 * const data. */
#ifndef REPORTING_LOG_ROWS_H
#define REPORTING_LOG_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define LOG_EXPORT_STMTS_N    9
#define LOG_EXPORT_TABLES_N   2
#define LOG_SOURCE_STMTS_N    7
#define LOG_EXPORT_ROUTES_N   3
#define LOG_FILE_ROUTES_N     1
#define LOG_SEARCH_ROUTES_N   1
#define LOG_EXPORT_SETTINGS_N 2
extern const struct stmt *const log_export_stmts[LOG_EXPORT_STMTS_N]; /* log_export_store.c */
extern const struct data_table log_export_tables[LOG_EXPORT_TABLES_N];
extern const struct audit_table log_export_audit, log_export_step_audit;
extern const struct stmt *const log_source_stmts[LOG_SOURCE_STMTS_N]; /* log_source_store.c */
extern const struct route log_export_routes[LOG_EXPORT_ROUTES_N];     /* log_export_http.c */
extern const struct route log_file_routes[LOG_FILE_ROUTES_N];         /* log_file_http.c */
extern const struct route log_search_routes[LOG_SEARCH_ROUTES_N];     /* log_search_http.c */
extern const struct setting *const log_export_settings[LOG_EXPORT_SETTINGS_N];
extern const struct setting setting_log_bulk_days, setting_log_valid_days; /* log_ask.c */

#endif

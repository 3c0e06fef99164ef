/* reporting/kpi/kpi_rows.h - the rows of the figures of a month, for node/features.c. Threads:
 * const data. */
#ifndef REPORTING_KPI_ROWS_H
#define REPORTING_KPI_ROWS_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"
#include "reporting/kpi/kpi_def.h"

#define KPI_ROUTES_N 1
#define KPI_STMTS_N  8
#define KPI_TABLES_N 2
#define KPI_JOBS_N   1
extern const struct route kpi_routes[KPI_ROUTES_N];          /* kpi_http.c */
extern const struct stmt *const kpi_stmts[KPI_STMTS_N];      /* kpi_store.c */
extern const struct stmt *const kpi_count_stmts[KPI_DEFS_N]; /* kpi_sql.c */
extern const struct data_table kpi_tables[KPI_TABLES_N];     /* kpi_store.c */
extern const struct job_kind kpi_jobs[KPI_JOBS_N];           /* kpi_job.c */
extern const struct audit_table kpi_month_audit;

#endif

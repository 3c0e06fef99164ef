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

#define KPI_ROUTES_N        1
#define KPI_PEOPLE_ROUTES_N 1
#define KPI_FILE_ROUTES_N   1
#define KPI_STMTS_N         9
#define KPI_TABLES_N        2
#define KPI_JOBS_N          1
extern const struct route kpi_routes[KPI_ROUTES_N];               /* kpi_http.c */
extern const struct route kpi_people_routes[KPI_PEOPLE_ROUTES_N]; /* kpi_people_http.c */
extern const struct route kpi_file_routes[KPI_FILE_ROUTES_N];     /* kpi_file_http.c */
extern const struct stmt *const kpi_stmts[KPI_STMTS_N];           /* kpi_store.c */
extern const struct stmt *const kpi_count_stmts[KPI_DEFS_N];      /* kpi_sql.c */
extern const struct stmt *const kpi_who_stmts[KPI_DEFS_N];        /* kpi_people_sql.c */
extern const struct data_table kpi_tables[KPI_TABLES_N];          /* kpi_store.c */
extern const struct job_kind kpi_jobs[KPI_JOBS_N];                /* kpi_job.c */
extern const struct audit_table kpi_month_audit;

/* Who reads the figures; for which children stand behind one, less of them. */
#define KPI_READERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_SUPPORTER))

/* Answers 409 "kpi-altered": the cells are not what was counted. */
void kpi_reply_altered(struct req *req); /* kpi_http.c */

#endif

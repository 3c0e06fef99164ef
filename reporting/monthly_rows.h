/* reporting/monthly_rows.h - the rows of the monthly report, for node/features.c. Threads:
 * const data. */
#ifndef REPORTING_MONTHLY_ROWS_H
#define REPORTING_MONTHLY_ROWS_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define MONTHLY_ROUTES_N      5
#define MONTHLY_STMTS_N       8
#define MONTHLY_FACTS_STMTS_N 3
#define MONTHLY_TABLES_N      2
#define MONTHLY_JOBS_N        2
#define UP_STMTS_N            2
#define UP_TABLES_N           1
#define UP_JOBS_N             1
extern const struct route monthly_routes[MONTHLY_ROUTES_N];     /* monthly_http.c */
extern const struct stmt *const monthly_stmts[MONTHLY_STMTS_N]; /* monthly_store.c */
extern const struct stmt
    *const monthly_facts_stmts[MONTHLY_FACTS_STMTS_N];           /* monthly_facts_store.c */
extern const struct data_table monthly_tables[MONTHLY_TABLES_N]; /* monthly_store.c */
extern const struct job_kind monthly_jobs[MONTHLY_JOBS_N];       /* monthly_job.c */
extern const struct stmt *const up_stmts[UP_STMTS_N];            /* up_store.c */
extern const struct data_table up_tables[UP_TABLES_N];
extern const struct job_kind up_jobs[UP_JOBS_N]; /* up_job.c */
extern const struct audit_table monthly_report_audit;

#endif

/* tenants/ending/ending_rows.h - the rows of one person's end and of the registers, for
 * node/features.c. Threads: const data. */
#ifndef TENANTS_ENDING_ENDING_ROWS_H
#define TENANTS_ENDING_ENDING_ROWS_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define ENDING_TABLES_N     3
#define ENDING_STMTS_N      10
#define ENDING_LOOK_STMTS_N 14
#define ENDING_ROUTES_N     4
#define ENDING_ACT_ROUTES_N 4
#define ENDING_JOBS_N       1
#define MATERIAL_TABLES_N   2
#define MATERIAL_STMTS_N    9
#define MATERIAL_ROUTES_N   3
#define TAKEN_STMTS_N       1
#define TAKEN_ROUTES_N      1
extern const struct data_table ending_tables[ENDING_TABLES_N]; /* ending_store.c */
extern const struct stmt *const ending_stmts[ENDING_STMTS_N];  /* ending_store.c */
extern const struct stmt *const ending_look_stmts[ENDING_LOOK_STMTS_N];
extern const struct audit_table ending_audit, ending_step_audit;
extern const struct route ending_routes[ENDING_ROUTES_N];          /* ending_http.c */
extern const struct route ending_act_routes[ENDING_ACT_ROUTES_N];  /* ending_act_http.c */
extern const struct data_table material_tables[MATERIAL_TABLES_N]; /* material_store.c */
extern const struct stmt *const material_stmts[MATERIAL_STMTS_N];
extern const struct audit_table material_audit, material_mark_audit;
extern const struct route material_routes[MATERIAL_ROUTES_N]; /* material_http.c */
extern const struct stmt *const taken_stmts[TAKEN_STMTS_N];   /* taken_store.c */
extern const struct route taken_routes[TAKEN_ROUTES_N];       /* taken_http.c */
extern const struct job_kind ending_jobs[ENDING_JOBS_N];      /* ending_work.c */

#endif

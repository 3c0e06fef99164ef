/* tenants/words/words_rows.h - this folder's rows, for node/features.c. Threads: const data. */
#ifndef TENANTS_WORDS_WORDS_ROWS_H
#define TENANTS_WORDS_WORDS_ROWS_H

#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define WORDS_ROUTES_N        4
#define WORDS_CHANGE_ROUTES_N 3
#define WORDS_STMTS_N         5
#define WORDS_TABLES_N        1
extern const struct route words_routes[WORDS_ROUTES_N];               /* words_http.c */
extern const struct route words_change_routes[WORDS_CHANGE_ROUTES_N]; /* words_change_http.c */
extern const struct stmt *const words_stmts[WORDS_STMTS_N];           /* words_store.c */
extern const struct data_table words_tables[WORDS_TABLES_N];
extern const struct audit_table words_audit_table;

#endif

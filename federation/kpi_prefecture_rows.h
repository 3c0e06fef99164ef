/* federation/kpi_prefecture_rows.h - the rows of a prefecture's figures, for node/features.c.
 * Threads: const data. */
#ifndef FEDERATION_KPI_PREFECTURE_ROWS_H
#define FEDERATION_KPI_PREFECTURE_ROWS_H

#include "node/base/route.h"
#include "node/base/stmt.h"

#define PREFECTURE_ROUTES_N      1
#define PREFECTURE_FILE_ROUTES_N 1
#define PREFECTURE_STMTS_N       4
extern const struct route prefecture_routes[PREFECTURE_ROUTES_N]; /* kpi_prefecture_http.c */
extern const struct route prefecture_file_routes[PREFECTURE_FILE_ROUTES_N];
extern const struct stmt *const prefecture_stmts[PREFECTURE_STMTS_N]; /* ..._store.c */

#endif

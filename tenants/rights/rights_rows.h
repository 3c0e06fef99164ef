/* tenants/rights/rights_rows.h - the rows of rights and of reading people, for node/features.c.
 * Threads: const data. */
#ifndef TENANTS_RIGHTS_RIGHTS_ROWS_H
#define TENANTS_RIGHTS_RIGHTS_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"

#define RIGHTS_LOOK_STMTS_N  12
#define RIGHTS_SETTINGS_N    2
#define PEOPLE_LOOK_STMTS_N  4
#define PEOPLE_LOOK_TABLES_N 1
#define PEOPLE_ROUTES_N      2
#define RIGHTS_ROUTES_N      3
#define ROLES_ROUTES_N       1
extern const struct stmt
    *const rights_look_stmts[RIGHTS_LOOK_STMTS_N];                     /* rights_look_store.c */
extern const struct setting *const rights_settings[RIGHTS_SETTINGS_N]; /* rights_give.c */
extern const struct stmt
    *const people_look_stmts[PEOPLE_LOOK_STMTS_N]; /* people_look_store.c */
extern const struct data_table people_look_tables[PEOPLE_LOOK_TABLES_N];
extern const struct route people_routes[PEOPLE_ROUTES_N]; /* people_http.c */
extern const struct route rights_routes[RIGHTS_ROUTES_N]; /* rights_http.c */
extern const struct route roles_routes[ROLES_ROUTES_N];   /* roles_http.c */
extern const struct setting setting_unused_days, setting_purpose_days;

#endif

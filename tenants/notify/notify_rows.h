/* tenants/notify/notify_rows.h - the rows of notices out, for node/features.c. Threads: const
 * data. */
#ifndef TENANTS_NOTIFY_NOTIFY_ROWS_H
#define TENANTS_NOTIFY_NOTIFY_ROWS_H

#include "node/base/conf.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define NOTIFY_ROUTES_N          7
#define NOTIFY_QUEUE_ROUTES_N    2
#define NOTIFY_STMTS_N           19
#define NOTIFY_RECEIVER_STMTS_N  16
#define NOTIFY_TABLES_N          2
#define NOTIFY_RECEIVER_TABLES_N 2
#define NOTIFY_CONF_N            3
extern const struct route notify_routes[NOTIFY_ROUTES_N];             /* notify_http.c */
extern const struct route notify_queue_routes[NOTIFY_QUEUE_ROUTES_N]; /* notify_queue_http.c */
extern const struct stmt *const notify_stmts[NOTIFY_STMTS_N];         /* notify_store.c */
extern const struct stmt *const notify_receiver_stmts[NOTIFY_RECEIVER_STMTS_N];
extern const struct data_table notify_tables[NOTIFY_TABLES_N];
extern const struct data_table notify_receiver_tables[NOTIFY_RECEIVER_TABLES_N];
extern const struct audit_table notify_step_audit, notify_event_audit;
extern const struct conf_row notify_conf_rows[NOTIFY_CONF_N]; /* notify_work.c */

#endif

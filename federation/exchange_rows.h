/* federation/exchange_rows.h - the rows of requests between nodes, for node/features.c.
 * Threads: const data. */
#ifndef FEDERATION_EXCHANGE_ROWS_H
#define FEDERATION_EXCHANGE_ROWS_H

#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"

#define FED_OP_STMTS_N      3
#define FED_OP_TABLES_N     1
#define FED_OUTBOX_STMTS_N  9
#define FED_OUTBOX_TABLES_N 1
#define FED_PEER_ROUTES_N   2
#define DESK_ROUTES_N       5
extern const struct stmt *const fed_op_stmts[FED_OP_STMTS_N];         /* op_store.c */
extern const struct data_table fed_op_tables[FED_OP_TABLES_N];        /* op_store.c */
extern const struct stmt *const fed_outbox_stmts[FED_OUTBOX_STMTS_N]; /* outbox_store.c */
extern const struct data_table fed_outbox_tables[FED_OUTBOX_TABLES_N];
extern const struct route fed_peer_routes[FED_PEER_ROUTES_N]; /* peers_http.c */
extern const struct route desk_routes[DESK_ROUTES_N];         /* desk_http.c */

#endif

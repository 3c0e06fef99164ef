/* node/place/measure_rows.h - rows of measures and reactions, for node/features.c. Threads:
 * const data. */
#ifndef NODE_PLACE_MEASURE_ROWS_H
#define NODE_PLACE_MEASURE_ROWS_H

#include "node/base/command.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define MEASURE_STMTS_N    11
#define MEASURE_TABLES_N   2
#define MEASURE_SETTINGS_N 1
extern const struct stmt *const measure_stmts[MEASURE_STMTS_N]; /* measure_store.c */
extern const struct data_table measure_tables[MEASURE_TABLES_N];
extern const struct setting *const measure_settings[MEASURE_SETTINGS_N];
extern const struct setting setting_measure_days;
extern const struct audit_table measure_audit_table, measure_lift_audit_table;

#define MEASURE_ROUTES_N 3
#define MEASURE_EVENTS_N 1
extern const struct route measure_routes[MEASURE_ROUTES_N];      /* measure_http.c */
extern const struct live_event measure_events[MEASURE_EVENTS_N]; /* measure_tell.c */

#define REACTION_STMTS_N    5
#define REACTION_TABLES_N   1
#define REACTION_SETTINGS_N 1
extern const struct stmt *const reaction_stmts[REACTION_STMTS_N]; /* reaction_store.c */
extern const struct data_table reaction_tables[REACTION_TABLES_N];
extern const struct setting *const reaction_settings[REACTION_SETTINGS_N];
extern const struct setting setting_reaction_days;
extern const struct audit_table reaction_audit_table;

#define REACT_COMMANDS_N 1
#define REACT_EVENTS_N   1
extern const struct command react_commands[REACT_COMMANDS_N]; /* react.c */
extern const struct live_event react_events[REACT_EVENTS_N];

#endif

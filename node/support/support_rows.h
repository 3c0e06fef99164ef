/* node/support/support_rows.h - the rows of this folder, for node/features.c. Threads: const
 * data. */
#ifndef NODE_SUPPORT_SUPPORT_ROWS_H
#define NODE_SUPPORT_SUPPORT_ROWS_H

#include "node/base/command.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define DUTY_STMTS_N  13
#define DUTY_TABLES_N 2
#define DUTY_ROUTES_N 2
extern const struct stmt *const duty_stmts[DUTY_STMTS_N]; /* duty_store.c */
extern const struct data_table duty_tables[DUTY_TABLES_N];
extern const struct audit_table duty_person_audit_table;
extern const struct route duty_routes[DUTY_ROUTES_N]; /* duty_http.c */

#define SOS_STMTS_N        10
#define SOS_TABLES_N       2
#define SOS_ROUTES_N       3
#define SOS_STAFF_ROUTES_N 3
extern const struct stmt *const sos_stmts[SOS_STMTS_N]; /* sos_store.c */
extern const struct data_table sos_tables[SOS_TABLES_N];
extern const struct audit_table sos_audit_table, sos_step_audit_table;
extern const struct route sos_routes[SOS_ROUTES_N];             /* sos_http.c */
extern const struct route sos_staff_routes[SOS_STAFF_ROUTES_N]; /* sos_staff_http.c */

#define INCIDENT_STMTS_N         10
#define INCIDENT_TABLES_N        2
#define INCIDENT_ROUTES_N        3
#define INCIDENT_REPORT_ROUTES_N 2
#define WARNING_ROUTES_N         3
extern const struct stmt *const incident_stmts[INCIDENT_STMTS_N]; /* incident_store.c */
extern const struct data_table incident_tables[INCIDENT_TABLES_N];
extern const struct audit_table incident_audit_table, incident_step_audit_table;
extern const struct route incident_routes[INCIDENT_ROUTES_N]; /* incident_http.c */
extern const struct route
    incident_report_routes[INCIDENT_REPORT_ROUTES_N];       /* incident_report_http.c */
extern const struct route warning_routes[WARNING_ROUTES_N]; /* warning_http.c */

#define SUPPORT_SETTINGS_N 5
extern const struct setting *const support_settings[SUPPORT_SETTINGS_N];
extern const struct setting setting_sos_undo_s, setting_sos_wait_open_s,
    setting_sos_wait_closed_s, setting_incident_wait_min, setting_incident_crisis_wait_min;

#define SUPPORT_EVENTS_N 6
extern const struct live_event support_events[SUPPORT_EVENTS_N]; /* support_events.c */

#endif

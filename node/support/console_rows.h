/* node/support/console_rows.h - rows of contacts, steps, hand-over notes and the console, for
 * node/features.c. Threads: const data. */
#ifndef NODE_SUPPORT_CONSOLE_ROWS_H
#define NODE_SUPPORT_CONSOLE_ROWS_H

#include "node/base/command.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define CONTACT_STMTS_N  8
#define CONTACT_TABLES_N 1
#define CONTACT_ROUTES_N 1
extern const struct stmt *const contact_stmts[CONTACT_STMTS_N]; /* contact_store.c */
extern const struct data_table contact_tables[CONTACT_TABLES_N];
extern const struct audit_table contact_audit_table;
extern const struct route contact_routes[CONTACT_ROUTES_N]; /* contact_http.c */

#define STEP_STMTS_N  8
#define STEP_TABLES_N 1
#define STEP_JOBS_N   1
extern const struct stmt *const step_stmts[STEP_STMTS_N]; /* step_store.c */
extern const struct data_table step_tables[STEP_TABLES_N];
extern const struct audit_table care_step_audit_table;
extern const struct job_kind step_jobs[STEP_JOBS_N]; /* step_job.c */

#define HANDOVER_STMTS_N  5
#define HANDOVER_TABLES_N 1
#define HANDOVER_ROUTES_N 2
extern const struct stmt *const handover_stmts[HANDOVER_STMTS_N]; /* handover_store.c */
extern const struct data_table handover_tables[HANDOVER_TABLES_N];
extern const struct audit_table handover_audit_table;
extern const struct route handover_routes[HANDOVER_ROUTES_N]; /* handover_http.c */

#define CHILD_ROUTES_N   2
#define CONSOLE_ROUTES_N 1
extern const struct route child_routes[CHILD_ROUTES_N];     /* child_http.c */
extern const struct route console_routes[CONSOLE_ROUTES_N]; /* console_http.c */

#define CONSOLE_SETTINGS_N 5
extern const struct setting
    *const console_settings[CONSOLE_SETTINGS_N]; /* console_settings.c */
extern const struct setting setting_care_reply_min, setting_care_speech_s,
    setting_care_alone_min, setting_care_staffless_min, setting_care_regular_weeks;

#define CONSOLE_EVENTS_N 2
extern const struct live_event console_events[CONSOLE_EVENTS_N]; /* console_events.c */

#endif

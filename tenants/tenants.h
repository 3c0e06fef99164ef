/* tenants/tenants.h - the rows of this folder, for node/features.c. Threads: const data. */
#ifndef TENANTS_TENANTS_H
#define TENANTS_TENANTS_H

#include "node/base/conf.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"

#define SESSION_ROUTES_N       4
#define SETTINGS_ROUTES_N      4
#define SETTINGS_PAST_ROUTES_N 1
#define ACCOUNT_ROUTES_N       2
#define AUDIT_ROUTES_N         6
#define KEYS_ROUTES_N          6
#define KEYS_ADMIN_ROUTES_N    7
#define TENANTS_STMTS_N        4
#define TENANTS_TABLES_N       1
#define TENANTS_SETTINGS_N     6
#define TENANTS_CONF_N         3
extern const struct route session_routes[SESSION_ROUTES_N];   /* session_http.c */
extern const struct route settings_routes[SETTINGS_ROUTES_N]; /* settings_http.c */
extern const struct route
    settings_past_routes[SETTINGS_PAST_ROUTES_N];                 /* settings_past_http.c */
extern const struct route account_routes[ACCOUNT_ROUTES_N];       /* account_http.c */
extern const struct route audit_routes[AUDIT_ROUTES_N];           /* audit_http.c */
extern const struct route keys_routes[KEYS_ROUTES_N];             /* keys_http.c */
extern const struct route keys_admin_routes[KEYS_ADMIN_ROUTES_N]; /* keys_admin_http.c */
extern const struct stmt *const tenants_stmts[TENANTS_STMTS_N];
extern const struct data_table tenants_tables[TENANTS_TABLES_N];
extern const struct setting *const tenants_settings[TENANTS_SETTINGS_N];
extern const struct conf_row
    tenants_conf_rows[TENANTS_CONF_N]; /* login.hash_threads, _waiting, accounts.* */

/* tenants_settings.c */
extern const struct setting setting_idle_minutes_student, setting_idle_minutes_adult,
    setting_absolute_hours, setting_lockout_tries, setting_lockout_minutes,
    setting_tries_per_minute;

/* The people and what is decided about them: one group a store. */
#define ORG_STMTS_N           4
#define ORG_TABLES_N          1
#define PERSON_STMTS_N        8
#define PERSON_TABLES_N       2
#define CONTRACT_STMTS_N      7
#define CONTRACT_TABLES_N     1
#define ACCOUNT_STEP_STMTS_N  5
#define ACCOUNT_STEP_TABLES_N 1
#define RIGHT_STMTS_N         6
#define RIGHT_TABLES_N        3
#define REGISTRATION_STMTS_N  4
#define REGISTRATION_TABLES_N 1
extern const struct stmt *const org_stmts[ORG_STMTS_N];
extern const struct data_table org_tables[ORG_TABLES_N];
extern const struct stmt *const person_stmts[PERSON_STMTS_N];
extern const struct data_table person_tables[PERSON_TABLES_N];
extern const struct stmt *const contract_stmts[CONTRACT_STMTS_N];
extern const struct data_table contract_tables[CONTRACT_TABLES_N];
extern const struct stmt *const account_step_stmts[ACCOUNT_STEP_STMTS_N];
extern const struct data_table account_step_tables[ACCOUNT_STEP_TABLES_N];
extern const struct stmt *const right_stmts[RIGHT_STMTS_N];
extern const struct data_table right_tables[RIGHT_TABLES_N];
extern const struct stmt *const registration_stmts[REGISTRATION_STMTS_N];
extern const struct data_table registration_tables[REGISTRATION_TABLES_N];

/* Passkeys. */
#define PASSKEY_STMTS_N         10
#define PASSKEY_TABLES_N        1
#define PASSKEY_CONF_N          1
#define PASSKEY_ROUTES_N        4
#define PASSKEY_SIGNIN_ROUTES_N 2
extern const struct stmt *const passkey_stmts[PASSKEY_STMTS_N];
extern const struct data_table passkey_tables[PASSKEY_TABLES_N];
extern const struct conf_row passkey_conf_rows[PASSKEY_CONF_N]; /* passkey.rp_id */
extern const struct route passkey_routes[PASSKEY_ROUTES_N];     /* passkey_http.c */
extern const struct route
    passkey_signin_routes[PASSKEY_SIGNIN_ROUTES_N]; /* passkey_signin_http.c */

/* Signing in and sessions. */
#define SESSION_STMTS_N   9
#define SESSION_TABLES_N  1
#define SIGNIN_STMTS_N    19
#define SIGNIN_TABLES_N   2
#define SIGNIN_SETTINGS_N 6
#define ME_ROUTES_N       5
#define ME_TOTP_ROUTES_N  2
#define RESET_ROUTES_N    4
extern const struct route me_routes[ME_ROUTES_N];           /* me_http.c */
extern const struct route me_totp_routes[ME_TOTP_ROUTES_N]; /* me_totp_http.c */
extern const struct route reset_routes[RESET_ROUTES_N];     /* reset_http.c */
#define RECOVERY_STMTS_N  7
#define RECOVERY_TABLES_N 2
extern const struct stmt *const recovery_stmts[RECOVERY_STMTS_N];
extern const struct data_table recovery_tables[RECOVERY_TABLES_N];
extern const struct stmt *const session_stmts[SESSION_STMTS_N];
extern const struct data_table session_tables[SESSION_TABLES_N];
extern const struct stmt *const signin_stmts[SIGNIN_STMTS_N];
extern const struct data_table signin_tables[SIGNIN_TABLES_N];
extern const struct setting *const signin_settings[SIGNIN_SETTINGS_N];
extern const struct setting setting_device_binding, setting_student_changes_first,
    setting_child_second_step, setting_password_least_adult, setting_password_least_student,
    setting_one_time_hours;

/* The life of an account: requested, approved, issued, suspended, closed; the contract. */
#define LIFE_ROUTES_N         4
#define LIFE_REQUEST_ROUTES_N 2
#define LIFE_ISSUE_ROUTES_N   1
#define LIFE_MERGE_ROUTES_N   1
#define CONTRACT_ROUTES_N     2
#define LIFE_STMTS_N          17
#define LIFE_SETTINGS_N       3
extern const struct route life_routes[LIFE_ROUTES_N];                 /* life_http.c */
extern const struct route life_request_routes[LIFE_REQUEST_ROUTES_N]; /* life_request.c */
extern const struct route life_issue_routes[LIFE_ISSUE_ROUTES_N];     /* life_issue.c */
extern const struct route life_merge_routes[LIFE_MERGE_ROUTES_N];     /* life_merge.c */
extern const struct route contract_routes[CONTRACT_ROUTES_N];         /* contract_http.c */
extern const struct stmt *const life_stmts[LIFE_STMTS_N];
extern const struct setting *const life_settings[LIFE_SETTINGS_N];

/* Guardian and child: who asked, gave, moved, ended. */
#define LINK_STMTS_N  5
#define LINK_TABLES_N 1
extern const struct stmt *const link_stmts[LINK_STMTS_N];
extern const struct data_table link_tables[LINK_TABLES_N];

/* Paper. */
#define SLIP_ROUTES_N 1
#define SLIP_STMTS_N  1
extern const struct route slip_routes[SLIP_ROUTES_N]; /* slip_http.c */
extern const struct stmt *const slip_stmts[SLIP_STMTS_N];

#endif

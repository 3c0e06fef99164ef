/* tenants/people/admission_rows.h - the rows of registration facts and of schools, for
 * node/features.c. Threads: const data. */
#ifndef TENANTS_PEOPLE_ADMISSION_ROWS_H
#define TENANTS_PEOPLE_ADMISSION_ROWS_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"

#define REGISTRATION_ROUTES_N     2
#define REGISTRATION_SUM_ROUTES_N 2
#define REGISTRATION_LOOK_STMTS_N 2
#define SCHOOL_ROUTES_N           3
#define ADMISSION_SETTINGS_N      4
extern const struct route registration_routes[REGISTRATION_ROUTES_N]; /* registration_http.c */
extern const struct route
    registration_sum_routes[REGISTRATION_SUM_ROUTES_N]; /* registration_sum_http.c */
extern const struct stmt
    *const registration_look_stmts[REGISTRATION_LOOK_STMTS_N]; /* registration_look_store.c */
extern const struct route school_routes[SCHOOL_ROUTES_N];      /* school_http.c */
extern const struct setting
    *const admission_settings[ADMISSION_SETTINGS_N]; /* admission_settings.c */
extern const struct setting setting_admission_policy, setting_consent_version,
    setting_consent_items, setting_cooperating_only;

#endif

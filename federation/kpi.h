/* federation/kpi.h - figures of a month given to the prefecture [都道府県へ渡した数値] (CARD-5,
 * CARD-7, CARD-14).
 *
 *   node         a month was counted (reporting/kpi)
 *                the commissioner looks and gives it, or the job does (kpi.release)
 *                kpi_release_cells: what is small is hidden, and what would give it away;
 *                the interval auditor must agree         --kpi.release-->   outbox
 *   coordinator  every rule again (kpi_release_judge), then fed_kpi
 *   node         received, or why not; corrected (shows less) or withdrawn with a reason
 *   coordinator  asks for a month that it misses         --kpi.ask-->       sent again
 *
 * Threads: routes on HTTP workers and the writer's, kinds on the writer's, the job on the job
 * thread.  Owns: nothing. */
#ifndef FEDERATION_KPI_H
#define FEDERATION_KPI_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"

#define KPI_RELEASE_ROUTES_N   2
#define KPI_ACT_ROUTES_N       3
#define KPI_ASK_ROUTES_N       2
#define KPI_RELEASE_SETTINGS_N 1
#define KPI_RELEASE_JOBS_N     1
extern const struct route kpi_release_routes[KPI_RELEASE_ROUTES_N]; /* kpi_http.c */
extern const struct route kpi_act_routes[KPI_ACT_ROUTES_N];         /* kpi_act_http.c */
extern const struct route kpi_ask_routes[KPI_ASK_ROUTES_N];         /* kpi_ask_http.c */
extern const struct setting *const kpi_release_settings[KPI_RELEASE_SETTINGS_N];
extern const struct job_kind kpi_release_jobs[KPI_RELEASE_JOBS_N]; /* kpi_job.c */

/* Who gives a month: a person (0), or the node by itself (1). */
#define KPI_RELEASE_MODES "person|auto"
extern const struct setting setting_kpi_release;

#endif

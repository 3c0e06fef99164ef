/* federation/transfer.h - a child moves to another municipality [転出入] (CARD-16): the home
 * node hands over chosen parts of what it knows of the child, and the receiving node keeps them
 * under the child's new account.
 *
 *   home      a commissioner opens it: child, town, parts, the guardian's consent   asked
 *             another one confirms what he can read      --transfer.offer-->        offered
 *   receiver  a commissioner accepts (or declines)       --transfer.answer-->       accepted
 *             another one names the account that was made there in the usual way    taking
 *             job: --transfer.take--> pieces, each sealed to a key of that request  (given)
 *             the parcel is that child's, or nothing is kept
 *                                                        --transfer.receipt-->      done
 *   home      the parcel goes; on the day of the move the account is suspended; rows follow
 *             their terms
 *
 * Until both towns have said yes nothing personal leaves the house: the offer is an id, a day
 * and who sends it. Whose move it is, the two boards tell each other as they always did; the
 * parcel's name must be that of the account, else it is another child's and is not kept.
 * Cancelled by home (transfer.end); once it was given, by two persons, for the receipt may
 * never come: the other town may then have what was given, and the row says so (its code).
 *
 * Threads: routes on HTTP workers and the writer's, kinds on the writer's, the job on the job
 * thread.  Owns: nothing. */
#ifndef FEDERATION_TRANSFER_H
#define FEDERATION_TRANSFER_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define TRANSFER_SETTINGS_N     1
#define TRANSFER_ROUTES_N       2
#define TRANSFER_ACT_ROUTES_N   6
#define TRANSFER_CHILD_ROUTES_N 1
extern const struct route transfer_routes[TRANSFER_ROUTES_N];         /* transfer_http.c */
extern const struct route transfer_act_routes[TRANSFER_ACT_ROUTES_N]; /* transfer_act_http.c */
extern const struct route transfer_child_routes[TRANSFER_CHILD_ROUTES_N];

#define TRANSFER_STMTS_N     19
#define TRANSFER_TABLES_N    3
#define TRANSFER_JOBS_N      1
#define TRANSFER_REST_JOBS_N 1
extern const struct stmt *const transfer_stmts[TRANSFER_STMTS_N];  /* transfer_store.c */
extern const struct data_table transfer_tables[TRANSFER_TABLES_N]; /* transfer_table.c */
struct setting;
extern const struct setting *const transfer_settings[TRANSFER_SETTINGS_N]; /* the same */
extern const struct audit_table transfer_step_audit_table;
extern const struct job_kind transfer_jobs[TRANSFER_JOBS_N];           /* transfer_fetch.c */
extern const struct job_kind transfer_rest_jobs[TRANSFER_REST_JOBS_N]; /* transfer_rest.c */

#endif

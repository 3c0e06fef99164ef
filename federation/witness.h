/* federation/witness.h - other nodes vouch for the audit log (design section 3: a bare chain
 * misses truncation and restamping). Every few minutes, when the log grew, the node sends its
 * newest checkpoint with a proof that it contains the one sent before (RFC 6962) to a
 * coordinator and up to two members of the role `witness`; each compares with what it saw last
 * and cosigns (federation/witness_rule.h).
 *
 * The witness knows a log by the key the node named in its first request, which the node's key
 * of the registry signed; under the same contract no other key is taken. A log that is shorter
 * than seen, or does not contain what was seen, is refused, a leaf at both, and shown at both
 * until a good one comes. What was cosigned stands in fed_cosignature, one a day and witness,
 * and goes out with the bag.
 *
 * Threads: the job's; answers on the inbox thread and the writer's.  Owns: nothing. */
#ifndef FEDERATION_WITNESS_H
#define FEDERATION_WITNESS_H

#include "federation/federation.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define WITNESS_STMTS_N  11
#define WITNESS_TABLES_N 4
#define WITNESS_JOBS_N   1
#define WITNESS_ROUTES_N 2
extern const struct stmt *const witness_stmts[WITNESS_STMTS_N];  /* witness_store.c */
extern const struct data_table witness_tables[WITNESS_TABLES_N]; /* witness_table.c */
extern const struct audit_table witness_step_audit_table;
extern const struct job_kind witness_jobs[WITNESS_JOBS_N];  /* witness_job.c */
extern const struct route witness_routes[WITNESS_ROUTES_N]; /* witness_http.c */

#endif

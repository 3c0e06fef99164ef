/* federation/purge.h - when a town leaves: what other nodes hold of it is destroyed there, and
 * each says so in a document it signs (AI-7.2-1, CARD-14; guide section 9.2).
 *
 * Here, at the town that leaves: purge_begin once its leaving was ordered. Every member of the
 * registry, and every node that stands in a row of ours, is asked by the outbox (fed.purge)
 * until it has given a receipt that holds, with longer and longer pauses, for PURGE_US. Who has
 * not answered by then stays listed as unreachable; a receipt that comes later counts all the
 * same. What is no receipt, another node's, forged, or of another leaving is refused, on
 * record, and the peer stays outstanding.
 *
 * There, at a peer: from the moment it was asked nothing more is taken from that town under
 * that contract (class-purged). A job ends what was held together, destroys keys, deletes rows
 * (table by table: shared.md, "When a town leaves"), runs VACUUM, signs a checkpoint with the
 * leaf of it under it, and makes the receipt: a JWS of type ibasho-purge/1 by the node's key of
 * the registry. Asked again: the same receipt. What is asked after the contract's end is
 * answered, too; a revoked key's word is not.
 *
 * Threads: purge_begin_run on the writer's; the work on the job thread.  Owns: nothing. */
#ifndef FEDERATION_PURGE_H
#define FEDERATION_PURGE_H

#include "federation/federation.h"
#include "node/base/clock.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define PURGE_US (30 * DAY_US) /* asked for so long */

struct purge_begin {
    struct federation *federation;
    int64_t now_utc_us;
    int64_t n_peers; /* out: asked from now on, in all */
};
/* Run of a writer's operation; arg is a struct purge_begin. Done before: adds who is new and
 * asks at once whoever is outstanding. The caller knows that it was ordered (leaving_prove),
 * and calls outbox_wake when it has committed. */
NODISCARD enum err purge_begin_run(struct tx *tx, void *arg, struct fail *why);

#define PURGE_STMTS_N       15
#define PURGE_CLEAR_STMTS_N 15
#define PURGE_TABLES_N      4
#define PURGE_ROUTES_N      2
#define PURGE_JOBS_N        1
extern const struct stmt *const purge_stmts[PURGE_STMTS_N]; /* purge_store.c */
extern const struct stmt
    *const purge_clear_stmts[PURGE_CLEAR_STMTS_N]; /* purge_clear_store.c */
extern const struct data_table purge_tables[PURGE_TABLES_N];
extern const struct audit_table purge_step_audit_table;
extern const struct route purge_routes[PURGE_ROUTES_N]; /* purge_http.c */
extern const struct job_kind purge_jobs[PURGE_JOBS_N];  /* purge_job.c */

#endif

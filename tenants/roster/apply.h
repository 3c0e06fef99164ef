/* tenants/roster/apply.h - an approved preview becomes the roster. All that takes time (keys,
 * sealing) is prepared before; then one transaction of the writer does the whole of it, so that
 * readers see the roster before or after and nothing between, and a node that dies meanwhile
 * has done nothing. Ids of what is new follow from the import and the source id: a run that was
 * cut off makes the same persons with the same keys when it is repeated.
 * Whoever left keeps his rows and his account; the account is suspended (setting
 * roster.suspend_leavers) with the reason code "roster.left", and goes back to the state before
 * when he returns. Threads: the job's. Owns: nothing. */
#ifndef TENANTS_ROSTER_APPLY_H
#define TENANTS_ROSTER_APPLY_H

#include "node/base/services.h"
#include "tenants/roster/preview.h"

#define APPLY_REASON_LEFT "roster.left"

/* Told now and then while it is prepared: how many of how many rows. */
struct apply_progress {
    enum err (*tell)(void *arg, size_t n_done, size_t n_total, struct fail *why);
    void *arg;
};

/* row: in state APPLYING. ERR_CONFLICT: the store is not what the preview was made against;
 * nothing was done. Repeating it after ERR_OK does nothing more. */
NODISCARD enum err roster_apply(const struct services *services, struct db *db,
                                const struct import_row *row, const struct preview *preview,
                                const struct apply_progress *progress, struct arena *arena,
                                struct fail *why);

#endif

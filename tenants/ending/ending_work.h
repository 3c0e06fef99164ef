/* tenants/ending/ending_work.h - the job of one person's end (NI-2.3.4-4b): looks for mentions
 * when it is asked for; once it is confirmed and its day has come, looks again (what is new
 * holds it), does what was decided about others' records, counts, destroys the person's key in
 * every copy of the keystore, takes the rows out, counts again by other statements and writes
 * the signed proof. Cut off anywhere, it goes on from its last step: what was counted before
 * stands in the step "begun".
 * Threads: the job thread; ending_work_post on the writer's. */
#ifndef TENANTS_ENDING_ENDING_WORK_H
#define TENANTS_ENDING_ENDING_WORK_H

#include "tenants/ending/ending_store.h"

/* Inside an operation: the job comes to the request, not before at_utc_us (0: now). */
NODISCARD enum err ending_work_post(struct tx *tx, struct id ending, int64_t at_utc_us,
                                    struct fail *why);

#endif

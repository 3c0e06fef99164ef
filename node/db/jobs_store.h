/* node/db/jobs_store.h - the rows of table job; jobs.c alone includes it. */
#ifndef NODE_DB_JOBS_STORE_H
#define NODE_DB_JOBS_STORE_H

#include "node/db/jobs.h"

/* A job as its runner needs it; spans live in the arena. */
struct job_row {
    struct id id;
    struct span kind, payload;
    int64_t due_utc_us;
    int n_tries;
};

/* The job that is due first, also when that is later; kind: of that kind, NULL: of any.
 * ERR_NOT_FOUND: none waits or runs. */
NODISCARD enum err job_store_next(struct db *db, const char *kind, struct arena *arena,
                                  struct job_row *row_out, struct fail *why);
/* Takes the job for holder and counts the try. ERR_NOT_FOUND: somebody else has it, or it is
 * not due any more. */
NODISCARD enum err job_store_take(struct tx *tx, struct id job, struct id holder,
                                  int64_t now_utc_us, int64_t lease_until_utc_us,
                                  struct arena *arena, struct job_row *row_out,
                                  struct fail *why);
/* The outcome, unless the lease went to somebody else (ERR_NOT_FOUND). */
NODISCARD enum err job_store_done(struct tx *tx, struct id job, struct id holder,
                                  int64_t now_utc_us, struct fail *why);
/* run_at_utc_us 0: it is dead. */
NODISCARD enum err job_store_failed(struct tx *tx, struct id job, struct id holder,
                                    int64_t now_utc_us, int64_t run_at_utc_us,
                                    const char *error, struct fail *why);
/* A repeating job, unless it was added before or another of its kind waits. */
NODISCARD enum err job_store_repeat(struct tx *tx, const struct job_post *post,
                                    int64_t now_utc_us, struct fail *why);
NODISCARD enum err job_store_count(struct db *db, struct jobs_stats *stats, struct fail *why);

#endif

/* reporting/log_ahead.h - pages of a log fetched one ahead: while rows of one become cells, the
 * database makes the next. Threads: one of its own, on a connection of its own; the functions
 * on the job's.  Owns: both, and the page it holds. */
#ifndef REPORTING_LOG_AHEAD_H
#define REPORTING_LOG_AHEAD_H

#include "reporting/log_source.h"

struct log_ahead;

/* db is the thread's until log_ahead_stop; source, ask and db outlive it. */
NODISCARD enum err log_ahead_start(const struct log_source *source, struct db *db,
                                   const struct log_ask *ask, int n_cap,
                                   struct log_ahead **ahead_out, struct fail *why);
/* The next page, the caller's; NULL behind the last. */
NODISCARD enum err log_ahead_take(struct log_ahead *ahead, struct db_rows **rows_out,
                                  struct fail *why);
void log_ahead_stop(struct log_ahead **ahead);

#endif

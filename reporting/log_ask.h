/* reporting/log_ask.h - what the routes of the logs share: who may, for what, and how a row of
 * log_export is told. The commissioner may; contractor and auditor for a purpose that was
 * granted and while it lasts: the logs, taking them out, reading what people wrote (register,
 * section 0). Nobody else knows that there are such routes.
 * Threads: workers, but where said otherwise. */
#ifndef REPORTING_LOG_ASK_H
#define REPORTING_LOG_ASK_H

#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/route.h"
#include "reporting/log_export_store.h"
#include "reporting/log_rows.h"
#include "reporting/logs.h"

#define LOG_ROLES \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR))
#define LOG_LISTENERS   (LISTENER_PUBLIC | LISTENER_OFFICE)
#define LOG_PERIOD_MOST (INT64_C(400) * DAY_US)
#define LOG_REASON_MOST 300
#define LOG_FLOOR_MOST  32

/* False: answered. */
NODISCARD bool log_may(struct req *req, enum log_act act, unsigned kinds);

/* Seals reason and, of a search, words into the row, under the logs' own key. */
NODISCARD enum err log_row_seal(struct req *req, struct span reason, struct span words,
                                struct log_export_row *row, struct fail *why);
NODISCARD enum err log_row_open(struct req *req, const struct log_export_row *row,
                                struct span *reason_out, struct span *words_out,
                                struct fail *why);
/* Everybody's, or over setting log.bulk_days: a second person approves. */
bool log_is_bulk(const struct req *req, const struct log_export_row *row);

enum log_state { LOG_WAITING, LOG_APPROVED, LOG_OVER };
#define LOG_STATES "waiting|approved|over"
enum log_state log_state_of(const struct req *req, const struct log_export_row *row);

/* Adds what is wrong with a period. */
NODISCARD enum err log_period_check(struct req *req, int64_t from_utc_us, int64_t until_utc_us,
                                    struct jx_defects *defects, struct fail *why);

/* A step "begun" with the request's access record, then the job's answer; x lives in the
 * request's arena. The job is dropped when that could not be written. */
struct log_begin {
    struct req *req;
    struct log_export_row row;
    bool is_new; /* of a search: the row is written with it */
    struct log_job *job;
    const char *type, *disposition; /* disposition: a header's value; NULL: none */
    struct log_step_row step;
};
void log_begin_post(struct log_begin *begin); /* any thread */

#endif

/* node/features.h - the one list of all features' rows: what main.c serves, what `ibasho-rows`
 * prints, what the command line and the tests walk. A feature that is not here does not exist.
 * Threads: const data. */
#ifndef NODE_FEATURES_H
#define NODE_FEATURES_H

#include "node/base/command.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"

/* Each array ends with an element of n == 0. */
extern const struct route_table features_routes[];
extern const struct command_table features_commands[];
extern const struct live_event_table features_events[];
extern const struct stmt_table features_stmts[];
extern const struct data_table_list features_tables[];
extern const struct setting_table features_settings[];
extern const struct job_table features_jobs[];
/* How a verifier finds the rows of leaf tables; ends with NULL (node/db/audit_table.h). */
struct audit_table;
extern const struct audit_table *const features_audit_tables[];

#endif

/* node/db/sweep.h - rows past their term vanish (KP-3-安全-3): a daily job walks the data
 * tables, deletes what is older than the table's term and keeps a count record, itself an audit
 * leaf. Rows that are audit leaves go with a leaf of their own that names the rule
 * (node/db/audit.h). Threads: any; waits for the writer. */
#ifndef NODE_DB_SWEEP_H
#define NODE_DB_SWEEP_H

#include "node/base/job.h"
#include "node/base/table.h"
#include "node/db/settings.h"

struct audit_table;

#define SWEEP_STMTS_N    6
#define SWEEP_TABLES_N   1
#define SWEEP_JOBS_N     2
#define SWEEP_SETTINGS_N 1
extern const struct stmt *const sweep_stmts[SWEEP_STMTS_N];
extern const struct data_table sweep_tables[SWEEP_TABLES_N];
extern const struct audit_table sweep_audit_table;     /* retention_record */
extern const struct job_kind sweep_jobs[SWEEP_JOBS_N]; /* "retention.sweep", "erased.again" */
extern const struct setting *const sweep_settings[SWEEP_SETTINGS_N];
/* The term of table access_record; its data row names it. */
extern const struct setting setting_access_record_days;

/* The table's term in days; 0: until the contract's end. */
int64_t sweep_term_days(const struct data_table *table, const struct settings *settings);
/* Every table that has a term. n_out (may be NULL): rows deleted. */
NODISCARD enum err sweep_past_term(struct writer *writer, const struct data_table_list *tables,
                                   const struct settings *settings, int64_t now_utc_us,
                                   size_t *n_out, struct fail *why);

#endif

/* tenants/handback/check_log.h - the log of a bag against its records: each leaf of a leaf
 * table has its record with the same clear columns, or is closed; each record of such a table
 * has its leaf. Two passes in flat memory; where the sums differ, more to find the place.
 * Threads: one. */
#ifndef TENANTS_HANDBACK_CHECK_LOG_H
#define TENANTS_HANDBACK_CHECK_LOG_H

#include "node/db/note.h"
#include "tenants/handback/check_dir.h"
#include "tenants/handback/read_table.h"

#define BAG_LEAVES_PATH      "data/log/leaves.ndjson"
#define BAG_CHECKPOINTS_PATH "data/log/checkpoints.txt"
#define BAG_KEY_PATH         "data/log/key.txt"
#define BAG_PAST_PATH        "data/log/past/"
#define BAG_RECORDS_PATH     "data/records/"

struct log_facts {
    uint64_t n_leaves;
    struct hash256 root;
    uint64_t n_records;
    uint64_t counts[BAG_TABLES_CAP]; /* as tables->at */
};

/* The log by itself: signatures, tree, salts, lawful deletions. */
NODISCARD enum err check_log(struct check_dir *check, const char *leaves,
                             const char *checkpoints, const struct note_key *key,
                             struct log_facts *facts, struct fail *why);
/* The log and the records, each line of them. */
NODISCARD enum err check_records(struct check_dir *check, const struct read_tables *tables,
                                 struct log_facts *facts, struct fail *why);

#endif

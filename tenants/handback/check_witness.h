/* tenants/handback/check_witness.h - the cosignatures of a bag (records fed_cosignature)
 * against its log: each is by the key it names, over a checkpoint that this log, or one that
 * came with an earlier import, has. So a log that was written anew does not go with what others
 * signed. Whose key it is says the registry, which lies in the bag, too.  Threads: one. */
#ifndef TENANTS_HANDBACK_CHECK_WITNESS_H
#define TENANTS_HANDBACK_CHECK_WITNESS_H

#include "tenants/handback/check_log.h"

/* After check_log and check_records found nothing to say: what checkpoints are there is sound.
 */
NODISCARD enum err check_witness(struct check_dir *check, const struct read_tables *tables,
                                 const struct log_facts *facts, struct fail *why);

#endif

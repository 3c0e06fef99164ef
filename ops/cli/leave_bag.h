/* ops/cli/leave_bag.h - what of a bag goes on record when it is handed back.  Threads: one. */
#ifndef OPS_CLI_LEAVE_BAG_H
#define OPS_CLI_LEAVE_BAG_H

#include "ops/cli/cli.h"
#include "tenants/leaving/leaving_journal.h"

/* From manifest-sha512.txt and bag-info.txt: the body of POST leaving/exported, canonical. What
 * is inside is not checked here: `ibasho verify bag` does, and the town's tool.
 * ERR_PROTO: no such bag. ERR_CONFLICT: another node's. */
NODISCARD enum err leave_bag_read(struct cli *cli, const char *dir, struct span *json_out,
                                  struct fail *why);
/* That it was cut after this round's drain: what was written between an older one and the drain
 * would be erased and in nobody's hands. ERR_OK also when there is no drain: the node refuses
 * then. ERR_PROTO: no such bag. ERR_CONFLICT: it is older. */
NODISCARD enum err leave_bag_is_of(struct cli *cli, const char *dir,
                                   const struct leaving_journal *journal, struct fail *why);

#endif

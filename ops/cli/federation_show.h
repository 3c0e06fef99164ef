/* ops/cli/federation_show.h - a registry and a node's belief in it as people read them.
 * Threads: one.  Owns: nothing; prints on standard output. */
#ifndef OPS_CLI_FEDERATION_SHOW_H
#define OPS_CLI_FEDERATION_SHOW_H

#include "federation/trust_json.h"
#include "ops/cli/cli.h"

void federation_show_status(const struct federation_status *status);
/* Its head, thresholds, and one line a member: what is good at now and until when. */
void federation_show_registry(struct cli *cli, const struct registry *registry,
                              int64_t now_utc_us);

#endif

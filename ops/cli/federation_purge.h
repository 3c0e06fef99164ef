/* ops/cli/federation_purge.h - what the admin socket says of the purge at peers, for people.
 * Threads: one. */
#ifndef OPS_CLI_FEDERATION_PURGE_H
#define OPS_CLI_FEDERATION_PURGE_H

#include <stdio.h>

#include "federation/purge_json.h"
#include "ops/cli/cli.h"

/* Texts live in the arena. */
NODISCARD enum err federation_purge_read(struct span body, struct arena *arena,
                                         struct purge_shown *out, struct fail *why);
/* A line a peer - name, node, since when, why there is no receipt - and how many have given
 * one. */
void federation_purge_print(FILE *to, const struct purge_shown *shown);

#endif

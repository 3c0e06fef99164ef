/* ops/cli/owner.h - commands that touch a node's files do it as the node's user, so that root
 * at the terminal leaves no file behind that the node cannot read. Threads: one, before others.
 */
#ifndef OPS_CLI_OWNER_H
#define OPS_CLI_OWNER_H

#include "ops/cli/cli.h"

/* Becomes the owner of path for good when this is root; does nothing when it is the owner
 * already. ERR_DENIED: neither. */
NODISCARD enum err owner_become(const char *path, struct fail *why);
/* Root only, before owner_become(like): makes dir unless it is there, and gives it to the owner
 * of like. Not root: makes it. ERR_CONFLICT: it is not empty. */
NODISCARD enum err owner_make_dir(const char *dir, const char *like, struct fail *why);

#endif

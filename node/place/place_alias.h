/* node/place/place_alias.h - names for a session in which nobody is to be known (SE-4.1-イ-3):
 * a colour and a thing [みどりのほし], another one in every session, the same one for somebody
 * who comes back to it.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_PLACE_PLACE_ALIAS_H
#define NODE_PLACE_PLACE_ALIAS_H

#include <stddef.h>

#include "node/base/id.h"

#define PLACE_ALIASES_N 960
#define PLACE_ALIAS_CAP 64

/* Where a person's own walk through all aliases begins: by the session and what the account
 * became under a key of the node. A teacher may read sessions, and the accounts of his school's
 * children: who knows both still cannot tell which alias is whose. */
unsigned place_alias_first(struct id session, struct id veil);
/* The alias of a number; from PLACE_ALIASES_N on they have a number behind them. */
void place_alias_text(unsigned number, char text_out[PLACE_ALIAS_CAP]);

#endif

/* federation/witness_priv.h - what witness_*.c share. Nothing outside this folder includes it.
 */
#ifndef FEDERATION_WITNESS_PRIV_H
#define FEDERATION_WITNESS_PRIV_H

#include "federation/federation_priv.h"
#include "federation/witness_rule.h"
#include "federation/witness_store.h"

#define WITNESS_KINDS_N 1
extern const struct fed_kind witness_kinds[WITNESS_KINDS_N];
extern const struct fed_kind *const witness_kind;

/* The key of this node's log, as text. ERR_NOT_FOUND: nothing was signed yet; ERR_LOCKED. */
NODISCARD enum err witness_own_key(const struct services *services,
                                   char text_out[NOTE_KEY_TEXT_CAP], struct fail *why);

#endif

/* tenants/words/words_reason.h - why a list was changed, sealed: people write names there.
 * Threads: any but the live and the writer's. */
#ifndef TENANTS_WORDS_WORDS_REASON_H
#define TENANTS_WORDS_WORDS_REASON_H

#include "node/db/keyring.h"

/* act: the row. An empty reason is no bytes. ERR_LOCKED, ERR_UNAVAILABLE: the keys. */
NODISCARD enum err words_reason_seal(struct keyring *keyring, struct id act, struct span reason,
                                     struct arena *arena, struct span *sealed_out,
                                     struct fail *why);
/* Empty when there is none. */
NODISCARD enum err words_reason_open(struct keyring *keyring, struct id act, struct span sealed,
                                     struct arena *arena, struct span *reason_out,
                                     struct fail *why);

#endif

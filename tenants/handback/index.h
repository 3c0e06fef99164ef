/* tenants/handback/index.h - keyed blind indices, made again under a new node's key when a bag
 * is imported (KP-3-調達-4). A rule of node/base/table.h points to one of these: the feature
 * that owns the column says of which sealed column of the same row, and of which text of it.
 * A bag's record says of such a column only whether there is one: `true` or `null`.
 * Threads: const data; reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef TENANTS_HANDBACK_INDEX_H
#define TENANTS_HANDBACK_INDEX_H

#include "node/base/table.h"
#include "node/db/keyring.h"

#define DATA_INDEX_BYTES 16

struct data_index {
    const char *key;    /* of the keyring: KEY_MAC */
    const char *source; /* the sealed column it is made of */
    /* The text that is indexed, of the source's plain text; NULL: that itself. ERR_PROTO: the
     * source does not hold one. */
    enum err (*text)(struct span plain, struct arena *arena, struct span *text_out,
                     struct fail *why);
};

/* What stands in the column, of the source's plain text. ERR_LOCKED, ERR_UNAVAILABLE: as
 * keyring_blind. */
NODISCARD enum err data_index_make(const struct data_index *index, struct keyring *keyring,
                                   struct span plain, struct arena *arena,
                                   uint8_t out[DATA_INDEX_BYTES], struct fail *why);
/* NULL: the column goes as it is. */
const struct hand_rule *data_rule(const struct data_table *table, const char *column);

#endif

/* federation/op_store.h - the table fed_op: operations of other nodes that were done here, with
 * the answer they got, so that the same one again gets the same (CARD-12). Threads: the
 * writer's. */
#ifndef FEDERATION_OP_STORE_H
#define FEDERATION_OP_STORE_H

#include "node/db/keyring.h"
#include "node/db/writer.h"

struct op_row {
    struct id peer, op;
    struct span kind, digest; /* SHA-256 of the body */
    int32_t status;
    struct span answer; /* JSON */
    int64_t at_utc_us, kept_until_utc_us;
};

/* ERR_NOT_FOUND: it was never done here, or it was forgotten. Spans live in the arena. */
NODISCARD enum err op_store_find(struct tx *tx, struct keyring *keyring, struct id peer,
                                 struct id op, struct arena *arena, struct op_row *out,
                                 struct fail *why);
/* answer is sealed under key. */
NODISCARD enum err op_store_add(struct tx *tx, struct keyring *keyring, struct id key,
                                const struct op_row *row, struct fail *why);
/* Forgets what is past its time. */
NODISCARD enum err op_store_sweep(struct tx *tx, int64_t now_utc_us, struct fail *why);

#endif

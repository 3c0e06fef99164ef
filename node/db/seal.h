/* node/db/seal.h - sealed columns: AES-256-GCM before libpq ever sees a name (design section
 * 3). Sealed form: version 1 (1 byte) ‖ key id (16) ‖ nonce (12) ‖ ciphertext ‖ tag (16). AAD =
 * table NUL column NUL row id ‖ key id, so that rows and columns cannot be swapped. Threads:
 * any. */
#ifndef NODE_DB_SEAL_H
#define NODE_DB_SEAL_H

#include "node/db/keyring.h"

#define SEAL_OVERHEAD_BYTES 45

struct seal_place {
    const char *table, *column;
    struct id row;
};

/* An empty plain text is sealed like any other. */
NODISCARD enum err seal(struct keyring *keyring, struct id key, const struct seal_place *place,
                        struct span plain, struct arena *arena, struct span *sealed_out,
                        struct fail *why);
/* ERR_NOT_FOUND: the key was destroyed. ERR_PROTO: the bytes are not what was sealed here. */
NODISCARD enum err unseal(struct keyring *keyring, const struct seal_place *place,
                          struct span sealed, struct arena *arena, struct span *plain_out,
                          struct fail *why);
/* For an export, which opens very many values of the same keys: as unseal, but what it found of
 * a key it keeps at hand until something is destroyed or locked. Threads: one.  Owns: the
 * ciphers of these keys, in ordinary memory: not for a node that runs for months. */
struct unsealer;
NODISCARD enum err unsealer_create(struct keyring *keyring, struct unsealer **unsealer_out,
                                   struct fail *why);
void unsealer_destroy(struct unsealer **unsealer);
/* about_out: whose key it is; borrowed until the next call. */
NODISCARD enum err unsealer_open(struct unsealer *unsealer, const struct seal_place *place,
                                 struct span sealed, struct arena *arena,
                                 struct span *plain_out, const struct keyring_about **about_out,
                                 struct fail *why);
/* Do both hold the same plain text (len 0: none at all)? For an id that comes a second time. */
NODISCARD enum err seal_same(struct keyring *keyring, const struct seal_place *place,
                             struct span a, struct span b, struct arena *arena,
                             bool *is_same_out, struct fail *why);

#endif

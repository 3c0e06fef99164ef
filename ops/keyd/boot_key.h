/* ops/keyd/boot_key.h - the agent's own secret beside the halves (keyd.boot = escrow): a seed
 * of 32 bytes in keyd.dir/boot.key, 0600, in no database and no backup. From it
 *   the box key   HKDF(seed, salt = node id, info = "ibasho-escrow-box/1"), which covers the
 *                 municipality's half before it goes to the prefecture
 *   the boot key  Ed25519 of HKDF(.., "ibasho-escrow-sign/1"), which signs the request that
 *                 brings the box back while no other key of the node is open
 * Forgetting the seed closes every box made with it, wherever it lies: the municipality's own
 * way to revoke, which needs nobody else.
 * Threads: one.  Owns: nothing; seeds and halves are the caller's, in locked memory. */
#ifndef OPS_KEYD_BOOT_KEY_H
#define OPS_KEYD_BOOT_KEY_H

#include "node/base/half_box.h"
#include "ops/keyd/store.h"

#define BOOT_SEED_BYTES KEYD_HALF_BYTES

/* has_out false: there is none (any more). */
NODISCARD enum err boot_key_read(const char *dir, uint8_t seed_out[BOOT_SEED_BYTES],
                                 bool *has_out, struct fail *why);
NODISCARD enum err boot_key_write(const char *dir, const uint8_t seed[BOOT_SEED_BYTES],
                                  struct fail *why);
NODISCARD enum err boot_key_forget(const char *dir, struct fail *why);

NODISCARD enum err boot_key_public(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                                   uint8_t public_out[32], struct fail *why);
NODISCARD enum err boot_key_sign(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                                 struct span message,
                                 uint8_t signature_out[KEYD_SIGNATURE_BYTES], struct fail *why);
NODISCARD enum err boot_key_box(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                                const uint8_t half[KEYD_HALF_BYTES],
                                uint8_t box_out[HALF_BOX_BYTES], struct fail *why);
/* ERR_PROTO: the box was not made with this seed. */
NODISCARD enum err boot_key_unbox(struct id node, const uint8_t seed[BOOT_SEED_BYTES],
                                  const uint8_t box[HALF_BOX_BYTES],
                                  uint8_t half_out[KEYD_HALF_BYTES], struct fail *why);

#endif

/* node/base/half_box.h - how a municipality's key half travels back from the prefecture's node
 * (key escrow, design section 3). Two covers, one in the other:
 *   box     60 bytes, AES-256-GCM under a key that only the municipality's key agent has
 *           (ops/keyd/boot_key.h): the prefecture keeps a box it cannot open
 *   sealed  the box to one X25519 key that the agent made for one request:
 *           AES-256-GCM(HKDF-SHA256(X25519(from, to), salt = node id,
 *                       info = "ibasho-escrow-release/1" ‖ from ‖ to), AAD = node id)
 * so that neither a front nor a capture shows it, not even to who takes the agent's disk later.
 * The agent and the node both speak it, and the agent links base alone, so it stands here.
 * Threads: reentrant.  Owns: nothing; secrets are the caller's to wipe. */
#ifndef NODE_BASE_HALF_BOX_H
#define NODE_BASE_HALF_BOX_H

#include "node/base/err.h"
#include "node/base/id.h"

#define HALF_BOX_BYTES    60 /* nonce 12 ‖ ciphertext 32 ‖ tag 16 */
#define HALF_SEALED_BYTES 88 /* nonce 12 ‖ box ‖ tag 16 */
#define HALF_POINT_BYTES  32 /* X25519: secret or public */

/* A fresh pair, for one request. */
NODISCARD enum err half_box_pair(uint8_t secret_out[HALF_POINT_BYTES],
                                 uint8_t public_out[HALF_POINT_BYTES], struct fail *why);
/* from_out: the public half of a pair made and forgotten here. ERR_INVALID: `to` is no point.
 */
NODISCARD enum err half_box_seal(struct id node, const uint8_t to[HALF_POINT_BYTES],
                                 const uint8_t box[HALF_BOX_BYTES],
                                 uint8_t from_out[HALF_POINT_BYTES],
                                 uint8_t sealed_out[HALF_SEALED_BYTES], struct fail *why);
/* ERR_PROTO: it was not sealed to this key, for this node. */
NODISCARD enum err half_box_open(struct id node, const uint8_t secret[HALF_POINT_BYTES],
                                 const uint8_t from[HALF_POINT_BYTES],
                                 const uint8_t sealed[HALF_SEALED_BYTES],
                                 uint8_t box_out[HALF_BOX_BYTES], struct fail *why);
/* The key of one message between the pairs `from` and `to`, as above with another label: of one
 * pair `secret` is the secret, of the other `other` the point. label is at most 56 bytes.
 * ERR_INVALID: other is no point to agree with. */
NODISCARD enum err
half_box_agree(struct span label, struct id salt, const uint8_t secret[HALF_POINT_BYTES],
               const uint8_t other[HALF_POINT_BYTES], const uint8_t from[HALF_POINT_BYTES],
               const uint8_t to[HALF_POINT_BYTES], uint8_t key_out[32], struct fail *why);
/* HKDF-SHA256, 32 bytes from 32; info is at most 120 bytes. */
NODISCARD enum err half_box_derive(const uint8_t secret[32], struct id salt, struct span info,
                                   uint8_t key_out[32], struct fail *why);

#endif

/* federation/transfer_box.h - the cover of one piece of a parcel on its way: AES-256-GCM under
 * a key that only the asker of this very request can make.
 *   key  HKDF-SHA256(X25519(from, to), salt = transfer, info = "ibasho-transfer/1" ‖ from ‖ to)
 *   AAD  transfer ‖ home ‖ receiver ‖ registry sequence ‖ piece ‖ pieces ‖ SHA-256 of the whole
 * `to` is made for the request and stands in it, and the request is signed by the receiver's
 * key of the registry; so a piece fits one request of one node under one registry, and nobody
 * opens it later. Sealed form: nonce (12) ‖ ciphertext ‖ tag (16).
 * Threads: reentrant.  Owns: nothing; secrets are the caller's to wipe. */
#ifndef FEDERATION_TRANSFER_BOX_H
#define FEDERATION_TRANSFER_BOX_H

#include "node/base/arena.h"
#include "node/base/half_box.h"
#include "node/db/hash256.h"

#define TRANSFER_BOX_OVERHEAD 28

struct transfer_bound {
    struct id transfer, home, receiver;
    int64_t seq, piece, n_pieces;
    struct hash256 sha256;
};
/* ERR_INVALID: `to` is no point to agree with. */
NODISCARD enum err transfer_box_seal(const struct transfer_bound *bound,
                                     const uint8_t to[HALF_POINT_BYTES], struct span plain,
                                     struct arena *arena, uint8_t from_out[HALF_POINT_BYTES],
                                     struct span *sealed_out, struct fail *why);
/* ERR_PROTO: it was not sealed to this key, or as something else. */
NODISCARD enum err transfer_box_open(const struct transfer_bound *bound,
                                     const uint8_t secret[HALF_POINT_BYTES],
                                     const uint8_t to[HALF_POINT_BYTES],
                                     const uint8_t from[HALF_POINT_BYTES], struct span sealed,
                                     struct arena *arena, struct span *plain_out,
                                     struct fail *why);

#endif

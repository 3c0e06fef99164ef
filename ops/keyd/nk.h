/* ops/keyd/nk.h - the arithmetic of the node key; no state, no files.
 *   NK    = HKDF-SHA256(ikm = contractor half ‖ municipality half, salt = node id,
 *                       info = "ibasho-nk/1" ‖ generation)
 *   check = HMAC-SHA256(NK, "ibasho-keyd-check/1" ‖ generation)
 *   code  = first 4 bytes of SHA-256("ibasho-sheet/1" ‖ node id ‖ municipality half)
 *   blob  = AES-256-GCM(NK, key), AAD = "ibasho-wrap/1" ‖ generation ‖ key id ‖ subject ‖ kind
 * ‖ name length ‖ name Generations are 4 bytes, big-endian. Threads: reentrant. Owns: nothing.
 */
#ifndef OPS_KEYD_NK_H
#define OPS_KEYD_NK_H

#include "node/base/keyd_frame.h"

#define NK_BYTES       32
#define NK_CHECK_BYTES 32

NODISCARD enum err nk_derive(struct id node, uint32_t generation,
                             const uint8_t contractor[KEYD_HALF_BYTES],
                             const uint8_t municipality[KEYD_HALF_BYTES],
                             uint8_t nk_out[NK_BYTES], struct fail *why);
NODISCARD enum err nk_check_value(const uint8_t nk[NK_BYTES], uint32_t generation,
                                  uint8_t check_out[NK_CHECK_BYTES], struct fail *why);
NODISCARD enum err nk_sheet_code(struct id node, const uint8_t municipality[KEYD_HALF_BYTES],
                                 uint8_t code_out[KEYD_CODE_BYTES], struct fail *why);
NODISCARD enum err nk_wrap(const uint8_t nk[NK_BYTES], uint32_t generation,
                           const struct keyd_key *key, const uint8_t bytes[KEYD_KEY_BYTES],
                           uint8_t blob_out[KEYD_BLOB_BYTES], struct fail *why);
/* ERR_PROTO: blob was not wrapped for this key under this generation. */
NODISCARD enum err nk_unwrap(const uint8_t nk[NK_BYTES], uint32_t generation,
                             const struct keyd_key *key, const uint8_t blob[KEYD_BLOB_BYTES],
                             uint8_t bytes_out[KEYD_KEY_BYTES], struct fail *why);

#endif

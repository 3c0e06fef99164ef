/* federation/nonces.h - which (kid, nonce) came already: kept 180 s from when it came, at most
 * 65,536 for a kid. A full cache refuses; nothing leaves it early. What it has forgotten cannot
 * come back either, not even when the clock is set back: the cache remembers up to which
 * `created` it forgot, and refuses what is not later.
 * Threads: belongs to one at a time.  Owns: its memory, which grows with use. */
#ifndef FEDERATION_NONCES_H
#define FEDERATION_NONCES_H

#include "federation/profile.h"

#define NONCES_KEPT_US  (INT64_C(180) * 1000000)
#define NONCES_PER_KID  65536
#define NONCES_KID_MOST 4096 /* more than a registry has members; beyond, FED_NONCE_FULL */

struct nonces;
NODISCARD enum err nonces_create(struct nonces **nonces_out, struct fail *why);
void nonces_destroy(struct nonces **nonces);

/* FED_OK: new, and kept from now on. FED_REPLAYED: came before. FED_BAD_TIME: signed no later
 * than something that was forgotten. FED_NONCE_FULL; FED_UNAVAILABLE: no memory. Everything but
 * FED_OK keeps nothing. */
enum fed_code nonces_take(struct nonces *nonces, struct span kid,
                          const uint8_t nonce[PROFILE_NONCE_BYTES], int64_t created_utc_us,
                          int64_t now_utc_us);

/* How many are kept, over all kids: for figures and tests. */
size_t nonces_count(const struct nonces *nonces);

#endif
